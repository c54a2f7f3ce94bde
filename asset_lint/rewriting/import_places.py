"""Where imports stand in a file, and where new ones belong: logical lines, blocks, groups and their order."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, partial
from itertools import groupby, pairwise
from typing import Any, NamedTuple, TypeVar

from asset_lint.syntax.module import Module
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.source import NEWLINE

T = TypeVar("T")
ImportStatement = ast.Import | ast.ImportFrom

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)
_GAP = r"(?:[ \t\f]|\\(?:\r\n?|\n))*"
_JOINT = re.compile(rf"{_GAP};{_GAP}")
_REST = re.compile(rf"(?:{_GAP};)*{_GAP}(?:#[^\r\n]*)?(?:\r\n?|\n|\Z)")
_CONTINUED = re.compile(r"[ \t\f]*\\[\r\n]+")
_COMMENTS = re.compile(r"(?:[ \t\f]*#[^\r\n]*(?:\r\n?|\n|\Z))+")
_BLANKS = re.compile(r"(?:[ \t\f]*(?:\r\n?|\n))*(?:[ \t\f]*\Z)?")
_LICENCE = re.compile(r"#!|coding[:=]|-\*-|\bvim?:|copyright|\(c\)|licen[cs]e|spdx|\bauthors?\b", re.IGNORECASE)
_HEADING = re.compile(r"(?i)#\W*(?:\w+\W+){0,2}(?:imports?|librar(?:y|ies)|stdlib|modules?|packages?|party)\W*$")
_NUMBER = re.compile(r"(\d+)")


class Kind(IntEnum):
    """What a module belongs to, in the order in which files import."""

    FUTURE = 0
    STANDARD = 1
    THIRD_PARTY = 2
    FIRST_PARTY = 3
    RELATIVE = 4


@dataclass(frozen=True)
class Origin:
    """What gives an import statement its place: where it imports from, how, and the first of its names."""

    module: str
    level: int = 0
    is_from: bool = True
    member: str = ""

    @property
    def top(self) -> str:
        """The top-level package, empty for a relative import."""
        return "" if self.level else self.module.partition(".")[0]

    def kind(self, first_party: Collection[str]) -> Kind:
        """What the module belongs to, if these are the project's packages."""
        if self.level:
            return Kind.RELATIVE
        if self.top in first_party:
            return Kind.FIRST_PARTY
        if self.module == "__future__":
            return Kind.FUTURE
        return Kind.STANDARD if self.top in sys.stdlib_module_names else Kind.THIRD_PARTY


def origin_of(node: ImportStatement) -> Origin:
    """What gives *node* its place."""
    if isinstance(node, ast.ImportFrom):
        return Origin(node.module or "", node.level, True, node.names[0].name)
    return Origin(node.names[0].name, is_from=False)


def _natural(text: str) -> tuple[tuple[int, int], ...]:
    """A key that compares numbers in a text as numbers."""
    parts = _NUMBER.split(text)
    return tuple(
        key
        for place, part in enumerate(parts)
        for key in ([(ord("0"), int(part))] if place % 2 else [(ord(sign), 0) for sign in part])
    )


def _by_type(name: str) -> Any:
    rank = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return name != "*", rank, _natural(name.lower()), _natural(name)


def _caseless(name: str) -> Any:
    return _natural(name.lower()), _natural(name)


def _origin_key(mode: int, nearest_first: bool, cased: bool, origin: Origin) -> Any:
    """*mode* is 0 where ``import`` comes before ``from``, 1 where both are mixed, 2 where it comes behind."""
    distance = origin.level if nearest_first else -origin.level
    name = _natural(origin.module) if cased else _caseless(origin.module)
    rank = origin.is_from if mode < 2 else not origin.is_from
    module = (distance, name)
    return (*module, rank, _by_type(origin.member)) if mode == 1 else (rank, *module, _by_type(origin.member))


MEMBER_KEYS: Sequence[Callable[[str], Any]] = (_by_type, _caseless, _natural)
"""How files sort imported names: as isort and ruff do it unless they are told otherwise, or without regard to case."""
_ORIGIN_KEYS: Sequence[Callable[[Origin], Any]] = [
    partial(_origin_key, mode, nearest_first, cased)
    for cased in (False, True)
    for nearest_first in (False, True)
    for mode in (0, 1, 2)
]


def _is_sorted(items: Sequence[T], key: Callable[[T], Any]) -> bool:
    return all(first <= second for first, second in pairwise(map(key, items)))


def fitting(
    keys: Sequence[Callable[[T], Any]], own: Sequence[T], others: Sequence[Sequence[T]]
) -> Callable[[T], Any] | None:
    """The order that *own* is in, preferably one that the *others* are in as well; ``None`` for no order."""
    fit = [key for key in keys if _is_sorted(own, key)]
    return min(fit, key=lambda key: sum(not _is_sorted(other, key) for other in others), default=None)


