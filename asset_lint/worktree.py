"""What git knows of the files that are about to be changed, and could give back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence

from asset_lint.errors import UsageError

_PROGRAM = "git.exe" if sys.platform == "win32" else "git"
# The checked repository is not trusted, and its configuration could name programs that git would start.
_OPTIONS = ("--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_LITERAL_PATHSPECS": "0",
    "LC_ALL": "C",  # the messages are compared
}
_OF_THE_USER = frozenset({b"system", b"global", b"command"})
_NO_WORK_TREE = (b"fatal: not a git repository (or any", b"fatal: this operation must be run in a work tree")


def uncommitted(root: str, paths: Iterable[str]) -> list[str] | None:
    """
    Name the files that git could not give back: all that have changes, and those of *paths* that it does not track.

    The names are relative to the top of the work tree around *root*. None stands for no git, or no work tree.
    """
    program = _program()
    if program is None:
        return None
    git = _Git(program, root)
    top = git.top()
    if top is None:
        return None
    tracked = git.tracked()
    lost = {name for name in (_relative(path, top) for path in paths) if name not in tracked}
    return sorted(lost | git.changed())


def _program() -> str | None:
    """The git of the search path, whose relative parts lead into what is checked, as does Windows's own search."""
    for folder in filter(os.path.isabs, os.get_exec_path()):
        if found := shutil.which(os.path.join(folder, _PROGRAM)):
            return found
    return None


def _relative(path: str, top: str) -> str:
    """The name of a file as git gives it; links are followed, as they are where the file is written."""
    real = os.path.realpath(path)
    try:
        return os.path.relpath(real, top).replace(os.sep, "/")
    except ValueError:  # on another drive
        return real.replace(os.sep, "/")


class _Git:
    """Git in one folder, which reads and starts nothing."""

    def __init__(self, program: str, root: str) -> None:
        self.command = [program, *_OPTIONS]
        # GIT_DIR alone, as hooks find it in linked work trees, makes the folder at hand the top of the work tree.
        is_given = "GIT_DIR" in os.environ and "GIT_WORK_TREE" not in os.environ
        self.folder = os.getcwd() if is_given else root

    def top(self) -> str | None:
        """The top of the work tree."""
        done = self._run("rev-parse", "--show-toplevel")
        if done.returncode and any(line.startswith(_NO_WORK_TREE) for line in done.stderr.splitlines()):
            return None
        return os.path.realpath(os.fsdecode(_output(done).removesuffix(b"\n")))

    def tracked(self) -> set[str]:
        """The tracked files whose changes git looks for: not those that it was told to assume unchanged."""
        done = self._run("ls-files", "-v", "-z", "--full-name", "--", ":/")
        return {os.fsdecode(line[2:]) for line in _output(done).split(b"\0") if line.startswith(b"H ")}

    def changed(self) -> set[str]:
        """The tracked files that have changes, with both names where one was renamed."""
        options = ("--porcelain=v1", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules=dirty")
        done = self._run(*self._without_filters(), "status", *options)
        return {os.fsdecode(line[3:]) for line in _output(done).split(b"\0") if line}

    def _without_filters(self) -> list[str]:
        """
        Options that keep status from starting the filters which the repository, and not its user, configured.

        A filtered file whose times have changed then counts as changed.
        """
        done = self._run("config", "-z", "--show-scope", "--name-only", "--get-regexp", r"^filter\.")
        if done.returncode == 1:
            return []  # there are none
        scopes_and_keys = _output(done).split(b"\0")
        options: list[str] = []
        for scope, key in zip(scopes_and_keys[::2], scopes_and_keys[1::2], strict=False):
            if scope not in _OF_THE_USER:
                options += _disabled(os.fsdecode(key).rpartition(".")[0])
        return options

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 -- no shell, and the program is not the repository's
            [*self.command, *arguments],
            cwd=self.folder,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def _disabled(name: str) -> Sequence[str]:
    if "=" in name:
        raise UsageError(
            f"git has the filter {name!r} here, which cannot be turned off; rename it or use --allow-dirty"
        )
    return ("-c", f"{name}.clean=", "-c", f"{name}.process=", "-c", f"{name}.required=false")


def _output(done: subprocess.CompletedProcess[bytes]) -> bytes:
    """What git answered; raises UsageError with its own words where it failed."""
    if not done.returncode:
        return done.stdout
    lines = os.fsdecode(done.stderr).splitlines() or [f"exit status {done.returncode}"]
    # Traces and warnings may stand before what stopped it.
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0])
    raise UsageError(f"git cannot tell which files have changes: {said}; settle that or use --allow-dirty")
