"""Files as they are read: bytes, the words they mention, the text they hold."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_LINE = re.compile(rb"([^\r\n]*)(?:\r\n?|\n|\Z)")
NEWLINE = re.compile(r"\r\n?|\n")
"""What ends a line for Python; ``str.splitlines`` knows more."""

_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SHOWN = 40


class Unreadable(Exception):
    """A file that cannot become a tree; *line* is 0 where none can be named."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message, line)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Source:
    """One file: *path* as given to the file system, *data* its bytes."""

    path: str
    data: bytes


def read(path: str) -> Source:
    """Read *path*; raises Unreadable with the reason where that is impossible."""
    try:
        # To open a pipe would wait for somebody who writes to it.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unreadable("is not a regular file; give the text on standard input with --stdin-filename instead")
        with open(path, "rb") as file:
            return Source(path, file.read())
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from error


def encoding_of(data: bytes) -> str:
    """The declared encoding (PEP 263) by its name in Python, ``utf-8-sig`` for a byte order mark."""
    if data.startswith(_BOM):
        return "utf-8-sig"
    return _declared(data) or "utf-8"


def _declared(data: bytes) -> str | None:
    """What the cookie in one of the first two lines says."""
    place = 0
    for _ in range(2):
        line = _LINE.match(data, place)
        assert line is not None
        if match := _COOKIE.match(line.group(1)):
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


class Words:
    """
    A set of identifiers that is searched for in bytes.

    An identifier counts where no letter, digit or underscore of ASCII stands beside it; letters of other scripts
    are compared as their UTF-8 bytes, so a rare neighbour of that kind lets a file in that need not be.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._encoded = sorted((word.encode() for word in self.words), key=len, reverse=True)

    def mentioned(self, data: bytes) -> bool:
        """Whether *data* mentions one of the words."""
        return any(_stands_alone(word, data) for word in self._encoded)


def _stands_alone(word: bytes, data: bytes) -> bool:
    """Whether *word* is a whole identifier somewhere: plain searches, thirty times as fast as an expression here."""
    place = data.find(word)
    while place >= 0:
        end = place + len(word)
        if data[place - 1 : place] not in _IDENTIFIER and data[end : end + 1] not in _IDENTIFIER:
            return True
        place = data.find(word, end)
    return False
