"""Files replaced atomically: a run that is killed leaves each of them either old or new."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress

if sys.platform != "win32":
    import fcntl

_TEMPORARY = re.compile(r"\..+\.asset-lint-[0-9]+-[0-9a-f]{16}\.tmp", re.DOTALL)
_KEPT_OF_NAME = 80  # bytes, with which a temporary name fits into the 143 that encrypted file systems allow
_ATTEMPTS = 5  # one sweep in fifty meets a new file, if sweeps never pause
# To follow a link would write elsewhere, to open a pipe would wait for somebody at its other end.
_CAREFUL = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CHANGED = "was changed by somebody else meanwhile; run fix again"
_OWNER = "has an owner, a group or a mode that cannot be given to the new file; fix it as its owner"

_Identity = tuple[int, int, int, int, int]
"""Device, inode, owner, group and mode: that a file is still the same one, and what the new one has to look like."""


class Refused(Exception):
    """A file that was not written, and stayed as it was; *reason* is a sentence without its subject, the file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Swept(Exception):
    """Somebody took the temporary file for one that a killed run had left."""


def replace_file(path: str, before: bytes, after: bytes, root: str) -> None:
    """
    Write *after* into the file at *path* if that still holds exactly *before*; raises Refused otherwise.

    A link is followed to a file inside *root*, not to one outside.
    """
    target = _real(path, root)
    try:
        for _ in range(_ATTEMPTS):
            # A sweep may meet the temporary file between its creation and its lock.
            with suppress(_Swept):
                _replace(target, before, after)
                return
    except OSError as error:
        raise Refused(f"cannot be written: {error.strerror or error}") from error
    raise Refused("cannot be written: somebody removes the temporary file beside it")


def create_file(path: str, data: bytes) -> None:
    """Make a file that is not there, whole or not at all; raises Refused where that cannot be."""
    folder, name = os.path.split(os.path.abspath(path))
    temporary = os.path.join(folder, _temporary_name(name))
    try:
        with open(temporary, "xb") as file:
            _hold(file.fileno())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _put(temporary, path)
        _sync_folder(folder)
    except (OSError, _Swept) as error:
        with suppress(OSError):
            os.unlink(temporary)
        raise Refused(f"cannot be written: {getattr(error, 'strerror', None) or error}") from error


def _real(path: str, root: str) -> str:
    """The file that *path* leads to; raises Refused where a link leads out of *root*."""
    real, top = os.path.realpath(path), os.path.realpath(root)
    if os.path.normcase(real) != os.path.normcase(os.path.abspath(path)) and not _is_within(real, top):
        raise Refused(f"is reached by a link to a place outside {root}; name the file itself to change it")
    return real


def _is_within(path: str, folder: str) -> bool:
    try:
        return os.path.commonpath([path, folder]) == os.path.commonpath([folder])
    except ValueError:  # on another drive
        return False


def _replace(target: str, before: bytes, after: bytes) -> None:
    """Replace *target* once; whatever happens, no temporary file is left behind."""
    identity = _checked(target, before)
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, _temporary_name(name))
    try:
        _write(target, temporary, identity, before, after)
    except BaseException:
        # The name is random, so that what bears it is ours even if the interrupt came while it was being opened.
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _temporary_name(name: str) -> str:
    while len(os.fsencode(name)) > _KEPT_OF_NAME:
        name = name[:-1]
    return f".{name}.asset-lint-{os.getpid()}-{os.urandom(8).hex()}.tmp"


def _checked(target: str, before: bytes) -> _Identity:
    """
    Look at *target*; raises Refused where it is not a file of one name that holds *before*.

    It is opened for writing, since a file without that permission is not to be replaced either.
    """
    with open(target, "r+b", buffering=0, opener=lambda path, flags: os.open(path, flags | _CAREFUL)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Refused("is not a regular file")
        if status.st_nlink > 1:
            raise Refused(f"has {status.st_nlink} hard links, which would no longer be one file; change it by hand")
        if status.st_size != len(before) or file.readall() != before:
            raise Refused(_CHANGED)
    return status.st_dev, status.st_ino, status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)


def _write(target: str, temporary: str, identity: _Identity, before: bytes, after: bytes) -> None:
    """Write *temporary* and put it in the place of *target*."""
    with open(temporary, "xb", opener=lambda path, flags: os.open(path, flags | _CAREFUL, 0o600)) as file:
        _hold(file.fileno())
        file.write(after)
        file.flush()
        _take_over(target, temporary, file.fileno(), identity)
        os.fsync(file.fileno())
        if _checked(target, before) != identity:
            raise Refused(_CHANGED)
        if sys.platform != "win32":
            # Before it is closed: without the lock it would be swept.
            _put(temporary, target)
    if sys.platform == "win32":
        # After it is closed: an open file cannot be renamed there.
        _put(temporary, target)


def _put(temporary: str, target: str) -> None:
    try:
        os.replace(temporary, target)
    except FileNotFoundError as error:
        raise _Swept from error


def _hold(opened: int) -> None:
    """Lock the new file as long as it is open, which tells a sweep that its writer lives."""
    if sys.platform != "win32":
        # A file system without locks has none for the sweep either, which then leaves the file alone.
        with suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_EX)
        if not os.fstat(opened).st_nlink:
            raise _Swept


def _take_over(target: str, temporary: str, opened: int, identity: _Identity) -> None:
    """Give the new file what the old one has beside its text, but for its times; raises Refused where it cannot."""
    if sys.platform != "win32":
        with suppress(OSError):  # which the comparison below finds out
            os.fchown(opened, *identity[2:4])
    shutil.copystat(target, temporary)
    os.utime(temporary)
    status = os.fstat(opened)
    # The system may also drop a bit of the mode without a word.
    if sys.platform != "win32" and (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) != identity[2:]:
        raise Refused(_OWNER)


def _sync_folder(folder: str) -> None:
    """Make the new name last; what goes wrong is kept quiet, as the file has been replaced."""
    if sys.platform != "win32":
        with suppress(OSError):
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)


def sweep(folders: Iterable[str]) -> int:
    """Remove the temporary files that killed runs left in *folders*, and tell how many those were."""
    return sum(_removed(path) for folder in folders for path in _temporaries(folder))


def _temporaries(folder: str) -> list[str]:
    # Sweeping is a courtesy: a folder or file that does not allow it is no reason to stop a run.
    with suppress(OSError), os.scandir(folder) as entries:
        found = [entry for entry in entries if _TEMPORARY.fullmatch(entry.name)]
        return [entry.path for entry in found if entry.is_file(follow_symlinks=False)]
    return []


def _removed(path: str) -> bool:
    """Remove a temporary file unless a living writer holds it."""
    with suppress(OSError):
        if sys.platform == "win32":
            os.unlink(path)  # refused while somebody has it open
        else:
            with open(path, "r+b", opener=lambda path, flags: os.open(path, flags | _CAREFUL)) as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(path)
        return True
    return False
