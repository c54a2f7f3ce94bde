"""How deep a tree may be before LibCST, which recurses, is trusted with it."""

from __future__ import annotations

import ast
import re

from asset_lint.syntax.source import Unreadable

SHALLOW = 60
"""Nesting that every part of the program takes on an ordinary stack."""

DEEPEST = 1500
"""Nesting that is still read, on a stack of its own; beyond it LibCST needs minutes or dies."""

_SMALL = 2 * SHALLOW
_TOKENS = re.compile(r"[\[\](){},\n]|(?:\b(?:lambda|not|if|else|or|and)\b|[-+*/~.|&^%@<>=]|\"|')")


def nesting(tree: ast.Module, text: str) -> int:
    """
    The depth of the deepest expression or statement of *tree*.

    Statements whose source is too short to hide a deep expression are not walked.
    """
    deepest = 0
    lines = text.count("\n") + 1
    stack: list[tuple[ast.AST, int]] = [(node, 1) for node in tree.body]
    average = max(1, len(text) // lines)
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        if isinstance(node, ast.stmt):
            stack += [(child, depth + 1) for child in _statements(node)]
            stack += [(child, depth + 1) for child in _expressions(node) if _may_be_deep(child, average)]
        else:
            # "a or b or c" is one flat node for Python and a nested one for LibCST.
            below = depth + (len(node.values) if isinstance(node, ast.BoolOp) else 1)
            deepest = max(deepest, below - 1)
            stack += [(child, below) for child in ast.iter_child_nodes(node)]
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


def token_nesting(text: str) -> int:
    """An upper bound of the nesting of a *text* that the running Python has no grammar for."""
    deepest = depth = chain = 0
    for match in _TOKENS.finditer(text):
        token = match.group()
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth = max(0, depth - 1)
        elif token in ",\n":
            chain = chain if depth and token == "\n" else 0
        else:
            chain += 1
        deepest = max(deepest, depth + chain)
    return deepest


def checked_nesting(text: str) -> int:
    """
    The nesting of *text*, an upper bound where the running Python cannot parse it.

    Raises Unreadable where it is deeper than DEEPEST.
    """
    try:
        depth = nesting(ast.parse(text), text)
    except (RecursionError, MemoryError) as error:
        raise too_deep(f"more than {DEEPEST}") from error
    except (SyntaxError, ValueError):
        # Literal blocks of old or new syntax: a chain of operators in one logical line bounds the depth.
        depth = token_nesting(text)
        if depth > DEEPEST:
            raise too_deep(f"up to {depth}") from None
        return depth
    if depth > DEEPEST:
        raise too_deep(str(depth))
    return depth


def too_deep(levels: str) -> Unreadable:
    """The refusal of a text that nests *levels* deep."""
    return Unreadable(f"is nested too deeply to be analysed ({levels} levels, at most {DEEPEST}); split the expression")
