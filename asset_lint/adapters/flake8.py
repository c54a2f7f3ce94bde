"""
asset-lint inside flake8.

flake8 shows a plugin one file at a time and does so in several processes, while an answer needs the whole project. So
the first process that is asked checks everything that flake8 was told to look at, and the other processes of the run
take its answer over (see ``sharing``).
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from asset_lint.adapters.answers import FAILED, Answer, Line, Question, answer_to
from asset_lint.adapters.sharing import Folder

if TYPE_CHECKING:
    from flake8.options.manager import OptionManager

STDIN = "-"


class Plugin:
    """What flake8 calls: once with its options, then once for each file that it can parse."""

    _run: ClassVar[Run | None] = None

    def __init__(self, tree: ast.AST, filename: str) -> None:
        # By the name of the parameter "tree", which we have no use for, flake8 knows when to call us.
        self._filename = filename

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Add the one option; everything else stands in our own configuration, which flake8 cannot read."""
        manager.add_option(
            "--asset-lint-config",
            metavar="FILE",
            default=None,
            parse_from_config=True,
            normalize_paths=True,
            help="Use this configuration of asset-lint instead of the nearest one above each checked path.",
        )

    @classmethod
    def parse_options(cls, manager: OptionManager, options: argparse.Namespace, filenames: Sequence[str]) -> None:
        """Take note of the options; nothing is checked before flake8 asks about a file."""
        cls._run = Run(options)

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Yield line, column counted from 0, text, and the type that flake8 wants for historical reasons."""
        assert self._run is not None, "flake8 parses its options first"
        for line, column, text in self._run.lines(self._filename):
            yield line, column - 1, text, type(self)


class Run:
    """One run of flake8 as this process sees it: the answer is fetched when a file is asked about first."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._folder = _folder(options)
        self._filenames: list[str] | None = None
        self._question = Question((), None, None)
        self._answer = Answer()
        self._complained = False

    def lines(self, filename: str) -> Iterable[Line]:
        """Give what is to be said about *filename*."""
        if self._filenames is not self._options.filenames:  # flake8's own API puts others there for another run
            self._filenames = self._options.filenames
            self._complained = False
            self._question = _question(self._options)
            self._answer = self._fetched()
        if self._answer.failure is not None:
            return self._complaint(self._answer.failure, filename)
        return self._answer.lines.get(os.path.abspath(filename), ())

    def _fetched(self) -> Answer:
        if self._folder is None or not _in_worker():
            return answer_to(self._question)
        return self._folder.shared(self._question, answer_to)

    def _complaint(self, failure: str, filename: str) -> list[Line]:
        """One line for the whole run, at the first file for which flake8 would show it."""
        if self._complained or not _shown(self._options, filename):
            return []
        self._complained = True
        if self._folder is not None and _in_worker() and not self._folder.first(self._question):
            return []
        # There is no line 0, so that no noqa can stand in it. flake8 does the same with files that it cannot read.
        return [(0, 1, f"{FAILED} asset-lint could not run, so nothing was checked for it: {failure}")]


def _in_worker() -> bool:
    return multiprocessing.parent_process() is not None


def _folder(options: argparse.Namespace) -> Folder | None:
    if _in_worker():
        return Folder.inherited()
    jobs = options.jobs
    serial = STDIN in options.filenames or (os.cpu_count() or 1 if jobs.is_auto else jobs.n_jobs) < 2
    return None if serial else Folder.created()


def _question(options: argparse.Namespace) -> Question:
    paths = options.filenames or [os.curdir]
    return Question(
        tuple(path for path in paths if path != STDIN and os.path.exists(path)),
        options.asset_lint_config,
        (options.stdin_display_name or "stdin") if STDIN in paths else None,
    )


def _shown(options: argparse.Namespace, filename: str) -> bool:
    """Whether flake8 shows our complaint for *filename*: per-file-ignores would swallow it for some."""
    from flake8.formatting.base import BaseFormatter
    from flake8.style_guide import Decision, StyleGuideManager

    guides = StyleGuideManager(options, BaseFormatter(options))
    return guides.style_guide_for(filename).should_report_error(FAILED) is Decision.Selected
