"""The photo library after ``fix --unsafe``: it works as before, and what was fixed makes no duplicates any more."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from asset_lint.fixing import FixReport, fix

LIBRARY = Path(__file__).parents[1] / "fixtures" / "photo_library"
COUNTING = """
import json, sys
from collections import Counter

sys.argv = ["demo.py", "60"]
sys.path.insert(0, "")
from photos.assets import wrapper

made = Counter()
own = ("wrapper.py", "manager.py", "<string>")

def counted(original):
    def __init__(self, *args, **kwargs):
        frame = sys._getframe(1)
        while frame.f_code.co_filename.endswith(own):
            if frame.f_code.co_filename.endswith("manager.py"):
                break
            frame = frame.f_back
        made[f"{frame.f_code.co_filename}:{frame.f_code.co_name}"] += 1
        original(self, *args, **kwargs)
    return __init__

from photos.assets import live, video
for kind in (wrapper.AssetResponseWrapper, video.VideoAssetWrapper, live.LivePhotoWrapper):
    kind.__init__ = counted(kind.__init__)

import demo
demo.main()
print(json.dumps(made), file=sys.stderr)
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def constructions(folder: Path) -> dict[str, int]:
    """How often each function, by its file's name, has built a wrapper itself."""
    done = run(folder, "-c", COUNTING)
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = {}
    for place, number in json.loads(done.stderr.splitlines()[-1]).items():
        path, _, function = place.rpartition(":")
        key = f"{Path(path).name}:{function}"
        found[key] = found.get(key, 0) + number
    return found


def duplicates(folder: Path) -> int:
    match = re.search(r"^duplicates: (\d+)$", run(folder, "demo.py", "60").stdout, re.MULTILINE)
    assert match is not None
    return int(match.group(1))


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "library"
    shutil.copytree(LIBRARY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    return folder


def fixed(folder: Path) -> FixReport:
    outcome = fix([Path()], unsafe=True, jobs=1)
    for change in outcome.changes:
        (folder / change.shown).write_bytes(change.after)
    return outcome


def test_its_own_tests_still_pass(library: Path) -> None:
    fixed(library)

    done = run(library, "-m", "unittest")

    assert "OK" in done.stderr.splitlines()[-1], done.stderr


def test_what_was_fixed_builds_nothing_any_more(library: Path) -> None:
    before, many = constructions(library), duplicates(library)

    outcome = fixed(library)

    after = constructions(library)
    scopes = {
        f"{Path(finding.path).name}:{finding.symbol.rpartition('.')[2]}"
        for finding in outcome.fixed
        if not finding.path.startswith("tests/")
    }
    assert sum(before.get(scope, 0) for scope in scopes) > 100
    assert {scope: after[scope] for scope in scopes if scope in after} == {}
    assert duplicates(library) < many / 2


def test_what_is_left_has_a_reason_to_act_on(library: Path) -> None:
    outcome = fixed(library)

    assert len(outcome.fixed) >= 20
    assert len([finding for finding in outcome.report.findings if finding.code < "MGR2"]) <= 15
    for finding in outcome.report.findings:
        assert finding.fix is None
        assert finding.no_fix_reason


def test_a_second_run_changes_nothing(library: Path) -> None:
    fixed(library)

    assert fix([Path()], unsafe=True, jobs=1).changes == ()
