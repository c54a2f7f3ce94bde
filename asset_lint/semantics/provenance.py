"""Where guarded instances come from: built here, given by the manager, passed in, or out of something not resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from asset_lint.semantics import containers, library
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.flows.graph import dotted_name
from asset_lint.semantics.flows.tables import OBJECTS, decoder_kind
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.holding import Holding
from asset_lint.semantics.program import Program
from asset_lint.semantics.sites import Match
from asset_lint.semantics.stores import store_table
from asset_lint.semantics.values import FRESH, MANAGED, Atom, ClassKey, Values, class_key

BUILT, COPIED, FROM_MANAGER, GIVEN, UNRESOLVED = "built", "copied", "managed", "given", "unresolved"
_THROUGH = frozenset({"same", "typed", "narrow", "exclude", "await", "enter", "starred"})
_PARTS = frozenset({"item", "elem", "unpack"})
_TAKING = frozenset(
    "get pop popitem popleft values items copy setdefault union __getitem__ keys elements get_nowait".split()
)
_DEEPEST = 60


class Origin(NamedTuple):
    """How an instance came to be, and the node of the call that gave it; NONE where that is no call."""

    kind: str
    path: str
    node: int = NONE


Origins = frozenset[Origin]
_NOTHING: Origins = frozenset()


class Provenance:
    """Follows instances of one guard backwards over the graph."""

    def __init__(self, program: Program, guard: Guard) -> None:
        self._program = program
        self._guard = guard
        self._holding = Holding(program, guard, lambda key: False, through_objects=False)
        self._methods = {name for key in guard.managers for name in _names_of(program, key)}
        self._known: dict[tuple[str, int], Origins] = {}
        self._functions: dict[tuple[str, int], Origins] = {}
        self._depth = 0

    def carries(self, values: Values) -> bool:
        """Whether a guarded instance is among *values* or in a container among them."""
        return self._holding.match(values) is not None

    def match(self, values: Values) -> Match | None:
        """The guarded instance among *values* or in a container among them."""
        return self._holding.match(values)

    def of(self, path: str, node: int) -> Origins:
        """Where the guarded instances that *node* is, or contains, come from."""
        key = (path, node)
        if key in self._known or self._depth > _DEEPEST:
            return self._known.get(key, _NOTHING)
        self._known[key] = _NOTHING  # a way that leads back to itself adds nothing
        self._depth += 1
        try:
            self._known[key] = self._of(path, node)
        finally:
            self._depth -= 1
        return self._known[key]

    def of_function(self, path: str, index: int) -> Origins:
        """Where the guarded instances come from that a function of the project returns."""
        if (path, index) in self._program.managed_functions:
            return frozenset((Origin(FROM_MANAGER, path),))
        if (path, index) not in self._functions:
            self._functions[path, index] = _NOTHING
            function = self._program.function(path, index)
            found = self._any(path, (*function.returns, *function.yields))
            self._functions[path, index] = found or self._declared(path, index)
        return self._functions[path, index]

    def _declared(self, path: str, index: int) -> Origins:
        """A function that only says that it gives an instance: nothing is known of where that is from."""
        values = self._program.call(frozenset((("func", path, index, None),)), ())
        if not self.carries(values):
            return _NOTHING
        returned = self._program.function(path, index).returns
        return frozenset(self._only_declared(path, node) for node in returned if node > 2) or frozenset(
            (Origin(UNRESOLVED, path),)
        )

    def _only_declared(self, path: str, node: int) -> Origin:
        """Something of which only an annotation says that it is an instance."""
        node, operation = self._plain(path, node)
        if operation[0] != "call":
            return Origin(UNRESOLVED if operation[0] in {"item", "elem", "unpack"} else GIVEN, path)
        if self._unpickles(path, operation, 3):
            return Origin(BUILT, path, node)
        callee = self._program.facts[path].nodes[operation[1]]
        by_name = callee[0] == "attr" and callee[2] in self._methods
        return Origin(FROM_MANAGER if by_name else UNRESOLVED, path, node)

    def _unpickles(self, path: str, call: Any, depth: int) -> bool:
        for atom in self._program.value(path, call[1]):
            if decoder_kind(dotted_name(atom)) == OBJECTS:
                return True
            if depth and atom[0] in {"func", "bound"} and atom[1] in self._program.facts:
                for node in self._program.function(atom[1], atom[2]).returns:
                    _, inner = self._plain(atom[1], node)
                    if inner[0] == "call" and self._unpickles(atom[1], inner, depth - 1):
                        return True
        return False

    def _plain(self, path: str, node: int) -> tuple[int, Any]:
        nodes = self._program.facts[path].nodes
        while nodes[node][0] in _THROUGH:
            node = nodes[node][1]
        return node, nodes[node]

    def of_callable(self, atom: Atom) -> Origins:
        """The same for anything that can be called."""
        if atom[0] in {"func", "bound", "prop", "static", "cm"}:
            return self.of_function(atom[1], atom[2]) if atom[1] in self._program.facts else _NOTHING
        if atom[0] == "partial":
            return frozenset().union(*map(self.of_callable, atom[1]))
        if atom[0] in {"class", "ext"} and self._guard.matches(self._program, class_key(atom)):
            return frozenset((Origin(BUILT, ""),))
        return _NOTHING

    def _any(self, path: str, nodes: Iterable[int]) -> Origins:
        return frozenset().union(*(self.of(path, node) for node in nodes if node != NONE))

    def _of(self, path: str, node: int) -> Origins:
        operation = self._program.facts[path].nodes[node]
        tag = operation[0]
        if tag in _THROUGH:
            found = self.of(path, operation[1])
            declared = tag == "typed" and not found and self.carries(self._program.value(path, node))
            return frozenset((self._only_declared(path, operation[1]),)) if declared else found
        if tag == "join":
            return self._any(path, operation[1])
        if tag == "func" or not self.carries(self._program.value(path, node)):
            return _NOTHING
        if tag in {"dict", "seq", "comp"}:
            return self._display(path, node, operation)
        if tag == "call":
            return self._call(path, node, operation)
        if tag in _PARTS:
            return self._contained(path, operation[1]) or frozenset((Origin(GIVEN, path),))
        if tag == "binop":
            return self._any(path, operation[1:3])
        if tag == "attr":
            return self._attribute(path, operation)
        return self._name(path, operation) or frozenset((Origin(GIVEN, path),))

    def _display(self, path: str, node: int, operation: Any) -> Origins:
        if operation[0] == "dict":
            parts: Iterable[int] = [part for pair in operation[1] for part in pair]
        else:
            parts = operation[2] if operation[0] == "seq" else operation[2:3]
        return self._any(path, parts) | self._put_in(path, node)

    def _put_in(self, path: str, node: int) -> Origins:
        """What was put into a container after it was made."""
        entries = containers.stored_table(self._program).get((path, node), ())
        return frozenset().union(*(self.of(home, value) for home, _, value, _ in entries))

    def _contained(self, path: str, base: int) -> Origins:
        """What lies in the containers that *base* may be."""
        found = self.of(path, base)
        for atom in self._program.value(path, base):
            if atom[0] == "alloc":
                found |= self.of(atom[1], atom[2])
        return found

    # -- names and attributes ---------------------------------------------------------------------------------

    def _name(self, path: str, operation: Any) -> Origins:
        facts, modules = self._program.facts[path], self._program.modules
        if operation[0] == "free":
            owner = facts.scopes[operation[1]].owner
            return self._any(path, self._program.function(path, owner).defs.get(operation[2], ()))
        if operation[0] == "global":
            return self._any(path, [facts.exports.get(operation[1], NONE)])
        if operation[0] == "from":
            level, module, name = operation[1:4]
            home = modules.relative(path, level, module) if level else modules.absolute(path, module)
            if home is not None and home in self._program.facts:
                return self._any(home, [self._program.facts[home].exports.get(name, NONE)])
        return _NOTHING

    def _attribute(self, path: str, operation: Any) -> Origins:
        found: set[Origin] = set()
        for atom in self._program.value(path, operation[1]):
            if atom[0] == "inst" or atom[0] == "class":
                key = atom[1] if atom[0] == "inst" else class_key(atom)
                found |= self._of_member(key, operation[2])
            elif atom[0] == "mod" and atom[1] in self._program.facts:
                found |= self._any(atom[1], [self._program.facts[atom[1]].exports.get(operation[2], NONE)])
        return frozenset(found) or frozenset((Origin(GIVEN, path),))

    def _of_member(self, key: ClassKey, name: str) -> Origins:
        """What a property gives, what lies under the name in the class, and what is stored there."""
        line = ancestry(self._program, key)
        found: set[Origin] = set()
        for owner in self._project(line):
            node = self._program.class_(*owner).members.get(name)
            if node is not None:
                for item in self._program.value(owner[0], node):
                    found |= self.of_callable(item) if item[0] == "prop" else self.of(owner[0], node)
                break
        owned = store_table(self._program).get(name, ({}, []))[0]
        for owner in line:
            for home, _, value in owned.get(owner, ()):
                found |= self._contained(home, value)
        return frozenset(found)

    def _project(self, line: Iterable[ClassKey]) -> Iterator[tuple[str, int]]:
        return (base for base in line if not isinstance(base, str) and base[0] in self._program.facts)

    # -- calls ------------------------------------------------------------------------------------------------

    def _call(self, path: str, node: int, call: Any) -> Origins:
        program = self._program
        states = {
            atom[2] for atom in program.value(path, node) if atom[0] == "inst" and self._guard.matches(program, atom[1])
        }
        if FRESH in states and self._copies(path, call):
            return frozenset((Origin(COPIED, path, node),))
        if FRESH in states:
            return frozenset((Origin(BUILT, path, node),))
        if states == {MANAGED}:
            return frozenset((Origin(FROM_MANAGER, path, node),))
        found: set[Origin] = set()
        for atom in program.value(path, call[1]):
            found |= self._called(path, node, call, atom)
        if any(atom[0] == "alloc" and atom[1:3] == (path, node) for atom in program.value(path, node)):
            found |= self._put_in(path, node)
        return frozenset(found) or frozenset((self._only_declared(path, node),))

    def _copies(self, path: str, call: Any) -> bool:
        return any(
            dotted_name(atom) in library.COPIERS or (atom[0] == "meth" and atom[2] in library.COPY_METHODS)
            for atom in self._program.value(path, call[1])
        )

    def _called(self, path: str, node: int, call: Any, atom: Atom) -> Origins:
        if atom[0] == "ext":
            return self._external(path, node, call, dotted_name(atom))
        if atom[0] == "meth":
            return self._method(path, node, call, atom)
        if atom[0] in {"func", "bound"}:
            found = self.of_callable(atom)
            if not any(origin.kind == GIVEN for origin in found):
                return found
            given = self._arguments(path, call)
            return frozenset(origin for origin in found if origin.kind != GIVEN) | given or found
        return self.of_callable(atom)

    def _external(self, path: str, node: int, call: Any, name: str) -> Origins:
        if name in self._program.managed_names:
            return frozenset((Origin(FROM_MANAGER, path, node),))
        if name in library.COPIERS or decoder_kind(name) == OBJECTS:
            return frozenset((Origin(COPIED if name in library.COPIERS else BUILT, path, node),))
        if name in {"builtins.map", "functools.reduce"} and call[2]:
            made = frozenset().union(*map(self.of_callable, self._program.value(path, call[2][0][2])))
            return frozenset(made) or self._arguments(path, call)
        return self._arguments(path, call)

    def _method(self, path: str, node: int, call: Any, atom: Atom) -> Origins:
        if atom[1][0] == "inst" and atom[2] in library.COPY_METHODS:
            return frozenset((Origin(COPIED, path, node),))
        callee = self._program.facts[path].nodes[call[1]]
        if atom[2] not in _TAKING or callee[0] != "attr":
            return _NOTHING
        return self._contained(path, callee[1]) | self._arguments(path, call)

    def _arguments(self, path: str, call: Any) -> Origins:
        return frozenset().union(*(self._contained(path, argument) for _, _, argument in call[2]))


def _names_of(program: Program, key: ClassKey) -> Iterator[str]:
    for base in ancestry(program, key):
        if not isinstance(base, str) and base[0] in program.facts:
            yield from (name for name in program.class_(*base).members if not name.startswith("__"))
