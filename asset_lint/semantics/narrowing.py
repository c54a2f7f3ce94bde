"""What a condition says about the names in it: ``isinstance(x, C)``, ``type(x) is C`` and their combinations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from asset_lint.syntax.children import children


def type_tests(test: Any, holds: bool) -> Iterator[tuple[str, Any, bool]]:
    """(name, expression of a type, whether it is of the type) as known where *test* is true (*holds*) or false."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        yield from type_tests(test.expression, not holds)
    elif isinstance(test, cst.BooleanOperation):
        if isinstance(test.operator, cst.And if holds else cst.Or):
            yield from type_tests(test.left, holds)
            yield from type_tests(test.right, holds)
    elif isinstance(test, cst.Call):
        if _calls(test, "isinstance", 2):
            yield from _tested(test.args[0].value, test.args[1].value, holds)
    elif isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        yield from _comparison(test, holds)


def certain_walrus(test: Any, holds: bool) -> Iterator[tuple[str, Any]]:
    """The names that ``:=`` has bound for certain where *test* is true (*holds*) or false."""
    if isinstance(test, cst.NamedExpr) and isinstance(test.target, cst.Name):
        yield test.target.value, test
    elif isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        yield from certain_walrus(test.expression, not holds)
    elif isinstance(test, cst.BooleanOperation):
        yield from certain_walrus(test.left, holds)
        if isinstance(test.operator, cst.And if holds else cst.Or):
            yield from certain_walrus(test.right, holds)


def _comparison(test: cst.Comparison, holds: bool) -> Iterator[tuple[str, Any, bool]]:
    comparison = test.comparisons[0]
    same = (cst.Is, cst.Equal) if holds else (cst.IsNot, cst.NotEqual)
    if isinstance(comparison.operator, same) and isinstance(test.left, cst.Call) and _calls(test.left, "type", 1):
        yield from _tested(test.left.args[0].value, comparison.comparator, True)


def _tested(subject: Any, kind: Any, holds: bool) -> Iterator[tuple[str, Any, bool]]:
    if isinstance(subject, cst.NamedExpr):
        subject = subject.target
    if isinstance(subject, cst.Name) and not _has_call(kind):
        yield subject.value, kind, holds


def _calls(call: cst.Call, name: str, count: int) -> bool:
    return isinstance(call.func, cst.Name) and call.func.value == name and len(call.args) == count


def _has_call(node: Any) -> bool:
    return isinstance(node, cst.Call) or any(_has_call(child) for child in children(node))
