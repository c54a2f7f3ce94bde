"""What git could not give back is named before it is changed, and a hostile repository runs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asset_lint import worktree
from asset_lint.errors import UsageError
from asset_lint.worktree import uncommitted

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is missing; install it to run these tests")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the settings of the user nor a hook in which the tests run have a say."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.resolve()))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "n")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "n@example.org")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    folder = (tmp_path / "top").resolve()
    folder.mkdir()
    return folder


@pytest.fixture
def git(top: Path) -> Git:
    """Git in a repository with two committed files and an ignored one."""

    def run(*arguments: str, folder: Path = top) -> str:
        done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
        return done.stdout

    run("init", "-q")
    write(top / "a.py", "a")
    write(top / "pkg" / "b.py", "b")
    write(top / ".gitignore", "ignored.py\n")
    run("add", ".")
    run("commit", "-q", "-m", "first")
    write(top / "ignored.py", "i")
    return run


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def lost(root: Path, *paths: Path) -> list[str] | None:
    return uncommitted(str(root), [str(path) for path in paths])


def test_what_is_committed_can_be_given_back(top: Path, git: Git) -> None:
    assert lost(top, top / "a.py", top / "pkg" / "b.py") == []


def test_changes_count_anywhere_in_the_work_tree_staged_or_not(top: Path, git: Git) -> None:
    write(top / "a.py", "changed")
    write(top / "pkg" / "b.py", "changed")
    write(top / "pkg" / "new.py", "new")
    git("add", "pkg")

    assert lost(top / "pkg") == ["a.py", "pkg/b.py", "pkg/new.py"]


def test_untracked_and_ignored_files_count_if_they_are_to_be_changed(top: Path, git: Git) -> None:
    write(top / "pkg" / "new.py", "new")
    write(top / "other.py", "other")

    assert lost(top) == []
    assert lost(top / "pkg", top / "pkg" / "new.py", top / "ignored.py") == ["ignored.py", "pkg/new.py"]


def test_files_outside_of_the_work_tree_count(top: Path, git: Git, tmp_path: Path) -> None:
    write(tmp_path / "out.py", "out")

    assert lost(top, tmp_path / "out.py") == ["../out.py"]


def test_both_names_of_a_renamed_file_count_and_a_deleted_one(top: Path, git: Git) -> None:
    git("config", "status.renames", "copies")
    git("mv", "a.py", "z.py")
    (top / "pkg" / "b.py").unlink()

    assert lost(top) == ["a.py", "pkg/b.py", "z.py"]


def test_a_file_is_named_once(top: Path, git: Git) -> None:
    git("rm", "-q", "--cached", "a.py")
    write(top / "new.py", "new")
    git("add", "-N", "new.py")

    assert lost(top, top / "a.py", top / "new.py", top / "new.py") == ["a.py", "new.py"]


def test_a_conflict_counts(top: Path, git: Git) -> None:
    git("checkout", "-q", "-b", "other")
    write(top / "a.py", "theirs")
    git("commit", "-q", "-a", "-m", "theirs")
    git("checkout", "-q", "-")
    write(top / "a.py", "ours")
    git("commit", "-q", "-a", "-m", "ours")
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "-q", "other")

    assert lost(top, top / "a.py") == ["a.py"]


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_in_which_git_looks_for_no_changes_counts(top: Path, git: Git, flag: str) -> None:
    git("update-index", flag, "a.py")
    write(top / "a.py", "changed")

    assert lost(top) == []
    assert lost(top, top / "a.py") == ["a.py"]


def test_a_repository_without_commits_has_nothing_to_give_back(top: Path, git: Git) -> None:
    fresh = top / "fresh"
    fresh.mkdir()
    git("init", "-q", folder=fresh)
    write(fresh / "a.py", "a")
    write(fresh / "b.py", "b")
    git("add", "a.py", folder=fresh)

    assert lost(fresh, fresh / "a.py", fresh / "b.py") == ["a.py", "b.py"]


@pytest.mark.parametrize("name", ["with space.py", "é.py", "-a.py", ":a.py", "[a].py"])
def test_any_name_is_understood(top: Path, git: Git, name: str) -> None:
    path = top / name
    write(path, "1")
    assert lost(top, path) == [name]
    git("--literal-pathspecs", "add", "--", name)
    git("commit", "-q", "-m", "name")
    assert lost(top, path) == []
    write(path, "23")
    assert lost(top) == [name]


@pytest.mark.skipif(sys.platform != "linux", reason="names have to be text elsewhere")
@pytest.mark.parametrize("raw", [b"\xff.py", b"new\nline.py", b'"quoted".py', b" ->.py", b"a -> b.py"])
def test_odd_names_are_understood(top: Path, git: Git, raw: bytes) -> None:
    test_any_name_is_understood(top, git, os.fsdecode(raw))


@posix
def test_links_are_followed_to_what_would_be_written(top: Path, git: Git, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(top)
    (top / "c.py").symlink_to("ignored.py")
    git("add", "c.py")
    git("commit", "-q", "-m", "link")

    assert lost(tmp_path / "link", tmp_path / "link" / "a.py", tmp_path / "link" / "c.py") == ["ignored.py"]


def test_a_submodule_has_its_own_repository(top: Path, git: Git) -> None:
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(top), "sub")
    git("commit", "-q", "-m", "sub")
    write(top / "sub" / "a.py", "changed")

    assert lost(top) == []
    assert lost(top, top / "sub" / "pkg" / "b.py") == ["sub/pkg/b.py"]
    assert lost(top / "sub", top / "sub" / "pkg" / "b.py") == ["a.py"]


def test_without_a_work_tree_there_is_no_answer(tmp_path: Path, top: Path, git: Git) -> None:
    (tmp_path / "plain").mkdir()
    git("init", "-q", "--bare", str(tmp_path / "bare"))

    assert lost(tmp_path / "plain") is None
    assert lost(tmp_path / "bare") is None
    assert lost(top / ".git") is None


def test_without_git_there_is_no_answer(top: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(top))

    assert lost(top) is None


@posix
def test_no_git_is_taken_from_the_checked_folder(top: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    write(top / "git", "#!/bin/sh\ntouch started\n")
    (top / "git").chmod(0o755)
    monkeypatch.chdir(top)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")

    assert lost(top) == []
    assert not (top / "started").exists()


def test_git_is_quoted_where_it_refuses(top: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_TRACE", "1")
    monkeypatch.setenv("LANGUAGE", "de")

    with pytest.raises(UsageError) as caught:
        lost(top)

    assert "fatal: " in str(caught.value)
    assert "ownership" in str(caught.value) or "unsafe repository" in str(caught.value)
    assert str(caught.value).endswith("; settle that or use --allow-dirty")
    assert "\n" not in str(caught.value)


def test_a_broken_repository_is_not_taken_for_none(top: Path, git: Git) -> None:
    write(top / "broken" / ".git", "gitdir: nowhere\n")
    with pytest.raises(UsageError, match="not a git repository: "):
        lost(top / "broken")

    write(top / ".git" / "index", "no index")
    with pytest.raises(UsageError, match="git cannot tell which files have changes: "):
        lost(top)


def set_trap(kind: str, top: Path, git: Git) -> Path:
    """Let the repository name a program, and return the mark that this makes when git starts it."""
    mark, script = top.parent / "started", top.parent / "script"
    write(script, f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    script.chmod(0o755)
    folder = top
    if kind == "submodule":
        git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(top), "sub")
        git("commit", "-q", "-m", "sub")
        folder = top / "sub"
    if kind == "hook":
        shutil.copy(script, top / ".git" / "hooks" / "post-index-change")
    elif kind in {"clean", "process"}:
        write(top / ".git" / "info" / "attributes", "*.py filter=Mine\n")
        git("config", f"filter.Mine.{kind}", str(script))
        git("config", "filter.Mine.required", "true")
    else:
        git("config", "core.fsmonitor", str(script), folder=folder)
    mark.unlink(missing_ok=True)
    os.utime(top / "a.py", (1, 1))
    return mark


@pytest.mark.parametrize("kind", ["clean", "process", "fsmonitor", "hook", "submodule"])
@posix
def test_nothing_that_the_repository_names_is_started(top: Path, git: Git, kind: str) -> None:
    mark = set_trap(kind, top, git)

    assert lost(top, top / "a.py") == []
    assert not mark.exists()

    subprocess.run(["git", "status"], cwd=top, check=False, capture_output=True)
    assert mark.exists(), "it is no trap, and the test shows nothing"


def test_a_filter_of_the_user_works(top: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "settings", '[filter "upper"]\n\tclean = tr a-z A-Z\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    write(top / ".gitattributes", "c.py filter=upper\n")
    write(top / "c.py", "text")
    git("add", ".gitattributes", "c.py")
    git("commit", "-q", "-m", "filtered")
    os.utime(top / "c.py", (1, 1))

    assert lost(top, top / "c.py") == []


def test_a_filter_that_cannot_be_turned_off_is_told(top: Path, git: Git) -> None:
    git("config", "filter.a=b.clean", "cat")

    with pytest.raises(UsageError, match=r"the filter 'filter\.a=b' here, which cannot be turned off"):
        lost(top)


HOOK = """#!/bin/sh
exec "{python}" -c "
import sys
from asset_lint.worktree import uncommitted
print(uncommitted(sys.argv[1], sys.argv[2:]))
" "{root}" "{path}" >"{output}" 2>&1
"""


@posix
@pytest.mark.parametrize("linked", [False, True], ids=["main work tree", "linked work tree"])
@pytest.mark.parametrize("folder", ["", "pkg"], ids=["top", "folder"])
@pytest.mark.parametrize("arguments", [["-a"], ["a.py"], []], ids=["all", "one path", "staged"])
def test_a_hook_is_answered_as_its_commit_sees_it(
    top: Path, git: Git, linked: bool, folder: str, arguments: list[str]
) -> None:
    tree, output = top, top.parent / "output"
    if linked:
        tree = top.parent / "linked"
        git("worktree", "add", "-q", str(tree))
    hook = top / ".git" / "hooks" / "pre-commit"
    paths = {"root": tree / folder, "path": tree / "pkg" / "b.py", "output": output}
    write(hook, HOOK.format(python=sys.executable, **paths))
    hook.chmod(0o755)
    write(tree / "a.py", "changed")
    write(tree / "pkg" / "b.py", "changed")
    git("add", "a.py", folder=tree)
    package = str(Path(worktree.__file__).parent.parent)
    command = ["git", "commit", "-q", "-m", "second", *arguments]
    subprocess.run(command, cwd=tree, check=True, env={**os.environ, "PYTHONPATH": package})

    assert output.read_text(encoding="utf-8").strip() == "['a.py', 'pkg/b.py']"
