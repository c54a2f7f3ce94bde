"""Annotations and other expressions that are types: which instances they admit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import (
    ANY,
    EMPTY,
    NOTHINGS,
    UNKNOWN,
    UNKNOWNS,
    Atom,
    Values,
    class_atom,
    class_key,
    instance,
    is_open,
)

StandsFor = Mapping[tuple[str, int], tuple[str, int]]
"""The nodes, with the paths of their modules, of type parameters and of what they stand for."""

_WRAPPERS = frozenset(
    "Annotated ClassVar Final Required NotRequired ReadOnly InitVar TypeGuard TypeIs Awaitable Mapped Unpack".split()
)
_UNIONS = frozenset({"Optional", "Union"})
_LAST = frozenset({"Coroutine"})
_COLLECTIONS = frozenset(
    """list set frozenset tuple deque List Set FrozenSet Tuple Deque Sequence MutableSequence Collection Iterable
    Iterator Generator AsyncIterable AsyncIterator AsyncGenerator AbstractSet MutableSet Container Reversible
    ContextManager AsyncContextManager AbstractContextManager AbstractAsyncContextManager KeysView ValuesView
    WeakSet""".split()
)
_MAPPINGS = frozenset(
    """dict Dict Mapping MutableMapping DefaultDict defaultdict OrderedDict ChainMap Counter ItemsView
    WeakValueDictionary WeakKeyDictionary""".split()
)
_CLASSES = frozenset({"type", "Type"})
_HOMES = frozenset(
    """builtins typing typing_extensions collections collections.abc contextlib dataclasses weakref
    sqlalchemy.orm""".split()
)
_FORMS = (
    _WRAPPERS | _UNIONS | _LAST | _COLLECTIONS | _MAPPINGS | _CLASSES | {"Callable", "Literal", "Generic", "Protocol"}
)


def form_of(atom: Atom) -> str:
    """The name of a generic of the standard library, else ""."""
    if atom[0] != "ext":
        return ""
    home, _, name = atom[1].rpartition(".")
    return name if home in _HOMES and name in _FORMS else ""


def is_generic(atom: Atom) -> bool:
    """Whether a subscript of *atom* is a type."""
    return atom[0] == "typex" or bool(form_of(atom))


def types(program: Program, path: str, node: int, stands_for: StandsFor | None = None) -> Values:
    """
    The values that the annotation at *node* admits; empty where it says nothing of interest.

    *stands_for* has what type parameters in it stand for.
    """
    if node == NONE:
        return EMPTY
    active: set[tuple[str, int]] = program.tables.setdefault("types", set())
    if (path, node) in active or len(active) > 50:
        return EMPTY
    active.add((path, node))
    try:
        return _types(program, path, node, stands_for)
    finally:
        active.discard((path, node))


def plain(facts: Facts, node: int) -> int:
    """The node that *node* is only another name for."""
    while facts.nodes[node][0] in {"same", "global"}:
        operation = facts.nodes[node]
        following = operation[1] if operation[0] == "same" else facts.exports.get(operation[1], NONE)
        if following in {NONE, node}:
            return node
        node = following
    return node


def _types(program: Program, path: str, node: int, stands_for: StandsFor | None) -> Values:
    facts = program.facts[path]
    operation = facts.nodes[node]
    if operation[0] == "item":
        return _subscripted(program, path, operation, stands_for)
    if operation[0] == "binop":
        return types(program, path, operation[1], stands_for) | types(program, path, operation[2], stands_for)
    if operation[0] == "const":
        return NOTHINGS if operation[1] is None else EMPTY
    other = stands_for.get((path, plain(facts, node))) if stands_for else None
    return types_of_values(program, program.value(path, node)) if other is None else types(program, *other)


def types_of_values(program: Program, values: Values) -> Values:
    """The instances of the types that *values* are."""
    result: set[Atom] = set()
    for atom in values:
        if atom[0] in {"class", "ext"}:
            form = form_of(atom)
            if form in _COLLECTIONS:
                result.add(("coll", UNKNOWNS))
            elif form in _MAPPINGS:
                result.add(("map", UNKNOWNS))
            elif not form:
                result.add(instance(class_key(atom), ANY))
        elif atom[0] == "typex":
            result |= types(program, atom[1], atom[2])
        elif atom[0] == "stub":
            result.add(("stub", atom[1], f"{atom[2]}()"))
        elif atom[0] == "none":
            result.add(atom)
    return frozenset(result)


def _subscripted(program: Program, path: str, operation: tuple[Any, ...], stands_for: StandsFor | None) -> Values:
    base = program.value(path, operation[1])
    nodes = program.facts[path].nodes
    key = nodes[operation[2]]
    keys = list(key[2]) if key[0] == "seq" else [operation[2]]
    result: set[Atom] = set()
    for atom in base:
        form = form_of(atom)
        if form:
            result |= _form(program, path, form, keys, stands_for)
        elif atom[0] == "typex":
            result |= types(program, atom[1], atom[2])
        elif atom[0] in {"class", "ext"}:
            result.add(instance(class_key(atom), ANY))
    return frozenset(result)


def _form(program: Program, path: str, form: str, keys: list[int], stands_for: StandsFor | None) -> Values:
    if not keys:
        return EMPTY
    if form in _WRAPPERS:
        return types(program, path, keys[0], stands_for)
    if form in _LAST:
        return types(program, path, keys[-1], stands_for)
    if form in _UNIONS:
        admitted = frozenset().union(*(types(program, path, key, stands_for) for key in keys))
        return admitted | NOTHINGS if form == "Optional" else admitted
    if form in {"tuple", "Tuple"} and not _is_ellipsis(program, path, keys[-1]):
        return frozenset((("tuple", tuple(types(program, path, key, stands_for) or UNKNOWNS for key in keys)),))
    if form in {"Generator", "AsyncGenerator"}:
        return frozenset((("coll", types(program, path, keys[0], stands_for)),))
    if form in _COLLECTIONS:
        return frozenset((("coll", frozenset().union(*(types(program, path, key, stands_for) for key in keys))),))
    if form in _MAPPINGS:
        return frozenset((("map", types(program, path, keys[-1], stands_for)),))
    if form in _CLASSES:
        admitted = types(program, path, keys[0], stands_for)
        return frozenset(class_atom(atom[1]) if atom[0] == "inst" else UNKNOWN for atom in admitted)
    if form == "Callable":
        return frozenset((("gives", types(program, path, keys[-1], stands_for)),))
    return EMPTY


def _is_ellipsis(program: Program, path: str, node: int) -> bool:
    return program.facts[path].nodes[node] == ("const", ...)


def declared(value: Values, types_: Values) -> Values:
    """A value with a declared type: the declaration fills in what is not known of the value."""
    known = frozenset(atom for atom in value if not is_open(atom) and atom[0] not in {"none", "param", "dep"})
    if not types_ or types_ == NOTHINGS:
        return value
    marks = frozenset(atom for atom in value if atom[0] in {"param", "dep"})
    if not known:
        return types_ | marks
    if any(is_open(atom) for atom in value):
        return known | types_ | marks
    if any(atom[0] == "alloc" for atom in known):
        return value | types_  # what is put into a container later may not be seen, its declaration is
    return value
