"""Reports that were written as JSON, read again."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from asset_lint import __version__
from asset_lint.findings import BlindSpot, Edit, Finding, Fix, Problem, Report, Safety, Span, Stats, Step


class _Place(msgspec.Struct):
    path: str
    line: int
    message: str


class _Edit(msgspec.Struct):
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class _Fix(msgspec.Struct):
    safety: Safety
    message: str
    edits: tuple[_Edit, ...]


class _Finding(msgspec.Struct):
    code: str
    name: str
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    symbol: str
    target: str
    certainty: Literal["certain", "possible"]
    flow: tuple[Step, ...]
    fix: _Fix | None
    no_fix_reason: str | None


class _Stats(msgspec.Struct):
    files: int
    parsed: int
    rounds: int
    calls: int
    suppressed: int
    unused_suppressions: int
    blind_spots: tuple[_Place, ...]
    baselined: int
    stale: tuple[str, ...]
    shard: str = ""


class _Document(msgspec.Struct):
    version: str
    findings: tuple[_Finding, ...]
    errors: tuple[_Place, ...]
    stats: _Stats


def read_json(data: bytes) -> Report:
    """The report that :func:`render_json` has written; raises ValueError, which says why, where *data* is none."""
    try:
        document = msgspec.json.decode(data, type=_Document)
    except msgspec.DecodeError as error:
        raise ValueError(f"is no report of asset-lint: {error}") from error
    if document.version != __version__:
        raise ValueError(f"was written by asset-lint {document.version}, and this is {__version__}")
    stats: dict[str, Any] = msgspec.structs.asdict(document.stats)
    stats["blind_spots"] = tuple(BlindSpot(spot.path, spot.line, spot.message) for spot in document.stats.blind_spots)
    return Report(
        tuple(map(_finding, document.findings)),
        tuple(Problem(error.path, error.line, error.message) for error in document.errors),
        Stats(**stats),
    )


def _finding(item: _Finding) -> Finding:
    fix = item.fix
    return Finding(
        item.code,
        item.name,
        item.message,
        item.path,
        _span(item),
        item.symbol,
        item.target,
        item.certainty,
        item.flow,
        None if fix is None else Fix(fix.safety, fix.message, tuple(map(_edit, fix.edits))),
        item.no_fix_reason,
    )


def _edit(item: _Edit) -> Edit:
    return Edit(item.path, _span(item), item.text)


def _span(item: _Finding | _Edit) -> Span:
    return Span(item.line, item.column, item.end_line, item.end_column)
