"""``asset-lint baseline``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from asset_lint.accepting import keys_of, loaded, path_of
from asset_lint.baseline import Key, accepted, merged, render, shown
from asset_lint.cli.printing import emit
from asset_lint.config import Config, Overrides, resolve_config
from asset_lint.errors import UsageError

DEFAULT = ".asset-lint-baseline"
EPILOG = """
\b
Examples:
  asset-lint baseline write        accept what is found now
  asset-lint check                 reports what is new, and what is accepted but gone
  asset-lint baseline prune        take out what is gone
  git config merge.asset-lint-baseline.driver "asset-lint baseline merge %O %A %B"
"""
FILE = click.Path(path_type=Path)
_baseline = click.option(
    "--baseline", type=FILE, metavar="FILE", help=f"The file.  [default: the configured one, else {DEFAULT}]"
)
_config = click.option("--config", type=FILE, metavar="FILE", help="Use this configuration instead of the nearest one.")


@click.group(epilog=EPILOG)
def baseline() -> None:
    """
    Accept the findings that are there, so that only new ones are reported.

    The file has one line for each finding, without line numbers: moving or formatting code does not change it, and
    branches that fix different findings merge. A finding that is gone has to leave it, which check asks for.
    """


@baseline.command(epilog=EPILOG)
@_baseline
@_config
def write(baseline: Path | None, config: Path | None) -> None:
    """Accept everything that is found now."""
    path, keys, complete = _found(baseline, config)
    before = loaded(path) if path.exists() else Counter[Key]()
    now = Counter(keys)
    if not complete:
        now |= before  # what could not be read may still be there
    _written(path, now)
    click.echo(f"{path}: {_count(now)} ({_count(now - before)} new, {_count(before - now)} gone).")
    if path_of(_configuration(config)) is None:
        click.echo(f'Add baseline = "{path.name}" to the configuration, or pass --baseline {path.name} to check.')


@baseline.command(epilog=EPILOG)
@_baseline
@_config
def prune(baseline: Path | None, config: Path | None) -> None:
    """Take out what is no longer found; nothing is added."""
    path, keys, complete = _found(baseline, config)
    if not complete:
        raise UsageError("some files could not be read, so that it is not known what is gone; check shows which")
    before = loaded(path)
    known, gone = accepted(keys, before)
    now = Counter(key for key, is_known in zip(keys, known, strict=True) if is_known)
    _written(path, now)
    for key in sorted(gone.elements()):
        click.echo(f"gone: {shown(key)}")
    click.echo(f"{path}: {_count(now)} left, {_count(gone)} gone.")


@baseline.command(epilog=EPILOG)
@_baseline
@_config
def show(baseline: Path | None, config: Path | None) -> None:
    """Show what is accepted, and how much of each code."""
    path = _path(baseline, config)
    keys = loaded(path)
    codes = Counter(key.code for key in keys.elements())
    lines = [shown(key) for key in sorted(keys.elements())]
    lines += [f"{number:>6,} {code}" for code, number in sorted(codes.items())]
    emit("".join(f"{line}\n" for line in [*lines, f"{path}: {_count(keys)}."]), None)


@baseline.command(epilog=EPILOG)
@click.argument("base", type=FILE)
@click.argument("ours", type=FILE)
@click.argument("theirs", type=FILE)
def merge(base: Path, ours: Path, theirs: Path) -> None:
    """
    Merge THEIRS into OURS, both of which were BASE: the merge driver for git.

    \b
    .gitattributes:  .asset-lint-baseline merge=asset-lint-baseline
    once per clone:  git config merge.asset-lint-baseline.driver "asset-lint baseline merge %O %A %B"
    """
    _written(ours, merged(loaded(base), loaded(ours), loaded(theirs)))


def _found(baseline: Path | None, config: Path | None) -> tuple[Path, list[Key], bool]:
    """The file, the keys of what is found now, and whether everything could be read."""
    from asset_lint import engine

    report = engine.check([], Overrides(config=config), cached=True, use_baseline=False)
    for problem in report.problems:
        click.echo(f"{problem.path}: {problem.message}", err=True)
    return _path(baseline, config), keys_of(report, _configuration(config)), not report.problems


def _path(baseline: Path | None, config: Path | None) -> Path:
    configuration = _configuration(config)
    return baseline or path_of(configuration) or configuration.root / DEFAULT


def _configuration(config: Path | None) -> Config:
    return resolve_config(Path.cwd(), Overrides(config=config))


def _written(path: Path, keys: Counter[Key]) -> None:
    from asset_lint.writing import Refused, create_file, replace_file

    data = render(keys).encode("utf-8", "surrogateescape")
    try:
        if path.exists():
            replace_file(str(path), path.read_bytes(), data, str(path.parent))
        else:
            create_file(str(path), data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    except Refused as error:
        raise UsageError(f"{path}: {error.reason}") from error


def _count(keys: Counter[Key]) -> str:
    number = keys.total()
    return f"{number:,} {'finding' if number == 1 else 'findings'}"
