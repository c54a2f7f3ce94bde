"""Where syntax stands: Python counts columns in bytes, and before 3.12 it miscounts inside formatted strings."""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from asset_lint.findings import Span
from asset_lint.syntax.grammar import TemplateStr
from asset_lint.syntax.parsing import parsed
from asset_lint.syntax.source import NEWLINE

_COUNTS_WELL = sys.version_info >= (3, 12)
_PLACED = "is_placed"
_PARTS = "placed_parts"
_LITERAL = re.compile(r"([A-Za-z]*)(\"\"\"|'''|\"|')")
_BETWEEN = re.compile(r"(?:[\s\\]|#[^\r\n]*)*")
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")


class Lines:
    """The lines of a text, for telling the positions of its syntax in code points."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_plain = text.isascii()
        # The line that was asked for last, its bytes if they are not ASCII, and an (offset, column) of it.
        self._encoded: tuple[int, bytes | None, tuple[int, int]] = (0, None, (0, 0))

    @cached_property
    def starts(self) -> list[int]:
        """The index of the first character of each line."""
        if "\r" in self.text:
            return [0, *(match.end() for match in NEWLINE.finditer(self.text))]
        found, place = [0], self.text.find("\n")
        while place >= 0:
            found.append(place + 1)
            place = self.text.find("\n", place + 1)
        return found

    @cached_property
    def longest(self) -> int:
        """The length of the longest line."""
        return max(map(len, NEWLINE.split(self.text)))

    def holding(self, part: str) -> list[int]:
        """The numbers of the lines that *part* stands in, in order; *part* has no line end."""
        found, place = [], self.text.find(part)
        while place >= 0:
            found.append(bisect_right(self.starts, place))
            place = self.text.find(part, place + 1)
        return found

    def line(self, number: int) -> str:
        """The line with this number, counted from 1."""
        after = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : after]

    def column(self, line: int, offset: int) -> int:
        """The column, counted from 1 in code points, of the byte at *offset* of the line's UTF-8."""
        if self.is_plain:
            return offset + 1
        if self._encoded[0] != line:
            text = self.line(line)
            self._encoded = line, None if text.isascii() else text.encode(), (0, 0)
        data, (known, column) = self._encoded[1:]
        if data is None:
            return offset + 1
        if offset < known:
            known = column = 0
        column += len(data[known:offset].decode("utf-8", "replace"))
        self._encoded = line, data, (offset, column)
        return column + 1

    def index(self, line: int, offset: int) -> int:
        """The index in the text of the byte at *offset* of the line's UTF-8."""
        return self.starts[line - 1] + self.column(line, offset) - 1

    def place(self, index: int) -> tuple[int, int]:
        """The line and the offset in bytes of the character at *index*."""
        line = bisect_right(self.starts, index)
        return line, len(self.text[self.starts[line - 1] : index].encode())

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Where *node* stands, without parentheses around it."""
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        return Span(node.lineno, self.column(node.lineno, node.col_offset), end_line, self.column(end_line, end))

    def decorator_span(self, node: ast.expr) -> Span:
        """Where a decorator stands, from its ``@`` on."""
        span = self.span(node)
        line, limit = span.line, span.column - 1
        while (sign := self.line(line).rfind("@", 0, limit)) < 0 and line > 1:
            line, limit = line - 1, len(self.text)
        return Span(line, sign + 1, span.end_line, span.end_column)


@dataclass(frozen=True)
class _Field:
    """The expression in a pair of braces, by its indices in the text, and the fields in its format."""

    start: int
    end: int
    inner: tuple[_Field, ...]


def mark_placed(tree: ast.AST) -> None:
    """Note of every formatted string in a tree that does not come from Python's parser that its positions are right."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.JoinedStr, TemplateStr)):
            setattr(node, _PLACED, True)


def placed_values(node: ast.JoinedStr, lines: Lines) -> Sequence[ast.expr]:
    """
    The parts of a formatted string, whose calls stand where they say they do.

    Before Python 3.12 the expressions are parsed again for that, once.
    """
    if _COUNTS_WELL or hasattr(node, _PLACED) or not any(isinstance(inner, ast.Call) for inner in ast.walk(node)):
        return node.values
    if not hasattr(node, _PARTS):
        setattr(node, _PARTS, _placed(node, lines))
    return getattr(node, _PARTS)  # type: ignore[no-any-return]


