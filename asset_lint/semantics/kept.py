"""Values that may have to do with a guard and that stay in mappings beside its manager, and who puts them there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asset_lint.semantics import guards
from asset_lint.semantics.facts import NONE, Facts, Site
from asset_lint.semantics.fills import Fill, fills, plain, taken_from
from asset_lint.semantics.flows.sources import parameter_places
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.holding import Holding
from asset_lint.semantics.lasting import Lasting
from asset_lint.semantics.program import Place, Program
from asset_lint.semantics.reach import Reach
from asset_lint.semantics.serializers import may_write
from asset_lint.semantics.weights import BUILDS, HOLDS

_NAMED = re.compile(rb"(?i)cache|memo|registry|pool|store|repository")
_STORING = re.compile(rb"\][ \t]*=[^=]|\.setdefault\(|\.update\(")


def may_stay(data: bytes) -> bool:
    """Whether functions of a file may write or keep anything: as a pickle, or in what is called a cache."""
    return may_write(data) or (_NAMED.search(data) is not None and _STORING.search(data) is not None)


@dataclass(frozen=True)
class Kept:
    """A value, *node*, that is put into a mapping; by *call* it is passed to the function that does so."""

    path: str
    node: int
    fill: Fill
    call: Site | None = None


def kept(program: Program, guard: Guard, reach: Reach) -> Iterator[Kept]:
    """Yield what is put into mappings that are not the manager's, as far as it may have to do with the guard."""
    finder = _Finder(program, guard, reach)
    for path, facts in sorted(program.facts.items()):
        yield from finder.put(path, facts)
    for path in sorted(program.facts):
        yield from finder.passed(path)


def unread_mappings(program: Program, reach: Reach) -> set[str]:
    """The modules, not read so far, in whose mappings something is put that may be guarded."""
    found: set[str] = set()
    for path, facts in program.facts.items():
        marks = reach.marks.get(path, {})
        for kind, value, base, _, _ in facts.exits:
            if kind == "item" and marks.get(value, 0) & BUILDS:
                found |= {atom[1] for atom in program.value(path, _root(facts, base)) if atom[0] == "stub"}
    return found


def _root(facts: Facts, node: int) -> int:
    seen = {node}
    while (outer := taken_from(facts, node)) not in {NONE, *seen}:
        node = outer
        seen.add(node)
    return plain(facts, node)


class _Finder:
    def __init__(self, program: Program, guard: Guard, reach: Reach) -> None:
        self._program = program
        self._guard = guard
        self._reach = reach
        self._lasts = Lasting(program, guard)
        self._holding = Holding(program, guard, lambda key: False)
        self._filled: dict[str, dict[tuple[int, int], list[Fill]]] = {}

    def put(self, path: str, facts: Facts) -> Iterator[Kept]:
        """What a module puts into mappings."""
        for fill in fills(self._program, path, facts, lambda node: self._matters(path, facts, node)):
            if self._lasts(fill):
                for node in self._parts(path, facts, fill.value):
                    yield Kept(path, node, fill)

    def passed(self, path: str) -> Iterator[Kept]:
        """What a module passes to functions that put it into mappings."""
        facts, marks = self._program.facts[path], self._reach.marks.get(path, {})
        for site in self._reach.sites(path):
            operation = facts.nodes[site.node]
            given = [node for _, _, node in operation[2]] if operation[0] == "call" else []
            if any(marks.get(node, 0) & (BUILDS | HOLDS) for node in given) and not self._is_allowed(path, site):
                yield from self._of_call(path, facts, site, operation)

    def _is_allowed(self, path: str, site: Site) -> bool:
        return guards.is_allowed(self._program, self._guard, path, site.scope)

    def _of_call(self, path: str, facts: Facts, site: Site, call: Any) -> Iterator[Kept]:
        for atom in self._program.value(path, call[1]):
            if atom[0] in {"func", "bound"} and atom[1] in self._program.facts:
                parameters = self._program.function(atom[1], atom[2]).parameters
                for place, node in parameter_places(parameters, call[2], bound=atom[0] == "bound"):
                    for fill in self._fills_of((atom[1], atom[2], place)):
                        if self._is_of_new_object(path, facts, call, fill):
                            continue
                        for part in self._parts(path, facts, node):
                            yield Kept(path, part, fill, site)

    def _is_of_new_object(self, path: str, facts: Facts, call: Any, fill: Fill) -> bool:
        """Whether the mapping belongs to an object that the caller has made for itself."""
        callee = facts.nodes[plain(facts, call[1])]
        if fill.base == NONE or callee[0] != "attr" or not _is_own(self._program.facts[fill.path], fill.base):
            return False
        base = facts.nodes[plain(facts, callee[1])]
        return base[0] == "call" and any(atom[0] == "class" for atom in self._program.value(path, base[1]))

    def _fills_of(self, place: Place) -> list[Fill]:
        """Where a function puts a parameter into a mapping that stays."""
        path, index, parameter = place
        if path not in self._filled:
            found = self._filled[path] = defaultdict(list)
            facts = self._program.facts[path]
            for fill in fills(self._program, path, facts, lambda node: _is_parameter(facts, node)):
                operation = facts.nodes[plain(facts, fill.value)]
                if operation[0] == "param" and self._lasts(fill):
                    found[operation[1], operation[2]].append(fill)
        return self._filled[path].get((index, parameter), [])

    def _matters(self, path: str, facts: Facts, node: int) -> bool:
        marks = self._reach.marks.get(path)
        worth = BUILDS | HOLDS if facts.nodes[plain(facts, node)][0] == "call" else BUILDS
        return marks is None or bool(marks.get(node, 0) & worth)

    def _parts(self, path: str, facts: Facts, node: int) -> Iterator[int]:
        """The value itself, or what an object is made of that holds guarded ones."""
        operation = facts.nodes[plain(facts, node)]
        values = self._program.value(path, node)
        is_holder = any(
            atom[0] == "inst" and not isinstance(atom[1], str) and not self._guard.matches(self._program, atom[1])
            for atom in values
        )
        if operation[0] == "call" and is_holder and self._holding.match(values) is not None:
            yield from (argument for _, _, argument in operation[2])
        yield node


def _is_own(facts: Facts, node: int) -> bool:
    """Whether a mapping is an attribute of the first parameter of a function."""
    operation = facts.nodes[plain(facts, node)]
    if operation[0] != "attr":
        return False
    base = facts.nodes[plain(facts, operation[1])]
    return bool(base[0] == "param" and base[2] == 0)


def _is_parameter(facts: Facts, node: int) -> bool:
    return bool(facts.nodes[plain(facts, node)][0] == "param")
