"""Work on files in this process or over several. The answers are the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_WORTH_FORKING = 60_000
_WORTH_STARTING = 4_000_000
"""Bytes of Python from which further processes pay: a fork takes some milliseconds, a start half a second."""

_PIECES_EACH = 16
_MOST_PIECES = 255  # each is one byte in the queue


def worker_count(jobs: int | None) -> int:
    """The number of processes to use: *jobs*, or as many as there are processors for us."""
    if jobs is not None:
        return jobs
    affinity = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


@contextmanager
def processes(count: int) -> Iterator[Workers]:
    """*count* processes, this one among them; they are started with their first use, and none outlives the context."""
    workers = Workers(count)
    try:
        yield workers
    finally:
        workers.close()


class Workers:
    """What can be done over several processes; all of it is done in this one where the count is 1."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None
        self._ahead: list[_Child] = []

    def pay_for(self, size: int) -> bool:
        """Whether further processes pay for reading *size* bytes of Python."""
        return self._count > 1 and size >= (_WORTH_FORKING if _may_fork() else _WORTH_STARTING)

    def map(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """Apply *function* to each of *items*; the order of the results is that of the items."""
        if self._count < 2 or len(items) < 2:
            return [function(item) for item in items]
        if _may_fork():
            return _forked(self._count, function, items)
        if self._pool is None:
            self._pool = _pool(self._count)
        return list(self._pool.map(function, items, chunksize=max(1, len(items) // (self._count * 8))))

    def ahead(self, function: Callable[[], Any]) -> Callable[[], Any]:
        """Begin with *function* elsewhere, where that is possible; what is returned waits for its result."""
        if self._count < 2 or not _may_fork():
            return function
        try:
            child = _Child(function)
        except OSError:
            return function
        self._ahead.append(child)

        def result() -> Any:
            found = child.result()
            return function() if found is _DIED else found

        return result

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        for child in self._ahead:
            child.end()


def _may_fork() -> bool:
    """Whether forking is safe: on Linux, while nothing else runs in this process."""
    threading = sys.modules.get("threading")
    return sys.platform == "linux" and (threading is None or threading.active_count() == 1)


def _pool(count: int) -> ProcessPoolExecutor:
    import multiprocessing  # 15 ms that most runs do not need
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(min(count, 61), mp_context=multiprocessing.get_context("spawn"))


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
    children: list[_Child] = []
    try:
        with suppress(OSError):  # as many as there may be; this process does what is left
            children.extend(_Child(work.take) for _ in range(count - 1))
        done = work.take()
        for child in children:
            found = child.result()
            done.update({} if found is _DIED else found)
        # A process that died leaves its pieces to this one, in which whatever killed it can be seen.
        results: list[Any] = [None] * len(items)
        for piece in range(work.pieces):
            results[piece :: work.pieces] = done[piece] if piece in done else work.do(piece)
        return results
    finally:
        for child in children:
            child.end()
        work.close()


_DIED = object()
_LENGTH = 8
"""Bytes that say how long a result is."""


class _Child:
    """A forked process that does one thing and sends what it gives."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._result, entrance = os.pipe()
        try:
            self._pid = os.fork()
        except OSError:
            os.close(self._result)
            os.close(entrance)
            raise
        if not self._pid:
            os.close(self._result)
            _serve(function, entrance)
        os.close(entrance)

    def result(self) -> Any:
        """What it gives, ``_DIED`` where it has died of something; raises what was raised in it."""
        import pickle

        with os.fdopen(os.dup(self._result), "rb") as stream:
            data = stream.read()
        if int.from_bytes(data[:_LENGTH], "big") != len(data) - _LENGTH:
            return _DIED  # before it had sent everything
        result, error = pickle.loads(data[_LENGTH:])  # noqa: S301 - from our own process, over its own pipe
        if error is not None:
            raise error
        return result

    def end(self) -> None:
        """End it, whatever it is doing: nobody waits for it any more."""
        import signal

        os.close(self._result)
        with suppress(ProcessLookupError, ChildProcessError):  # the system may have reaped it already
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)


def _serve(function: Callable[[], Any], entrance: int) -> None:
    """Be the child: do what is to be done and send the result. Never returns."""
    import pickle

    try:
        message: tuple[Any, Exception | None]
        try:
            message = (function(), None)
        except Exception as error:  # noqa: BLE001 - carried to the parent and raised there
            message = (None, error)
        data = pickle.dumps(message, protocol=5)
        pickle.loads(data)  # noqa: S301 - what cannot be rebuilt is not sent: the parent does it again, and sees
        with os.fdopen(entrance, "wb") as stream:
            stream.write(len(data).to_bytes(_LENGTH, "big") + data)
    finally:
        os._exit(0)
