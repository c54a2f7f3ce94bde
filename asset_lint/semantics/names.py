"""Which names a block of statements binds: Python decides the scope of a name before any of it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import libcst as cst

from asset_lint.syntax.children import children


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


def bound_names(body: cst.BaseSuite | cst.Module | Iterable[Any], *, walrus: bool) -> Bound:
    """The names that *body* binds, not those of functions and classes inside it; *walrus*: the text has a ``:=``."""
    bound = Bound()
    stack: list[Any] = list(body.body if isinstance(body, (cst.BaseSuite, cst.Module)) else body)
    while stack:
        node = stack.pop()
        handler = _STATEMENTS.get(type(node))
        if handler is not None:
            stack.extend(handler(node, bound))
        if walrus and not isinstance(node, cst.BaseCompoundStatement):
            bound.names.update(_walrus_names(node))
        elif walrus:
            bound.names.update(_walrus_in_head(node))
    return bound


def target_names(target: Any) -> Iterator[str]:
    """The names that an assignment to *target* binds."""
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from target_names(element.value)
    elif isinstance(target, cst.StarredElement):
        yield from target_names(target.value)


def pattern_names(pattern: Any) -> Iterator[str]:
    """The names that a match pattern captures."""
    stack = [pattern]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            yield node.name.value
        if isinstance(node, cst.MatchMapping) and node.rest is not None:
            yield node.rest.value
        stack.extend(child for child in children(node) if not isinstance(child, cst.BaseExpression))


def _walrus_names(root: Any) -> Iterator[str]:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.NamedExpr):
            yield from target_names(node.target)
        if not isinstance(node, (cst.Lambda, cst.BaseCompoundStatement)):
            stack.extend(children(node))


def _walrus_in_head(node: cst.BaseCompoundStatement) -> Iterator[str]:
    for child in children(node):
        if not isinstance(child, (cst.BaseSuite, cst.BaseCompoundStatement, cst.Else, cst.Finally)):
            yield from _walrus_names(child)


def _body(node: Any) -> list[Any]:
    return list(node.body.body)


def _assign(node: cst.Assign, bound: Bound) -> list[Any]:
    for target in node.targets:
        bound.names.update(target_names(target.target))
    return []


def _one_target(node: Any, bound: Bound) -> list[Any]:
    bound.names.update(target_names(node.target))
    return []


def _for(node: cst.For, bound: Bound) -> list[Any]:
    bound.names.update(target_names(node.target))
    return _looping(node, bound)


def _looping(node: Any, _: Bound) -> list[Any]:
    return _body(node) + ([node.orelse] if node.orelse else [])


def _with(node: cst.With, bound: Bound) -> list[Any]:
    for item in node.items:
        if item.asname is not None:
            bound.names.update(target_names(item.asname.name))
    return _body(node)


def _try(node: Any, _: Bound) -> list[Any]:
    parts = [*node.handlers, node.orelse, node.finalbody]
    return _body(node) + [part for part in parts if part is not None]


def _handler(node: Any, bound: Bound) -> list[Any]:
    if node.name is not None:
        bound.names.update(target_names(node.name.name))
    return _body(node)


def _match(node: cst.Match, bound: Bound) -> list[Any]:
    inner: list[Any] = []
    for case in node.cases:
        bound.names.update(pattern_names(case.pattern))
        inner += _body(case)
    return inner


def _definition(node: Any, bound: Bound) -> list[Any]:
    bound.names.add(node.name.value)
    return []


def _import(node: cst.Import, bound: Bound) -> list[Any]:
    for alias in node.names:
        bound.names.add(import_binding(alias))
    return []


def import_binding(alias: cst.ImportAlias) -> str:
    """The name that ``import`` of *alias* binds."""
    if alias.asname is not None:
        return str(cst.ensure_type(alias.asname.name, cst.Name).value)
    name: Any = alias.name
    while isinstance(name, cst.Attribute):
        name = name.value
    return str(name.value)


def _import_from(node: cst.ImportFrom, bound: Bound) -> list[Any]:
    if not isinstance(node.names, cst.ImportStar):
        bound.names.update(import_binding(alias) for alias in node.names)
    return []


def _delete(node: cst.Del, bound: Bound) -> list[Any]:
    bound.names.update(target_names(node.target))
    return []


def _global(node: cst.Global, bound: Bound) -> list[Any]:
    bound.globals.update(item.name.value for item in node.names)
    return []


def _nonlocal(node: cst.Nonlocal, bound: Bound) -> list[Any]:
    bound.nonlocals.update(item.name.value for item in node.names)
    return []


_STATEMENTS: dict[type, Any] = {
    cst.SimpleStatementLine: lambda node, _: node.body,
    cst.SimpleStatementSuite: lambda node, _: node.body,
    cst.IndentedBlock: lambda node, _: node.body,
    cst.Assign: _assign,
    cst.AnnAssign: _one_target,
    cst.AugAssign: _one_target,
    cst.For: _for,
    cst.While: _looping,
    cst.If: _looping,
    cst.Else: lambda node, _: _body(node),
    cst.Finally: lambda node, _: _body(node),
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.ExceptHandler: _handler,
    cst.ExceptStarHandler: _handler,
    cst.Match: _match,
    cst.FunctionDef: _definition,
    cst.ClassDef: _definition,
    cst.TypeAlias: _definition,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.Del: _delete,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
}
for _lazy, _handler_of_lazy in (("LazyImport", _import), ("LazyImportFrom", _import_from)):
    if hasattr(cst, _lazy):  # PEP 810, in newer LibCST only
        _STATEMENTS[getattr(cst, _lazy)] = _handler_of_lazy
