"""``[tool.asset-lint]`` and ``asset-lint.toml``, read into one frozen :class:`Config`."""

from __future__ import annotations

from asset_lint.config.codes import RULE_NAMES, code_problem, on_by_default
from asset_lint.config.files import find_config, load_config, resolve_config
from asset_lint.config.model import DEFAULT_GUARD, Config, Decoder, Guard, Overrides, Rewrite

__all__ = [
    "DEFAULT_GUARD",
    "RULE_NAMES",
    "Config",
    "Decoder",
    "Guard",
    "Overrides",
    "Rewrite",
    "code_problem",
    "find_config",
    "load_config",
    "on_by_default",
    "resolve_config",
]
