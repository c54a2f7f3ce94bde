"""The codemod under LibCST's own runner: the texts of ``asset-lint fix``, whoever starts the processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from expectations import ROOT
from libcst import parse_module, tool
from libcst.codemod import CodemodContext, parallel_exec_transform_with_prettyprint

from asset_lint.codemod import LOSSY, NO_PATH, STALE, UseManager
from asset_lint.config import Overrides
from asset_lint.fixing import FixReport, fix

COMMAND = ("codemod", "-x", "asset_lint.codemod.UseManager", "--no-format", "--hide-progress")
ASSETS = """\
class AssetResponseWrapper:
    def __init__(self, key):
        self.key = key


class AssetManager:
    def __init__(self):
        self.assets = {}

    def get(self, key):
        if key not in self.assets:
            self.assets[key] = AssetResponseWrapper(key)
        return self.assets[key]

    def forget(self, key):
        del self.assets[key]
"""
USE = """\
from assets import AssetManager, AssetResponseWrapper


def load(manager: AssetManager, key):
    return AssetResponseWrapper(key)  # é
"""
FIXED = """\
from assets import AssetManager


def load(manager: AssetManager, key):
    return manager.get(key)  # é
"""
SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "bom": lambda text: text.encode("utf-8-sig"),
    "latin": lambda text: f"# -*- coding: latin-1 -*-\n{text}".encode("latin-1"),
    "bare": lambda text: text.rstrip("\n").encode(),
    "tabs": lambda text: text.replace("    ", "\t").encode(),
}
# Every process of the run executes this, whatever starts it, and so notes who works out the fixes.
COUNTED = """
import multiprocessing, os, sys
from asset_lint import fixing

fix = fixing.fix

def counted(*arguments, **options):
    with open(os.environ["COUNTED"], "a") as file:
        file.write(f"{os.getpid()}\\n")
    return fix(*arguments, **options)

fixing.fix = counted
if __name__ == "__main__":
    from libcst.tool import main
    multiprocessing.set_start_method(sys.argv[1])
    raise SystemExit(main("libcst.tool", sys.argv[2:]))
"""


def texts(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.py*") if path.is_file()}


def with_changes(folder: Path, outcome: FixReport) -> dict[str, bytes]:
    changes = {str(Path(change.path).relative_to(folder)): change.after for change in outcome.changes}
    assert changes, "there is something to compare"
    return {**texts(folder), **changes}


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **variables},
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a project of a manager and of modules that build beside it, one in each spelling."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("assets.py").write_text(ASSETS, encoding="utf-8")
    for name, spelled in SPELLINGS.items():
        Path(f"{name}.py").write_bytes(spelled(USE))
    return folder


def run(*arguments: str) -> int:
    """Run LibCST's program in this process."""
    return tool.main("libcst.tool", [*COMMAND, "-j", "1", *arguments])


@pytest.mark.parametrize("options", [["-j", "1"], ["--unsafe"]], ids=["serial", "parallel_unsafe"])
def test_the_texts_are_those_of_asset_lint_fix(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "fixtures/photo_library", library, ignore=ignore)
    shutil.copytree(library / "photos/services", tmp_path / "elsewhere")
    monkeypatch.chdir(library)
    expected = with_changes(library, fix([Path("photos"), Path("demo.py")], unsafe="--unsafe" in options))
    untouched = texts(tmp_path / "elsewhere")

    done = python("-m", "libcst.tool", *COMMAND, *options, "photos", "demo.py")

    assert done.returncode == 0, done.stderr
    assert texts(library) == expected
    assert texts(tmp_path / "elsewhere") == untouched


def test_a_configuration_of_its_own(project: Path) -> None:
    Path("own.toml").write_text("exclude = ['crlf.py']\n", encoding="utf-8")
    expected = with_changes(project, fix([Path()], Overrides(config=Path("own.toml")), unsafe=True))

    assert run("--unsafe", "--config", "own.toml", ".") == 0

    assert texts(project) == expected
    assert Path("crlf.py").read_bytes() == SPELLINGS["crlf"](USE)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.usefixtures("project")
