"""Every fixture is checked and compared with the comments in it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from expectations import ROOT, SUFFIXES, Mark, expected, expected_in, found

from asset_lint import check_paths, load_config
from asset_lint.outputs import render

FIXTURES = ROOT / "fixtures"
LIBRARY = Path("fixtures/photo_library")
CASES = sorted(path.relative_to(ROOT) for path in (FIXTURES / "cases").glob("*/[!.]*") if path.is_dir())


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks and findings name files relative to the repository."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("case", [*CASES, LIBRARY], ids=lambda path: "/".join(path.parts[-2:]))
def test_what_is_reported_is_what_the_comments_say(case: Path) -> None:
    report = check_paths([case])

    assert found(report, case) == expected(case)
    assert report.problems == ()


def test_there_are_enough_cases_and_no_fewer_negative_than_positive_ones() -> None:
    positive = [case for case in CASES if expected(case)]
    negative = [case for case in CASES if not expected(case)]

    assert len(CASES) >= 150
    assert len(negative) >= len(positive)
    assert [case for case in positive if case.name.startswith("no_")] == []


def test_every_case_mentions_what_it_does_not_build() -> None:
    """A negative case that does not even name the guarded class would prove nothing."""
    silent = [case for case in CASES if not expected(case) and not _mentions_a_guard(case)]

    assert silent == []


def _mentions_a_guard(case: Path) -> bool:
    config = load_config(case)
    words = [guard.class_name.rpartition(".")[2].encode() for guard in config.guards]
    texts = [path.read_bytes() for path in case.rglob("*") if path.suffix in SUFFIXES]
    return any(word in text for text in texts for word in words)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("C()  # MGR101", ["MGR101"]),
        ("C(C())  # MGR101 MGR101?", ["MGR101", "MGR101?"]),
        ("C()  # noqa: MGR105  # MGR101", ["MGR101"]),
        ("C()  # noqa: MGR105", []),
        ("C()  # MGR101 in words", []),
        ("C()  # MGR1011", []),
        ("'\x0c'; C()  # MGR101 ", ["MGR101"]),
    ],
)
def test_marks_stand_at_the_ends_of_lines(line: str, codes: list[str]) -> None:
    marks = expected_in("a.py", f"\n{line}\n".encode())

    assert sorted(marks.elements()) == [Mark("a.py", 2, code) for code in codes]


def run(*arguments: str, cwd: Path = ROOT / LIBRARY) -> str:
    """Run Python and give what it prints."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], check=False, capture_output=True, text=True, cwd=cwd, env=env, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_photo_library_works() -> None:
    """It is an application with tests of its own and not only text to be checked."""
    assert run("-m", "unittest").splitlines()[-1] == "OK"


def test_the_photo_library_makes_duplicates() -> None:
    """This is what the findings are about: more wrappers than assets."""
    counts = dict(line.split(": ") for line in run("demo.py", "60").splitlines()[-3:])

    assert int(counts["distinct ids"]) == 60
    assert int(counts["duplicates"]) > 60
    assert int(counts["wrappers"]) == int(counts["distinct ids"]) + int(counts["duplicates"])


def test_the_number_of_workers_changes_nothing() -> None:
    """In processes of their own, because forking is not allowed under threads, which pytest-xdist has."""
    command = "import sys; from asset_lint.cli.program import run; run(sys.argv[1:])"
    reports = [
        run("-c", command, "check", LIBRARY.as_posix(), "--format", "json", "--no-cache", "--jobs", jobs, cwd=ROOT)
        for jobs in ("1", "2")
    ]

    assert reports[0] == reports[1]
    assert '"code": "MGR101"' in reports[0]


def test_the_order_of_the_files_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(LIBRARY, tmp_path / "library", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "library/asset-lint.toml").touch()
    monkeypatch.chdir(tmp_path)
    files = sorted(Path("library").rglob("*.py"))
    shuffled = random.Random(20).sample(files, len(files))

    assert render("json", check_paths(shuffled)) == render("json", check_paths(files))


def test_naming_the_files_finds_what_naming_their_folder_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are named are read even where nothing in them can matter; that must not change an answer."""
    shutil.copytree(LIBRARY, tmp_path / "library", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "library/asset-lint.toml").touch()
    monkeypatch.chdir(tmp_path)

    named = check_paths(sorted(Path("library").rglob("*.py")))

    assert found(named) == found(check_paths(["library"]))
