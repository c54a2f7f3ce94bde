"""Type parameters and aliases are read without a newer grammar, and the tree is the one that the grammar gives."""

from __future__ import annotations

import ast
from typing import Any

import libcst
import pytest

from asset_lint.syntax.older import older_tree
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.translate import translate


def dumped(tree: ast.Module) -> list[str]:
    """The tree with its type parameters, which are no fields of the classes of older Pythons."""
    found = [ast.dump(tree, include_attributes=True)]
    for node in ast.walk(tree):
        for parameter in getattr(node, "type_params", ()):
            found.append(ast.dump(parameter, include_attributes=True))
            default: Any = parameter.default_value
            found.append(ast.dump(default, include_attributes=True) if default else "")
    return found


@pytest.mark.parametrize(
    "text",
    [
        "type A = int\n",
        "x = 1; y = 2\ntype Alias = list['Alias']\nz = 3\n",
        "type A[T] = list[T]\n",
        "type  A [T, *Ts, **P]  = f(T)\n",
        "type A[\n    T,\n    U: int,\n] = dict[T, U]\n",
        "if a:\n    type N[T] = list[T]\n    b\n",
        "def f[T](x: T) -> T: return x\n",
        "def f[**P, T](x: Callable[P, T]): ...\n",
        "@a\n@b(c)\nasync def f[T: (int, str) = int](x): ...\n",
        "def f[\n    T: 'a, b',\n    U = dict[str, int],\n](\n    x,\n): ...\n",
        "class A[T]: ...\n",
        "class A[T: Sequence[list[int]]](B, metaclass=C):\n    def f[U](self, x: U): pass\n",
        "class A[T] :\n    type X = T\n    class B[U](A[U]):\n        def g[V](self): ...\n",
        "try:\n    type A = int\nexcept B:\n    def f[T](): ...\nelse:\n    class C[T]: ...\n",
        "match a:\n    case 1:\n        type A = int\n",
        "'''\ntype A = int\ndef f[T](): ...\n'''\ntype B = str\n",
        "type = 1\ntype[0] = 2\ntype A = 3\n",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
def test_it_is_the_tree_of_the_newer_grammar(text: str, newline: str) -> None:
    text = text.replace("\n", newline)

    tree = older_tree(text, Lines(text))

    assert tree is not None
    assert dumped(tree) == dumped(translate(libcst.parse_module(text), text))


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\n",
        "type A\n",
        "class A: type X = int\n",
        "def f[***T](): ...\n",
        "def f[Té](): ...\n",
        "def f[T U](): ...\n",
        "def f[T](: ...\n",
        "try: type A = int\nexcept B, C: pass\n",
        "'''\ntype A = int\n'''\n",
        "def f[T  # comment [\n](): ...\n",
    ],
)
def test_everything_else_is_left_to_the_grammar(text: str) -> None:
    assert older_tree(text, Lines(text)) is None
