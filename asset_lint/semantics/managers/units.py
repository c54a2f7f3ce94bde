"""Which code is the manager's: its class with what it inherits from the project, or its functions in one module."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from asset_lint.semantics.classes import ancestry, subclasses
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.managers.tables import is_harmless
from asset_lint.semantics.managers.trees import FunctionNode, Trees
from asset_lint.semantics.memoizing import memoized
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ClassKey

SPECIAL = frozenset(
    """__getitem__ __setitem__ __delitem__ __contains__ __call__ __missing__ __new__ __get__ __getattr__
    __class_getitem__""".split()
)
"""What is called without its name being written."""


class Method(NamedTuple):
    """A function of the project: where it is, and its syntax."""

    path: str
    place: int
    node: FunctionNode

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name


@dataclass
class Unit:
    """
    A manager: its *name*, its *methods* by name as they are looked up, and its *entries*, which others call.

    *steps* are public methods that nobody is known to call but the manager itself. *classes* are the keys of the class
    and its bases in the project, none where the manager is functions; *names* are the names of those classes.
    """

    path: str
    name: str
    key: ClassKey | None = None
    classes: tuple[ClassKey, ...] = ()
    names: frozenset[str] = frozenset()
    methods: dict[str, Method] = field(default_factory=dict)
    own: list[Method] = field(default_factory=list)
    entries: list[Method] = field(default_factory=list)
    steps: list[Method] = field(default_factory=list)
    is_metaclass: bool = False

    @cached_property
    def calls(self) -> dict[str, set[str]]:
        """The methods that the manager's own methods name on their object, each with those that do."""
        return _calls_inside(self)

    @property
    def paths(self) -> tuple[str, ...]:
        """The modules that its code stands in."""
        found = [self.path, *(key[0] for key in self.classes), *(method.path for method in self.entries)]
        return tuple(dict.fromkeys(found))


def keeps_results(program: Program, method: Method) -> bool:
    """Whether a decorator keeps what a function gives, as far as that is known of it."""
    kept = program.tables.get("kept by decorators")
    if kept is None:
        kept = program.tables["kept by decorators"] = {
            atom[1:3] for item in memoized(program) for atom in item.values if atom[0] in {"func", "bound"}
        }
    if (method.path, method.place) in kept:
        return True
    return any(not is_harmless(decorator_name(item)) for item in method.node.decorator_list)


def decorator_name(node: ast.expr) -> str:
    """The last part of the name of a decorator."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def units(program: Program, guard: Guard, trees: Trees) -> Iterator[Unit]:
    """Yield the managers of *guard* that are part of the project."""
    keys: dict[ClassKey, None] = {}
    for key in sorted((key for key in guard.managers if not isinstance(key, str)), key=repr):
        keys.update(dict.fromkeys((key, *subclasses(program, key))))
    for key in keys:
        unit = _of_class(program, trees, key)
        if unit is not None:
            handled = {base for base in keys if base != key}
            unit.entries = [method for method in unit.own if _is_entry(program, trees, unit, method, handled)]
            yield unit
    yield from _of_functions(program, guard, trees, keys)


def _of_class(program: Program, trees: Trees, key: ClassKey) -> Unit | None:
    tree = trees.of(key[0])
    if tree is None or key[1] not in tree.classes:
        return None
    line = ancestry(program, key)
    bases = tuple(base for base in line if not isinstance(base, str) and trees.of(base[0]) is not None)
    unit = Unit(key[0], program.class_(*key).name, key, bases)
    unit.names = frozenset(program.class_(*base).name for base in bases)
    unit.is_metaclass = any(
        atom[:2] == ("ext", "builtins.type")
        for base in bases
        for node in program.class_(*base).bases
        for atom in program.value(base[0], node)
    )
    for base in bases:
        for method in methods_of(trees, base):
            known = unit.methods.setdefault(method.name, method)
            if known is method:
                unit.own.append(method)
    return unit


def methods_of(trees: Trees, key: ClassKey) -> Iterator[Method]:
    """Yield the functions that the body of a class defines."""
    tree = trees.of(key[0])
    if tree is None:
        return
    for index, function in enumerate(tree.facts.functions):
        if function.owner == key[1] and index in tree.functions:
            yield Method(key[0], index, tree.functions[index])


def _is_entry(program: Program, trees: Trees, unit: Unit, method: Method, handled: set[ClassKey]) -> bool:
    """Whether others call a method: those of other managers are looked at there, private ones where they are called."""
    owner = (method.path, program.function(method.path, method.place).owner)
    if owner in handled:
        return False
    if method.name.startswith("_"):
        return method.name in SPECIAL
    if not unit.calls.get(method.name, set()) - {method.name} or _is_called_outside(program, unit, method.name):
        return True
    unit.steps.append(method)
    return False


def _calls_inside(unit: Unit) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for method in unit.methods.values():
        for node in ast.walk(method.node):
            if isinstance(node, ast.Attribute) and _is_own(unit, node.value):
                found[node.attr].add(method.name)
    return found


def _is_own(unit: Unit, node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and (node.id in {"self", "cls"} or node.id in unit.names)


def _is_called_outside(program: Program, unit: Unit, name: str) -> bool:
    """Whether code that has been read, and is not the manager's, calls something of that name."""
    for path, facts in program.facts.items():
        for site in facts.sites:
            operation = facts.nodes[site.node]
            callee = facts.nodes[operation[1]] if operation[0] == "call" else ("",)
            if callee[0] == "attr" and callee[2] == name and not _is_inside(facts, site.scope, path, unit):
                return True
    return False


def _is_inside(facts: object, scope: int, path: str, unit: Unit) -> bool:
    scopes = facts.scopes  # type: ignore[attr-defined]
    while scope != NONE:
        entry = scopes[scope]
        if entry.kind == "class" and (path, entry.owner) in unit.classes:
            return True
        scope = entry.parent
    return False


def _of_functions(program: Program, guard: Guard, trees: Trees, keys: dict[ClassKey, None]) -> Iterator[Unit]:
    """The functions that are managers, those of one class or module together."""
    found: dict[tuple[str, int], Unit] = {}
    for path, index in sorted(guard.functions):
        tree = trees.of(path)
        owner = program.function(path, index).owner
        if tree is None or index not in tree.functions or (path, owner) in keys:
            continue
        unit = found.get((path, owner))
        if unit is None:
            unit = _of_class(program, trees, (path, owner)) if owner != NONE else Unit(path, "")
            if unit is None:
                continue
            unit.entries = []
            found[path, owner] = unit
        method = Method(path, index, tree.functions[index])
        unit.entries.append(method)
        unit.name = unit.name or method.name
    yield from found.values()
