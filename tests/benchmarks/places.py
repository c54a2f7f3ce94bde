"""Where the benchmarks keep what they download, and the virtual environments that they run peers in."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
GUARDS = Path(__file__).resolve().parent / "guards"


def cache_folder() -> Path:
    """Return the user's cache folder for these benchmarks; nothing is ever written into the repository."""
    if override := os.environ.get("XDG_CACHE_HOME"):
        return Path(override) / "asset-lint-benchmarks"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "asset-lint-benchmarks"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "asset-lint-benchmarks"
    return Path.home() / ".cache" / "asset-lint-benchmarks"


def outside_repository(folder: Path) -> Path:
    """Return the folder as an absolute path, or stop: a corpus inside the repository would be linted and packed."""
    folder = folder.expanduser().resolve()
    if folder.is_relative_to(REPOSITORY):
        raise SystemExit(f"{folder} is inside the repository; choose another folder")
    return folder


def environment(name: str, requirements: Sequence[str], root: Path | None = None) -> Path:
    """
    Return the folder with the commands of a virtual environment that has just these requirements.

    The environment is made once. It is made anew when its requirements changed, so that no version is left over.
    """
    folder = (root or cache_folder()) / "environments" / name
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    record = folder / "requirements.txt"
    wanted = "\n".join([sys.version.split()[0], *requirements])
    if record.is_file() and record.read_text(encoding="utf-8") == wanted:
        return commands
    venv.create(folder, clear=True, with_pip=True)
    python = commands / ("python.exe" if os.name == "nt" else "python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    answer = subprocess.run(install, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"pip could not install {', '.join(requirements)}:\n{answer.stderr}")
    record.write_text(wanted, encoding="utf-8")
    return commands
