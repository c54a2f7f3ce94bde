"""Who calls a function of the project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from asset_lint.findings import Step
from asset_lint.semantics import parameters
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.flows.graph import Graph

_MOST = 40


class Callers:
    """The calls of functions, found by their names and confirmed by what is called; *named* are names to look for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._program = graph.program
        self._by_name: dict[str, list[tuple[str, int]]] | None = None
        self.named: set[str] = set()

    def of(self, path: str, index: int) -> Iterator[tuple[str, int, Step]]:
        """Yield (path, node, step) of the calls of a function, of the attributes where it is a property."""
        function = self._program.function(path, index)
        self.named.add(function.name)
        if self._is_property(path, index):
            yield from self._attributes(path, index)
            return
        yield from self._in_decorators(path, index)
        names = {function.name, *self._other_names(path, index)}
        found = 0
        for name in sorted(names):
            for where, node in self._calls().get(name, ()):
                call = self._graph.node(where, node)
                if self._calls_it(where, call, path, index):
                    found += 1
                    yield where, node, self._step(where, node)
                if found >= _MOST:
                    return

    def _in_decorators(self, path: str, index: int) -> Iterator[tuple[str, int, Step]]:
        """Where the decorators of a function call it."""
        links = self._graph.links(path)
        for function in links.functions.get(index, ()):
            for user in links.users.get(function, ()):
                operation = self._graph.node(path, user)
                if operation[0] == "decorate" and operation[2] == function:
                    for atom in self._program.value(path, operation[1]):
                        self._program.wanted |= {atom[1]} if atom[0] == "stub" else set()
                        if atom[0] in {"func", "bound"} and atom[1] in self._program.facts:
                            yield from self._of_parameter(atom[1], ("param", atom[1], atom[2], atom[0] == "bound"))

    def _of_parameter(self, path: str, parameter: tuple[str, str, int, int]) -> Iterator[tuple[str, int, Step]]:
        """Where something that is passed for a parameter is called."""
        for site in self._graph.facts(path).sites:
            call = self._graph.node(path, site.node)
            if call[0] == "call" and parameter in self._program.value(path, call[1]):
                yield path, site.node, self._step(path, site.node)

    def _calls_it(self, where: str, call: Any, path: str, index: int) -> bool:
        if call[0] == "decorate":
            return False
        for atom in self._program.value(where, call[1]):
            if atom[0] in {"func", "bound"} and (atom[1], atom[2]) == (path, index):
                return True
        # A function that is handed over is called with the items of what stands beside it.
        return any(
            atom[0] in {"func", "bound"} and (atom[1], atom[2]) == (path, index)
            for _, _, argument in call[2]
            for atom in self._handed(where, argument)
        )

    def _handed(self, where: str, argument: int) -> Any:
        operation = self._graph.node(where, self._graph.plain(where, argument))
        named = operation[0] in {"attr", "global", "from", "func", "free"}
        return self._program.value(where, argument) if named else ()

    def _calls(self) -> dict[str, list[tuple[str, int]]]:
        """The calls of all modules by the names that stand in them: of what is called, and of what is handed over."""
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for path, facts in sorted(self._program.facts.items()):
                for site in facts.sites:
                    call = facts.nodes[site.node]
                    if call[0] != "call":
                        continue
                    for node in (call[1], *(argument for _, _, argument in call[2])):
                        name = self._name(path, node)
                        if name:
                            self._by_name[name].append((path, site.node))
        return self._by_name

    def _name(self, path: str, node: int) -> str:
        operation = self._graph.node(path, self._graph.plain(path, node))
        if operation[0] == "func":
            return self._program.function(path, operation[1]).name
        return self._graph.spelled(path, node)

    def _other_names(self, path: str, index: int) -> Iterator[str]:
        """The names under which a module offers the function."""
        for name, node in self._graph.facts(path).exports.items():
            operation = self._graph.node(path, self._graph.plain(path, node))
            if operation == ("func", index):
                yield name

    def _is_property(self, path: str, index: int) -> bool:
        names = parameters.decorator_names(self._program, path).get(index, ())
        return bool({"property", "cached_property"}.intersection(names))

    def _attributes(self, path: str, index: int) -> Iterator[tuple[str, int, Step]]:
        """Where a property is looked up, on an instance of its class."""
        function = self._program.function(path, index)
        owner = (path, function.owner)
        if function.owner == NONE:
            return
        for where in sorted(self._program.facts):
            for node in self._graph.links(where).attributes.get(function.name, ()):
                base = self._program.value(where, self._graph.node(where, node)[1])
                if any(atom[0] == "inst" and owner in ancestry(self._program, atom[1]) for atom in base):
                    yield where, node, Step(where, 1, 1, f"received where {function.name} is looked up")

    def _step(self, where: str, node: int) -> Step:
        site = self._graph.site(where, node)
        assert site is not None, "calls have a place"
        symbol = self._program.symbol(where, site.scope) or "the module"
        return Step(where, site.span.line, site.span.column, f"received by {symbol}")
