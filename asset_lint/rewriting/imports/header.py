"""Where imports go in a file that has none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asset_lint.rewriting.imports.rows import Unit, blank_end, comments_start
from asset_lint.syntax.placing import Lines

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_COMMENTS = re.compile(r"(?:[ \t\f]*#[^\r\n]*(?:\r\n?|\n|\Z))+")
_LICENCE = re.compile(r"#!|coding[:=]|-\*-|\bvim?:|copyright|\(c\)|licen[cs]e|spdx|\bauthors?\b", re.IGNORECASE)


class Header(NamedTuple):
    """The blank lines that the first imports of a file take the place of, and how many they need around them."""

    start: int
    end: int
    before: int
    after: int


def header_of(lines: Lines, units: Sequence[Unit]) -> Header:
    """The header of a file that consists of *units*."""
    text, first = lines.text, units[0] if units else None
    start = 0
    following = first
    if first and _is_docstring(first.statements[0]):
        start = first.end
        following = units[1] if len(units) > 1 else None
    start = _behind_comments(text, start)
    end = blank_end(text, start)
    defines = (
        following is not None
        and isinstance(following.statements[0], DEFINITIONS)
        and comments_start(lines, following.start) == end
    )
    after = 0 if end == len(text) else 2 if defines else 1
    return Header(start, end, int(start > 0), after)


def is_about_the_file(comments: str) -> bool:
    """Whether *comments* say who wrote the file and how it is to be read, rather than what its code does."""
    return _LICENCE.search(comments) is not None


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _behind_comments(text: str, start: int) -> int:
    """Where the comments end that are about the file and not about the code below them."""
    end = place = start
    for match in _blocks_of_comments(text, start):
        is_apart = match.end() == len(text) or blank_end(text, match.end()) > match.end()
        if not is_about_the_file(match.group()) and (place or not is_apart):
            break
        end = place = match.end()
    return end


def _blocks_of_comments(text: str, place: int) -> Iterator[re.Match[str]]:
    while place < len(text) and (match := _COMMENTS.match(text, blank_end(text, place))):
        yield match
        place = match.end()
