"""Guards as they are in the project: which classes, which managers, what the managers offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from asset_lint.semantics import classes, containers, members, typeforms
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.namespaces import exported
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ANY, SELF, ClassKey, class_key, instance

_FILLED_FROM_OUTSIDE = frozenset({"__setitem__", "__setattr__", "__setstate__", "insert", "append", "add"})
"""Methods by which others put what they have made into a container: no get-or-create."""


@dataclass(frozen=True)
class GuardSpec:
    """
    A guard as it is written: names only.

    *required*: somebody configured it, so its class has to be there. *readers* are functions that return cached data.
    """

    class_name: str
    managers: tuple[str, ...] = ()
    dtos: tuple[str, ...] = ()
    allow_in: tuple[str, ...] = ()
    required: bool = False
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ManagerMethod:
    """
    A way to get an instance: its *name*, the *parameters* without ``self``, and its *owner*'s dotted name.

    The owner is the manager's class, and the module where *is_function*. *place* is the path and index of the function,
    *manager* the key of the class; both are None for what is outside the project.
    """

    name: str
    owner: str
    parameters: tuple[str, ...]
    is_function: bool = False
    place: tuple[str, int] | None = None
    manager: ClassKey | None = None

    @property
    def signature(self) -> str:
        """The call as it is written."""
        return f"{self.name}({', '.join(self.parameters)})"


@dataclass
class Guard:
    """A guard that has been looked up: keys of classes, managers by key or dotted name, and what was inferred."""

    spec: GuardSpec
    classes: set[ClassKey] = field(default_factory=set)
    managers: set[ClassKey] = field(default_factory=set)
    functions: set[tuple[str, int]] = field(default_factory=set)
    external_functions: set[str] = field(default_factory=set)
    methods: list[ManagerMethod] = field(default_factory=list)
    dtos: list[str] = field(default_factory=list)
    inferred: tuple[str, ...] = ()

    def matches(self, program: Program, key: ClassKey) -> str:
        """Give "exact" for a guarded class, "subclass" for one that inherits from it, else ""."""
        if key in self.classes:
            return "exact"
        table = program.tables.setdefault("matches", {})
        known = table.get((id(self), key))
        if known is None:
            line = classes.ancestry(program, key)
            known = "subclass" if any(base in self.classes for base in line[1:]) else ""
            if program.is_settled:
                table[id(self), key] = known
        return str(known)


def resolve(program: Program, specs: Sequence[GuardSpec]) -> list[Guard]:
    """Look up the classes and managers of all guards among the modules that have been read."""
    guards = []
    for spec in specs:
        guard = Guard(spec)
        guard.classes = set(_classes(program, spec.class_name))
        guards.append(guard)
    containers.stored_table(program)  # before anything else is asked
    program.external_classes = frozenset(key for guard in guards for key in guard.classes if isinstance(key, str))
    for guard in guards:
        _resolve_managers(program, guard)
    _mark_managed(program, guards)
    return guards


def want_bases(program: Program, keys: Iterable[tuple[str, int]]) -> None:
    """Ask for the modules, not read so far, that these classes inherit from."""
    for path, index in keys:
        for base in program.class_(path, index).bases:
            operation = program.facts[path].nodes[base]
            values = program.value(path, operation[1] if operation[0] == "item" else base)
            program.wanted |= {atom[1] for atom in values if atom[0] == "stub"}


def managing(program: Program, guards: Iterable[Guard]) -> Iterator[tuple[str, int]]:
    """Yield the classes of the project that are managers or that managers inherit from."""
    for guard in guards:
        for manager in guard.managers:
            for key in classes.ancestry(program, manager):
                if not isinstance(key, str) and key[0] in program.facts:
                    yield key


def describe(program: Program, guards: Iterable[Guard]) -> None:
    """Find out what the managers offer, and which classes the guarded ones are made from."""
    for guard in guards:
        guard.methods = _methods(program, guard)
        describe_dtos(program, guard)
        inferred = [] if guard.spec.managers else ["manager"]
        guard.inferred = tuple(inferred if guard.spec.dtos else [*inferred, "dto"])


def _classes(program: Program, name: str) -> Iterable[ClassKey]:
    if "." not in name:
        return named_classes(program, name)
    found = [class_key(atom) for atom in dotted(program, name) if atom[0] in {"class", "ext"}]
    if found:
        return found
    return [] if in_project(program, name) else [name]


def named_classes(program: Program, name: str) -> list[ClassKey]:
    """Every class of that name in the project."""
    return [
        (path, index)
        for path, facts in sorted(program.facts.items())
        for index, entry in enumerate(facts.classes)
        if entry.name == name
    ]


def dotted(program: Program, name: str) -> Iterable[Any]:
    """What a full dotted name stands for in the project."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = program.modules.absolute(None, ".".join(parts[:cut]))
        if module is None:
            continue
        values = exported(program, module, parts[cut])
        for part in parts[cut + 1 :]:
            values = members.attribute(program, values, part)
        if any(atom[0] in {"class", "func", "bound", "ext"} for atom in values):
            return sorted(values, key=repr)
    return ()


