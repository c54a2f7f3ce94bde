"""Logical lines: what stands together on one line, and the blank lines and comments around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from asset_lint.rewriting.imports.statements import ImportStatement
from asset_lint.syntax.placing import Lines

_GAP = r"(?:[ \t\f]|\\(?:\r\n?|\n))*"
_JOINT = re.compile(rf"{_GAP};{_GAP}")
_REST = re.compile(rf"(?:{_GAP};)*{_GAP}(?:#[^\r\n]*)?(?:\r\n?|\n|\Z)")
_CONTINUED = re.compile(r"[ \t\f]*\\[\r\n]+")
_BLANKS = re.compile(r"(?:[ \t\f]*(?:\r\n?|\n))*(?:[ \t\f]*\Z)?")


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


def indentation(lines: Lines, statement: ast.stmt) -> str | None:
    """What stands before *statement*, the first of its line; ``None`` where that is not only space."""
    start = lines.starts[statement.lineno - 1]
    before = lines.line(statement.lineno - 1).rstrip("\r\n") if statement.lineno > 1 else ""
    found = lines.text[start : bounds(lines, statement)[0]]
    return None if found.strip() or (before.endswith("\\") and "#" not in before) else found


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
