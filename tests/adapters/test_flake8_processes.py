"""The plugin in several processes, and what it costs where there is nothing to do."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest
from adapters.flake8_output import FORMAT, parsed

from asset_lint.adapters.answers import Answer, Question
from asset_lint.adapters.sharing import VARIABLE, Folder

# Every process of the run executes this, whatever starts it, and so notes who checks.
COUNTED = """
import multiprocessing, os, sys
from asset_lint import engine

check = engine.check

def counted(*arguments, **options):
    with open(os.environ["COUNTED"], "a") as file:
        file.write(f"{os.getpid()}\\n")
    return check(*arguments, **options)

engine.check = counted
if __name__ == "__main__":
    from flake8.main.cli import main
    multiprocessing.set_start_method(sys.argv[1])
    raise SystemExit(main(sys.argv[2:]))
"""


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.parametrize("text", ["", "selct = []"], ids=["findings", "wrong_configuration"])
def test_one_process_checks_for_all(method: str, text: str, tmp_path: Path) -> None:
    Path("asset-lint.toml").write_text(text, encoding="utf-8")
    use = Path("use.py").read_text(encoding="utf-8")
    for number in range(6):
        Path(f"use{number}.py").write_text(use, encoding="utf-8")
    (tmp_path / "counted.py").write_text(COUNTED, encoding="utf-8")
    # Not below tmp_path: the forkserver has a socket there, whose path may not be long.
    temporary = mkdtemp()

    done = subprocess.run(
        [sys.executable, str(tmp_path / "counted.py"), method, "--jobs", "2", "--select=MGR", "--format", FORMAT],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "COUNTED": str(tmp_path / "counts"), "TMPDIR": temporary, "TEMP": temporary},
    )

    shown = parsed(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    if text:
        assert [row[1:4] for row in shown] == [(0, 1, "MGR000")]
    else:
        names = ["use.py", *(f"use{number}.py" for number in range(6))]
        assert [row[:4] for row in shown] == [(name, 5, 12, "MGR101") for name in names]
    assert len((tmp_path / "counts").read_text().splitlines()) == 1
    os.rmdir(temporary)  # which is empty again


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("arguments", [["--version"], ["--bug-report"], ["--exclude", "*.py"]])
def test_nothing_is_checked_for_nothing(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "counted.py").write_text(COUNTED, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, str(tmp_path / "counted.py"), "spawn", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "COUNTED": str(tmp_path / "counts")},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "counts").exists()


def test_the_plugin_imports_nothing_heavy() -> None:
    code = """
import sys
import asset_lint.adapters.flake8
heavy = {"libcst", "rich", "msgspec", "pathspec", "click", "asset_lint.engine"}
print(sorted(heavy.intersection(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout == "[]\n"


ANSWER = Answer({"/a.py": [(1, 2, "MGR101 text \udcff")]})
QUESTION = Question(("a.py",), None, None)


def test_an_answer_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    folder = Folder.created()
    assert folder is not None
    asked: list[Question] = []

    def compute(question: Question) -> Answer:
        asked.append(question)
        return ANSWER

    other = Folder.inherited()
    assert other is not None
    assert (folder.shared(QUESTION, compute), other.shared(QUESTION, compute)) == (ANSWER, ANSWER)
    assert asked == [QUESTION]
    assert (folder.first(QUESTION), other.first(QUESTION)) == (True, False)

    path = folder.path
    del folder
    assert not os.path.exists(path)
    assert VARIABLE not in os.environ
    assert other.shared(QUESTION, compute) == ANSWER, "the folder is gone, the answer is not"
    assert len(asked) == 2


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"failure": 1, "lines": {}},
        {"failure": None, "lines": []},
        {"failure": None, "lines": {"a": [[1, 2]]}},
    ],
)
def test_an_answer_that_is_none_is_not_believed(document: object) -> None:
    with pytest.raises(ValueError, match="not a"):
        Answer.decoded(json.dumps(document).encode())


def test_a_damaged_answer_is_computed_again(tmp_path: Path) -> None:
    (tmp_path / QUESTION.key()).write_bytes(b"{")

    assert Folder(str(tmp_path)).shared(QUESTION, lambda _: ANSWER) == ANSWER


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such modes there")
def test_a_folder_that_others_can_enter_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    tmp_path.chmod(0o755)
    assert Folder.inherited() is None

    tmp_path.chmod(0o700)
    assert Folder.inherited() is not None

    monkeypatch.setenv(VARIABLE, str(tmp_path / "missing"))
    assert Folder.inherited() is None
