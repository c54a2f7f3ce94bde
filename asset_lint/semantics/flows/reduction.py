"""Whether a class makes its pickles ask the manager."""

from __future__ import annotations

from asset_lint.semantics import containers
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE, Scope
from asset_lint.semantics.flows.graph import dotted_name
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ClassKey, class_key

_REDUCING = ("__reduce__", "__reduce_ex__")
_RESTORING = ("__setstate__", "__new__")


def goes_through_manager(program: Program, key: ClassKey) -> bool:
    """Whether what comes out of a pickle of the class is what the manager gives."""
    if any(_answers(program, *place) for place in _registered(program).get(key, ())):
        return True
    methods = _methods(program, key)
    if any(_answers(program, *methods[name]) for name in _REDUCING if name in methods):
        return True
    arguments = {"__getnewargs__", "__getnewargs_ex__"} & methods.keys()
    return any(
        _asks(program, *methods[name]) for name in _RESTORING if name in methods and (name != "__new__" or arguments)
    )


def _registered(program: Program) -> dict[ClassKey, list[tuple[str, int]]]:
    """The functions that ``copyreg.pickle`` is told to reduce the instances of a class by."""
    known: dict[ClassKey, list[tuple[str, int]]] | None = program.tables.get("copyreg")
    if known is not None:
        return known
    known = program.tables["copyreg"] = {}
    for path, facts in program.facts.items():
        for site in facts.sites:
            operation = facts.nodes[site.node]
            callee = facts.nodes[operation[1]]
            if operation[0] != "call" or "pickle" not in callee[2:] or len(operation[2]) < 2:
                continue
            if any(dotted_name(atom) == "copyreg.pickle" for atom in program.value(path, operation[1])):
                classes, reducers = (program.value(path, node) for _, _, node in operation[2][:2])
                places = [atom[1:3] for atom in reducers if atom[0] == "func"]
                for atom in classes:
                    if atom[0] in {"class", "ext"}:
                        known.setdefault(class_key(atom), []).extend(places)
    return known


def _methods(program: Program, key: ClassKey) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for owner in ancestry(program, key):
        if isinstance(owner, str) or owner[0] not in program.facts:
            continue
        for index, function in enumerate(program.facts[owner[0]].functions):
            if function.owner == owner[1]:
                found.setdefault(function.name, (owner[0], index))
    return found


def _answers(program: Program, path: str, index: int) -> bool:
    """Whether the first part of what ``__reduce__`` returns leads to the manager."""
    returned = program.union(path, program.function(path, index).returns)
    first = containers.item(program, returned, frozenset((("const", 0),)))
    for atom in first:
        if atom[0] in {"func", "bound"}:
            place = (atom[1], atom[2])
            if place in program.managed_functions or _asks(program, *place):
                return True
    return False


def _asks(program: Program, path: str, index: int) -> bool:
    """Whether a function calls the manager, or what is one of its functions."""
    facts = program.facts[path]
    scope = facts.functions[index].scope
    for site in facts.sites:
        if _is_inside(facts.scopes, site.scope, scope):
            for atom in program.value(path, facts.nodes[site.node][1]):
                if atom[0] in {"func", "bound"} and (atom[1], atom[2]) in program.managed_functions:
                    return True
    return False


def _is_inside(scopes: list[Scope], number: int, scope: int) -> bool:
    while number not in {NONE, 0}:
        if number == scope:
            return True
        number = scopes[number].parent
    return False
