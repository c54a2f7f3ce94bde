"""
The main path; read this first.

``check`` groups the paths into projects; for each of them ``analysis.analyse`` reads the files that can matter until
nothing new is learned, and then asks the rules.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from asset_lint.config import Overrides
from asset_lint.findings import Report, Stats
from asset_lint.project import Project, Shard, projects
from asset_lint.reading import Files
from asset_lint.syntax.source import encoding_of

if TYPE_CHECKING:
    from asset_lint.executors import Workers

_alone = allocate_lock()
"""A check changes the recursion limit, the collector and the filter of warnings, of which a process has one each."""

ProgressFunction = Callable[[str, int, int], None]
NoteFunction = Callable[[str], None]


def check(
    paths: Sequence[Path],
    overrides: Overrides = Overrides(),
    *,
    overlay: Mapping[Path, str] | None = None,
    jobs: int | None = None,
    progress: ProgressFunction | None = None,
    in_flake8: bool = False,
    cached: bool = False,
    note: NoteFunction | None = None,
    shard: Shard | None = None,
    use_baseline: bool = True,
) -> Report:
    """
    Report what gets past the managers in *paths*.

    *overlay* holds unsaved texts by absolute path, *jobs* the number of worker processes (as many as pay by default),
    and *progress* is told (phase, done, total). *in_flake8* leaves to flake8 what it does by itself: obeying ``noqa``,
    and reading named files only to see whether they can be parsed. *cached* takes over what earlier runs have written
    down, as far as it still holds, and writes down this one; *note* is told what was wrong there. *shard* reports only
    its share of the files. Without *use_baseline* what is accepted is reported, too. Raises ConfigError for a
    configuration or a baseline that cannot be used and UsageError for paths that are not there.
    """
    from asset_lint.executors import processes, worker_count

    texts = dict(overlay or {})
    with alone(), processes(worker_count(jobs)) as workers:
        run = _Run(workers, texts, progress or silent, in_flake8, cached, note or _unnoted, shard, use_baseline)
        report = joined([run.report(project) for project in projects(list(paths), overrides, texts)])
    return report if shard is None else replace(report, stats=replace(report.stats, shard=str(shard)))


@contextmanager
def alone() -> Iterator[None]:
    """One run at a time."""
    with _alone:
        yield


def silent(phase: str, done: int, total: int) -> None:
    """Nobody wants to know."""


def _unnoted(text: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class _Run:
    """One run of ``check``, whose parameters these are."""

    workers: Workers
    texts: Mapping[Path, str]
    progress: ProgressFunction
    in_flake8: bool
    cached: bool
    note: NoteFunction
    shard: Shard | None
    use_baseline: bool

    def report(self, project: Project) -> Report:
        """What is to be said of one project."""
        if not project.files:
            return Report(problems=project.problems)
        if self.in_flake8:
            project = replace(project, explicit=frozenset())
        if self.shard is not None:
            project = replace(project, reported=self.shard.of(project.reported))
        report = self._remembered(project) if self.cached and not self.texts else self._analysed(project)
        if project.config.baseline is None or not self.use_baseline:
            return report
        from asset_lint.accepting import without_accepted  # for those who have one

        return without_accepted(report, project, self.texts)

    def _remembered(self, project: Project) -> Report:
        """What an earlier run has found, if that still holds; else what this one finds, for the next one."""
        from asset_lint.cache.answers import Memory, folder_for
        from asset_lint.cache.store import Store

        flags = ["flake8"] if self.in_flake8 else []
        memory = Memory(project, Store(folder_for(project.config), self.note), flags)
        report = memory.report()
        if report is None:
            files = memory.files()
            report = self._analysed(project, files)
            memory.remember(files, report)
        return report

    def _analysed(self, project: Project, files: Files | None = None) -> Report:
        from asset_lint.analysis import analyse  # everything heavy hangs on it

        if files is None:
            overlay = {path.as_posix(): _encoded(text) for path, text in self.texts.items()}
            files = Files(project.files, overlay)
        return analyse(project, files, self.workers, self.progress, noqa=not self.in_flake8)


def _encoded(text: str) -> bytes:
    """The bytes that a file with *text* would have: it may declare another encoding than UTF-8."""
    data = text.encode("utf-8", "replace")
    try:
        return text.encode(encoding_of(data))
    except (LookupError, UnicodeEncodeError):
        return data


def joined(parts: list[Report], *, same: bool = False) -> Report:
    """One report of several projects, or of the shards of the *same* ones, which have read the same files."""
    if len(parts) == 1 and not same:
        return parts[0]
    findings = sorted((finding for part in parts for finding in part.findings), key=lambda item: item.sort_key)
    problems = sorted({problem for part in parts for problem in part.problems})
    return Report(
        tuple(findings), tuple(problems), _summed(parts, same), tuple(guard for part in parts for guard in part.guards)
    )


def _summed(parts: list[Report], same: bool) -> Stats:
    stats = [part.stats for part in parts]
    return Stats(
        files=sum(item.files for item in stats),
        parsed=(max if same else sum)(item.parsed for item in stats),
        rounds=max((item.rounds for item in stats), default=0),
        calls=sum(item.calls for item in stats),
        suppressed=sum(item.suppressed for item in stats),
        unused_suppressions=sum(item.unused_suppressions for item in stats),
        baselined=sum(item.baselined for item in stats),
        stale=tuple(entry for item in stats for entry in item.stale),
        blind_spots=tuple(sorted({spot for item in stats for spot in item.blind_spots})),
    )
