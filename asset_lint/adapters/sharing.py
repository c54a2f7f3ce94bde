"""
How the worker processes of one flake8 run share an answer.

They are started by fork, spawn or forkserver, and nothing that the parent process keeps in memory reaches them in all
three cases. A folder that only this user can enter does. The parent makes it and removes it when it ends, its name is
handed down in an environment variable, and what is read from it is JSON that is looked at before it is believed.
"""

from __future__ import annotations

import os
import stat
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from asset_lint.adapters.answers import Answer, Question

VARIABLE = "ASSET_LINT_FLAKE8_FOLDER"


class Folder:
    """A private folder for the answers of one run."""

    def __init__(self, path: str) -> None:
        self.path = path

    @classmethod
    def created(cls) -> Folder | None:
        """Make the folder of this run; None where there is no room, and every process has to answer for itself."""
        from tempfile import mkdtemp

        try:
            folder = cls(mkdtemp(prefix="asset-lint-"))
        except OSError:
            return None
        weakref.finalize(folder, _remove, folder.path, os.getpid())
        os.environ[VARIABLE] = folder.path
        return folder

    @classmethod
    def inherited(cls) -> Folder | None:
        """Find the folder that the parent process made; None where there is none that only this user can enter."""
        path = os.environ.get(VARIABLE)
        try:
            status = os.lstat(path) if path else None
        except OSError:
            return None
        if path is None or status is None or not stat.S_ISDIR(status.st_mode):
            return None
        if sys.platform != "win32" and (status.st_uid != os.getuid() or status.st_mode & 0o077):
            return None
        return cls(path)

    def shared(self, question: Question, compute: Callable[[Question], Answer]) -> Answer:
        """Give the answer to *question*, computed by the process that asks first while the others wait."""
        place = os.path.join(self.path, question.key())
        try:
            with _locked(f"{place}.lock"):
                if os.path.exists(place):
                    return _read(place)
                answer = compute(question)
                _write(place, answer)
                return answer
        except (OSError, ValueError):
            return compute(question)  # a full disk or a folder that was swept away costs time, not the answer

    def first(self, question: Question) -> bool:
        """Whether no process of this run has asked this before."""
        try:
            os.close(os.open(os.path.join(self.path, f"{question.key()}.told"), os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return False
        except OSError:
            return True
        return True


def _read(place: str) -> Answer:
    with open(place, "rb") as file:
        return Answer.decoded(file.read())


def _write(place: str, answer: Answer) -> None:
    """Write so that there is a whole answer or none, also when this process is killed."""
    with open(f"{place}.new", "wb") as file:
        file.write(answer.encoded())
    os.replace(f"{place}.new", place)


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """Hold *path* alone. The system lets go of it when a process dies."""
    with open(path, "ab") as file:
        if sys.platform == "win32":
            import msvcrt
            import time

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                except PermissionError:
                    time.sleep(0.02)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove(path: str, owner: int) -> None:
    """Remove the folder, unless this is a forked copy of the process that made it."""
    if os.getpid() == owner:
        from shutil import rmtree

        rmtree(path, ignore_errors=True)
        if os.environ.get(VARIABLE) == path:
            del os.environ[VARIABLE]
