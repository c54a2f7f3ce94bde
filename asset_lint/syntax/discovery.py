"""Finds the Python files to check."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from asset_lint import globs
from asset_lint.errors import UsageError
from asset_lint.findings import Problem
from asset_lint.spelling import did_you_mean
from asset_lint.syntax import gitignore
from asset_lint.syntax.gitignore import GitIgnore, ignored

SUFFIXES = (".py", ".pyi", ".pyw")
NEVER_ENTERED = frozenset(
    """
    .git .hg .svn .bzr .tox .nox .venv .eggs .direnv .mypy_cache .ruff_cache .pytest_cache .hypothesis .pyre .pytype
    .asset_lint_cache .ipynb_checkpoints __pycache__ __pypackages__ node_modules site-packages
    """.split()
)
ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})
_TELLING = ENVIRONMENT_MARKS | {gitignore.NAME}


class Discovery(NamedTuple):
    """The files that were found, sorted, as paths with ``/``, and the folders that could not be read."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def discover(
    paths: Sequence[str | os.PathLike[str]], *, root: str | os.PathLike[str], exclude: Sequence[str] = ()
) -> Discovery:
    """
    Find the Python files at and below *paths*.

    What is named explicitly is taken, whatever ignores it. *exclude* holds patterns relative to *root*, beyond which
    no link is followed.
    """
    given = [_as_shown(os.fspath(path)) for path in paths]
    _require(given)
    found: set[str] = set()
    problems: list[Problem] = []
    folders = {path for path in given if os.path.isdir(path)}
    links = _Links([os.path.realpath(folder) for folder in folders], os.path.realpath(root))
    found.update(path for path in given if path not in folders)
    for folder in sorted(folders):
        _Walk(folder, os.path.abspath(root), tuple(exclude), links, found, problems).run()
    return Discovery(tuple(sorted(found)), tuple(sorted(problems)))


class _Links:
    """Decides which links to folders are followed: none that leads outside, in a circle or to a known place."""

    def __init__(self, starts: list[str], root: str) -> None:
        self.starts = starts
        self.root = root
        self.entered: set[str] = set()

    def follow(self, path: str) -> bool:
        real = os.path.realpath(path)
        if not _is_within(real, self.root) or any(_is_within(real, start) for start in self.starts):
            return False
        if real in self.entered:
            return False
        self.entered.add(real)
        return True


