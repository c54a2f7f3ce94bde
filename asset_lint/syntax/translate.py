"""
LibCST's tree of a module as that of ``ast``: for files with syntax that the running Python does not know.

The nodes are those of the first Python that knows the syntax; for classes that the running one lacks see ``grammar``.
What its classes do not list in their fields, type parameters for one, are attributes all the same. Formatted strings
are as they are from 3.13 on, exactly placed in all their parts. There are no type comments.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import libcst as cst

from asset_lint.syntax import grammar
from asset_lint.syntax.grammar import extend
from asset_lint.syntax.translate_expressions import (
    DELETE,
    expression,
    identifier,
    operator,
    optional,
    parameters,
    passed,
    target,
)
from asset_lint.syntax.translate_patterns import pattern
from asset_lint.syntax.translate_places import Places


def translate(module: cst.Module, text: str) -> ast.Module:
    """
    The tree that ``ast.parse(text)`` makes on a Python that knows the syntax; *module* is LibCST's tree of *text*.

    Raises SyntaxError for what LibCST does not check: escapes and letters that a literal cannot have.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in the checked code are not our business
        return ast.Module(_statements(Places(module, text), module.body), [])


def _statements(places: Places, nodes: Iterable[cst.CSTNode]) -> list[ast.stmt]:
    found = []
    for node in nodes:
        if isinstance(node, cst.SimpleStatementLine):
            found += [_KINDS[type(small)](places, small) for small in node.body]
        else:
            found.append(_KINDS[type(node)](places, node))
    return found


def _body(places: Places, node: cst.BaseSuite) -> list[ast.stmt]:
    return _statements(places, node.body)


def _otherwise(places: Places, node: cst.Else | cst.Finally | None) -> list[ast.stmt]:
    return [] if node is None else _body(places, node.body)


def _function(places: Places, node: cst.FunctionDef) -> ast.stmt:
    decorators = [expression(places, item.decorator) for item in node.decorators]
    arguments = parameters(places, node.params)
    returns = None if node.returns is None else expression(places, node.returns.annotation)
    body = _body(places, node.body)
    kind = ast.FunctionDef if node.asynchronous is None else ast.AsyncFunctionDef
    new = kind(identifier(node.name), arguments, body, decorators, returns, None)
    extend(new, type_params=_type_parameters(places, node.type_parameters))
    return places.put_trimmed(new, node)


def _class(places: Places, node: cst.ClassDef) -> ast.stmt:
    decorators = [expression(places, item.decorator) for item in node.decorators]
    bases, keywords = passed(places, (*node.bases, *node.keywords))
    body = _body(places, node.body)
    new = ast.ClassDef(identifier(node.name), bases, keywords, body, decorators)
    extend(new, type_params=_type_parameters(places, node.type_parameters))
    return places.put_trimmed(new, node)


def _type_parameters(places: Places, node: cst.TypeParameters | None) -> list[Any]:
    return [] if node is None else [_type_parameter(places, item) for item in node.params]


def _type_parameter(places: Places, node: cst.TypeParam) -> Any:
    new: Any
    param = node.param
    name = identifier(param.name)
    if isinstance(param, cst.TypeVar):
        new = grammar.TypeVar(name, optional(places, param.bound))
    else:
        new = (grammar.TypeVarTuple if isinstance(param, cst.TypeVarTuple) else grammar.ParamSpec)(name)
    new.default_value = None
    if (default := node.default) is None:
        return places.put(new, param)
    end = places.outer_end(default)
    new.default_value = expression(places, default)
    if node.star:
        starred = ast.Starred(new.default_value, ast.Load())
        new.default_value = places.put_between(starred, places.before(places.outer_start(default), "*"), end)
    return places.put_between(new, places.start(param), end)


def _type_alias(places: Places, node: cst.TypeAlias) -> ast.stmt:
    name = target(places, node.name)
    type_parameters = _type_parameters(places, node.type_parameters)
    kind: Any = grammar.TypeAlias
    new: ast.stmt = kind(name, type_parameters, expression(places, node.value))
    # LibCST counts the semicolon in.
    return places.put_between(new, places.start(node), places.outer_end(node.value))


def _if(places: Places, node: cst.If) -> ast.stmt:
    test = expression(places, node.test)
    body = _body(places, node.body)
    orelse = [_if(places, node.orelse)] if isinstance(node.orelse, cst.If) else _otherwise(places, node.orelse)
    return places.put_trimmed(ast.If(test, body, orelse), node)


def _for(places: Places, node: cst.For) -> ast.stmt:
    stored, iterated = target(places, node.target), expression(places, node.iter)
    body, orelse = _body(places, node.body), _otherwise(places, node.orelse)
    kind = ast.For if node.asynchronous is None else ast.AsyncFor
    return places.put_trimmed(kind(stored, iterated, body, orelse, None), node)


def _while(places: Places, node: cst.While) -> ast.stmt:
    test = expression(places, node.test)
    body, orelse = _body(places, node.body), _otherwise(places, node.orelse)
    return places.put_trimmed(ast.While(test, body, orelse), node)


def _with(places: Places, node: cst.With) -> ast.stmt:
    items = [_with_item(places, item) for item in node.items]
    body = _body(places, node.body)
    kind = ast.With if node.asynchronous is None else ast.AsyncWith
    return places.put_trimmed(kind(items, body, None), node)


def _with_item(places: Places, node: cst.WithItem) -> ast.withitem:
    bound = None if node.asname is None else target(places, node.asname.name)
    return ast.withitem(expression(places, node.item), bound)


