"""What a project writes to pickles and to caches that pickle: by calls, by items of shelves, by helpers that do it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from asset_lint.findings import Step
from asset_lint.semantics import containers, library
from asset_lint.semantics.called import Callers, spelled
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.elements import content
from asset_lint.semantics.facts import NONE, Facts, Site
from asset_lint.semantics.flows.graph import dotted_name
from asset_lint.semantics.program import Place, Program
from asset_lint.semantics.reach import Reach
from asset_lint.semantics.serializers import METHODS, SHELVES, written_argument, written_if_pickling
from asset_lint.semantics.serializers import Place as Slot
from asset_lint.semantics.values import Atom, Values
from asset_lint.semantics.weights import BUILDS

_THROUGH = frozenset({"same", "typed", "narrow", "exclude", "await", "enter"})
_CALLING = frozenset({"map", "submit", "to_thread", "run_in_executor", "run_sync"})
"""Functions that call, with what follows, one of the functions that they are given."""
_ANYTHING = frozenset({"typing.Any", "builtins.object"})
_OWN_WAYS = ("persistent_id", "reducer_override", "dispatch_table")
"""By which a pickler writes something in the place of some objects."""
_MOST_HELPERS = 3


@dataclass(frozen=True)
class Written:
    """
    A value that is written: its *node*, by what it is written, and where.

    It is the *site* of a call, or else the (line, column) of an item's *target*. *each*: the elements are written one
    by one. *steps* lead from a call of a helper to the call that writes.
    """

    path: str
    node: int
    by: str
    site: Site | None
    target: tuple[int, int] = (0, 0)
    each: bool = False
    opened: bool = False
    steps: tuple[Step, ...] = ()

    def values(self, program: Program) -> Values:
        """What may be written."""
        found = program.value(self.path, self.node)
        return containers.element(program, found) if self.each else found


def written(program: Program) -> list[Written]:
    """Everything that is written, in the modules that have been read."""
    known: list[Written] | None = program.tables.get("serialized")
    if known is None:
        finder = _Finder(program)
        known = program.tables["serialized"] = [*finder.calls(), *finder.items()]
        known += finder.helped(known)
    return known


def unread_helpers(program: Program, reach: Reach) -> set[str]:
    """The modules, not read so far, whose functions are given guarded objects, or what gives them."""
    found: set[str] = set()
    for path, facts in program.facts.items():
        marks = reach.marks.get(path, {})
        for site in reach.sites(path):
            operation = facts.nodes[site.node]
            given = [node for _, _, node in operation[2]] if operation[0] == "call" else operation[2:3]
            if any(marks.get(node, 0) & BUILDS for node in given):
                found |= {atom[1] for atom in program.value(path, operation[1]) if atom[0] == "stub"}
    return found


class _Finder:
    """Looks through all modules, by the names of what is called before it asks what is called."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._callers = Callers(program)

    def calls(self) -> Iterator[Written]:
        """Yield what is passed to something that writes."""
        for path, facts in sorted(self._program.facts.items()):
            names, read = METHODS | _CALLING | _aliases(facts), self._read_again(path, facts)
            for site in facts.sites:
                operation = facts.nodes[site.node]
                if operation[0] == "call" and spelled(facts, operation[1]) in names and site.node not in read:
                    yield from self._of_call(path, site, operation)

    def _read_again(self, path: str, facts: Facts) -> set[int]:
        """The calls whose pickle goes straight to what reads it: that is a copy."""
        found = set()
        for site in facts.sites:
            operation = facts.nodes[site.node]
            if operation[0] == "call" and operation[2] and spelled(facts, operation[1]) == "loads":
                node = operation[2][0][2]
                while facts.nodes[node][0] in _THROUGH:
                    node = facts.nodes[node][1]
                if any(dotted_name(atom) in library.UNPICKLERS for atom in self._program.value(path, operation[1])):
                    found.add(node)
        return found

    def items(self) -> Iterator[Written]:
        """Yield what is stored under a key of something that writes it to a file."""
        for path, facts in sorted(self._program.facts.items()):
            for kind, value, base, line, column in facts.exits:
                if kind == "item" and (by := self._shelf(path, base)):
                    yield Written(path, value, by, None, (line, column))

    def _shelf(self, path: str, base: int) -> str:
        for atom in self._program.value(path, base):
            if (name := dotted_name(atom)) in SHELVES:
                return name
        return ""

    def _of_call(self, path: str, site: Site, call: Any) -> Iterator[Written]:
        facts = self._program.facts[path]
        arguments = list(call[2])
        for atom in self._callees(path, call[1]):
            name = self._name_of(atom)
            slot = self._slot(path, call[1], name)
            if slot is not None and (node := _argument(arguments, slot)) != NONE:
                owner = _owner_of_attributes(facts, node)
                yield Written(path, node if owner == NONE else owner, name, site, opened=owner != NONE)
                return
        if spelled(facts, call[1]) in _CALLING:
            yield from self._called(path, site, call)

    def _name_of(self, atom: Atom) -> str:
        """The dotted name of what is called: the base's, for a pickler of the project without ways of its own."""
        if atom[0] != "meth" or atom[1][0] not in {"inst", "super"} or isinstance(atom[1][1], str):
            return dotted_name(atom)
        line = ancestry(self._program, atom[1][1] if atom[1][0] == "inst" else atom[1][2][1])
        own = [self._program.class_(*key).members for key in line if not isinstance(key, str)]
        if any(name in members for members in own for name in _OWN_WAYS):
            return ""
        return next((f"{key}.{atom[2]}" for key in line if isinstance(key, str)), "")

    def _callees(self, path: str, node: int) -> Iterator[Atom]:
        for atom in sorted(self._program.value(path, node), key=repr):
            yield from sorted(atom[1], key=repr) if atom[0] == "partial" else (atom,)

    def _slot(self, path: str, callee: int, name: str) -> Slot | None:
        slot = written_argument(name) if name else None
        if slot is None and name and (sometimes := written_if_pickling(name)) is not None:
            base = self._program.facts[path].nodes[callee]
            return sometimes if base[0] == "attr" and self._is_made_to_pickle(path, base[1]) else None
        return slot

    def _called(self, path: str, site: Site, call: Any) -> Iterator[Written]:
        """``map(dumps, objects)``, ``to_thread(dump, object, file)``."""
        plain = [node for kind, _, node in call[2] if kind == ""]
        for place, node in enumerate(plain[:2]):
            for atom in self._callees(path, node):
                slot = written_argument(dotted_name(atom))
                if slot is not None and place + 1 + slot[0] < len(plain):
                    each = spelled(self._program.facts[path], call[1]) == "map"
                    yield Written(path, plain[place + 1 + slot[0]], dotted_name(atom), site, each=each)
                    return

    # -- clients that pickle if they are told to --------------------------------------------------------------

    def _is_made_to_pickle(self, path: str, node: int) -> bool:
        for home, call in self._makers(path, node, 6):
            for _, _, argument in self._program.facts[home].nodes[call][2]:
                if any("pickle" in dotted_name(atom).lower() for atom in self._program.value(home, argument)):
                    return True
        return False

    def _makers(self, path: str, node: int, depth: int) -> Iterator[tuple[str, int]]:
        """The calls that made what *node* is."""
        facts = self._program.facts[path]
        operation = facts.nodes[node]
        while operation[0] in _THROUGH:
            node = operation[1]
            operation = facts.nodes[node]
        if operation[0] == "call":
            yield path, node
        elif depth > 0:
            for home, source in self._sources(path, operation):
                yield from self._makers(home, source, depth - 1)

    def _sources(self, path: str, operation: Any) -> Iterator[tuple[str, int]]:
        facts, modules = self._program.facts[path], self._program.modules
        if operation[0] == "join":
            yield from ((path, part) for part in operation[1])
        elif operation[0] == "global" and operation[1] in facts.exports:
            yield path, facts.exports[operation[1]]
        elif operation[0] == "attr":
            yield from ((path, value) for _, name, value, _ in facts.attribute_stores if name == operation[2])
        elif operation[0] == "from":
            level, module, name = operation[1:4]
            home = modules.relative(path, level, module) if level else modules.absolute(path, module)
            other = self._program.facts.get(home) if home is not None else None
            if home is not None and other is not None and name in other.exports:
                yield home, other.exports[name]

    # -- helpers ----------------------------------------------------------------------------------------------

    def helped(self, known: Iterable[Written]) -> list[Written]:
        """What is passed to functions that write a parameter of which they do not say what it is."""
        found: list[Written] = []
        seen: set[Place] = set()
        new = list(known)
        for _ in range(_MOST_HELPERS):
            new = [
                item
                for written in new
                for place in self._open_parameters(written)
                if place not in seen and not seen.add(place)  # type: ignore[func-returns-value]
                for item in self._passed(place, written)
            ]
            found += new
        return found

    def _open_parameters(self, written: Written) -> list[Place]:
        values = written.values(self._program)
        values |= content(self._program, frozenset(atom for atom in values if atom[0] == "alloc"))
        if any(atom[0] in {"inst", "coll", "map"} and atom[1] not in _ANYTHING for atom in values):
            return []
        return sorted(atom[1:4] for atom in values if atom[0] == "param" and not written.each)

    def _passed(self, place: Place, written: Written) -> Iterator[Written]:
        for path, site, node in self._callers.passed(place):
            yield replace(written, path=path, node=node, site=site, steps=(self._step(written), *written.steps))

    @staticmethod
    def _step(written: Written) -> Step:
        line, column = written.target
        if written.site is not None:
            line, column = written.site.span.line, written.site.span.column
        return Step(written.path, line, column, f"is written by {written.by}" if not written.steps else "is passed on")


