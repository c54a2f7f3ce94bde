"""The search for files that have come to matter: round after round, and no word twice in one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from asset_lint.semantics.copying import may_copy
from asset_lint.semantics.words import Needs
from asset_lint.syntax.source import Words

_IDENTIFIER = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
_SEPARATED = bytes(code if code in _IDENTIFIER else 32 for code in range(256))
"""Translates bytes so that a split leaves the identifiers."""

_MANY = 16
"""So many searches take as long as it takes to split a file into its words."""


class Search:
    """Says of a project's files which of them matter, for needs that grow."""

    def __init__(self) -> None:
        self._words = _Mentions()
        self._givers = _Mentions()
        self._copying: dict[str, bool] = {}

    def run(self, needs: Needs, files: Iterable[tuple[str, bytes]]) -> Iterator[str]:
        """Yield the paths of those *files* that matter by now."""
        words, methods, givers = map(_encoded, (needs.words, needs.methods, needs.givers))
        self._words.ask(words | methods)
        self._givers.ask(givers)
        for path, data in files:
            found = self._words.of(path, data)
            if (found and not found.isdisjoint(words)) or (
                givers and self._uses(path, data, found, methods) and self._gives(path, data, givers)
            ):
                yield path

    def _uses(self, path: str, data: bytes, found: AbstractSet[bytes], methods: frozenset[bytes]) -> bool:
        return (bool(found) and not found.isdisjoint(methods)) or self._copies(path, data)

    def _gives(self, path: str, data: bytes, givers: frozenset[bytes]) -> bool:
        return not self._givers.of(path, data).isdisjoint(givers)

    def _copies(self, path: str, data: bytes) -> bool:
        known = self._copying.get(path)
        if known is None:
            known = self._copying[path] = may_copy(data)
        return known


def _encoded(words: frozenset[str]) -> frozenset[bytes]:
    return frozenset(word.encode() for word in words)


class _Mentions:
    """Which words of a growing list the files mention, as whole identifiers in the sense of ``Words``."""

    def __init__(self) -> None:
        self._asked: list[bytes] = []
        self._reach: dict[str, int] = {}
        self._found: dict[str, set[bytes]] = {}
        self._finders: dict[int, Callable[[bytes], set[bytes]]] = {}

    def ask(self, words: frozenset[bytes]) -> None:
        """Let *words* count from now on."""
        self._asked += sorted(words.difference(self._asked))
        self._finders.clear()

    def of(self, path: str, data: bytes) -> AbstractSet[bytes]:
        """The words, of all that were ever asked for, that the file mentions."""
        reach = self._reach.get(path, 0)
        if reach < len(self._asked):
            self._reach[path] = len(self._asked)
            finder = self._finders.get(reach)
            if finder is None:
                finder = self._finders[reach] = _finder(self._asked[reach:])
            if found := finder(data):
                self._found.setdefault(path, set()).update(found)
        return self._found.get(path, _NOTHING)


_NOTHING: frozenset[bytes] = frozenset()


def _finder(words: list[bytes]) -> Callable[[bytes], set[bytes]]:
    """What finds *words* in bytes: one by one, or all at once where there are many."""
    single = [(word, Words((word.decode(),)).mentioned) for word in words]

    def one_by_one(data: bytes) -> set[bytes]:
        return {word for word, mentioned in single if word in data and mentioned(data)}

    plain = frozenset(word for word in words if word.isascii())
    others = [(word, mentioned) for word, mentioned in single if word not in plain]

    def at_once(data: bytes) -> set[bytes]:
        found = set(plain.intersection(data.translate(_SEPARATED).split()))
        return found.union(word for word, mentioned in others if mentioned(data))

    return one_by_one if len(words) < _MANY else at_once
