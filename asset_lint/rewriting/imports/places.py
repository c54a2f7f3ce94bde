"""Where a new import belongs among the statements of a body."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from enum import IntEnum
from functools import cached_property
from typing import Any, NamedTuple

from asset_lint.rewriting.imports.blocks import Blocks, groups_of
from asset_lint.rewriting.imports.header import Header, header_of, is_about_the_file
from asset_lint.rewriting.imports.order import ORIGIN_KEYS, Kind, Origin, fitting, is_sorted
from asset_lint.rewriting.imports.rows import Unit, comments_start, units
from asset_lint.rewriting.imports.statements import origin_of
from asset_lint.syntax.placing import Lines

_HEADING = re.compile(r"(?i)#\W*(?:\w+\W+){0,2}(?:imports?|librar(?:y|ies)|stdlib|modules?|packages?|party)\W*$")


class Zone(IntEnum):
    """How a new statement stands at its place, in the order in which those at one index follow each other."""

    JOIN_AFTER = 0
    GROUP_AFTER = 1
    ALONE = 2
    GROUP_BEFORE = 3
    JOIN_BEFORE = 4


class Place(NamedTuple):
    """Where a new statement belongs; places compare as the statements follow each other."""

    at: int
    zone: Zone
    kind: Kind
    key: Any


class Places:
    """
    Tells where in *body* a new import belongs, if the statements in *gone* go.

    It stands with the import *beside*, if that is given, where there is a place for its kind.
    """

    def __init__(
        self,
        lines: Lines,
        body: Sequence[ast.stmt],
        first_party: Collection[str],
        gone: Collection[ast.stmt] = (),
        beside: ast.stmt | None = None,
    ) -> None:
        self._lines = lines
        self._units = units(lines, body)
        self._first_party = first_party
        self._gone = gone
        self._beside = beside
        self._blocks = Blocks(self._units, first_party)

    @cached_property
    def header(self) -> Header:
        """Where imports go if the body has none."""
        return header_of(self._lines, self._units)

    def behind(self, statement: ast.stmt, origin: Origin) -> Place:
        """The place on the line below *statement*."""
        unit = next(unit for unit in self._units if statement in unit.statements)
        return self._at(unit.end, Zone.JOIN_AFTER, origin)

    def place(self, origin: Origin) -> Place:
        """The place in the group of *origin*, or where that group is missing."""
        block = self._blocks.holding(self._beside) if self._beside is not None else ()
        block = block or self._blocks.home(origin)
        if not block:
            return self._alone(origin)
        kind, groups = self._kind(origin), groups_of(self._lines, block)
        own = [group for group in groups if any(self._unit_kind(unit) == kind for unit in group)]
        if own:
            return self._inside(own, groups, origin)
        mixed = [group for group in groups if self._is_amid(group, kind, is_only=len(groups) == 1)]
        if mixed:
            return self._between(mixed[0], origin)
        return self._apart(groups, origin)

    def next_to(self, statement: ast.stmt, origin: Origin) -> Place:
        """The place in the group of the import *statement*: where it is sorted, or right behind that statement."""
        groups = groups_of(self._lines, self._blocks.holding(statement))
        (group,) = (group for group in groups if any(statement in unit.statements for unit in group))
        if not any(self._unit_kind(unit) == self._kind(origin) for unit in group):
            return self.behind(statement, origin)
        place = self._sorted_into(group, groups, origin)
        if place is None:
            return self.behind(statement, origin)
        # A comment above says why they are imported here.
        is_first = place.zone == Zone.GROUP_BEFORE
        return self._at(group[0].start, Zone.JOIN_BEFORE, origin) if is_first else place

    def _at(self, index: int, zone: Zone, origin: Origin) -> Place:
        return Place(index, zone, self._kind(origin), ORIGIN_KEYS[0](origin))

    def _kind(self, origin: Origin) -> Kind:
        return origin.kind(self._first_party)

    def _unit_kind(self, unit: Unit) -> Kind:
        return self._kind(_origin(unit))

    def _is_gone(self, unit: Unit) -> bool:
        return all(statement in self._gone for statement in unit.statements)

    def _alone(self, origin: Origin) -> Place:
        following = next((unit for unit in self._units if unit.start == self.header.end), None)
        if following and self._is_gone(following):
            return self._at(following.start, Zone.JOIN_BEFORE, origin)
        return self._at(self.header.start, Zone.ALONE, origin)

    def _is_amid(self, group: Sequence[Unit], kind: Kind, *, is_only: bool) -> bool:
        """Whether *group* holds several kinds, which *kind* stands between, or which are all that there is."""
        kinds = {self._unit_kind(unit) for unit in group} - {Kind.FUTURE}
        return len(kinds) > 1 and (is_only or min(kinds) < kind < max(kinds))

    def _inside(self, own: Sequence[list[Unit]], groups: Sequence[list[Unit]], origin: Origin) -> Place:
        """
        The place among those of the same kind, or among all where the kinds are mixed.

        Comments may stand apart inside of what is one group; else the group of what it stands beside, or the largest
        one.
        """
        near = [group for group in own if any(self._beside in unit.statements for unit in group)]
        whole = [unit for part in own for unit in part]
        largest = max(own, key=lambda group: len(self._peers(group, self._kind(origin))))
        for group in (*near, whole, largest):
            place = self._sorted_into(group, groups, origin)
            if place is not None:
                return place
        if near and self._beside is not None:
            return self.behind(self._beside, origin)
        return self._at(self._peers(largest, self._kind(origin))[-1].end, Zone.JOIN_AFTER, origin)

    def _sorted_into(self, group: list[Unit], groups: Sequence[list[Unit]], origin: Origin) -> Place | None:
        """The place in the order of *group*, one of *groups*; ``None`` where there is no order."""
        others = [[_origin(unit) for unit in self._peers(other, self._unit_kind(other[0]))] for other in groups]
        peers = self._peers(group, self._kind(origin))
        key = fitting(ORIGIN_KEYS, [_origin(unit) for unit in peers], others)
        if key is None:
            return None
        later = next((unit for unit in peers if key(_origin(unit)) > key(origin)), None)
        return self._at(peers[-1].end, Zone.JOIN_AFTER, origin) if later is None else self._before(group, later, origin)

    def _peers(self, group: list[Unit], kind: Kind) -> list[Unit]:
        if is_sorted(group, self._unit_kind):
            return [unit for unit in group if self._unit_kind(unit) == kind]
        return [unit for unit in group if self._unit_kind(unit) != Kind.FUTURE]

    def _between(self, group: list[Unit], origin: Origin) -> Place:
        """The place in a group that has nothing of this kind."""
        earlier = [unit for unit in group if self._unit_kind(unit) < self._kind(origin)]
        if earlier:
            return self._at(earlier[-1].end, Zone.JOIN_AFTER, origin)
        return self._before(group, group[0], origin)

    def _before(self, group: list[Unit], unit: Unit, origin: Origin) -> Place:
        place = group.index(unit)
        if place:
            return self._at(group[place - 1].end, Zone.JOIN_AFTER, origin)
        start = self._above(unit)
        return self._at(start, Zone.JOIN_BEFORE if start == unit.start else Zone.GROUP_BEFORE, origin)

    def _apart(self, groups: list[list[Unit]], origin: Origin) -> Place:
        """The place of a new group, or in the stead of one that goes."""
        kind = self._kind(origin)
        earlier = [group for group in groups if max(map(self._unit_kind, group)) < kind]
        group = earlier[-1] if earlier else groups[0]
        joins = all(self._is_gone(unit) for unit in group)
        if earlier:
            return self._at(group[-1].end, Zone.JOIN_AFTER if joins else Zone.GROUP_AFTER, origin)
        return self._at(self._above(group[0], is_new=True), Zone.JOIN_BEFORE if joins else Zone.GROUP_BEFORE, origin)

    def _above(self, unit: Unit, *, is_new: bool = False) -> int:
        """Where to begin above *unit*: above its comments, but behind a header; a group's heading stays its first."""
        start = comments_start(self._lines, unit.start)
        comments = self._lines.text[start : unit.start]
        is_heading = not is_new and any(map(_HEADING.match, comments.splitlines()))
        return unit.start if not start or is_heading or is_about_the_file(comments) else start


def _origin(unit: Unit) -> Origin:
    return origin_of(unit.statements[0])
