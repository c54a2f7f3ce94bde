"""Functions and classes: their heads in the scope around them, their bodies in a scope of their own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from asset_lint.semantics.annotations import lower_annotation
from asset_lint.semantics.builder import UNKNOWN_NODE, Builder
from asset_lint.semantics.expressions import bind_parameters, close_function, lower, lower_parameters, parameter_syntax
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.names import bound_names

Run = Callable[[Builder, Iterable[ast.stmt]], None]


def define_function(builder: Builder, node: ast.FunctionDef | ast.AsyncFunctionDef, run: Run) -> None:
    """``def``: head, body, decorators from the inside out, name."""
    name = node.name
    if builder.dry:
        builder.bind(name, node, "unknown")
        return
    decorators = [lower(builder, decorator) for decorator in node.decorator_list]
    index, function = builder.new_function(name, node)
    function.line, function.is_async = node.lineno, isinstance(node, ast.AsyncFunctionDef)
    with type_parameters(builder, node):
        function.parameters = lower_parameters(builder, node.args)
        for parameter, (_, syntax) in zip(function.parameters, parameter_syntax(node.args), strict=True):
            if syntax.annotation is not None:
                parameter.annotation = lower_annotation(builder, syntax.annotation)
        if node.returns is not None:
            function.annotation = lower_annotation(builder, node.returns)
        bound = bound_names(node.body, builder.walrus)
        bound.names.update(parameter.name for parameter in function.parameters)
        function.scope = builder.open("function", name, index, bound)
        builder.frame.is_initial = name == "__init__" and function.owner != NONE
        bind_parameters(builder, index, node.args)
        run(builder, node.body)
        if _is_empty(node.body):
            function.returns = [UNKNOWN_NODE]  # a stub, a protocol, something abstract: only the annotation tells
        elif builder.frame.env is not None:
            function.returns.append(builder.emit("const", None))
        close_function(builder, index)
    value = decorated(builder, node, builder.emit("func", index), decorators)
    builder.bind(name, node, "same", value)


def _is_empty(body: list[ast.stmt]) -> bool:
    """Whether a body is nothing but a docstring, ``...`` or ``pass``."""
    return all(
        isinstance(part, ast.Pass)
        or (
            isinstance(part, ast.Expr)
            and isinstance(part.value, ast.Constant)
            and (part.value.value is ... or isinstance(part.value.value, (str, bytes)))
        )
        for part in body
    )


def define_class(builder: Builder, node: ast.ClassDef, run: Run) -> None:
    """``class``: bases and keywords, body, decorators, name."""
    name = node.name
    if builder.dry:
        builder.bind(name, node, "unknown")
        return
    decorators = [lower(builder, decorator) for decorator in node.decorator_list]
    index, entry = builder.new_class(name, node)
    entry.line = node.lineno
    with type_parameters(builder, node) as entry.parameters:
        entry.bases = [lower(builder, base.value if isinstance(base, ast.Starred) else base) for base in node.bases]
        entry.keywords = {keyword.arg: lower(builder, keyword.value) for keyword in node.keywords if keyword.arg}
        entry.decorators = decorators
        entry.scope = builder.open("class", name, index, bound_names(node.body, builder.walrus))
        run(builder, node.body)
        frame = builder.close()
        entry.members = {member: builder.join(values) for member, values in (frame.env or {}).items()}
    value = decorated(builder, node, builder.emit("class", index), decorators)
    builder.bind(name, node, "same", value)


def decorated(builder: Builder, node: Any, value: int, decorators: list[int]) -> int:
    """What the decorators, the last one first, make of *value*."""
    for decorator, syntax in reversed(list(zip(decorators, node.decorator_list, strict=True))):
        inner = value
        value = builder.emit("decorate", decorator, inner, NONE)
        site = builder.site(value, syntax, decorator=True)
        builder.facts.nodes[value] = ("decorate", decorator, inner, site)
    return value


@contextmanager
def type_parameters(builder: Builder, node: Any) -> Iterator[tuple[int, ...]]:
    """Inside, the type parameters of *node* (PEP 695) are names; their nodes."""
    parameters = getattr(node, "type_params", None)
    if not parameters:
        yield ()
        return
    overlay: dict[str, int] = {}
    builder.frame.overlays.append(overlay)
    for item in parameters:
        bound = getattr(item, "bound", None)
        overlay[item.name] = builder.emit("typevar", lower_annotation(builder, bound) if bound is not None else NONE)
    yield tuple(overlay.values())
    builder.frame.overlays.pop()
