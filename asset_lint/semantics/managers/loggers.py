"""Calls that log: of the standard library's loggers, structlog's, loguru's, and of functions that say so."""

from __future__ import annotations

import ast
import re

from asset_lint.semantics.managers.trees import MAKING, Tree, Trees, name_of
from asset_lint.semantics.values import ClassKey

_LEVELS = frozenset("debug info warning warn error exception critical fatal log trace success notice msg".split())
_LOGGER = re.compile(r"log", re.IGNORECASE)
_MAKERS = frozenset({"__init__", "__new__", "__post_init__", "__attrs_post_init__"})


def is_logging(tree: Tree, node: ast.Call) -> bool:
    """Whether a call writes to a log; ``print`` does not."""
    name = name_of(node)
    if isinstance(node.func, ast.Attribute) and name in _LEVELS:
        written = ast.unparse(node.func.value)
        return written == tree.logger or bool(_LOGGER.search(written))
    return bool(re.search(r"(?:^|_)log(?:_|$)", name)) and name not in MAKING


def constructor_logs(trees: Trees, keys: tuple[ClassKey, ...]) -> bool:
    """Whether what runs when an instance of a class is made, of which *keys* are the class and its bases, logs."""
    for key in keys:
        tree = trees.of(key[0]) if not isinstance(key, str) else None
        for index, node in tree.functions.items() if tree is not None else ():
            assert tree is not None
            if tree.facts.functions[index].owner == key[1] and node.name in _MAKERS and _logs(tree, node):
                return True
    return False


def _logs(tree: Tree, node: ast.AST) -> bool:
    return any(isinstance(call, ast.Call) and is_logging(tree, call) for call in ast.walk(node))
