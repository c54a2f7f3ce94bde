"""Which names nothing in a module uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from asset_lint.syntax.module import Module

_TYPE_COMMENT = re.compile(r"#\s*type\s*:(.*)")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def unused(module: Module, names: Collection[str]) -> frozenset[str]:
    """Those of *names* that nothing in the module uses; a word in a string or in a type comment counts as a use."""
    used = {word for comment in _TYPE_COMMENT.findall(module.lines.text) for word in re.findall(r"\w+", comment)}
    docstrings = set()
    for node in ast.walk(module.tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            assert isinstance(first, ast.Expr)
            docstrings.add(first.value)
        elif isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            used.update(node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            used.update(re.findall(r"\w+", node.value))
    return frozenset(names) - used
