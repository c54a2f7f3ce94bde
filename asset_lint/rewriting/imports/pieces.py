"""New text by its place in the old one, and the edits that it comes to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from asset_lint.findings import Span
from asset_lint.rewriting.layout import span_of
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.source import NEWLINE


class Piece(NamedTuple):
    """A text that takes the place of what stands between two indices."""

    start: int
    end: int
    text: str


def edits(lines: Lines, pieces: Iterable[Piece]) -> list[tuple[Span, str]]:
    """The pieces by line and column, those that touch each other as one."""
    joined: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: piece[:2]):
        if joined and piece.start <= joined[-1].end:
            joined[-1] = Piece(joined[-1].start, piece.end, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return [(span_of(lines, piece.start, piece.end), piece.text) for piece in joined]


def newline_of(text: str) -> str:
    """How lines of *text* end."""
    match = NEWLINE.search(text)
    return match.group() if match else "\n"


def is_unended(text: str) -> bool:
    """Whether the last line has no line end."""
    return bool(text) and not text.endswith(("\r", "\n"))


def at_end(text: str, piece: Piece) -> Piece:
    """The same lines behind a last line without a line end, which the file goes on to have."""
    if piece.start < len(text) or not is_unended(text):
        return piece
    newline = newline_of(text)
    return piece._replace(text=newline + piece.text.removesuffix(newline))
