"""Files as they are read: bytes, the words they mention, the text they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BOM = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """A file that cannot become a tree; *line* is 0 where none can be named."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
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
        with open(path, "rb") as file:
            return Source(path, file.read())
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from error


def encoding_of(data: bytes) -> str:
    """The declared encoding (PEP 263), ``utf-8-sig`` for a byte order mark."""
    if data.startswith(_BOM):
        return "utf-8-sig"
    for line in data.split(b"\n", 2)[:2]:
        if match := _COOKIE.match(line):
            return match.group(1).decode("ascii")
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return "utf-8"


def decode(data: bytes) -> str:
    """The text of *data* without its byte order mark; raises Unreadable where it has no text."""
    encoding = encoding_of(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not valid {encoding.removesuffix('-sig')}: byte 0x{data[error.start]:02x} in line {line}"
        raise Unreadable(f"{message}; save it as UTF-8 or declare its encoding", line) from error
    except (LookupError, ValueError) as error:
        raise Unreadable(f"declares an encoding that cannot be used here ({encoding})", 1) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unreadable("contains a NUL character, which Python does not accept", line)
    return text


class Words:
    """
    A set of identifiers that is searched for in bytes.

    An identifier counts where no letter, digit or underscore of ASCII stands beside it; letters of other scripts
    are compared as their UTF-8 bytes, so a rare neighbour of that kind lets a file in that need not be.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        # A plain search is many times as fast as an expression with a look behind, and finds nothing in most files.
        self._patterns = [
            (word, re.compile(rb"(?<![0-9A-Za-z_])" + re.escape(word) + rb"(?![0-9A-Za-z_])"))
            for word in sorted((word.encode() for word in self.words), key=len, reverse=True)
        ]

    def mentioned(self, data: bytes) -> bool:
        """Whether *data* mentions one of the words."""
        return any(word in data and pattern.search(data) is not None for word, pattern in self._patterns)
