"""For people: one line for each finding, or a frame with its code, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from asset_lint.findings import Finding, GuardSummary, Problem, Report, Safety
from asset_lint.outputs.printable import printable
from asset_lint.outputs.style import Style


def render_text(report: Report, style: Style) -> str:
    """Show *report*: findings, problems, what was asked for besides, and a summary unless it is to be quiet."""
    blocks = [_findings(report, style)]
    blocks.append("".join(f"{render_problem(problem)}\n" for problem in report.problems))
    blocks.append("".join(f"{printable(line)}\n" for line in _stale(report)))
    if style.verbose:
        blocks.append("".join(f"{line}\n" for line in _details(report)))
    if style.statistics:
        blocks.append("".join(f"{line}\n" for line in _statistics(report)))
    if not style.quiet:
        blocks.append("".join(f"{line}\n" for line in _summary(report)))
    between = "\n" if style.frames or style.verbose else ""
    return between.join(block for block in blocks if block)


def headline(finding: Finding) -> str:
    """Say in one line what was found and where, and what can be done about it: stable, for programs that read it."""
    span = finding.span
    return f"{printable(finding.path)}:{span.line}:{span.column}: {finding.code} {told(finding)}"


def told(finding: Finding) -> str:
    """The message of a finding with what is to be said of its fix."""
    return f"{printable(finding.message)}{_fix_note(finding)}"


def _fix_note(finding: Finding) -> str:
    """How to have the fix, or why there is none."""
    if finding.fix is not None:
        option = " --unsafe" if finding.fix.safety is Safety.UNSAFE else ""
        return f" [asset-lint fix{option}: {printable(finding.fix.message)}]"
    return f" [no fix: {printable(finding.no_fix_reason)}]" if finding.no_fix_reason is not None else ""


def count(number: int, word: str) -> str:
    """Give a number with its noun."""
    return f"{number:,} {word if number == 1 else word + 's'}"


def _findings(report: Report, style: Style) -> str:
    if not style.frames:
        return "".join(f"{headline(finding)}\n" for finding in report.findings)
    if not report.findings:
        return ""
    from asset_lint.outputs.frames import render_frames  # rich costs 50 ms

    return render_frames(report.findings, style)


def render_problem(problem: Problem) -> str:
    """Say which file could not be handled, and why."""
    place = f"{problem.path}:{problem.line}" if problem.line else problem.path
    return f"{printable(place)}: error: {printable(problem.message)}"


def _stale(report: Report) -> Iterator[str]:
    for entry in report.stats.stale:
        yield f"no longer found, but in the baseline: {entry}"
    if report.stats.stale:
        yield "asset-lint baseline prune takes out of the baseline what is no longer found."


def _summary(report: Report) -> Iterator[str]:
    stats = report.stats
    if report.findings:
        files = len({finding.path for finding in report.findings})
        fixable = sum(finding.fix is not None for finding in report.findings)
        fixes = f", {count(fixable, 'fix').removesuffix('s')}{'es' if fixable != 1 else ''} known" if fixable else ""
        yield f"{count(len(report.findings), 'finding')} in {files:,} of {count(stats.files, 'file')}{fixes}."
    else:
        yield f"No findings in {count(stats.files, 'file')}."
    if stats.baselined:
        yield f"{count(stats.baselined, 'finding')} accepted by the baseline."
    if report.problems:
        yield f"{count(len(report.problems), 'problem')}: what could not be handled was not checked."
    if stats.unused_suppressions:
        silent = "silences" if stats.unused_suppressions == 1 else "silence"
        yield f"{count(stats.unused_suppressions, 'suppression')} {silent} nothing; --select MGR0 shows where."
    if stats.blind_spots:
        yield f"{count(len(stats.blind_spots), 'blind spot')}: code that could not be followed; --verbose shows where."


def _details(report: Report) -> Iterator[str]:
    for guard in report.guards:
        yield from _guard(guard)
    if not report.guards:
        yield "no guard: the guarded class was not found in the checked files"
    for spot in report.stats.blind_spots:
        yield printable(f"{spot.path}:{spot.line}: blind spot: {spot.message}")
    stats = report.stats
    yield (
        f"{count(stats.files, 'file')} found, {stats.parsed:,} parsed in {count(stats.rounds, 'round')}, "
        f"{count(stats.calls, 'call')} looked at, {count(stats.suppressed, 'finding')} suppressed"
    )


def _guard(guard: GuardSummary) -> Iterator[str]:
    yield printable(f"guard {', '.join(guard.classes)}")
    rows = {"manager": guard.managers, "method": guard.methods, "dto": guard.dtos, "inferred": guard.inferred}
    for name, values in rows.items():
        for value in values:
            yield printable(f"  {name:<9} {value}")


def _statistics(report: Report) -> Iterator[str]:
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    width = max((len(f"{number:,}") for number in counts.values()), default=0)
    for (code, name), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{number:>{width},} {code} {name}"
