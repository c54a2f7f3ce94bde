"""``asset-lint cache``."""

from __future__ import annotations

from pathlib import Path

import click

from asset_lint.config import Overrides
from asset_lint.errors import UsageError

EPILOG = """
\b
Examples:
  asset-lint cache clear                      the cache of the project in the current folder
  asset-lint cache clear --config lint.toml   the one beside this configuration
"""


@click.group(epilog=EPILOG)
def cache() -> None:
    """
    Look after .asset_lint_cache.

    It lies beside the configuration, or in the current folder where there is none, and holds what check found out, so
    that the next run looks only at what has changed. It can be removed at any time.
    """


@cache.command(epilog=EPILOG)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Use this configuration instead of the nearest one.",
)
def clear(config: Path | None) -> None:
    """Remove the cache."""
    from asset_lint.cache.answers import folder_for
    from asset_lint.cache.store import clear as cleared
    from asset_lint.config import resolve_config

    folder = folder_for(resolve_config(Path.cwd(), Overrides(config=config)))
    try:
        gone = cleared(folder)
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: cannot be removed: {error.strerror or error}") from error
    click.echo(f"Removed {folder}." if gone else f"There is no cache at {folder}.")
