"""Annotations to nodes: expressions that are not run, in which strings are expressions too."""

from __future__ import annotations

from typing import Any

import libcst as cst

from asset_lint.semantics.builder import UNBOUND_NODE, UNKNOWN_NODE, Builder
from asset_lint.semantics.expressions import lower

_PLAIN = {"None": None}


def lower_annotation(builder: Builder, node: Any) -> int:
    """The node for an annotation. Only the metadata of ``Annotated`` is code that runs and may hold sites."""
    if builder.dry:
        return UNKNOWN_NODE
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        return _quoted(builder, node)
    if isinstance(node, cst.Name):
        return builder.emit("const", None) if node.value in _PLAIN else _late(builder, node.value)
    if isinstance(node, cst.Ellipsis):
        return builder.emit("const", ...)
    if isinstance(node, cst.Attribute):
        return builder.emit("attr", lower_annotation(builder, node.value), node.attr.value)
    if isinstance(node, cst.BinaryOperation):
        return builder.emit("binop", lower_annotation(builder, node.left), lower_annotation(builder, node.right))
    if isinstance(node, cst.Subscript):
        return _subscript(builder, node)
    if isinstance(node, (cst.List, cst.Tuple)):
        items = tuple(lower_annotation(builder, element.value) for element in node.elements)
        return builder.emit("seq", "list", items)
    return UNKNOWN_NODE


def _late(builder: Builder, name: str) -> int:
    """A name in an annotation may be defined further down, and often is."""
    index = builder.lookup(name)
    if index == UNBOUND_NODE or builder.node(index)[0] == "builtin":
        return builder.emit("global", name)
    return index


def _subscript(builder: Builder, node: cst.Subscript) -> int:
    base = lower_annotation(builder, node.value)
    word = _last_word(node.value)
    keys = []
    for place, element in enumerate(node.slice):
        value = element.slice.value if isinstance(element.slice, cst.Index) else None
        if value is None or word == "Literal":
            keys.append(UNKNOWN_NODE)
        elif word == "Annotated" and place:
            keys.append(lower(builder, value))
        else:
            keys.append(lower_annotation(builder, value))
    key = keys[0] if len(keys) == 1 else builder.emit("seq", "tuple", tuple(keys))
    return builder.emit("item", base, key)


def _last_word(node: Any) -> str:
    if isinstance(node, cst.Attribute):
        return str(node.attr.value)
    return str(node.value) if isinstance(node, cst.Name) else ""


def _quoted(builder: Builder, node: Any) -> int:
    text = node.evaluated_value
    if not isinstance(text, str) or len(text) > 500:
        return UNKNOWN_NODE
    try:
        parsed = cst.parse_expression(text.strip())
    except (cst.ParserSyntaxError, RecursionError):
        return UNKNOWN_NODE
    if isinstance(parsed, cst.SimpleString):
        return UNKNOWN_NODE
    return lower_annotation(builder, parsed)
