"""
Reports that are remembered with what they rest on.

A report is a function of the configuration, of which files there are, of the bytes of those that were looked at, and
of the answers that all files gave to the questions of the search: which words stand in them, whether they pass a test.
So a report still holds when a file that was only searched has changed and gives the same answers, and when one that
was looked at has another time but the same bytes. Else the answers of the files that have not changed are taken over.

That a file has not changed is told by its size and time, as git does it: not if the time is so near to the run that
wrote the record that a later change might not show.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import msgspec

from asset_lint import __version__
from asset_lint.cache.store import NAME, Store
from asset_lint.config import Config
from asset_lint.findings import Report
from asset_lint.project import Project
from asset_lint.reading import Asked, Files, Holds

_TOO_NEAR = 2_000_000_000  # nanoseconds; the coarsest file systems count in twos of seconds
_DIGEST = 20


class _Question(msgspec.Struct, array_like=True):
    """A word or the name of a test; the places of the files that were asked, None for all, and that said yes."""

    name: str
    is_word: bool
    done: list[int] | None
    found: list[int]


class _Record(msgspec.Struct, array_like=True):
    """What is written down: *started* and *times* in nanoseconds, the files by their place in *paths*."""

    started: int
    paths: list[str]
    sizes: list[int]
    times: list[int]
    digests: dict[int, bytes]
    questions: list[_Question]
    shown: bytes
    report: Report


@dataclass(frozen=True)
class _Stamps:
    """Sizes and times of files, taken before any of them was read."""

    started: int
    sizes: list[int]
    times: list[int]


class Memory:
    """What is known of earlier runs over the same project with the same configuration."""

    def __init__(self, project: Project, store: Store, flags: Sequence[str] = ()) -> None:
        self._project = project
        self._store = store
        self._paths = list(project.files)
        self._name = _name(project, flags)
        self._stamps = _stamps(self._paths)
        self._record = self._read()

    def report(self) -> Report | None:
        """The report of an earlier run, if it still holds."""
        record = self._record
        if record is None or record.paths != self._paths or record.shown != _shown(self._project):
            return None
        changed = [place for place in range(len(self._paths)) if not self._is_same(record, place, place)]
        if changed and not self._agree(record, changed):
            return None
        if changed:
            record.sizes, record.times, record.started = self._stamps.sizes, self._stamps.times, self._stamps.started
            self._store.write(self._name, msgspec.msgpack.encode(record))
        return record.report

    def files(self) -> Files:
        """The files of the project; those that have not changed need not be searched for what was searched before."""
        files = Files(self._paths)
        record = self._record
        if record is None:
            return files
        known = {path: place for place, path in enumerate(record.paths)}
        same = {
            path
            for place, path in enumerate(self._paths)
            if path in known and self._is_same(record, known[path], place)
        }
        files.take_over(((question, asked) for question, asked in _questions(record)), same)
        return files

    def remember(self, files: Files, report: Report) -> None:
        """Write down a report and what it rests on, unless a file could not be read: next time it may be otherwise."""
        if files.unreadable:
            return
        digests: dict[int, bytes] = {}
        for place, path in enumerate(self._paths):
            if path in files.looked_at:
                data = files.data(path)
                if data is None:
                    return
                digests[place] = _digest(data)
        record = _Record(
            self._stamps.started,
            self._paths,
            self._stamps.sizes,
            self._stamps.times,
            digests,
            list(_written(self._paths, files)),
            _shown(self._project),
            report,
        )
        with suppress(UnicodeEncodeError):  # a name that is no text cannot be written down
            self._store.write(self._name, msgspec.msgpack.encode(record))

    def _read(self) -> _Record | None:
        content = self._store.read(self._name)
        if content is None:
            return None
        record = msgspec.msgpack.decode(content, type=_Record)
        return record if len(record.paths) == len(record.sizes) == len(record.times) else None

    def _is_same(self, record: _Record, known: int, place: int) -> bool:
        """Whether a file, at *known* in the record, looks as it did."""
        time_ = self._stamps.times[place]
        return (
            record.sizes[known] == self._stamps.sizes[place]
            and record.times[known] == time_
            and 0 <= time_ < record.started - _TOO_NEAR
        )

    def _agree(self, record: _Record, changed: list[int]) -> bool:
        """Whether files that look different make no difference."""
        files = Files(self._paths)
        questions = [
            (question, None if item.done is None else set(item.done), set(item.found))
            for item, question in zip(record.questions, map(_question, record.questions), strict=True)
        ]
        for place in changed:
            path = self._paths[place]
            data = files.data(path)
            if data is None:
                return False
            if place in record.digests:
                if _digest(data) != record.digests[place]:
                    return False
                continue
            for question, done, found in questions:
                if (done is None or place in done) and files.answer(question, path) is not (place in found):
                    return False
        return True


def _name(project: Project, flags: Sequence[str]) -> str:
    """The name of the record for a configuration, a tool and a way to ask."""
    parts = (_tool(), repr(project.config), project.base, os.getcwd(), *flags)
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _tool() -> str:
    """The version of this program; while it is being worked on, every change of it is another one."""
    newest, many = 0, 0
    folders = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    while folders:
        for entry in os.scandir(folders.pop()):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            elif entry.name.endswith(".py"):
                newest, many = max(newest, entry.stat().st_mtime_ns), many + 1
    return f"{__version__} {newest} {many} {sys.version}"


def _shown(project: Project) -> bytes:
    """A digest of what else a report depends on: how files are shown, which are reported, what went wrong before."""
    parts = (sorted(project.files.items()), sorted(project.reported), sorted(project.explicit), project.problems)
    return _digest(repr(parts).encode("utf-8", "surrogatepass"))


def _stamps(paths: Sequence[str]) -> _Stamps:
    started = time.time_ns()
    sizes, times = [], []
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            sizes.append(-1)
            times.append(-1)
        else:
            sizes.append(status.st_size)
            times.append(status.st_mtime_ns)
    return _Stamps(started, sizes, times)


def _written(paths: Sequence[str], files: Files) -> Iterator[_Question]:
    """What has been searched for, as it is written down."""
    from asset_lint.cache import tests  # everything heavy hangs on them

    places = {path: place for place, path in enumerate(paths)}
    for question, asked in files.asked():
        done = None if len(asked.done) == len(paths) else sorted(places[path] for path in asked.done)
        found = sorted(places[path] for path in asked.found)
        name = question if isinstance(question, str) else tests.named(question)
        yield _Question(name, isinstance(question, str), done, found)


def _question(item: _Question) -> str | Holds:
    from asset_lint.cache import tests  # everything heavy hangs on them

    return item.name if item.is_word else tests.test_of(item.name)


def _questions(record: _Record) -> Iterator[tuple[str | Holds, Asked]]:
    for item in record.questions:
        done = range(len(record.paths)) if item.done is None else item.done
        yield _question(item), Asked({record.paths[at] for at in done}, {record.paths[at] for at in item.found})


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()


def folder_for(config: Config) -> Path:
    """The folder of the cache: beside the configuration, else in the working directory."""
    return (config.root if config.path is not None else Path.cwd()) / NAME
