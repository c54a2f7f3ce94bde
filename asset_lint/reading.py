"""The files of a project: which there are, what they mention, what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asset_lint.executors import Map
from asset_lint.findings import Problem
from asset_lint.syntax.source import Source, Unreadable, read

if TYPE_CHECKING:
    from asset_lint.semantics.facts import Facts

_STAR = re.compile(rb"import[ \t]*\(?[ \t]*\*|^def __getattr__\b", re.MULTILINE)
_STAR_HINTS = (b"import *", b"import  *", b"import\t*", b"def __getattr__")
_KEPT_BYTES = 96 * 1024 * 1024
_WORTH_A_PROCESS = 60_000

Read = Callable[[str], bytes]


@dataclass
class Files:
    """
    The bytes of a project's files by normal path.

    They are kept up to a bound, since every round asks them for new words, and read again beyond it. *overlay* holds
    texts that are not on the disk, *unreadable* why a file has no bytes.
    """

    paths: tuple[str, ...]
    overlay: Mapping[str, bytes] = field(default_factory=dict)
    unreadable: dict[str, Unreadable] = field(default_factory=dict)
    star_paths: set[str] = field(default_factory=set)
    _kept: dict[str, bytes] = field(default_factory=dict)
    _size: int = 0

    def matching(self, test: Callable[[bytes], bool], but: Iterable[str]) -> list[str]:
        """The paths, but those in *but*, whose bytes pass *test*."""
        found = []
        skipped = set(but)
        for path in self.paths:
            if path in skipped or path in self.unreadable:
                continue
            data = self.data(path)
            if data is not None and test(data):
                found.append(path)
        return found

    def data(self, path: str) -> bytes | None:
        """The bytes of a file, ``None`` where it cannot be read."""
        known = self._kept.get(path)
        if known is not None:
            return known
        if path in self.unreadable:
            return None
        try:
            data = self.overlay[path] if path in self.overlay else read(path).data
        except Unreadable as error:
            self.unreadable[path] = error
            return None
        if any(hint in data for hint in _STAR_HINTS) and _STAR.search(data):
            self.star_paths.add(path)
        if self._size + len(data) <= _KEPT_BYTES:
            self._kept[path] = data
            self._size += len(data)
        return data


def extract_all(files: Files, paths: Iterable[str], run: Map) -> tuple[list[Facts], list[Problem]]:
    """The facts of the files at *paths*, and the problems of those that have none."""
    sources = [Source(path, data) for path in paths if (data := files.data(path)) is not None]
    size = sum(len(source.data) for source in sources)
    results = run(facts_of, sources) if size >= _WORTH_A_PROCESS else [facts_of(source) for source in sources]
    facts = [result for result in results if not isinstance(result, Problem)]
    return facts, [result for result in results if isinstance(result, Problem)]


def facts_of(source: Source) -> Facts | Problem:
    """The facts of one file, or its problem."""
    from asset_lint.semantics.extract import extract

    try:
        return extract(source.path, source.data)
    except Unreadable as error:
        return Problem(source.path, error.line, error.message)
