"""What a condition says about the names in it."""

from __future__ import annotations

import ast

import pytest

from asset_lint.semantics.narrowing import certain_walrus, type_tests


def told(text: str, holds: bool) -> str:
    """The types that are known, as "name: type" and "name: not type"."""
    known = type_tests(ast.parse(text, mode="eval").body, holds)
    return ", ".join(f"{name}: {'' if is_one else 'not '}{ast.unparse(kind)}" for name, kind, is_one in known)


@pytest.mark.parametrize(
    ("condition", "if_true", "if_false"),
    [
        ("isinstance(a, C)", "a: C", "a: not C"),
        ("isinstance(a, (C, D))", "a: (C, D)", "a: not (C, D)"),
        ("not isinstance(a, C)", "a: not C", "a: C"),
        ("not not isinstance(a, C)", "a: C", "a: not C"),
        ("isinstance(a, C) and isinstance(b, D)", "a: C, b: D", ""),
        ("isinstance(a, C) and b", "a: C", ""),
        ("isinstance(a, C) or b", "", "a: not C"),
        ("not isinstance(a, C) or not isinstance(b, D)", "", "a: C, b: D"),
        ("type(a) is C", "a: C", ""),
        ("type(a) == C", "a: C", ""),
        ("type(a) is not C", "", "a: C"),
        ("type(a) != C", "", "a: C"),
        ("isinstance((a := b), C)", "a: C", "a: not C"),
        ("isinstance(a.b, C)", "", ""),
        ("isinstance(a, kinds())", "", ""),
        ("isinstance(a)", "", ""),
        ("issubclass(a, C)", "", ""),
        ("other.isinstance(a, C)", "", ""),
        ("a is C", "", ""),
        ("type(a) is C is D", "", ""),
    ],
)
def test_types_are_known_where_the_condition_holds_or_fails(condition: str, if_true: str, if_false: str) -> None:
    assert (told(condition, True), told(condition, False)) == (if_true, if_false)


@pytest.mark.parametrize(
    ("condition", "if_true", "if_false"),
    [
        ("(a := b)", "a", "a"),
        ("not (a := b)", "a", "a"),
        ("(a := b) and (c := d)", "a c", "a"),
        ("(a := b) or (c := d)", "a", "a c"),
        ("(a := b) and c and (d := e)", "a d", "a"),
        ("b", "", ""),
    ],
)
def test_an_assignment_in_a_condition_is_certain_where_it_has_been_evaluated(
    condition: str, if_true: str, if_false: str
) -> None:
    test = ast.parse(condition, mode="eval").body
    names = [" ".join(name for name, _ in certain_walrus(test, holds)) for holds in (True, False)]

    assert names == [if_true, if_false]