def test_the_fixes_are_worked_out_once(method: str, tmp_path: Path) -> None:
    (tmp_path / "counted.py").write_text(COUNTED, encoding="utf-8")
    # Not below tmp_path: the forkserver has a socket there, whose path may not be long.
    temporary = mkdtemp()

    done = python(
        str(tmp_path / "counted.py"), method, *COMMAND, "-j", "2", "--unsafe", ".",
        COUNTED=str(tmp_path / "counts"), TMPDIR=temporary, TEMP=temporary,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert {name: Path(f"{name}.py").read_bytes() for name in SPELLINGS} == {
        name: spelled(FIXED) for name, spelled in SPELLINGS.items()
    }
    assert len((tmp_path / "counts").read_text().splitlines()) == 1
    os.rmdir(temporary)  # which is empty again


def test_a_second_run_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--unsafe", ".") == 0
    once = {path: path.stat().st_mtime_ns for path in project.iterdir()}
    assert Path("plain.py").read_text(encoding="utf-8") == FIXED
    assert run("--unsafe", ".") == 0

    assert {path: path.stat().st_mtime_ns for path in project.iterdir()} == once
    assert "0 warnings were generated" in capsys.readouterr().err


def test_what_is_left_is_a_warning(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(project)
    Path("bare.py").write_text(USE.replace("manager: AssetManager, ", ""), encoding="utf-8")

    assert run("plain.py", "bare.py") == 0

    shown = capsys.readouterr().err
    lines = sorted(line for line in shown.splitlines() if line.startswith("WARNING: "))
    assert lines[0].startswith(
        "WARNING: bare.py:5: MGR101 AssetResponseWrapper is built outside AssetManager (assets);"
    )
    assert " [no fix: " in lines[0]
    assert lines[1].startswith("WARNING: plain.py:5: MGR101 ")
    assert " [asset-lint fix --unsafe: " in lines[1]
    assert " - 2 warnings were generated." in shown
    assert Path("plain.py").read_bytes() == before["plain.py"]


def test_a_diff_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(project)

    assert run("plain.py", "crlf.py", "--unsafe", "-u", "1") == 0

    shown = {line for line in capsys.readouterr().out.splitlines() if line.startswith("+")}
    assert shown == {
        *(f"+++ {project / name}" for name in ("plain.py", "crlf.py")),
        "+from assets import AssetManager",
        "+    return manager.get(key)  # é",
    }
    assert texts(project) == before


def test_a_broken_file_is_the_runner_s_matter(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.py").write_text(USE + "(", encoding="utf-8")

    assert run("--unsafe", ".") == 1

    assert f"Failed to codemod {project / 'broken.py'}" in capsys.readouterr().err
    assert Path("plain.py").read_text(encoding="utf-8") == FIXED


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("text", [USE, "x = 1\n"], ids=["to_be_fixed", "clean"])
def test_what_libcst_would_lose_is_skipped(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = f"\f{text}".encode()
    assert parse_module(before).bytes != before, "else LibCST has learned it"
    Path("fed.py").write_bytes(before)

    assert run("--unsafe", "fed.py") == 0

    assert LOSSY in capsys.readouterr().err
    assert Path("fed.py").read_bytes() == before


@pytest.mark.usefixtures("project")
def test_a_file_that_somebody_else_changes_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gather = tool.gather_files

    def changing(*arguments: Any, **options: Any) -> list[str]:
        Path("plain.py").write_text("x = 1\n", encoding="utf-8")  # the plan is there, the work has not begun
        return gather(*arguments, **options)

    monkeypatch.setattr(tool, "gather_files", changing)

    assert run("--unsafe", "plain.py") == 0

    assert STALE in capsys.readouterr().err
    assert Path("plain.py").read_text(encoding="utf-8") == "x = 1\n"


@pytest.mark.usefixtures("project")
@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text(USE, encoding="utf-8")
    Path("link.py").symlink_to(outside)

    assert run("--unsafe", ".") == 0

    assert "link.py was not fixed: it is reached by a link to a place outside" in capsys.readouterr().err
    assert outside.read_text(encoding="utf-8") == USE


@pytest.mark.usefixtures("project")
def test_what_the_runner_leaves_out_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("window.pyw").write_text(USE, encoding="utf-8")

    assert run("--unsafe", ".") == 0

    assert "window.pyw' is not fixed: LibCST leaves it out" in capsys.readouterr().err
    assert Path("window.pyw").read_text(encoding="utf-8") == USE


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.py"], "asset-lint: no such file or folder: missing.py"),
        (["--config", "missing.toml", "."], "asset-lint: missing.toml: cannot be read"),
    ],
)
def test_an_invocation_that_cannot_be_carried_out(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*arguments)

    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith(message)


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run("--help")

    shown = capsys.readouterr().out
    assert stopped.value.code == 0
    assert UseManager.DESCRIPTION in shown
    assert "\n  python -m libcst.tool codemod -x asset_lint.codemod.UseManager --no-format src\n" in shown


@pytest.mark.usefixtures("project")
def test_a_configured_runner(capsys: pytest.CaptureFixture[str]) -> None:
    formatter = "import sys; sys.stdout.write(sys.stdin.read() + '# formatted')"
    settings = {"modules": ["asset_lint"], "formatter": [sys.executable, "-c", formatter]}
    Path(".libcst.codemod.yaml").write_text(json.dumps({**settings, "blacklist_patterns": [".*crlf.py"]}))
    untouched = texts(Path())

    assert (
        tool.main("libcst.tool", ["codemod", "codemod.UseManager", "-j", "1", "--unsafe", "plain.py", "crlf.py"]) == 0
    )

    assert Path("plain.py").read_text(encoding="utf-8") == FIXED + "# formatted"
    assert Path("crlf.py").read_bytes() == untouched["crlf.py"]
    assert "Blacklisted by pattern" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_without_the_command_line_of_libcst(capsys: pytest.CaptureFixture[str]) -> None:
    result = parallel_exec_transform_with_prettyprint(
        UseManager, ["plain.py", "bom.py"], jobs=1, hide_progress=True, codemod_args={"unsafe": True}
    )

    assert (result.successes, result.warnings) == (2, 0), capsys.readouterr().err
    assert [Path(f"{name}.py").read_bytes() for name in ("plain", "bom")] == [
        SPELLINGS[name](FIXED) for name in ("plain", "bom")
    ]


@pytest.mark.usefixtures("project")
def test_standard_input_is_left_as_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "libcst.tool", *COMMAND, "-"],
        check=False,
        capture_output=True,
        input=USE.encode(),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )

    assert done.stdout.decode().strip() == USE.strip()
    assert f"WARNING: {NO_PATH}" in done.stderr.decode()


def test_a_tree_without_a_file_stays_the_same_tree() -> None:
    tree = parse_module(USE)

    assert UseManager(CodemodContext()).transform_module(tree) is tree
