"""
Imports that a fix needs, and those that it leaves without a use: the edits that put them in and take them away.

What is added stands where isort and ruff would sort it, if the file is sorted at all; what is removed takes along what
belongs to it. Every edit counts its position in the text as it was.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from typing import NamedTuple, TypeAlias, TypeGuard

from asset_lint.findings import Span
from asset_lint.rewriting.import_places import (
    MEMBER_KEYS,
    Origin,
    Place,
    Places,
    Unit,
    Zone,
    blank_end,
    bounds,
    comments_start,
    fitting,
    units,
)
from asset_lint.syntax.module import Module
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.source import NEWLINE

_Import: TypeAlias = ast.Import | ast.ImportFrom
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_Scope: TypeAlias = tuple[ast.AST, list[ast.stmt]]
_Drops: TypeAlias = dict[_Import, set[int]]

_NARROW, _WIDE = 88, 120
_MARK = re.compile(r"#.*(?:\bnoqa\b|\bpragma\b|\b(?:type|isort|pylint|ruff|flake8|pyright|mypy)\s*:)", re.IGNORECASE)
_TYPE_COMMENT = re.compile(r"#\s*type\s*:(.*)")
_SPACE = r"(?:\s|\\)"
_OPENING = re.compile(rf"{_SPACE}*\((?:[ \t\f]*#[^\r\n]*)?")
_ITEM = re.compile(rf"#[^\r\n]*|\*|[\w.]+(?:{_SPACE}+as{_SPACE}+\w+)?")
_BEHIND_ITEM = re.compile(r"(?:[ \t\f]*(,))?([ \t\f]*#[^\r\n]*)?")
_NOTE = re.compile(r"(.*#[^\r\n]*)?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Wanted:
    """``from <dots><module> import <name> [as <alias>]``, or, where *plain*, ``import <module> [as <alias>]``."""

    module: str
    name: str
    alias: str = ""
    level: int = 0
    plain: bool = False

    @property
    def bound(self) -> str:
        """The local name that it binds."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def origin(self) -> Origin:
        """What gives it its place."""
        return Origin(self.module, self.level, not self.plain, self.name)

    @property
    def written(self) -> str:
        """How it is written behind ``import``."""
        name = self.module if self.plain else self.name
        return f"{name} as {self.alias}" if self.alias else name

    def is_from(self, node: ast.stmt) -> bool:
        """Whether *node* imports from the same module in the same way."""
        if self.plain or not isinstance(node, ast.ImportFrom):
            return self.plain and isinstance(node, ast.Import)
        return (node.module or "", node.level) == (self.module, self.level)

    def is_written_as(self, alias: ast.alias) -> bool:
        """Whether *alias*, of a statement of that kind, is this import."""
        return (alias.name, alias.asname or "") == (self.module if self.plain else self.name, self.alias)

    def is_there(self, body: Iterable[ast.stmt]) -> bool:
        """Whether a statement of *body* is this import."""
        return any(self.is_from(node) and any(map(self.is_written_as, _aliases(node))) for node in body)


def added(module: Module, wanted: Sequence[Wanted], first_party: frozenset[str]) -> list[tuple[Span, str]]:
    """The edits that put *wanted* at module level; *first_party* are the project's top-level packages."""
    return changed(module, wanted, (), first_party)


def removed(module: Module, names: Collection[str]) -> list[tuple[Span, str]]:
    """The edits that take away the imports that bind these local names."""
    return changed(module, (), names, frozenset())


def changed(
    module: Module, wanted: Sequence[Wanted], unwanted: Collection[str], first_party: frozenset[str]
) -> list[tuple[Span, str]]:
    """The edits that do both, with the statements that lose one name and gain another written once."""
    missing = [item for item in dict.fromkeys(wanted) if not item.is_there(module.tree.body)]
    scopes = list(_scopes(module.tree))
    drops = _drops(module, scopes, frozenset(unwanted), wanted)
    level = _Level(module, missing)
    gone = _gone(module.lines, scopes, drops, level.gains)
    placed = level.placed(Places(module, first_party, gone))
    pieces = list(_rebuilt(module, drops, level))
    for scope in scopes:
        pieces += _cuts(module.lines, scope, gone, placed)
    pieces += [_at_end(module.lines.text, piece) for piece in placed.values()]
    return _edits(module.lines, pieces)


