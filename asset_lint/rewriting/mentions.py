"""Whether a name of a module is reached in ways that facts do not tell: by a string, or from an excluded file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Protocol

from asset_lint.semantics.program import Program
from asset_lint.semantics.words import Searched
from asset_lint.syntax.source import Unreadable, read, stands_alone

_LEFT_OUT = frozenset({"__pycache__", "node_modules", "site-packages"})
_SUFFIXES = (".py", ".pyw")


class Listed(Searched, Protocol):
    """The files of a project, which can be told from others."""

    @property
    def listed(self) -> frozenset[str]:
        """The paths of all of them."""


def is_reached_otherwise(program: Program, files: Listed, path: str, name: str) -> bool:
    """
    Whether another file seems to take *name* from the module at *path* where facts do not show it.

    In files that have facts that is a string with the name, as in ``mock.patch("run.Asset")``; in others, also those
    that are excluded from checks, it is enough that the name and the module are mentioned.
    """
    module = program.modules.name_of(path).rpartition(".")[2]
    if any(stands_alone(module.encode(), data) for data in _excluded(program, files, name)):
        return True
    in_string = re.compile(rb"""["'](?:[^"'\\\n]*[.}])?%s\b""" % re.escape(name.encode()))
    for other in files.mentioning([module], files.mentioning([name])) - {path}:
        if other not in program.facts or in_string.search(files.data(other) or b""):
            return True
    return False


def _excluded(program: Program, files: Listed, name: str) -> list[bytes]:
    """The bytes of the Python files in which *name* stands and that are below the top folder, but not checked."""
    table: dict[str, list[bytes]] = program.tables.setdefault("excluded files by name", {})
    if name not in table:
        paths: list[str] | None = program.tables.get("excluded files")
        if paths is None:
            paths = program.tables["excluded files"] = list(_other_files(program.modules.base, files.listed))
        word = name.encode()
        table[name] = [data for data in map(_read, paths) if stands_alone(word, data)]
    return table[name]


def _other_files(base: str, listed: frozenset[str]) -> Iterator[str]:
    """The paths of the Python files below *base* that are not *listed*, those of environments left out."""
    for folder, folders, names in os.walk(base):
        folders[:] = [
            inner
            for inner in folders
            if inner not in _LEFT_OUT
            and not inner.startswith(".")
            and not os.path.exists(os.path.join(folder, inner, "pyvenv.cfg"))
        ]
        for name in names:
            path = os.path.join(folder, name).replace(os.sep, "/")
            if name.endswith(_SUFFIXES) and path not in listed:
                yield path


def _read(path: str) -> bytes:
    try:
        return read(path)
    except Unreadable:
        return b""
