"""How deep a text is nested: LibCST recurses, so this is asked before it reads what Python cannot."""

from __future__ import annotations

import libcst as cst
import pytest

from asset_lint.syntax.limits import DEEPEST, SHALLOW, checked_nesting, token_nesting
from asset_lint.syntax.source import Unreadable


@pytest.mark.parametrize(
    "text",
    ["", "a = 1\n" * 5000, "f(a, b, c)\n" * 1000, "x = [" + "1, " * 5000 + "]", "a = '''" + "(" * 5000 + "'''\n"],
)
def test_what_is_long_is_not_deep(text: str) -> None:
    assert token_nesting(text)[0] <= SHALLOW


@pytest.mark.parametrize(
    "before",
    ['z = """ \'\'\' """; ', 'z = fr""" {x} """; ', "a = \"'''\"; ", "a = f'' + f\"{x['\"']}\"; "],
)
def test_no_literal_hides_what_nests(before: str) -> None:
    assert checked_nesting(f"{before}x = {'-' * 500}1\n") > SHALLOW


def test_brackets_in_literals_are_no_reason_to_refuse() -> None:
    cases = "".join(f"    case '{sign}':\n        del d['{sign}']\n" for sign in "([{" * 12)

    assert checked_nesting(f"match x:\n{cases}") > 0


def test_what_is_too_deep_is_refused_with_advice() -> None:
    with pytest.raises(Unreadable) as caught:
        checked_nesting("x = " + " + ".join(["1"] * (DEEPEST + 10)))

    assert "nested too deeply" in caught.value.message
    assert caught.value.line == 1


@pytest.mark.parametrize("text", ["print 'a'\n", "type X = int\n", "except = 1\n"])
def test_other_versions_of_python_are_measured_by_their_tokens(text: str) -> None:
    assert checked_nesting(text) <= SHALLOW


def test_tokens_give_an_upper_bound() -> None:
    """Nothing is let through because this Python has no grammar for it."""
    for text in (
        "a + b * c",
        "f(g(h(1)))",
        "not not a",
        "lambda: lambda: 1",
        "[[[1]]]",
        "a.b.c.d",
        "x if a else y if b else z",
    ):
        tree = cst.parse_expression(text)
        assert token_nesting(text)[0] >= _expressions_deep(tree) - 1


def _expressions_deep(node: cst.CSTNode) -> int:
    below = max((_expressions_deep(child) for child in node.children), default=0)
    return below + isinstance(
        node, (cst.BinaryOperation, cst.Call, cst.List, cst.Lambda, cst.UnaryOperation, cst.Attribute)
    )