def added_locally(module: Module, wanted: Sequence[Wanted], line: int) -> list[tuple[Span, str]] | None:
    """
    The edits that put *wanted* at the beginning of the innermost function that has *line* in its body.

    ``None`` where there is no such function, or its body has no lines of its own.
    """
    function = _function_around(module.tree, line)
    if function is None or _declares(function, {item.bound for item in wanted}):
        return None
    lines, found = module.lines, units(module.lines, function.body)
    indentation = _indentation(lines, function)
    has_docstring = ast.get_docstring(function, clean=False) is not None
    if indentation is None or (has_docstring and len(found[0].statements) > 1):
        return None
    rest = found[has_docstring:]
    leading = list(takewhile(lambda unit: unit.imports, rest))
    there = [node for unit in leading for node in unit.statements]
    missing = [item for item in dict.fromkeys(wanted) if not item.is_there(there)]
    if not missing:
        return []
    before = leading[-1] if leading else found[0] if has_docstring else None
    index = before.end if before else _body_start(lines, found[0])
    newline = _newline(lines.text)
    statements = _statements(missing, _Style(module), indentation)
    text = "".join(f"{statement}{newline}" for _, statement in statements)
    # Formatters want a line between imports and code, where there was none to keep.
    is_crowded = bool(rest) and not leading and blank_end(lines.text, index) == index
    return _edits(lines, [_at_end(lines.text, _Piece(index, index, text + newline * is_crowded))])


def unused(module: Module, names: Collection[str]) -> frozenset[str]:
    """Those of *names* that nothing in the module uses; a word in a string or in a type comment counts as a use."""
    used = {word for comment in _TYPE_COMMENT.findall(module.lines.text) for word in re.findall(r"\w+", comment)}
    documented = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Module | ast.ClassDef | _Function) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            assert isinstance(first, ast.Expr)
            documented.add(first.value)
        elif isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            used.update(node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented:
            used.update(re.findall(r"\w+", node.value))
    return frozenset(names) - used


def style_for(module: Module, own_package: str, source: str, is_package: bool) -> str:
    """How this file, of *own_package*, imports from modules of its own top-level package: "relative" or "absolute"."""
    top = own_package.partition(".")[0]
    froms = [node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom)]
    names = [alias.name for node in ast.walk(module.tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in froms if node.module and not node.level]
    is_absolute = any(name.partition(".")[0] == top for name in names)
    is_relative = any(node.level for node in froms) and relative_spelling(own_package, source) is not None
    return "relative" if is_relative and not is_absolute else "absolute"


def relative_spelling(own_package: str, source: str) -> tuple[int, str] | None:
    """The level and the module that spell *source* inside *own_package*; ``None`` where they share no package."""
    own, other = own_package.split("."), source.split(".")
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(own, other, strict=False)))
    if not own_package or not shared:
        return None
    return len(own) - shared + 1, ".".join(other[shared:])


class _Piece(NamedTuple):
    """A text that takes the place of what stands between two indices."""

    start: int
    end: int
    text: str


