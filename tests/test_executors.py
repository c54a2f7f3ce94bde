"""A map gives the same over any number of processes, and says what went wrong in any of them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable

import pytest

from asset_lint.executors import processes, worker_count

PARENT = os.getpid()


def doubled(item: int) -> int:
    return 2 * item


def refused(item: int) -> int:
    if item == 13:
        raise ValueError("unlucky")
    return item


def dying(item: int) -> int:
    """Takes a forked process down; whoever does it in the parent survives."""
    if item == 13 and os.getpid() != PARENT:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


@pytest.fixture
def _forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the threads of a test runner, too."""
    monkeypatch.setattr("asset_lint.executors._may_fork", lambda: sys.platform == "linux")


@pytest.mark.usefixtures("_forking")
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("length", [0, 1, 2, 7, 300, 1000])
def test_the_results_are_those_of_map_in_its_order(count: int, length: int) -> None:
    with processes(count) as workers:
        assert workers.map(doubled, range(length)) == [2 * item for item in range(length)]
        assert workers.map(doubled, range(length)) == [2 * item for item in range(length)]


@pytest.mark.usefixtures("_forking")
@pytest.mark.parametrize("count", [1, 2])
def test_what_is_begun_ahead_is_there_when_it_is_asked_for(count: int) -> None:
    with processes(count) as workers:
        first, second = workers.ahead(lambda: 1), workers.ahead(lambda: refused(13))
        workers.ahead(lambda: threading.Event().wait(60) if count == 2 else None)  # nobody asks, nobody waits
        assert first() == 1
        with pytest.raises(ValueError, match="unlucky"):
            second()


@pytest.mark.usefixtures("_forking")
@pytest.mark.parametrize("count", [1, 2])
def test_what_is_raised_is_raised_here(count: int) -> None:
    with processes(count) as workers, pytest.raises(ValueError, match="unlucky"):
        workers.map(refused, range(100))


@pytest.mark.usefixtures("_forking")
@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_what_a_dead_process_leaves_is_done_here() -> None:
    with processes(3) as workers:
        assert workers.map(dying, range(100)) == list(range(100))
        assert workers.ahead(lambda: dying(13))() == 13
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # none is left


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_with_other_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with monkeypatch.context() as patched:
            patched.setattr(os, "fork", lambda: pytest.fail("forked beside a thread"))
            patched.setattr("asset_lint.executors._pool", Pool)
            with processes(2) as workers:
                assert workers.map(doubled, [1, 2]) == [2, 4]
    finally:
        done.set()
        thread.join()


class Pool:
    """Stands for a pool of processes that are started anew."""

    def __init__(self, count: int) -> None:
        assert count == 2

    def map(self, function: Callable[[int], int], items: list[int], chunksize: int) -> map[int]:
        return map(function, items)

    def shutdown(self, *, wait: bool, cancel_futures: bool) -> None:
        assert wait
        assert cancel_futures


def test_the_number_of_processes_is_what_is_asked_for() -> None:
    assert worker_count(5) == 5
    assert worker_count(None) >= 1


class Unspeakable(Exception):
    """Cannot be rebuilt on the other side of a pipe."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def unspeakable(item: int) -> int:
    if item == 13:
        raise Unspeakable("un", "lucky")
    return item


@pytest.mark.usefixtures("_forking")
def test_what_cannot_be_sent_is_raised_all_the_same() -> None:
    with processes(2) as workers, pytest.raises(Unspeakable, match="unlucky"):
        workers.map(unspeakable, range(100))


@pytest.mark.usefixtures("_forking")
def test_results_that_cannot_be_sent_are_made_here() -> None:
    with processes(2) as workers:
        functions = workers.map(lambda item: lambda: item, range(50))

    assert [function() for function in functions] == list(range(50))


@pytest.mark.usefixtures("_forking")
@pytest.mark.skipif(not hasattr(signal, "SIGCHLD"), reason="there is no such signal here")
def test_a_system_that_reaps_children_by_itself_is_no_trouble() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with processes(2) as workers:
            assert workers.map(doubled, range(10)) == [2 * item for item in range(10)]
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.mark.usefixtures("_forking")
def test_without_further_processes_this_one_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse, raising=False)
    with processes(3) as workers:
        assert workers.map(doubled, range(10)) == [2 * item for item in range(10)]
        assert workers.ahead(lambda: 7)() == 7