def _placed(node: ast.JoinedStr, lines: Lines) -> Sequence[ast.expr]:
    start = lines.index(node.lineno, node.col_offset)
    end = lines.index(node.end_lineno or node.lineno, node.end_col_offset or 0)
    try:
        fields = [field for literal in _literals(lines.text, start, end) for field in literal]
        if len(fields) == sum(isinstance(part, ast.FormattedValue) for part in node.values):
            return [_parsed(lines, field) for field in _flat(fields)]
    except (SyntaxError, IndexError):
        pass  # not as this module reads it: Python's own word has to do
    return node.values


def _flat(fields: Sequence[_Field]) -> Iterator[_Field]:
    for field in fields:
        yield field
        yield from _flat(field.inner)


def _parsed(lines: Lines, field: _Field) -> ast.expr:
    (statement,) = parsed(f"({lines.text[field.start : field.end]})").body
    assert isinstance(statement, ast.Expr)
    expression = statement.value
    line, offset = lines.place(field.start)
    for node in ast.walk(expression):
        if isinstance(node, (ast.expr, ast.keyword, ast.arg)):
            if node.lineno == 1:
                node.col_offset += offset - 1
            if node.end_lineno == 1 and node.end_col_offset is not None:
                node.end_col_offset += offset - 1
            node.lineno += line - 1
            node.end_lineno = (node.end_lineno or 1) + line - 1
    return expression


def _literals(text: str, place: int, end: int) -> Iterator[tuple[_Field, ...]]:
    """The fields of each of the adjacent literals between two indices."""
    while place < end and (match := _LITERAL.match(text, place)):
        prefix, quote = match.group(1).lower(), match.group(2)
        if "f" in prefix:
            place, fields = _fields(text, match.end(), quote, raw="r" in prefix)
            yield fields
        else:
            place = _skip_plain(text, match.end(), quote)
        between = _BETWEEN.match(text, place + len(quote))
        place = between.end() if between else end


def _skip_plain(text: str, place: int, quote: str) -> int:
    while not text.startswith(quote, place):
        place += 2 if text[place] == "\\" else 1
    return place


def _fields(text: str, place: int, closing: str, *, raw: bool) -> tuple[int, tuple[_Field, ...]]:
    """The fields from *place* up to *closing*, which is a quote, or the brace behind a format."""
    found = []
    while not text.startswith(closing, place):
        sign = text[place]
        if sign in "{}" and text.startswith(sign * 2, place) and closing != "}":
            place += 2
        elif sign == "{":
            place, field = _field(text, place + 1, raw=raw)
            found.append(field)
        elif sign == "\\" and not raw:
            place = _skip_escape(text, place)
        else:
            place += 1
    return place, tuple(found)


def _skip_escape(text: str, place: int) -> int:
    if text.startswith("\\N{", place):
        return text.index("}", place) + 1
    return place + (1 if text[place + 1] in "{}" else 2)


def _field(text: str, start: int, *, raw: bool) -> tuple[int, _Field]:
    end = _end_of_expression(text, start)
    place = end
    inner: tuple[_Field, ...] = ()
    while text[place] in "=! \t\r\n":
        place += 2 if text[place] == "!" else 1
    if text[place] == ":":
        place, inner = _fields(text, place + 1, "}", raw=raw)
    return place + 1, _Field(start, end, inner)


def _end_of_expression(text: str, place: int) -> int:
    """Where ``=``, a conversion, a format or the brace begins that ends the expression at *place*."""
    depth = 0
    while True:
        sign = text[place]
        if sign in "\"'":
            quote = sign * 3 if text.startswith(sign * 3, place) else sign
            place = text.index(quote, place + len(quote)) + len(quote)
            continue
        if not depth and (sign in "}:" or (sign == "!" and text[place + 1] != "=")):
            return place
        if not depth and sign == "=" and text[place + 1] != "=" and text[place - 1] not in "=!<>":
            return place
        depth += (sign in _OPENING) - (sign in _CLOSING)
        place += 1
