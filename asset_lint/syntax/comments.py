"""
Suppressions in comments.

``# noqa`` is read as flake8 reads it: with flake8's own expressions, over the lines that flake8 joins (see
``FileProcessor._noqa_line_mapping`` there), first match only, even inside a string. A reason may follow `` -- ``.
``# asset-lint: allow[CODES] -- reason`` is ours and covers the logical line that it stands in.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

_HINT = re.compile(rb"noqa|asset-lint", re.IGNORECASE)
_ALLOW = re.compile(r"#\s*asset-lint:\s*allow\[(?P<codes>[^\]]*)\]")
_REASON = re.compile(r"\s*--\s+(?P<reason>[^#\r\n]*[^#\s])")
_SEPARATOR = re.compile(r"[,\s]+")


@dataclass(frozen=True)
class Suppression:
    """
    A comment that silences findings.

    *codes* are code prefixes (empty: everything), *lines* the physical lines on which a silenced finding starts,
    *line*, *column* and *end_column* where the comment stands, *native* whether it is ours and not a ``noqa``, and
    *comment* whether it really is a comment: flake8 obeys a string as well.
    """

    codes: tuple[str, ...]
    line: int
    column: int
    end_column: int
    lines: range
    native: bool
    comment: bool
    reason: str

    def covers(self, code: str, line: int) -> bool:
        """Whether a finding with *code* that starts in *line* is silenced."""
        return line in self.lines and (not self.codes or code.startswith(self.codes))

    @property
    def own_codes(self) -> tuple[str, ...]:
        """The codes that are meant for this program."""
        return tuple(code for code in self.codes if self.native or code.startswith("MGR"))


@dataclass(frozen=True)
class Suppressions:
    """The suppressions of one file; *whole* says that ``# flake8: noqa`` silences all of it."""

    items: tuple[Suppression, ...] = ()
    whole: bool = False


@dataclass
class _Lines:
    """The lines of a text: which of them flake8 joins, which form a logical line, and where comments start."""

    runs: list[range] = field(default_factory=list)
    logical: list[range] = field(default_factory=list)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)


def suppressions(data: bytes, text: str) -> Suppressions:
    """The suppressions in *text*; *data* is what it was decoded from."""
    if not _HINT.search(data):
        return Suppressions()
    from flake8 import defaults  # its own expressions, whatever its version

    lines = io.StringIO(text, newline=None).readlines()
    if any(defaults.NOQA_FILE.match(line) for line in lines):
        return Suppressions(whole=True)
    layout = _layout(lines)
    found = [*_allowances(layout), *_noqas(layout, lines, defaults.NOQA_INLINE_REGEXP)]
    return Suppressions(tuple(sorted(found, key=lambda item: (item.line, item.column))))


def _layout(lines: list[str]) -> _Lines:
    try:
        return _tokenized(lines)
    except (tokenize.TokenError, SyntaxError):
        # Syntax that this Python's tokenizer does not know: every line stands for itself, as in flake8.
        layout = _Lines()
        for number, line in enumerate(lines, 1):
            layout.runs.append(range(number, number + 1))
            if "#" in line:
                layout.comments[number, line.index("#")] = line[line.index("#") :].rstrip("\n")
        layout.logical = layout.runs
        return layout


def _tokenized(lines: list[str]) -> _Lines:
    layout = _Lines()
    run = logical = 0
    for token in tokenize.generate_tokens(iter([*lines, ""]).__next__):
        if token.type in {tokenize.ENDMARKER, tokenize.DEDENT}:
            continue
        run, logical = run or token.start[0], logical or token.start[0]
        if token.type == tokenize.COMMENT:
            layout.comments[token.start] = token.string
        if token.type in {tokenize.NL, tokenize.NEWLINE}:
            layout.runs.append(range(run, token.start[0] + 1))
            run = 0
            if token.type == tokenize.NEWLINE or (token.line.lstrip().startswith("#") and _alone(layout, logical)):
                layout.logical.append(range(logical, token.start[0] + 1))
                logical = 0
            elif not token.line.strip() and logical == token.start[0]:
                logical = 0
    return layout


def _alone(layout: _Lines, logical: int) -> bool:
    """Whether nothing but a comment stands in the line that began at *logical*."""
    return layout.runs[-1].start == logical


def _allowances(layout: _Lines) -> Iterator[Suppression]:
    starts = [lines.start for lines in layout.logical]
    for (line, column), comment in layout.comments.items():
        for match in _ALLOW.finditer(comment):
            codes = tuple(code for code in _SEPARATOR.split(match.group("codes")) if code)
            reason = _REASON.match(comment, match.end())
            start = column + match.start() + 1
            end = column + (reason.end() if reason else match.end()) + 1
            place = bisect_right(starts, line) - 1
            covered = layout.logical[place] if place >= 0 and line in layout.logical[place] else range(line, line + 1)
            why = reason.group("reason") if reason else ""
            yield Suppression(codes or ("?",), line, start, end, covered, True, True, why)


def _noqas(layout: _Lines, lines: list[str], expression: re.Pattern[str]) -> Iterator[Suppression]:
    comments = {line: (column, len(text)) for (line, column), text in layout.comments.items()}
    for run in layout.runs:
        joined = "".join(lines[run.start - 1 : run.stop - 1])
        match = expression.search(joined)
        if match is None:
            continue
        line = run.start + joined.count("\n", 0, match.start())
        column = match.start() - (joined.rfind("\n", 0, match.start()) + 1)
        codes = tuple(code for code in _SEPARATOR.split(match.group("codes") or "") if code)
        end = match.start() + len(match.group().rstrip())
        reason = _REASON.match(joined, end)
        end = reason.end() if reason else end
        start, length = comments.get(line, (0, 0))
        why = reason.group("reason") if reason else ""
        comment = start <= column < start + length
        yield Suppression(codes, line, column + 1, column + 1 + end - match.start(), run, False, comment, why)
