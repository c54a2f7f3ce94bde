"""What a condition says about the names in it: ``isinstance(x, C)``, ``type(x) is C`` and their combinations."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any


def type_tests(test: Any, holds: bool) -> Iterator[tuple[str, Any, bool]]:
    """(name, expression of a type, whether it is of the type) as known where *test* is true (*holds*) or false."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from type_tests(test.operand, not holds)
    elif isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And if holds else ast.Or):
            for operand in test.values:
                yield from type_tests(operand, holds)
    elif isinstance(test, ast.Call):
        if _calls(test, "isinstance", 2) and len(test.args) == 2:
            yield from _tested(test.args[0], test.args[1], holds)
        elif _asks_for_class(test):
            yield from _tested(test.args[0], ast.copy_location(ast.Name("type", ast.Load()), test), holds)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        yield from _comparison(test, holds)


def certain_walrus(test: Any, holds: bool) -> Iterator[tuple[str, ast.NamedExpr]]:
    """The names that ``:=`` has bound for certain where *test* is true (*holds*) or false."""
    if isinstance(test, ast.NamedExpr):
        yield test.target.id, test
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from certain_walrus(test.operand, not holds)
    elif isinstance(test, ast.BoolOp):
        certain = isinstance(test.op, ast.And if holds else ast.Or)
        for operand in test.values if certain else test.values[:1]:
            yield from certain_walrus(operand, holds)


def _comparison(test: ast.Compare, holds: bool) -> Iterator[tuple[str, Any, bool]]:
    same = (ast.Is, ast.Eq) if holds else (ast.IsNot, ast.NotEq)
    if isinstance(test.ops[0], same) and isinstance(test.left, ast.Call) and _calls(test.left, "type", 1):
        yield from _tested(test.left.args[0], test.comparators[0], True)


def _tested(subject: Any, kind: Any, holds: bool) -> Iterator[tuple[str, Any, bool]]:
    if isinstance(subject, ast.NamedExpr):
        subject = subject.target
    if isinstance(subject, ast.Name) and not any(isinstance(node, ast.Call) for node in ast.walk(kind)):
        yield subject.id, kind, holds


def _asks_for_class(call: ast.Call) -> bool:
    """``inspect.isclass(x)``."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name == "isclass" and len(call.args) == 1 and not call.keywords


def _calls(call: ast.Call, name: str, count: int) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name and len(call.args) + len(call.keywords) == count