def in_project(program: Program, name: str) -> bool:
    """Whether the top package of a dotted name belongs to the project."""
    return program.modules.absolute(None, name.partition(".")[0]) is not None


def _resolve_managers(program: Program, guard: Guard) -> None:
    for name in guard.spec.managers:
        if "." not in name:
            guard.managers.update(named_classes(program, name))
            guard.functions.update(_named_functions(program, name))
            continue
        found = False
        for atom in dotted(program, name):
            if atom[0] == "class":
                guard.managers.add(class_key(atom))
            elif atom[0] in {"func", "bound"}:
                guard.functions.add((atom[1], atom[2]))
            found = True
        if not found and not in_project(program, name):
            guard.external_functions.add(name)
            guard.managers.add(name)
    if not guard.spec.managers:
        guard.managers.update(_inferred_managers(program, guard))


def _named_functions(program: Program, name: str) -> list[tuple[str, int]]:
    return [
        (path, index)
        for path, facts in sorted(program.facts.items())
        for index, function in enumerate(facts.functions)
        if function.name == name and function.owner == NONE and facts.scopes[function.scope].parent == 0
    ]


def _inferred_managers(program: Program, guard: Guard) -> set[ClassKey]:
    """Classes that put instances into a mapping of their own and give instances: an identity map by its shape."""
    found: set[ClassKey] = set()
    for path, facts in sorted(program.facts.items()):
        for scope, value in _stored_in_self(program, path):
            owner = _class_around(facts, scope)
            filling = facts.scopes[scope].symbol.rpartition(".")[2] in _FILLED_FROM_OUTSIDE
            if owner is None or filling or guard.matches(program, (path, owner)):
                continue
            puts = any(atom[0] == "inst" and guard.matches(program, atom[1]) for atom in program.value(path, value))
            if puts and (path, owner) not in found and methods_of(program, guard, (path, owner)):
                found.add((path, owner))
    return found


def _stored_in_self(program: Program, path: str) -> Iterable[tuple[int, int]]:
    """(scope, value) of every ``self.mapping[key] = value`` and ``self.mapping.setdefault(key, value)``."""
    facts = program.facts[path]
    for base, key, value in facts.item_stores:
        if key > 1 and (function := _function_of_self(facts, base)) is not None:
            yield facts.functions[function].scope, value
    for site in facts.sites:
        operation = facts.nodes[site.node]
        callee = facts.nodes[operation[1]]
        stores = operation[0] == "call" and callee[0] == "attr" and callee[2] == "setdefault" and len(operation[2]) == 2
        if stores and _function_of_self(facts, callee[1]) is not None:
            yield site.scope, operation[2][1][2]


def _function_of_self(facts: Any, base: int) -> int | None:
    """The method whose ``self.x`` (or ``cls.x``) the node *base* is."""
    operation = facts.nodes[base]
    if operation[0] != "attr":
        return None
    inner = facts.nodes[operation[1]]
    while inner[0] == "same":
        inner = facts.nodes[inner[1]]
    if inner[0] == "param" and inner[2] == 0 and facts.functions[inner[1]].owner != NONE:
        return int(inner[1])
    return None


def _class_around(facts: Any, scope: int) -> int | None:
    while scope != NONE:
        entry = facts.scopes[scope]
        if entry.kind == "class":
            return int(entry.owner)
        scope = entry.parent
    return None


def _mark_managed(program: Program, guards: list[Guard]) -> None:
    functions: set[tuple[str, int]] = set()
    names: dict[str, tuple[ClassKey, ...]] = {}
    for guard in guards:
        functions |= guard.functions
        for name in guard.external_functions:
            names[name] = tuple(sorted(guard.classes, key=repr))
        for path, facts in program.facts.items():
            for index, function in enumerate(facts.functions):
                if is_allowed(program, guard, path, function.scope, own=False):
                    functions.add((path, index))
    now = (frozenset(functions), names, frozenset(key for guard in guards for key in guard.classes))
    if (program.managed_functions, program.managed_names, program.guarded) != now:
        program.managed_functions, _, program.guarded = now
        program.managed_names = names
        program.memo.clear()  # some answers were given while what managers give was not known


def is_allowed(program: Program, guard: Guard, path: str, scope: int, *, own: bool = True) -> bool:
    """
    Whether code in *scope* may build: the manager's and (*own*) the class's body, and what ``allow-in`` names.

    What is nested in an allowed function or class is allowed too.
    """
    facts = program.facts[path]
    module = program.modules.name_of(path)
    patterns = guard.spec.allow_in
    if patterns and _any_match(patterns, module, facts.scopes[scope].symbol if scope != NONE else ""):
        return True
    while scope not in {NONE, 0}:
        entry = facts.scopes[scope]
        key = (path, entry.owner)
        if entry.kind == "class":
            if (own and key in guard.classes) or _is_manager(program, guard, key):
                return True
        elif key in guard.functions:
            return True
        scope = entry.parent
    return False


