"""
A folder of signed records.

A folder that comes with a clone, or that somebody else could write to, is not trusted: a record counts only if it bears
the signature that this user's key makes. A record that does not is ignored, and written anew.
"""

from __future__ import annotations

import hmac
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from asset_lint.cache.secret import secret

NAME = ".asset_lint_cache"
_MAGIC = b"asset-lint cache 1\n"
_MARK = "CACHEDIR.TAG"
_MARKED = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by asset-lint, see https://bford.info/cachedir/\n"
_SUFFIX = ".record"
_SIGNATURE = 32
_MOST_BYTES = 256 * 1024 * 1024
_MOST_RECORDS = 64

Note = Callable[[str], None]


class Store:
    """The records of one folder; *note* is told what was ignored and why."""

    def __init__(self, folder: Path, note: Note) -> None:
        self._folder = folder
        self._note = note
        self._key = secret()

    def read(self, name: str) -> bytes | None:
        """The content of a record; None where there is none that can be trusted."""
        if self._key is None or not self._is_ours():
            return None
        try:
            data = self._path(name).read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + _SIGNATURE
        content = data[head:]
        signed = data[: len(_MAGIC)] == _MAGIC and hmac.compare_digest(
            data[len(_MAGIC) : head], self._signature(name, content)
        )
        if not signed:
            self._note(f"{self._path(name)} was not written by this user's asset-lint, or is damaged, and is ignored")
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Put a record into the place of the one with that name; what cannot be written is left out."""
        if self._key is None or not self._prepared():
            return
        path = self._path(name)
        temporary = path.with_name(f"{name}.{os.getpid()}-{os.urandom(8).hex()}.tmp")
        try:
            temporary.write_bytes(_MAGIC + self._signature(name, content) + content)
            os.replace(temporary, path)
        except OSError as error:
            self._note(f"{path} cannot be written: {error.strerror or error}")
            with suppress(OSError):
                temporary.unlink()
            return
        self._prune()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"

    def _signature(self, name: str, content: bytes) -> bytes:
        assert self._key is not None
        return blake2b(name.encode() + b"\0" + content, digest_size=_SIGNATURE, key=self._key).digest()

    def _is_ours(self) -> bool:
        """Whether the folder is one, and no link to another place."""
        try:
            return stat.S_ISDIR(os.lstat(self._folder).st_mode)
        except OSError:
            return False

    def _prepared(self) -> bool:
        """Make the folder, with what keeps it out of version control and backups; tells whether it is there."""
        if not os.path.lexists(self._folder):
            with suppress(OSError):
                self._folder.mkdir()
                (self._folder / ".gitignore").write_text("*\n", encoding="utf-8")
                (self._folder / _MARK).write_text(_MARKED, encoding="utf-8")
        return self._is_ours()

    def _prune(self) -> None:
        """Remove the oldest records beyond the bounds, and what killed runs have left."""
        left, many = _MOST_BYTES, _MOST_RECORDS
        for path, size in self._by_age():
            left, many = left - size, many - 1
            if left < 0 or many < 0 or path.endswith(".tmp"):
                with suppress(OSError):
                    os.unlink(path)

    def _by_age(self) -> list[tuple[str, int]]:
        """Our files with their sizes, the newest first; temporary ones only if no run can be writing them any more."""
        found = []
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                status = entry.stat(follow_symlinks=False)
                if entry.name.endswith((_SUFFIX, ".tmp")) and stat.S_ISREG(status.st_mode):
                    found.append((status.st_mtime, entry.path, status.st_size))
        newest = max(found, default=(0.0, "", 0))[0]
        old = [item for item in found if not item[1].endswith(".tmp") or newest - item[0] > 3600]
        return [(path, size) for _, path, size in sorted(old, reverse=True)]


def clear(folder: Path) -> bool:
    """
    Remove the cache at *folder*; False where there is none.

    Only what a cache consists of is removed. Raises OSError where that is not permitted.
    """
    if folder.is_symlink() or not folder.is_dir():
        return False
    for path in sorted(folder.iterdir()):
        if path.name in {".gitignore", _MARK} or path.name.endswith((_SUFFIX, ".tmp")):
            path.unlink()
    folder.rmdir()
    return True
