"""Whether a rewritten file is still a program: it parses, it compiles, and no name in it is undefined that was not."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from typing import Any

from pyflakes import messages
from pyflakes.checker import Checker

from asset_lint.syntax.limits import SHALLOW, token_nesting
from asset_lint.syntax.source import Unreadable, decode

_UNDEFINED = (messages.UndefinedName, messages.UndefinedLocal, messages.UndefinedExport)


def problem_of(before: bytes, after: bytes) -> str | None:
    """
    Say which check a rewritten file fails, None where it passes them all.

    What the running Python cannot read, LibCST alone has to accept; what LibCST cannot, Python.
    """
    try:
        text = decode(after)
    except Unreadable as error:
        return f"the result could not be decoded: {error.message}"
    new = _compiled(text)
    if new is None:
        if _compiled(decode(before)) is not None:
            return "the result would not compile"
        return None if _is_taken(after) else "the result could not be parsed"
    if not _is_taken(after) and _is_taken(before):
        return "LibCST could not parse the result"
    return _undefined(before, new)


def _compiled(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            compile(text, "<fix>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree


def _is_taken(data: bytes) -> bool:
    """Whether LibCST reads a file; what is nested too deep for an ordinary stack is left to Python's own parser."""
    import libcst

    if token_nesting(decode(data))[0] > SHALLOW:
        return True
    try:
        return libcst.parse_module(data).bytes == data
    except (libcst.ParserSyntaxError, libcst.CSTLogicError, libcst.CSTValidationError, TypeError, RecursionError):
        return False


def _undefined(before: bytes, after: ast.Module) -> str | None:
    """The first name that is undefined in *after* and was not before; most files have none at all."""
    found = _undefined_names(after)
    tree = _compiled(decode(before)) if found else None
    if tree is None:
        return None
    known = _undefined_names(tree)
    return next((f"{name} would be undefined" for name, number in found.items() if number > known[name]), None)


def _name(message: Any) -> str:
    return str(message.message_args[0])


def _undefined_names(tree: ast.Module) -> Counter[str]:
    try:
        found: list[Any] = Checker(tree).messages  # type: ignore[no-untyped-call]
    except RecursionError:
        return Counter()
    return Counter(_name(message) for message in found if isinstance(message, _UNDEFINED))
