"""What LibCST is trusted with: it recurses, and some texts take it ages. Everything else is refused before."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from asset_lint.syntax.source import NEWLINE, Unreadable

SHALLOW = 60
"""Nesting that every part of the program takes on an ordinary stack."""

DEEPEST = 1500
"""Nesting that is still read, on a stack of its own; beyond it LibCST needs minutes or dies."""

_FEW_TRIES = 2_000
_MOST_TRIES = 400_000
_SMALL = 2 * SHALLOW
_STRING = r"(?<![fFtT])(?:\"\"\"|''')(?:[^\\]|\\.)*?(?:\"\"\"|''')"
_TOKENS = re.compile(
    _STRING + r"|#[^\r\n]*|[\[\](){},;\n]|(?:\b(?:lambda|not|if|else|or|and|await)\b|[-+*/~.|&^%@<>=:]|\"|')", re.DOTALL
)
_BRACKETS = re.compile(_STRING + r"|#[^\r\n]*|[\[\](){}]|\n", re.DOTALL)
_TRIED = re.compile(r"^[ \t\f]*(?:case|del)\b", re.MULTILINE)
_BRANCH = re.compile(r"^([ \t\f]*)(el)?if\b", re.MULTILINE)
_HOPELESS = ("too many nested parentheses", "too many levels of indentation")


def checked_nesting(text: str) -> int:
    """
    The nesting of *text*, an upper bound where the running Python cannot parse it.

    Raises Unreadable where it is deeper than DEEPEST, or nested in a way that LibCST needs ages for.
    """
    try:
        tree = ast.parse(text)
    except (RecursionError, MemoryError) as error:
        raise too_deep(f"more than {DEEPEST}", token_nesting(text)[1]) from error
    except SyntaxError as error:
        if error.msg in _HOPELESS:  # in every version of Python
            raise Unreadable(f"cannot be parsed: {error.msg}; split the statement", error.lineno or 0) from None
        return _bounded(text)
    except ValueError:
        return _bounded(text)
    depth, line = nesting(tree, text)
    if depth > DEEPEST:
        raise too_deep(str(depth), line)
    _require_few_tries(_tried(tree, text))
    return depth


def _bounded(text: str) -> int:
    """The same for Python's old or new syntax: a chain of operators in one logical line bounds the depth."""
    depth, line = max(token_nesting(text), _branch_nesting(text))
    if depth > DEEPEST:
        raise too_deep(f"up to {depth}", line)
    starts = (match.start() for match in _TRIED.finditer(text))
    _require_few_tries((text.count("\n", 0, start) + 1, _logical_line(text, start)) for start in starts)
    return depth


def nesting(tree: ast.Module, text: str) -> tuple[int, int]:
    """
    The depth of the deepest expression or statement of *tree*, and the line in which that begins.

    Statements whose source is too short to hide a deep expression are not walked.
    """
    deepest = (0, 0)
    lines = text.count("\n") + 1
    stack: list[tuple[ast.AST, int, int]] = [(node, 1, node.lineno) for node in tree.body]
    average = max(1, len(text) // lines)
    while stack:
        node, depth, line = stack.pop()
        if isinstance(node, ast.stmt):
            line = node.lineno
            stack += [(child, depth + 1, line) for child in _statements(node)]
            stack += [(child, depth + 1, line) for child in _expressions(node) if _may_be_deep(child, average)]
        else:
            # "a or b or c" is one flat node for Python and a nested one for LibCST.
            below = depth + (len(node.values) if isinstance(node, ast.BoolOp) else 1)
            stack += [(child, below, line) for child in ast.iter_child_nodes(node)]
            depth = below - 1
        if depth > deepest[0]:
            deepest = depth, line
    return deepest


def _statements(node: ast.stmt) -> list[ast.AST]:
    found: list[ast.AST] = []
    for field in ("body", "orelse", "finalbody"):
        found += getattr(node, field, ())
    for field in ("handlers", "cases"):
        for part in getattr(node, field, ()):
            found += part.body
    return found


def _expressions(node: ast.stmt) -> list[ast.expr]:
    found = []
    for value in node.__dict__.values():
        if isinstance(value, ast.expr):
            found.append(value)
        elif isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.expr)]
    return found


def _may_be_deep(node: ast.expr, average: int) -> bool:
    rows = (node.end_lineno or node.lineno) - node.lineno
    if rows == 0:
        return (node.end_col_offset or 0) - node.col_offset > _SMALL
    return rows > 2 or average > SHALLOW


def token_nesting(text: str) -> tuple[int, int]:
    """An upper bound of the nesting of a *text* that the running Python has no grammar for, and the line of it."""
    deepest = depth = chain = place = 0
    for match in _TOKENS.finditer(text):
        sign = match.group()
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth = max(0, depth - 1)
            chain += 1  # what follows may be called or indexed again
        elif sign in ",;\n":
            chain = chain if depth and sign == "\n" else 0
        elif sign[0] != "#":
            chain += 1
        if depth + chain > deepest:
            deepest, place = depth + chain, match.start()
    return deepest, text.count("\n", 0, place) + 1


def _branch_nesting(text: str) -> tuple[int, int]:
    """How many ``elif`` follow each other, and where: every one of them is inside the one before it."""
    chains: dict[str, int] = {}
    deepest = place = 0
    for match in _BRANCH.finditer(text):
        indent, further = match.groups()
        chains[indent] = chains.get(indent, 0) + 1 if further else 0
        if chains[indent] > deepest:
            deepest, place = chains[indent], match.start()
    return deepest, text.count("\n", 0, place) + 1


def _tried(tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    """The places where LibCST tries several readings inside each other, which doubles its time with each level."""
    lines: list[str] | None = None
    stack: list[ast.AST] = [*tree.body]
    while stack:
        node = stack.pop()
        ranges = []
        if isinstance(node, ast.Match):
            ranges = [(case.pattern.lineno, case.body[0].lineno) for case in node.cases]
        elif isinstance(node, ast.Delete):
            ranges = [(node.lineno, node.end_lineno or node.lineno)]
        if ranges:
            lines = lines or NEWLINE.split(text)
            yield from ((first, "\n".join(lines[first - 1 : last])) for first, last in ranges)
        if isinstance(node, ast.stmt):
            stack += _statements(node)


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


def too_deep(levels: str, line: int = 0) -> Unreadable:
    """The refusal of a text that nests *levels* deep."""
    message = f"is nested too deeply to be analysed ({levels} levels, at most {DEEPEST}); split the statement"
    return Unreadable(message, line)
