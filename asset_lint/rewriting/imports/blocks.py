"""Blocks of imports at the module level of a file, and which of them a new import joins."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from itertools import groupby, pairwise

from asset_lint.rewriting.imports.header import DEFINITIONS
from asset_lint.rewriting.imports.order import Kind, Origin, common_start
from asset_lint.rewriting.imports.rows import Unit
from asset_lint.rewriting.imports.statements import origin_of
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.source import NEWLINE

Block = Sequence[Unit]

_CONDITIONAL = (ast.If, ast.Try, ast.TryStar)


class Blocks:
    """The runs of imports among *units*, with nothing but blank lines and comments inside of them."""

    def __init__(self, units: Sequence[Unit], first_party: Collection[str]) -> None:
        self._units = units
        self._first_party = first_party
        self._early: list[Block] = []
        self._late: list[Block] = []
        is_early = True
        for imports, run in groupby(units, key=lambda unit: unit.imports):
            block = tuple(run)
            if imports:
                (self._early if is_early else self._late).append(block)
            is_early = is_early and not any(isinstance(unit.statements[0], DEFINITIONS) for unit in block)

    def holding(self, statement: ast.stmt) -> Block:
        """The block that *statement* is in, which may be none."""
        blocks = (*self._early, *self._late)
        return next((block for block in blocks if any(statement in unit.statements for unit in block)), ())

    def home(self, origin: Origin) -> Block:
        """
        The imports to join: the first ones that are not behind definitions, or those with more of the same package.

        What is added to the path before the project is imported has to come first: where the project is imported
        further down only, and behind more than definitions, the last of those imports.
        """
        early = self._early
        home = next((block for block in early if origin_of(block[-1].statements[0]).module != "__future__"), None)
        first = home if home is not None else early[0] if early else ()
        if origin.kind(self._first_party) < Kind.FIRST_PARTY:
            return first
        akin = [block for block in (*early, *self._late) if _nearness(origin, block)[0]]
        if not akin:
            return first
        if first in akin:
            near = [block for block in akin if block in early and self._is_near(first, block)]
            return max(near, key=lambda block: _nearness(origin, block))
        return akin[-1] if self._runs_code(first[-1].end if first else 0, akin[-1][0].start) else first

    def _between(self, start: int, end: int) -> list[ast.stmt]:
        return [unit.statements[0] for unit in self._units if start <= unit.start < end and not unit.imports]

    def _is_near(self, first: Block, block: Block) -> bool:
        """Whether nothing but conditional code, such as imports in ``try``, stands between two blocks."""
        return all(isinstance(node, _CONDITIONAL) for node in self._between(first[0].start, block[0].start))

    def _runs_code(self, start: int, end: int) -> bool:
        """Whether anything but imports and definitions stands between two indices."""
        return not all(isinstance(node, DEFINITIONS) for node in self._between(start, end))


def groups_of(lines: Lines, block: Block) -> list[list[Unit]]:
    """The parts of a block that blank lines set apart."""
    groups = [[block[0]]]
    for before, unit in pairwise(block):
        between = NEWLINE.split(lines.text[before.end : unit.start])[:-1]
        if any(not line.strip() for line in between):
            groups.append([])
        groups[-1].append(unit)
    return groups


def _nearness(origin: Origin, block: Block) -> tuple[int, int]:
    """How much of its dotted name *origin* has in common with an import of *block*, and with how many that much."""
    found = [common_start(origin.path, origin_of(unit.statements[0]).path) for unit in block]
    return max(found), found.count(max(found))
