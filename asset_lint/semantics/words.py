"""What a file must mention to matter: it starts with the names of the guards and grows with what is learned."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from asset_lint.semantics import classes, members, sites, stores
from asset_lint.semantics.copying import may_copy
from asset_lint.semantics.elements import content
from asset_lint.semantics.guards import Guard, want_bases
from asset_lint.semantics.program import Place, Program
from asset_lint.semantics.reach import Reach
from asset_lint.semantics.serializers import may_write
from asset_lint.semantics.values import ANY, Atom, ClassKey, Values

_MANY = 8
"""From so many searches on, to look for what doubles comes cheaper."""

_COMMON = frozenset({"__init__", "__call__", "__enter__", "__new__", "__getattr__", "__get__", "self", "cls"})


def may_double(data: bytes) -> bool:
    """Whether a file holds what makes a second object, now or later, of one that it is given."""
    return may_write(data) or may_copy(data)


class Searched(Protocol):
    """The files of a project, as far as they are searched."""

    def mentioning(self, words: Iterable[str], among: Iterable[str] | None = None) -> set[str]:
        """The paths, those in *among* or all, of the files that mention one of *words*."""

    def data(self, path: str) -> bytes | None:
        """The bytes of a file, None where it cannot be read."""

    def holding(self, what: Callable[[bytes], object], among: Iterable[str] | None = None) -> set[str]:
        """The paths, those in *among* or all, of the files that pass the test *what*."""


@dataclass(frozen=True)
class Defines:
    """Test whether a file defines one of *names*: it begins with the name, for which bytes are searched fast."""

    names: tuple[str, ...]

    def __call__(self, data: bytes) -> bool:
        """Whether *data* does."""
        places = (match.start() for name in self.names for match in _standing(name).finditer(data))
        return any(data[max(0, place - 40) : place].rstrip(b" \t").endswith((b"class", b"def")) for place in places)


@cache
def _standing(name: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(name.encode()) + rb"\b")


@dataclass(frozen=True)
class Needs:
    """A file matters that mentions one of *words*, or one of *givers* and a *method* or something that doubles."""

    words: frozenset[str]
    givers: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()

    def mattering(self, files: Searched) -> set[str]:
        """The paths of the files that have to be read."""
        found = files.mentioning(self.words)
        if not self.givers:
            return found
        if len(self.givers) < _MANY:
            giving = files.mentioning(self.givers) - found
            beside = files.mentioning(self.methods, giving)
            return found | beside | files.holding(may_double, giving - beside)
        # What stands beside the names that give is the same in every round, and they need not be searched elsewhere.
        beside = (files.mentioning(self.methods) | files.holding(may_double)) - found
        return found | files.mentioning(self.givers, beside)


def learned(
    program: Program,
    guards: Iterable[Guard],
    start: frozenset[str],
    reach: Reach | None = None,
    given: Container[Place] = frozenset(),
) -> Needs:
    """
    What to look for after the modules read so far, of which *reach* says what can matter.

    *given* are the parameters at which something that builds arrives.
    """
    guards = list(guards)
    reach = reach or Reach(program, guards)
    words = set(start)
    givers: set[str] = set()
    methods: set[str] = set()
    for guard in guards:
        scan = _Scan(program, guard, reach, given)
        scan.run()
        words |= scan.words
        givers |= scan.givers
        methods |= scan.methods
    return Needs(frozenset(words - _COMMON), frozenset(givers - _COMMON), frozenset(methods - _COMMON))


class _Scan:
    """Names under which other modules may get at what builds instances of one guard, or at instances."""

    def __init__(self, program: Program, guard: Guard, reach: Reach, given: Container[Place]) -> None:
        self.program = program
        self.given = given
        self.reach = reach
        self.guard = guard
        self.words: set[str] = set()
        self.givers: set[str] = set()
        self.methods: set[str] = set()
        self.holders: set[ClassKey] = set()
        self._stored: dict[ClassKey, set[str]] = {}
        for name, owner in stores.stored_names(program):
            self._stored.setdefault(owner, set()).add(name)

    def run(self) -> None:
        program, reach = self.program, self.reach
        for path, facts in sorted(program.facts.items()):
            for name, node in facts.exports.items():
                if reach.may_be_learned(path, node):
                    self._name(name, program.value(path, node))
                if name == "__getattr__":
                    self._answered(path, node)
            for index in range(len(facts.classes)):
                self._class(path, index)
            for base, name, value, _ in facts.attribute_stores:
                if facts.nodes[base][0] != "param" and reach.may_be_learned(path, value):
                    self._name(name, program.value(path, value))
        self._hold()

    def _answered(self, path: str, node: int) -> None:
        """The names for which a module's ``__getattr__`` has answers that build."""
        for atom in self.program.value(path, node):
            if atom[0] != "func":
                continue
            function = self.program.function(atom[1], atom[2])
            for value, conditions in function.conditions.items():
                names = [condition[2] for condition in conditions if condition[1] == "==" and condition[3]]
                if names and self._builds(self.program.value(atom[1], value)):
                    self.words.update(name for name in names if isinstance(name, str))

    def _hold(self) -> None:
        """What leads to instances of classes with building methods."""
        program = self.program
        for key in list(self.holders):
            for heir in classes.subclasses(program, key):
                self.holders.add(heir)
                self.words.add(program.class_(*heir).name)
        if self.holders:
            self.reach.hold(self.holders)
            for path in sorted(program.facts):
                self._holders_in(path)

    def _class(self, path: str, index: int) -> None:
        program, key = self.program, (path, index)
        entry = program.class_(path, index)
        if self.guard.matches(program, key) or key in self.guard.managers:
            self.words.add(entry.name)  # a manager's, because what it gives may be copied where nothing else is named
        receiver = frozenset((("inst", key, ANY),))
        for name in self._names(key):
            if not self.reach.may_be_attribute(name):
                continue
            values = members.attribute(program, receiver, name)
            if self._builds(values):
                self._method(key, entry.name, name, values)
            if any(
                sites.instances(program, self.guard, frozenset((atom,))) for atom in values if atom[0] == "inst"
            ) or self._gives(values):
                self.givers.add(name)

    def _names(self, key: ClassKey) -> list[str]:
        """What the class binds and what its methods store."""
        return sorted({*self.program.class_(*key).members, *self._stored.get(key, ())})

    def _method(self, key: ClassKey, owner: str, name: str, values: Values) -> None:
        self.methods.add(name)
        want_bases(self.program, (key,))  # it may be called there
        if any(atom[0] in {"class", "ext", "partial", "alloc"} for atom in values):
            self.words.add(name)
        elif not self.guard.matches(self.program, key):
            self.words.add(owner)
            self.holders.add(key)

    def _name(self, name: str, values: Values) -> None:
        if self._builds(values) or self._looks_up(values):
            self.words.add(name)
        elif self._gives(values):
            self.givers.add(name)

    def _builds(self, values: Values, depth: int = 0) -> bool:
        """Whether a call of one of *values*, of what it gives, or of what lies in it builds."""
        program, guard = self.program, self.guard
        if sites.builders(program, guard, values) or self._was_given(values):
            return True
        if depth > 2:
            return False
        inner: set[Atom] = set()
        functions = frozenset(atom for atom in values if atom[0] in {"func", "bound"})
        if functions:
            inner |= program.call(functions, ())
        inner |= content(program, values)
        inner -= values
        return bool(inner) and self._builds(frozenset(inner), depth + 1)

    def _was_given(self, values: Values) -> bool:
        """Whether an object that was given something that builds is among *values*; its attribute becomes a word."""
        for atom in values:
            held = atom[2][1] if atom[0] == "inst" and isinstance(atom[2], tuple) else ()
            names = {name for name, inner in held if sites.builders(self.program, self.guard, inner)}
            if names:
                self.words |= names
                return True
        return False

    def _looks_up(self, values: Values) -> bool:
        """Whether functions among *values* return what another function was given, and has kept somewhere."""
        functions = frozenset(atom for atom in values if atom[0] == "func")
        found = self.program.call(functions, ()) if functions else frozenset()
        return any(atom[0] == "param" and atom[1:4] in self.given for atom in found)

    def _gives(self, values: Values) -> bool:
        functions = frozenset(atom for atom in values if atom[0] in {"func", "bound"})
        if not functions:
            return any(atom[0] == "inst" and self.guard.matches(self.program, atom[1]) for atom in values)
        found = self.program.call(functions, ())
        return any(atom[0] == "inst" and self.guard.matches(self.program, atom[1]) for atom in found)

    def _holders_in(self, path: str) -> None:
        """Names that hold or give an instance of a class with building methods."""
        program = self.program
        for name, node in program.facts[path].exports.items():
            if self.reach.may_hold(path, node) and self._holds(program.value(path, node)):
                self.givers.add(name)
        for index in range(len(program.facts[path].classes)):
            receiver = frozenset((("inst", (path, index), ANY),))
            for name in self._names((path, index)):
                if self.reach.may_be_attribute(name) and self._holds(members.attribute(program, receiver, name)):
                    self.givers.add(name)

    def _holds(self, values: Values) -> bool:
        functions = frozenset(atom for atom in values if atom[0] in {"func", "bound"})
        found = values | (self.program.call(functions, ()) if functions else frozenset())
        found |= content(self.program, found)
        return any(atom[0] == "inst" and atom[1] in self.holders for atom in found)


def guard_words(names: Iterable[str]) -> frozenset[str]:
    """The words to begin with: the last parts of dotted names."""
    return frozenset(name.rpartition(".")[2] for name in names)
