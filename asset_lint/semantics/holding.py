"""Guarded instances in values: as such, in containers, and inside of objects that hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from asset_lint.findings import Certainty
from asset_lint.semantics import members, sites
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.elements import CONTAINERS, content
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.sites import Match
from asset_lint.semantics.stores import stored_names
from asset_lint.semantics.values import ANY, UNKNOWN, Atom, ClassKey, Values, instance

_DEEPEST = 4
_STATES = ("__getstate__", "__reduce__", "__reduce_ex__")

Answers = Callable[[ClassKey], bool]
"""Whether instances of a class are not what is looked for, though they are guarded."""


class Holding:
    """
    Finds the guarded instances of one guard in values.

    Instances of classes that *spared* says yes to do not count. With *through_objects* an object counts that has one
    in an attribute, unless its class says itself what of it is written, or has the method *hook* that does so.
    """

    def __init__(
        self, program: Program, guard: Guard, spared: Answers, hook: str = "", *, through_objects: bool = True
    ) -> None:
        self._hook = hook
        self._program = program
        self._through_objects = through_objects
        self._guard = guard
        self._spared = spared
        self._known: dict[ClassKey, Match | None] = {}
        self._contents: dict[tuple[Atom, int], Match | None] = {}

    def match(self, values: Values) -> Match | None:
        """The guarded instance among *values*, or inside of one of them."""
        return self._match(values, 0)

    def within(self, values: Values) -> Match | None:
        """The guarded instance in an attribute of one of the objects *values*, guarded themselves or not."""
        found = (self._in_attributes(ancestry(self._program, atom[1]), 0) for atom in values if atom[0] == "inst")
        return next((match for match in found if match is not None), None)

    def _match(self, values: Values, depth: int) -> Match | None:
        found = self._itself(values)
        if found is not None or depth > _DEEPEST:
            return found
        inner = [(atom, match) for atom in values if (match := self._inside(atom, depth)) is not None]
        if not inner:
            return None
        match = min((match for _, match in inner), key=lambda match: (match.certainty, repr(match.key)))
        holders = {atom for atom, _ in inner}
        others = any(atom not in holders and not self._is_empty(atom) for atom in values)
        return _with(match, "possible") if others else match

    def _is_empty(self, atom: Atom) -> bool:
        """Whether what is beside a holder leaves no doubt about it: nothing, or a container with nothing in it."""
        if atom[0] == "alloc":
            return not content(self._program, frozenset((atom,))) - {UNKNOWN}
        return atom[0] in {"none", "param", "dep"}

    def _itself(self, values: Values) -> Match | None:
        match = sites.instances(self._program, self._guard, values)
        return None if match is None or self._spared(match.key) else match

    def _inside(self, atom: Atom, depth: int) -> Match | None:
        if atom[0] in CONTAINERS:
            return self._contained(atom, depth + 1)
        if self._through_objects and atom[0] == "inst" and not isinstance(atom[1], str):
            return self._held(atom[1], depth)
        return None

    def _contained(self, atom: Atom, depth: int) -> Match | None:
        """The instance in a container; asked once, since containers that lie in each other lead here in many ways."""
        key = (atom, depth)
        if key not in self._contents:
            self._contents[key] = self._of_container(atom, depth)
        return self._contents[key]

    def _of_container(self, atom: Atom, depth: int) -> Match | None:
        inside = content(self._program, frozenset((atom,))) - {UNKNOWN}
        match = self._match(frozenset(part for part in inside if part[0] != "const"), depth)
        # What is written into a display is in it, whatever else is.
        return _with(match, "certain") if match is not None and atom[0] in {"alloc", "tuple"} else match

    def _held(self, key: ClassKey, depth: int) -> Match | None:
        if key not in self._known:
            self._known[key] = None  # an object that holds others of its kind adds nothing
            outside, self._contents = self._contents, {}  # what is found meanwhile leaves this class out
            self._known[key] = self._of_class(key, depth)
            self._contents = outside
        return self._known[key]

    def _of_class(self, key: ClassKey, depth: int) -> Match | None:
        line = ancestry(self._program, key)
        if any(base in self._guard.managers for base in line) or self._guard.matches(self._program, key):
            return None
        if self._hook and self._defines(line, self._hook):
            return None
        own = [name for name in _STATES if self._defines(line, name)]
        if own:
            return self._match(self._answer(key, own[0]), depth + 1)
        return self._in_attributes(line, depth)

    def _in_attributes(self, line: tuple[ClassKey, ...], depth: int) -> Match | None:
        key = line[0]
        for name in self._attributes(line):
            values = members.attribute(self._program, frozenset((instance(key, ANY),)), name)
            found = self._match(frozenset(atom for atom in values if atom[0] not in {"func", "bound"}), depth + 1)
            if found is not None:
                return found
        return None

    def _defines(self, line: Iterable[ClassKey], name: str) -> bool:
        return any(name in self._program.class_(*base).members for base in self._project(line))

    def _project(self, line: Iterable[ClassKey]) -> Iterator[tuple[str, int]]:
        return (base for base in line if not isinstance(base, str) and base[0] in self._program.facts)

    def _answer(self, key: ClassKey, method: str) -> Values:
        bound = members.attribute(self._program, frozenset((instance(key, ANY),)), method)
        return self._program.call(frozenset(atom for atom in bound if atom[0] == "bound"), ())

    def _attributes(self, line: tuple[ClassKey, ...]) -> list[str]:
        """What the instances of a class have: declared fields, and what its methods store."""
        stored: dict[ClassKey, set[str]] = self._program.tables.setdefault("stored names", {})
        if not stored:
            for name, owner in stored_names(self._program):
                stored.setdefault(owner, set()).add(name)
        found: set[str] = set()
        for base in self._project(line):
            found |= self._program.class_(*base).annotations.keys() | stored.get(base, set())
        return sorted(found)


def _with(match: Match, certainty: Certainty) -> Match:
    return Match(match.guard, match.key, match.flags, certainty)
