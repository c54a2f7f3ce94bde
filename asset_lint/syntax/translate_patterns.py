"""Patterns of LibCST trees as ``ast`` has them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from asset_lint.syntax.translate_expressions import expression, identifier
from asset_lint.syntax.translate_places import Places

_SINGLETONS = {"None": None, "True": True, "False": False}


def pattern(places: Places, node: cst.MatchPattern) -> ast.pattern:
    """The pattern that *node* is."""
    return _KINDS[type(node)](places, node)


def _value(places: Places, node: cst.MatchValue) -> ast.pattern:
    return places.put(ast.MatchValue(expression(places, node.value)), node.value)


def _singleton(places: Places, node: cst.MatchSingleton) -> ast.pattern:
    return places.put(ast.MatchSingleton(_SINGLETONS[node.value.value]), node.value)


def _list(places: Places, node: cst.MatchList) -> ast.pattern:
    new = ast.MatchSequence(_elements(places, node.patterns))
    if node.lbracket is not None:
        return places.put(new, node)
    end = places.listed_end(_element_end(places, node.patterns[-1]), node.patterns)
    return places.put_between(new, places.start(node), end)


def _tuple(places: Places, node: cst.MatchTuple) -> ast.pattern:
    new = ast.MatchSequence(_elements(places, node.patterns))
    return places.put_between(new, places.before(places.start(node), "("), places.behind(places.end(node), ")"))


def _elements(places: Places, nodes: Sequence[cst.MatchSequenceElement | cst.MatchStar]) -> list[ast.pattern]:
    return [_star(places, node) if isinstance(node, cst.MatchStar) else pattern(places, node.value) for node in nodes]


def _star(places: Places, node: cst.MatchStar) -> ast.pattern:
    new = ast.MatchStar(_name(node.name))
    return places.put_between(new, places.start(node), _element_end(places, node))


def _element_end(places: Places, node: cst.MatchSequenceElement | cst.MatchStar) -> int:
    if isinstance(node, cst.MatchSequenceElement):
        inner = node.value
        # These two hold the parentheses that stand around their values.
        return places.outer_end(inner.value if isinstance(inner, (cst.MatchValue, cst.MatchSingleton)) else inner)
    return places.behind(places.start(node), "_") if node.name is None else places.end(node.name)


def _mapping(places: Places, node: cst.MatchMapping) -> ast.pattern:
    keys = [expression(places, item.key) for item in node.elements]
    values = [pattern(places, item.pattern) for item in node.elements]
    return places.put(ast.MatchMapping(keys, values, _name(node.rest)), node)


def _class(places: Places, node: cst.MatchClass) -> ast.pattern:
    new = ast.MatchClass(
        expression(places, node.cls),
        [pattern(places, item.value) for item in node.patterns],
        [identifier(item.key) for item in node.kwds],
        [pattern(places, item.pattern) for item in node.kwds],
    )
    return places.put(new, node)


def _as(places: Places, node: cst.MatchAs) -> ast.pattern:
    inner = None if node.pattern is None else pattern(places, node.pattern)
    return places.put(ast.MatchAs(inner, _name(node.name)), node)


def _or(places: Places, node: cst.MatchOr) -> ast.pattern:
    return places.put(ast.MatchOr([pattern(places, item.pattern) for item in node.patterns]), node)


def _name(node: cst.Name | None) -> str | None:
    return None if node is None else identifier(node)


_KINDS: dict[type, Callable[[Places, Any], ast.pattern]] = {
    cst.MatchAs: _as,
    cst.MatchClass: _class,
    cst.MatchList: _list,
    cst.MatchMapping: _mapping,
    cst.MatchOr: _or,
    cst.MatchSingleton: _singleton,
    cst.MatchTuple: _tuple,
    cst.MatchValue: _value,
}
