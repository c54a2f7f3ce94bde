"""
How a call is written: where its brackets, arguments, commas and comments stand.

Between two arguments there are no literals, so that plain scanning of the gaps tells commas and comments apart.
"""

from __future__ import annotations

import ast
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from asset_lint.findings import Span
from asset_lint.rewriting.scope import File
from asset_lint.syntax.placing import Lines

_TRIVIA = re.compile(r"(?:[\s\\]|#[^\r\n]*)*")
_SIGNS = re.compile(r"#[^\r\n]*|[^\s]")

TextEdit = tuple[Span, str]


@dataclass(frozen=True)
class Written:
    """
    An argument as it is written.

    *kind* is "", "=", "*" or "**", *name* its keyword, *value* its expression. *start* is where it begins, the keyword
    and brackets around it included, *end* where the expression ends, brackets included, and *value_start* where it
    begins. *place* counts as ``facts`` does: those without a keyword first.
    """

    kind: str
    name: str
    value: ast.expr
    place: int
    start: int
    value_start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """A call: the index of its first character, of its opening bracket, of the character behind the closing one."""

    start: int
    opening: int
    end: int
    arguments: tuple[Written, ...]


def span_of(lines: Lines, start: int, end: int) -> Span:
    """The span between two indices of the text."""
    return Span(*_position(lines, start), *_position(lines, end))


def _position(lines: Lines, index: int) -> tuple[int, int]:
    line = bisect_right(lines.starts, index)
    return line, index - lines.starts[line - 1] + 1


def layout_of(file: File, call: ast.Call) -> Layout:
    """Find out how *call* is written."""
    text = file.module.lines.text
    start, end = file.indices(call)
    _, callee_end = file.indices(call.func)
    opening = _opening(text, callee_end)
    ordered = sorted(_values(call), key=lambda item: (item[3].lineno, item[3].col_offset))
    found: list[Written] = []
    begin = opening + 1
    for kind, name, place, value in ordered:
        value_start, value_end = file.indices(value)
        first = _first(text, begin, value_start, is_first=not found)
        if kind == "" and isinstance(value, ast.GeneratorExp) and value_start == opening:
            first = value_start  # its brackets are those of the call
        close = _closed(text, value_end, end)
        shift = _keyword_end(text, first, value_start) if kind in {"=", "**", "*"} else first
        found.append(Written(kind, name, value, place, first, shift, close))
        begin = close
    return Layout(start, opening, end, tuple(found))


def has_comment(code: str) -> bool:
    """Whether there is a comment in a piece of code."""
    if "#" not in code:
        return False
    try:
        return any(
            token.type == tokenize.COMMENT for token in tokenize.generate_tokens(StringIO(f"({code}\n)").readline)
        )
    except (tokenize.TokenError, SyntaxError):
        return True  # newer syntax than this Python has: there may be one


def _values(call: ast.Call) -> Iterator[tuple[str, str, int, ast.expr]]:
    for place, value in enumerate(call.args):
        starred = isinstance(value, ast.Starred)
        yield "*" if starred else "", "", place, value.value if isinstance(value, ast.Starred) else value
    for place, item in enumerate(call.keywords, len(call.args)):
        yield "=" if item.arg else "**", item.arg or "", place, item.value


def _opening(text: str, place: int) -> int:
    """The bracket that opens the arguments: behind those that close around the callee."""
    for match in _SIGNS.finditer(text, place):
        if match.group() == "(":
            return match.start()
    raise AssertionError("a call has brackets")


def _first(text: str, begin: int, value_start: int, *, is_first: bool) -> int:
    """Where an argument begins: behind the comma, spaces and comments."""
    place = begin
    if not is_first:
        for match in _SIGNS.finditer(text, begin, value_start):
            if match.group() == ",":
                place = match.end()
                break
    found = _TRIVIA.match(text, place, value_start)
    return found.end() if found else place


def _keyword_end(text: str, first: int, value_start: int) -> int:
    """Where the value behind ``name=``, ``*`` or ``**`` begins, brackets around it included."""
    place = first
    for match in _SIGNS.finditer(text, first, value_start):
        if match.group() in {"=", "*"}:
            place = match.end()
    found = _TRIVIA.match(text, place, value_start)
    return found.end() if found else place


def _closed(text: str, value_end: int, end: int) -> int:
    """The end of an argument with the brackets that close around it, those of the call not included."""
    place = value_end
    for match in _SIGNS.finditer(text, value_end, end - 1):
        if match.group() == ")":
            place = match.end()
        elif match.group() == ",":
            break
    return place
