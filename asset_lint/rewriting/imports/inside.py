"""The edits that put imports inside of functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from itertools import takewhile
from typing import TypeAlias

from asset_lint.findings import Span
from asset_lint.rewriting.imports.adding import Additions
from asset_lint.rewriting.imports.changing import rebuilt
from asset_lint.rewriting.imports.pieces import Piece, at_end, edits
from asset_lint.rewriting.imports.places import Places
from asset_lint.rewriting.imports.rows import Unit, blank_end, bounds, comments_start, indentation, units
from asset_lint.rewriting.imports.statements import ImportStatement, Wanted, place_mark
from asset_lint.rewriting.imports.style import Style
from asset_lint.syntax.module import Module
from asset_lint.syntax.placing import Lines

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def added_locally(module: Module, wanted: Sequence[Wanted], line: int) -> list[tuple[Span, str]] | None:
    """
    The edits that put *wanted* at the beginning of the innermost function that has *line* in its body.

    ``None`` where there is no such function, or its body has no lines of its own.
    """
    function = _function_around(module.tree, line)
    if function is None or _declares(function, wanted):
        return None
    lines, found = module.lines, units(module.lines, function.body)
    space = indentation(lines, function.body[0])
    has_docstring = ast.get_docstring(function, clean=False) is not None
    if space is None or (has_docstring and len(found[0].statements) > 1):
        return None
    rest = found[has_docstring:]
    leading = list(takewhile(lambda unit: unit.imports, rest))
    there = [node for unit in leading for node in unit.statements]
    missing = [item for item in dict.fromkeys(wanted) if not item.is_there(there)]
    if not missing:
        return []
    before = leading[-1] if leading else found[0] if has_docstring else None
    index = before.end if before else _body_start(lines, found[0])
    # Formatters want a line between imports and code, where there was none to keep.
    is_crowded = bool(rest) and not leading and blank_end(lines.text, index) == index
    return edits(lines, [_inserted(module, missing, space, index, is_crowded=is_crowded)])


def added_beside(
    module: Module,
    wanted: Sequence[Wanted],
    function: _Function,
    body: Sequence[ast.stmt],
    beside: ImportStatement,
    first_party: frozenset[str],
) -> list[tuple[Span, str]] | None:
    """
    The edits that put *wanted* next to the import *beside*, a statement of *body*, which is a part of *function*.

    It is as well bound as that import. ``None`` where the function does not own these names.
    """
    if _declares(function, wanted):
        return None
    lines = module.lines
    found = units(lines, body)
    (place,) = (place for place, unit in enumerate(found) if beside in unit.statements)
    space = indentation(lines, found[place].statements[0])
    if space is None or not found[place].imports:
        text = "".join(f"{text}; " for _, text in Style(module, wraps=False).statements(wanted))
        start = bounds(lines, beside)[0]
        return edits(lines, [Piece(start, start, text)])
    run = _run_around(found, place)
    additions = Additions(module, run, wanted, indentation=space, mark=place_mark(lines, beside))
    placed = additions.placed(Places(lines, run, first_party), beside)
    return edits(lines, [*rebuilt(lines, {}, additions), *(at_end(lines.text, piece) for piece in placed.values())])


def _run_around(found: Sequence[Unit], place: int) -> list[ast.stmt]:
    """The imports without other code between them and the one at *place*: what runs if that does."""
    before = list(takewhile(lambda unit: unit.imports, reversed(found[:place])))
    after = takewhile(lambda unit: unit.imports, found[place:])
    return [node for unit in (*reversed(before), *after) for node in unit.statements]


def _inserted(module: Module, wanted: Sequence[Wanted], space: str, index: int, *, is_crowded: bool) -> Piece:
    style = Style(module)
    text = "".join(f"{statement}{style.newline}" for _, statement in style.statements(wanted, space))
    return at_end(module.lines.text, Piece(index, index, text + style.newline * is_crowded))


def _function_around(tree: ast.Module, line: int) -> _Function | None:
    """The innermost function with *line* in its body; its decorators and its head are of the scope around it."""
    found: _Function | None = None
    for node in ast.walk(tree):  # outer functions first
        if isinstance(node, _Function):
            start = min(inner.lineno for inner in (node.body[0], *getattr(node.body[0], "decorator_list", ())))
            if start <= line <= (node.body[-1].end_lineno or start):
                found = node
    return found


def _declares(function: _Function, wanted: Collection[Wanted]) -> bool:
    """Whether one of these names is not local to *function*, so that an import would bind it elsewhere."""
    names = {item.bound for item in wanted}
    statements = (node for node in ast.walk(function) if isinstance(node, ast.Global | ast.Nonlocal))
    return any(name in names for node in statements for name in node.names)


def _body_start(lines: Lines, first: Unit) -> int:
    """Where a body without docstring begins: above its comments, but behind a type comment of its function."""
    start = comments_start(lines, first.start)
    match = re.match(r"[ \t\f]*#[ \t]*type:", lines.text[start : first.start])
    return lines.starts[lines.place(start)[0]] if match else start
