"""The edits that put imports into a module and take others away."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from asset_lint.findings import Span
from asset_lint.rewriting.imports.adding import Additions
from asset_lint.rewriting.imports.pieces import Piece, at_end, edits
from asset_lint.rewriting.imports.places import Places
from asset_lint.rewriting.imports.removing import Drops, cuts, drops_of, gone_of, scopes_of
from asset_lint.rewriting.imports.rows import bounds
from asset_lint.rewriting.imports.statements import ImportStatement, Wanted, place_mark
from asset_lint.rewriting.imports.style import Style
from asset_lint.rewriting.imports.written import Names, names_of
from asset_lint.syntax.module import Module
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.source import NEWLINE


def added(module: Module, wanted: Sequence[Wanted], first_party: frozenset[str]) -> list[tuple[Span, str]]:
    """The edits that put *wanted* at module level; *first_party* are the project's top-level packages."""
    return changed(module, wanted, (), first_party)


def removed(
    module: Module, names: Collection[str], inside: Mapping[ImportStatement, Collection[str]] | None = None
) -> list[tuple[Span, str]]:
    """The edits that take away the imports that bind these local names, and names *inside* of single statements."""
    return changed(module, (), names, frozenset(), inside=inside)


def changed(
    module: Module,
    wanted: Sequence[Wanted],
    unwanted: Collection[str],
    first_party: frozenset[str],
    *,
    beside: ast.stmt | None = None,
    before: ast.stmt | None = None,
    inside: Mapping[ImportStatement, Collection[str]] | None = None,
) -> list[tuple[Span, str]]:
    """
    The edits that do both, with the statements that lose one name and gain another written once.

    What is new stands with the import *beside*, and in any case above the statement *before* of the module.
    """
    lines, tree = module.lines, module.tree
    body = tree.body if before is None else tree.body[: tree.body.index(before)]
    missing = [item for item in dict.fromkeys(wanted) if not item.is_there(body)]
    scopes = list(scopes_of(tree)) if unwanted or inside else []  # for which the whole tree is walked over
    drops = drops_of(module, scopes, frozenset(unwanted), wanted, inside or {})
    mark = place_mark(lines, beside) if beside is not None else ""
    additions = Additions(module, body, missing, mark=mark)
    gone = gone_of(lines, scopes, drops, additions.gains)
    placed = additions.placed(Places(lines, body, first_party, gone, beside))
    pieces = list(rebuilt(lines, drops, additions))
    for scope in scopes:
        pieces += cuts(lines, scope, gone, placed)
    pieces += [at_end(lines.text, piece) for piece in placed.values()]
    return edits(lines, pieces)


def rebuilt(lines: Lines, drops: Drops, additions: Additions) -> Iterator[Piece]:
    """The statements that lose some of their names or gain others."""
    style = additions.style
    for node in dict.fromkeys([*drops, *additions.gains]):
        gains = additions.gains.get(node, []) if isinstance(node, ast.ImportFrom) else []
        start, end = bounds(lines, node)
        names = names_of(lines.text[start:end], len(node.names))
        if names is None or (len(drops.get(node, ())) == len(node.names) and not gains):
            continue
        written = [alias.name for alias in node.names]
        for item in gains:
            place = style.place_of(item.name, written)
            written.insert(place, item.name)
            names = names.including(item.written, place, style)
        names = names.without(drops.get(node, ()), style.newline)
        yield Piece(start, end, _fitted(names, lines, (start, end), style, is_longer=bool(gains)))


def _fitted(names: Names, lines: Lines, place: tuple[int, int], style: Style, *, is_longer: bool) -> str:
    """The statement, in brackets if its line became too long."""
    start, end = place
    text = names.text(style.newline)
    before = lines.text[lines.starts[lines.place(start)[0] - 1] : start]
    rest = NEWLINE.split(lines.text[end : end + style.limit])[0]
    if not is_longer or NEWLINE.search(text) or len(before) + len(text) + len(rest) <= style.limit:
        return text
    indentation = before if not before.strip() else ""
    return style.wrapped(names.head.rstrip("( \t"), [item.text for item in names.items], indentation)
