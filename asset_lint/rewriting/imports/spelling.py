"""Whether a file imports from its own package by relative or by absolute names."""

from __future__ import annotations

import ast

from asset_lint.rewriting.imports.order import common_start
from asset_lint.syntax.module import Module


def style_for(module: Module, own_package: str, source: str) -> str:
    """How this file, of *own_package*, imports from modules of its own top-level package: "relative" or "absolute"."""
    top = own_package.partition(".")[0]
    froms = [node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom)]
    names = [alias.name for node in ast.walk(module.tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in froms if node.module and not node.level]
    is_absolute = any(name.partition(".")[0] == top for name in names)
    is_relative = any(node.level for node in froms) and relative_spelling(own_package, source) is not None
    return "relative" if is_relative and not is_absolute else "absolute"


def relative_spelling(own_package: str, source: str) -> tuple[int, str] | None:
    """The level and the module that spell *source* inside *own_package*; ``None`` where they share no package."""
    own, other = own_package.split("."), source.split(".")
    shared = common_start(own, other)
    if not own_package or not shared:
        return None
    return len(own) - shared + 1, ".".join(other[shared:])
