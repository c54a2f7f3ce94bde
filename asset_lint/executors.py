"""Maps a function over files: in this process, or over worker processes. The answers are the same."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

Map = Callable[[Callable[[T], R], Sequence[T]], list[R]]


def worker_count(jobs: int | None) -> int:
    """The number of processes to use: *jobs*, or as many as there are processors for us."""
    if jobs is not None:
        return jobs
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def processes(count: int) -> Iterator[Map[T, R]]:
    """
    A map over *count* processes, which are started with its first use; over this process where *count* is 1.

    The order of the results is that of the items.
    """
    pool = None

    def run(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
        nonlocal pool
        if count < 2 or len(items) < 2:
            return [function(item) for item in items]
        if pool is None:
            pool = _pool(count)
        return list(pool.map(function, items, chunksize=max(1, len(items) // (count * 8))))

    try:
        yield run
    finally:
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def _pool(count: int):  # type: ignore[no-untyped-def]
    from concurrent.futures import ProcessPoolExecutor

    # A forked worker has LibCST loaded already; elsewhere than on Linux forking is not safe.
    method = "fork" if sys.platform == "linux" else "spawn"
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context(method))
