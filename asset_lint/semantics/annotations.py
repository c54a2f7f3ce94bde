"""Annotations to nodes: expressions that are not run, in which strings are expressions too."""

from __future__ import annotations

import ast
from typing import Any

from asset_lint.semantics.builder import UNBOUND_NODE, UNKNOWN_NODE, Builder
from asset_lint.semantics.expressions import lower

_LONGEST_QUOTED = 500


def lower_annotation(builder: Builder, node: Any) -> int:
    """The node for an annotation. Only the metadata of ``Annotated`` is code that runs and may hold sites."""
    if builder.dry:
        return UNKNOWN_NODE
    if isinstance(node, ast.Name):
        return _late(builder, node.id)
    if isinstance(node, ast.Constant):
        return _constant(builder, node)
    if isinstance(node, ast.Attribute):
        return builder.emit("attr", lower_annotation(builder, node.value), node.attr)
    if isinstance(node, ast.BinOp):
        return builder.emit("binop", lower_annotation(builder, node.left), lower_annotation(builder, node.right))
    if isinstance(node, ast.Subscript):
        return _subscript(builder, node)
    if isinstance(node, (ast.List, ast.Tuple)):
        return builder.emit("seq", "list", tuple([lower_annotation(builder, element) for element in node.elts]))
    return UNKNOWN_NODE


def is_alias(node: ast.expr) -> bool:
    """Whether an annotation makes a name one for a type, so that a string is a type, too."""
    return _last_word(node) == "TypeAlias"


def _constant(builder: Builder, node: ast.Constant) -> int:
    if isinstance(node.value, str):
        return _quoted(builder, node, node.value)
    return builder.emit("const", node.value) if node.value in {None, ...} else UNKNOWN_NODE


def _late(builder: Builder, name: str) -> int:
    """A name in an annotation may be defined further down, and often is."""
    index = builder.lookup(name)
    operation = builder.node(index)
    so_far = operation[3] if operation[0] == "star" else index  # but for what a star import may bind
    if so_far == UNBOUND_NODE or builder.node(so_far)[0] == "builtin":
        return builder.emit("global", name)
    return index


def _subscript(builder: Builder, node: ast.Subscript) -> int:
    base = lower_annotation(builder, node.value)
    word = _last_word(node.value)
    keys = []
    for place, part in enumerate(node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]):
        if isinstance(part, ast.Slice) or word == "Literal":
            keys.append(UNKNOWN_NODE)
        elif word == "Annotated" and place:
            keys.append(lower(builder, part))
        else:
            keys.append(lower_annotation(builder, part))
    key = keys[0] if len(keys) == 1 else builder.emit("seq", "tuple", tuple(keys))
    return builder.emit("item", base, key)


def _last_word(node: Any) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _quoted(builder: Builder, node: ast.Constant, text: str) -> int:
    """An annotation in a string, read in brackets as ``typing`` does; what is called in it stands at the string."""
    if len(text) > _LONGEST_QUOTED or builder.quoted is not None:
        return UNKNOWN_NODE
    try:
        parsed = ast.parse(f"({text})", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNKNOWN_NODE
    builder.quoted = node
    try:
        return lower_annotation(builder, parsed.body)
    finally:
        builder.quoted = None
