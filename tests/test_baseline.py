"""What is accepted stays accepted wherever it moves, and what is gone has to leave."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asset_lint.baseline import Key, Unusable, accepted, merged, normal, parse, render
from asset_lint.cli.program import run

ASSETS = """\
class Asset:
    def __init__(self, key):
        self.key = key


class Manager:
    def get(self, key):
        return self.known.setdefault(key, Asset(key))
"""
USE = """\
from assets import Asset


def one(key):
    return Asset(key)


def two(key):
    return Asset(key), Asset(key)
"""
CONFIG = """\
baseline = "accepted.txt"
ignore = ["MGR3"]

[[guard]]
class = "assets.Asset"
manager = "assets.Manager"
"""
ACCEPTED = """\
use.py\tMGR101\tone\tAsset(key)
use.py\tMGR101\ttwo\tAsset(key)
use.py\tMGR101\ttwo\tAsset(key)\t#2
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"assets.py": ASSETS, "use.py": USE, "asset-lint.toml": CONFIG}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def accepting(project: Path) -> Path:
    assert run(["baseline", "write"]) == 0
    return project


def lines(project: Path) -> str:
    return (project / "accepted.txt").read_text().partition("\n")[2]


class TestNormalForm:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Asset(key)", "Asset(key)"),
            ("Asset(\n    key,  # what it is called\n    size = 1,\n)", "Asset(key,size=1)"),
            ("Asset( 'a  b' , \"# no comment\" )", "Asset('a  b',\"# no comment\")"),
            ("Asset(x if y else z)", "Asset(x if y else z)"),
            ("Asset(lambda x : not x)", "Asset(lambda x:not x)"),
            ("Asset \\\n  (a)", "Asset(a)"),
            ('Asset("""two\nlines""")', 'Asset("""two\nlines""")'),
        ],
    )
    def test_layout_does_not_count(self, text: str, expected: str) -> None:
        assert normal(text) == expected

    def test_long_calls_are_told_apart(self) -> None:
        one, two = (
            normal(f"Asset({', '.join(f'argument_{number}' for number in range(40))}, {last})") for last in "ab"
        )

        assert one != two
        assert len(one) == len(two) < 160


class TestMatching:
    KEY = Key("a.py", "MGR101", "f", "Asset(x)")

    @pytest.mark.parametrize(
        "moved", [KEY, KEY._replace(path="b.py"), KEY._replace(symbol="g"), KEY._replace(symbol="")]
    )
    def test_what_has_moved(self, moved: Key) -> None:
        assert accepted([moved], Counter([self.KEY])) == ([True], Counter())

    @pytest.mark.parametrize(
        "other", [KEY._replace(code="MGR102"), KEY._replace(call="Asset(y)"), KEY._replace(path="b.py", symbol="g")]
    )
    def test_what_is_another_one(self, other: Key) -> None:
        assert accepted([other], Counter([self.KEY])) == ([False], Counter([self.KEY]))

    def test_each_entry_accepts_one(self) -> None:
        assert accepted([self.KEY] * 3, Counter({self.KEY: 2})) == ([True, True, False], Counter())

    def test_the_exact_one_comes_first(self) -> None:
        other = self.KEY._replace(path="b.py")

        assert accepted([other, self.KEY], Counter([self.KEY])) == ([False, True], Counter())


keys = st.builds(
    Key,
    st.sampled_from(["a.py", "b\tc.py", "d\\te.py"]),
    st.just("MGR101"),
    st.sampled_from(["", "f"]),
    st.text("a(\n\t\\r", max_size=4),
)
baselines = st.lists(keys, max_size=6).map(Counter)


@given(baselines)
def test_what_is_written_is_read(baseline: Counter[Key]) -> None:
    assert parse(render(baseline)) == baseline


@given(baselines, baselines)
def test_one_side_alone_wins(base: Counter[Key], side: Counter[Key]) -> None:
    assert merged(base, side, base) == merged(base, base, side) == merged(base, side, side) == side


@given(baselines, baselines, baselines)
def test_sides_may_be_exchanged(base: Counter[Key], ours: Counter[Key], theirs: Counter[Key]) -> None:
    assert merged(base, ours, theirs) == merged(base, theirs, ours)


@pytest.mark.parametrize("text", ["<<<<<<< ours\n", "a.py\tMGR101\tf\n", "a.py\tE501\tf\tAsset()\n"])
def test_what_is_no_baseline(text: str) -> None:
    with pytest.raises(Unusable, match="expected a path, a code, a scope and a call"):
        parse(text)


