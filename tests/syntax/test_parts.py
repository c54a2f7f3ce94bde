"""A module is cut into its top-level statements, and the parts together are the module."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from asset_lint.syntax.parts import parts

LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = [path for path in sorted(LIBRARY.glob("*.py")) if path.stat().st_size > 2_000][::4]


def joined(text: str) -> str:
    trees = [ast.increment_lineno(ast.parse(part.text), part.before) for part in parts(text)]
    body = [statement for tree in trees for statement in tree.body]
    return ast.dump(ast.Module(body, []), include_attributes=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_parts_of_the_standard_library_are_its_modules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert joined(text) == ast.dump(ast.parse(text), include_attributes=True)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a = 1", 1),
        ("a = 1\nb = 2\n", 2),
        ("# comment\n\na\n", 2),
        ("if a:\n    b\nelif c:\n    d\nelse:\n    e\nf\n", 2),
        ("try:\n    a\nexcept B:\n    c\nfinally:\n    d\n", 1),
        ("@a\n@b(\n    c\n)\nasync def d(): ...\ne\n", 2),
        ('"""Text\nclass A:\n"""\nclass B: ...\n', 2),
        ("a = '''\nclass A:\n''' # '''\nb\n", 2),
        ("f(\n    a,\n)\nb\n", 2),
        ("elsewhere = 1\nexception = 2\n", 2),
    ],
)
def test_a_module_has_parts(text: str, count: int) -> None:
    assert len(list(parts(text))) == count
    assert joined(text) == ast.dump(ast.parse(text), include_attributes=True)
