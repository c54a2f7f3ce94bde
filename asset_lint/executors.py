"""Maps a function over files: in this process, or over worker processes. The answers are the same."""

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


def worker_count(jobs: int | None) -> int:
    """The number of processes to use: *jobs*, or as many as there are processors for us."""
    if jobs is not None:
        return jobs
    affinity = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


@contextmanager
def processes(count: int) -> Iterator[Map]:
    """
    A map over *count* processes, which are started with its first use; over this process where *count* is 1.

    The order of the results is that of the items.
    """
    pool = None

    def run(function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
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


def _pool(count: int) -> ProcessPoolExecutor:
    import multiprocessing  # 15 ms that most runs do not need
    from concurrent.futures import ProcessPoolExecutor

    # A forked worker has our modules loaded already; elsewhere than on Linux forking is not safe.
    method = "fork" if sys.platform == "linux" else "spawn"
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context(method))
