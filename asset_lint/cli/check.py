"""``asset-lint check``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from asset_lint.cli.options import shard_of, split_codes, split_globs, split_ignores
from asset_lint.cli.printing import emit, style_for
from asset_lint.cli.progress import Progress
from asset_lint.config import Overrides
from asset_lint.errors import UsageError
from asset_lint.findings import Problem, Report
from asset_lint.outputs import FORMATS, render

STDIN = "-"
EPILOG = """
\b
Examples:
  asset-lint check                                  what is configured, else the current folder
  asset-lint check src --select MGR1,MGR2           two families of rules
  asset-lint check --per-file-ignores "tests/*:MGR1"
  asset-lint check --format json --output report.json
  asset-lint check --shard 2/4 --format json --output 2.json
  asset-lint check - --stdin-filename src/app.py < src/app.py

Exit status: 0 nothing found, 1 findings, 2 the invocation or some file could not be handled.
"""
FILE = click.Path(path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--output", type=FILE, metavar="FILE", help="Write the report to FILE instead of standard output.")
@click.option(
    "--select", multiple=True, callback=split_codes, metavar="CODES", help="Codes, or their beginnings, to report."
)
@click.option(
    "--ignore", multiple=True, callback=split_codes, metavar="CODES", help="Codes not to report; the longer match wins."
)
@click.option(
    "--per-file-ignores",
    multiple=True,
    callback=split_ignores,
    metavar="GLOB:CODES",
    help="Codes not to report in some files.",
)
@click.option("--baseline", type=FILE, metavar="FILE", help="Accept the findings that FILE lists.")
@click.option("--exclude", multiple=True, callback=split_globs, metavar="GLOBS", help="Files and folders to leave out.")
@click.option("--config", type=FILE, metavar="FILE", help="Use this configuration instead of the nearest one.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Worker processes.  [default: as many as pay]")
@click.option(
    "--shard", callback=shard_of, metavar="I/N", help="Report the I-th of N shares of the files; merge joins them."
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write .asset_lint_cache.")
@click.option(
    "--stdin-filename", type=FILE, metavar="FILE", help="The name of what is read from standard input with -."
)
@click.option("--quiet", "-q", is_flag=True, help="Findings only, no summary.")
@click.option("--verbose", "-v", is_flag=True, help="Show how guards were understood and what could not be followed.")
@click.option("--statistics", is_flag=True, help="Count the findings of each code.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.pass_context
def check(context: click.Context, /, paths: tuple[Path, ...], **options: Any) -> None:
    """
    Report what gets past the managers in PATH.

    Without a PATH the configured src is checked, else the current folder. Options that lists are given to may be
    repeated or hold several values separated by commas; each takes the place of the same key in the configuration.
    """
    overrides = Overrides(
        config=options["config"],
        select=options["select"],
        ignore=options["ignore"],
        per_file_ignores=options["per_file_ignores"],
        exclude=options["exclude"],
        baseline=options["baseline"],
    )
    texts: dict[Path, str] = {}
    problem = None
    if STDIN in map(str, paths) or options["stdin_filename"]:
        name = _stdin_name(paths, options["stdin_filename"])
        paths = (name,)
        problem = _read_stdin(name, texts)
    report = Report(problems=(problem,)) if problem else _check(paths, overrides, texts, options)
    style = style_for(
        options["color"],
        to_file=options["output"] is not None,
        quiet=options["quiet"],
        verbose=options["verbose"],
        statistics=options["statistics"],
        texts={_shown(path): text for path, text in texts.items()},
    )
    emit(render(options["format_name"], report, style), options["output"])
    context.exit(report.exit_code)


def _check(paths: Sequence[Path], overrides: Overrides, texts: dict[Path, str], options: dict[str, Any]) -> Report:
    from asset_lint import engine  # after the command line has turned out to be usable

    notes: list[str] = []
    with Progress(sys.stderr) as progress:
        report = engine.check(
            paths,
            overrides,
            overlay=texts or None,
            jobs=options["jobs"],
            progress=progress,
            cached=not options["no_cache"],
            note=notes.append,
            shard=options["shard"],
        )
    for text in notes:
        click.echo(f"asset-lint: note: {text}", err=True)
    return report


def _stdin_name(paths: Sequence[Path], name: Path | None) -> Path:
    if [str(path) for path in paths] != [STDIN]:
        raise UsageError("--stdin-filename and the path - belong together, and no other path can stand beside them")
    return name or Path("stdin.py")


def _read_stdin(name: Path, texts: dict[Path, str]) -> Problem | None:
    from asset_lint.syntax.source import Unreadable, decode

    try:
        texts[Path(os.path.abspath(name))] = decode(sys.stdin.buffer.read())
    except Unreadable as error:
        return Problem(name.as_posix(), error.line, error.message)
    return None


def _shown(path: Path) -> str:
    """Spell an absolute path as findings do."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
