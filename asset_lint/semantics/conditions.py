"""What a condition asks of a function's parameters: a call that passes a text, a class or nothing decides it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from asset_lint.semantics.builder import Builder, Frame
from asset_lint.semantics.facts import Condition
from asset_lint.semantics.values import Atom, Values

_TRUE = frozenset({"class", "func", "bound", "partial", "mod", "cm", "static"})


def parameter_tests(builder: Builder, test: ast.expr, holds: bool = True) -> list[Condition]:
    """The conditions on parameters that hold where *test* is true (*holds*) or false."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return parameter_tests(builder, test.operand, not holds)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And if holds else ast.Or):
        return [condition for operand in test.values for condition in parameter_tests(builder, operand, holds)]
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _comparison(builder, test, holds)
    called = isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and len(test.args) == 1
    if isinstance(test, ast.Call) and called and isinstance(test.func, ast.Name) and test.func.id == "callable":
        place = _parameter(builder, test.args[0])
        return [] if place is None else [(place, "callable", None, holds)]
    place = _parameter(builder, test)
    return [] if place is None else [(place, "true", None, holds)]


@contextmanager
def asked(frame: Frame, conditions: list[Condition]) -> Iterator[None]:
    """Inside, *conditions* hold."""
    known = len(frame.conditions)
    frame.conditions += conditions
    yield
    del frame.conditions[known:]


def _comparison(builder: Builder, test: ast.Compare, holds: bool) -> list[Condition]:
    place, other = _parameter(builder, test.left), test.comparators[0]
    if place is None or not isinstance(other, ast.Constant):
        return []
    operator = type(test.ops[0])
    if operator in {ast.Is, ast.IsNot} and other.value is None:
        return [(place, "==", None, holds is (operator is ast.Is))]
    if operator in {ast.Eq, ast.NotEq} and isinstance(other.value, str):
        return [(place, "==", other.value, holds is (operator is ast.Eq))]
    return []


def case_tests(builder: Builder, subject: ast.expr, case: ast.match_case) -> tuple[list[Condition], list[Condition]]:
    """The conditions on parameters that hold inside a case of a match statement, and in those behind it."""
    pattern, place = case.pattern, _parameter(builder, subject)
    if place is None or not isinstance(pattern, ast.MatchValue) or not isinstance(pattern.value, ast.Constant):
        return [], []
    value = pattern.value.value
    if not isinstance(value, str):
        return [], []
    return [(place, "==", value, True)], [(place, "==", value, False)] if case.guard is None else []


def _parameter(builder: Builder, node: ast.expr) -> int | None:
    """The place of the parameter that *node* is, while nothing else has been assigned to its name."""
    if builder.frame.kind != "function" or builder.frame.env is None or not isinstance(node, ast.Name):
        return None
    reaching = builder.frame.env.get(node.id, ())
    operation = builder.node(reaching[0]) if len(reaching) == 1 else ("",)
    while operation[0] in {"narrow", "exclude"}:
        operation = builder.node(operation[1])
    return operation[2] if operation[0] == "param" and operation[1] == builder.frame.owner else None


def may_hold(conditions: Iterable[Condition], passed: dict[int, Values]) -> bool:
    """Whether all *conditions* can hold where *passed* says what the parameters are."""
    for place, test, value, holds in conditions:
        values = passed.get(place)
        if values and all(_answer(atom, test, value) is (not holds) for atom in values):
            return False
    return True


def _answer(atom: Atom, test: str, value: object) -> bool | None:
    """Whether *atom* passes a test; ``None`` where that is not known."""
    if atom[0] in {"unknown", "param", "dep", "stub", "ext"}:
        return None
    if test == "callable":
        return True if atom[0] in _TRUE - {"mod"} else False if atom[0] in {"none", "const"} else None
    if test == "true":
        return False if atom[0] == "none" else atom[0] in _TRUE or None
    if atom[0] == "const":
        return bool(atom[1] == value)
    return value is None if atom[0] == "none" else False if atom[0] in _TRUE or value is None else None