def _owner_of_attributes(facts: Facts, node: int) -> int:
    """The object whose ``__dict__`` a node is, or whose ``vars()``; NONE where it is neither."""
    operation = facts.nodes[node]
    while operation[0] in _THROUGH:
        operation = facts.nodes[operation[1]]
    if operation[0] == "attr" and operation[2] == "__dict__":
        return int(operation[1])
    if operation[0] == "call" and len(operation[2]) == 1 and spelled(facts, operation[1]) == "vars":
        return int(operation[2][0][2])
    return NONE


def _argument(arguments: Iterable[tuple[str, str, int]], slot: Slot) -> int:
    """The argument at a place, or under one of the names."""
    place, names = slot
    plain = [node for kind, _, node in arguments if kind == ""]
    if place < len(plain):
        return plain[place]
    return next((node for kind, name, node in arguments if kind == "=" and name in names), NONE)


def _aliases(facts: Facts) -> frozenset[str]:
    """What a module calls functions that write, where it has names of its own for them."""
    found = set()
    for name, node in facts.exports.items():
        operation = facts.nodes[node]
        while operation[0] in _THROUGH:
            operation = facts.nodes[operation[1]]
        if operation[0] in {"from", "attr"} and operation[-1] in METHODS:
            found.add(name)
        elif operation[0] == "call":
            partial = [argument for _, _, argument in operation[2][:1]]
            found.update(name for argument in partial if spelled(facts, argument) in METHODS)
    return frozenset(found)
