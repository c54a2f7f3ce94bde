"""Which codes are reported where."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from asset_lint.config import RULE_NAMES, Config, Overrides, code_problem, on_by_default

ON = {
    *(f"MGR10{n}" for n in range(1, 7)),
    *(f"MGR20{n}" for n in range(1, 5)),
    *(f"MGR30{n}" for n in (1, 2, 3, 4, 6, 7)),
}


def selected(config: Config, path: str = "module.py") -> set[str]:
    return {code for code in RULE_NAMES if config.selects(code, path)}


def family(*prefixes: str) -> set[str]:
    return {code for code in RULE_NAMES if code.startswith(prefixes)}


def test_the_default_selection_is_that_of_the_contract() -> None:
    assert selected(Config(Path("/p"))) == ON
    assert {code for code in RULE_NAMES if on_by_default(code)} == ON


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"select": ("MGR1",)}, family("MGR1")),
        ({"select": ()}, set()),
        ({"select": ("MGR",)}, set(RULE_NAMES)),
        ({"select": ("MGR0", "MGR305")}, {"MGR001", "MGR002", "MGR305"}),
        ({"ignore": ("MGR1",)}, ON - family("MGR1")),
        ({"ignore": ("MGR3",)}, ON - family("MGR3")),
        ({"ignore": ("MGR",)}, set()),
        ({"select": ("MGR1", "MGR2"), "ignore": ("MGR101",)}, family("MGR1", "MGR2") - {"MGR101"}),
        ({"select": ("MGR101",), "ignore": ("MGR1",)}, {"MGR101"}),
        ({"select": ("MGR1", "MGR203"), "ignore": ("MGR10", "MGR2")}, {"MGR203"}),
        ({"select": ("MGR1",), "ignore": ("MGR1",)}, set()),
        ({"require_reason": True}, ON | {"MGR002"}),
        ({"require_reason": True, "select": ("MGR6",)}, family("MGR6") | {"MGR002"}),
        ({"require_reason": True, "ignore": ("MGR0",)}, ON | {"MGR002"}),
        ({"require_reason": True, "ignore": ("MGR002",)}, ON),
    ],
)
def test_the_longest_match_of_select_and_ignore_wins(keys: dict[str, Any], expected: set[str]) -> None:
    assert selected(Config(Path("/p"), **keys)) == expected


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        ({"select": ("MGR1",)}, {"select": ("MGR2",)}, family("MGR2")),
        ({"select": ("MGR1",)}, {"ignore": ("MGR101",)}, family("MGR1") - {"MGR101"}),
        ({"select": ("MGR101",)}, {"ignore": ("MGR1",)}, set()),
        ({"ignore": ("MGR101",)}, {"select": ("MGR101",)}, {"MGR101"}),
        ({"ignore": ("MGR101",)}, {"select": ("MGR1",)}, family("MGR1") - {"MGR101"}),
        ({"ignore": ("MGR1",)}, {"ignore": ("MGR2",)}, ON - family("MGR2")),
        ({"select": ("MGR1",)}, {}, family("MGR1")),
    ],
)
def test_the_command_line_wins_over_the_file(file: dict[str, Any], line: dict[str, Any], expected: set[str]) -> None:
    assert selected(Config(Path("/p"), **file).overridden(Overrides(**line))) == expected


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("tests/*", "tests/test_a.py", True),
        ("tests/*", "tests/deep/test_a.py", True),
        ("tests/*", "src/tests/test_a.py", False),
        ("tests/", "tests/test_a.py", True),
        ("tests", "src/tests/deep/test_a.py", True),
        ("./tests/*", "tests/a.py", True),
        ("**/tests/*", "tests/a.py", True),
        ("**/tests/*", "src/x/tests/a.py", True),
        ("src/**/a.py", "src/a.py", True),
        ("src/**/a.py", "src/x/y/a.py", True),
        ("src/**/a.py", "src/xa.py", False),
        ("*_pb2.py", "src/x/asset_pb2.py", True),
        ("a?.py", "ab.py", True),
        ("a?.py", "a.py", False),
        ("a[0-9].py", "a1.py", True),
        ("a[!0-9].py", "a1.py", False),
        ("a[!0-9].py", "ab.py", True),
        ("a.py", "axpy", False),
        ("a+b.py", "a+b.py", True),
    ],
)
def test_files_are_matched_by_patterns_relative_to_the_root(
    pattern: str, path: str, matches: bool, tmp_path: Path
) -> None:
    config = Config(tmp_path, per_file_ignores=((pattern, ("MGR1",)),))

    assert config.selects("MGR101", str(tmp_path / path)) is not matches
    assert config.selects("MGR201", str(tmp_path / path))


def test_files_are_named_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    config = Config(tmp_path, per_file_ignores=(("src/a.py", ("MGR",)),))

    monkeypatch.chdir(tmp_path / "src")
    assert not config.selects("MGR101", "a.py")
    monkeypatch.chdir(tmp_path)
    assert config.selects("MGR101", "a.py")


@pytest.mark.parametrize("code", ["MGR", "M", "MGR1", "MGR10", "MGR101", "MGR0"])
def test_a_code_or_its_beginning_is_known(code: str) -> None:
    assert code_problem(code) is None


@pytest.mark.parametrize("code", ["", "X", "MGR11", "MGR1011", "E501", " MGR1"])
def test_anything_else_is_not(code: str) -> None:
    assert code_problem(code) is not None


def test_a_configuration_can_be_sent_to_another_process(tmp_path: Path) -> None:
    config = Config(tmp_path, select=("MGR1",), per_file_ignores=(("a", ("MGR1",)),))

    assert pickle.loads(pickle.dumps(config)) == config
