"""Which calls can be where a way begins, told by names alone: about the others nothing needs to be asked."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.flows.carriers import Carriers
from asset_lint.semantics.flows.graph import Graph
from asset_lint.semantics.flows.tables import CALLING_NAMES, DECODING_NAMES, MAKING_NAMES

_MOST_STEPS = 3


class Candidates:
    """
    The names of what may make followed objects, and of what may decode.

    A function that calls one of the former may be one itself, at a few removes, and so with the latter.
    """

    def __init__(self, graph: Graph, carriers: Carriers, readers: frozenset[str]) -> None:
        self._graph = graph
        self._carriers = carriers
        called = {path: _called_names(graph, path) for path in graph.program.facts}
        own = carriers.names | _names_of_subclasses(graph, carriers)
        names = set(own)
        for path, facts in graph.program.facts.items():
            names |= {name for name, node in facts.exports.items() if graph.spelled(path, node) in own}
        self._classes = frozenset(names)
        self._making = self._grown(called, names | MAKING_NAMES, _MOST_STEPS) | CALLING_NAMES
        self._decoding = self._grown(called, set(DECODING_NAMES | readers), 2)

    def may_make(self, path: str, call: Any) -> bool:
        """Whether a call may make followed objects."""
        callee = self._graph.node(path, self._graph.plain(path, call[1]))
        if callee[0] == "attr":
            if callee[2] in self._making:
                return True
            base = self._graph.node(path, self._graph.plain(path, callee[1]))
            unread = base[0] in {"from", "module"} and self._is_unread(path, callee[1])
            return unread or base[0] in {"item", "call"} or self._is_class(path, callee[1], base)
        if callee[0] == "param" and callee[2] == 0:
            return self._is_own(path, callee)
        name = self._graph.spelled(path, call[1])
        return not name or name in self._making or self._is_unread(path, call[1])

    def may_decode(self, path: str, call: Any) -> bool:
        """Whether a call may decode."""
        name = self._graph.spelled(path, call[1])
        return not name or name in self._decoding or self._is_unread(path, call[1])

    def _is_unread(self, path: str, node: int) -> bool:
        """Whether a name belongs to a module of the project that has not been read."""
        operation = self._graph.node(path, self._graph.plain(path, node))
        if operation[0] == "attr":
            return self._is_unread(path, operation[1])
        if operation[0] not in {"from", "module", "global"}:
            return False
        return any(atom[0] == "stub" for atom in self._graph.program.value(path, node))

    def _is_class(self, path: str, node: int, base: Any) -> bool:
        if base[0] == "param" and base[2] == 0:
            return self._is_own(path, base)
        return self._graph.spelled(path, node) in self._classes

    def _is_own(self, path: str, parameter: Any) -> bool:
        """Whether a parameter is ``cls``, or ``self``, of a followed class."""
        owner = self._graph.program.function(path, parameter[1]).owner
        return owner != NONE and self._carriers.role((path, owner)) is not None

    def _gives(self, path: str, index: int) -> bool:
        """Whether a function returns or yields something."""
        function = self._graph.program.function(path, index)
        nodes = (*function.returns, *function.yields)
        return any(self._graph.node(path, node)[0] not in {"const", "unknown"} for node in nodes)

    def _grown(self, called: dict[str, dict[int, set[str]]], names: set[str], steps: int) -> frozenset[str]:
        found = set(names)
        for _ in range(steps):
            new = {
                self._graph.program.function(path, index).name
                for path, functions in called.items()
                for index, inside in functions.items()
                if not inside.isdisjoint(found) and self._gives(path, index)
            }
            new = {name for name in new if not name.startswith("__")} - found
            found |= new
            if not new:
                break
        return frozenset(found)


def _names_of_subclasses(graph: Graph, carriers: Carriers) -> set[str]:
    """What the classes are called that inherit from followed ones."""
    return {
        entry.name
        for path, facts in graph.program.facts.items()
        for index, entry in enumerate(facts.classes)
        if entry.bases and carriers.role((path, index)) is not None
    }


def _called_names(graph: Graph, path: str) -> dict[int, set[str]]:
    """The names that each function of a module calls or hands over."""
    facts: Facts = graph.facts(path)
    found: dict[int, set[str]] = defaultdict(set)
    for site in facts.sites:
        index = graph.function_around(path, site.scope)
        call = facts.nodes[site.node]
        if index is None or call[0] != "call":
            continue
        found[index].add(graph.spelled(path, call[1]))
        found[index] |= {graph.spelled(path, argument) for _, _, argument in call[2]}
        if facts.nodes[call[1]][0] == "attr":
            found[index].add(graph.spelled(path, facts.nodes[call[1]][1]))
        found[index].discard("")
    return found
