"""What belongs together: the paths that are checked, the files around them, the configuration that holds for them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asset_lint.config import Config, Overrides, resolve_config
from asset_lint.findings import Problem
from asset_lint.syntax.discovery import discover

_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", ".hg")


@dataclass(frozen=True)
class Shard:
    """One part of a run over several machines, *index* of *count*, counted from 1."""

    index: int
    count: int

    def __str__(self) -> str:
        """As it is written on the command line."""
        return f"{self.index}/{self.count}"

    def of(self, paths: Iterable[str]) -> frozenset[str]:
        """The share of *paths* that belongs to this part: every path belongs to one, whoever asks."""
        return frozenset(sorted(paths)[self.index - 1 :: self.count])


@dataclass(frozen=True)
class Project:
    """
    One configuration and the files it holds for.

    *base* is the top folder, *files* maps every file of the project from its absolute path to the path as it is
    shown, *reported* are those that findings are wanted for, *explicit* those that were named one by one.
    """

    config: Config
    base: str
    files: Mapping[str, str]
    reported: frozenset[str]
    explicit: frozenset[str]
    problems: tuple[Problem, ...]


def projects(paths: Sequence[Path], overrides: Overrides, overlay: Mapping[Path, str]) -> list[Project]:
    """Group *paths* by the configuration that holds for them."""
    groups: dict[Path | None, tuple[Config, list[Path]]] = {}
    if not paths:
        config = resolve_config(Path.cwd(), overrides)
        found = [_shown(config.root / folder) for folder in config.src] or [Path(".")]
        groups[config.path] = (config, found)
    for path in paths:
        config = resolve_config(path, overrides)
        groups.setdefault(config.path, (config, []))[1].append(path)
    return [_project(config, members, overlay) for config, members in groups.values()]


def _project(config: Config, paths: list[Path], overlay: Mapping[Path, str]) -> Project:
    on_disk = [path for path in paths if Path(os.path.abspath(path)) not in overlay]
    given = discover(on_disk, root=config.root, exclude=config.exclude)
    reported = _by_normal_path(given.files)
    explicit = {normal(os.fspath(path)) for path in paths if not path.is_dir()}
    reported.update({normal(os.fspath(path)): path.as_posix() for path in paths if path not in on_disk})
    base, roots = _roots(config, paths)
    files = dict(reported)
    problems = set(given.problems)
    outer = [root for root in roots if not any(_covers(path, root) for path in on_disk)]
    if outer:
        around = discover([_shown(Path(root)) for root in outer], root=config.root, exclude=config.exclude)
        files = {**_by_normal_path(around.files), **files}
    return Project(
        config, base, dict(sorted(files.items())), frozenset(reported), frozenset(explicit), tuple(sorted(problems))
    )


def _by_normal_path(paths: Iterable[str]) -> dict[str, str]:
    """The same *paths*, as discovery gives them, by where they are."""
    here = normal(".").rstrip("/") + "/"
    # Below the working directory, nearly always, there is nothing to work out.
    return {normal(path) if path[0] in "./" or ":" in path else here + path: path for path in paths}


def _covers(path: Path, root: str) -> bool:
    return path.is_dir() and (root + "/").startswith(normal(os.fspath(path)).rstrip("/") + "/")


def _roots(config: Config, paths: list[Path]) -> tuple[str, list[str]]:
    """The top folder, and the folders whose files are needed to understand those at *paths*."""
    if config.path is not None:
        root = normal(os.fspath(config.root))
        return root, [root]
    roots = []
    for path in paths:
        folder = normal(os.fspath(path if path.is_dir() else path.parent))
        while os.path.isfile(f"{folder}/__init__.py"):
            folder = folder.rpartition("/")[0]
        roots.append(folder if path.is_dir() else _marked(folder))
    unique = sorted(set(roots))
    return (os.path.commonpath(unique).replace(os.sep, "/") if unique else normal(".")), unique


def _marked(folder: str) -> str:
    """The nearest folder at or above *folder* that looks like the top of a project, else *folder*."""
    for candidate in (Path(folder), *Path(folder).parents):
        if any((candidate / mark).exists() for mark in _MARKS):
            return candidate.as_posix()
    return folder


def normal(path: str) -> str:
    """*path* absolute, with ``/`` between its parts."""
    absolute = os.path.abspath(path)
    return absolute if os.sep == "/" else absolute.replace(os.sep, "/")


def _shown(path: Path) -> Path:
    """*path* as somebody in the working directory would write it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