@dataclass(frozen=True)
class Unit:
    """
    A logical line, or a compound statement.

    *start* is where its first line begins, *end* is behind its line end, both as indices of the text.
    """

    statements: tuple[ast.stmt, ...]
    start: int
    end: int

    @property
    def imports(self) -> bool:
        """Whether it does nothing but import."""
        return all(isinstance(statement, ImportStatement) for statement in self.statements)

    @property
    def origin(self) -> Origin:
        """What gives the first import statement its place."""
        first = self.statements[0]
        assert isinstance(first, ImportStatement)
        return origin_of(first)


def bounds(lines: Lines, node: ast.stmt) -> tuple[int, int]:
    """Where *node* stands, as indices of the text."""
    end = lines.index(node.end_lineno or node.lineno, node.end_col_offset or 0)
    return lines.index(node.lineno, node.col_offset), end


def units(lines: Lines, body: Sequence[ast.stmt]) -> list[Unit]:
    """The logical lines of *body*."""
    runs: list[list[ast.stmt]] = []
    end_before = 0
    for statement in body:
        start, end = bounds(lines, statement)
        if runs and _JOINT.fullmatch(lines.text, end_before, start):
            runs[-1].append(statement)
        else:
            runs.append([statement])
        end_before = end
    return [_unit(lines, run) for run in runs]


def _unit(lines: Lines, run: Sequence[ast.stmt]) -> Unit:
    first = min(node.lineno for node in (run[0], *getattr(run[0], "decorator_list", ())))
    while first > 1 and _CONTINUED.fullmatch(lines.line(first - 1)):
        first -= 1
    end = bounds(lines, run[-1])[1]
    rest = _REST.match(lines.text, end)
    line = run[-1].end_lineno or first
    after = lines.starts[line] if line < len(lines.starts) else len(lines.text)
    return Unit(tuple(run), lines.starts[first - 1], rest.end() if rest else after)


def blank_end(text: str, index: int) -> int:
    """Where the blank lines end that begin at *index*."""
    blanks = _BLANKS.match(text, index)
    return blanks.end() if blanks else index


def comments_start(lines: Lines, index: int) -> int:
    """Where the comment lines begin that stand directly above the line that begins at *index*."""
    number = lines.place(index)[0]
    while number > 1 and lines.line(number - 1).lstrip().startswith("#"):
        number -= 1
    return lines.starts[number - 1]


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


class Header(NamedTuple):
    """The blank lines that the first imports of a file take the place of, and how many they need around them."""

    start: int
    end: int
    before: int
    after: int


