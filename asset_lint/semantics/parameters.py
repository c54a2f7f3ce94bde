"""Parameters: what they are when nothing is known of the call, and how arguments are bound to them."""

from __future__ import annotations

from typing import Any

from asset_lint.semantics import typeforms
from asset_lint.semantics.facts import NONE, FunctionFacts
from asset_lint.semantics.program import Arguments, Program
from asset_lint.semantics.values import (
    EMPTY,
    OWN,
    SELF,
    UNKNOWN,
    UNKNOWNS,
    Atom,
    Values,
    instance,
    settled,
)

_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


def kind_of(program: Program, path: str, index: int) -> str:
    """Whether a function of a class is a "method", a "class" method or a "static" one; "" outside classes."""
    function = program.function(path, index)
    if function.owner == NONE:
        return ""
    table = program.tables.setdefault("kinds", {})
    if (path, index) not in table:
        table[path, index] = "class" if function.name in _CLASS_METHODS else _decorated_kind(program, path, index)
    return str(table[path, index])


def _decorated_kind(program: Program, path: str, index: int) -> str:
    facts = program.facts[path]
    names = decorator_names(program, path).get(index, ())
    if "classmethod" in names:
        return "class"
    return "static" if "staticmethod" in names else "method" if facts.functions[index].parameters else "static"


def decorator_names(program: Program, path: str) -> dict[int, set[str]]:
    """For each decorated function of a module the last words of its decorators."""
    table: dict[str, dict[int, set[str]]] = program.tables.setdefault("decorators", {})
    if path not in table:
        found: dict[int, set[str]] = {}
        table[path] = found
        nodes = program.facts[path].nodes
        for node in nodes:
            if node[0] == "decorate":
                inner = nodes[node[2]]
                while inner[0] == "decorate":
                    inner = nodes[inner[2]]
                decorator = nodes[node[1]]
                if decorator[0] == "call":
                    decorator = nodes[decorator[1]]
                if inner[0] == "func" and decorator[0] in {"builtin", "attr", "from", "global"}:
                    found.setdefault(inner[1], set()).add(
                        str(decorator[-1] if decorator[0] != "builtin" else decorator[1])
                    )
    return table[path]


def open_parameter(program: Program, path: str, index: int, place: int) -> Values:
    """A parameter in a call of which nothing is known."""
    function = program.function(path, index)
    parameter = function.parameters[place]
    result: set[Atom] = {("param", path, index, place)}
    kind = kind_of(program, path, index)
    if place == 0 and kind == "method":
        result.add(instance((path, function.owner), SELF))
    elif place == 0 and kind == "class":
        result.add(("class", path, function.owner, OWN))
    else:
        types = _wrapped(parameter.kind, typeforms.types(program, path, parameter.annotation))
        result |= types
        if parameter.default != NONE:
            result |= settled(program.value(path, parameter.default))
        if not any(atom[0] != "none" for atom in types):
            result.add(UNKNOWN)
    return frozenset(result)


def _wrapped(kind: str, types: Values) -> Values:
    if kind == "*":
        return frozenset((("coll", types),))
    return frozenset((("map", types),)) if kind == "**" else types


def default_of(program: Program, path: str, index: int, place: int) -> Values:
    """A parameter that a known call does not pass."""
    parameter = program.function(path, index).parameters[place]
    if parameter.kind == "*":
        return frozenset((("coll", frozenset()),))
    if parameter.kind == "**":
        return frozenset((("map", frozenset()),))
    return settled(program.value(path, parameter.default)) if parameter.default != NONE else UNKNOWNS


def bind(function: FunctionFacts, arguments: Arguments, receiver: Values | None) -> dict[int, Values]:
    """Arguments by the place of their parameter; what cannot be told apart makes all that it may reach unknown."""
    parameters = function.parameters
    bound: dict[int, Values] = {}
    positional = [place for place, item in enumerate(parameters) if item.kind in {"", "/"}]
    rest = next((place for place, item in enumerate(parameters) if item.kind == "*"), None)
    names = {item.name: place for place, item in enumerate(parameters) if item.kind in {"", "="}}
    extra = next((place for place, item in enumerate(parameters) if item.kind == "**"), None)
    next_place = 0
    if receiver is not None and positional:
        bound[positional[0]] = receiver
        next_place = 1
    for kind, name, values in arguments:
        if kind == "":
            if next_place < len(positional):
                bound[positional[next_place]] = values
                next_place += 1
            elif rest is not None:
                bound[rest] = frozenset((("coll", _elements(bound.get(rest)) | values),))
        elif kind == "=":
            place = names.get(name, extra)
            if place is not None and place == extra:
                bound[place] = frozenset((("map", _elements(bound.get(place)) | values),))
            elif place is not None:
                bound[place] = values
        elif kind == "*":
            _bind_star(bound, positional[next_place:], rest, values)
            next_place = len(positional)
        else:
            passed = frozenset(atom for atom in values if atom[0] == "argument") | UNKNOWNS
            for place in [*names.values(), *([extra] if extra is not None else [])]:
                bound[place] = bound.get(place, EMPTY) | passed
    return bound


def _elements(values: Values | None) -> Values:
    return frozenset().union(*(atom[1] for atom in values or () if atom[0] in {"coll", "map"}))


def _bind_star(bound: dict[int, Values], places: list[int], rest: int | None, values: Values) -> None:
    inner: set[Any] = {UNKNOWN}
    for atom in values:
        if atom[0] == "coll":
            inner |= atom[1]
        elif atom[0] == "tuple":
            inner |= frozenset().union(*atom[1])
        elif atom[0] == "argument":
            inner.add(atom)
    for place in places:
        bound.setdefault(place, frozenset(inner))
    if rest is not None:
        bound[rest] = frozenset((("coll", frozenset(inner)),))
