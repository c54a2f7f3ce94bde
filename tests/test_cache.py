"""What a run writes down serves the next one, and never changes an answer."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asset_lint import engine
from asset_lint.cache import secret, store
from asset_lint.cache.answers import Memory
from asset_lint.cache.store import NAME, Store
from asset_lint.cli.program import program
from asset_lint.errors import ConfigError, UsageError
from asset_lint.findings import Report

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
CONFIG = '[[guard]]\nclass = "app.assets.Asset"\nmanager = "app.manager.Manager"\n'
LONG_AGO = 1_000_000_000

# What each file may hold: the first is what it holds at the start, None that it is not there.
VARIANTS: dict[str, tuple[str | None, ...]] = {
    "app/__init__.py": ("", "from app.assets import Asset as Photo\n", "from app.facade import *\n"),
    "app/assets.py": (
        "class Asset:\n    def __init__(self, key):\n        self.key = key\n",
        "class Asset:\n    key = 1\n\n    @classmethod\n    def of(cls, key):\n        return cls()\n",
        "class Base:\n    pass\n\n\nclass Asset(Base):\n    pass\n",
    ),
    "app/manager.py": (
        "from app.assets import Asset\n\n\nclass Manager:\n    def get(self, key):\n        return Asset(key)\n",
        "from app.assets import Asset\n\n\nclass Manager:\n    def fetch(self, k):\n        return Asset(k)\n",
    ),
    "app/facade.py": (
        "from app.assets import Asset as Picture\n",
        "from app.assets import Asset\n\nPicture = Asset\n",
        "class Picture:\n    def __init__(self, key):\n        pass\n",
        None,
    ),
    "app/factory.py": (
        "from app.assets import Asset\n\n\ndef build(key):\n    return Asset(key)\n",
        "def build(key):\n    return key\n",
        "from app import assets\n\n\ndef build(key):\n    return assets.Asset(key)  # noqa: MGR101\n",
        None,
    ),
    "app/use.py": (
        "from app.facade import Picture\n\nmade = Picture(1)\n",
        "from app.factory import build\n\nmade = build(2)\n",
        "from app import Photo\n\nmade = Photo(3)\n",
        "from app import *\n\nmade = Picture(4)\n",
        "# nothing here\n",
        "def broken(:\n",
    ),
    "app/other.py": (
        "x = 1\n",
        "import app.facade as f\n\nmade = map(f.Picture, [1])\n",
        "# Picture build Asset\n",
        None,
    ),
    "app/user.py": (
        None,
        "from app.use import Picture\n\nmade = Picture(5)\n",
        "from app.assets import *\n\nAsset(6)\n",
    ),
    "app/data.py": (
        "x = 1\n",
        "import pickle\n\nfrom app.assets import Asset\n\n\ndef load(f) -> Asset:\n    return pickle.load(f)\n",
    ),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "asset-lint.toml").write_text(CONFIG)
    for name in VARIANTS:
        put(tmp_path, name, 0)
    return tmp_path


def put(folder: Path, name: str, variant: int, when: int = LONG_AGO) -> None:
    """Give a file one of its contents, as if that had been done long ago."""
    path, text = folder / name, VARIANTS[name][variant]
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)
        os.utime(path, (when, when))


def checked(folder: Path, *, notes: list[str] | None = None) -> Report:
    return engine.check([folder], jobs=1, cached=True, note=(notes if notes is not None else []).append)


def cold(folder: Path) -> Report:
    return engine.check([folder], jobs=1)


def records(folder: Path) -> list[Path]:
    return sorted((folder / NAME).glob("*.record"))


class Counting:
    """How often files were analysed, and how often an answer was taken over."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hits = self.misses = 0
        report = Memory.report

        def counted(memory: Memory) -> Report | None:
            found = report(memory)
            self.hits, self.misses = self.hits + (found is not None), self.misses + (found is None)
            return found

        monkeypatch.setattr(Memory, "report", counted)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


