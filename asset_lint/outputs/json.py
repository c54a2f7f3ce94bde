"""For programs: one object, whose shape users script against."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from asset_lint import __version__
from asset_lint.findings import BlindSpot, Edit, Finding, Fix, Problem, Report, Span, Stats, Step
from asset_lint.outputs.style import Style


def render_json(report: Report, style: Style) -> str:
    """Give *report* as JSON: the same report as the same characters, whatever the style."""
    return render_document(report)


def render_document(report: Report, extra: Mapping[str, Any] = MappingProxyType({})) -> str:
    """Give *report* as JSON, with *extra* behind what every report has."""
    document = {
        "version": __version__,
        "findings": [shown_finding(finding) for finding in report.findings],
        "errors": [_problem(problem) for problem in report.problems],
        "stats": _stats(report.stats),
        **extra,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def shown_finding(finding: Finding) -> dict[str, Any]:
    """Give a finding with the keys that users script against."""
    return {
        "code": finding.code,
        "name": finding.name,
        "message": _text(finding.message),
        "path": _text(finding.path),
        **_span(finding.span),
        "symbol": finding.symbol,
        "target": finding.target,
        "certainty": finding.certainty,
        "flow": [_step(step) for step in finding.flow],
        "fix": None if finding.fix is None else _fix(finding.fix),
        "no_fix_reason": None if finding.no_fix_reason is None else _text(finding.no_fix_reason),
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _step(step: Step) -> dict[str, Any]:
    return {"path": _text(step.path), "line": step.line, "column": step.column, "message": _text(step.message)}


def _fix(fix: Fix) -> dict[str, Any]:
    return {"safety": fix.safety.value, "message": _text(fix.message), "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit) -> dict[str, Any]:
    return {"path": _text(edit.path), **_span(edit.span), "text": edit.text}


def _problem(problem: Problem | BlindSpot) -> dict[str, Any]:
    return {"path": _text(problem.path), "line": problem.line, "message": _text(problem.message)}


def _stats(stats: Stats) -> dict[str, Any]:
    return {
        "files": stats.files,
        "parsed": stats.parsed,
        "rounds": stats.rounds,
        "calls": stats.calls,
        "suppressed": stats.suppressed,
        "unused_suppressions": stats.unused_suppressions,
        "blind_spots": [_problem(spot) for spot in stats.blind_spots],
        "baselined": stats.baselined,
        "stale": [_text(entry) for entry in stats.stale],
        **({"shard": stats.shard} if stats.shard else {}),
    }


def _text(text: str) -> str:
    """Replace what UTF-8 cannot carry: a file name in another encoding arrives as lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
