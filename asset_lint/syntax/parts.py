"""A module as the parts that can be parsed one by one: what a new syntax stands in, and all the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asset_lint.syntax.literals import COMMENT, LITERAL

_TEXTS = re.compile(f"{COMMENT}|{LITERAL}", re.DOTALL)
_HEAD = re.compile(r"^(?:@|(?!(?:elif|else|except|finally)\b)[^\W\d])", re.MULTILINE)
_AFTER_DECORATOR = re.compile(r"@|(?:async|def|class)\b")


@dataclass(frozen=True)
class Part:
    """Some statements at the top level of a module, and how many lines stand before them."""

    text: str
    before: int


def parts(text: str) -> Iterator[Part]:
    """
    The top-level statements of a module, one or a few at a time.

    It is a guess by the looks of the lines, cheap and nearly always right; who parses the parts finds out.
    """
    starts = list(_starts(text))
    line = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        yield Part(part, line)
        line += part.count("\n")


def spans_of_long_texts(text: str) -> list[tuple[int, int]]:
    """Where the string literals of several lines stand, in order."""
    return [match.span() for match in _TEXTS.finditer(text) if "\n" in match.group()]


def _starts(text: str) -> Iterator[int]:
    inside = spans_of_long_texts(text)
    decorated = False
    yield 0
    place = 0
    for match in _HEAD.finditer(text):
        start = match.start()
        while place < len(inside) and inside[place][1] <= start:
            place += 1
        if place < len(inside) and inside[place][0] < start:
            continue
        if start and not (decorated and _AFTER_DECORATOR.match(text, start)):
            yield start
        decorated = text[start] == "@"
