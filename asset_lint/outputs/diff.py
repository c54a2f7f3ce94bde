"""Changes as one unified diff, which ``git apply`` and ``patch`` take: bytes, since files have encodings."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable

_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def unified_diff(changes: Iterable[tuple[str, bytes, bytes]]) -> bytes:
    """The diff of (path, before, after); paths are relative, with ``/`` between their parts."""
    return b"".join(_one(*change) for change in changes)


def _one(path: str, before: bytes, after: bytes) -> bytes:
    name = _name(path)
    lines = difflib.diff_bytes(
        difflib.unified_diff, _lines(before), _lines(after), b"a/" + name, b"b/" + name, lineterm=b"\n"
    )
    return b"".join(line if line.endswith(b"\n") else line + _NO_NEWLINE for line in lines)


def _lines(data: bytes) -> list[bytes]:
    """The lines as git counts them: only ``\\n`` ends one."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _name(path: str) -> bytes:
    """The path as it stands in the head of a diff: a tab tells programs where one with spaces ends."""
    encoded = os.fsencode(path)
    return encoded + b"\t" if b" " in encoded else encoded
