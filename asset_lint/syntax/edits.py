"""Edits applied to a text, and the text turned back into the bytes of its file."""

from __future__ import annotations

from collections.abc import Iterable

from asset_lint.findings import Edit
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.source import NEWLINE, Unreadable, decode, encoding_of

_SHOWN = 40


class Overlap(ValueError):
    """Two edits that cannot both be applied, because they want the same characters."""


def applied(text: str, edits: Iterable[Edit]) -> str:
    """
    Apply *edits* to *text*, to which all their positions refer.

    Insertions at one place come in the given order, and before what is replaced from there on.
    """
    lines = Lines(text)
    placed = [(_index(lines, edit, at_end=False), _index(lines, edit, at_end=True), edit) for edit in edits]
    parts: list[str] = []
    done = 0
    # Sorting is stable, and puts an insertion before a replacement that begins at the same place.
    for start, end, edit in sorted(placed, key=lambda item: item[:2]):
        if start > end:
            raise ValueError(f"an edit ends before it begins: {edit.span}")
        if start < done:
            raise Overlap(f"two edits overlap in line {edit.span.line}")
        parts += text[done:start], edit.text
        done = end
    return "".join((*parts, text[done:]))


def _index(lines: Lines, edit: Edit, *, at_end: bool) -> int:
    """The index at which an edit begins or ends; raises ValueError where the text has no such place."""
    span = edit.span
    line, column = (span.end_line, span.end_column) if at_end else (span.line, span.column)
    if not 1 <= line <= len(lines.starts):
        raise ValueError(f"an edit names line {line} of a text with {len(lines.starts)} lines")
    # What follows the line end is the next line: no edit may cut a "\r\n" in two.
    content = NEWLINE.sub("", lines.line(line))
    if not 1 <= column <= len(content) + 1:
        raise ValueError(f"an edit names column {column} of line {line}, which has {len(content)} characters")
    return lines.starts[line - 1] + column - 1


def encoded(before: bytes, text: str) -> bytes:
    """
    Encode *text*, the new text of a file which had the bytes *before*, as that file was encoded.

    Raises Unreadable where other bytes than those of the changes would change, or where the new bytes would be read as
    another text.
    """
    encoding = encoding_of(before)
    if _bytes(decode(before), encoding) != before:
        reason = f"holds bytes that {_name(encoding)} would not write again in the same way"
        raise Unreadable(f"{reason}; save it as UTF-8 first")
    after = _bytes(text, encoding)
    if not _reads_as(after, text):
        raise Unreadable(
            f"would be read as another text after the change, in {_name(encoding)}; save it as UTF-8 first"
        )
    return after


def _bytes(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        line = len(NEWLINE.findall(text, 0, error.start)) + 1
        sign = f"U+{ord(error.object[error.start]):04X}"
        reason = f"cannot hold the character {sign} of line {line}, because its encoding is {_name(encoding)}"
        raise Unreadable(f"{reason}; save it as UTF-8 first", line) from error
    except (LookupError, ValueError) as error:
        raise Unreadable(
            f"has an encoding that cannot be written, {_name(encoding)}; save it as UTF-8 first"
        ) from error


def _reads_as(data: bytes, text: str) -> bool:
    """Whether *data* is read as *text*: it is not if an edit moved the declaration of the encoding, for one."""
    try:
        return decode(data) == text
    except Unreadable:
        return False


def _name(encoding: str) -> str:
    """The encoding as messages show it: the name comes from the file, and the mark is no part of it."""
    name = encoding.removesuffix("-sig")
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."
