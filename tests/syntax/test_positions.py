"""Positions that are computed from LibCST trees are those that Python's own parser gives."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from asset_lint.findings import Span
from asset_lint.syntax.module import analyse, positions

LIBRARY = Path(sysconfig.get_path("stdlib"))
# Every second module that is neither trivial nor large.
FILES = [path for path in sorted(LIBRARY.glob("*.py")) if 500 < path.stat().st_size < 30_000][::2][:60]


def recorded(data: bytes) -> set[Span]:
    """Where the calls of a file stand, as we say."""
    import libcst

    def work(tree: Any, _: object) -> set[Span]:
        wanted: dict[int, Any] = {}
        stack = [tree]
        while stack:
            node = stack.pop()
            stack.extend(node.children)
            if isinstance(node, libcst.Call):
                wanted[id(node)] = node
        return set(positions(tree, wanted).values())

    return analyse(data, work)


def parsed(data: bytes) -> set[Span]:
    """The same, as ``ast`` says, whose columns count bytes from 0."""
    text = data.decode("utf-8-sig")
    lines = [line.encode() for line in text.replace("\r\n", "\n").split("\n")]

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1][:offset].decode()) + 1

    found = set()
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.Call):
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            end = node.end_lineno, column(node.end_lineno, node.end_col_offset)
            found.add(Span(node.lineno, column(node.lineno, node.col_offset), *end))
    return found


def test_there_is_something_to_compare() -> None:
    assert len(FILES) >= 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_call_of_the_standard_library_stands_where_python_says(path: Path) -> None:
    data = path.read_bytes()

    assert recorded(data) == parsed(data)


@pytest.mark.parametrize(
    "text",
    [
        "f()",
        "é = f('ü'); g()",
        "'😀', f()",
        "f(\n  a,\n\n  b\n)",
        "((f)(a))",
        "(f(a) )(b)",
        "f(a)(b)(c)",
        "x = (  # comment\n  f  # another\n  ()\n)",
        "if a:\n\tf()\n\tif b:\n\t  g()\n",
        "class A:\n  def b(self):\n    return f()\n",
        "f(); g(); h()",
        "@f()\ndef g(a=h()): ...",
        "x = [f(a) for a in g() if h(a)]",
        "\ufefff()",
        "async def a():\n    await f()\n",
        "f \\\n (a)",
        "lambda: f()",
        "# nothing",
        "",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
def test_odd_layouts(text: str, newline: str) -> None:
    data = text.replace("\n", newline).encode()

    assert recorded(data) == parsed(data)


def test_calls_in_f_strings() -> None:
    """Before 3.12 Python counts their columns from somewhere else, so the places are written down here."""
    data = b"x = f\"{f()} {g(f'{h()}')}\"\n"

    assert recorded(data) == {Span(1, 8, 1, 11), Span(1, 14, 1, 25), Span(1, 19, 1, 22)}
