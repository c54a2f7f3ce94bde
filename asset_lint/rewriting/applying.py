"""Which fixes of a file go together, and what the file is with them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence

from asset_lint.findings import Edit, Finding, Span
from asset_lint.syntax.edits import Overlap, applied

_IMPORT = re.compile(r"^from (\S+) import\b", re.MULTILINE)

_Position = tuple[int, int]


def compatible(findings: Sequence[Finding]) -> list[Finding]:
    """
    Those of *findings* whose fixes can be applied together: of two at one place the outer one.

    The others have their turn in the next round. Edits that several fixes share, such as an import, are no conflict.
    """
    chosen: list[Finding] = []
    for finding in sorted(findings, key=lambda item: (_start(item.span), [-part for part in _end(item.span)])):
        if not any(_clash(finding, other) for other in chosen):
            chosen.append(finding)
    return chosen


def _clash(finding: Finding, other: Finding) -> bool:
    if _end(finding.span) <= _end(other.span) and _start(finding.span) >= _start(other.span):
        return True
    shared = set(_edits(finding)) & set(_edits(other))
    if not _sources(finding, shared).isdisjoint(_sources(other, shared)):
        return True  # in the next round the one finds what the other has brought
    return any(
        _overlap(first.span, second.span)
        for first in _edits(finding)
        for second in _edits(other)
        if first not in shared or second not in shared
    )


def _sources(finding: Finding, shared: Container[Edit]) -> set[str]:
    """The modules of which a fix writes imports at the top, those in edits that are *shared* left out."""
    texts = (edit.text for edit in _edits(finding) if edit not in shared)
    return {match.group(1) for text in texts for match in _IMPORT.finditer(text)}


def _overlap(first: Span, second: Span) -> bool:
    """Whether two edits want the same characters, or insert at one place: their order would be a matter of chance."""
    if _start(first) == _start(second):
        return True
    early, late = sorted((first, second), key=_start)
    return _start(late) < _end(early)


def with_fixes(text: str, findings: Iterable[Finding]) -> str | None:
    """*text* with the fixes of *findings*; None where they do not go together after all."""
    edits = dict.fromkeys(edit for finding in findings for edit in _edits(finding))
    try:
        return applied(text, sorted(edits, key=lambda edit: edit.span))
    except Overlap:
        return None


def _edits(finding: Finding) -> tuple[Edit, ...]:
    return finding.fix.edits if finding.fix is not None else ()


def _start(span: Span) -> _Position:
    return span.line, span.column


def _end(span: Span) -> _Position:
    return span.end_line, span.end_column
