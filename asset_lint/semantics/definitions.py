"""Functions and classes: their heads in the scope around them, their bodies in a scope of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from asset_lint.semantics.annotations import lower_annotation
from asset_lint.semantics.builder import UNKNOWN_NODE, Builder
from asset_lint.semantics.expressions import bind_parameters, close_function, lower, lower_parameters, parameter_syntax
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.names import bound_names
from asset_lint.syntax.prune import MARK

Run = Callable[[Builder, Any], None]


def define_function(builder: Builder, node: cst.FunctionDef, run_suite: Run) -> None:
    """``def``: head, body, decorators from the inside out, name."""
    name = node.name.value
    if builder.dry:
        builder.bind(name, node.name, "unknown")
        return
    decorators = [lower(builder, decorator.decorator) for decorator in node.decorators]
    index, function = builder.new_function(name, node)
    function.is_async = node.asynchronous is not None
    opened = _open_type_parameters(builder, node.type_parameters)
    function.parameters = lower_parameters(builder, node.params)
    for parameter, syntax in zip(function.parameters, parameter_syntax(node.params), strict=True):
        if syntax.annotation is not None:
            parameter.annotation = lower_annotation(builder, syntax.annotation.annotation)
    if node.returns is not None:
        function.annotation = lower_annotation(builder, node.returns.annotation)
    bound = bound_names(node.body, walrus=builder.walrus)
    bound.names.update(parameter.name for parameter in function.parameters)
    function.scope = builder.open("function", name, index, bound)
    bind_parameters(builder, index, node.params)
    run_suite(builder, node.body)
    if builder.facts.dropped and _is_unread(node.body):
        function.returns = [builder.emit("unread", builder.facts.scopes[function.scope].symbol)]
    elif _is_empty(node.body):
        function.returns = [UNKNOWN_NODE]  # a stub, a protocol, something abstract: only the annotation tells
    elif builder.frame.env is not None:
        function.returns.append(builder.emit("const", None))
    close_function(builder, index)
    _close_type_parameters(builder, opened)
    value = decorated(builder, node, builder.emit("func", index), decorators)
    builder.bind(name, node.name, "same", value)


def _is_unread(body: cst.BaseSuite) -> bool:
    first = body.body[0] if body.body else None
    part = first.body[0] if isinstance(first, cst.SimpleStatementLine) else None
    return isinstance(part, cst.Expr) and isinstance(part.value, cst.SimpleString) and part.value.value == f'"{MARK}"'


def _is_empty(body: cst.BaseSuite) -> bool:
    """Whether a body is nothing but a docstring, ``...`` or ``pass``."""
    for statement in body.body:
        parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else (statement,)
        for part in parts:
            plain = isinstance(part, cst.Expr) and isinstance(
                part.value, (cst.Ellipsis, cst.SimpleString, cst.ConcatenatedString)
            )
            if not plain and not isinstance(part, cst.Pass):
                return False
    return True


def define_class(builder: Builder, node: cst.ClassDef, run_suite: Run) -> None:
    """``class``: bases and keywords, body, decorators, name."""
    name = node.name.value
    if builder.dry:
        builder.bind(name, node.name, "unknown")
        return
    decorators = [lower(builder, decorator.decorator) for decorator in node.decorators]
    index, entry = builder.new_class(name, node)
    opened = _open_type_parameters(builder, node.type_parameters)
    entry.bases = [lower(builder, base.value) for base in node.bases]
    entry.keywords = {
        keyword.keyword.value: lower(builder, keyword.value) for keyword in node.keywords if keyword.keyword
    }
    entry.decorators = decorators
    entry.scope = builder.open("class", name, index, bound_names(node.body, walrus=builder.walrus))
    run_suite(builder, node.body)
    frame = builder.close()
    entry.members = {member: builder.join(values) for member, values in (frame.env or {}).items()}
    _close_type_parameters(builder, opened)
    value = decorated(builder, node, builder.emit("class", index), decorators)
    builder.bind(name, node.name, "same", value)


def decorated(builder: Builder, node: Any, value: int, decorators: list[int]) -> int:
    """What the decorators, the last one first, make of *value*."""
    for decorator, syntax in reversed(list(zip(decorators, node.decorators, strict=True))):
        inner = value
        value = builder.emit("decorate", decorator, inner, NONE)
        site = builder.site(value, syntax)
        builder.facts.nodes[value] = ("decorate", decorator, inner, site)
    return value


def _open_type_parameters(builder: Builder, parameters: cst.TypeParameters | None) -> bool:
    if parameters is None:
        return False
    overlay: dict[str, int] = {}
    builder.frame.overlays.append(overlay)
    for item in parameters.params:
        param = item.param
        bound = getattr(param, "bound", None)
        overlay[param.name.value] = builder.emit(
            "typevar", lower_annotation(builder, bound) if bound is not None else NONE
        )
    return True


def _close_type_parameters(builder: Builder, opened: bool) -> None:
    if opened:
        builder.frame.overlays.pop()
