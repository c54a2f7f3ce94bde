"""How the manager is reached from an object: its attributes and getters, over several hops."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asset_lint.rewriting.kinds import note_unread
from asset_lint.semantics import members, parameters, typeforms
from asset_lint.semantics.classes import ancestry, subclasses
from asset_lint.semantics.facts import NONE, OR
from asset_lint.semantics.guards import Guard, want_bases
from asset_lint.semantics.program import Program
from asset_lint.semantics.stores import store_table, stored_names
from asset_lint.semantics.values import ANY, FRESH, Atom, ClassKey, Values, instance

MARKS = frozenset({"param", "dep"})
_CACHES = frozenset({"cache", "lru_cache", "cached_property", "singleton"})
_DICTIONARIES = frozenset({"typing.TypedDict", "typing_extensions.TypedDict"})
_GETTERS = ("get", "current", "default", "shared", "instance", "the_")
_DOING = (
    "close",
    "release",
    "drop",
    "remove",
    "reset",
    "clear",
    "stop",
    "start",
    "make",
    "new",
    "create",
    "build",
    "set",
)
_MOST_HOPS = 3
_MOST_NAMES = 400


@dataclass(frozen=True)
class Path:
    """
    What is written behind an object to get to the manager; *is_sure* where it cannot be None.

    A getter whose annotation does not say may give None before the manager is made; it is offered, too, with a doubt.
    """

    suffix: str
    is_sure: bool
    classes: frozenset[ClassKey] = frozenset()


def is_manager(program: Program, guard: Guard, values: Values) -> bool:
    """Whether *values* are nothing but managers of *guard*."""
    found = [atom for atom in values if atom[0] not in MARKS]
    return bool(found) and all(
        atom[0] == "inst" and any(base in guard.managers for base in ancestry(program, atom[1])) for atom in found
    )


def only_class(values: Values) -> ClassKey | None:
    """The class of the project that *values* are certainly an instance of."""
    found = {atom[1] if atom[0] == "inst" else None for atom in values if atom[0] not in MARKS}
    return found.pop() if len(found) == 1 and not isinstance(next(iter(found)), str) else None


def without_none(values: Values) -> Values:
    """*values* but for None."""
    return frozenset(atom for atom in values if atom[0] != "none")


def classes_of(values: Values) -> frozenset[ClassKey]:
    """The classes that *values* are instances of."""
    return frozenset(atom[1] for atom in values if atom[0] == "inst")


def _is_getter_name(name: str) -> bool:
    """Whether a method is called like something that only gives: others may do more."""
    if name.lower().startswith(_DOING):
        return False
    return name.lower().startswith(_GETTERS) or "manager" in name.lower() or "registry" in name.lower()


def _is_passed_on(program: Program, path: str, annotation: int) -> bool:
    """Whether an annotation makes something a parameter of the constructor only: ``InitVar``."""
    operation = program.facts[path].nodes[annotation]
    if operation[0] == "item":
        operation = program.facts[path].nodes[operation[1]]
    return bool(operation[-1] == "InitVar")


def _is_closed(program: Program, key: ClassKey, name: str, *, private: bool) -> bool:
    """Whether a name is not for those who have an object: *private* ones are, for the methods of its class."""
    if not name.startswith("_"):
        return False
    if name.startswith("__"):
        owned, _ = store_table(program).get(name, ({}, []))
        return not private or name.endswith("__") or key not in owned
    return not private


class Reachable:
    """The ways from objects to the managers of one guard; they are worked out once for each class."""

    def __init__(self, program: Program, guard: Guard) -> None:
        self._program = program
        self._guard = guard
        self._known: dict[tuple[ClassKey, bool], tuple[Path, ...]] = {}
        self._uses: Counter[str] | None = None
        self._stored: defaultdict[ClassKey, list[str]] | None = None

    def paths(self, key: ClassKey, *, own: bool = False) -> tuple[Path, ...]:
        """The ways from an instance of the class, the shortest and most usual first; *own*: private names are open."""
        if (key, own) not in self._known:
            self._known[key, own] = tuple(self._search(key, own))
        return self._known[key, own]

    def _search(self, key: ClassKey, own: bool) -> Iterator[Path]:
        if any(base in _DICTIONARIES for base in ancestry(self._program, key)):
            return  # whose annotations are keys, and no attributes
        seen = {key}
        level = [(key, "")]
        for hop in range(_MOST_HOPS):
            found: list[tuple[int, str, bool, frozenset[ClassKey]]] = []
            further: list[tuple[int, str, ClassKey]] = []
            for owner, prefix in level:
                for name, suffix, values, sure in self._parts(owner, private=own and not hop):
                    rank = -self._used(name)
                    if is_manager(self._program, self._guard, values):
                        found.append((rank, prefix + suffix, sure, classes_of(values)))
                    elif (inner := only_class(values)) is not None and sure and inner not in seen:
                        further.append((rank, prefix + suffix, inner))
            for _, suffix, sure, classes in sorted(found, key=lambda item: (not item[2], item[0], item[1])):
                yield Path(suffix, sure, classes)
            level = []
            for _, suffix, inner in sorted(further, key=lambda item: item[:2]):
                if inner not in seen:
                    seen.add(inner)
                    level.append((inner, suffix))

    def _used(self, name: str) -> int:
        """How often the project looks up an attribute of that name: its usual way to the manager goes first."""
        if self._uses is None:
            self._uses = Counter(
                node[2] for facts in self._program.facts.values() for node in facts.nodes if node[0] == "attr"
            )
        return self._uses[name]

    def _parts(self, key: ClassKey, *, private: bool) -> Iterator[tuple[str, str, Values, bool]]:
        """(name, what is written, values, whether None is out of the question) of what an instance offers."""
        receiver = instance(key, ANY)
        for name in self._names(key):
            if _is_closed(self._program, key, name, private=private):
                continue
            values = members.attribute(self._program, frozenset((receiver,)), name)
            note_unread(self._program, values)
            bound = [atom for atom in values if atom[0] == "bound"]
            if bound and len(bound) == len(values):
                if _is_getter_name(name) and (given := self._given(bound)) is not None:
                    yield name, f".{name}()", without_none(given), not may_be_none(given)
            elif (computed := self._computed(key, name)) is not None:
                yield name, f".{name}", without_none(computed), not may_be_none(computed)
            elif values and not bound:
                sure = not may_be_none(values) and not self._may_be_none(key, name)
                yield name, f".{name}", without_none(values), sure

    def _computed(self, key: ClassKey, name: str) -> Values | None:
        """What a property gives; None where the attribute is none."""
        for owner in ancestry(self._program, key):
            node = NONE if isinstance(owner, str) else self._program.class_(*owner).members.get(name, NONE)
            if node == NONE:
                continue
            atoms = self._program.value(owner[0], node)
            found = [("bound", *atom[1:4], instance(key, ANY)) for atom in atoms if atom[0] == "prop"]
            if not found or len(found) != len(atoms):
                return None
            return frozenset().union(*(given_by(self._program, atom) for atom in found))
        return None

    def _names(self, key: ClassKey) -> list[str]:
        """The attributes that a class and its bases define, declare or set."""
        names: dict[str, None] = {}
        line = [owner for owner in ancestry(self._program, key) if not isinstance(owner, str)]
        want_bases(self._program, [owner for owner in line if owner[0] in self._program.facts])
        for owner in line:
            if owner[0] in self._program.facts:
                entry = self._program.class_(*owner)
                names.update(dict.fromkeys(entry.members))
                for name, node in entry.annotations.items():
                    if not _is_passed_on(self._program, owner[0], node):
                        names[name] = None
        if self._stored is None:
            self._stored = defaultdict(list)
            for name, owner in stored_names(self._program):
                self._stored[owner].append(name)
        for owner in line:
            names.update(dict.fromkeys(self._stored.get(owner, ())))
        return list(names)[:_MOST_NAMES]

    def _given(self, methods: Iterable[Atom]) -> Values | None:
        """What a getter gives: a method that is called without arguments and does not have to be awaited."""
        result: set[Atom] = set()
        for atom in methods:
            note_unread(
                self._program, typeforms.types(self._program, atom[1], self._program.function(*atom[1:3]).annotation)
            )
            if not takes_nothing(self._program, atom, bound=True) or _makes_new(self._program, atom):
                return None
            result |= given_by(self._program, atom)
        return frozenset(result)

    def _may_be_none(self, key: ClassKey, name: str) -> bool:
        """Whether something stores None in the attribute, or its declaration admits it."""
        program = self._program
        if may_be_none(members.declared_attribute(program, key, name)):
            return True
        line = ancestry(program, key)
        for owner in line:
            node = NONE if isinstance(owner, str) else program.class_(*owner).members.get(name, NONE)
            if node != NONE and _is_none(program, owner[0], node):
                return True
        owned, others = store_table(program).get(name, ({}, []))
        stores = [entry for owner in (*line, *subclasses(program, key)) for entry in owned.get(owner, ())]
        return any(_is_none(program, path, value) for path, _, value in (*stores, *others))


def may_be_none(values: Values) -> bool:
    """Whether None is among *values*."""
    return any(atom[0] == "none" for atom in values)


def _is_none(program: Program, path: str, node: int) -> bool:
    """Whether what is stored may be None: of ``a or b`` only what comes last counts."""
    operation = program.facts[path].nodes[node]
    while operation[0] == "same":
        node = operation[1]
        operation = program.facts[path].nodes[node]
    if operation[0] == "unbound":
        return False  # a declaration without a value
    if operation[0] == "typed" and may_be_none(typeforms.types(program, path, operation[2])):
        return True
    return may_be_none(trusted(program, path, node))


def takes_nothing(program: Program, atom: Atom, *, bound: bool) -> bool:
    """Whether a function can be called without arguments and answers at once; *bound*: its first one is given."""
    function = program.function(atom[1], atom[2])
    rest = function.parameters[1:] if bound else function.parameters
    required = [item for item in rest if item.default == NONE and item.kind not in {"*", "**"}]
    return not required and not function.is_async and not function.is_generator


def given_by(program: Program, atom: Atom) -> Values:
    """What calling a getter gives: its annotation is believed where it leaves out None."""
    function = program.function(atom[1], atom[2])
    found = program.call(frozenset((atom,)), ())
    declared = typeforms.types(program, atom[1], function.annotation)
    if _leaves_out_none(declared):
        return without_none(found) or declared
    return found | declared if may_be_none(declared) else found


def shared_functions(program: Program, guard: Guard, path: str) -> Iterator[tuple[str, str, bool]]:
    """(name, what is written, whether it is never None) of what a module offers to get to a manager."""
    for name in sorted(program.facts[path].exports):
        if name.startswith("_"):
            continue
        values = program.value(path, program.facts[path].exports[name])
        functions = [atom for atom in values if atom[0] == "func"]
        if functions and len(functions) == len(values):
            if all(takes_nothing(program, atom, bound=False) and not _makes_new(program, atom) for atom in functions):
                given = frozenset().union(*(given_by(program, atom) for atom in functions))
                if is_manager(program, guard, without_none(given)):
                    yield name, f"{name}()", not may_be_none(given)
        elif is_manager(program, guard, without_none(values)):
            yield name, name, not may_be_none(values)


def trusted(program: Program, path: str, node: int, within: frozenset[int] = frozenset()) -> Values:
    """
    What *node* may be, where annotations are believed that leave out None.

    *within* are the nodes that led here: what a variable holds at the head of a loop comes from the loop, too.
    """
    if node in within:
        return frozenset()
    within |= {node}
    operation = program.facts[path].nodes[node]
    if operation[0] in {"same", "await"}:
        return trusted(program, path, operation[1], within)
    if operation[0] == "join":
        last = operation[1][-1]
        parts = [trusted(program, path, part, within) for part in operation[1]]
        if operation[-1] == OR:
            parts = [
                part if other == last else without_none(part) for other, part in zip(operation[1], parts, strict=True)
            ]
        return frozenset().union(*parts)
    found = program.value(path, node)
    if not may_be_none(found):
        return found
    if operation[0] == "typed":
        declared = typeforms.types(program, path, operation[2])
        return without_none(found) if _leaves_out_none(declared) else found
    if operation[0] == "call" and never_none(program, program.value(path, operation[1])):
        return without_none(found)
    return found


def never_none(program: Program, callees: Values) -> bool:
    """Whether the annotations of all that may be called leave out None."""
    called = [atom for atom in callees if atom[0] not in MARKS]
    functions = [atom for atom in called if atom[0] in {"func", "bound"}]
    given = [typeforms.types(program, atom[1], program.function(*atom[1:3]).annotation) for atom in functions]
    return bool(functions) and len(functions) == len(called) and all(map(_leaves_out_none, given))


def _leaves_out_none(declared: Values) -> bool:
    return any(part[0] == "inst" for part in declared) and not may_be_none(declared)


def getters(program: Program, guard: Guard, key: ClassKey) -> Iterator[tuple[str, bool]]:
    """(what is written behind the manager's class, whether it is never None) to get to its one instance."""
    names: dict[str, None] = {}
    for owner in ancestry(program, key):
        if not isinstance(owner, str) and owner[0] in program.facts:
            names.update(dict.fromkeys(program.class_(*owner).members))
    for name in sorted(names):
        if name.startswith("_"):
            continue
        values = members.attribute(program, frozenset((("class", *key, 0),)), name)
        callables = [atom for atom in values if atom[0] in {"bound", "func"}]
        if callables and len(callables) == len(values):
            if all(_is_getter(program, atom) for atom in callables):
                given = frozenset().union(*(given_by(program, atom) for atom in callables))
                if is_manager(program, guard, without_none(given)):
                    yield f".{name}()", not may_be_none(given)
        elif is_manager(program, guard, without_none(values)) and not callables:
            yield f".{name}", not may_be_none(values)


def _is_getter(program: Program, atom: Atom) -> bool:
    """Whether a function of the class can be called on the class, without arguments."""
    if atom[0] == "func" and parameters.kind_of(program, atom[1], atom[2]) != "static":
        return False
    return takes_nothing(program, atom, bound=atom[0] == "bound") and not _makes_new(program, atom)


def _makes_new(program: Program, atom: Atom) -> bool:
    """Whether a function gives another object each time: no manager that others know."""
    if _CACHES.intersection(parameters.decorator_names(program, atom[1]).get(atom[2], ())):
        return False
    returned = program.union(atom[1], program.function(atom[1], atom[2]).returns)
    return any(part[0] == "inst" and part[2] == FRESH for part in returned)