class Places:
    """The module level of a file, for telling where a new import belongs if the statements in *gone* go."""

    def __init__(self, module: Module, first_party: Collection[str], gone: Collection[ast.stmt]) -> None:
        self.lines = module.lines
        self.units = units(module.lines, module.tree.body)
        self._first_party = first_party
        self._gone = gone

    def unit_of(self, statement: ast.stmt) -> Unit:
        """The logical line that a statement of the module level stands in."""
        return next(unit for unit in self.units if statement in unit.statements)

    def behind(self, statement: ast.stmt, origin: Origin) -> Place:
        """The place on the next line."""
        return self._at(self.unit_of(statement).end, Zone.JOIN_AFTER, origin)

    def place(self, origin: Origin) -> Place:
        """The place in the group of *origin*, or where that group is missing."""
        block = self._block(origin)
        if not block:
            return self._alone(origin)
        kind, groups = self._kind(origin), self._groups(block)
        own = [group for group in groups if any(self._kind(unit.origin) == kind for unit in group)]
        if own:
            return self._inside(own, groups, origin)
        mixed = [group for group in groups if self._is_amid(group, kind, is_only=len(groups) == 1)]
        if mixed:
            return self._between(mixed[0], origin)
        return self._apart(groups, origin)

    @cached_property
    def header(self) -> Header:
        """Where imports go in a file that has none."""
        text, first = self.lines.text, self.units[0] if self.units else None
        start = 0
        following = first
        if first and _is_docstring(first.statements[0]):
            start = first.end
            following = self.units[1] if len(self.units) > 1 else None
        start = _behind_comments(text, start)
        end = blank_end(text, start)
        defines = (
            following is not None
            and isinstance(following.statements[0], _DEFINITIONS)
            and comments_start(self.lines, following.start) == end
        )
        after = 0 if end == len(text) else 2 if defines else 1
        return Header(start, end, int(start > 0), after)

    def _at(self, index: int, zone: Zone, origin: Origin) -> Place:
        return Place(index, zone, self._kind(origin), _ORIGIN_KEYS[0](origin))

    def _kind(self, origin: Origin) -> Kind:
        return origin.kind(self._first_party)

    def _is_gone(self, unit: Unit) -> bool:
        return all(statement in self._gone for statement in unit.statements)

    def _alone(self, origin: Origin) -> Place:
        following = next((unit for unit in self.units if unit.start == self.header.end), None)
        if following and self._is_gone(following):
            return self._at(following.start, Zone.JOIN_BEFORE, origin)
        return self._at(self.header.start, Zone.ALONE, origin)

    def _block(self, origin: Origin) -> Sequence[Unit]:
        """
        The imports to join: the first ones that are not behind definitions.

        What is added to the path before the project is imported has to come first: where the project is imported
        further down only, and behind more than definitions, the last of those imports.
        """
        early: list[tuple[Unit, ...]] = []
        late: list[tuple[Unit, ...]] = []
        is_early = True
        for imports, run in groupby(self.units, key=lambda unit: unit.imports):
            block = tuple(run)
            if imports:
                (early if is_early else late).append(block)
            is_early = is_early and not any(isinstance(unit.statements[0], _DEFINITIONS) for unit in block)
        home = next((block for block in early if block[-1].origin.module != "__future__"), early[0] if early else ())
        akin = [block for block in (*early, *late) if any(unit.origin.top == origin.top for unit in block)]
        if self._kind(origin) < Kind.FIRST_PARTY or not akin or home in akin:
            return home
        return akin[-1] if self._runs_code(home[-1].end if home else 0, akin[-1][0].start) else home

    def _runs_code(self, start: int, end: int) -> bool:
        """Whether anything but imports and definitions stands between two indices."""
        between = (unit for unit in self.units if start <= unit.start < end)
        return any(not unit.imports and not isinstance(unit.statements[0], _DEFINITIONS) for unit in between)

    def _groups(self, block: Sequence[Unit]) -> list[list[Unit]]:
        groups = [[block[0]]]
        for before, unit in pairwise(block):
            between = NEWLINE.split(self.lines.text[before.end : unit.start])[:-1]
            if any(not line.strip() for line in between):
                groups.append([])
            groups[-1].append(unit)
        return groups

    def _is_amid(self, group: Sequence[Unit], kind: Kind, *, is_only: bool) -> bool:
        """Whether *group* holds several kinds, which *kind* stands between, or which are all that there is."""
        kinds = {self._kind(unit.origin) for unit in group} - {Kind.FUTURE}
        return len(kinds) > 1 and (is_only or min(kinds) < kind < max(kinds))

    def _inside(self, own: Sequence[list[Unit]], groups: Sequence[list[Unit]], origin: Origin) -> Place:
        """
        The place among those of the same kind, or among all where the kinds are mixed.

        Comments may stand apart inside of what is one group; else the largest is the one.
        """
        others = [[unit.origin for unit in self._peers(other, self._kind(other[0].origin))] for other in groups]
        largest = max(own, key=lambda group: len(self._peers(group, self._kind(origin))))
        for group in ([unit for part in own for unit in part], largest):
            peers = self._peers(group, self._kind(origin))
            key = fitting(_ORIGIN_KEYS, [unit.origin for unit in peers], others)
            if key:
                break
        later = key and next((unit for unit in peers if key(unit.origin) > key(origin)), None)
        if later is None:
            return self._at(peers[-1].end, Zone.JOIN_AFTER, origin)
        return self._before(group, later, origin)

    def _peers(self, group: list[Unit], kind: Kind) -> list[Unit]:
        if _is_sorted(group, lambda unit: self._kind(unit.origin)):
            return [unit for unit in group if self._kind(unit.origin) == kind]
        return [unit for unit in group if self._kind(unit.origin) != Kind.FUTURE]

    def _between(self, group: list[Unit], origin: Origin) -> Place:
        """The place in a group that has nothing of this kind."""
        earlier = [unit for unit in group if self._kind(unit.origin) < self._kind(origin)]
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
        earlier = [group for group in groups if max(self._kind(unit.origin) for unit in group) < kind]
        group = earlier[-1] if earlier else groups[0]
        joins = all(self._is_gone(unit) for unit in group)
        if earlier:
            return self._at(group[-1].end, Zone.JOIN_AFTER if joins else Zone.GROUP_AFTER, origin)
        return self._at(self._above(group[0], is_new=True), Zone.JOIN_BEFORE if joins else Zone.GROUP_BEFORE, origin)

    def _above(self, unit: Unit, *, is_new: bool = False) -> int:
        """Where to begin above *unit*: above its comments, but behind a header; a group's heading stays its first."""
        start = comments_start(self.lines, unit.start)
        comments = self.lines.text[start : unit.start]
        is_heading = not is_new and any(map(_HEADING.match, comments.splitlines()))
        return unit.start if not start or is_heading or _LICENCE.search(comments) else start


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _behind_comments(text: str, start: int) -> int:
    """Where the comments end that are about the file and not about the code below them."""
    end = place = start
    for match in _blocks_of_comments(text, start):
        is_apart = match.end() == len(text) or blank_end(text, match.end()) > match.end()
        if not _LICENCE.search(match.group()) and (place or not is_apart):
            break
        end = place = match.end()
    return end


def _blocks_of_comments(text: str, place: int) -> Iterator[re.Match[str]]:
    while place < len(text) and (match := _COMMENTS.match(text, blank_end(text, place))):
        yield match
        place = match.end()
