"""Which names nothing in a module uses."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection

from asset_lint.rewriting.imports.removing import imports_inside
from asset_lint.rewriting.imports.statements import ImportStatement, aliases, bindings
from asset_lint.syntax.module import Module

_TYPE_COMMENT = re.compile(r"#\s*type\s*:(.*)")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DOCUMENTED = (ast.Module, ast.ClassDef, *_FUNCTIONS)


Inside = tuple[int, str]
"""A name that an import in a function binds: the number of the function in the module, and the name."""


def unused(module: Module, names: Collection[str]) -> frozenset[str]:
    """Those of *names* that nothing in the module uses; a word in a string or in a type comment counts as a use."""
    used = {word for comment in _TYPE_COMMENT.findall(module.lines.text) for word in re.findall(r"\w+", comment)}
    return frozenset(names) - used - _used_in(module.tree)


def bound_inside(module: Module) -> dict[Inside, list[ImportStatement]]:
    """What the imports in functions bind, with the statements that do."""
    found: dict[Inside, list[ImportStatement]] = defaultdict(list)
    for number, _, statement in imports_inside(module.tree):
        for name, _ in bindings(statement):
            found[number, name].append(statement)
    return found


def unused_inside(module: Module) -> dict[Inside, list[ImportStatement]]:
    """As ``bound_inside``, but only what nothing in the function uses, and what belongs to no other scope."""
    used: dict[int, set[str]] = {}
    for number, function, _ in imports_inside(module.tree):
        if number not in used:
            lines = range(function.lineno, (function.end_lineno or function.lineno) + 1)
            comments = _TYPE_COMMENT.findall("\n".join(map(module.lines.line, lines)))
            words = {word for comment in comments for word in re.findall(r"\w+", comment)}
            used[number] = _used_in(function) | words
    return {(number, name): there for (number, name), there in bound_inside(module).items() if name not in used[number]}


def repeated_inside(module: Module) -> dict[Inside, list[ImportStatement]]:
    """As ``bound_inside``, but only what the module itself has imported above, and what has no other meaning there."""
    found: dict[Inside, list[ImportStatement]] = defaultdict(list)
    functions = [node for node in ast.walk(module.tree) if isinstance(node, _FUNCTIONS)]
    for number, function, statement in imports_inside(module.tree):
        around = [node for node in functions if node.lineno <= function.lineno <= (node.end_lineno or 0)]
        above = [node for node in module.tree.body if node.lineno < around[0].lineno]
        for name, alias in bindings(statement):
            meaning = _meaning(statement, alias)
            if any(_meaning(node, other) == meaning for node in above for other in aliases(node)) and not any(
                name in _bound_otherwise(node, meaning) for node in around
            ):
                found[number, name].append(statement)
    return found


def _meaning(node: ast.stmt, alias: ast.alias) -> tuple[object, ...]:
    """What *alias* of the import *node* stands for, and under which name."""
    source = (node.module, node.level) if isinstance(node, ast.ImportFrom) else ()
    return (*source, alias.name, alias.asname)


def _bound_otherwise(function: ast.AST, meaning: tuple[object, ...]) -> set[str]:
    """The names that something in *function*, its parameters included, binds to anything but *meaning*."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
        elif isinstance(node, ImportStatement):
            found.update(name for name, alias in bindings(node) if _meaning(node, alias) != meaning)
        else:
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            found.update([name] if isinstance(name, str) and not isinstance(node, ast.alias) else [])
    return found


def _used_in(tree: ast.AST) -> set[str]:
    """The names in *tree*, and the words of its strings, docstrings left out."""
    used = set()
    docstrings = set()
    for node in ast.walk(tree):
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
    return used
