"""
Time asset-lint against its peers, side by side in one run.

    python tests/benchmarks/speed.py [--corpora FOLDER] [--rounds N] [--only QUESTION]... [--guard FILE]

Three questions: `tree`, a cold check of a big tree against ruff's TID251; `startup`, an empty folder against Python
itself; `flake8`, flake8 with the plugin against flake8 without it, on files that mention no guard. Every tool is
installed at a pinned version into an environment in the cache folder; asset-lint is built from this repository.
Needs `corpora.py` to have been run, and a system with `wait4` (not Windows); GNU time gives the peak memory.
"""

from __future__ import annotations

import argparse
import ast
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from guard_files import Guard, load
from peer_tools import RUFF, ruff_arguments
from places import GUARDS, REPOSITORY, cache_folder, environment
from stopwatch import CommandFailed, Contestant, Trial, race, table, trial

FLAKE8 = "flake8==7.5.0"
SUBSET = 300


@dataclass(frozen=True)
class Setting:
    """What the questions need to know: where the tools and the trees are."""

    guard: Guard
    tree: Path
    scratch: Path
    ruff: Path
    plain: Path
    ours: Path | None

    def asset_lint(self, name: str, folder: Path, *arguments: str) -> list[Contestant]:
        """Return our command as a contestant, none while the project cannot be installed."""
        if self.ours is None:
            return []
        command = (str(self.ours / "asset-lint"), "check", "--format", "json", *arguments)
        return [Contestant(name, command, folder, accepted=(0, 1), json=True)]


def own_environment() -> Path | None:
    """Install this repository beside flake8, each time from its present state."""
    if not (REPOSITORY / "pyproject.toml").is_file():
        return None
    commands = environment("flake8-with-plugin", (FLAKE8, str(REPOSITORY)))
    # pip builds a folder anew each time, also where the version is the same.
    refresh = [str(commands / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*refresh, str(REPOSITORY)], check=True, capture_output=True)
    return commands


def cold(setting: Setting) -> list[str]:
    """Return the option that keeps asset-lint from reading its cache, once there is one."""
    if setting.ours is None:
        return []
    command = [str(setting.ours / "asset-lint"), "check", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    return ["--no-cache"] if "--no-cache" in shown.stdout else []


def tree(setting: Setting) -> list[Contestant]:
    """Check the big tree with a guard that few of its files mention, nothing cached."""
    ruff = (str(setting.ruff / "ruff"), *ruff_arguments([setting.guard.cls], [setting.tree]))
    banned = Contestant(
        "ruff check --no-cache, TID251", (*ruff, "--output-format=json", "."), setting.tree, (0, 1), json=True
    )
    options = [*cold(setting), "--config", str(setting.guard.file)]
    return [banned, *setting.asset_lint("asset-lint check, cold", setting.tree, *options, ".")]


def startup(setting: Setting) -> list[Contestant]:
    """Check an empty folder."""
    empty = setting.scratch / "empty"
    empty.mkdir()
    python = (setting.ours or setting.plain) / "python"
    nothing = Contestant("python -c pass", (str(python), "-c", "pass"), empty)
    return [nothing, *setting.asset_lint("asset-lint check, empty folder", empty, ".")]


def flake8(setting: Setting) -> list[Contestant]:
    """Run flake8 over files that mention no guard, in one process."""
    folder = setting.scratch / "subset"
    copy_subset(setting, folder)
    # The manager is not among the copied files, where it would be missed: one outside the project is taken as it is.
    guard = f'[[guard]]\nclass = "{setting.guard.cls}"\nmanager = "elsewhere.get_instance"\n'
    (folder / "asset-lint.toml").write_text(guard, encoding="utf-8")
    arguments = ("--isolated", "--jobs", "1", "--exit-zero", ".")
    contestants = [Contestant("flake8", (str(setting.plain / "flake8"), *arguments), folder)]
    if setting.ours:
        contestants.append(Contestant("flake8 with asset-lint", (str(setting.ours / "flake8"), *arguments), folder))
    return contestants


def copy_subset(setting: Setting, folder: Path) -> None:
    """Copy files from all over the tree that parse here and do not mention the guarded class."""
    candidates = list(unmentioning(setting.tree, setting.guard.cls.rpartition(".")[2]))
    step = max(1, len(candidates) // SUBSET)
    for file in candidates[::step][:SUBSET]:
        target = folder / file.relative_to(setting.tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def unmentioning(root: Path, word: str) -> Iterator[Path]:
    """Yield the files, sorted, that flake8 can parse and that do not have the word in them."""
    for file in sorted(root.rglob("*.py")):
        source = file.read_bytes()
        if source and word.encode() not in source and _parses(source):
            yield file


def _parses(source: bytes) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


QUESTIONS: dict[str, Callable[[Setting], list[Contestant]]] = {"tree": tree, "startup": startup, "flake8": flake8}


def answer(contestants: list[Contestant], rounds: int) -> list[str]:
    """Warm up, measure what works, and return the table."""
    trials: dict[Contestant, Trial] = {}
    notes: list[str] = []
    for contestant in contestants:
        try:
            trials[contestant] = trial(contestant)
        except CommandFailed as problem:
            notes.append(f"Not measured: {problem}")
    return [*notes, *table(race(list(trials), rounds), trials)]


def heading(setting: Setting) -> list[str]:
    """Say what was run on what: without it the figures mean nothing."""
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    ours = "asset-lint of this repository" if setting.ours else "asset-lint not installable yet, left out"
    files = sum(1 for _ in setting.tree.rglob("*.py"))
    return [
        f"{system}; {RUFF}, {FLAKE8}, {ours}.",
        f"Tree: {setting.tree.name}, {files:,} files; guard {setting.guard.name}.",
    ]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=cache_folder() / "corpora", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=7, help="measured runs of each command, at least 5")
    parser.add_argument("--only", action="append", default=[], choices=list(QUESTIONS))
    parser.add_argument("--guard", type=Path, default=GUARDS / "homeassistant.client_session.toml")
    options = parser.parse_args()
    if options.rounds < 5:
        parser.error("medians of fewer than 5 runs say little")
    return options


def main() -> None:
    """Ask the questions and print the tables."""
    options = arguments()
    guard = load(options.guard.resolve())[0]
    corpus = (options.corpora / guard.corpus).resolve()
    if not corpus.is_dir():
        raise SystemExit(f"{corpus} is not there; run corpora.py first")
    ruff, plain = environment("ruff", [RUFF]), environment("flake8", [FLAKE8])
    with tempfile.TemporaryDirectory() as scratch:
        setting = Setting(guard, corpus, Path(scratch).resolve(), ruff, plain, own_environment())
        print("\n".join(heading(setting)))
        for name in options.only or QUESTIONS:
            print("\n".join(["", f"### {name}", "", *answer(QUESTIONS[name](setting), options.rounds)]), flush=True)


if __name__ == "__main__":
    main()
