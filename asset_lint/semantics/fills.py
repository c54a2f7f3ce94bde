"""What is put into mappings, and where: as items, by methods, and into the display that a mapping is made with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from asset_lint.semantics import containers
from asset_lint.semantics.facts import NONE, Facts, Site
from asset_lint.semantics.program import Program

EACH = -2
"""The key of what a comprehension makes: another one for each."""

_THROUGH = frozenset({"same", "typed", "narrow", "exclude", "await"})
_INTO_LISTS = frozenset({"append", "appendleft", "add", "insert"})
_TAKING = frozenset({"get", "pop", "setdefault", "__getitem__"})


@dataclass(frozen=True)
class Fill:
    """
    A value that is put into a mapping under a key, and where.

    The mapping is the node *base*, or with an *attribute* that of the object *base*; NONE where it is being made for a
    *name* of a module or class. The place in the text is that of a statement, or of the call at a *site*.
    """

    path: str
    base: int
    key: int
    value: int
    place: tuple[int, int] = (0, 0)
    site: Site | None = None
    name: str = ""
    attribute: str = ""

    @property
    def where(self) -> tuple[int, int]:
        """The line and column; zeros where there is only a name."""
        return self.place if self.site is None else (self.site.span.line, self.site.span.column)


Matters = Callable[[int], bool]
"""Whether a value is worth looking at."""


def fills(program: Program, path: str, facts: Facts, matters: Matters) -> Iterator[Fill]:
    """Yield what a module puts into mappings, and into containers that it takes out of some."""
    yield from _stored(program, path, facts, matters)
    for site in facts.sites:
        operation = facts.nodes[site.node]
        callee = facts.nodes[operation[1]]
        if operation[0] == "call" and callee[0] == "attr":
            for key, value in _given(program, path, facts, callee, operation):
                if matters(value):
                    yield Fill(path, callee[1], key, value, site=site)
    for node, name in made(facts).items():
        if matters(node):
            yield from (Fill(path, NONE, key, value, name=name) for key, value in entries(program, path, facts, node))


def _stored(program: Program, path: str, facts: Facts, matters: Matters) -> Iterator[Fill]:
    keys = {(base, value): key for base, key, value in facts.item_stores}
    names = {(base, value): name for base, name, value, _ in facts.attribute_stores}
    for kind, value, base, line, column in facts.exits:
        if kind == "item" and matters(value):
            yield Fill(path, base, keys.get((base, value), NONE), value, (line, column))
        elif kind == "attribute" and (base, value) in names and matters(node := plain(facts, value)):
            for key, part in entries(program, path, facts, node):
                yield Fill(path, base, key, part, (line, column), attribute=names[base, value])


def _given(program: Program, path: str, facts: Facts, callee: Any, call: Any) -> Iterator[tuple[int, int]]:
    """(key, value) of what a method of a mapping, or of a list that lies in one, is given."""
    arguments = [node for kind, _, node in call[2] if kind == ""]
    if callee[2] == "setdefault" and len(arguments) == 2:
        yield arguments[0], arguments[1]
    elif callee[2] == "update":
        yield from ((NONE, node) for kind, _, node in call[2] if kind == "=")
        for node in arguments[:1]:
            yield from entries(program, path, facts, plain(facts, node))
    elif callee[2] in _INTO_LISTS and arguments and taken_from(facts, callee[1]) != NONE:
        yield NONE, arguments[-1]


def entries(program: Program, path: str, facts: Facts, node: int) -> Iterator[tuple[int, int]]:
    """(key, value) of what a mapping is made with."""
    operation = facts.nodes[node]
    if operation[0] == "dict":
        yield from operation[1]
    elif operation[0] == "comp" and operation[1] == "dictcomp":
        yield EACH, operation[2]
    elif operation[0] == "comp":
        pair = facts.nodes[plain(facts, operation[2])]
        if pair[0] == "seq" and len(pair[2]) == 2:
            yield EACH, pair[2][1]
    elif operation[0] == "call" and containers.is_mapping(program, path, operation):
        yield from ((NONE, value) for kind, _, value in operation[2] if kind == "=")
        for kind, _, value in operation[2]:
            inner = plain(facts, value)
            if kind == "" and facts.nodes[inner][0] in {"dict", "comp"}:
                yield from entries(program, path, facts, inner)


def made(facts: Facts) -> dict[int, str]:
    """What the names of a module, and of its classes, are bound to."""
    found = {plain(facts, node): name for name, node in facts.exports.items()}
    for entry in facts.classes:
        found.update((plain(facts, node), name) for name, node in entry.members.items())
    return found


def taken_from(facts: Facts, node: int, seen: frozenset[int] = frozenset()) -> int:
    """
    The mapping that *node* is taken out of by a key; NONE where it is nothing of the kind.

    *seen* are the branches that lead here: in a loop, a name may be what it was before.
    """
    operation = facts.nodes[plain(facts, node)]
    if operation[0] == "call":
        callee = facts.nodes[plain(facts, operation[1])]
        return plain(facts, callee[1]) if callee[0] == "attr" and callee[2] in _TAKING else NONE
    if operation[0] == "join":
        seen |= {plain(facts, node)}
        parts = (part for part in operation[1] if plain(facts, part) not in seen)
        return next((base for part in parts if (base := taken_from(facts, part, seen)) != NONE), NONE)
    return plain(facts, operation[1]) if operation[0] == "item" else NONE


def is_by_identity(facts: Facts, fill: Fill) -> bool:
    """Whether the key is what the object that is put in was made of, or a part of it."""
    if fill.key == EACH:
        return True
    value = plain(facts, fill.value)
    if fill.key == NONE or facts.nodes[value][0] != "call":
        return False
    parts = {facts.nodes[plain(facts, node)] for _, _, node in facts.nodes[value][2]}
    node = plain(facts, fill.key)
    while node != value and facts.nodes[node] not in parts:
        if facts.nodes[node][0] not in {"attr", "item"}:
            return False
        node = plain(facts, facts.nodes[node][1])
    return True


def plain(facts: Facts, node: int) -> int:
    """The node behind other names for it."""
    while facts.nodes[node][0] in _THROUGH:
        node = facts.nodes[node][1]
    return node
