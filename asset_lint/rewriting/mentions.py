"""Whether a name of a module is reached in ways that facts do not tell: by a string, or from an excluded file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from asset_lint.semantics.program import Program
from asset_lint.syntax.source import Unreadable, read, stands_alone

_LEFT_OUT = frozenset({"__pycache__", "node_modules", "site-packages"})
_SUFFIXES = (".py", ".pyw")


def is_reached_otherwise(program: Program, path: str, name: str) -> bool:
    """
    Whether another file seems to take *name* from the module at *path* where facts do not show it.

    In files that have facts that is a string with the name, as in ``mock.patch("run.Asset")``; in others, which are
    excluded from checks, it is enough that the name and the module are mentioned.
    """
    module = program.modules.name_of(path).rpartition(".")[2].encode()
    in_string = re.compile(rb"""["'](?:[^"'\\\n]*[.}])?%s\b""" % re.escape(name.encode()))
    return any(
        other != path and stands_alone(module, data) and (other not in program.facts or in_string.search(data))
        for other, data in _mentioning(program, name)
    )


def _mentioning(program: Program, name: str) -> list[tuple[str, bytes]]:
    """The Python files below the top folder in which *name* stands, with their bytes."""
    table: dict[str, list[tuple[str, bytes]]] = program.tables.setdefault("files by name", {})
    if name not in table:
        word = name.encode()
        table[name] = [(path, data) for path, data in _all_files(program.modules.base) if stands_alone(word, data)]
    return table[name]


def _all_files(base: str) -> Iterator[tuple[str, bytes]]:
    """The path and the bytes of every Python file below *base* that can be read, those of environments left out."""
    for folder, folders, names in os.walk(base):
        folders[:] = [
            inner
            for inner in folders
            if inner not in _LEFT_OUT
            and not inner.startswith(".")
            and not os.path.exists(os.path.join(folder, inner, "pyvenv.cfg"))
        ]
        for name in names:
            if name.endswith(_SUFFIXES):
                path = os.path.join(folder, name).replace(os.sep, "/")
                try:
                    yield path, read(path)
                except Unreadable:
                    continue
