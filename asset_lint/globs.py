"""Path patterns of the configuration: ``exclude`` and the keys of ``per-file-ignores``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache

WILDCARDS = r"(/\*\*/|^\*\*/|\*+|\?|\[!?\]?[^\]/]*\])"


@lru_cache(maxsize=256)
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool] | None:
    """
    Compile *patterns* into one test for paths relative to the root, with ``/`` between their parts.

    Without a slash a pattern is compared with every part of the path, with one it starts at the root. What matches a
    folder matches everything in it, and ``*`` matches across slashes, as in the configuration of flake8. There is no
    test when there is no pattern.
    """
    bodies = [_regex(pattern) for pattern in patterns if pattern.strip("./")]
    if not bodies:
        return None
    compiled = re.compile(f"(?:{'|'.join(bodies)})(?:/.*)?", re.DOTALL)
    return lambda path: compiled.fullmatch(path) is not None


def relative(path: str, root: str) -> str:
    """Give *path* relative to *root* with ``/`` between its parts, as :func:`matcher` wants it."""
    try:
        rest = os.path.relpath(os.path.abspath(path), root)
    except ValueError:  # another drive: no way from the root to it
        rest = path
    return rest.replace(os.sep, "/")


def _regex(pattern: str) -> str:
    pattern = pattern.replace("\\", "/").removeprefix("./")
    anchored = "/" in pattern.rstrip("/")
    pattern = pattern.strip("/")
    body = "".join(_piece(piece) for piece in re.split(WILDCARDS, pattern))
    return body if anchored else f"(?:.*/)?{body}"


def _piece(piece: str) -> str:
    if piece == "/**/":
        return "/(?:.*/)?"
    if piece == "**/":
        return "(?:.*/)?"
    if piece.startswith("*"):
        return ".*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("["):
        negated = piece.startswith("[!")
        inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", piece[2 if negated else 1 : -1])
        return f"[{'^' if negated else ''}{inner}]"
    return re.escape(piece)
