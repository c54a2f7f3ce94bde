"""Imports that go: which statements lose names, which lose all of them, and what is cut out with these."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeGuard

from asset_lint.rewriting.imports.pieces import Piece, is_unended, newline_of
from asset_lint.rewriting.imports.rows import Unit, blank_end, bounds, units
from asset_lint.rewriting.imports.statements import ImportStatement, Wanted, bindings, is_marked, lines_of
from asset_lint.syntax.module import Module
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.source import NEWLINE

Scope: TypeAlias = tuple[ast.AST, list[ast.stmt]]
Drops: TypeAlias = dict[ImportStatement, set[int]]

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match, ast.Try, ast.TryStar),
    *(ast.match_case, ast.ExceptHandler),
)
_FAILURES = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def scopes_of(tree: ast.Module) -> Iterator[Scope]:
    """
    The bodies that imports are taken from: of the module, of functions, and what only type checkers see in them.

    In functions these are all blocks, save those of which an import that fails is a part.
    """
    yield tree, tree.body
    yield from ((inner, inner.body) for inner in tree.body if _is_for_type_checkers(inner))
    for node in ast.walk(tree):
        if isinstance(node, _Function):
            yield from _blocks_of(node)


def imports_inside(tree: ast.Module) -> Iterator[tuple[int, _Function, ImportStatement]]:
    """The imports in functions, those left out that may fail: each with its function and the number of that."""
    functions = (node for node in ast.walk(tree) if isinstance(node, _Function))
    for number, function in enumerate(functions):
        for _, body in _blocks_of(function):
            for node in body:
                if isinstance(node, ImportStatement):
                    yield number, function, node


def _blocks_of(owner: ast.AST) -> Iterator[Scope]:
    stack = [owner]
    while stack:
        node = stack.pop()
        for _, value in ast.iter_fields(node):
            items = value if isinstance(value, list) else []
            if items and isinstance(items[0], ast.stmt):
                yield node, items
            stack += [item for item in items if isinstance(item, _BLOCKS) and not _expects_failure(item)]


def _expects_failure(node: ast.AST) -> bool:
    """Whether an import error is handled."""
    types = [handler.type for handler in node.handlers] if isinstance(node, ast.Try | ast.TryStar) else []
    names = (inner for type_ in types if type_ is not None for inner in ast.walk(type_))
    return None in types or any(getattr(name, "id", "") in _FAILURES for name in names)


def _is_for_type_checkers(node: ast.AST) -> TypeGuard[ast.If]:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return "TYPE_CHECKING" in {getattr(test, "id", None), getattr(test, "attr", None)}


def drops_of(
    module: Module,
    scopes: Sequence[Scope],
    names: Collection[str],
    wanted: Sequence[Wanted],
    inside: Mapping[ImportStatement, Collection[str]],
) -> Drops:
    """
    The places of the names that go, by their statements; what is *wanted* at the top stays there.

    *names* go everywhere, those *inside* from their statements.
    """
    possible = {*names, *(name for found in inside.values() for name in found)}
    going = _going(module, possible) if possible else set()
    found: Drops = {}
    for owner, body in scopes if going else ():
        here: Drops = {}
        for node in body:
            if isinstance(node, ImportStatement) and not _is_kept(module.lines, node):
                there = [item for item in wanted if isinstance(owner, ast.Module) and item.is_from(node)]
                places = _places(module.lines, node, going.intersection({*names, *inside.get(node, ())}), there)
                here.update({node: places} if places else {})
        if not (isinstance(owner, _BLOCKS) and _is_emptied(owner, body, here)):
            found.update(here)
    return found


def _is_emptied(owner: ast.AST, body: Sequence[ast.stmt], drops: Drops) -> bool:
    """Whether nothing would be left in a branch, which somebody has to look at then."""
    goes = all(isinstance(node, ImportStatement) and len(drops.get(node, ())) == len(node.names) for node in body)
    return goes and not _is_for_type_checkers(owner)


def _going(module: Module, names: Collection[str]) -> set[str]:
    """Those of *names* that no other import completes, as ``import a.b`` does with what another one binds as ``a``."""
    imports = [node for node in ast.walk(module.tree) if isinstance(node, ImportStatement)]
    pairs = [pair for node in imports for pair in bindings(node)]
    counts = Counter(name for name, _ in pairs)
    shared = {name for name, alias in pairs if "." in alias.name and not alias.asname}
    return {name for name in names if name not in shared or counts[name] == 1}


def _places(lines: Lines, node: ImportStatement, going: Collection[str], there: Sequence[Wanted]) -> set[int]:
    return {
        place
        for place, (name, alias) in enumerate(bindings(node))
        if name in going
        and alias.asname != alias.name
        and not is_marked(lines, lines_of(alias))
        and not any(item.is_written_as(alias) for item in there)
    }


def _is_kept(lines: Lines, node: ImportStatement) -> bool:
    is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return is_future or is_marked(lines, {node.lineno, node.end_lineno or node.lineno})


def gone_of(lines: Lines, scopes: Sequence[Scope], drops: Drops, gains: Collection[ast.stmt]) -> set[ast.stmt]:
    """The statements of which nothing is left, not even a comment on a line of its own."""
    gone: set[ast.stmt] = {
        node for node, places in drops.items() if len(places) == len(node.names) and node not in gains
    }
    for owner, body in scopes:
        if _is_for_type_checkers(owner) and not owner.orelse and gone.issuperset(body):
            notes = (line for line in map(lines.line, lines_of(owner)) if line.lstrip().startswith("#"))
            is_elif = lines.text.startswith("elif", bounds(lines, owner)[0])
            gone.update([] if is_elif or any(notes) else [owner])
    return gone


def cuts(lines: Lines, scope: Scope, gone: Collection[ast.stmt], placed: dict[int, Piece]) -> Iterator[Piece]:
    """What is cut out of a body; what is inserted where something goes takes its place, and is no longer *placed*."""
    owner, body = scope
    found = units(lines, body) if owner not in gone and any(node in gone for node in body) else []
    if found and not isinstance(owner, ast.Module) and all(node in gone for node in body):
        yield _emptied(lines, found.pop(0))
    for unit in found:
        if not all(node in gone for node in unit.statements):
            yield from _cuts_in_line(lines, unit, gone)
    for run in _runs(lines, found, gone):
        start, end = run[0].start, run[-1].end
        inside = sorted(index for index in placed if start <= index <= end) if isinstance(owner, ast.Module) else []
        opens = not isinstance(owner, ast.Module) and _opens(lines, run[0], owner, body)
        yield _cut(lines, run, "".join(placed.pop(index).text for index in inside), opens=opens)


def _emptied(lines: Lines, unit: Unit) -> Piece:
    """``pass`` in the stead of a unit without which its body would be empty."""
    start = bounds(lines, unit.statements[0])[0]
    return Piece(start, start + len(lines.text[start : unit.end].rstrip("\r\n")), "pass")


def _runs(lines: Lines, found: Sequence[Unit], gone: Collection[ast.stmt]) -> Iterator[list[Unit]]:
    """The logical lines that go, those together between which there are only blank lines."""
    run: list[Unit] = []
    for unit in found:
        goes = all(node in gone for node in unit.statements)
        if run and not (goes and blank_end(lines.text, run[-1].end) >= unit.start):
            yield run
            run = []
        if goes:
            run.append(unit)
    if run:
        yield run


def _opens(lines: Lines, unit: Unit, owner: ast.AST, body: Sequence[ast.stmt]) -> bool:
    """Whether the code of a function begins with *unit*, maybe right behind a docstring."""
    if unit.statements[0] is body[0]:
        return True
    documented = isinstance(owner, _Function) and ast.get_docstring(owner, clean=False) is not None
    return documented and unit.statements[0] is body[1] and units(lines, body[:1])[0].end == unit.start


def _cut(lines: Lines, run: Sequence[Unit], text: str, *, opens: bool) -> Piece:
    """Take away a run of logical lines, or put *text* in their stead."""
    start, end = run[0].start, run[-1].end
    is_last = end == len(lines.text) and is_unended(lines.text)
    if text:
        return Piece(start, end, text.removesuffix(newline_of(lines.text)) if is_last else text)
    first = lines.place(start)[0]
    number = first
    while number > 1 and not lines.line(number - 1).strip():
        number -= 1
    after = blank_end(lines.text, end)
    above, below = first - number, len(NEWLINE.findall(lines.text, end, after))
    is_outermost = number == 1 or after == len(lines.text)
    excess = above + below if is_outermost else below if opens else min(above, below)
    if excess:
        start = lines.starts[first - 1 - max(excess - below, 0)]
        end = after if excess >= below else lines.starts[lines.place(end)[0] - 1 + excess]
    if is_last and start:
        start -= 2 if lines.text.startswith("\r\n", start - 2) else 1
    return Piece(start, end, "")


def _cuts_in_line(lines: Lines, unit: Unit, gone: Collection[ast.stmt]) -> Iterator[Piece]:
    """What is cut out of a line that keeps some of its statements."""
    places = [bounds(lines, node) for node in unit.statements]
    kept = [place for place, node in enumerate(unit.statements) if node not in gone]
    for place, node in enumerate(unit.statements[: kept[-1]]):
        if node in gone:
            yield Piece(places[place][0], places[place + 1][0], "")
    if places[kept[-1]] != places[-1]:
        yield Piece(places[kept[-1]][1], places[-1][1], "")
