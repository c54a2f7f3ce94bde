"""The program as a library; everything here is re-exported by ``asset_lint``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from asset_lint import config as configuration
from asset_lint import engine, fixing
from asset_lint.config import Config, Overrides, code_problem
from asset_lint.errors import UsageError
from asset_lint.findings import Report
from asset_lint.fixing import FixReport

AnyPath = str | os.PathLike[str]
T = TypeVar("T")


def load_config(path: AnyPath = ".") -> Config:
    """
    Read the configuration file *path*; where it is a folder, give the configuration that holds for it.

    Raises ConfigError, whose text lists everything that is wrong with the file.
    """
    location = Path(path)
    return configuration.resolve_config(location) if location.is_dir() else configuration.load_config(location)


def check_paths(
    paths: Iterable[AnyPath] = (),
    *,
    config: Config | AnyPath | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    exclude: Iterable[str] = (),
    jobs: int | None = 1,
) -> Report:
    """
    Check files and folders, or what the configuration calls ``src`` where there are none.

    *config* is a configuration or a file that holds one; without it the nearest one above each path is taken.
    *select*, *ignore* and *exclude* take the place of the same keys in it. *jobs* is the number of processes, None as
    many as there are processors; a script that uses several needs ``if __name__ == "__main__"`` where processes are
    spawned. Raises ConfigError and UsageError where nothing can be checked; a file that cannot is a Problem in the
    report.
    """
    overrides = _overrides(config, select, ignore, exclude)
    return engine.check([Path(path) for path in _several(paths, "paths")], overrides, jobs=jobs)


def fix_paths(
    paths: Iterable[AnyPath] = (),
    *,
    config: Config | AnyPath | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    exclude: Iterable[str] = (),
    unsafe: bool = False,
    jobs: int | None = 1,
) -> FixReport:
    """
    Work out what files and folders are with their fixes, and write nothing.

    The arguments are those of ``check_paths``; *unsafe* takes the fixes, too, that a person should look at. The
    ``changes`` of the answer hold each changed file's bytes before and after, its ``report`` what is left.
    """
    overrides = _overrides(config, select, ignore, exclude)
    return fixing.fix([Path(path) for path in _several(paths, "paths")], overrides, unsafe=unsafe, jobs=jobs)


def check_text(
    text: str,
    path: AnyPath,
    *,
    config: Config | AnyPath | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
) -> Report:
    """
    Check *text* as if it stood in the file *path*, which need not exist.

    The files around *path* are read as usual, for what they say of the names in *text*.
    """
    place = Path(path)
    overrides = _overrides(config, select, ignore)
    return engine.check([place], overrides, overlay={Path(os.path.abspath(place)): text}, jobs=1)


def _overrides(
    config: Config | AnyPath | None, select: Iterable[str], ignore: Iterable[str], exclude: Iterable[str] = ()
) -> Overrides:
    return Overrides(
        config=config if config is None or isinstance(config, Config) else Path(config),
        select=_codes(select, "select"),
        ignore=_codes(ignore, "ignore"),
        exclude=_several(exclude, "exclude"),
    )


def _codes(values: Iterable[str], name: str) -> tuple[str, ...]:
    codes = _several(values, name)
    problems = [f"{name}: {code}: {problem}" for code in codes if (problem := code_problem(code))]
    if problems:
        raise UsageError("\n".join(problems))
    return codes


def _several(values: Iterable[T], name: str) -> tuple[T, ...]:
    # A string is a sequence of its letters, which nobody means.
    if isinstance(values, (str, bytes, os.PathLike)):
        raise UsageError(f"{name}: found {values!r}, expected a list")
    return tuple(values)
