"""The commands, and what becomes of their errors."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import click

from asset_lint import __version__
from asset_lint.errors import AssetLintError

# Modules are named and not imported, because a run needs one of them.
COMMANDS = {
    "check": "asset_lint.cli.check:check",
    "fix": "asset_lint.cli.fix:fix",
    "baseline": "asset_lint.cli.baseline:baseline",
    "explain": "asset_lint.cli.explain:explain",
    "merge": "asset_lint.cli.merge:merge",
    "cache": "asset_lint.cli.cache:cache",
}
INTERRUPTED = 130
EXIT_STATUSES = "Exit status: 0 nothing found, 1 findings, 2 the invocation or some file could not be handled."


class Commands(click.Group):
    """Imports a command when it is called or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which help shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=EXIT_STATUSES,
)
@click.version_option(__version__, prog_name="asset-lint")
def program() -> None:
    """
    Check that instances of a guarded class come only from its manager.

    \b
    Examples:
      asset-lint check                 what is configured, else the current folder
      asset-lint check src tests       these folders
      asset-lint fix --diff            what the codemod would change
      asset-lint explain MGR101        what a code means, with examples
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line and give its exit status."""
    try:
        status = program.main(
            None if arguments is None else list(arguments), prog_name="asset-lint", standalone_mode=False
        )
    except AssetLintError as error:
        for line in str(error).splitlines():
            click.echo(f"asset-lint: {line}", err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("asset-lint: interrupted", err=True)
        return INTERRUPTED
    return status if isinstance(status, int) else 0
