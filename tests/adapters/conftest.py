"""Runs flake8 in this process, on a small project."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from adapters.flake8_output import FORMAT, Shown, parsed
from flake8.main.cli import main

ASSETS = """\
from weakref import WeakValueDictionary


class AssetResponseWrapper:
    def __init__(self, key):
        self.key = key


class AssetManager:
    def __init__(self):
        self.assets = WeakValueDictionary()

    def get(self, key):
        if key not in self.assets:
            self.assets[key] = AssetResponseWrapper(key)
        return self.assets[key]
"""
USE = "from assets import AssetResponseWrapper\n\n\ndef load(key):\n    return AssetResponseWrapper(key)\n"
Flake8 = Callable[..., list[Shown]]


@pytest.fixture
def flake8(monkeypatch: pytest.MonkeyPatch) -> Flake8:
    """Give a function that runs flake8 with some arguments and returns what it shows."""

    def run(*arguments: str) -> list[Shown]:
        output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with monkeypatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the checked code
            patch.setattr(sys, "stdout", output)
            options = [] if any(word.startswith("--select") for word in arguments) else ["--select", "MGR,E9"]
            main(["--isolated", "--format", FORMAT, "--jobs", "1", *options, *arguments])
            output.flush()
        return parsed(output.buffer.getvalue().decode("utf-8"))

    return run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a project of a manager and a module that builds beside it."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("assets.py").write_text(ASSETS, encoding="utf-8")
    Path("use.py").write_text(USE, encoding="utf-8")
    return folder
