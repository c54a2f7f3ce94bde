"""Python's own parser, kept from taking the interpreter down."""

from __future__ import annotations

import ast
import sys
from contextlib import suppress

_FRAMES = 1_000
"""Python's usual recursion limit, from which ``ast`` derives how deep a tree may be for the stack to bear it."""


def parsed(text: str) -> ast.Module:
    """The tree of *text*. Raises what ``ast.parse`` raises, RecursionError and MemoryError where it is too deep."""
    before = sys.getrecursionlimit()
    with suppress(RecursionError):  # called from deeper than that
        sys.setrecursionlimit(_FRAMES)
    try:
        return ast.parse(text)
    finally:
        sys.setrecursionlimit(before)
