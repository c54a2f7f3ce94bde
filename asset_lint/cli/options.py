"""Options whose values are lists, checked while the command line is read."""

from __future__ import annotations

import click

from asset_lint.config import code_problem
from asset_lint.config.model import PerFileIgnores
from asset_lint.project import Shard


def split_codes(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Split comma separated codes, and refuse what is none."""
    codes = tuple(code.strip() for value in values for code in value.split(",") if code.strip())
    for code in codes:
        if problem := code_problem(code):
            raise click.BadParameter(f'found "{code}", {problem}', context, parameter)
    return codes


def split_globs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Split comma separated path patterns."""
    return tuple(pattern.strip() for value in values for pattern in value.split(",") if pattern.strip())


def split_ignores(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> PerFileIgnores:
    """Split ``GLOB:CODES`` pairs."""
    pairs = []
    for value in values:
        pattern, separator, codes = value.rpartition(":")
        if not (separator and pattern and codes.strip(", ")):
            raise click.BadParameter(f'found "{value}", expected GLOB:CODES, as in tests/*:MGR1', context, parameter)
        pairs.append((pattern, split_codes(context, parameter, (codes,))))
    return tuple(pairs)


def shard_of(context: click.Context, parameter: click.Parameter, value: str | None) -> Shard | None:
    """Read ``I/N``."""
    if value is None:
        return None
    index, _, count = value.partition("/")
    if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise click.BadParameter(f'found "{value}", expected I/N, as in 2/4 for the second of four', context, parameter)
    return Shard(int(index), int(count))
