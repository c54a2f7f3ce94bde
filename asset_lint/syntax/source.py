"""Files as they are read: bytes, the words they mention, the text they hold."""

from __future__ import annotations

import os
import re
import stat
from typing import NamedTuple

# Plain texts, which ``re`` compiles when the first file needs them.
_COOKIE = rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)"
_LINE = rb"([^\r\n]*)(?:\r\n?|\n|\Z)"
NEWLINE = re.compile(r"\r\n?|\n")
"""What ends a line for Python; ``str.splitlines`` knows more."""

_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SHOWN = 40
_PART = 1024 * 1024
_IRREGULAR = "is not a regular file; give the text on standard input with --stdin-filename instead"
# Half the time of ``open``, over thousands of files. To open a pipe would wait for somebody who writes to it.
_OPENING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Unreadable(Exception):
    """A file that cannot become a tree; *line* is 0 where none can be named."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message, line)
        self.message = message
        self.line = line


class Source(NamedTuple):
    """One file: *path* as given to the file system, *data* its bytes."""

    path: str
    data: bytes


def read(path: str) -> bytes:
    """Read *path*; raises Unreadable with the reason where that is impossible."""
    try:
        opened = os.open(path, _OPENING)
        try:
            status = os.fstat(opened)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(_IRREGULAR)
            data = os.read(opened, status.st_size + 1)
            return data if len(data) == status.st_size else _rest(opened, data)
        finally:
            os.close(opened)
    except OSError as error:
        # What is no regular file may also refuse to be opened: a socket does, and on Windows a folder.
        irregular = os.path.exists(path) and not os.path.isfile(path)
        raise Unreadable(_IRREGULAR if irregular else f"cannot be read: {error.strerror or error}") from error


def _rest(opened: int, data: bytes) -> bytes:
    """What is left of a file whose size was not what was said, after *data*."""
    parts = [data]
    while part := os.read(opened, _PART):
        parts.append(part)
    return b"".join(parts)


def encoding_of(data: bytes) -> str:
    """The declared encoding (PEP 263) by its name in Python, ``utf-8-sig`` for a byte order mark."""
    if data.startswith(_BOM):
        return "utf-8-sig"
    return _declared(data) or "utf-8"


def _declared(data: bytes) -> str | None:
    """What the cookie in one of the first two lines says."""
    place = 0
    for _ in range(2):
        line = re.compile(_LINE).match(data, place)
        assert line is not None
        if match := re.match(_COOKIE, line.group(1)):
            return _normal(match.group(1).decode("ascii"))
        if line.group(1).strip() and not line.group(1).lstrip().startswith(b"#"):
            break
        place = line.end()
    return None


def _normal(encoding: str) -> str:
    """Editors write ``utf-8-unix`` and ``latin-1-dos``, and Python reads that as they mean it."""
    lowered = encoding[:12].lower().replace("_", "-")
    if lowered == "utf-8" or lowered.startswith("utf-8-"):
        return "utf-8"
    for name in ("latin-1", "iso-8859-1", "iso-latin-1"):
        if lowered == name or lowered.startswith(f"{name}-"):
            return "iso-8859-1"
    return encoding


def decode(data: bytes) -> str:
    """The text of *data* without its byte order mark; raises Unreadable where it has no text."""
    encoding = encoding_of(data)
    _require_one_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = _line(data[: error.start].decode("latin-1"))
        message = f"is not valid {encoding.removesuffix('-sig')}: byte 0x{data[error.start]:02x} in line {line}"
        raise Unreadable(f"{message}; save it as UTF-8 or declare its encoding", line) from error
    except (LookupError, ValueError) as error:
        name = encoding if len(encoding) <= _SHOWN else f"{encoding[:_SHOWN]}..."
        raise Unreadable(f"declares an encoding that cannot be used here ({name}); save it as UTF-8", 1) from error
    if "\0" in text:
        line = _line(text[: text.index("\0")])
        raise Unreadable("contains a NUL character, which Python does not accept; remove it", line)
    return text


def _require_one_encoding(data: bytes) -> None:
    """Refuse what Python refuses, in words that help more than the bytes that are wrong in the end."""
    if data.startswith(_UTF16_BOMS):
        raise Unreadable("is UTF-16, which Python does not accept; save it as UTF-8", 1)
    declared = _declared(data[len(_BOM) :]) if data.startswith(_BOM) else None
    if declared not in {None, "utf-8", "utf8"}:
        message = f"begins with the byte order mark of UTF-8, but declares {str(declared)[:_SHOWN]}"
        raise Unreadable(f"{message}; remove one of them", 1)


def _line(before: str) -> int:
    """The line, as every kind of line end makes it, in which something stands that has *before* before it."""
    return len(NEWLINE.findall(before)) + 1


_IDENTIFIER = frozenset(bytes([code]) for code in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")


def stands_alone(word: bytes, data: bytes) -> bool:
    """
    Whether *word* is a whole identifier somewhere in *data*: plain searches, thirty times as fast as an expression.

    No letter, digit or underscore of ASCII may stand beside it; letters of other scripts are compared as their UTF-8
    bytes, so a rare neighbour of that kind lets a file in that need not be.
    """
    place = data.find(word)
    while place >= 0:
        end = place + len(word)
        if data[place - 1 : place] not in _IDENTIFIER and data[end : end + 1] not in _IDENTIFIER:
            return True
        place = data.find(word, end)
    return False
