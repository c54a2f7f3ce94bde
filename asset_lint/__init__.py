"""Instances of a guarded class come from its manager: a linter, a flake8 plugin and a codemod."""

from __future__ import annotations

__version__ = "0.1.0"
