"""Which names a block binds, before any of it runs."""

from __future__ import annotations

import ast
import textwrap

import pytest

from asset_lint.semantics.names import bound_names
from asset_lint.syntax.module import analyse


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = b = 1", "a b"),
        ("a, (b, *c) = d", "a b c"),
        ("[a, b] = c", "a b"),
        ("a.b = c[d] = 1", ""),
        ("a: int", "a"),
        ("a += 1", "a"),
        ("for a, b in c: d = 1\nelse: e = 1", "a b d e"),
        ("while a: b = 1", "b"),
        ("with a as b, c as (d, e): f = 1", "b d e f"),
        ("try: a = 1\nexcept B as c: d = 1\nelse: e = 1\nfinally: f = 1", "a c d e f"),
        ("try: a = 1\nexcept* B as c: d = 1", "a c d"),
        ("if a: b = 1\nelif c: d = 1\nelse: e = 1", "b d e"),
        ("def a(b): c = 1", "a"),
        ("class a(b): c = 1", "a"),
        ("import a, b.c, d.e as f", "a b f"),
        ("from a import b, c as d", "b d"),
        ("from a import *", ""),
        ("del a, b.c", "a"),
        (
            "match a:\n    case [b, *c] | {'k': d, **e}: f = 1\n    case G(h=i) as j: pass\n    case K.l: pass",
            "b c d e f i j",
        ),
        ("type A[T] = T", "A"),
        ("a = (b := 1)", "a b"),
        ("if (a := b): pass", "a"),
        ("print([a for b in (c := d)])", "c"),
        ("print([(a := b) for b in c])", "a"),
        ("print(lambda: (a := b))", ""),
        ("def a(b=(c := d)): (e := f)", "a c"),
        ("while (a := b):\n    if (c := d): e", "a c"),
    ],
)
def test_a_block_binds(text: str, names: str) -> None:
    bound = analyse(text.encode(), lambda module: bound_names(module.tree.body, module.lines.holding(":=")))

    assert sorted(bound.local()) == names.split()


def test_global_and_nonlocal_names_live_elsewhere() -> None:
    text = textwrap.dedent("""\
        def f():
            global a
            nonlocal b
            a = b = c = 1
    """)
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)

    bound = bound_names(function.body)

    assert (bound.local(), bound.globals, bound.nonlocals) == ({"c"}, {"a"}, {"b"})
