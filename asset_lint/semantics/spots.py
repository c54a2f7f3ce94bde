"""Where functions, statements and targets stand in the text of a module, for what the facts keep no place of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asset_lint.findings import Span
from asset_lint.semantics.facts import NONE, Facts
from asset_lint.syntax.module import Module

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (*_FUNCTIONS, ast.ClassDef)


class Spots:
    """The places of one module, whose tree and facts these are."""

    def __init__(self, module: Module, facts: Facts) -> None:
        self._module = module
        self._facts = facts
        self._scopes = {
            (function.line, function.name): function.scope for function in facts.functions if function.scope != NONE
        }

    def head(self, line: int, name: str) -> Span | None:
        """The head of a function, from ``def`` or ``async def`` to its name."""
        for node in ast.walk(self._module.tree):
            if isinstance(node, _FUNCTIONS) and node.lineno == line and node.name == name:
                return self._head(node)
        return None

    def _head(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Span:
        start = self._module.lines.column(node.lineno, node.col_offset)
        keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        return Span(node.lineno, start, node.lineno, start + len(f"{keyword} {node.name}"))

    def target(self, line: int, column: int) -> Span | None:
        """The item that is stored into at a place."""
        for node in ast.walk(self._module.tree):
            if isinstance(node, ast.Subscript) and node.lineno == line:
                span = self._module.lines.span(node)
                if span.column == column and isinstance(node.ctx, ast.Store):
                    return span
        return None

    def binding(self, name: str) -> tuple[Span, int] | None:
        """The statement by which a module, or a class of it, binds a name; and the scope it stands in."""
        bodies: list[tuple[list[ast.stmt], int]] = [(self._module.tree.body, 0)]
        while bodies:
            body, scope = bodies.pop()
            for node in body:
                if isinstance(node, ast.ClassDef):
                    bodies.append((node.body, self._class_scope(node, scope)))
                elif _binds(node, name):
                    return self._module.lines.span(node), scope
        return None

    def around(self, line: int, column: int) -> tuple[Span, int]:
        """What stands around a place: the head of the innermost function, else its statement; and its scope."""
        span, scope = Span(line, column, line, column), 0
        for node in self._path(line, column):
            if isinstance(node, _FUNCTIONS):
                span, scope = self._head(node), self._scopes.get((node.lineno, node.name), scope)
            elif isinstance(node, ast.ClassDef):
                scope = self._class_scope(node, scope)
                span = Span(line, column, line, column)
            elif scope == 0 or self._facts.scopes[scope].kind == "class":
                span = self._module.lines.span(node)
        return span, scope

    def _class_scope(self, node: ast.ClassDef, outer: int) -> int:
        for entry in self._facts.classes:
            if entry.name == node.name and entry.line == node.lineno and entry.scope != NONE:
                return entry.scope
        return outer

    def _path(self, line: int, column: int) -> Iterator[ast.stmt]:
        """The statements around a place, from the outside in."""
        pending: list[ast.AST] = list(self._module.tree.body)
        while pending:
            node = pending.pop()
            if isinstance(node, ast.stmt) and not self._is_in(node, line, column):
                continue
            if isinstance(node, ast.stmt):
                yield node
                pending = []
            pending += [child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, *_PARTS))]

    def _is_in(self, node: ast.stmt, line: int, column: int) -> bool:
        span = self._module.lines.span(node)
        return (span.line, span.column) <= (line, column) < (span.end_line, span.end_column)


def _binds(node: ast.stmt, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


_PARTS = (ast.excepthandler, ast.match_case)
