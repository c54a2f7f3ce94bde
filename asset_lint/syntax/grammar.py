"""Syntax nodes of newer Pythons: the real class of ``ast`` where there is one, else a stand-in of the same shape."""

from __future__ import annotations

import ast
from typing import Any


class _TypeAlias(ast.stmt):
    _fields = ("name", "type_params", "value")


class _TypeParameter(ast.AST):
    _attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")


class _TypeVar(_TypeParameter):
    _fields = ("name", "bound", "default_value")


class _ParamSpec(_TypeParameter):
    _fields = ("name", "default_value")


class _TypeVarTuple(_TypeParameter):
    _fields = ("name", "default_value")


class _TemplateStr(ast.expr):
    _fields = ("values",)


class _Interpolation(ast.expr):
    _fields = ("value", "str", "conversion", "format_spec")


TypeAlias: type[ast.stmt] = getattr(ast, "TypeAlias", _TypeAlias)
TypeVar: type[Any] = getattr(ast, "TypeVar", _TypeVar)
ParamSpec: type[Any] = getattr(ast, "ParamSpec", _ParamSpec)
TypeVarTuple: type[Any] = getattr(ast, "TypeVarTuple", _TypeVarTuple)
TemplateStr: type[ast.expr] = getattr(ast, "TemplateStr", _TemplateStr)
Interpolation: type[ast.expr] = getattr(ast, "Interpolation", _Interpolation)


def extend(node: ast.AST, **fields: object) -> None:
    """Give *node* fields that its class has on newer Pythons only."""
    vars(node).update(fields)
