"""
Mappings that outlive a call, and what is put into them: of modules, of classes, of the objects of a class.

One of an object counts only where it is used as a cache: somebody looks whether a thing is there before it is put in,
or returns what is. Else it is what the object works with: drafts, an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asset_lint.semantics import containers
from asset_lint.semantics.caching import MAPPINGS
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE, Facts, Site
from asset_lint.semantics.flows.graph import dotted_name
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.reach import Reach
from asset_lint.semantics.values import Atom, ClassKey, class_key
from asset_lint.semantics.weights import BUILDS

_THROUGH = frozenset({"same", "typed", "narrow", "exclude"})


@dataclass(frozen=True)
class Kept:
    """
    A value that is put into a mapping, and where.

    That is at a *place* in the text, by the call at a *site*, or, where the mapping is made with it, in the statement
    that gives the mapping its *name* in a module or class.
    """

    path: str
    node: int
    place: tuple[int, int] = (0, 0)
    site: Site | None = None
    name: str = ""


def kept(program: Program, guard: Guard, reach: Reach) -> Iterator[Kept]:
    """Yield what is put into mappings that are not the manager's, as far as it may have to do with the guard."""
    finder = _Finder(program, guard, reach)
    for path, facts in sorted(program.facts.items()):
        yield from finder.of_module(path, facts)


class _Finder:
    def __init__(self, program: Program, guard: Guard, reach: Reach) -> None:
        self._program = program
        self._guard = guard
        self._reach = reach

    def of_module(self, path: str, facts: Facts) -> Iterator[Kept]:
        made = {_plain(facts, node): name for name, node in _bindings(facts)}
        for kind, value, base, line, column in facts.exits:
            if kind == "item" and self._matters(path, value) and self._lasts(path, facts, base, made):
                yield Kept(path, value, (line, column))
        for site in facts.sites:
            operation = facts.nodes[site.node]
            callee = facts.nodes[operation[1]]
            if operation[0] == "call" and callee[0] == "attr" and callee[2] in {"setdefault", "update"}:
                for value in self._given(path, facts, callee[2], operation):
                    if self._matters(path, value) and self._lasts(path, facts, callee[1], made):
                        yield Kept(path, value, site=site)
        for node, name in made.items():
            if self._matters(path, node):
                yield from (Kept(path, value, name=name) for value in self._written(path, facts, node))

    def _matters(self, path: str, node: int) -> bool:
        marks = self._reach.marks.get(path)
        return marks is None or bool(marks.get(node, 0) & BUILDS)

    def _given(self, path: str, facts: Facts, method: str, call: Any) -> Iterator[int]:
        plain = [node for kind, _, node in call[2] if kind == ""]
        if method == "setdefault":
            yield from plain[1:2]
            return
        yield from (node for kind, _, node in call[2] if kind == "=")
        for node in plain[:1]:
            display = _plain(facts, node)
            yield from self._written(path, facts, display)

    def _written(self, path: str, facts: Facts, node: int) -> Iterator[int]:
        """The values that a mapping is made with."""
        operation = facts.nodes[node]
        if operation[0] == "dict":
            yield from (value for _, value in operation[1])
        elif operation[0] == "comp" and operation[1] == "dictcomp":
            yield operation[2]
        elif operation[0] == "call" and containers.is_mapping(self._program, path, operation):
            yield from (value for kind, _, value in operation[2] if kind == "=")
            for kind, _, value in operation[2]:
                display = _plain(facts, value)
                if kind == "" and facts.nodes[display][0] in {"dict", "comp"}:
                    yield from self._written(path, facts, display)

    # -- mappings ---------------------------------------------------------------------------------------------

    def _lasts(self, path: str, facts: Facts, base: int, made: dict[int, str]) -> bool:
        """Whether *base* is a mapping that outlives the call, and not the manager's own."""
        node = _plain(facts, base)
        operation = facts.nodes[node]
        if node in made:
            return True
        if operation[0] == "attr" and not self._counts(path, facts, node, operation):
            return False
        if operation[0] not in {"attr", "global", "from", "star"}:
            return False
        return any(self._is_mapping(atom) for atom in self._program.value(path, node))

    def _counts(self, path: str, facts: Facts, node: int, operation: Any) -> bool:
        """Whether an attribute is that of a module, of a class that may not build, or serves as a cache of objects."""
        for atom in self._program.value(path, operation[1]):
            if atom[0] == "mod":
                return True
            if atom[0] in {"inst", "class"}:
                line = ancestry(self._program, atom[1] if atom[0] == "inst" else class_key(atom))
                if self._is_part_of_manager(line) or any(base in self._guard.classes for base in line):
                    return False
                return self._is_of_class(line, operation[2]) or _is_looked_up(facts, node) or _is_served(facts, node)
        return False

    def _is_part_of_manager(self, line: tuple[ClassKey, ...]) -> bool:
        """Whether a class, with its bases, is a manager or a base of one, whose mappings are the manager's."""
        managers = self._guard.managers
        return any(manager in line or line[0] in ancestry(self._program, manager) for manager in managers)

    def _is_of_class(self, line: tuple[ClassKey, ...], name: str) -> bool:
        """Whether all instances share what lies under a name."""
        own = (base for base in line if not isinstance(base, str) and base[0] in self._program.facts)
        return any(name in self._program.class_(*base).members for base in own)

    def _is_mapping(self, atom: Atom) -> bool:
        if atom[0] == "map":
            return True
        if atom[0] == "alloc":
            operation = self._program.facts[atom[1]].nodes[atom[2]]
            if operation[0] == "call":
                return containers.is_mapping(self._program, atom[1], operation)
            return bool(operation[0] == "dict" or operation[:2] == ("comp", "dictcomp"))
        return dotted_name(atom) in MAPPINGS


