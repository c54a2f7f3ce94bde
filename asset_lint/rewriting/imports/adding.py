"""New imports for a body: names for statements that are there, and new statements."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import groupby

from asset_lint.rewriting.imports.pieces import Piece
from asset_lint.rewriting.imports.places import Place, Places, Zone
from asset_lint.rewriting.imports.rows import bounds, units
from asset_lint.rewriting.imports.statements import Wanted, is_marked, lines_of
from asset_lint.rewriting.imports.style import Style
from asset_lint.rewriting.imports.written import names_of
from asset_lint.syntax.module import Module


class Additions:
    """
    How *missing* comes into *body*, whose statements have this *indentation*.

    The comment *mark* tells tools that imports may stand there.
    """

    def __init__(
        self,
        module: Module,
        body: Sequence[ast.stmt],
        missing: Sequence[Wanted],
        *,
        indentation: str = "",
        mark: str = "",
    ) -> None:
        self.style = Style(module)
        self.gains: dict[ast.ImportFrom, list[Wanted]] = {}
        self._lines = module.lines
        self._body = body
        self._indentation = indentation
        self._mark = mark
        self._new: dict[ast.stmt | None, list[Wanted]] = {}
        for item in missing:
            self._settle(item)

    def _settle(self, item: Wanted) -> None:
        """Give *item* to a statement, or have it written on the line behind one, or wherever it belongs."""
        akin = [
            node
            for node in self._body
            if isinstance(node, ast.ImportFrom) and item.is_from(node) and self._is_of_kind(node, item)
        ]
        hosts = [node for node in akin if self._takes_names(node)]
        if hosts and not self.style.one_each:
            self.gains.setdefault(hosts[0], []).append(item)
        else:
            self._new.setdefault(None if hosts or not akin else akin[0], []).append(item)

    def _is_of_kind(self, node: ast.ImportFrom, item: Wanted) -> bool:
        """Whether *item* may stand beside the names of *node*: sorters give what is renamed its own statement."""
        return self.style.combines or not (item.alias or all(alias.asname for alias in node.names))

    def _takes_names(self, node: ast.ImportFrom) -> bool:
        lines = self._lines
        start, end = bounds(lines, node)
        text = lines.text[start:end]
        (unit,) = (unit for unit in units(lines, self._body) if node in unit.statements)
        return (
            len(unit.statements) == 1
            and node.names[0].name != "*"
            and "\\" not in lines.text[start : unit.end].partition("#")[0]
            and not getattr(node, "is_lazy", 0)
            and not is_marked(lines, lines_of(node))
            and names_of(text, len(node.names)) is not None
        )

    def placed(self, places: Places, beside: ast.stmt | None = None) -> dict[int, Piece]:
        """The new statements as insertions by their index; those that need not be elsewhere stand next to *beside*."""
        found: list[tuple[Place, str]] = []
        for anchor, items in self._new.items():
            for first, text in self.style.statements(items, self._indentation, self._mark):
                if anchor is not None:
                    place = places.behind(anchor, first.origin)
                elif beside is not None:
                    place = places.next_to(beside, first.origin)
                else:
                    place = places.place(first.origin)
                found.append((place, text))
        found.sort()
        pieces = (self._piece(places, list(run)) for _, run in groupby(found, key=lambda pair: pair[0].at))
        return {piece.start: piece for piece in pieces}

    def _piece(self, places: Places, found: Sequence[tuple[Place, str]]) -> Piece:
        """What is inserted at one index: groups stand apart from others by blank lines."""
        newline, header = self.style.newline, places.header
        is_alone = any(place.zone == Zone.ALONE for place, _ in found)
        text = ""
        for (zone, _), run in groupby(found, key=lambda pair: (pair[0].zone, pair[0].kind)):
            statements = "".join(f"{statement}{newline}" for _, statement in run)
            is_apart = zone == Zone.GROUP_AFTER or (zone == Zone.ALONE and (text or header.before))
            text += newline * bool(is_apart) + statements + newline * (zone == Zone.GROUP_BEFORE)
        index = found[0][0].at
        return Piece(index, header.end, text + newline * header.after) if is_alone else Piece(index, index, text)
