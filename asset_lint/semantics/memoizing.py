"""Functions whose results are kept: decorated, wrapped by a call, or by a decorator that the project wrote itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asset_lint.semantics.caching import NAMES, caches, pickles
from asset_lint.semantics.called import spelled
from asset_lint.semantics.facts import NONE, Facts, Site
from asset_lint.semantics.flows.graph import dotted_name
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Atom, Values
from asset_lint.semantics.written import written

_THROUGH = frozenset({"same", "typed", "narrow", "exclude", "await"})
_LASTING = frozenset({"free", "global", "from", "attr"})
"""How a function gets at a mapping that outlives its call."""


@dataclass(frozen=True)
class Memoized:
    """
    A function whose results are kept, by which decorator; *site* is the decorator's, or the call that wraps it.

    *pickles*: they are written somewhere, and read again as other objects.
    """

    path: str
    site: Site
    values: Values
    by: str
    is_decorator: bool
    pickles: bool


def memoized(program: Program) -> list[Memoized]:
    """Every function whose results are kept, in the modules that have been read."""
    known: list[Memoized] | None = program.tables.get("memoized")
    if known is None:
        known = program.tables["memoized"] = list(_Finder(program).all())
    return known


class _Finder:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._own = {(is_class, path, index): pickles for is_class, path, index, pickles in _memoizers(program)}
        self._names = NAMES | {name for place in self._own for name in _names_around(program, place)}

    def all(self) -> Iterator[Memoized]:
        for path, facts in sorted(self._program.facts.items()):
            for site in facts.sites:
                operation = facts.nodes[site.node]
                if operation[0] == "decorate":
                    yield from self._decorated(path, site, operation)
                elif operation[2]:
                    yield from self._wrapped(path, site, operation)

    def _decorated(self, path: str, site: Site, operation: Any) -> Iterator[Memoized]:
        by, pickled = self._cache(path, operation[1])
        if by:
            nodes = self._program.facts[path].nodes
            inner = operation[2]
            while nodes[inner][0] in {"decorate", *_THROUGH}:
                inner = nodes[inner][2] if nodes[inner][0] == "decorate" else nodes[inner][1]
            yield Memoized(path, site, self._program.value(path, inner), by, True, pickled)

    def _wrapped(self, path: str, site: Site, operation: Any) -> Iterator[Memoized]:
        """``lru_cache(f)``, ``cached(cache)(f)``."""
        kind, _, argument = operation[2][0]
        by, pickled = self._cache(path, operation[1])
        if kind != "" or not by:
            return
        values = self._program.value(path, argument)
        if any(atom[0] in {"func", "bound", "partial", "class"} for atom in values):
            yield Memoized(path, site, values, by, False, pickled)

    def _cache(self, path: str, decorator: int) -> tuple[str, bool]:
        """The name of what keeps results, and whether it pickles, where *decorator* is one that does or gives one."""
        facts = self._program.facts[path]
        decorator = _plain(facts, decorator)
        operation = facts.nodes[decorator]
        if operation[0] == "global" and operation[1] in facts.exports:
            named = _plain(facts, facts.exports[operation[1]])
            if facts.nodes[named][0] == "call":
                decorator, operation = named, facts.nodes[named]
        callee = operation[1] if operation[0] == "call" else decorator
        if spelled(facts, callee) not in self._names:
            return "", False
        for atom in sorted(self._program.value(path, callee), key=repr):
            if caches(name := dotted_name(atom)):
                return name.rpartition(".")[2], pickles(name)
        for atom in sorted(self._program.value(path, decorator), key=repr):
            if (place := _memoizer_of(atom)) in self._own:
                return spelled(facts, callee), self._own[place]
        return "", False


def _memoizer_of(atom: Atom) -> tuple[bool, str, int]:
    """The function or class of the project that *atom* is, or is an instance of."""
    if atom[0] in {"func", "class", "bound"}:
        return atom[0] == "class", atom[1], atom[2]
    return (True, *atom[1]) if atom[0] == "inst" and not isinstance(atom[1], str) else (False, "", NONE)


Memoizer = tuple[bool, str, int, bool]
"""Whether it is a class, its path and index, and whether it pickles."""


def _memoizers(program: Program) -> Iterator[Memoizer]:
    """Functions and classes of the project that put what a function that they are given returns into a mapping."""
    for path, facts in sorted(program.facts.items()):
        for base, value in _stores(facts):
            if facts.nodes[_plain(facts, base)][0] in _LASTING:
                yield from _of_stored(path, facts, value, False)
        for site in facts.sites:
            yield from _of_wrapping(program, path, facts, site)
    for item in written(program):
        yield from _of_stored(item.path, program.facts[item.path], item.node, True)


def _stores(facts: Facts) -> Iterator[tuple[int, int]]:
    """(mapping, value) of what is stored under a key."""
    for base, _, value in facts.item_stores:
        yield base, value
    for site in facts.sites:
        operation = facts.nodes[site.node]
        callee = facts.nodes[operation[1]]
        if operation[0] == "call" and callee[0] == "attr" and callee[2] == "setdefault" and len(operation[2]) == 2:
            yield callee[1], operation[2][1][2]


def _of_stored(path: str, facts: Facts, value: int, pickled: bool) -> Iterator[Memoizer]:
    operation = facts.nodes[_plain(facts, value)]
    if operation[0] != "call":
        return
    callee = facts.nodes[_plain(facts, operation[1])]
    if callee[0] == "free" and (owner := _taking(facts, callee)) != NONE:
        yield False, path, owner, pickled
    elif callee[0] == "attr":
        own = facts.nodes[_plain(facts, callee[1])]
        if own[0] == "param" and own[2] == 0 and facts.functions[own[1]].name in {"__call__", "__get__"}:
            yield True, path, facts.functions[own[1]].owner, pickled


def _taking(facts: Facts, free: Any) -> int:
    """The function that has the name of a closure for a parameter."""
    owner = facts.scopes[free[1]].owner
    names = [parameter.name for parameter in facts.functions[owner].parameters] if owner != NONE else []
    return owner if free[2] in names else NONE


def _of_wrapping(program: Program, path: str, facts: Facts, site: Site) -> Iterator[Memoizer]:
    """Functions that wrap what they are given by a decorator of a library."""
    operation = facts.nodes[site.node]
    callee = operation[1]
    inner = facts.nodes[callee]
    callee = inner[1] if inner[0] == "call" else callee
    if spelled(facts, callee) not in NAMES or not any(
        caches(dotted_name(atom)) for atom in program.value(path, callee)
    ):
        return
    if operation[0] == "call" and operation[2]:
        given = facts.nodes[_plain(facts, operation[2][0][2])]
        if given[0] == "param" and given[2] == 0 and facts.functions[given[1]].owner == NONE:
            yield False, path, given[1], False
    elif operation[0] == "decorate" and (wrapped := facts.nodes[_plain(facts, operation[2])])[0] == "func":
        for node in facts.functions[wrapped[1]].returns:
            call = facts.nodes[_plain(facts, node)]
            called = facts.nodes[_plain(facts, call[1])] if call[0] == "call" else ("",)
            if called[0] == "free" and (owner := _taking(facts, called)) != NONE:
                yield False, path, owner, False


def _names_around(program: Program, memoizer: tuple[bool, str, int]) -> Iterator[str]:
    """The name of a memoizer, and of the functions that it is defined in, which may be called to get it."""
    is_class, path, index = memoizer[:3]
    facts = program.facts[path]
    scope = facts.classes[index].scope if is_class else facts.functions[index].scope
    while scope > 0:
        entry = facts.scopes[scope]
        yield entry.symbol.rpartition(".")[2]
        scope = entry.parent


def _plain(facts: Facts, node: int) -> int:
    while facts.nodes[node][0] in _THROUGH:
        node = facts.nodes[node][1]
    return node