def _is_looked_up(facts: Facts, node: int) -> bool:
    """Whether a function looks at an attribute of its object before, at *node*, it stores into what lies there."""
    name, own = facts.nodes[node][2], _own(facts, node)
    return own is not None and any(
        operation[0] == "attr" and operation[2] == name and _own(facts, place) == own
        for place, operation in enumerate(facts.nodes[:node])
    )


def _is_served(facts: Facts, node: int) -> bool:
    """Whether a method of the class returns what it takes out of the mapping at *node*, an attribute."""
    name, own = facts.nodes[node][2], _own(facts, node)
    owner = facts.functions[own].owner if own is not None else NONE
    return owner != NONE and any(
        _takes(facts, value, name)
        for function in facts.functions
        if function.owner == owner
        for value in function.returns
    )


def _takes(facts: Facts, node: int, name: str) -> bool:
    """Whether *node* is an item of an attribute of that name."""
    operation = facts.nodes[_plain(facts, node)]
    if operation[0] == "join":
        return any(_takes(facts, part, name) for part in operation[1])
    if operation[0] == "call":
        operation = facts.nodes[operation[1]]
        operation = operation if operation[0] == "attr" and operation[2] in {"get", "setdefault", "pop"} else ("",)
    base = facts.nodes[_plain(facts, operation[1])] if operation[0] in {"item", "attr"} else ("",)
    return bool(base[0] == "attr" and base[2] == name)


def _own(facts: Facts, node: int) -> int | None:
    """The method whose first parameter *node* is an attribute of."""
    base = facts.nodes[_plain(facts, facts.nodes[node][1])]
    return int(base[1]) if base[0] == "param" and base[2] == 0 else None


def _bindings(facts: Facts) -> Iterator[tuple[str, int]]:
    """What the names of a module, and of its classes, are bound to."""
    yield from facts.exports.items()
    for entry in facts.classes:
        yield from entry.members.items()


def _plain(facts: Facts, node: int) -> int:
    while facts.nodes[node][0] in _THROUGH:
        node = facts.nodes[node][1]
    return node
