"""
Instances of a guarded class come from its manager: a linter, a flake8 plugin and a codemod.

As a library::

    from asset_lint import check_paths

    for finding in check_paths(["src"]).findings:
        print(finding.path, finding.span.line, finding.code, finding.message)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asset_lint.api import check_paths, check_text, fix_paths, load_config
    from asset_lint.config import Config, Guard
    from asset_lint.errors import AssetLintError, ConfigError, UsageError
    from asset_lint.findings import Edit, Finding, Fix, Problem, Report, Safety, Span
    from asset_lint.fixing import Change, FixReport

__version__ = "0.1.0"

__all__ = [
    "AssetLintError",
    "Change",
    "Config",
    "ConfigError",
    "Edit",
    "Finding",
    "Fix",
    "FixReport",
    "Guard",
    "Problem",
    "Report",
    "Safety",
    "Span",
    "UsageError",
    "__version__",
    "check_paths",
    "check_text",
    "fix_paths",
    "load_config",
]

# Modules are named and not imported: the command line imports this package too, and has to start fast.
_HOMES = {
    "asset_lint.api": ("check_paths", "check_text", "fix_paths", "load_config"),
    "asset_lint.config": ("Config", "Guard"),
    "asset_lint.errors": ("AssetLintError", "ConfigError", "UsageError"),
    "asset_lint.findings": ("Edit", "Finding", "Fix", "Problem", "Report", "Safety", "Span"),
    "asset_lint.fixing": ("Change", "FixReport"),
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
