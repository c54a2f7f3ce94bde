"""What flake8 wants to know of the engine, and the answer as it is kept and passed on."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asset_lint import __version__
from asset_lint.errors import AssetLintError

if TYPE_CHECKING:
    from pathlib import Path

    from asset_lint.findings import Report

# Below flake8's own logger, so that "flake8 -vv" shows it.
LOG = logging.getLogger("flake8.asset_lint")

FAILED = "MGR000"

Line = tuple[int, int, str]


@dataclass(frozen=True)
class Question:
    """What is checked: the *paths* on the disk, the *config* file if one is named, what standard input is called."""

    paths: tuple[str, ...]
    config: str | None
    stdin_name: str | None

    @property
    def stdin_path(self) -> str | None:
        """Where standard input belongs; what is said to be in a folder that is not there belongs to the current one."""
        if self.stdin_name is None or os.path.isdir(os.path.dirname(os.path.abspath(self.stdin_name))):
            return self.stdin_name
        return "stdin"

    def key(self) -> str:
        """A file name that only the same question has."""
        from hashlib import sha256

        text = json.dumps([__version__, os.getcwd(), self.paths, self.config, self.stdin_name])
        return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """Line, column and text of every finding by absolute path; or *failure*, which says why there are none."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    failure: str | None = None

    def encoded(self) -> bytes:
        """Give this answer as :meth:`decoded` reads it."""
        return json.dumps({"failure": self.failure, "lines": self.lines}).encode()

    @classmethod
    def decoded(cls, data: bytes) -> Answer:
        """Read an answer; raises ValueError where *data* is none."""
        document = json.loads(data)
        match document:
            case {"failure": str() | None as failure, "lines": dict() as lines}:
                return cls({path: [_line(line) for line in found] for path, found in lines.items()}, failure)
        raise ValueError("not an answer")


def _line(value: object) -> Line:
    match value:
        case [int(line), int(column), str(text)]:
            return line, column, text
    raise ValueError("not a line of an answer")


def answer_to(question: Question) -> Answer:
    """Check what *question* asks about; what goes wrong is an answer too, because flake8 must go on."""
    try:
        report = _checked(question)
    except AssetLintError as error:
        return Answer(failure=_one_line(str(error)))
    except Exception as error:  # whatever it is, flake8 would give up on all its files
        LOG.exception("asset-lint failed")
        what = f"{type(error).__name__}: {error} in {_place(error)}"
        advice = 'run "asset-lint check" on the same paths to see where it comes from, and report it'
        return Answer(failure=f"internal error ({_one_line(what)}); {advice}")
    lines: dict[str, list[Line]] = {}
    for path, line in _lines(report):
        shown = question.stdin_name if path == question.stdin_path else path
        lines.setdefault(os.path.abspath(shown or path), []).append(line)
    return Answer(lines)


def _checked(question: Question) -> Report:
    # A run in which no file is asked about, or another process has the answer, does not pay for these.
    from pathlib import Path

    from asset_lint import engine
    from asset_lint.config import Overrides
    from asset_lint.findings import Report

    paths = [Path(path) for path in question.paths]
    overlay: dict[Path, str] = {}
    if question.stdin_path is not None:
        from flake8.utils import stdin_get_value  # which reads it once and keeps it

        paths.append(Path(question.stdin_path))
        overlay[Path(os.path.abspath(question.stdin_path))] = stdin_get_value()
    if not paths:
        return Report()
    overrides = Overrides(config=Path(question.config) if question.config else None)
    # flake8 has started as many processes as it may, and this is one of them.
    return engine.check(paths, overrides, overlay=overlay, jobs=1, in_flake8=True, cached=True, note=LOG.warning)


def _lines(report: Report) -> Iterator[tuple[str, Line]]:
    from asset_lint.outputs.printable import printable
    from asset_lint.outputs.text import told

    for finding in report.findings:
        text = f"{finding.code} {told(finding)}"
        yield finding.path, (finding.span.line, finding.span.column, text)
    for problem in report.problems:
        text = f"{FAILED} asset-lint could not check this file: {printable(problem.message)}"
        yield problem.path, (max(problem.line, 1), 1, text)


def _one_line(text: str) -> str:
    from asset_lint.outputs.printable import printable

    return printable("; ".join(text.splitlines()))


def _place(error: BaseException) -> str:
    from traceback import extract_tb

    last = extract_tb(error.__traceback__)[-1]
    return f"{os.path.basename(last.filename)}, line {last.lineno}"
