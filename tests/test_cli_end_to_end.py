"""The program as it is installed, on small projects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import asset_lint
from asset_lint.cli.program import run

ASSETS = """\
from weakref import WeakValueDictionary


class AssetResponseWrapper:
    def __init__(self, key):
        self.key = key


class AssetManager:
    def __init__(self):
        self.assets = WeakValueDictionary()

    def get(self, key):
        if key not in self.assets:
            self.assets[key] = AssetResponseWrapper(key)
        return self.assets[key]
"""
USE = "from assets import AssetResponseWrapper\n\n\ndef load(key):\n    return AssetResponseWrapper(key)\n"


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("assets.py").write_text(ASSETS, encoding="utf-8")
    Path("use.py").write_text(USE, encoding="utf-8")


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str, int, int]]:
    """Check, and give what is found."""
    status = run(["check", "--format", "json", *arguments])
    document = json.loads(capsys.readouterr().out)
    findings = [(one["code"], one["path"], one["line"], one["column"]) for one in document["findings"]]
    assert document["errors"] == []
    assert status == (1 if findings else 0)
    return findings


SITE = ("MGR101", "use.py", 5, 12)


def test_a_construction_beside_the_manager_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys) == [SITE]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--select", "MGR2"],
        ["--ignore", "MGR101"],
        ["--per-file-ignores", "use.py:MGR1"],
        ["--exclude", "use.py"],
    ],
)
def test_options_silence_it(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys, *arguments) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ignore = ['MGR101']", []),
        ("per-file-ignores = {'us?.py' = ['MGR1']}", []),
        ("exclude = ['use.py']", []),
        ("[[guard]]\nclass = 'assets.AssetResponseWrapper'\nmanager = 'assets.AssetManager'\nallow-in = ['use']", []),
        ("[[guard]]\nclass = 'assets.AssetResponseWrapper'\nmanager = 'assets.AssetManager'", [SITE]),
    ],
)
def test_the_configuration_is_used(
    text: str, expected: list[tuple[str, str, int, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("asset-lint.toml").write_text(text, encoding="utf-8")

    assert found(capsys) == expected


def test_unsaved_text_is_checked_in_the_place_of_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open("unsaved.txt", "w+", encoding="utf-8") as stdin:
        stdin.write(USE.replace("return", "asset ="))
        stdin.seek(0)
        monkeypatch.setattr(sys, "stdin", stdin)
        assert ("MGR101", "use.py", 5, 13) in found(capsys, "-", "--stdin-filename", "use.py")


def test_a_missing_path_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "uze.py"]) == 2
    assert capsys.readouterr().err == "asset-lint: no such file or folder: uze.py; did you mean use.py?\n"


def test_a_wrong_configuration_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    Path("asset-lint.toml").write_text("selct = []", encoding="utf-8")

    assert run(["check"]) == 2
    assert capsys.readouterr().err.startswith("asset-lint: asset-lint.toml: selct: unknown key")


def test_a_run_without_files_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code = """
import sys
from asset_lint.cli.program import run
HEAVY = {"libcst", "rich", "msgspec", "pathspec", "flake8", "multiprocessing", "tomllib"}
status = run(["check"])
print(*sorted({name.split(".")[0] for name in sys.modules} & HEAVY))
sys.exit(status)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path / "empty",
        env={**os.environ, "PYTHONPATH": str(Path(asset_lint.__file__).parent.parent)},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No findings in 0 files.\n\n"


def test_every_rule_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    from asset_lint.rules import all_rules

    for rule in all_rules():
        assert run(["explain", rule.code]) == 0
        assert rule.summary in capsys.readouterr().out
