"""The command line, in front of an engine that answers what a test wants."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import asset_lint
from asset_lint.cli.program import run
from asset_lint.cli.progress import Progress
from asset_lint.config import Overrides
from asset_lint.errors import ConfigError, UsageError
from asset_lint.findings import Finding, Problem, Report, Span, Stats
from asset_lint.project import Shard
from asset_lint.rules import Rule

FINDING = Finding("MGR101", "direct-construction", "built directly", "app.py", Span(1, 5, 1, 12), "", "photos.Asset")
LINE = "app.py:1:5: MGR101 built directly\n"
SUMMARY = "1 finding in 1 of 0 files.\n"


@dataclass
class Engine:
    """Stands in for the engine: notes what it is asked and answers *report*, or raises it."""

    report: Report | BaseException = field(default_factory=Report)
    paths: list[Path] = field(default_factory=list)
    overrides: Overrides = field(default_factory=Overrides)
    overlay: dict[Path, str] = field(default_factory=dict)
    jobs: int | None = None
    calls: int = 0
    cached: bool = False
    shard: Shard | None = None

    def check(
        self,
        paths: Sequence[Path],
        overrides: Overrides = Overrides(),
        *,
        overlay: Mapping[Path, str] | None = None,
        jobs: int | None = None,
        progress: Callable[[str, int, int], None] | None = None,
        cached: bool = False,
        note: Callable[[str], None] | None = None,
        shard: Shard | None = None,
    ) -> Report:
        self.cached, self.shard = cached, shard
        self.paths, self.overrides, self.overlay, self.jobs = list(paths), overrides, dict(overlay or {}), jobs
        self.calls += 1
        assert progress is not None
        progress("reading", 1, 2)
        assert note is not None
        if isinstance(self.report, BaseException):
            raise self.report
        return self.report


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    fake = Engine()
    monkeypatch.setattr(asset_lint, "engine", fake, raising=False)
    monkeypatch.setitem(sys.modules, "asset_lint.engine", fake)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return fake


class Terminal(io.TextIOWrapper):
    """A text stream that says it is a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()


