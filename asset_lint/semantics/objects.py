"""What a new object holds of the classes and functions that its constructor was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from asset_lint.semantics import parameters
from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.program import Arguments, Program
from asset_lint.semantics.stores import store_table
from asset_lint.semantics.values import ANY, EMPTY, UNKNOWNS, Atom, ClassKey, Values

_CALLABLE = frozenset({"class", "func", "partial"})
_DEEPEST = 2

Held = tuple[tuple[str, Values], ...]
"""(attribute, values) in order."""


def gives_callables(arguments: Arguments) -> bool:
    """Whether a class or a function is among the arguments."""
    return any(atom[0] in _CALLABLE for _, _, values in arguments for atom in values)


def held(program: Program, line: tuple[ClassKey, ...], arguments: Arguments, new: Atom) -> Held:
    """
    The attributes of an object, just made with *arguments*, that hold a class or a function.

    *line* are its class and the bases of that, *new* is the object. An attribute that is also set elsewhere may hold
    something else by now, which is said as well.
    """
    initialiser = _initialiser(program, line)
    if initialiser is None:
        attributes: Iterable[tuple[str, Values]] = _fields(program, line, arguments)
    else:
        attributes = _stored(program, *initialiser, arguments, new)
    kept: dict[str, Values] = {}
    times: Counter[str] = Counter()
    for name, values in attributes:
        kept[name] = kept.get(name, EMPTY) | values
        times[name] += 1
    places = store_table(program)
    for name in kept:
        owned, others = places.get(name, ({}, []))
        own = 0 if initialiser is None else times[name]
        if len(others) + sum(len(owned.get(owner, ())) for owner in line) > own:
            kept[name] |= UNKNOWNS
    return tuple(
        sorted(
            (name, frozenset(_shallow(atom, _DEEPEST) for atom in values))
            for name, values in kept.items()
            if any(atom[0] in _CALLABLE for atom in values)
        )
    )


def _shallow(atom: Atom, depth: int) -> Atom:
    """An object without what lies deeper in it: one that is wrapped again and again would never be the same."""
    if atom[0] != "inst" or not isinstance(atom[2], tuple):
        return atom
    if depth == 0:
        return ("inst", atom[1], ANY)
    kind, inner = atom[2]
    return (
        "inst",
        atom[1],
        (kind, tuple((name, frozenset(_shallow(part, depth - 1) for part in values)) for name, values in inner)),
    )


def _initialiser(program: Program, line: tuple[ClassKey, ...]) -> tuple[str, int] | None:
    """The ``__init__`` that runs for a class, as path and index."""
    for owner in line:
        if isinstance(owner, str) or owner[0] not in program.facts:
            continue
        node = program.class_(*owner).members.get("__init__")
        if node is not None:
            found = [atom for atom in program.value(owner[0], node) if atom[0] == "func"]
            return (found[0][1], found[0][2]) if len(found) == 1 else None
    return None


def _stored(program: Program, path: str, index: int, arguments: Arguments, new: Atom) -> Iterable[tuple[str, Values]]:
    """What the function at *path* and *index* stores in attributes of its first parameter."""
    function = program.function(path, index)
    bound = parameters.bind(function, arguments, frozenset((new,)))
    context = program.context(path, index, tuple(sorted(bound.items())), None)
    for name, value in _own_stores(program, path).get(index, ()):
        yield name, program.value(path, value, context)


def _own_stores(program: Program, path: str) -> dict[int, list[tuple[str, int]]]:
    """For each function of a module the (attribute, value) of its stores to its first parameter."""
    table: dict[str, dict[int, list[tuple[str, int]]]] = program.tables.setdefault("own stores", {})
    if path not in table:
        facts = program.facts[path]
        found = table[path] = {}
        for base, name, value, _ in facts.attribute_stores:
            operation = facts.nodes[base]
            while operation[0] == "same":
                operation = facts.nodes[operation[1]]
            if operation[0] == "param" and operation[2] == 0:
                found.setdefault(operation[1], []).append((name, value))
    return table[path]


def _fields(program: Program, line: tuple[ClassKey, ...], arguments: Arguments) -> Iterable[tuple[str, Values]]:
    fields = generated_fields(program, line)
    order = iter(fields)
    for kind, name, values in arguments:
        field = next(order, "") if kind == "" else name
        if field in fields:
            yield field, values


def generated_fields(program: Program, line: tuple[ClassKey, ...]) -> dict[str, ClassKey]:
    """
    The fields that the constructor of a dataclass and its like takes, and the class that declares each.

    They are in the order of their annotations, bases first.
    """
    fields: dict[str, ClassKey] = {}
    for owner in reversed(line):
        if not isinstance(owner, str) and owner[0] in program.facts:
            entry = program.class_(*owner)
            for name, annotation in entry.annotations.items():
                if not _is_left_out(program.facts[owner[0]], annotation, entry.members.get(name, NONE)):
                    fields[name] = owner
    return fields


def _is_left_out(facts: Facts, annotation: int, default: int) -> bool:
    """Whether the constructor does not take a field: ``ClassVar``, ``field(init=False)``."""
    operation = facts.nodes[annotation]
    base = facts.nodes[operation[1]] if operation[0] == "item" else operation
    if base[-1] == "ClassVar":
        return True
    value = facts.nodes[default] if default != NONE else ("",)
    while value[0] in {"same", "typed"}:
        value = facts.nodes[value[1]]
    keywords = value[2] if value[0] == "call" else ()
    return any(name == "init" and facts.nodes[node] == ("const", False) for _, name, node in keywords)


def member_attribute(program: Program, line: tuple[ClassKey, ...], value: int, name: str, member: Atom) -> Values:
    """An attribute of the member of an enumeration with the node *value*, which ``__init__`` gets as its arguments."""
    initialiser, path = _initialiser(program, line), line[0][0]
    if initialiser is None:
        return frozenset()
    operation = program.facts[path].nodes[value]
    while operation[0] in {"same", "typed"}:
        operation = program.facts[path].nodes[operation[1]]
    nodes = operation[2] if operation[0] == "seq" and operation[1] == "tuple" else (value,)
    arguments = tuple(("", "", program.value(path, node) if node != NONE else UNKNOWNS) for node in nodes)
    found = [values for stored, values in _stored(program, *initialiser, arguments, member) if stored == name]
    return frozenset().union(*found)