class TestCommands:
    def test_write_then_check(self, accepting: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert lines(accepting) == ACCEPTED
        capsys.readouterr()

        assert run(["check"]) == 0
        assert "3 findings accepted by the baseline." in capsys.readouterr().out

    def test_what_is_new_is_reported(self, accepting: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (accepting / "use.py").write_text("import os\n" + USE + "\n\nmade = Asset(0)\n")

        assert run(["check", "--quiet"]) == 1
        assert [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()] == ["use.py:13:8"]

    def test_moving_and_renaming(self, accepting: Path) -> None:
        (accepting / "use.py").rename(accepting / "other.py")
        text = "# above\n" + USE.replace("def one", "def uno").replace(
            "Asset(key), Asset(key)", "Asset( key ), Asset(key)"
        )
        (accepting / "other.py").write_text(text.replace("uno", "one"))

        assert run(["check"]) == 0

    def test_what_is_gone_has_to_leave(self, accepting: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (accepting / "use.py").write_text(USE.replace("return Asset(key)\n", "return key\n"))
        capsys.readouterr()

        assert run(["check"]) == 1
        assert "no longer found, but in the baseline: MGR101 Asset(key) (use.py, in one)" in capsys.readouterr().out
        assert run(["baseline", "prune"]) == 0
        assert lines(accepting) == ACCEPTED.partition("\n")[2]
        assert run(["check"]) == 0

    def test_pruning_adds_nothing(self, accepting: Path) -> None:
        (accepting / "use.py").write_text(USE + "\n\nmade = Asset(0)\n")

        assert run(["baseline", "prune"]) == 0
        assert lines(accepting) == ACCEPTED
        assert run(["check"]) == 1

    def test_a_part_of_the_project_does_not_tell_what_is_gone(self, accepting: Path) -> None:
        (accepting / "more.py").write_text("x = 1\n")

        assert run(["check", "more.py"]) == 0

    def test_what_is_accepted_elsewhere_does_not_count_for_a_part(self, accepting: Path) -> None:
        (accepting / "more.py").write_text(USE.partition("\n\n\ndef two")[0] + "\n")

        assert run(["check"]) == run(["check", "more.py"]) == 1

    def test_a_file_that_cannot_be_read_is_not_gone(self, accepting: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (accepting / "use.py").write_bytes(b"Asset \xff")

        assert run(["check"]) == 2
        assert "no longer found" not in capsys.readouterr().out
        assert run(["baseline", "prune"]) == 2
        assert lines(accepting) == ACCEPTED

    def test_a_missing_baseline(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["check"]) == 2
        assert "accepted.txt: the baseline is not there; asset-lint baseline write makes it" in capsys.readouterr().err

    def test_a_broken_baseline(self, accepting: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (accepting / "accepted.txt").write_text("<<<<<<< HEAD\n")

        assert run(["check"]) == 2
        assert "accepted.txt:1: found '<<<<<<< HEAD', expected" in capsys.readouterr().err

    def test_an_option_names_another_one(self, project: Path) -> None:
        assert run(["baseline", "write", "--baseline", "mine.txt"]) == 0
        assert run(["check", "--baseline", "mine.txt"]) == 0

    def test_show(self, accepting: Path, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()

        assert run(["baseline", "show"]) == 0
        assert capsys.readouterr().out.splitlines()[0] == "MGR101 Asset(key) (use.py, in one)"

    def test_flake8_accepts_it_too(self, accepting: Path) -> None:
        done = subprocess.run(
            ["flake8", "--select", "MGR", "--isolated", "use.py"], capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("git") is None, reason="install git")
def test_two_branches_that_fix_different_findings(accepting: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)

    git("init", "-b", "main")
    (accepting / ".gitattributes").write_text("accepted.txt merge=asset-lint-baseline\n")
    git("config", "merge.asset-lint-baseline.driver", "asset-lint baseline merge %O %A %B")
    git("add", ".")
    git("commit", "-m", "start")
    git("checkout", "-b", "other")
    (accepting / "use.py").write_text(USE.replace("return Asset(key), Asset(key)", "return Asset(key), key"))
    run(["baseline", "prune"])
    git("commit", "-am", "fix in two")
    git("checkout", "main")
    (accepting / "use.py").write_text(USE.replace("return Asset(key)\n", "return key\n"))
    run(["baseline", "prune"])
    git("commit", "-am", "fix in one")

    git("merge", "other")

    assert lines(accepting) == "use.py\tMGR101\ttwo\tAsset(key)\n"
    assert run(["check"]) == 0