class TestAnswers:
    def test_nothing_changed(self, project: Path, counting: Counting) -> None:
        assert checked(project) == checked(project) == cold(project)
        assert (counting.hits, counting.misses) == (1, 1)

    def test_a_file_that_was_only_searched_and_says_nothing_new(self, project: Path, counting: Counting) -> None:
        checked(project)
        (project / "app/other.py").write_text("y = 2\n")

        assert checked(project) == cold(project)
        assert counting.hits == 1

    def test_a_file_that_was_read_and_has_another_time(self, project: Path, counting: Counting) -> None:
        checked(project)
        os.utime(project / "app/use.py", (LONG_AGO + 7, LONG_AGO + 7))

        assert checked(project) == cold(project)
        assert counting.hits == 1

    def test_a_change_within_the_same_second(self, project: Path, counting: Counting) -> None:
        (project / "app/use.py").write_text("from app.facade import Picture\n\nmade = Picture(1)\n")
        status = (project / "app/use.py").stat()
        checked(project)
        (project / "app/use.py").write_text("from app.facade import Picture\n\nmade = picture(1)\n")
        os.utime(project / "app/use.py", ns=(status.st_atime_ns, status.st_mtime_ns))

        assert checked(project) == cold(project)
        assert counting.hits == 0

    def test_a_reexport_that_is_added_shows_in_another_file(self, project: Path, counting: Counting) -> None:
        put(project, "app/use.py", 2)
        assert [finding.path for finding in checked(project).findings if finding.path.endswith("app/use.py")] == []
        put(project, "app/__init__.py", 1, LONG_AGO + 5)

        found = checked(project)

        assert found == cold(project)
        assert any(finding.path.endswith("app/use.py") for finding in found.findings)

    def test_another_configuration_is_another_question(self, project: Path, counting: Counting) -> None:
        checked(project)
        (project / "asset-lint.toml").write_text(CONFIG + 'allow-in = ["app.use"]\n')

        assert checked(project) == cold(project)
        assert counting.hits == 0

    def test_paths_are_shown_as_they_are_asked_for(self, project: Path) -> None:
        checked(project)

        found = engine.check([Path("app")], jobs=1, cached=True)

        assert {finding.path.partition("/")[0] for finding in found.findings} == {"app"}

    def test_unsaved_texts_are_not_remembered(self, project: Path, counting: Counting) -> None:
        engine.check([project], jobs=1, cached=True, overlay={project / "app/use.py": "x = 1\n"})

        assert checked(project) == cold(project)
        assert counting.misses == 1

    def test_without_a_configuration_it_lies_in_the_working_directory(self, project: Path) -> None:
        (project / "asset-lint.toml").unlink()
        checked(project / "app")

        assert records(project)

    def test_a_configured_name_that_goes_is_missed_at_once(self, project: Path) -> None:
        checked(project)
        (project / "app/manager.py").write_text("")

        with pytest.raises(ConfigError, match=r"app\.manager\.Manager"):
            checked(project)

    def test_it_is_kept_out_of_version_control_and_backups(self, project: Path) -> None:
        checked(project)

        assert (project / NAME / ".gitignore").read_text() == "*\n"
        assert (project / NAME / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


steps = st.lists(
    st.sampled_from(sorted(VARIANTS)).flatmap(
        lambda name: st.tuples(st.just(name), st.integers(0, len(VARIANTS[name]) - 1), st.booleans())
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=600 if NIGHTLY else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps)
def test_warm_and_cold_answers_are_equal(edits: list[tuple[str, int, bool]]) -> None:
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        os.chdir(folder)
        try:
            (folder / "asset-lint.toml").write_text(CONFIG)
            for file in VARIANTS:
                put(folder, file, 0)
            checked(folder)
            for number, (file, variant, is_checked) in enumerate(edits, start=1):
                put(folder, file, variant, LONG_AGO + number)
                if is_checked:
                    assert checked(folder) == cold(folder)
            assert checked(folder) == cold(folder)
        finally:
            os.chdir(before)


class TestTrust:
    """A cache that comes with a clone says nothing."""

    def test_a_record_of_somebody_else(self, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        expected = checked(project)
        lie = project / "lie"
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
        forged = Store(lie, lambda text: None)
        forged.write(records(project)[0].stem, b"whatever")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
        shutil.copy(next(lie.glob("*.record")), records(project)[0])
        notes: list[str] = []

        assert checked(project, notes=notes) == expected
        assert "is ignored" in notes[0]

    @pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "pickle", "other name"])
    def test_a_damaged_record(self, project: Path, damage: str) -> None:
        expected = checked(project)
        (record,) = records(project)
        data = record.read_bytes()
        record.write_bytes(
            {
                "empty": b"",
                "cut": data[: len(data) // 2],
                "flipped": data[:-1] + bytes([data[-1] ^ 1]),
                "pickle": pickle.dumps(os.system),
                "other name": data.replace(b"cache 1", b"cache 2"),
            }[damage]
        )
        notes: list[str] = []

        assert checked(project, notes=notes) == expected
        assert [str(record) in text and "is ignored" in text for text in notes] == [True]
        assert checked(project, notes=(again := [])) == expected
        assert again == []

    def test_a_record_under_the_name_of_another(self, project: Path) -> None:
        keeper = Store(project / NAME, lambda text: None)
        keeper.write("one", b"content")
        shutil.copy(project / NAME / "one.record", project / NAME / "two.record")

        assert keeper.read("one") == b"content"
        assert keeper.read("two") is None

    def test_a_folder_that_is_a_link(self, project: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (project / NAME).symlink_to(elsewhere)

        assert checked(project) == cold(project)
        assert list(elsewhere.iterdir()) == []

    def test_a_folder_that_is_a_file(self, project: Path) -> None:
        (project / NAME).write_text("mine")

        assert checked(project) == cold(project)
        assert (project / NAME).read_text() == "mine"

    @pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
    def test_a_key_that_others_may_write(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        key = secret.secret()
        assert key is not None
        assert secret.secret() == key
        (tmp_path / "asset-lint" / "cache-key").chmod(0o666)

        assert secret.secret() is None

    def test_without_a_key_nothing_is_written(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (project / "file").write_text("")
        monkeypatch.setenv("XDG_CACHE_HOME", str(project / "file" / "below"))

        assert checked(project) == cold(project)
        assert not (project / NAME).exists()


class TestStore:
    def test_it_is_bounded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "_MOST_BYTES", 4_000)
        keeper = Store(tmp_path / NAME, lambda text: None)
        for number in range(12):
            keeper.write(str(number), bytes(1_000))
            os.utime(tmp_path / NAME / f"{number}.record", (number, number))

        assert sum(path.stat().st_size for path in records(tmp_path)) <= 4_000
        assert keeper.read("11") == bytes(1_000)
        assert keeper.read("0") is None

    def test_runs_at_the_same_time(self, project: Path) -> None:
        runs = [
            subprocess.Popen(
                [sys.executable, "-m", "asset_lint", "check", "--format", "json"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=project,
            )
            for _ in range(4)
        ]
        answers = [run.communicate() for run in runs]

        assert len({output for output, _ in answers}) == 1
        assert {error for _, error in answers} == {b""}
        assert list((project / NAME).glob("*.tmp")) == []


class TestCommands:
    def test_no_cache(self, project: Path) -> None:
        CliRunner().invoke(program, ["check", "--no-cache"])

        assert not (project / NAME).exists()

    def test_clear(self, project: Path) -> None:
        CliRunner().invoke(program, ["check"])
        assert records(project)

        done = CliRunner().invoke(program, ["cache", "clear"])

        assert (done.exit_code, done.output) == (0, f"Removed {project / NAME}.\n")
        assert not (project / NAME).exists()

    def test_clear_without_one(self, project: Path) -> None:
        done = CliRunner().invoke(program, ["cache", "clear"])

        assert (done.exit_code, done.output) == (0, f"There is no cache at {project / NAME}.\n")

    def test_clear_leaves_what_is_not_ours(self, project: Path) -> None:
        CliRunner().invoke(program, ["check"])
        (project / NAME / "mine.txt").write_text("mine")

        with pytest.raises(UsageError, match="cannot be removed: Directory not empty"):
            program.main(["cache", "clear"], standalone_mode=False)

        assert (project / NAME / "mine.txt").read_text() == "mine"
