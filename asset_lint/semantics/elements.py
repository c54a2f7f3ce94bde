"""Callees that come out of a container: which one, and from under which key."""

from __future__ import annotations

from typing import Any

from asset_lint.semantics import containers
from asset_lint.semantics.facts import Facts
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.sites import builders
from asset_lint.semantics.values import Values

ANYWHERE = ""
"""The key where it is not known."""

CONTAINERS = frozenset({"alloc", "coll", "map", "tuple"})
_LOOKUPS = frozenset({"get", "pop", "setdefault"})
_VIEWS = frozenset({"values", "items", "copy"})


def container_of(facts: Facts, node: int) -> tuple[int, int | str] | None:
    """The container that the value of *node* is taken from, and its key in it; ``None`` where it is not taken."""
    nodes = facts.nodes
    operation = _plain(facts, node)
    if operation[0] == "item":
        return operation[1], _key(facts, operation[2])
    if operation[0] == "unpack":
        place = operation[2] if isinstance(operation[2], int) and operation[2] >= 0 else ANYWHERE
        pairs = _plain(facts, operation[1])
        if pairs[0] == "elem" and (viewed := _viewed(facts, pairs[1])) is not None:
            return viewed, ANYWHERE
        return operation[1], place
    if operation[0] == "elem":
        viewed = _viewed(facts, operation[1])
        return (operation[1] if viewed is None else viewed), ANYWHERE
    if operation[0] == "call" and nodes[operation[1]][0] == "attr" and nodes[operation[1]][2] in _LOOKUPS:
        plain = [argument for kind, _, argument in operation[2] if kind == ""]
        return nodes[operation[1]][1], _key(facts, plain[0]) if plain else ANYWHERE
    return None


def _plain(facts: Facts, node: int) -> Any:
    operation = facts.nodes[node]
    while operation[0] in {"same", "typed", "narrow"}:
        operation = facts.nodes[operation[1]]
    return operation


def _viewed(facts: Facts, node: int) -> int | None:
    """The mapping of which *node* is ``values()`` or ``items()``."""
    operation = _plain(facts, node)
    if operation[0] == "call" and not operation[2]:
        callee = facts.nodes[operation[1]]
        if callee[0] == "attr" and callee[2] in _VIEWS:
            return int(callee[1])
    return None


def _key(facts: Facts, node: int) -> int | str:
    operation = facts.nodes[node]
    return operation[1] if operation[0] == "const" and isinstance(operation[1], (int, str)) else ANYWHERE


def content(program: Program, values: Values, key: int | str = ANYWHERE) -> Values:
    """What lies in the containers among *values*, under *key* where that is known."""
    packed = frozenset(atom for atom in values if atom[0] in CONTAINERS)
    if not packed:
        return packed
    if key != ANYWHERE:
        return containers.item(program, packed, frozenset((("const", key),)))
    return containers.everything(program, packed) | containers.element(program, packed)


def holds_builder(program: Program, guard: Guard, values: Values) -> bool:
    """Whether something that builds lies in a container among *values*."""
    inside = content(program, values)
    return bool(inside) and bool(builders(program, guard, inside))