def _try(places: Places, node: cst.Try | cst.TryStar) -> ast.stmt:
    body = _body(places, node.body)
    handlers = [_handler(places, item) for item in node.handlers]
    orelse, finalbody = _otherwise(places, node.orelse), _otherwise(places, node.finalbody)
    kind = ast.Try if isinstance(node, cst.Try) else ast.TryStar
    return places.put_trimmed(kind(body, handlers, orelse, finalbody), node)


def _handler(places: Places, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ast.ExceptHandler:
    name = None if node.name is None else _bound_name(node.name)
    body = _body(places, node.body)
    return places.put_trimmed(ast.ExceptHandler(optional(places, node.type), name, body), node)


def _match(places: Places, node: cst.Match) -> ast.stmt:
    subject = expression(places, node.subject)
    cases = [
        ast.match_case(pattern(places, item.pattern), optional(places, item.guard), _body(places, item.body))
        for item in node.cases
    ]
    return places.put_trimmed(ast.Match(subject, cases), node)


def _import(places: Places, node: cst.Import | cst.LazyImport) -> ast.stmt:
    new = ast.Import([_alias(places, item) for item in node.names])
    if isinstance(node, cst.LazyImport):
        extend(new, is_lazy=1)
    return places.put(new, node)


def _import_from(places: Places, node: cst.ImportFrom | cst.LazyImportFrom) -> ast.stmt:
    end = places.end(node)
    if isinstance(node.names, cst.ImportStar):
        names = [places.put_between(ast.alias("*", None), end - 1, end)]
    else:
        names = [_alias(places, item) for item in node.names]
    module = None if node.module is None else _dotted(node.module)
    new = ast.ImportFrom(module, names, len(node.relative))
    if isinstance(node, cst.LazyImportFrom):
        extend(new, is_lazy=1)
    return places.put(new, node)


def _alias(places: Places, node: cst.ImportAlias) -> ast.alias:
    name = None if node.asname is None else _bound_name(node.asname)
    return places.put(ast.alias(_dotted(node.name), name), node)


def _bound_name(node: cst.AsName) -> str:
    assert isinstance(node.name, cst.Name)
    return identifier(node.name)


def _dotted(node: cst.BaseExpression) -> str:
    parts = []
    while isinstance(node, cst.Attribute):
        parts.append(identifier(node.attr))
        node = node.value
    assert isinstance(node, cst.Name)
    return ".".join([identifier(node), *reversed(parts)])


def _assign(places: Places, node: cst.Assign) -> ast.stmt:
    targets = [target(places, item.target) for item in node.targets]
    return places.put(ast.Assign(targets, expression(places, node.value), None), node)


def _annotated(places: Places, node: cst.AnnAssign) -> ast.stmt:
    simple = isinstance(node.target, cst.Name) and not node.target.lpar
    annotation = expression(places, node.annotation.annotation)
    stored: Any = target(places, node.target)
    return places.put(ast.AnnAssign(stored, annotation, optional(places, node.value), int(simple)), node)


def _augmented(places: Places, node: cst.AugAssign) -> ast.stmt:
    stored: Any = target(places, node.target)
    return places.put(ast.AugAssign(stored, operator(node.operator), expression(places, node.value)), node)


def _delete(places: Places, node: cst.Del) -> ast.stmt:
    inner = node.target
    listed = isinstance(inner, cst.Tuple) and not inner.lpar
    targets = [item.value for item in inner.elements] if isinstance(inner, cst.Tuple) and listed else [inner]
    return places.put(ast.Delete([target(places, item, DELETE) for item in targets]), node)


def _expression(places: Places, node: cst.Expr) -> ast.stmt:
    return places.put(ast.Expr(expression(places, node.value)), node)


def _return(places: Places, node: cst.Return) -> ast.stmt:
    return places.put(ast.Return(optional(places, node.value)), node)


def _raise(places: Places, node: cst.Raise) -> ast.stmt:
    cause = None if node.cause is None else expression(places, node.cause.item)
    return places.put(ast.Raise(optional(places, node.exc), cause), node)


def _assert(places: Places, node: cst.Assert) -> ast.stmt:
    return places.put(ast.Assert(expression(places, node.test), optional(places, node.msg)), node)


def _global(places: Places, node: cst.Global) -> ast.stmt:
    return places.put(ast.Global(_names(node.names)), node)


def _nonlocal(places: Places, node: cst.Nonlocal) -> ast.stmt:
    return places.put(ast.Nonlocal(_names(node.names)), node)


def _names(nodes: Sequence[cst.NameItem]) -> list[str]:
    return [identifier(item.name) for item in nodes]


def _pass(places: Places, node: cst.Pass) -> ast.stmt:
    return places.put(ast.Pass(), node)


def _break(places: Places, node: cst.Break) -> ast.stmt:
    return places.put(ast.Break(), node)


def _continue(places: Places, node: cst.Continue) -> ast.stmt:
    return places.put(ast.Continue(), node)


_KINDS: dict[type, Callable[[Places, Any], ast.stmt]] = {
    cst.AnnAssign: _annotated,
    cst.Assert: _assert,
    cst.Assign: _assign,
    cst.AugAssign: _augmented,
    cst.Break: _break,
    cst.ClassDef: _class,
    cst.Continue: _continue,
    cst.Del: _delete,
    cst.Expr: _expression,
    cst.For: _for,
    cst.FunctionDef: _function,
    cst.Global: _global,
    cst.If: _if,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.LazyImport: _import,
    cst.LazyImportFrom: _import_from,
    cst.Match: _match,
    cst.Nonlocal: _nonlocal,
    cst.Pass: _pass,
    cst.Raise: _raise,
    cst.Return: _return,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.TypeAlias: _type_alias,
    cst.While: _while,
    cst.With: _with,
}
