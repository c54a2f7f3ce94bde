"""Which names a block of statements binds: Python decides the scope of a name before any of it runs."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from asset_lint.syntax.grammar import TypeAlias


class Bound:
    """The names bound in one function, class or module, and those declared ``global`` or ``nonlocal`` there."""

    __slots__ = ("globals", "names", "nonlocals")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()

    def local(self) -> set[str]:
        """The names that live in this scope."""
        return self.names - self.globals - self.nonlocals


def bound_names(body: Iterable[ast.AST], walrus: Sequence[int] = ()) -> Bound:
    """The names that *body* binds, not those of functions and classes inside it; *walrus*: the lines with ``:=``."""
    bound = Bound()
    stack: list[Any] = list(body)
    while stack:
        node = stack.pop()
        handler = _STATEMENTS.get(type(node))
        if handler is not None:
            stack.extend(handler(node, bound))
        if walrus and has_walrus(node, walrus):
            bound.names.update(_walrus_names(node))
    return bound


def has_walrus(node: Any, lines: Sequence[int]) -> bool:
    """Whether one of the *lines* with ``:=``, in order, is one of *node*."""
    place = bisect_left(lines, node.lineno)
    return place < len(lines) and lines[place] <= node.end_lineno


def target_names(target: Any) -> Iterator[str]:
    """The names that an assignment to *target* binds."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from target_names(element)
    elif isinstance(target, ast.Starred):
        yield from target_names(target.value)


def pattern_names(pattern: ast.pattern) -> Iterator[str]:
    """The names that a match pattern captures."""
    stack: list[ast.AST] = [pattern]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name is not None:
            yield node.name
        if isinstance(node, ast.MatchMapping) and node.rest is not None:
            yield node.rest
        stack.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.pattern))


def _walrus_names(statement: ast.AST) -> Iterator[str]:
    """What ``:=`` binds in a statement itself; the blocks inside it are statements of their own."""
    stack = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.NamedExpr):
            yield node.target.id
        if not isinstance(node, ast.Lambda):
            stack.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, _BLOCKS))


_BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)


def _assign(node: ast.Assign, bound: Bound) -> list[Any]:
    for target in node.targets:
        bound.names.update(target_names(target))
    return []


def _one_target(node: Any, bound: Bound) -> list[Any]:
    bound.names.update(target_names(node.target))
    return []


def _for(node: Any, bound: Bound) -> list[Any]:
    bound.names.update(target_names(node.target))
    return _branching(node, bound)


def _branching(node: Any, _: Bound) -> list[Any]:
    return [*node.body, *node.orelse]


def _with(node: Any, bound: Bound) -> list[Any]:
    for item in node.items:
        bound.names.update(target_names(item.optional_vars))
    return list(node.body)


def _try(node: Any, _: Bound) -> list[Any]:
    return [*node.body, *node.handlers, *node.orelse, *node.finalbody]


def _handler(node: ast.ExceptHandler, bound: Bound) -> list[Any]:
    if node.name is not None:
        bound.names.add(node.name)
    return list(node.body)


def _match(node: ast.Match, bound: Bound) -> list[Any]:
    inner: list[Any] = []
    for case in node.cases:
        bound.names.update(pattern_names(case.pattern))
        inner += [case.guard, *case.body] if case.guard is not None else case.body
    return inner


def _definition(node: Any, bound: Bound) -> list[Any]:
    bound.names.add(node.name)
    return []


def _alias(node: Any, bound: Bound) -> list[Any]:
    bound.names.add(node.name.id)
    return []


def _import(node: ast.Import | ast.ImportFrom, bound: Bound) -> list[Any]:
    bound.names.update(import_binding(alias) for alias in node.names if alias.name != "*")
    return []


def import_binding(alias: ast.alias) -> str:
    """The name that an import of *alias* binds."""
    return alias.asname or alias.name.partition(".")[0]


def _delete(node: ast.Delete, bound: Bound) -> list[Any]:
    for target in node.targets:
        bound.names.update(target_names(target))
    return []


def _global(node: ast.Global, bound: Bound) -> list[Any]:
    bound.globals.update(node.names)
    return []


def _nonlocal(node: ast.Nonlocal, bound: Bound) -> list[Any]:
    bound.nonlocals.update(node.names)
    return []


_STATEMENTS: dict[type, Any] = {
    ast.Assign: _assign,
    ast.AnnAssign: _one_target,
    ast.AugAssign: _one_target,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _branching,
    ast.If: _branching,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.ExceptHandler: _handler,
    ast.Match: _match,
    ast.FunctionDef: _definition,
    ast.AsyncFunctionDef: _definition,
    ast.ClassDef: _definition,
    TypeAlias: _alias,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Delete: _delete,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
}
