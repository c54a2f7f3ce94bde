"""flake8 says what ``asset-lint check`` says, on every fixture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from asset_lint import engine
from asset_lint.outputs.text import told

FIXTURES = Path(__file__).parents[2] / "fixtures"
TOPICS = sorted(path.name for path in (FIXTURES / "cases").iterdir() if path.is_dir())

Rows = list[tuple[str, int, int, str, str]]


def checked(folder: str) -> Rows:
    report = engine.check([Path(folder)], jobs=1)
    assert not report.problems
    return sorted((item.path, item.span.line, item.span.column, item.code, told(item)) for item in report.findings)


def in_both(folder: str, flake8: Callable[..., Rows]) -> tuple[Rows, Rows]:
    """What check and flake8 say, but for the files that flake8 cannot read: those with newer syntax than Python's."""
    shown = flake8("--filename", "*.py,*.pyi,*.pyw", folder)
    unreadable = {path for path, _, _, code, _ in shown if code.startswith("E9")}
    expected = [row for row in checked(folder) if row[0] not in unreadable]
    return expected, sorted(tuple(row) for row in shown if row[0] not in unreadable)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic(topic: str, flake8: Callable[..., Rows], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES / "cases" / topic)
    cases = sorted(path.name for path in Path().iterdir() if any(path.rglob("*.py")))
    found = 0

    for case in cases:
        expected, shown = in_both(case, flake8)
        assert shown == expected, case
        found += len(shown)

    assert found > 0


def test_the_photo_library(flake8: Callable[..., Rows], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES)

    expected, shown = in_both("photo_library", flake8)

    assert shown == expected
    assert len(shown) > 20
