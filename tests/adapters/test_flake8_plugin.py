"""The plugin in flake8, on a small project."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flake8.main.cli import main

from asset_lint import engine
from asset_lint.adapters.flake8 import Plugin
from asset_lint.findings import Problem, Report
from asset_lint.outputs.text import told

pytestmark = pytest.mark.usefixtures("project")

Flake8 = Callable[..., list[tuple[str, int, int, str, str]]]
SITE = ("use.py", 5, 12, "MGR101")
CALL = "AssetResponseWrapper(key)"


def sites(shown: list[tuple[str, int, int, str, str]]) -> list[tuple[str, int, int, str]]:
    return [row[:4] for row in shown]


def edit(old: str, new: str) -> None:
    path = Path("use.py")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("paths", [[], ["."], ["use.py"], ["use.py", "assets.py"], ["use.py", "missing.py"]])
def test_a_construction_is_shown_whatever_is_checked(paths: list[str], flake8: Flake8) -> None:
    shown = flake8(*paths)

    assert sites(row for row in shown if row[3] != "E902") == [SITE]
    assert {row[0] for row in shown if row[3] == "E902"} == {path for path in paths if path == "missing.py"}


def test_the_message_is_that_of_check(flake8: Flake8) -> None:
    [finding] = engine.check([Path()], jobs=1).findings

    assert [row[4] for row in flake8()] == [told(finding)]


@pytest.mark.parametrize(
    ("comment", "silent", "without_noqa"),
    [
        ("# noqa", True, False),
        ("# noqa: MGR101", True, False),
        ("# noqa: MGR1 -- a probe", True, False),
        ("# noqa: MGR102", False, False),
        ("# asset-lint: allow[MGR101] -- a probe", True, True),
        ("# asset-lint: allow[MGR102]", False, False),
    ],
)
def test_comments(comment: str, silent: bool, without_noqa: bool, flake8: Flake8) -> None:
    edit(CALL, f"{CALL}  {comment}")

    assert sites(flake8()) == ([] if silent else [SITE])
    assert sites(flake8("--disable-noqa")) == ([] if without_noqa else [SITE])


def test_a_file_can_be_left_out_of_flake8(flake8: Flake8) -> None:
    edit("from assets", "# flake8: noqa\nfrom assets")

    assert flake8() == []
    assert sites(flake8("--disable-noqa")) == [("use.py", 6, 12, "MGR101")]
    assert engine.check([Path()], jobs=1).findings == ()


@pytest.mark.parametrize(
    "comment", ["# noqa: MGR001", "# noqa: MGR102", "# asset-lint: allow[MGR1]  # noqa", "# noqa: XY1"]
)
def test_suppressions_that_suppress_nothing(comment: str, flake8: Flake8) -> None:
    Path("asset-lint.toml").write_text("select = ['MGR0']", encoding="utf-8")
    edit("def load(key):", f"def load(key):  {comment}")
    findings = engine.check([Path()], jobs=1).findings

    assert [tuple(row) for row in flake8()] == [
        (item.path, item.span.line, item.span.column, item.code, told(item)) for item in findings
    ]


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("ignore = ['MGR101']", [], []),
        ("ignore = ['MGR101']", ["--select", "MGR101"], []),
        ("per-file-ignores = {'us?.py' = ['MGR1']}", [], []),
        ("select = ['MGR1']", ["--extend-ignore", "MGR1"], []),
        ("select = ['MGR1']", ["--select", "E,MGR101"], [SITE]),
        ("select = ['MGR1']", ["--exclude", "use.py"], []),
    ],
)
def test_our_configuration_decides_first(
    text: str, options: list[str], expected: list[tuple[str, int, int, str]], flake8: Flake8
) -> None:
    Path("asset-lint.toml").write_text(text, encoding="utf-8")

    assert sites(flake8(*options)) == expected


def test_a_configuration_can_be_named(flake8: Flake8, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("ignore = ['MGR101']", encoding="utf-8")
    Path("asset-lint.toml").write_text("select = ['MGR101']", encoding="utf-8")

    assert sites(flake8()) == [SITE]
    assert flake8("--asset-lint-config", str(other)) == []


def test_a_configuration_can_be_named_in_the_configuration_of_flake8(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quiet.toml").write_text("ignore = ['MGR101']", encoding="utf-8")
    config = tmp_path / "flake8.ini"
    config.write_text("[flake8]\nasset-lint-config = ./quiet.toml\n", encoding="utf-8")
    seen = []
    monkeypatch.setattr(engine, "check", lambda paths, overrides, **_: seen.append(overrides.config) or Report())

    assert main(["--config", str(config), "--jobs", "1", "--select", "MGR", "use.py"]) == 0
    assert seen == [tmp_path / "quiet.toml"]


def stdin_of(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    from flake8.utils import stdin_get_value

    stdin_get_value.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


@pytest.mark.parametrize("name", [None, "use.py", "other.py", "not/there.py", "<buffer>", "ABSOLUTE"])
def test_standard_input(name: str | None, flake8: Flake8, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"# not saved yet\n{Path('use.py').read_text(encoding='utf-8')}"
    stdin_of(monkeypatch, text.encode())
    name = str(Path("use.py").absolute()) if name == "ABSOLUTE" else name
    options = ["--stdin-display-name", name] if name else []

    assert sites(flake8("-", *options)) == [(name or "stdin", 6, 12, "MGR101")]


def test_standard_input_is_what_the_other_files_see(flake8: Flake8, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin_of(monkeypatch, b"class AssetResponseWrapper:\n    pass\n\n\nclass AssetManager:\n    pass\n")
    Path("assets.py").write_text("AssetResponseWrapper = dict\n", encoding="utf-8")

    assert flake8("use.py") == []
    assert sites(flake8("-", "use.py", "--stdin-display-name", "assets.py")) == [SITE]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_standard_input_in_another_encoding(encoding: str, flake8: Flake8, monkeypatch: pytest.MonkeyPatch) -> None:
    edit("from assets", "# coding: latin-1\nfrom assets" if encoding == "latin-1" else "from assets")
    edit("return", 'name = "é\N{DEGREE SIGN}"; return')
    data = Path("use.py").read_text(encoding="utf-8").encode(encoding)
    Path("use.py").write_bytes(data)
    stdin_of(monkeypatch, data)

    on_disk = flake8("use.py")

    assert [row[2:4] for row in on_disk] == [(25, "MGR101")]
    assert flake8("-", "--stdin-display-name", "use.py") == on_disk


def test_a_file_that_cannot_be_parsed_does_not_keep_the_others_back(flake8: Flake8) -> None:
    Path("broken.py").write_text("from assets import AssetResponseWrapper\nAssetResponseWrapper(\n", encoding="utf-8")
    Path("bytes.py").write_bytes(b"# AssetResponseWrapper \xff\xfe\n")

    shown = flake8()

    assert SITE in sites(shown)
    assert [row[3] for row in shown if row[0] == "broken.py"] == ["E999"]


def test_a_file_that_only_we_cannot_handle_is_named(flake8: Flake8, monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report(problems=(Problem("use.py", 0, "is odd\nand long"),))
    monkeypatch.setattr(engine, "check", lambda *_, **__: report)

    assert [tuple(row) for row in flake8()] == [
        ("use.py", 1, 1, "MGR000", "asset-lint could not check this file: is odd\\nand long")
    ]


@pytest.mark.parametrize("options", [[], ["--per-file-ignores", "assets.py:MGR"]])
def test_a_wrong_configuration_is_one_line(options: list[str], flake8: Flake8) -> None:
    Path("asset-lint.toml").write_text("selct = []\nsrc = 1", encoding="utf-8")
    edit("from assets", "import os  # noqa\nfrom assets")

    [row] = flake8("use.py", "assets.py", *options)

    assert row[1:4] == (0, 1, "MGR000")
    assert row[0] == "use.py"
    assert "asset-lint.toml: selct: unknown key" in row[4]
    assert "; asset-lint.toml: src: " in row[4]


def test_a_missing_configuration_is_one_line(flake8: Flake8) -> None:
    [row] = flake8("--asset-lint-config", "nowhere.toml")

    assert row[3] == "MGR000"
    assert "nowhere.toml: cannot be read" in row[4]


def test_a_crash_is_one_line_and_the_other_plugins_go_on(flake8: Flake8, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> Report:
        raise KeyError("first\nsecond")

    monkeypatch.setattr(engine, "check", crash)
    edit("def load", "import os\ndef load")

    shown = flake8("--select", "MGR,F401")

    assert sorted(row[3] for row in shown) == ["F401", "MGR000"]
    message = next(row[4] for row in shown if row[3] == "MGR000")
    assert "internal error (KeyError: 'first\\nsecond' in test_flake8_plugin.py, line " in message
    assert 'run "asset-lint check"' in message


def test_a_style_guide_can_be_used_again(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from flake8.api.legacy import get_style_guide

    guide = get_style_guide(select=["MGR"])
    guide.options.jobs.is_auto, guide.options.jobs.n_jobs = False, 1

    before = guide.check_files(["use.py"]).total_errors
    edit("return ", "return key or ")
    edit(CALL, "None")
    after = guide.check_files(["use.py"]).total_errors

    assert (before, after) == (1, 0)
    assert Plugin._run is not None
