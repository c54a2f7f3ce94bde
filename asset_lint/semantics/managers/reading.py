"""The managers of a guard as they are read: what happens at their entries, and what they keep instances in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from asset_lint.findings import Span
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.managers.calling import follow, given
from asset_lint.semantics.managers.expressions import EVALUATORS
from asset_lint.semantics.managers.interest import Interest
from asset_lint.semantics.managers.records import Record
from asset_lint.semantics.managers.running import Overrun, Run, last_name
from asset_lint.semantics.managers.statements import RUNNERS
from asset_lint.semantics.managers.trees import Trees
from asset_lint.semantics.managers.units import Method, Unit, keeps_results, units
from asset_lint.semantics.managers.values import Spot, State
from asset_lint.semantics.program import Program
from asset_lint.semantics.sites import Call
from asset_lint.syntax.module import Module

Maps = dict[tuple[str, ...], int]


@dataclass
class Reading:
    """One manager: the *maps* that it keeps instances in, by the way to them, each with the depth at which they lie."""

    program: Program
    guard: Guard
    trees: Trees
    unit: Unit
    interest: Interest
    maps: Maps = field(default_factory=dict)

    @cached_property
    def records(self) -> list[Record]:
        """What happens at each entry, as far as all its ways could be followed."""
        names = frozenset(map(last_name, self.maps))

        def matters(entry: Method) -> bool:
            return self.interest.builds(entry) or self.interest.mentions(entry, names)

        found = [self.run(entry, self.maps)[0] for entry in self.unit.entries if matters(entry)]
        steps = [self.run(step, self.maps)[0] for step in self.unit.steps if matters(step)]
        found += [record for record in steps if record.looks_by_itself]
        return [record for record in found if record.is_complete]

    def run(self, entry: Method, maps: Maps | None) -> tuple[Record, Maps]:
        """Follow the ways of one entry; without *maps*, to find them."""
        record = Record(entry, is_kept=keeps_results(self.program, entry))
        run = Run(self.program, self.guard, self.trees, self.unit, record, maps, (EVALUATORS, RUNNERS), self.interest)
        try:
            state = State(env=frozenset(given(run, entry)))
            if entry.name == "__missing__" and () in (maps or {}):
                state = state.looked((), 1)  # by the mapping itself, which calls it then
            follow(run, entry, state)
        except Overrun:
            record.is_complete = False
        return record, run.found

    def span(self, spot: Spot) -> Span:
        """A place as findings tell it."""
        path, line, offset, end_line, end = spot
        tree = self.trees.of(path)
        assert tree is not None
        lines = tree.module.lines
        return Span(line, lines.column(line, offset), end_line, lines.column(end_line, end))

    def symbol(self, method: Method) -> str:
        """The dotted name of a function inside its module."""
        return self.program.symbol(method.path, self.program.function(method.path, method.place).scope)

    def find_maps(self) -> None:
        """Look through all functions of the manager for what it stores instances in."""
        for method in dict.fromkeys((*self.unit.methods.values(), *self.unit.entries)):
            if not self.interest.builds(method):
                continue
            for names, depth in self.run(method, None)[1].items():
                self.maps[names] = min(depth, self.maps.get(names, depth))


def readings(
    program: Program, guard: Guard, module: Callable[[str], Module | None], calls: Callable[[str], list[Call]]
) -> list[Reading]:
    """The managers of *guard* that are part of the project; worked out once."""
    table = program.tables.setdefault("managers", {})
    if id(guard) not in table:
        trees = Trees(program.facts, module)
        table[id(guard)] = [
            Reading(program, guard, trees, unit, Interest(program, guard, trees, unit, calls))
            for unit in units(program, guard, trees)
        ]
        for reading in table[id(guard)]:
            reading.find_maps()
    found: list[Reading] = table[id(guard)]
    return found