class _Walk:
    """The walk from one folder; a folder is pushed with the ``.gitignore`` files above it."""

    def __init__(
        self,
        start: str,
        root: str,
        exclude: tuple[str, ...],
        links: _Links,
        found: set[str],
        problems: list[Problem],
    ) -> None:
        self.start = start
        self.root = root
        self.exclude = exclude
        self.links = links
        self.found = found
        self.problems = problems

    def run(self) -> None:
        prefix = "" if self.start == "." else self.start.rstrip("/") + "/"
        excluded = self._excluded(len(prefix))
        todo = [(prefix, self._outer_ignores(len(prefix)), False)]
        while todo:
            folder, ignores, linked = todo.pop()
            folders, files, telling = self._sorted_out(folder)
            if telling:
                if folder != prefix and not ENVIRONMENT_MARKS.isdisjoint(telling):
                    continue
                if gitignore.NAME in telling:
                    lines = gitignore.read(folder + gitignore.NAME, self.problems)
                    ignores = (*ignores, GitIgnore(lines, "", len(folder)))
            for entry in folders:
                path = folder + entry.name
                if self._enters(entry, path, ignores, excluded, linked):
                    todo.append((path + "/", ignores, linked or _is_link(entry)))
            for entry in files:
                path = folder + entry.name
                if (
                    not (ignores and ignored(path, ignores, folder=False))
                    and not (excluded and excluded(path))
                    and _is_file(entry)
                ):
                    self.found.add(path)

    def _sorted_out(self, folder: str) -> tuple[list[os.DirEntry[str]], list[os.DirEntry[str]], list[str]]:
        """The folders in *folder*, what may be Python files, and the names that say something about all of it."""
        folders: list[os.DirEntry[str]] = []
        files: list[os.DirEntry[str]] = []
        telling: list[str] = []
        for entry in self._entries(folder):  # tens of thousands: as few calls as can be
            name = entry.name
            if name in _TELLING:
                telling.append(name)
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry)
            elif name.endswith(SUFFIXES):
                files.append(entry)
            # Not entry.is_dir(), which raises for a link that leads to itself.
            elif entry.is_symlink() and os.path.isdir(entry.path):
                folders.append(entry)
        return folders, files, telling

    def _enters(
        self,
        entry: os.DirEntry[str],
        path: str,
        ignores: Sequence[GitIgnore],
        excluded: Callable[[str], bool] | None,
        linked: bool,
    ) -> bool:
        if entry.name in NEVER_ENTERED or (ignores and ignored(path, ignores, folder=True)):
            return False
        if excluded and excluded(path):
            return False
        return self.links.follow(path) if linked or _is_link(entry) else True

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder or ".") as entries:
                return list(entries)
        except OSError as error:
            self.problems.append(Problem(folder.rstrip("/"), 0, f"cannot be read: {error.strerror or error}"))
            return []

    def _excluded(self, cut: int) -> Callable[[str], bool] | None:
        """Test paths of this walk against the patterns, without those that would exclude its start."""
        offset = globs.relative(self.start, self.root)
        patterns = [one for one in self.exclude if not ((match := globs.matcher((one,))) and match(offset))]
        matches = globs.matcher(tuple(patterns))
        if matches is None:
            return None
        before = "" if offset == "." else offset + "/"
        return lambda path: matches(before + path[cut:])

    def _outer_ignores(self, cut: int) -> tuple[GitIgnore, ...]:
        """Read the ``.gitignore`` files above the start, up to the repository or the root."""
        ignores = []
        for folder in _outer_folders(os.path.abspath(self.start), self.root):
            path = os.path.join(folder, gitignore.NAME)
            if not os.path.isfile(path):
                continue
            offset = globs.relative(self.start, folder)
            file = GitIgnore(gitignore.read(path, self.problems), offset + "/", cut)
            way = offset.split("/")
            if not any(file.verdict_on("/".join(way[:depth]) + "/") for depth in range(1, len(way) + 1)):
                ignores.append(file)  # one that ignores what was asked for has no say
        return tuple(ignores)


def _outer_folders(start: str, root: str) -> list[str]:
    """List the folders above *start*, outermost first, that belong to its repository or, without one, to *root*."""
    above: list[str] = []
    folder = start
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return [one for one in reversed(above) if _is_within(one, root)]
        folder = parent
        above.append(folder)
    return above[::-1]


def _require(paths: Iterable[str]) -> None:
    """Refuse paths that do not exist, all at once."""
    missing = [path for path in paths if not os.path.exists(path)]
    if missing:
        raise UsageError("\n".join(f"no such file or folder: {path}{_near(path)}" for path in missing))


def _near(path: str) -> str:
    folder, name = os.path.split(path)
    try:
        siblings = os.listdir(folder or ".")
    except OSError:
        return ""
    return did_you_mean(os.path.join(folder, name), [os.path.join(folder, sibling) for sibling in siblings])


def _as_shown(path: str) -> str:
    """Spell *path* relative to the working directory where it is below it, else as it was given."""
    here, full = os.getcwd(), os.path.abspath(path)
    shown = os.path.relpath(full, here) if _is_within(full, here) else os.path.normpath(path)
    return shown.replace(os.sep, "/")


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_file(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) or (entry.is_symlink() and os.path.isfile(entry.path))


def _is_link(entry: os.DirEntry[str]) -> bool:
    is_junction = getattr(entry, "is_junction", None)  # Windows, from Python 3.12
    return entry.is_symlink() or bool(is_junction and is_junction())
