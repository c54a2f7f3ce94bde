"""Maps a function over files: in this process, or over several. The answers are the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Map = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Applies a function to each item; the order of the results is that of the items."""

_PIECES_EACH = 16
_MOST_PIECES = 255  # each is one byte in the queue


def worker_count(jobs: int | None) -> int:
    """The number of processes to use: *jobs*, or as many as there are processors for us."""
    if jobs is not None:
        return jobs
    affinity = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


@contextmanager
def processes(count: int) -> Iterator[Map]:
    """
    A map over *count* processes, this one among them where forking is safe; over this process where *count* is 1.

    The order of the results is that of the items.
    """
    pool = None

    def run(function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        nonlocal pool
        if count < 2 or len(items) < 2:
            return [function(item) for item in items]
        if _may_fork():
            return _forked(count, function, items)
        if pool is None:
            pool = _pool(count)
        return list(pool.map(function, items, chunksize=max(1, len(items) // (count * 8))))

    try:
        yield run
    finally:
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def _may_fork() -> bool:
    """Whether forking is safe: on Linux, while nothing else runs in this process."""
    threading = sys.modules.get("threading")
    return sys.platform == "linux" and (threading is None or threading.active_count() == 1)


def _pool(count: int) -> ProcessPoolExecutor:
    import multiprocessing  # 15 ms that most runs do not need
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))


class _Work:
    """The pieces of a map, which processes take from a pipe that all of them have: whoever is free takes the next."""

    def __init__(self, function: Callable[[Any], Any], items: Sequence[Any], count: int) -> None:
        self._function = function
        self._items = items
        self.pieces = min(_MOST_PIECES, len(items), count * _PIECES_EACH)
        self._queue, entrance = os.pipe()
        os.write(entrance, bytes(range(self.pieces)))
        os.close(entrance)

    def take(self) -> dict[int, list[Any]]:
        """Do pieces until there are none left; the results by piece."""
        done = {}
        while piece := os.read(self._queue, 1):
            done[piece[0]] = self.do(piece[0])
        return done

    def do(self, piece: int) -> list[Any]:
        """The results of one piece."""
        return [self._function(item) for item in self._items[piece :: self.pieces]]

    def close(self) -> None:
        """Leave the pipe."""
        os.close(self._queue)


def _forked(count: int, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    work = _Work(function, items, count)
    children = [_Child(work) for _ in range(count - 1)]
    try:
        done = work.take()
        for child in children:
            done.update(child.results())
        # A process that died leaves its pieces to this one, in which whatever killed it can be seen.
        results: list[Any] = [None] * len(items)
        for piece in range(work.pieces):
            results[piece :: work.pieces] = done[piece] if piece in done else work.do(piece)
        return results
    finally:
        for child in children:
            child.end()
        work.close()


class _Child:
    """A forked process that takes part in the work, and sends what it has done when there is no more to do."""

    def __init__(self, work: _Work) -> None:
        self._results, entrance = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            os.close(self._results)
            _serve(work, entrance)
        os.close(entrance)

    def results(self) -> dict[int, list[Any]]:
        """What it has done; raises what was raised in it."""
        import pickle

        with os.fdopen(os.dup(self._results), "rb") as stream:
            data = stream.read()
        if not data:
            return {}
        done, error = pickle.loads(data)  # noqa: S301 - from our own process, over a pipe that nobody else has
        if error is not None:
            raise error
        return done  # type: ignore[no-any-return]

    def end(self) -> None:
        """Wait for it; it does not outlive the map, however that ends."""
        import signal

        os.close(self._results)
        if sys.exc_info()[0] is not None:
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _serve(work: _Work, entrance: int) -> None:
    """Be the child: do work and send the results. Never returns."""
    import pickle

    try:
        try:
            message = (work.take(), None)
        except Exception as error:  # noqa: BLE001 - carried to the parent and raised there
            message = ({}, error)  # type: ignore[assignment]
        with os.fdopen(entrance, "wb") as stream:
            pickle.dump(message, stream, protocol=5)
    finally:
        os._exit(0)
