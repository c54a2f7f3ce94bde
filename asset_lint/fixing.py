"""
The codemod: fixes are applied in rounds, and each round is proved before it counts.

A round applies, in every file, the fixes that go together; then the whole project is checked again with the new texts.
A file in which a finding has not gone, or a new one has come, or that is no program any more, goes back to what it was
before the round, and its fixes are given up with the reason. Nothing is written before all rounds are over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from asset_lint.config import Config, Overrides
from asset_lint.engine import ProgressFunction, alone, joined, silent
from asset_lint.executors import Workers, processes, worker_count
from asset_lint.findings import Finding, Report, Safety
from asset_lint.project import Project, projects
from asset_lint.reading import Files
from asset_lint.rewriting.applying import compatible, with_fixes
from asset_lint.rewriting.proof import problem_of
from asset_lint.rewriting.tidying import without_unused
from asset_lint.syntax.edits import encoded
from asset_lint.syntax.source import Unreadable, decode

if TYPE_CHECKING:
    from asset_lint.analysis import Analysis
    from asset_lint.syntax.placing import Lines

_MOST_ROUNDS = 12
_ALWAYS = ("MGR0", "MGR1", "MGR2", "MGR3")

Chooser = Callable[[Finding, bytes, bytes], bool]
"""Decides about a fix, given the file before and after it."""


@dataclass(frozen=True)
class Change:
    """A file that fixes have changed: its absolute path, its path as it is shown, its bytes before and after."""

    path: str
    shown: str
    root: str
    before: bytes
    after: bytes


@dataclass(frozen=True)
class FixReport:
    """
    What fixing came to: the *changes*, the findings that are *fixed*, as they were found, and *report*, what is left.

    *unsafe* counts the fixes that were left out because they are unsafe, *failed* those that a check has refused;
    *folders* are those of the project's files.
    """

    changes: tuple[Change, ...] = ()
    fixed: tuple[Finding, ...] = ()
    report: Report = field(default_factory=Report)
    unsafe: int = 0
    failed: int = 0
    folders: tuple[str, ...] = ()


def fix(
    paths: Sequence[Path],
    overrides: Overrides = Overrides(),
    *,
    unsafe: bool = False,
    jobs: int | None = None,
    progress: ProgressFunction | None = None,
    choose: Chooser | None = None,
) -> FixReport:
    """
    Work out what *paths* are with their fixes; nothing is written.

    *unsafe* takes the fixes, too, that a person should look at; *choose* is asked about each. Raises ConfigError and
    UsageError as ``engine.check`` does.
    """
    with alone(), processes(worker_count(jobs)) as workers:
        parts = [
            _Session(project, workers, progress or silent, unsafe, choose).run()
            for project in projects(list(paths), overrides, {})
        ]
    return FixReport(
        tuple(change for part in parts for change in part.changes),
        tuple(finding for part in parts for finding in part.fixed),
        joined([part.report for part in parts]),
        sum(part.unsafe for part in parts),
        sum(part.failed for part in parts),
        tuple(dict.fromkeys(folder for part in parts for folder in part.folders)),
    )


_Key = tuple[str, str, str, str]
"""What stays the same of a finding while lines move: path, code, scope and the text of the call."""


class _Session:
    """The rounds of one project."""

    def __init__(
        self, project: Project, workers: Workers, progress: ProgressFunction, unsafe: bool, choose: Chooser | None
    ) -> None:
        self._config = project.config
        judged = _judged(project.config)
        self._project = replace(project, config=judged)
        self._paths = {shown: path for path, shown in project.files.items()}
        self._workers = workers
        self._progress = progress
        self._unsafe = unsafe
        self._choose = choose
        self._files = Files(project.files)
        self._texts: dict[str, bytes] = {}
        self._fixed: dict[str, list[Finding]] = defaultdict(list)
        self._refused: dict[_Key, str] = {}
        self._declined: dict[_Key, str] = {}
        self._analysis: Analysis | None = None
        self._lines: dict[str, tuple[bytes, Lines]] = {}

    def run(self) -> FixReport:
        """Go round until there is nothing more to fix."""
        if not self._project.files:
            return FixReport(report=Report(problems=self._project.problems))
        report = self._check()
        for _ in range(_MOST_ROUNDS):
            chosen = self._chosen(report)
            if not chosen:
                break
            report = self._round(report, chosen)
        else:
            report = self._given_up(report)
        return self._result(report)

    def _check(self) -> Report:
        from asset_lint.analysis import analysed  # everything heavy hangs on it

        known = {path: self._files.overlay.get(path) for path in self._texts}
        changed = {path for path, data in self._texts.items() if data != known[path]}
        self._files = self._files.changed(self._texts)
        self._analysis = analysed(
            self._project, self._files, self._workers, self._progress, before=self._analysis, changed=changed
        )
        return self._analysis.report

    # -- one round --------------------------------------------------------------------------------------------

    def _chosen(self, report: Report) -> dict[str, list[Finding]]:
        """The fixes to apply now, by file."""
        wanted: dict[str, list[Finding]] = defaultdict(list)
        for finding in report.findings:
            if self._applies(finding):
                wanted[self._paths[finding.path]].append(finding)
        chosen = {path: compatible(findings) for path, findings in wanted.items()}
        if self._choose is None:
            return chosen
        asked = {path: [item for item in findings if self._agreed(path, item)] for path, findings in chosen.items()}
        return {path: findings for path, findings in asked.items() if findings}

    def _applies(self, finding: Finding) -> bool:
        if finding.fix is None or not self._config.selects(finding.code, finding.path):
            return False
        if finding.fix.safety is Safety.UNSAFE and not self._unsafe:
            return False
        key = self._key(finding)
        return key not in self._refused and key not in self._declined

    def _agreed(self, path: str, finding: Finding) -> bool:
        assert self._choose is not None
        before = self._data(path)
        after = self._applied(path, [finding])
        # One that fails a check is tried all the same, so that the reason is told.
        agreed = True if isinstance(after, str) else self._choose(finding, before, after)
        if agreed:
            return True
        self._declined[self._key(finding)] = "the fix was declined"
        return False

    def _round(self, before: Report, chosen: Mapping[str, list[Finding]]) -> Report:
        """Apply *chosen* and check the project; what does not hold is taken back, until the rest does."""
        kept = {path: self._data(path) for path in chosen}
        applied: dict[str, list[Finding]] = {}
        for path, findings in chosen.items():
            good, after = self._proved(path, findings)
            if good:
                applied[path] = good
                self._texts[path] = after
        report = self._check()
        while failing := self._failing(before, report, applied):
            for path, reason in failing.items():
                self._texts[path] = kept[path]
                self._refuse(applied.pop(path), reason, kept[path])
            report = self._check()
        for path, findings in applied.items():
            self._fixed[path] += findings
        return report

    def _proved(self, path: str, findings: list[Finding]) -> tuple[list[Finding], bytes]:
        """Those fixes with which the file is a program, and the file with them."""
        before = self._data(path)
        whole = self._applied(path, findings)
        if isinstance(whole, bytes):
            return findings, whole
        good: list[Finding] = []
        after = before
        for finding in findings:
            tried = self._applied(path, [*good, finding]) if len(findings) > 1 else whole
            if isinstance(tried, bytes):
                good, after = [*good, finding], tried
            else:
                self._refuse([finding], tried, before)
        return good, after

    def _applied(self, path: str, findings: list[Finding]) -> bytes | str:
        """The file with the fixes, or the check that it fails with them."""
        before = self._data(path)
        text = with_fixes(decode(before), findings)
        if text is None:
            return "its edits overlap with those of another fix"
        assert self._analysis is not None
        original = self._files.original(path)
        try:
            after = encoded(before, text)
            after = encoded(before, without_unused(self._analysis.program, self._files, path, original, text, after))
        except Unreadable as error:
            return f"the file could not be encoded: {error.message}"
        return problem_of(before, after) or after

    def _failing(self, before: Report, after: Report, applied: Mapping[str, list[Finding]]) -> dict[str, str]:
        """The files whose fixes did not do what they should, with the reason."""
        was, now = _counted(before.findings), _counted(after.findings)
        failing: dict[str, str] = {}
        broken = {self._paths.get(problem.path, "") for problem in after.problems}
        for path, findings in applied.items():
            shown = self._project.files[path]
            if path in broken:
                failing[path] = "the result could not be read"
                continue
            for code, symbol in {(code, symbol) for where, code, symbol in (*was, *now) if where == shown}:
                here = (shown, code, symbol)
                gone = sum(finding.code == code and finding.symbol == symbol for finding in findings)
                if now[here] > was[here]:
                    failing[path] = f"a new finding, {code}, would come in {symbol or 'the module'}"
                elif now[here] > was[here] - gone:
                    failing[path] = f"the finding in {symbol or 'the module'} would not go away"
        return failing

    def _refuse(self, findings: Iterable[Finding], reason: str, before: bytes) -> None:
        for finding in findings:
            self._refused[self._key(finding, before)] = f"the fix was taken back: {reason}"

    # -- afterwards -------------------------------------------------------------------------------------------

    def _given_up(self, report: Report) -> Report:
        """Take back every file that still changes after so many rounds."""
        for path, findings in self._chosen(report).items():
            self._texts[path] = self._files.original(path)
            self._fixed.pop(path, None)
            reason = f"fixes of this file do not come to an end after {_MOST_ROUNDS} rounds"
            self._refuse(findings, reason, self._data(path))
        return self._check()

    def _result(self, report: Report) -> FixReport:
        changes = [
            Change(path, self._project.files[path], str(self._config.root), self._files.original(path), after)
            for path, after in sorted(self._texts.items())
            if after != self._files.original(path)
        ]
        left = [finding for finding in report.findings if self._config.selects(finding.code, finding.path)]
        unsafe = sum(self._is_left_as_unsafe(finding) for finding in left)
        failed = sum(self._key(finding) in self._refused for finding in left)
        findings = tuple(self._explained(finding) for finding in left)
        fixed = sorted((item for items in self._fixed.values() for item in items), key=lambda item: item.sort_key)
        folders = tuple(dict.fromkeys(path.rpartition("/")[0] for path in self._project.files))
        return FixReport(tuple(changes), tuple(fixed), replace(report, findings=findings), unsafe, failed, folders)

    def _is_left_as_unsafe(self, finding: Finding) -> bool:
        return finding.fix is not None and finding.fix.safety is Safety.UNSAFE and not self._unsafe

    def _explained(self, finding: Finding) -> Finding:
        """A finding that is left, with the reason why its fix was not applied."""
        key = self._key(finding)
        reason = self._refused.get(key) or self._declined.get(key)
        return finding if reason is None else replace(finding, fix=None, no_fix_reason=reason)

    def _key(self, finding: Finding, data: bytes | None = None) -> _Key:
        """What tells a finding from others, whatever happens to the lines around it."""
        path = self._paths[finding.path]
        lines = self._lines_of(path, data if data is not None else self._data(path))
        return (finding.path, finding.code, finding.symbol, _text_at(finding, lines))

    def _lines_of(self, path: str, data: bytes) -> Lines:
        """The lines of a file, which are the same for many findings."""
        from asset_lint.syntax.placing import Lines

        known, lines = self._lines.get(path, (b"", None))
        if lines is None or known != data:
            lines = Lines(decode(data))
            self._lines[path] = data, lines
        return lines

    def _data(self, path: str) -> bytes:
        data = self._texts.get(path)
        data = self._files.data(path) if data is None else data
        assert data is not None, "a file with findings has been read"
        return data


def _judged(config: Config) -> Config:
    """
    The configuration by which results are judged.

    All rules that are on by default have a say, also those that nobody has selected, and what is selected besides.
    """
    select = config.select if config.select is None else (*config.select, *_ALWAYS)
    ignore = tuple(prefix for prefix in config.ignore if not prefix.startswith(_ALWAYS))
    return replace(config, select=select, ignore=ignore, per_file_ignores=())


def _counted(findings: Iterable[Finding]) -> Counter[tuple[str, str, str]]:
    return Counter((finding.path, finding.code, finding.symbol) for finding in findings)


def _text_at(finding: Finding, lines: Lines) -> str:
    span = finding.span
    if span.end_line > len(lines.starts):
        return ""
    start = lines.starts[span.line - 1] + span.column - 1
    return lines.text[start : lines.starts[span.end_line - 1] + span.end_column - 1]
