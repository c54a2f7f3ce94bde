"""The place of a call is where its text stands, in code points, whatever stands around it."""

from __future__ import annotations

import ast
import sysconfig
from collections import Counter
from pathlib import Path

import pytest

from asset_lint.findings import Span
from asset_lint.semantics.extract import extract
from asset_lint.syntax.module import analyse
from asset_lint.syntax.source import NEWLINE, decode

LIBRARY = Path(sysconfig.get_path("stdlib"))
# Every second module that is neither trivial nor large.
FILES = [path for path in sorted(LIBRARY.glob("*.py")) if 500 < path.stat().st_size < 30_000][::2][:60]


def cut(text: str, span: Span) -> str:
    """The text at *span*."""
    lines = NEWLINE.sub("\n", text).split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def sites(data: bytes) -> list[str]:
    """The text of every call and decorator, sorted."""
    return sorted(cut(decode(data), site.span) for site in extract("file.py", data).sites)


def test_there_is_something_to_compare() -> None:
    assert len(FILES) >= 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_text_at_a_place_is_that_of_a_call(path: Path) -> None:
    """Every site is a call, and its text is that call's; all calls are sites, but ``super()``."""
    data = path.read_bytes()
    found = Counter(ast.dump(ast.parse(f"({text})", mode="eval").body) for text in sites(data) if text[0] != "@")
    calls = analyse(data, lambda module: [ast.dump(node) for node in ast.walk(module.tree) if type(node) is ast.Call])

    supers = [call for call in calls if call == ast.dump(ast.parse("super()", mode="eval").body)]

    assert found + Counter(supers) == Counter(calls)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f()", ["f()"]),
        ("é = f('ü'); g()", ["f('ü')", "g()"]),
        ("'😀', f()", ["f()"]),
        ("f(\n  a,\n\n  b\n)", ["f(\n  a,\n\n  b\n)"]),
        ("((f)(a))", ["(f)(a)"]),
        ("(f(a) )(b)", ["(f(a) )(b)", "f(a)"]),
        ("f(a)(b)", ["f(a)(b)", "f(a)"]),
        ("x = (  # comment\n  f  # another\n  ()\n)", ["f  # another\n  ()"]),
        ("if a:\n\tf()\n\tif b:\n\t  g()\n", ["f()", "g()"]),
        ("@f()\ndef g(a=h()): ...", ["@f()", "f()", "h()"]),
        ("@ ( f\n )\nclass g: ...", ["@ ( f"]),
        ("x = [f(a) for a in g() if h(a)]", ["f(a)", "g()", "h(a)"]),
        ("\ufefff()", ["f()"]),
        ("async def a():\n    await f()\n", ["f()"]),
        ("f \\\n (a)", ["f \\\n (a)"]),
        ("\f  \ff('é', g())", ["f('é', g())", "g()"]),
        ("x = 1\n\f\f  \fg(h(),\n\f  h())\n", ["g(h(),\n\f  h())", "h()", "h()"]),
        ("# nothing", []),
        ("", []),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_odd_layouts(text: str, expected: list[str], newline: str) -> None:
    assert sites(text.replace("\n", newline).encode()) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = f\"{f()} {g(f'{h()}')}\"", ["f()", "g(f'{h()}')", "h()"]),
        ("f'é{f()!r:>{w()}} {{}} {b(1)=}' \"{p()\" F'{d()}'", ["f()", "w()", "b(1)", "d()"]),
        ("f'''a\n {f(\n'é')} {g()}'''", ["f(\n'é')", "g()"]),
        ("rf'\\{f()}' f'\\N{EM DASH}{g()}'", ["f()", "g()"]),
        ("f'{f() == g()}{ {1: h()}[1] }{x!=i()}'", ["f()", "g()", "h()", "i()"]),
        ("f'{x:{f()}.{g()}}{h(lambda: 1)}'", ["f()", "g()", "h(lambda: 1)"]),
        ("f'{f(\"}\")}' 'é' f'{g(a=1)}'", ['f("}")', "g(a=1)"]),
    ],
)
def test_calls_in_formatted_strings(text: str, expected: list[str]) -> None:
    """Before 3.12 Python counts their columns from somewhere else."""
    assert sites(text.encode()) == sorted(expected)


@pytest.mark.parametrize("text", ["x: 'Annotated[int, f()]' = g()", "x = cast('é[f()]', g())"])
def test_what_is_called_in_a_quoted_annotation_stands_at_the_string(text: str) -> None:
    assert "g()" in sites(text.encode())
    assert all(part in text for part in sites(text.encode()))
