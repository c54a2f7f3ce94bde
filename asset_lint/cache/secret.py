"""The key that tells our records from those of others, kept where only this user can read and write."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path

_LENGTH = 32
_NAME = "cache-key"


def secret() -> bytes | None:
    """The key of this user, made with its first use; None where it can neither be read nor written."""
    folder = _folder()
    if folder is None:
        return None
    path = folder / _NAME
    try:
        return _read(path)
    except FileNotFoundError:
        return _made(path)
    except OSError:
        return None


def _folder() -> Path | None:
    """The folder for what belongs to the user, by the conventions of the system."""
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        home = os.path.expanduser("~/Library/Caches")
    else:
        home = os.environ.get("XDG_CACHE_HOME", "") or os.path.expanduser("~/.cache")
    return Path(home) / "asset-lint" if os.path.isabs(home) else None


def _read(path: Path) -> bytes | None:
    """The key at *path*; None where it is none, or where others may have written it."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode) or _is_of_others(status):
            return None
        key = os.read(opened, _LENGTH + 1)
    finally:
        os.close(opened)
    return key if len(key) == _LENGTH else None


def _is_of_others(status: os.stat_result) -> bool:
    if sys.platform == "win32":
        return False  # the folder itself belongs to the user
    return status.st_uid != os.geteuid() or bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _made(path: Path) -> bytes | None:
    """Make the key; of several processes that do so at once, one wins and the others take its key."""
    temporary = path.with_name(f"{_NAME}.{os.getpid()}-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.write(opened, secrets.token_bytes(_LENGTH))
        finally:
            os.close(opened)
        try:
            os.link(temporary, path)  # fails where there is one by now, as a replacement would not
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
        return _read(path)
    except OSError:
        return None
