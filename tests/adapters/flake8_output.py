"""What flake8 prints in these tests."""

from __future__ import annotations

from typing import NamedTuple

FORMAT = "%(path)s\t%(row)d\t%(col)d\t%(code)s\t%(text)s"


class Shown(NamedTuple):
    """One line of flake8."""

    path: str
    line: int
    column: int
    code: str
    message: str


def parsed(output: str) -> list[Shown]:
    """Read what flake8 prints with FORMAT."""
    fields = [line.split("\t") for line in output.splitlines()]
    return [
        Shown(path.removeprefix("./"), int(line), int(column), code, text) for path, line, column, code, text in fields
    ]
