"""
Bodies that cannot matter, taken out before the file is parsed.

LibCST reads a tenth as fast as ``ast``. Most files that mention a guarded class do so in an import, an annotation or
one of many functions; the bodies of the others are replaced by a mark and by empty lines, so that every position stays.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MARK = "asset-lint: this body was not read"
"""The only statement of a body that was taken out."""

_SHORTEST = 2
_TELLING = re.compile(
    r"(?:\.\w+|\])[ \t]*(?::[^=\n]+)?(?:[-+*/|&@]|//)?=(?!=)|\b(?:global|nonlocal)\b|\.\w+[ \t]*,[^=\n]*=(?!=)"
)
"""A body with an assignment to an attribute, an item or an outer name, which says what other functions see."""

Keep = Callable[[str, str], bool]
"""Says of the head and the body of a function whether the body has to be read."""


@dataclass(frozen=True)
class Pruned:
    """A text without some of its bodies, and the lines of those: first of the head, first and last of the body."""

    text: str
    dropped: tuple[tuple[int, int, int], ...] = ()


def prune(text: str, keep: Keep) -> Pruned:
    """
    Take the bodies out of *text* that *keep* does not ask for.

    Bodies that assign attributes or outer names stay, since they tell what other functions see.
    """
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        return Pruned(text)
    lines = text.split("\n")
    dropped = []
    for function in _candidates(text, lines):
        body = "\n".join(lines[function.start - 1 : function.end])
        head = "\n".join(lines[function.first - 1 : function.start - 1])
        if not keep(head, body) and not _TELLING.search(body):
            dropped.append((function.first, function.start, function.end))
    for _, start, end in dropped:
        indent = lines[start - 1][: len(lines[start - 1]) - len(lines[start - 1].lstrip())]
        tail = "\r" if lines[start - 1].endswith("\r") else ""
        lines[start - 1 : end] = [f'{indent}"{MARK}"{tail}', *[tail] * (end - start)]
    return Pruned("\n".join(lines), tuple(dropped))


@dataclass(frozen=True)
class _Function:
    """The lines of a function: the first of its head with decorators, the first and the last of its body."""

    first: int
    start: int
    end: int


def _candidates(text: str, lines: list[str]) -> list[_Function]:
    """
    The functions whose bodies stand on lines of their own.

    There are none in a text that this Python cannot parse: whether its syntax is new or wrong, only all of it tells.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for function in _functions(tree.body):
        first = function.decorator_list[0].lineno if function.decorator_list else function.lineno
        start, end = function.body[0].lineno, function.end_lineno or 0
        if end - start + 1 >= _SHORTEST and not function.name.startswith("__") and _stands_alone(lines, function):
            found.append(_Function(first, start, end))
    return found


def _functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of a module and of its classes, not those inside functions."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body)
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from _functions([*node.body, *getattr(node, "orelse", ())])


def _stands_alone(lines: list[str], function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the body begins and ends with lines of its own."""
    start, end = function.body[0], function.body[-1]
    last = end.end_lineno or 0
    if isinstance(start, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and start.decorator_list:
        return False
    before = lines[start.lineno - 1].encode()[: start.col_offset]
    after = lines[last - 1].encode()[end.end_col_offset or 0 :].strip()
    return not before.strip() and (not after or after.startswith(b"#"))
