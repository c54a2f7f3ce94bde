"""The files of a project: which there are, what they mention, what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from asset_lint.executors import Workers
from asset_lint.findings import Problem
from asset_lint.syntax.source import Source, Unreadable, read, stands_alone

if TYPE_CHECKING:
    from asset_lint.semantics.facts import Facts

_STAR = rb"import[ \t]*\(?[ \t]*\*|^def __getattr__\b"
_KEPT_BYTES = 96 * 1024 * 1024
_WORTH_AHEAD = 1_000

Holds = Callable[[bytes], object]


class Files:
    """
    The bytes of a project's files by normal path.

    They are kept up to a bound, since every round searches them, and read again beyond it. What has been found is
    remembered, too, so that a round pays for its new words only. *overlay* holds texts that are not on the disk,
    *unreadable* why a file has no bytes, *star_paths* knows which files pass on names that do not stand in them.
    *looked_at* are the files whose bytes somebody has asked for, and not only searched.
    """

    def __init__(self, paths: Iterable[str], overlay: Mapping[str, bytes] | None = None) -> None:
        self.paths = tuple(paths)
        self.listed = frozenset(self.paths)
        self.overlay = overlay or {}
        self.unreadable: dict[str, Unreadable] = {}
        self.looked_at: set[str] = set()
        self.star_paths: Container[str] = _StarPaths(self)
        self._kept: dict[str, bytes] = {}
        self._size = 0
        self.facts: dict[str, Facts | Problem] = {}
        self._originals: dict[str, bytes] = {}
        self._readable: set[str] | None = None
        self._searches: dict[str | Holds, _Search] = {}
        self._expected: tuple[Holds, ...] = ()
        self._results: Callable[[], list[set[str]]] = list

    def original(self, path: str) -> bytes:
        """The bytes that a file had on the disk when it was read first."""
        data = self._originals.get(path)
        data = self.data(path) if data is None else data
        assert data is not None, "only what has been read is changed"
        return data

    def changed(self, overlay: Mapping[str, bytes]) -> Files:
        """The same files with other bytes at some paths; what is known of the others is taken over."""
        others = {path for path in overlay if path not in self.overlay or self.overlay[path] != overlay[path]}
        new = Files(self.paths, {**self.overlay, **overlay})
        new.unreadable = {path: error for path, error in self.unreadable.items() if path not in others}
        new.facts = {path: facts for path, facts in self.facts.items() if path not in others}
        new._kept = {path: data for path, data in self._kept.items() if path not in others}
        kept = ((path, self.original(path)) for path in others)
        new._originals = {**dict(kept), **self._originals}
        new._size = sum(map(len, new._kept.values()))
        new._searches = {key: search.without(others) for key, search in self._searches.items()}
        return new

    def mentioning(self, words: Iterable[str], among: Iterable[str] | None = None) -> set[str]:
        """The paths, those in *among* or all, whose files mention one of *words* as a whole identifier."""
        searches = []
        for word in sorted(set(words), key=len):  # one that is a part of another comes first
            if word not in self._searches:
                self._searches[word] = _search_for(word)
            searches.append(self._searches[word])
        return self._run(searches, among)

    def holding(self, what: Holds, among: Iterable[str] | None = None) -> set[str]:
        """The paths, those in *among* or all, whose bytes pass the test *what*."""
        if what in self._expected:
            self._take_over()
        return self._run([self._searches.setdefault(what, _Search(what))], among)

    def search_ahead(self, tests: Sequence[Holds], ahead: Callable[[Callable[[], Any]], Callable[[], Any]]) -> None:
        """Let another process begin with searches that will be asked for, if the files are many."""
        if len(self.paths) >= _WORTH_AHEAD and not self._searches.keys() >= set(tests):
            self._expected = tuple(tests)
            self._results = ahead(lambda: [self._run([_Search(test)], None) for test in tests])

    def _take_over(self) -> None:
        """Take over what was found ahead."""
        tests, self._expected = self._expected, ()
        for test, found in zip(tests, self._results(), strict=True):
            search = self._searches[test] = _Search(test)
            search.done = search.near = self._all_readable().copy()
            search.found = found & search.done

    def passes(self, what: Holds, path: str) -> bool:
        """Whether the bytes of one file pass the test *what*."""
        search = self._searches.setdefault(what, _Search(what))
        if path not in search.done:
            search.add(path, self._data(path) or b"")
        return path in search.found

    def asked(self) -> Iterator[tuple[str | Holds, Asked]]:
        """Yield what has been searched for, a word or a test, with what has come of it."""
        for question, search in self._searches.items():
            yield question, Asked(search.done, search.found)

    def answer(self, question: str | Holds, path: str) -> bool:
        """Whether the file at *path* is one that a search for *question* finds, without remembering it."""
        data = self._data(path) or b""
        return stands_alone(question.encode(), data) if isinstance(question, str) else bool(question(data))

    def take_over(self, asked: Iterable[tuple[str | Holds, Asked]], readable: set[str]) -> None:
        """Take over what is known of the files *readable*, which need not be read for that."""
        for question, answer in asked:
            search = self._searches[question] = _search_for(question)
            search.done = answer.done & readable
            search.near, search.found = search.done.copy(), answer.found & readable
        self._readable = readable | {path for path in self.listed - readable if self._data(path) is not None}

    def data(self, path: str) -> bytes | None:
        """The bytes of a file, ``None`` where it cannot be read."""
        self.looked_at.add(path)
        return self._data(path)

    def _data(self, path: str) -> bytes | None:
        data = self._kept.get(path)
        if data is not None:
            return data
        if path in self.unreadable:
            return None
        try:
            data = self.overlay[path] if path in self.overlay else read(path)
        except Unreadable as error:
            self.unreadable[path] = error
            return None
        if self._size + len(data) <= _KEPT_BYTES:
            self._kept[path] = data
            self._size += len(data)
        return data

    def _run(self, searches: list[_Search], among: Iterable[str] | None) -> set[str]:
        """Carry out what is new of *searches* and give what they have found."""
        readable = self._all_readable()
        paths = readable if among is None else readable.intersection(among)
        for path in sorted(paths - self._kept.keys()):
            pending = [search for search in searches if path not in search.done]
            data = self._data(path) if pending else None  # once, and not once for each word
            for search in pending:
                search.add(path, data or b"")
        for search in searches:
            rest = paths - search.done
            if rest:
                search.run(rest, self._kept, self._narrower(search, rest))
        found: set[str] = set()
        return found.union(*(search.found for search in searches)) & paths

    def _all_readable(self) -> set[str]:
        if self._readable is None:
            self._readable = {path for path in self.paths if self._data(path) is not None}
        return self._readable

    def _narrower(self, search: _Search, paths: set[str]) -> set[str]:
        """Those of *paths* that *search* has to look at: where a part of its word is not, the word is not either."""
        for other in self._searches.values():
            if other is not search and other.part and other.part in search.part and paths <= other.done:
                return paths & other.near
        return paths


class Asked(NamedTuple):
    """Which files a question was put to, and which of them said yes."""

    done: set[str]
    found: set[str]


def _search_for(question: str | Holds) -> _Search:
    """The search for a word, which has to stand alone, or for what passes a test."""
    if not isinstance(question, str):
        return _Search(question)
    word = question.encode()
    return _Search(partial(stands_alone, word), word)


class _Search:
    """One question to the bytes of files: where it was asked (*done*), where *part* stands, where the answer is yes."""

    def __init__(self, holds: Holds, part: bytes = b"") -> None:
        self.part = part
        self.done: set[str] = set()
        self.near: set[str] = set()
        self.found: set[str] = set()
        self._holds = holds

    def run(self, paths: set[str], kept: Mapping[str, bytes], narrower: set[str]) -> None:
        """Ask about *paths*, of which *narrower* can hold the part: a plain search, without a call for each file."""
        part, holds = self.part, self._holds
        # In the order in which they were read: memory answers a third faster than in that of a set.
        near = [path for path, data in kept.items() if path in narrower and part in data]
        self.near.update(near)
        self.found.update(path for path in near if holds(kept[path]))
        self.done |= paths

    def without(self, paths: set[str]) -> _Search:
        """The same question, not asked about *paths* yet."""
        new = _Search(self._holds, self.part)
        new.done, new.near, new.found = self.done - paths, self.near - paths, self.found - paths
        return new

    def add(self, path: str, data: bytes) -> None:
        """Ask about one file."""
        self.done.add(path)
        if self.part in data:
            self.near.add(path)
            if self._holds(data):
                self.found.add(path)


class _StarPaths:
    """Files that pass on names by ``import *`` or ``__getattr__``, found out when somebody asks for one."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and path in self._files.listed and self._files.passes(passes_on, path)


def passes_on(data: bytes) -> bool:
    """Whether a module passes on names that do not stand in it."""
    return re.search(_STAR, data, re.MULTILINE) is not None


def extract_all(files: Files, paths: Iterable[str], workers: Workers) -> tuple[list[Facts], list[Problem]]:
    """The facts of the files at *paths*, and the problems of those that have none."""
    wanted = list(paths)
    new = [path for path in wanted if path not in files.facts]
    sources = [Source(path, data) for path in new if (data := files.data(path)) is not None]
    size = sum(len(source.data) for source in sources)
    found = workers.map(facts_of, sources) if workers.pay_for(size) else [facts_of(source) for source in sources]
    files.facts.update(zip((source.path for source in sources), found, strict=True))
    results = [files.facts[path] for path in wanted if path in files.facts]
    facts = [result for result in results if not isinstance(result, Problem)]
    return facts, [result for result in results if isinstance(result, Problem)]


def facts_of(source: Source) -> Facts | Problem:
    """The facts of one file, or its problem."""
    from asset_lint.semantics.extract import extract

    try:
        return extract(source.path, source.data)
    except Unreadable as error:
        return Problem(source.path, error.line, error.message)
