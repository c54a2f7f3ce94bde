"""The names of an import statement as they are written, with their commas, comments and line ends."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from asset_lint.rewriting.imports.style import Style
from asset_lint.syntax.source import NEWLINE

_SPACE = r"(?:\s|\\)"
_OPENING = re.compile(rf"{_SPACE}*\((?:[ \t\f]*#[^\r\n]*)?")
_ITEM = re.compile(rf"#[^\r\n]*|\*|[\w.]+(?:{_SPACE}+as{_SPACE}+\w+)?")
_BEHIND_ITEM = re.compile(r"(?:[ \t\f]*(,))?([ \t\f]*#[^\r\n]*)?")
_NOTE = re.compile(r"(.*#[^\r\n]*)?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Item:
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
class Names:
    """The names of a statement between its *head*, with an opening bracket, and its *tail*, with a closing one."""

    head: str
    items: tuple[Item, ...]
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

    def without(self, places: Collection[int], newline: str) -> Names:
        """Without the names at these places; notes stay, and what follows moves up to the beginning of a line."""
        kept: list[Item] = []
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

    def including(self, text: str, place: int, style: Style) -> Names:
        """With a new name: on a line of its own where all have one, or where it would be too long otherwise."""
        rows = [item.space for item in self.items if item.is_on_new_line]
        is_stacked = bool(rows) and all(item.is_on_new_line for item in self.items[1:])
        for step in [*([] if is_stacked else [" "]), *rows[-1:]]:
            items = list(self.items)
            if place < len(items):
                space = items[place].space
                items[place] = replace(items[place], space=space if is_stacked and place else step)
                items.insert(place, Item("", space, text))
            else:
                items.append(Item("", step, text))
            new = replace(self, items=tuple(items))
            if max(map(len, NEWLINE.split(new.text(style.newline)))) <= style.limit:
                break
        return new


def _behind(text: str, piece: str, line: str) -> str:
    """*piece* behind *text*, on a new line if that ends in a comment."""
    is_comment = "#" in NEWLINE.split(text)[-1]
    return text + (line if piece and is_comment and not NEWLINE.match(piece.lstrip(" \t\f")) else "") + piece


def names_of(text: str, count: int) -> Names | None:
    """How the names of a statement are written; ``None`` where it is not one of the usual ways."""
    keyword = re.search(r"\bimport\b", text)
    assert keyword is not None
    begin = (_OPENING.match(text, keyword.end()) or keyword).end()
    place, has_comma, items = begin, True, list[Item]()
    for match in _ITEM.finditer(text, begin):
        if match.group().startswith("#"):
            continue
        before, behind = _NOTE.fullmatch(text, place, match.start()), _BEHIND_ITEM.match(text, match.end())
        assert before is not None
        assert behind is not None
        if not has_comma:
            return None
        note, space = before.groups("")
        items.append(Item(note, space, match.group(), behind.group(2) or "", len(items)))
        place, has_comma = behind.end(), behind.group(1) is not None
    is_usual = len(items) == count and "," not in re.sub(r"#.*", "", text[place:])
    return Names(text[:begin], tuple(items), has_comma, text[place:]) if is_usual else None
