"""By which names functions are called, and what is passed to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from asset_lint.semantics.facts import Facts, Site
from asset_lint.semantics.flows.sources import parameter_places
from asset_lint.semantics.program import Place, Program

_THROUGH = frozenset({"same", "typed", "narrow", "exclude", "await", "enter"})
_MANY_CALLERS = 200


class Callers:
    """Who calls the functions of a program, found by their names first."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._named: dict[str, list[tuple[str, Site]]] | None = None

    def passed(self, place: Place) -> Iterator[tuple[str, Site, int]]:
        """Yield (path, call, argument) of what is passed to a parameter; nothing where the name is everybody's."""
        path, index, parameter = place
        function = self._program.function(path, index)
        for caller, site, bound in self._calls(path, index):
            operation = self._program.facts[caller].nodes[site.node]
            for passed, node in parameter_places(function.parameters, operation[2], bound=bound):
                if passed == parameter:
                    yield caller, site, node

    def called(self, path: str, index: int) -> Iterator[tuple[str, Site]]:
        """Yield (path, call) of the calls of a function; nothing where the name is everybody's."""
        yield from ((caller, site) for caller, site, _ in self._calls(path, index))

    def _calls(self, path: str, index: int) -> Iterator[tuple[str, Site, bool]]:
        callers = self._of(self._program.function(path, index).name)
        for caller, site in callers if len(callers) <= _MANY_CALLERS else ():
            for atom in self._program.value(caller, self._program.facts[caller].nodes[site.node][1]):
                if atom[0] in {"func", "bound"} and atom[1:3] == (path, index):
                    yield caller, site, atom[0] == "bound"

    def _of(self, name: str) -> list[tuple[str, Site]]:
        if self._named is None:
            self._named = defaultdict(list)
            for path, facts in sorted(self._program.facts.items()):
                for site in facts.sites:
                    operation = facts.nodes[site.node]
                    if operation[0] == "call":
                        self._named[spelled(facts, operation[1])].append((path, site))
        return self._named.get(name, [])


def spelled(facts: Facts, node: int) -> str:
    """The last part of the name by which something is called, empty where it has none."""
    operation = facts.nodes[node]
    while operation[0] in _THROUGH:
        operation = facts.nodes[operation[1]]
    if operation[0] in {"attr", "free"}:
        return str(operation[2])
    if operation[0] in {"global", "builtin", "star"}:
        return str(operation[1])
    if operation[0] == "from":
        return str(operation[3])
    if operation[0] == "func":
        return facts.functions[operation[1]].name
    if operation[0] == "class":
        return facts.classes[operation[1]].name
    if operation[0] == "call" and spelled(facts, operation[1]) == "partial" and operation[2]:
        return spelled(facts, operation[2][0][2])
    if operation[0] == "join":
        return next((name for part in operation[1] if (name := spelled(facts, part))), "")
    return ""
