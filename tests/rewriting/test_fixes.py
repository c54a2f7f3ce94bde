"""Rewrites and refusals, each a small project in ``fixtures/fixes`` (see the README there)."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from expectations import is_about

from asset_lint.fixing import FixReport, fix

FIXES = Path(__file__).parents[2] / "fixtures" / "fixes"
PATHS = sorted(path for path in FIXES.glob("*/*.txt") if not path.name.startswith("_"))
MODES = {"safe", "unsafe", "refused"}
HEADING = re.compile(r"^=== (.+)\n", re.MULTILINE)


@dataclass
class Case:
    """A project, what becomes of its files, what is left, and what is executed."""

    mode: str
    files: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    run: str = ""


def sections(text: str) -> dict[str, str]:
    parts = HEADING.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def read(path: Path) -> Case:
    text = path.read_bytes().decode("utf-8")
    mode, _, rest = text.partition("\n")
    case = Case(mode.removeprefix("--- ").strip())
    assert case.mode in MODES, f"{path}: the first line has to be one of --- {', --- '.join(sorted(MODES))}"
    base = path.parent / "_base.txt"
    found = {**(sections(base.read_bytes().decode("utf-8")) if base.exists() else {}), **sections(rest)}
    for name, content in found.items():
        if name.startswith("fixed "):
            case.fixed[name.removeprefix("fixed ")] = content
        elif name == "left":
            case.left = [line for line in content.splitlines() if line.strip()]
        elif name == "run":
            case.run = content
        else:
            case.files[name] = content
    assert set(case.fixed) <= set(case.files), f"{path}: a fixed file has to be there before"
    assert bool(case.fixed) is (case.mode != "refused"), (
        f"{path}: {case.mode} and its fixed files contradict each other"
    )
    return case


def write(files: dict[str, str]) -> None:
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content.encode("utf-8"))


def changes(outcome: FixReport) -> dict[str, str]:
    return {change.shown: change.after.decode("utf-8") for change in outcome.changes}


def fixed(*, unsafe: bool) -> FixReport:
    return fix([Path()], unsafe=unsafe, jobs=1)


def left(outcome: FixReport, case: Path) -> list[str]:
    return [
        f"{item.path}:{item.span.line}: {item.code} {item.no_fix_reason or item.fix}"
        for item in outcome.report.findings
        if is_about(case, item.code)
    ]


@contextlib.contextmanager
def importing(folder: Path) -> Iterator[None]:
    """The project's modules are imported from *folder*, and forgotten afterwards."""
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder))
    before = set(sys.modules)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]


def printed(folder: Path, code: str) -> tuple[list[str], int]:
    """What *code* prints, and the sum of the constructions that it tells."""
    target = io.StringIO()
    with importing(folder), contextlib.redirect_stdout(target):
        exec(compile(code, "<run>", "exec"), {"__name__": "__run__"})
    lines = target.getvalue().splitlines()
    counts = [int(line.split()[-1]) for line in lines if line.startswith("constructions")]
    return [line for line in lines if not line.startswith("constructions")], sum(counts)


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in PATHS])
def test_a_project_becomes_what_it_should(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = read(path)
    monkeypatch.chdir(tmp_path)
    write(case.files)
    before = printed(tmp_path, case.run) if case.run else None

    outcome = fixed(unsafe=case.mode != "safe")

    assert changes(outcome) == case.fixed
    assert len(left(outcome, path)) == len(case.left), left(outcome, path)
    for expected, found in zip(case.left, left(outcome, path), strict=True):
        place, _, reason = expected.partition(" ")
        code, _, reason = reason.partition(" ")
        assert found.startswith(f"{place} {code} "), left(outcome, path)
        assert reason in found, left(outcome, path)
    if case.mode == "unsafe":
        assert changes(fixed(unsafe=False)) == {}
    write(changes(outcome))
    for name, content in changes(outcome).items():
        compile(content, name, "exec", dont_inherit=True)
    assert changes(fixed(unsafe=True)) == {}, "a second run changes something"
    if before is not None:
        lines, count = printed(tmp_path, case.run)
        assert lines == before[0]
        assert count < before[1] or before[1] == 0


def test_there_are_as_many_cases_as_were_asked_for() -> None:
    modes = [read(path).mode for path in PATHS]

    assert len(modes) - modes.count("refused") >= 120
    assert modes.count("refused") >= 80