def _is_manager(program: Program, guard: Guard, key: ClassKey) -> bool:
    if not guard.managers:
        return False
    return any(base in guard.managers for base in classes.ancestry(program, key))


def _any_match(patterns: Iterable[str], module: str, symbol: str) -> bool:
    names = [module]
    for part in symbol.split(".") if symbol else []:
        names.append(f"{names[-1]}.{part}")
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def _methods(program: Program, guard: Guard) -> list[ManagerMethod]:
    found = []
    for key in sorted((key for key in guard.managers if not isinstance(key, str)), key=repr):
        found += methods_of(program, guard, key)
    for path, index in sorted(guard.functions):
        function = program.function(path, index)
        names = tuple(item.name for item in function.parameters)
        owner = program.modules.name_of(path)
        found.append(ManagerMethod(function.name, owner, names, is_function=True, place=(path, index)))
    for name in sorted(guard.external_functions):
        owner, _, last = name.rpartition(".")
        if last[:1].islower():
            found.append(ManagerMethod(last, owner, ("...",), is_function=True))
    return found


def methods_of(program: Program, guard: Guard, key: ClassKey) -> list[ManagerMethod]:
    """The methods of one class that give an instance."""
    found = []
    for owner in classes.ancestry(program, key):
        if isinstance(owner, str) or owner[0] not in program.facts:
            continue
        for index, function in enumerate(program.facts[owner[0]].functions):
            if function.owner != owner[1] or function.name.startswith("_"):
                continue
            values = program.call(frozenset((("bound", owner[0], index, None, instance(key, ANY)),)), ())
            if any(atom[0] == "inst" and guard.matches(program, atom[1]) for atom in values):
                names = tuple(item.name for item in function.parameters)[1:]
                place = (owner[0], index)
                found.append(ManagerMethod(function.name, program.name_of_class(key), names, place=place, manager=key))
    return found


def describe_dtos(program: Program, guard: Guard) -> None:
    """Find out which classes the guarded ones are made from, as far as their modules have been read."""
    guard.dtos = list(guard.spec.dtos) or _dtos(program, guard)


def unread_dtos(program: Program, guard: Guard) -> set[str]:
    """The modules, not read so far, of the DTOs and of the functions that return cached data."""
    keys = [key for key in guard.classes if not isinstance(key, str)]
    found = {
        atom[1] for key in keys for values in _constructor_types(program, key) for atom in values if atom[0] == "stub"
    }
    names = (*guard.spec.dtos, *guard.spec.readers)
    homes = (_home(program, name) for name in names)
    return found | {path for path in homes if path is not None and path not in program.facts}


def _home(program: Program, name: str) -> str | None:
    """The module that a dotted name leads into."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        path = program.modules.absolute(None, ".".join(parts[:cut]))
        if path is not None:
            return path
    return None


def _dtos(program: Program, guard: Guard) -> list[str]:
    """The project's classes that the constructor of the guarded class takes."""
    found: dict[str, None] = {}
    for key in sorted((key for key in guard.classes if not isinstance(key, str)), key=repr):
        for values in _constructor_types(program, key):
            for atom in values:
                if atom[0] == "inst" and not isinstance(atom[1], str) and atom[1] not in guard.managers:
                    name = program.name_of_class(atom[1])
                    if name.rpartition(".")[2].lower().endswith(("dto", "data", "record", "response", "row", "model")):
                        found[name] = None
    return list(found)


def _constructor_types(program: Program, key: ClassKey) -> Iterable[Any]:
    receiver = frozenset((instance(key, SELF),))
    for atom in members.attribute(program, receiver, "__init__"):
        if atom[0] == "bound":
            for item in program.function(atom[1], atom[2]).parameters:
                yield typeforms.types(program, atom[1], item.annotation)
    for node in program.class_(*key).annotations.values():
        yield typeforms.types(program, key[0], node)


def missing(program: Program, guards: Iterable[Guard]) -> list[tuple[str, str]]:
    """The (key, name) of configured classes and managers that belong to the project and are not there."""
    found = []
    for number, guard in enumerate(guards):
        if not guard.spec.required:
            continue
        if not guard.classes:
            found.append((f"guard[{number}].class", guard.spec.class_name))
        found += [
            (f"guard[{number}].manager", name) for name in guard.spec.managers if not _is_there(program, guard, name)
        ]
    return found


def _is_there(program: Program, guard: Guard, name: str) -> bool:
    if name in guard.external_functions:
        return True
    if "." in name:
        return bool(dotted(program, name))
    return bool(named_classes(program, name) or _named_functions(program, name))
