"""
Runs snippets against small projects, all of them in one other process, since starting Python for each would take long.

As a program this file is that process: it reads requests and writes answers, one JSON text a line.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

_STATEFUL = ("logging",)
"""Modules of the standard library that remember what a snippet has done."""


class Snippets:
    """The other process; a context manager."""

    def __enter__(self) -> Snippets:
        env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=env,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._process.communicate()

    def run(self, folder: Path, code: str) -> str:
        """What *code* prints in *folder*; an error that it raises is a part of that."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), code]) + "\n")
        self._process.stdin.flush()
        return str(json.loads(self._process.stdout.readline()))


def _answered(folder: str, code: str) -> str:
    before, output = set(sys.modules), io.StringIO()
    sys.path.insert(0, folder)
    os.chdir(folder)
    importlib.invalidate_caches()
    try:
        with contextlib.redirect_stdout(output):
            exec(compile(code, "<run>", "exec"), {"__name__": "__main__"})
    except BaseException:
        output.write(traceback.format_exc())
    finally:
        sys.path.remove(folder)
        _forget(folder, before)
    return output.getvalue()


def _forget(folder: str, before: set[str]) -> None:
    for name in set(sys.modules) - before:
        place: Any = getattr(sys.modules[name], "__file__", None) or next(iter(_places(name)), "")
        if str(place).startswith(folder) or name.partition(".")[0] in _STATEFUL:
            del sys.modules[name]


def _places(name: str) -> list[str]:
    return list(getattr(sys.modules[name], "__path__", ()))


def _serve() -> None:
    answers = sys.stdout
    for line in sys.stdin:
        folder, code = json.loads(line)
        answers.write(json.dumps(_answered(folder, code)) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
