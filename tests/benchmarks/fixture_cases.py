"""The fixture cases as the peers see them: their folders, what must be reported in each, and the names of the guard."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from guard_files import load

DEFAULT_CLASS = "AssetResponseWrapper"
DEFAULT_MANAGER = "AssetManager"
PHOTO_LIBRARY = "photo_library"

# "# MGR101", "# MGR101 MGR103", "# MGR101?" at the end of a line, after any other comment.
_EXPECTED = re.compile(r"#\s+(MGR\d{3}\??(?:\s+MGR\d{3}\??)*)\s*$")
# What asset-lint is told to leave alone, which no peer can know.
_SUPPRESSED = re.compile(r"#\s*(?:noqa: MGR|asset-lint:)")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Site(NamedTuple):
    """A line of a file; paths are relative to the folder of all fixtures."""

    path: str
    line: int


@dataclass(frozen=True)
class Case:
    """One small project that is checked on its own."""

    topic: str
    folder: Path
    fixtures: Path

    @property
    def path(self) -> str:
        """Return the folder's path below the fixtures."""
        return self.folder.relative_to(self.fixtures).as_posix()

    @property
    def config(self) -> Path | None:
        """Return the case's own configuration file."""
        file = self.folder / "asset-lint.toml"
        return file if file.is_file() else None

    def guards(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the guarded classes with their managers, as the case's configuration or the default names them."""
        if self.config and "guard" in tomllib.loads(self.config.read_text(encoding="utf-8")):
            return [(guard.cls, guard.managers) for guard in load(self.config)]
        return [(DEFAULT_CLASS, (DEFAULT_MANAGER,))]

    def roots(self) -> list[Path]:
        """Return the import roots: the configured ones, else the folder itself."""
        table = tomllib.loads(self.config.read_text(encoding="utf-8")) if self.config else {}
        return [self.folder / root for root in table.get("src", ["."])]

    def dotted_classes(self) -> list[str]:
        """Return the dotted names of the guarded classes; a bare name stands for every definition of it."""
        names: list[str] = []
        for cls, _ in self.guards():
            names += [cls] if "." in cls else self._definitions(cls)
        return list(dict.fromkeys(names))

    def _definitions(self, name: str) -> list[str]:
        pattern = re.compile(rf"^\s*class\s+{name}\b".encode(), re.MULTILINE)
        found = []
        for root in self.roots():
            for file in sorted(root.rglob("*.py")):
                if pattern.search(file.read_bytes()):
                    parts = PurePosixPath(file.relative_to(root).as_posix()).with_suffix("").parts
                    module = [part for part in parts if part != "__init__"]
                    found.append(".".join([*module, name]))
        return found

    def expected(self, codes: str) -> frozenset[Site]:
        """Return the lines at whose ends stands a code that begins so."""
        return frozenset(site for site, line in self._lines() if any(c.startswith(codes) for c in _codes(line)))

    def set_aside(self, codes: str) -> frozenset[Site]:
        """Return the lines that are marked for other codes only, or suppressed: a report there is neither."""
        marked = frozenset(site for site, line in self._lines() if _codes(line) or _SUPPRESSED.search(line))
        return marked - self.expected(codes)

    def _lines(self) -> Iterator[tuple[Site, str]]:
        for file in sorted(self.folder.rglob("*.py")):
            path = file.relative_to(self.fixtures).as_posix()
            text = file.read_bytes().decode("utf-8", errors="replace")
            for number, line in enumerate(_LINE_END.split(text), start=1):
                yield Site(path, number), line


def _codes(line: str) -> list[str]:
    match = _EXPECTED.search(line)
    return [word.rstrip("?") for word in match[1].split()] if match else []


def cases(fixtures: Path) -> Iterator[Case]:
    """Yield the cases below `cases/TOPIC/CASE`, then the photo library."""
    for folder in sorted((fixtures / "cases").glob("*/*")):
        if folder.is_dir() and any(folder.rglob("*.py")):
            yield Case(folder.parent.name, folder, fixtures)
    library = fixtures / PHOTO_LIBRARY
    if library.is_dir():
        yield Case(PHOTO_LIBRARY, library, fixtures)
