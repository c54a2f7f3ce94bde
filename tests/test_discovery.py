"""Finding the files to check."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asset_lint.errors import UsageError
from asset_lint.syntax.discovery import Discovery, discover

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(autouse=True)
def _in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")


def files(*paths: str, root: str = ".", exclude: tuple[str, ...] = ()) -> list[str]:
    found = discover(paths or ["."], root=root, exclude=exclude)
    assert not found.problems
    return list(found.files)


def test_python_files_are_found_in_order() -> None:
    make("b.py", "a/z.pyi", "a/b/c.pyw", "a.py", "readme.md", "a/data.json", "a/b/script", "x.pyc")

    assert files() == ["a.py", "a/b/c.pyw", "a/z.pyi", "b.py"]


def test_an_empty_folder_has_none() -> None:
    assert discover(["."], root=".") == Discovery(())


@pytest.mark.parametrize("given", ["src", "src/", "./src", "src/../src", os.path.join(".", "src", "")])
def test_paths_are_shown_as_seen_from_the_working_directory(given: str) -> None:
    make("src/a.py")

    assert files(given) == ["src/a.py"]
    assert files(os.path.abspath(given)) == ["src/a.py"]


def test_paths_elsewhere_stay_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("lib/a.py", "work/b.py")
    monkeypatch.chdir(tmp_path / "work")

    assert files("../lib") == ["../lib/a.py"]
    assert files(str(tmp_path / "lib")) == [(tmp_path / "lib/a.py").as_posix()]
    assert files("../lib", exclude=("../lib/a.py",)) == []


def test_a_file_is_found_once() -> None:
    make("src/a.py", "src/b/c.py")

    assert files("src/b", "src", "src/a.py", "./src/b/c.py", ".") == ["src/a.py", "src/b/c.py"]


@pytest.mark.parametrize(
    "name", [".git", ".hg", ".svn", ".tox", ".nox", ".venv", "node_modules", "__pycache__", ".mypy_cache"]
)
def test_some_folders_are_never_entered_unless_given(name: str) -> None:
    make("a.py", f"{name}/b.py", f"sub/{name}/c/d.py")

    assert files() == ["a.py"]
    assert files(f"sub/{name}") == [f"sub/{name}/c/d.py"]


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta/history"])
def test_environments_are_recognised_by_what_is_in_them(mark: str) -> None:
    make("a.py", f"env/{mark}", "env/lib/x.py")

    assert files() == ["a.py"]
    assert files("env") == ["env/lib/x.py"]


class TestExclude:
    @pytest.mark.parametrize(
        ("pattern", "left"),
        [
            ("generated/*", ["a.py", "src/generated/c.py", "src/x_pb2.py"]),
            ("generated", ["a.py", "src/x_pb2.py"]),
            ("*_pb2.py", ["a.py", "generated/b.py", "src/generated/c.py"]),
            ("src", ["a.py", "generated/b.py"]),
            ("**/generated/*", ["a.py", "src/x_pb2.py"]),
        ],
    )
    def test_patterns_are_relative_to_the_root(self, pattern: str, left: list[str]) -> None:
        make("a.py", "generated/b.py", "src/generated/c.py", "src/x_pb2.py")

        assert files(exclude=(pattern,)) == left

    def test_a_walk_may_start_below_the_root(self) -> None:
        make("src/generated/c.py", "src/d.py")

        assert files("src", exclude=("src/generated",)) == ["src/d.py"]

    def test_what_is_given_is_taken(self) -> None:
        make("gen/a.py", "gen/b_pb2.py")

        assert files("gen", exclude=("gen", "*_pb2.py")) == ["gen/a.py"]
        assert files("gen/b_pb2.py", exclude=("gen", "*_pb2.py")) == ["gen/b_pb2.py"]


class TestGitIgnore:
    def test_files_at_every_level_count_and_the_inner_one_wins(self) -> None:
        make("a.py", "out/b.py", "src/c_gen.py", "src/keep/d_gen.py", "src/e.py")
        Path(".gitignore").write_text("/out\n*_gen.py\n", encoding="utf-8")
        Path("src/.gitignore").write_text("/e.py\n", encoding="utf-8")
        Path("src/keep/.gitignore").write_text("!*_gen.py\n", encoding="utf-8")

        assert files() == ["a.py", "src/keep/d_gen.py"]

    def test_those_above_the_start_count_down_from_the_root(self) -> None:
        make("src/pkg/a.py", "src/pkg/b_gen.py")
        Path(".gitignore").write_text("*_gen.py\n/src/pkg/a.py\n", encoding="utf-8")

        assert files("src/pkg") == []
        assert files("src/pkg", root="src") == ["src/pkg/a.py", "src/pkg/b_gen.py"]
        Path(".git").mkdir()
        assert files("src/pkg", root="src") == []

    @pytest.mark.parametrize("pattern", ["build/", "/build", "build", "out/build", "out/"])
    def test_what_is_given_is_taken_although_it_is_ignored(self, pattern: str) -> None:
        make("out/build/lib/a.py")
        Path(".gitignore").write_text(f"{pattern}\n", encoding="utf-8")

        assert files("out/build") == ["out/build/lib/a.py"]
        assert files("out/build/lib/a.py") == ["out/build/lib/a.py"]

    def test_lines_that_git_cannot_read_are_passed_over(self) -> None:
        make("a.py", "b.py")
        Path(".gitignore").write_bytes(b"\xef\xbb\xbf!\r\n/\r\n\xff\r\na.py\r\n")

        assert files() == ["b.py"]

    def test_a_file_that_cannot_be_read_is_a_problem(self) -> None:
        make("a.py")
        Path(".gitignore").mkdir()
        found = discover(["."], root=".")

        assert found.files == ("a.py",)
        assert [(problem.path, problem.line) for problem in found.problems] == [(".gitignore", 0)]

    # Each of these has broken a naive reading: re-inclusion, folders only, anchors, everything below.
    @needs_git
    @pytest.mark.parametrize(
        "patterns",
        [
            ["*", "!*/", "!*.py"],
            ["a/**", "!a/x.py"],
            ["a/*", "!a/b", "!a/x.py"],
            ["*.py", "!b/"],
            ["a/", "!a/x.py"],
            ["/x.py"],
            ["b/x.py"],
            ["**/b/x.py", "!/b/x.py"],
            ["a/**/x.py"],
            ["**/", "!a/"],
            ["[xy].py", "!y.py"],
            ["x.py/"],
            ["b\\", "\\!x.py", "# x.py", " x.py", "y.py  "],
            ["!x.py", "a/b/**/"],
        ],
    )
    def test_git_agrees(self, patterns: list[str]) -> None:
        _compare_with_git(patterns)

    @needs_git
    @settings(
        max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        st.lists(
            st.builds(
                "".join,
                st.tuples(
                    st.sampled_from(["", "!"]),
                    st.sampled_from(["", "/", "**/"]),
                    st.lists(
                        st.sampled_from(["a", "b", "*", "?", "x.py", "*.py", "**", "[ab]"]), min_size=1, max_size=3
                    ).map("/".join),
                    st.sampled_from(["", "/", "/**"]),
                ),
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_git_agrees_on_patterns_of_any_form(self, patterns: list[str]) -> None:
        _compare_with_git(patterns)


def _compare_with_git(patterns: list[str]) -> None:
    make(*(folder + name for folder in ("", "a/", "b/", "a/b/", "b/a/", "a/b/c/") for name in ("x.py", "y.py")))
    Path(".gitignore").write_text("\n".join(patterns) + "\n", encoding="utf-8")
    if not Path(".git").exists():
        subprocess.run(["git", "init", "--quiet", "."], check=True)
    listed = subprocess.run(
        ["git", "-c", "core.excludesFile=", "ls-files", "--others", "--exclude-standard", "-z"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")

    assert files() == sorted(name for name in listed if name.endswith(".py")), patterns


@needs_links
class TestLinks:
    def test_one_that_leads_outside_the_root_is_not_followed(self) -> None:
        make("outside/a.py", "project/b.py")
        os.symlink("../outside", "project/link")

        assert files("project", root="project") == ["project/b.py"]

    def test_a_circle_is_not_walked(self) -> None:
        make("src/a/b.py")
        os.symlink("..", "src/a/up")
        os.symlink(".", "src/self")

        assert files("src") == ["src/a/b.py"]

    def test_one_to_something_that_is_checked_anyway_adds_nothing(self) -> None:
        make("src/a/b.py")
        os.symlink("a", "src/alias")

        assert files() == ["src/a/b.py"]

    def test_one_to_something_else_in_the_root_is_followed_once(self) -> None:
        make("shared/c.py", "src/a.py")
        os.symlink("../shared", "src/one")
        os.symlink("../shared", "src/two")
        os.symlink("../src", "shared/back")

        assert [name.split("/")[-1] for name in files("src")] == ["a.py", "c.py"]

    def test_files_behind_links_are_files_and_broken_links_are_nothing(self) -> None:
        make("real.txt")
        os.symlink("real.txt", "link.py")
        os.symlink("nowhere", "broken.py")
        os.symlink("loop.py", "loop.py")
        Path("folder.py").mkdir()

        assert files() == ["link.py"]

    def test_a_link_that_is_given_is_taken(self) -> None:
        make("outside/a.py")
        Path("project").mkdir()
        os.symlink("../outside", "project/link")

        assert files("project/link", root="project") == ["project/link/a.py"]


def test_missing_paths_are_refused_together_with_what_may_have_been_meant() -> None:
    make("src/assets.py", "tests/a.py")

    with pytest.raises(UsageError) as caught:
        discover(["srcc", "src", "src/asets.py", "q"], root=".")
    assert str(caught.value).splitlines() == [
        "no such file or folder: srcc; did you mean src?",
        "no such file or folder: src/asets.py; did you mean src/assets.py?",
        "no such file or folder: q",
    ]


def test_a_folder_that_cannot_be_read_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    make("a.py", "locked/b.py")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path == "locked/":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = discover(["."], root=".")

    assert found.files == ("a.py",)
    assert [(problem.path, problem.message) for problem in found.problems] == [
        ("locked", "cannot be read: Permission denied")
    ]


def test_names_with_unusual_characters_are_found() -> None:
    make("a b/ü.py", "a b/日本.py")

    assert files() == sorted(["a b/ü.py", "a b/日本.py"])