class TestCheck:
    def test_findings_go_to_standard_output(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        engine.report = Report((FINDING,))

        assert run(["check"]) == 1
        assert capsys.readouterr() == (LINE + SUMMARY, "")

    @pytest.mark.parametrize(
        ("report", "status"),
        [
            (Report(), 0),
            (Report((FINDING,)), 1),
            (Report(problems=(Problem("a", 1, "b"),)), 2),
            (Report((FINDING,), (Problem("a", 1, "b"),)), 2),
        ],
    )
    def test_the_exit_status_is_that_of_the_report(self, report: Report, status: int, engine: Engine) -> None:
        engine.report = report

        assert run(["check"]) == status
        assert run(["check", "--format", "json", "--quiet"]) == status

    def test_paths_and_options_reach_the_engine(self, engine: Engine) -> None:
        arguments = "check src tests --select MGR1,MGR201 --select MGR3 --ignore MGR102 --exclude gen,*_pb2.py --jobs 3"

        assert run([*arguments.split(), "--per-file-ignores", "tests/*:MGR1,MGR2", "--config", "my.toml"]) == 0
        assert engine.paths == [Path("src"), Path("tests")]
        assert engine.jobs == 3
        assert engine.overrides == Overrides(
            config=Path("my.toml"),
            select=("MGR1", "MGR201", "MGR3"),
            ignore=("MGR102",),
            per_file_ignores=(("tests/*", ("MGR1", "MGR2")),),
            exclude=("gen", "*_pb2.py"),
        )

    def test_nothing_given_means_nothing_said(self, engine: Engine) -> None:
        assert run(["check"]) == 0
        assert (engine.paths, engine.overrides, engine.overlay, engine.jobs) == ([], Overrides(), {}, None)

    def test_json_stands_alone_on_standard_output(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        engine.report = Report((FINDING,), (Problem("b.py", 2, "is no Python"),), Stats(files=2))

        assert run(["check", "--format", "json", "-v", "--statistics", "--color", "always"]) == 2
        out, err = capsys.readouterr()
        document = json.loads(out)
        assert err == ""
        assert document["version"] == asset_lint.__version__
        assert [(one["code"], one["path"], one["line"]) for one in document["findings"]] == [("MGR101", "app.py", 1)]
        assert document["errors"] == [{"path": "b.py", "line": 2, "message": "is no Python"}]
        assert document["stats"]["files"] == 2

    def test_a_report_may_go_to_a_file(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        engine.report = Report((FINDING,))

        assert run(["check", "--output", "report.txt"]) == 1
        assert capsys.readouterr() == ("", "")
        assert Path("report.txt").read_bytes() == (LINE + SUMMARY).encode()

    def test_a_file_that_cannot_be_written_is_an_error(
        self, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["check", "--output", "no/such/folder.txt"]) == 2
        assert "folder.txt: cannot be written: No such file or directory" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("option", "expected"),
        [
            ("--quiet", LINE),
            ("-q", LINE),
            ("--statistics", f"{LINE}1 MGR101 direct-construction\n{SUMMARY}"),
        ],
    )
    def test_more_or_less_can_be_shown(
        self, option: str, expected: str, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        engine.report = Report((FINDING,))

        assert run(["check", option]) == 1
        assert capsys.readouterr().out == expected

    def test_verbose_shows_what_was_understood(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        engine.report = Report(stats=Stats(files=3, parsed=2, rounds=1))

        assert run(["check", "--verbose"]) == 0
        assert "3 files found, 2 parsed in 1 round" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--select", "MGR1,E501"], 'found "E501", no rule has a code that begins so'),
            (["--ignore", "MRG101"], "did you mean MGR101"),
            (["--per-file-ignores", "tests/*"], 'found "tests/*", expected GLOB:CODES'),
            (["--per-file-ignores", "tests/*:"], "expected GLOB:CODES"),
            (["--per-file-ignores", "tests/*:X1"], 'found "X1"'),
            (["--format", "xml"], "'xml' is not one of"),
            (["--jobs", "0"], "0 is not in the range"),
            (["--colour"], "No such option"),
            (["-", "src"], "--stdin-filename and the path - belong together"),
            (["src", "--stdin-filename", "a.py"], "--stdin-filename and the path - belong together"),
        ],
    )
    def test_misuse_is_refused_before_anything_runs(
        self, arguments: list[str], message: str, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["check", *arguments]) == 2
        out, err = capsys.readouterr()
        assert message in err
        assert out == ""
        assert engine.calls == 0

    @pytest.mark.parametrize(
        ("error", "status", "expected"),
        [
            (ConfigError("a.toml: x: y\na.toml: z"), 2, "asset-lint: a.toml: x: y\nasset-lint: a.toml: z\n"),
            (UsageError("no such file or folder: x"), 2, "asset-lint: no such file or folder: x\n"),
            (KeyboardInterrupt(), 130, "asset-lint: interrupted\n"),
        ],
    )
    def test_what_stops_a_run_is_a_message_and_no_traceback(
        self, error: BaseException, status: int, expected: str, engine: Engine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        engine.report = error

        assert run(["check"]) == status
        out, err = capsys.readouterr()
        assert (out, err.lstrip()) == ("", expected)

    def test_a_bug_is_not_hidden(self, engine: Engine) -> None:
        engine.report = ZeroDivisionError()

        with pytest.raises(ZeroDivisionError):
            run(["check"])


class TestStandardInput:
    def give(self, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))

    def test_unsaved_text_stands_for_a_file(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.give(b"\xef\xbb\xbfx = '\xc3\xa9'\n", monkeypatch)

        assert run(["check", "-", "--stdin-filename", "src/app.py"]) == 0
        assert engine.paths == [Path("src/app.py")]
        assert engine.overlay == {Path.cwd() / "src" / "app.py": "x = 'é'\n"}

    def test_it_needs_no_name(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.give(b"x = 1\n", monkeypatch)

        assert run(["check", "-"]) == 0
        assert engine.overlay == {Path.cwd() / "stdin.py": "x = 1\n"}

    def test_it_is_shown_where_findings_are(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.give(b"x = Asset(1)\n", monkeypatch)
        engine.report = Report((FINDING,))

        assert run(["check", "-", "--stdin-filename", "app.py", "--color", "always"]) == 1
        assert "x = Asset(1)" in capsys.readouterr().out

    def test_text_that_is_none_is_a_problem(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.give(b"x = 1\ny = '\xff'\n", monkeypatch)

        assert run(["check", "-", "--stdin-filename", "app.py"]) == 2
        assert capsys.readouterr().out.startswith("app.py:2: error: is not valid utf-8")
        assert engine.calls == 0


class TestColor:
    @pytest.mark.parametrize(
        ("option", "environment", "frames", "color"),
        [
            ("auto", {}, True, True),
            ("auto", {"NO_COLOR": "1"}, True, False),
            ("auto", {"NO_COLOR": ""}, True, True),
            ("auto", {"TERM": "dumb"}, True, False),
            ("always", {"NO_COLOR": "1"}, True, True),
            ("never", {}, True, False),
        ],
    )
    def test_on_a_terminal(
        self,
        option: str,
        environment: dict[str, str],
        frames: bool,
        color: bool,
        engine: Engine,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        Path("app.py").write_text("x = Asset()\n", encoding="utf-8")
        engine.report = Report((FINDING,))
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

        assert run(["check", "--color", option]) == 1
        assert ("^^^^^^^" in terminal.shown()) is frames
        assert ("\x1b[" in terminal.shown()) is color

    @pytest.mark.parametrize(("option", "color"), [("auto", False), ("always", True), ("never", False)])
    def test_elsewhere(self, option: str, color: bool, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        engine.report = Report((FINDING,))

        assert run(["check", "--color", option]) == 1
        assert ("\x1b[" in capsys.readouterr().out) is color


class TestProgress:
    def test_a_long_run_shows_a_bar_for_each_phase(self) -> None:
        terminal = Terminal()
        with Progress(terminal, delay=0) as progress:
            progress("reading", 1, 4)
            progress("reading", 4, 4)
            progress("checking", 1, 2)

        assert "reading" in terminal.shown()
        assert "checking" in terminal.shown()

    def test_a_short_run_shows_nothing(self) -> None:
        terminal = Terminal()
        with Progress(terminal) as progress:
            progress("reading", 1, 4)

        assert terminal.shown() == ""

    def test_nothing_is_shown_to_a_program(self) -> None:
        stream = io.StringIO()
        with Progress(stream, delay=0) as progress:
            progress("reading", 1, 4)

        assert stream.getvalue() == ""


class TestExplain:
    @pytest.fixture(autouse=True)
    def _rules(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Direct:
            """
            Build assets through their manager.

            The class makes a second object.
            """

            code, name, summary, default = "MGR101", "direct-construction", "a call of the class", True
            bad = """
                x = Asset(1)
            """
            good = "x = manager.get(1)"

        class Slots:
            """Slots save memory."""

            code, name, summary, default = "MGR501", "missing-slots", "a class without slots", False
            bad = "class Asset: ..."
            good = ""

        fake = SimpleNamespace(all_rules=lambda: (Direct, Slots), Rule=Rule)
        monkeypatch.setitem(sys.modules, "asset_lint.rules", fake)

    @pytest.mark.parametrize("word", ["MGR101", "mgr101", "direct-construction", "Direct-Construction"])
    def test_a_rule_has_a_page(self, word: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["explain", word]) == 0
        assert capsys.readouterr().out == textwrap.dedent("""\
            MGR101 direct-construction

            a call of the class
            On by default.

            Build assets through their manager.

            The class makes a second object.

            Reported:

                x = Asset(1)

            Not reported:

                x = manager.get(1)
            """)

    def test_a_rule_that_is_off_says_how_to_have_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["explain", "MGR501"]) == 0
        out = capsys.readouterr().out
        assert "Off unless selected: --select MGR501." in out
        assert "Not reported:" not in out

    def test_the_code_for_what_was_not_checked_has_a_page(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["explain", "mgr000"]) == 0
        assert capsys.readouterr().out.startswith("MGR000 not-checked\n")

    def test_without_a_code_all_rules_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["explain"]) == 0
        assert capsys.readouterr().out.splitlines()[:2] == [
            "MGR101   direct-construction  a call of the class",
            "MGR501 o missing-slots        a class without slots",
        ]

    @pytest.mark.parametrize(
        ("word", "message"),
        [
            ("MRG101", 'asset-lint: no rule is called "MRG101"; did you mean MGR101'),
            ("direct-constuction", "did you mean direct-construction?"),
            ("xyz", 'asset-lint: no rule is called "xyz"\n'),
            ("MGR305", "MGR305 (unlogged-creation) is reserved: this version does not report it"),
        ],
    )
    def test_an_unknown_word_brings_near_ones(
        self, word: str, message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["explain", word]) == 2
        assert message in capsys.readouterr().err


class TestProgram:
    def test_help_shows_commands_examples_and_exit_statuses(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["--help"]) == 0
        out = capsys.readouterr().out
        assert "asset-lint explain MGR101 " in out
        assert "Report what gets past the managers" in out
        assert "2 the invocation or some file" in out

    @pytest.mark.parametrize("command", ["check", "explain"])
    def test_every_command_has_help_with_examples(self, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert run([command, "-h"]) == 0
        out = capsys.readouterr().out
        assert f"Examples: asset-lint {command} " in " ".join(out.split())
        assert "\b" not in out

    def test_the_version_is_that_of_the_package(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["--version"]) == 0
        assert capsys.readouterr().out == f"asset-lint, version {asset_lint.__version__}\n"

    def test_an_unknown_command_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["chekc"]) == 2
        assert "No such command 'chekc'" in capsys.readouterr().err

    def test_no_command_shows_help(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run([]) == 2
        assert "Usage: asset-lint" in "".join(capsys.readouterr())


def python(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    folder = str(Path(asset_lint.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": folder, **options.pop("env", {})}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=False, text=True, capture_output=True, env=environment, **options)


FAKE_ENGINE = """
import sys, types, asset_lint
from asset_lint.findings import Finding, Report, Span
finding = Finding("MGR101", "n", "é" * 100, "a.py", Span(1, 1, 1, 2), "", "A")
sys.modules["asset_lint.engine"] = types.SimpleNamespace(check=lambda *a, **k: Report((finding,) * COUNT))
sys.argv = ["asset-lint", "check"]
from asset_lint.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    folder = str(Path(asset_lint.__file__).parent.parent)
    process = subprocess.Popen(
        [sys.executable, "-c", FAKE_ENGINE.replace("COUNT", "9999")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": folder},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()

    assert errors == b""
    assert process.wait() == 1


def test_an_output_that_cannot_show_a_character_is_no_error() -> None:
    done = python(FAKE_ENGINE.replace("COUNT", "1"), env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert done.stderr == ""
    assert done.stdout.startswith(r"a.py:1:1: MGR101 \xe9\xe9")
    assert done.returncode == 1


def test_what_a_clean_run_does_not_need_is_not_imported() -> None:
    code = "import sys, asset_lint.cli.check, asset_lint.syntax.discovery, asset_lint.outputs.text; print(*sys.modules)"
    loaded = {name.split(".")[0] for name in python(code).stdout.split()}

    assert "click" in loaded
    assert loaded.isdisjoint({"rich", "msgspec", "libcst", "pathspec", "tomllib", "difflib"})


def test_the_package_can_be_run_as_a_module() -> None:
    done = python(
        "import runpy, sys; sys.argv = ['x', '--version']; runpy.run_module('asset_lint', run_name='__main__')"
    )

    assert (done.returncode, done.stdout) == (0, f"asset-lint, version {asset_lint.__version__}\n")
