"""``asset-lint merge``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from asset_lint.cli.printing import emit, style_for
from asset_lint.errors import UsageError
from asset_lint.findings import Report
from asset_lint.outputs import FORMATS, render

EPILOG = """
\b
Examples:
  asset-lint check --shard 1/2 --format json --output 1.json     on one machine
  asset-lint check --shard 2/2 --format json --output 2.json     on another one
  asset-lint merge 1.json 2.json                                 the findings of both
  asset-lint merge parts/*.json --format json --output all.json

Exit status: that of the check that was not divided.
"""
FILE = click.Path(path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("parts", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--output", type=FILE, metavar="FILE", help="Write the report to FILE instead of standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Findings only, no summary.")
@click.option("--statistics", is_flag=True, help="Count the findings of each code.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.pass_context
def merge(context: click.Context, /, parts: tuple[Path, ...], **options: Any) -> None:
    """
    Join what the shards of one check have found.

    Each FILE is what check --shard I/N --format json has written. All of them together give the report that a check
    without --shard would have given.
    """
    from asset_lint.engine import joined

    reports = [_read(path) for path in parts]
    _require_all([report.stats.shard for report in reports])
    report = joined(reports, same=True)
    style = style_for(
        options["color"],
        to_file=options["output"] is not None,
        quiet=options["quiet"],
        statistics=options["statistics"],
    )
    emit(render(options["format_name"], report, style), options["output"])
    context.exit(report.exit_code)


def _require_all(shards: list[str]) -> None:
    """Refuse parts that are not all the parts of one run."""
    counts = {shard.partition("/")[2] for shard in shards}
    if len(counts) > 1 or "" in counts:
        raise UsageError("these are not the shards of one check: " + ", ".join(shard or "no shard" for shard in shards))
    count = int(counts.pop())
    missing = {f"{index}/{count}" for index in range(1, count + 1)}.difference(shards)
    if missing:
        raise UsageError(f"shard {', '.join(sorted(missing))} is missing")
    if len(shards) > count:
        raise UsageError("a shard is given twice")


def _read(path: Path) -> Report:
    from asset_lint.outputs.reading import read_json

    try:
        return read_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{path}: {error}; give what check --format json has written") from error
