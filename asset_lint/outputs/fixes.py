"""What ``fix`` has done, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from asset_lint.findings import Finding, Report, Safety
from asset_lint.outputs.printable import printable
from asset_lint.outputs.style import Style
from asset_lint.outputs.text import count, headline, render_problem

if TYPE_CHECKING:
    from asset_lint.fixing import FixReport

_MOST_REASONS = 12
_LONGEST_REASON = 110


def render_fixes(outcome: FixReport, style: Style, *, written: bool) -> str:
    """Show what is left and why, and a summary; *written* tells whether the files were changed."""
    blocks = []
    if style.verbose:
        blocks.append("".join(f"{_done(finding)}\n" for finding in outcome.fixed))
    blocks.append(_left(outcome.report, style))
    blocks.append("".join(f"{render_problem(problem)}\n" for problem in outcome.report.problems))
    if not style.quiet:
        blocks.append("".join(f"{line}\n" for line in _summary(outcome, written=written)))
    return "".join(block for block in blocks if block)


def _left(report: Report, style: Style) -> str:
    if style.frames and report.findings:
        from asset_lint.outputs.frames import render_frames  # rich costs 50 ms

        return render_frames([_with_reason(finding) for finding in report.findings], style) + "\n"
    return "".join(f"{headline(finding)}\n" for finding in report.findings)


def _with_reason(finding: Finding) -> Finding:
    return finding if finding.fix is None else replace(finding, no_fix_reason=None)


def _done(finding: Finding) -> str:
    span, fix = finding.span, finding.fix
    what = printable(fix.message) if fix is not None else ""
    return f"{printable(finding.path)}:{span.line}:{span.column}: {finding.code} fixed: {what}"


def _summary(outcome: FixReport, *, written: bool) -> Iterator[str]:
    left = outcome.report.findings
    done = "Fixed" if written else "Would fix"
    files = f" in {count(len(outcome.changes), 'file')}" if outcome.changes else ""
    yield f"{done} {count(len(outcome.fixed), 'finding')}{files}{_by_rule(outcome.fixed)}."
    yield f"{count(len(left), 'finding')} left{_by_rule(left)}." if left else "Nothing is left."
    reasons = Counter(_reason(finding) for finding in left)
    width = max((len(f"{number:,}") for number in reasons.values()), default=0)
    for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:_MOST_REASONS]:
        yield f"  {number:>{width},} {reason}"
    if len(reasons) > _MOST_REASONS:
        yield f"  and {len(reasons) - _MOST_REASONS} other reasons"
    if outcome.failed:
        yield f"{count(outcome.failed, 'fix').removesuffix('s') + ('es' if outcome.failed != 1 else '')} taken back."


def _by_rule(findings: Iterable[Finding]) -> str:
    counts = Counter(finding.code for finding in findings)
    return f" ({', '.join(f'{code} {number:,}' for code, number in sorted(counts.items()))})" if counts else ""


def _reason(finding: Finding) -> str:
    if finding.fix is not None:
        return (
            "the fix is unsafe: --unsafe applies it" if finding.fix.safety is Safety.UNSAFE else "the fix was left out"
        )
    reason = printable(finding.no_fix_reason or "")
    return reason if len(reason) <= _LONGEST_REASON else reason[: _LONGEST_REASON - 3] + "..."


def render_fixes_json(outcome: FixReport, style: Style) -> str:
    """Give what is left as ``check`` does, with the findings that are "fixed" and the paths that are "changed"."""
    from asset_lint.outputs.json import render_document, shown_finding

    extra = {
        "fixed": [shown_finding(finding) for finding in outcome.fixed],
        "changed": [printable(change.shown) for change in outcome.changes],
    }
    return render_document(outcome.report, extra)
