"""Finds and reads the file that holds the configuration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from asset_lint.config.model import Config, Overrides
from asset_lint.errors import ConfigError

STANDALONE = "asset-lint.toml"
PYPROJECT = "pyproject.toml"
TOOL = "asset-lint"


def resolve_config(start: Path, overrides: Overrides = Overrides()) -> Config:
    """Give the configuration that holds for *start*, with what the command line says on top."""
    if isinstance(overrides.config, Config):
        return overrides.config.overridden(overrides)
    path = overrides.config or find_config(start)
    if path is None:
        folder = start if start.is_dir() else start.parent
        config = Config(root=Path(os.path.abspath(folder)))
    else:
        config = load_config(path)
    return config.overridden(overrides)


def find_config(start: Path) -> Path | None:
    """Find the nearest configuration at or above *start*; in one folder ``asset-lint.toml`` wins."""
    folder = Path(os.path.abspath(start))
    for candidate in (folder, *folder.parents):
        standalone, pyproject = candidate / STANDALONE, candidate / PYPROJECT
        if standalone.is_file():
            return standalone
        if pyproject.is_file() and _has_table(pyproject):
            return pyproject
    return None


def load_config(path: Path) -> Config:
    """Read the file *path*, or say everything that is wrong with it in one ``ConfigError``."""
    path = Path(os.path.abspath(path))
    values = _parse(path, _read(path))
    if path.name == PYPROJECT:
        values = _tool_table(path, values)

    from asset_lint.config.schema import read_config  # which a run without a file need not pay for
    from asset_lint.config.table import Table

    problems: list[str] = []
    config = read_config(Table(values, "", problems), path)
    if problems:
        raise ConfigError("\n".join(f"{_shown(path)}: {problem}" for problem in sorted(problems)))
    return config


def _has_table(path: Path) -> bool:
    """Whether a ``pyproject.toml`` has our table; parsing it costs, so a search for the word comes first."""
    data = _read(path)
    if TOOL.encode() not in data:
        return False
    try:
        tool = _parse(path, data).get("tool")
    except ConfigError:
        # A file that somebody else has to repair must not stop us, one that means us must not be passed over.
        return b"tool.asset-lint" in data
    return isinstance(tool, dict) and TOOL in tool


def _tool_table(path: Path, values: dict[str, Any]) -> dict[str, Any]:
    tool = values.get("tool", {})
    table = tool.get(TOOL) if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        found = "none" if table is None else "another kind of value"
        raise ConfigError(f"{_shown(path)}: tool.asset-lint: found {found}, expected a table [tool.asset-lint]")
    return table


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{_shown(path)}: cannot be read: {error.strerror or error}") from error


def _parse(path: Path, data: bytes) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"found the byte 0x{data[error.start]:02x}, expected UTF-8"
        raise ConfigError(f"{_shown(path)}:{line}: {found}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{_shown(path)}:{_error_line(str(error), data)}: not valid TOML: {error}") from error


def _error_line(message: str, data: bytes) -> int:
    """Take the line from "... (at line 3, column 5)"; the other form is "(at end of document)"."""
    _, _, place = message.rpartition("(at line ")
    line = place.split(",")[0]
    return int(line) if line.isdigit() else data.count(b"\n") + 1


def _shown(path: Path) -> str:
    """Name a file as somebody in the working directory would."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
