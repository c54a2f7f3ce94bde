"""
The guards of the corpora, one file each: `guards/CORPUS.TOPIC.toml`, with `all` for every corpus.

    python tests/benchmarks/guard_files.py [CORPORA]

prints where each dotted name is defined, so that a guard does not silently mean nothing after a corpus was renewed.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpora import STANDARD_LIBRARY
from places import GUARDS, cache_folder

EVERY_CORPUS = "all"


@dataclass(frozen=True)
class Guard:
    """A guarded class with its managers, the corpus it is meant for, and the file that configures it."""

    file: Path
    corpus: str
    cls: str
    managers: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what tables call the guard."""
        return self.file.stem


def load(file: Path) -> tuple[Guard, ...]:
    """Read the guards of one configuration file."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))["guard"]
    corpus = file.stem.partition(".")[0]
    return tuple(Guard(file, corpus, table["class"], _as_tuple(table.get("manager", ()))) for table in tables)


def load_all(folder: Path = GUARDS) -> tuple[Guard, ...]:
    """Read all guards of a folder, in the order of their files' names."""
    return tuple(guard for file in sorted(folder.glob("*.toml")) for guard in load(file))


def _as_tuple(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def definition(dotted: str, root: Path) -> str | None:
    """Return `path:line` of the class or function of that dotted name under the root, None where there is none."""
    parts = dotted.split(".")
    for end in range(len(parts) - 1, 0, -1):
        stem = root.joinpath(*parts[:end])
        for file in (stem.with_suffix(".py"), stem / "__init__.py"):
            if file.is_file():
                return _line_in(file, parts[end], root)
    return None


def _line_in(file: Path, name: str, root: Path) -> str | None:
    # A regular expression, since the running Python may be too old for ast.parse on these files.
    pattern = re.compile(rf"\s*(?:class|def|async def)\s+{re.escape(name)}\b")
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if pattern.match(line):
            return f"{file.relative_to(root).as_posix()}:{number}"
    return None


def belongs(dotted: str, root: Path) -> bool:
    """Tell whether the name's top-level package or module is part of the corpus."""
    top = root / dotted.partition(".")[0]
    return top.is_dir() or top.with_suffix(".py").is_file()


def report(corpora: Path) -> Iterator[str]:
    """Yield one line per name: where it is defined, that it is from outside the corpus, or that it is missing."""
    for guard in load_all():
        # What holds for every corpus names things of the standard library.
        root = corpora / (STANDARD_LIBRARY if guard.corpus == EVERY_CORPUS else guard.corpus)
        for dotted in (guard.cls, *guard.managers):
            place = definition(dotted, root)
            if place is None:
                place = "MISSING" if belongs(dotted, root) else "outside the corpus"
            yield f"{guard.name}: {dotted}: {place}"


def main() -> None:
    """Print the report; fail where a name that belongs to a corpus is not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "corpora", nargs="?", type=Path, default=cache_folder() / "corpora", help="default: %(default)s"
    )
    lines = list(report(parser.parse_args().corpora))
    print("\n".join(lines))
    if any(line.endswith("MISSING") for line in lines):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
