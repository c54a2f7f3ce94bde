"""Attributes that are assigned: ``x.name = value``, and what that makes of an instance or a class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asset_lint.semantics import parameters
from asset_lint.semantics.classes import ancestry, subclasses
from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import EMPTY, Atom, ClassKey, Values, class_atom, class_key, settled

_Stores = list[tuple[str, int, int]]
"""(path, base, value) of assignments."""


def stores(program: Program, key: ClassKey, name: str) -> Values:
    """What assignments ``x.name = value`` to instances of a class, or to the class, store."""
    if name not in store_table(program):
        return EMPTY
    return program.ask(("stores", key, name), lambda: _stored(program, key, name))


def _stored(program: Program, key: ClassKey, name: str) -> Values:
    owned, others = store_table(program)[name]
    result: set[Atom] = set()
    line = ancestry(program, key)
    for owner in line if owned else ():
        for path, base, value in owned.get(owner, ()):
            given = _from_class_keywords(program, path, base, value, key)
            result |= program.value(path, value) if given is None else given
    for owner in subclasses(program, key) if owned else ():
        for path, _, value in owned.get(owner, ()):
            result |= program.value(path, value)
    for path, base, value in others:
        for atom in program.value(path, base):
            if atom[0] in {"inst", "class"} and (atom[1] if atom[0] == "inst" else class_key(atom)) in line:
                result |= program.value(path, value)
    return settled(frozenset(result))


def _from_class_keywords(program: Program, path: str, base: int, value: int, key: ClassKey) -> Values | None:
    """What a store in ``__init_subclass__`` puts into a class: its keywords are the arguments."""
    operation = program.facts[path].nodes[base]
    function = program.function(path, operation[1]) if operation[0] == "param" else None
    if function is None or function.name != "__init_subclass__":
        return None
    for owner in ancestry(program, key):
        if isinstance(owner, str) or owner[0] not in program.facts or owner == (path, function.owner):
            return EMPTY
        keywords = program.class_(*owner).keywords
        if keywords:
            arguments = tuple(("=", name, program.value(owner[0], node)) for name, node in keywords.items())
            bound = parameters.bind(function, arguments, frozenset((class_atom(owner),)))
            return program.value(path, value, program.context(path, operation[1], tuple(sorted(bound.items())), None))
    return EMPTY


def store_table(program: Program) -> dict[str, tuple[dict[ClassKey, _Stores], _Stores]]:
    """By attribute what is stored: in the methods of which class through ``self``, and elsewhere."""
    table: dict[str, tuple[dict[ClassKey, _Stores], _Stores]] | None = program.tables.get("stores")
    if table is None:
        table = program.tables["stores"] = {}
        for path, facts in sorted(program.facts.items()):
            stores = ((base, name, value) for base, name, value, _ in facts.attribute_stores)
            for base, name, value in (*stores, *setattrs(facts)):
                owned, others = table.setdefault(name, ({}, []))
                owner = owner_of_self(program, path, base)
                if owner is None:
                    others.append((path, base, value))
                else:
                    owned.setdefault(owner, []).append((path, base, value))
    return table


def stored_names(program: Program) -> Iterator[tuple[str, ClassKey]]:
    """The (attribute, class) pairs of every ``self.attribute = value``."""
    for name, (owned, _) in store_table(program).items():
        for owner in owned:
            yield name, owner


def setattrs(facts: Facts) -> Iterator[tuple[int, str, int]]:
    """The (base, name, value) of every ``setattr(base, "name", value)``."""
    for site in facts.sites:
        operation = facts.nodes[site.node]
        if operation[0] == "call" and len(operation[2]) == 3 and facts.nodes[operation[1]] == ("builtin", "setattr"):
            base, name, value = (node for _, _, node in operation[2])
            if facts.nodes[name][0] == "const" and isinstance(facts.nodes[name][1], str):
                yield base, facts.nodes[name][1], value


def is_method(program: Program, path: str, base: int) -> bool:
    """Whether the parameter that *base* is belongs to a method, neither a class method nor a static one."""
    nodes = program.facts[path].nodes
    operation = nodes[nodes[base][1]] if nodes[base][0] == "same" else nodes[base]
    return parameters.kind_of(program, path, operation[1]) == "method"


def owner_of_self(program: Program, path: str, base: int) -> Any:
    """The class whose method's first parameter the store goes to: the usual case, told without a question."""
    facts = program.facts[path]
    operation = facts.nodes[base]
    if operation[0] == "same":
        operation = facts.nodes[operation[1]]
    if operation[0] == "param" and operation[2] == 0:
        function = facts.functions[operation[1]]
        if function.owner != NONE:
            return (path, function.owner)
    return None