def _edits(lines: Lines, pieces: Iterable[_Piece]) -> list[tuple[Span, str]]:
    """The pieces by line and column, those that touch each other as one."""
    joined: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: piece[:2]):
        if joined and piece.start <= joined[-1].end:
            joined[-1] = _Piece(joined[-1].start, piece.end, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return [(Span(*_position(lines, piece.start), *_position(lines, piece.end)), piece.text) for piece in joined]


def _position(lines: Lines, index: int) -> tuple[int, int]:
    line = bisect_right(lines.starts, index)
    return line, index - lines.starts[line - 1] + 1


def _newline(text: str) -> str:
    match = NEWLINE.search(text)
    return match.group() if match else "\n"


def _is_unended(text: str) -> bool:
    """Whether the last line has no line end."""
    return bool(text) and not text.endswith(("\r", "\n"))


def _at_end(text: str, piece: _Piece) -> _Piece:
    """The same lines behind a last line without a line end, which the file goes on to have."""
    if piece.start < len(text) or not _is_unended(text):
        return piece
    newline = _newline(text)
    return piece._replace(text=newline + piece.text.removesuffix(newline))


def _is_marked(lines: Lines, numbers: Iterable[int]) -> bool:
    """Whether a comment for a tool stands in one of these lines."""
    return any(_MARK.search(lines.line(number)) for number in numbers)


def _lines_of(node: ast.stmt | ast.alias) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _aliases(node: ast.stmt) -> list[ast.alias]:
    return node.names if isinstance(node, _Import) else []


class _Style:
    """How a file writes its imports."""

    def __init__(self, module: Module) -> None:
        text = module.lines.text
        self.newline = _newline(text)
        self.limit = _NARROW if max(map(len, NEWLINE.split(text))) <= _NARROW else _WIDE
        self.indent = "\t" if re.search(r"^\t", text, re.MULTILINE) and "\n    " not in text else "    "
        froms = [node for node in module.tree.body if isinstance(node, ast.ImportFrom)]
        self.lists = [[alias.name for alias in node.names] for node in froms]
        self.combines = any(len(node.names) > 1 and any(alias.asname for alias in node.names) for node in froms)
        plain = Counter((node.module, node.level) for node in froms if not node.names[0].asname)
        self.one_each = max(plain.values(), default=0) > 1 and all(len(names) == 1 for names in self.lists)

    def place_of(self, name: str, names: Sequence[str]) -> int:
        """Where *name* belongs in a list of names: behind all of them if they are not sorted."""
        key = fitting(MEMBER_KEYS, names, self.lists)
        later = (place for place, other in enumerate(names) if key and key(other) > key(name))
        return next(later, len(names))


def _statements(wanted: Sequence[Wanted], style: _Style, indentation: str = "") -> list[tuple[Wanted, str]]:
    """The statements, each with the first of what it imports: what is not renamed is joined by its module."""
    groups: dict[object, list[Wanted]] = {}
    for item in wanted:
        is_joined = not item.plain and not style.one_each and (style.combines or not item.alias)
        group = groups.setdefault((item.module, item.level) if is_joined else item, [])
        group.insert(style.place_of(item.name, [other.name for other in group]), item)
    return [(group[0], _statement(group, style, indentation)) for group in groups.values()]


def _statement(group: Sequence[Wanted], style: _Style, indentation: str) -> str:
    names = [item.written for item in group]
    if group[0].plain:
        return f"{indentation}import {names[0]}"
    head = f"{indentation}from {'.' * group[0].level}{group[0].module} import"
    line = f"{head} {', '.join(names)}"
    return line if len(line) <= style.limit else _wrapped(head, names, style, indentation)


def _wrapped(head: str, names: Iterable[str], style: _Style, indentation: str = "") -> str:
    newline = style.newline
    return f"{head} ({newline}{''.join(f'{indentation}{style.indent}{name},{newline}' for name in names)}{indentation})"


class _Level:
    """What the module level gets: names for statements that are there, and new statements."""

    def __init__(self, module: Module, missing: Sequence[Wanted]) -> None:
        self.style = _Style(module)
        self.gains: dict[ast.ImportFrom, list[Wanted]] = {}
        self._module = module
        self._new: dict[ast.stmt | None, list[Wanted]] = {}
        for item in missing:
            self._settle(item)

    def _settle(self, item: Wanted) -> None:
        """Give *item* to a statement, or have it written on the line behind one, or wherever it belongs."""
        akin = [
            node
            for node in self._module.tree.body
            if isinstance(node, ast.ImportFrom) and item.is_from(node) and self._is_of_kind(node, item)
        ]
        hosts = [node for node in akin if self._takes_names(node)]
        if hosts and not self.style.one_each:
            self.gains.setdefault(hosts[0], []).append(item)
        else:
            self._new.setdefault(None if hosts or not akin else akin[0], []).append(item)

    def _is_of_kind(self, node: ast.ImportFrom, item: Wanted) -> bool:
        """Whether *item* may stand beside the names of *node*: sorters give what is renamed its own statement."""
        return self.style.combines or not (item.alias or all(alias.asname for alias in node.names))

    def _takes_names(self, node: ast.ImportFrom) -> bool:
        lines = self._module.lines
        start, end = bounds(lines, node)
        text = lines.text[start:end]
        (unit,) = (unit for unit in units(lines, self._module.tree.body) if node in unit.statements)
        return (
            len(unit.statements) == 1
            and node.names[0].name != "*"
            and "\\" not in lines.text[start : unit.end].partition("#")[0]
            and not getattr(node, "is_lazy", 0)
            and not _is_marked(lines, _lines_of(node))
            and _names(text, len(node.names)) is not None
        )

    def placed(self, places: Places) -> dict[int, _Piece]:
        """The new statements as insertions by their index."""
        found: list[tuple[Place, str]] = []
        for anchor, items in self._new.items():
            for first, text in _statements(items, self.style):
                place = places.behind(anchor, first.origin) if anchor else places.place(first.origin)
                found.append((place, text))
        found.sort()
        pieces = (self._piece(places, list(run)) for _, run in groupby(found, key=lambda pair: pair[0].at))
        return {piece.start: piece for piece in pieces}

    def _piece(self, places: Places, found: Sequence[tuple[Place, str]]) -> _Piece:
        """What is inserted at one index: groups stand apart from others by blank lines."""
        newline, header = self.style.newline, places.header
        is_alone = any(place.zone == Zone.ALONE for place, _ in found)
        text = ""
        for (zone, _), run in groupby(found, key=lambda pair: (pair[0].zone, pair[0].kind)):
            statements = "".join(f"{statement}{newline}" for _, statement in run)
            is_apart = zone == Zone.GROUP_AFTER or (zone == Zone.ALONE and (text or header.before))
            text += newline * bool(is_apart) + statements + newline * (zone == Zone.GROUP_BEFORE)
        index = found[0][0].at
        return _Piece(index, header.end, text + newline * header.after) if is_alone else _Piece(index, index, text)


@dataclass(frozen=True)
class _Item:
    """
    A name of a statement as it is written.

    *note* are the comments on lines of their own above it, *space* is what stands before it, *trail* the comment behind
    it, *place* its place in the statement, -1 for a new one.
    """

    note: str
    space: str
    text: str
    trail: str = ""
    place: int = -1

    @property
    def is_on_new_line(self) -> bool:
        """Whether it begins a line."""
        return NEWLINE.search(self.space) is not None


@dataclass(frozen=True)
class _Names:
    """The names of a statement between its *head*, with an opening bracket, and its *tail*, with a closing one."""

    head: str
    items: tuple[_Item, ...]
    has_comma: bool
    tail: str

    def text(self, newline: str) -> str:
        """The statement; nothing slips into a comment."""
        found = self.head
        for item in self.items:
            comma = "," if item is not self.items[-1] or self.has_comma else ""
            found = _behind(found, item.note, newline)
            found = _behind(found, item.space, newline + "    ") + item.text + comma + item.trail
        return _behind(found, self.tail, newline)

    def without(self, places: Collection[int], newline: str) -> _Names:
        """Without the names at these places; notes stay, and what follows moves up to the beginning of a line."""
        kept: list[_Item] = []
        notes, space = "", None
        for item in self.items:
            if item.place in places:
                notes += item.note
                space = item.space if space is None else space
                continue
            moves = space is not None and not (kept and item.is_on_new_line)
            kept.append(
                replace(item, note=notes + item.note, space=space if moves and space is not None else item.space)
            )
            notes, space = "", None
        return replace(self, items=tuple(kept), tail=_behind(notes, self.tail, newline))

    def including(self, text: str, place: int, style: _Style) -> _Names:
        """With a new name: on a line of its own where all have one, or where it would be too long otherwise."""
        rows = [item.space for item in self.items if item.is_on_new_line]
        is_stacked = bool(rows) and all(item.is_on_new_line for item in self.items[1:])
        for step in [*([] if is_stacked else [" "]), *rows[-1:]]:
            items = list(self.items)
            if place < len(items):
                space = items[place].space
                items[place] = replace(items[place], space=space if is_stacked and place else step)
                items.insert(place, _Item("", space, text))
            else:
                items.append(_Item("", step, text))
            new = replace(self, items=tuple(items))
            if max(map(len, NEWLINE.split(new.text(style.newline)))) <= style.limit:
                break
        return new


def _behind(text: str, piece: str, line: str) -> str:
    """*piece* behind *text*, on a new line if that ends in a comment."""
    is_comment = "#" in NEWLINE.split(text)[-1]
    return text + (line if piece and is_comment and not NEWLINE.match(piece.lstrip(" \t\f")) else "") + piece


def _names(text: str, count: int) -> _Names | None:
    """How the names of a statement are written; ``None`` where it is not one of the usual ways."""
    keyword = re.search(r"\bimport\b", text)
    assert keyword is not None
    begin = (_OPENING.match(text, keyword.end()) or keyword).end()
    place, has_comma, items = begin, True, list[_Item]()
    for match in _ITEM.finditer(text, begin):
        if match.group().startswith("#"):
            continue
        before, behind = _NOTE.fullmatch(text, place, match.start()), _BEHIND_ITEM.match(text, match.end())
        assert before is not None
        assert behind is not None
        if not has_comma:
            return None
        note, space = before.groups("")
        items.append(_Item(note, space, match.group(), behind.group(2) or "", len(items)))
        place, has_comma = behind.end(), behind.group(1) is not None
    is_usual = len(items) == count and "," not in re.sub(r"#.*", "", text[place:])
    return _Names(text[:begin], tuple(items), has_comma, text[place:]) if is_usual else None


def _rebuilt(module: Module, drops: _Drops, level: _Level) -> Iterator[_Piece]:
    """The statements that lose some of their names or gain others."""
    for node in dict.fromkeys([*drops, *level.gains]):
        gains = level.gains.get(node, []) if isinstance(node, ast.ImportFrom) else []
        start, end = bounds(module.lines, node)
        names = _names(module.lines.text[start:end], len(node.names))
        if names is None or (len(drops.get(node, ())) == len(node.names) and not gains):
            continue
        written = [alias.name for alias in node.names]
        for item in gains:
            place = level.style.place_of(item.name, written)
            written.insert(place, item.name)
            names = names.including(item.written, place, level.style)
        names = names.without(drops.get(node, ()), level.style.newline)
        yield _Piece(start, end, _fitted(names, module.lines, (start, end), level.style, is_longer=bool(gains)))


def _fitted(names: _Names, lines: Lines, place: tuple[int, int], style: _Style, *, is_longer: bool) -> str:
    """The statement, in brackets if its line became too long."""
    text = names.text(style.newline)
    _, column = _position(lines, place[0])
    rest = NEWLINE.split(lines.text[place[1] : place[1] + style.limit])[0]
    if not is_longer or NEWLINE.search(text) or column - 1 + len(text) + len(rest) <= style.limit:
        return text
    return _wrapped(names.head.rstrip("( \t"), [item.text for item in names.items], style)


def _scopes(tree: ast.Module) -> Iterator[_Scope]:
    """The bodies that imports are taken from: of the module, of functions, and what only type checkers see in them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | _Function):
            yield node, node.body
            yield from ((inner, inner.body) for inner in node.body if _is_for_type_checkers(inner))


def _is_for_type_checkers(node: ast.stmt) -> TypeGuard[ast.If]:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return "TYPE_CHECKING" in {getattr(test, "id", None), getattr(test, "attr", None)}


def _bound(node: _Import, alias: ast.alias) -> str:
    return alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)


def _drops(module: Module, scopes: Sequence[_Scope], names: Collection[str], wanted: Sequence[Wanted]) -> _Drops:
    """The places of the names that go, by their statements."""
    imports = [node for node in ast.walk(module.tree) if isinstance(node, _Import)] if names else []
    pairs = [(node, alias) for node in imports for alias in node.names]
    counts = Counter(_bound(node, alias) for node, alias in pairs)
    # "import a.b" also makes "b" an attribute of what another import binds.
    shared = {_bound(node, alias) for node, alias in pairs if "." in alias.name and not alias.asname}
    going = {name for name in names if name not in shared or counts[name] == 1}
    found: _Drops = {}
    for owner, body in scopes if going else ():
        for node in body:
            if isinstance(node, _Import) and not _is_kept(module.lines, node):
                there = [item for item in wanted if isinstance(owner, ast.Module) and item.is_from(node)]
                places = {
                    place
                    for place, alias in enumerate(node.names)
                    if _bound(node, alias) in going
                    and alias.asname != alias.name
                    and not _is_marked(module.lines, _lines_of(alias))
                    and not any(item.is_written_as(alias) for item in there)
                }
                found.update({node: places} if places else {})
    return found


def _is_kept(lines: Lines, node: _Import) -> bool:
    is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return is_future or _is_marked(lines, {node.lineno, node.end_lineno or node.lineno})


def _gone(lines: Lines, scopes: Sequence[_Scope], drops: _Drops, gains: Collection[ast.stmt]) -> set[ast.stmt]:
    """The statements of which nothing is left, not even a comment on a line of its own."""
    gone: set[ast.stmt] = {
        node for node, places in drops.items() if len(places) == len(node.names) and node not in gains
    }
    for owner, body in scopes:
        if isinstance(owner, ast.If) and not owner.orelse and gone.issuperset(body):
            notes = (line for line in map(lines.line, _lines_of(owner)) if line.lstrip().startswith("#"))
            gone.update([] if any(notes) else [owner])
    return gone


def _cuts(lines: Lines, scope: _Scope, gone: Collection[ast.stmt], placed: dict[int, _Piece]) -> Iterator[_Piece]:
    """What is cut out of a body; what is inserted where something goes takes its place."""
    owner, body = scope
    found = units(lines, body) if owner not in gone and any(node in gone for node in body) else []
    runs: list[list[Unit]] = [[]]
    if found and not isinstance(owner, ast.Module) and all(node in gone for node in body):
        first = found.pop(0)
        start = bounds(lines, first.statements[0])[0]
        yield _Piece(start, start + len(lines.text[start : first.end].rstrip("\r\n")), "pass")
    for unit in found:
        if not all(node in gone for node in unit.statements):
            yield from _cuts_in_line(lines, unit, gone)
            runs.append([])
        elif runs[-1] and blank_end(lines.text, runs[-1][-1].end) < unit.start:
            runs.append([unit])
        else:
            runs[-1].append(unit)
    for run in filter(None, runs):
        start, end = run[0].start, run[-1].end
        inside = sorted(index for index in placed if start <= index <= end) if isinstance(owner, ast.Module) else []
        is_first = not isinstance(owner, ast.Module) and run[0].statements[0] is body[0]
        yield _cut(lines, run, "".join(placed.pop(index).text for index in inside), is_first=is_first)


def _cut(lines: Lines, run: Sequence[Unit], text: str, *, is_first: bool) -> _Piece:
    """Take away a run of logical lines, or put *text* in their stead."""
    start, end = run[0].start, run[-1].end
    is_unended = end == len(lines.text) and _is_unended(lines.text)
    if text:
        return _Piece(start, end, text.removesuffix(_newline(lines.text)) if is_unended else text)
    first = lines.place(start)[0]
    number = first
    while number > 1 and not lines.line(number - 1).strip():
        number -= 1
    after = blank_end(lines.text, end)
    above, below = first - number, len(NEWLINE.findall(lines.text, end, after))
    is_outermost = number == 1 or after == len(lines.text)
    excess = above + below if is_outermost else below if is_first else min(above, below)
    if excess:
        start = lines.starts[first - 1 - max(excess - below, 0)]
        end = after if excess >= below else lines.starts[lines.place(end)[0] - 1 + excess]
    if is_unended and start:
        start -= 2 if lines.text.startswith("\r\n", start - 2) else 1
    return _Piece(start, end, "")


def _cuts_in_line(lines: Lines, unit: Unit, gone: Collection[ast.stmt]) -> Iterator[_Piece]:
    """What is cut out of a line that keeps some of its statements."""
    places = [bounds(lines, node) for node in unit.statements]
    kept = [place for place, node in enumerate(unit.statements) if node not in gone]
    for place, node in enumerate(unit.statements[: kept[-1]]):
        if node in gone:
            yield _Piece(places[place][0], places[place + 1][0], "")
    if places[kept[-1]] != places[-1]:
        yield _Piece(places[kept[-1]][1], places[-1][1], "")


def _function_around(tree: ast.Module, line: int) -> _Function | None:
    """The innermost function with *line* in its body; its decorators and its head are of the scope around it."""
    found: _Function | None = None
    for node in ast.walk(tree):  # outer functions first
        if isinstance(node, _Function):
            start = min(inner.lineno for inner in (node.body[0], *getattr(node.body[0], "decorator_list", ())))
            if start <= line <= (node.body[-1].end_lineno or start):
                found = node
    return found


def _declares(function: _Function, names: Collection[str]) -> bool:
    """Whether one of *names* is not local to *function*, so that an import would bind it elsewhere."""
    statements = (node for node in ast.walk(function) if isinstance(node, ast.Global | ast.Nonlocal))
    return any(name in names for node in statements for name in node.names)


def _indentation(lines: Lines, function: _Function) -> str | None:
    """What stands before the statements of *function*; ``None`` where the first one stands behind the head."""
    first = function.body[0]
    start = lines.starts[first.lineno - 1]
    before = lines.line(first.lineno - 1).rstrip("\r\n") if first.lineno > 1 else ""
    indentation = lines.text[start : bounds(lines, first)[0]]
    return None if indentation.strip() or (before.endswith("\\") and "#" not in before) else indentation


def _body_start(lines: Lines, first: Unit) -> int:
    """Where a body without docstring begins: above its comments, but behind a type comment of its function."""
    start = comments_start(lines, first.start)
    match = re.match(r"[ \t\f]*#[ \t]*type:", lines.text[start : first.start])
    return lines.starts[lines.place(start)[0]] if match else start
