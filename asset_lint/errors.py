"""What stops an invocation. What belongs to one file is a Problem in the report instead."""

from __future__ import annotations


class AssetLintError(Exception):
    """The invocation cannot be carried out; the text says what to do about it."""


class ConfigError(AssetLintError):
    """A configuration file that cannot be used: names the file, the key, what was found and what was expected."""


class UsageError(AssetLintError):
    """A command line that cannot be carried out."""
