"""Every case of the codemod is fixed, and compared with what its file says."""

from __future__ import annotations

import os
import tokenize
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from fixcases import CASES, CONFIG, FixCase, case_files, differences, load
from snippets import Snippets

from asset_lint.config import Overrides
from asset_lint.fixing import FixReport, fix

FILES = case_files()
IDS = [path.relative_to(CASES).with_suffix("").as_posix() for path in FILES]


@pytest.fixture(scope="module")
def snippets() -> Iterator[Snippets]:
    with Snippets() as process:
        yield process


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def fixed(*, unsafe: bool) -> FixReport:
    return fix([Path()], Overrides(config=Path(CONFIG)), unsafe=unsafe, jobs=1)


def texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Files as texts in which a difference can be seen: line ends and marks at the beginning are kept."""
    return {name: data.decode(errors="backslashreplace") for name, data in files.items()}


def changed(report: FixReport) -> dict[str, str]:
    return texts({change.shown: change.after for change in report.changes})


def compiles(name: str, data: bytes) -> None:
    encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
    compile(data.decode(encoding), name, "exec", dont_inherit=True)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_case_comes_out_as_it_says(path: Path, snippets: Snippets) -> None:
    case = load(path)
    write(case.files)
    before = snippets.run(Path.cwd(), case.run) if case.run else ""
    if case.kind != "safe":
        assert changed(fixed(unsafe=False)) == texts(case.with_safe_fixes())

    report = fixed(unsafe=case.kind != "safe")

    assert changed(report) == texts(case.fixed)
    assert differences(report.report, case.left) == []
    assert report.report.problems == ()
    write({change.shown: change.after for change in report.changes})
    if case.is_rewrite:
        _require_a_good_end(case, snippets, before)


def _require_a_good_end(case: FixCase, snippets: Snippets, before: str) -> None:
    """What is fixed compiles, does what it did with fewer constructions, and is not changed again."""
    for name, data in case.fixed.items():
        compiles(name, data)
    if case.run:
        require_the_same_with_fewer_constructions(before, snippets.run(Path.cwd(), case.run))
    again = fixed(unsafe=True)
    assert changed(again) == {}
    assert differences(again.report, case.left) == []


def require_the_same_with_fewer_constructions(before: str, after: str) -> None:
    assert _said(after) == _said(before)
    assert "Traceback" not in before
    assert _constructions(before) > _constructions(after)


def _said(output: str) -> list[str]:
    return [line for line in output.splitlines() if not line.startswith("constructions")]


def _constructions(output: str) -> int:
    return sum(int(line.split()[-1]) for line in output.splitlines() if line.startswith("constructions"))


def test_there_are_enough_cases() -> None:
    cases = [load(path) for path in FILES]

    assert sum(case.is_rewrite for case in cases) >= 130
    assert sum(not case.is_rewrite for case in cases) >= 90
    assert sum(bool(case.run) for case in cases) >= 100


def test_snippets_do_not_see_each_other(snippets: Snippets) -> None:
    write({"one.py": b"x = 1\n"})
    first = snippets.run(Path.cwd(), "import one, os; one.x += 1; print(one.x, os.path.exists('one.py'))")
    second = snippets.run(Path.cwd(), "import one; print(one.x)")

    assert (first, second) == ("2 True\n", "1\n")


def test_what_a_snippet_raises_is_told(snippets: Snippets) -> None:
    assert "ZeroDivisionError" in snippets.run(Path.cwd(), "1 / 0")
    assert not os.listdir()
