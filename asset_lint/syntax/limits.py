"""What LibCST is trusted with: it recurses, and some texts take it ages. Everything else is refused before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from asset_lint.syntax.literals import COMMENT, PLAIN
from asset_lint.syntax.source import Unreadable

SHALLOW = 60
"""Nesting that every part of the program takes on an ordinary stack."""

DEEPEST = 1500
"""Nesting that is still given to LibCST, on a stack of its own; beyond it LibCST needs minutes or dies."""

_MOST = 20_000
"""Signs in brackets and chains, literals included, beyond which no stack is large enough if they should be code."""

_FEW_TRIES = 2_000
_MOST_TRIES = 400_000
_SIGNS = r"[\[\](){},;\n]|(?:\b(?:lambda|not|if|else|or|and|await)\b|[-+*/~.|&^%@<>=:]|\"|')"
_TOKENS = re.compile(f"{PLAIN}|{COMMENT}|{_SIGNS}", re.DOTALL)
_ALL_TOKENS = re.compile(_SIGNS)
_BRACKETS = re.compile(rf"{PLAIN}|{COMMENT}|[\[\](){{}}]|\n", re.DOTALL)
_TRIED = re.compile(r"^[ \t\f]*(?:case|del)\b", re.MULTILINE)
_BRANCH = re.compile(r"^([ \t\f]*)(el)?if\b", re.MULTILINE)


def checked_nesting(text: str) -> int:
    """
    An upper bound of the nesting of *text*, for whose syntax the running Python has no grammar.

    Raises Unreadable where it is deeper than DEEPEST, or nested in a way that LibCST needs ages for.
    """
    depth = max(token_nesting(text)[0], _branch_nesting(text))
    # Formatted strings can hide where literals end. Without regard to literals nothing can be hidden.
    most = token_nesting(text, _ALL_TOKENS)[0]
    if depth > DEEPEST or most > _MOST:
        raise too_deep(text)
    _require_few_tries(_tried_places(text))
    return max(depth, min(most, DEEPEST))


def _tried_places(text: str) -> Iterator[tuple[int, str]]:
    line, place = 1, 0
    for match in _TRIED.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        yield line, _logical_line(text, place)


def token_nesting(text: str, tokens: re.Pattern[str] = _TOKENS) -> tuple[int, int]:
    """An upper bound of the nesting, and the line of it: a chain of operators in one logical line may nest."""
    deepest = depth = chain = place = 0
    for match in tokens.finditer(text):
        sign = match.group()
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth = max(0, depth - 1)
            chain += 1  # what follows may be called or indexed again
        elif sign in ",;\n":
            chain = chain if depth and sign == "\n" else 0
        elif sign[0] != "#":
            chain += 1  # a literal too: adjacent ones nest
        if depth + chain > deepest:
            deepest, place = depth + chain, match.start()
    return deepest, text.count("\n", 0, place) + 1


def _branch_nesting(text: str) -> int:
    """How many ``elif`` follow each other: every one of them is inside the one before it."""
    chains: dict[str, int] = {}
    deepest = 0
    for match in _BRANCH.finditer(text):
        indent, further = match.groups()
        chains[indent] = chains.get(indent, 0) + 1 if further else 0
        deepest = max(deepest, chains[indent])
    return deepest


def _logical_line(text: str, start: int) -> str:
    depth = 0
    for match in _BRACKETS.finditer(text, start):
        sign = match.group()
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        if depth < 0 or (sign == "\n" and not depth):
            return text[start : match.start()]
    return text[start:]


def _require_few_tries(places: Iterator[tuple[int, str]]) -> None:
    """LibCST tries several readings of patterns and targets inside each other, each level doubles its time."""
    total = 0
    for line, part in places:
        tries = _tries(part)
        total += tries if tries > _FEW_TRIES else 0  # what people write costs nothing, however often they do
        if total > _MOST_TRIES:
            message = "has patterns or targets of del nested too deeply to be analysed; split the statement"
            raise Unreadable(message, line)


def _tries(part: str) -> int:
    """How often LibCST's grammar looks at the brackets in *part*: twice at each pair, four times for braces."""
    open_: list[list[int]] = [[1, 0]]
    for match in _BRACKETS.finditer(part):
        sign = match.group()
        if sign in "([{":
            open_.append([4 if sign == "{" else 2, 1])
        elif sign in ")]}" and len(open_) > 1:
            factor, inner = open_.pop()
            open_[-1][1] += factor * inner
    total = 0
    while open_:
        factor, inner = open_.pop()
        total = factor * (inner + total)
    return total


def too_deep(text: str) -> Unreadable:
    """The refusal of a text that nests too deep; its line is the one with the longest chain of operators."""
    return Unreadable("is nested too deeply to be analysed; split the statement", token_nesting(text)[1])
