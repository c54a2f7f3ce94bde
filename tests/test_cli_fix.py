"""``asset-lint fix`` as people use it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asset_lint.cli import fix as command
from asset_lint.cli.program import run

CONFIG = '[[guard]]\nclass = "app.Asset"\nmanager = "app.Manager"\n'
APP = """\
class Asset:
    def __init__(self, key: str) -> None:
        self.key = key


class Manager:
    def __init__(self) -> None:
        self._assets: dict[str, Asset] = {}

    def get(self, key: str) -> Asset:
        if key not in self._assets:
            self._assets[key] = Asset(key)
        return self._assets[key]

    def forget(self, key: str) -> None:
        del self._assets[key]


manager = Manager()
"""
USE = """\
from app import Asset, Manager


def load(manager: Manager, key: str) -> Asset:
    return Asset(key)


def other(key: str) -> Asset:
    return Asset(key)
"""
SAFE = USE.replace("    return Asset(key)", "    return manager.get(key)", 1)
UNSAFE = """\
from app import Asset, Manager, manager


def load(manager: Manager, key: str) -> Asset:
    return manager.get(key)


def other(key: str) -> Asset:
    return manager.get(key)
"""
GIT = shutil.which("git")
needs_git = pytest.mark.skipif(GIT is None, reason="install git to run this test")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("asset-lint.toml").write_text(CONFIG, encoding="utf-8")
    Path("app.py").write_text(APP, encoding="utf-8")
    Path("use.py").write_text(USE, encoding="utf-8")
    return folder


def text() -> str:
    return Path("use.py").read_text(encoding="utf-8")


def git(*arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def committed() -> None:
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "all")


class TestWhatIsDone:
    def test_safe_fixes_are_applied_and_the_rest_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["fix"]) == 1

        out = capsys.readouterr().out
        assert text() == SAFE
        assert "use.py:9:12: MGR101" in out
        assert "[asset-lint fix --unsafe: call manager.get" in out
        assert "Fixed 1 finding in 1 file (MGR101 1)." in out
        assert "1 finding left (MGR101 1)." in out
        assert "  1 the fix is unsafe: --unsafe applies it" in out

    def test_unsafe_fixes_are_applied_on_demand(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["fix", "--unsafe"]) == 0

        assert text() == UNSAFE
        assert "Fixed 2 findings in 1 file (MGR101 2).\nNothing is left." in capsys.readouterr().out

    def test_verbose_names_what_was_fixed(self, capsys: pytest.CaptureFixture[str]) -> None:
        run(["fix", "--verbose"])

        assert "use.py:5:12: MGR101 fixed: call manager.get" in capsys.readouterr().out

    def test_quiet_shows_what_is_left_only(self, capsys: pytest.CaptureFixture[str]) -> None:
        run(["fix", "--quiet"])

        assert [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()] == ["use.py:9:12:"]

    def test_only_what_is_selected_is_fixed(self) -> None:
        assert run(["fix", "--unsafe", "--select", "MGR102"]) == 0
        assert text() == USE

    def test_named_files_are_fixed_and_no_others(self) -> None:
        shutil.copy("use.py", "second.py")

        run(["fix", "second.py"])

        assert text() == USE
        assert Path("second.py").read_text(encoding="utf-8") == SAFE

    def test_nothing_to_do_is_no_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["fix", "app.py"]) == 0
        assert capsys.readouterr().out == "Fixed 0 findings.\nNothing is left.\n"

    def test_json_has_what_is_fixed_and_what_is_left(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["fix", "--format", "json"]) == 1

        document = json.loads(capsys.readouterr().out)
        assert document["changed"] == ["use.py"]
        assert [item["line"] for item in document["fixed"]] == [5]
        assert document["fixed"][0]["fix"]["safety"] == "safe"
        assert [item["line"] for item in document["findings"]] == [9]
        assert document["findings"][0]["no_fix_reason"] is None

    def test_check_tells_the_fix_in_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        run(["check", "--format", "json"])

        first, second = json.loads(capsys.readouterr().out)["findings"]
        assert first["fix"]["edits"] == [
            {"path": "use.py", "line": 5, "column": 12, "end_line": 5, "end_column": 17, "text": "manager.get"}
        ]
        assert second["fix"]["safety"] == "unsafe"


class TestDiff:
    def test_it_shows_and_does_not_write(self, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        assert run(["fix", "--diff"]) == 1

        shown = capsysbinary.readouterr()
        assert b"--- a/use.py\n+++ b/use.py\n" in shown.out
        assert b"+    return manager.get(key)\n" in shown.out
        assert b"Would fix 1 finding" in shown.err
        assert text() == USE

    @needs_git
    @pytest.mark.parametrize("ending", ["\n", "\r\n"])
    @pytest.mark.parametrize("last", ["", "\n"])
    def test_git_takes_it(self, ending: str, last: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        Path("use.py").write_bytes((USE.rstrip() + last).replace("\n", ending).encode())
        Path("my file.py").write_bytes(USE.encode("latin-1"))
        git("init", "-q")
        git("config", "core.autocrlf", "false")
        git("add", ".")
        run(["fix", "--diff", "--unsafe", "--allow-dirty"])
        Path("../fixes.patch").write_bytes(capsysbinary.readouterr().out)

        git("apply", "../fixes.patch")

        assert Path("use.py").read_bytes() == (UNSAFE.rstrip() + last).replace("\n", ending).encode()
        assert Path("my file.py").read_text(encoding="utf-8") == UNSAFE

    def test_it_takes_no_format(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["fix", "--diff", "--format", "json"]) == 2
        assert "leave out --format" in capsys.readouterr().err


@needs_git
class TestGit:
    def test_a_clean_work_tree_is_written_to(self) -> None:
        committed()

        assert run(["fix"]) == 1
        assert text() == SAFE

    def test_a_dirty_one_is_not(self, capsys: pytest.CaptureFixture[str]) -> None:
        committed()
        Path("app.py").write_text(APP + "\n# more\n", encoding="utf-8")

        assert run(["fix"]) == 2
        assert text() == USE
        assert "app.py; commit or stash them, look first with --diff, or give --allow-dirty" in capsys.readouterr().err

    def test_unless_it_is_allowed(self) -> None:
        committed()
        Path("app.py").write_text(APP + "\n# more\n", encoding="utf-8")

        assert run(["fix", "--allow-dirty"]) == 1
        assert text() == SAFE

    def test_a_file_that_git_does_not_have_is_not_written_to(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("use.py").rename("later.py")
        committed()
        Path("later.py").rename("use.py")
        git("rm", "-q", "--cached", "later.py")
        git("commit", "-qm", "gone")

        assert run(["fix"]) == 2
        assert text() == USE
        assert "use.py" in capsys.readouterr().err


class TestTrouble:
    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="run as another user than root")
    def test_a_file_that_cannot_be_written_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("use.py").chmod(0o444)

        assert run(["fix"]) == 2
        assert "use.py: error: was not fixed" in capsys.readouterr().out

    def test_a_file_that_changes_meanwhile_is_left(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def meanwhile(*arguments: object) -> object:
            outcome = worked_out(*arguments)  # type: ignore[arg-type]
            Path("use.py").write_text(USE + "\n# somebody else\n", encoding="utf-8")
            return outcome

        worked_out = command._worked_out
        monkeypatch.setattr(command, "_worked_out", meanwhile)

        assert run(["fix", "--unsafe"]) == 2
        assert text() == USE + "\n# somebody else\n"
        out = capsys.readouterr().out
        assert "was not fixed: it was changed" in out
        assert "2 findings left" in out

    def test_a_link_out_of_the_project_is_not_followed(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        outside = project.parent / "outside.py"
        Path("use.py").rename(outside)
        Path("use.py").symlink_to(outside)

        assert run(["fix"]) == 2
        assert outside.read_text(encoding="utf-8") == USE
        assert "was not fixed" in capsys.readouterr().out

    def test_a_file_that_cannot_be_parsed_does_not_stop_the_others(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("broken.py").write_text("from app import Asset\nAsset(\n", encoding="utf-8")

        assert run(["fix"]) == 2
        assert text() == SAFE
        assert "broken.py:2: error:" in capsys.readouterr().out

    def test_asking_needs_a_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["fix", "--interactive"]) == 2
        assert "--interactive needs a terminal" in capsys.readouterr().err

    def test_a_wrong_configuration_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("asset-lint.toml").write_text(CONFIG + 'accces = ["x"]\n', encoding="utf-8")

        assert run(["fix"]) == 2
        assert "accces" in capsys.readouterr().err


class TestBeingAsked:
    @pytest.mark.parametrize(
        ("answers", "expected"), [("yy", UNSAFE), ("ny", None), ("a", UNSAFE), ("q", USE), ("nn", USE)]
    )
    def test_each_fix_is_shown_and_asked_about(
        self, answers: str, expected: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        given = iter(answers)
        monkeypatch.setattr(command.click, "prompt", lambda *_, **__: next(given))
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)

        run(["fix", "--unsafe", "--interactive"])

        out = capsys.readouterr().out
        assert "safe fix: call manager.get" in out
        assert "+    return manager.get(key)" in out
        assert expected in {None, text()}
        if "n" in answers:
            assert "the fix was declined" in out


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_run_leaves_whole_files_and_the_next_one_no_stray(project: Path) -> None:
    """Each file is as it was or as it becomes; ASSET_LINT_KILLS sets how often a run is killed."""
    number = 120
    for index in range(number):
        Path(f"use_{index}.py").write_text(USE, encoding="utf-8")
    command_line = [sys.executable, "-m", "asset_lint", "fix", "--unsafe", "--jobs", "1"]
    started = time.monotonic()
    subprocess.run(command_line, check=False, capture_output=True)
    whole = time.monotonic() - started
    chance = random.Random(4)

    for _ in range(int(os.environ.get("ASSET_LINT_KILLS", "4"))):
        for index in range(number):
            Path(f"use_{index}.py").write_text(USE, encoding="utf-8")
        child = subprocess.Popen(command_line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * chance.uniform(0.5, 1.0))
        child.send_signal(signal.SIGKILL)
        child.wait()
        texts = {path.read_text(encoding="utf-8") for path in project.glob("use_*.py")}
        assert texts <= {USE, UNSAFE}
        assert len(list(project.glob("use_*.py"))) == number

    subprocess.run(command_line, check=False, capture_output=True)
    assert {path.read_text(encoding="utf-8") for path in project.glob("use_*.py")} == {UNSAFE}
    assert sorted(path.name for path in project.iterdir() if path.suffix == ".tmp") == []
