"""A report without what the baseline of its project accepts."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from asset_lint import baseline
from asset_lint.baseline import Key, Unusable
from asset_lint.config import Config
from asset_lint.errors import ConfigError
from asset_lint.findings import Report
from asset_lint.project import Project, normal
from asset_lint.syntax.source import NEWLINE, Unreadable, decode, read


def without_accepted(report: Report, project: Project, texts: Mapping[Path, str]) -> Report:
    """
    Take out of *report* what the baseline accepts, and note what it accepts that is no longer there.

    *texts* are unsaved ones. Raises ConfigError where the baseline cannot be read.
    """
    path = path_of(project.config)
    if path is None:
        return report
    keys = keys_of(report, project.config, texts)
    # What is accepted in a file that nobody looks at is still there: nothing can have moved away from it.
    in_view = {key: many for key, many in loaded(path).items() if _is_in_view(key, project)}
    known, left = baseline.accepted(keys, Counter(in_view))
    stale = [baseline.shown(key) for key in sorted(left.elements()) if _is_gone(key, project, report)]
    findings = tuple(finding for finding, is_known in zip(report.findings, known, strict=True) if not is_known)
    stats = replace(report.stats, baselined=sum(known), stale=tuple(stale))
    return replace(report, findings=findings, stats=stats)


def path_of(config: Config) -> Path | None:
    """The baseline of a configuration."""
    return None if config.baseline is None else config.root / config.baseline


def loaded(path: Path) -> Counter[Key]:
    """The baseline at *path*; raises ConfigError where it is none, or is not there."""
    try:
        return baseline.parse(path.read_bytes().decode("utf-8", "surrogateescape"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: the baseline is not there; asset-lint baseline write makes it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except Unusable as error:
        raise ConfigError(f"{path}:{error.line}: {error.message}") from error


def keys_of(report: Report, config: Config, texts: Mapping[Path, str] = {}) -> list[Key]:
    """The keys of the findings of *report*, in their order."""
    root = os.path.abspath(config.root)
    unsaved = {path.as_posix(): text for path, text in texts.items()}
    lines: dict[str, list[str]] = {}

    def lines_of(path: str) -> list[str]:
        if path not in lines:
            place = normal(path)
            lines[path] = NEWLINE.split(unsaved[place] if place in unsaved else _text(place))
        return lines[path]

    return baseline.keys_of(report.findings, lambda path: _relative(normal(path), root), lines_of)


def _text(path: str) -> str:
    try:
        return decode(read(path))
    except Unreadable:
        return ""  # it could be read a moment ago; what is there now is for the next run


def _relative(path: str, root: str) -> str:
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # on another drive
        return path


def _is_in_view(key: Key, project: Project) -> bool:
    """Whether this run looks at the file of a key, or there is no such file any more."""
    path = _place(key, project)
    return path in project.reported or path not in project.files


def _is_gone(key: Key, project: Project, report: Report) -> bool:
    """Whether this run would have found what a key stands for, if it were still there."""
    path = _place(key, project)
    if any(normal(problem.path) == path for problem in report.problems):
        return False
    return path in project.reported or (path not in project.files and project.reported == project.files.keys())


def _place(key: Key, project: Project) -> str:
    return normal(os.path.join(project.config.root, key.path))
