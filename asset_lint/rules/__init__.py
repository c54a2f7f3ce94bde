"""The rules, one file each. A file that is dropped in here is a rule; there is no list to edit."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from asset_lint.rules.base import CallRule, GuardRule, Rule

__all__ = ["CallRule", "GuardRule", "Rule", "all_rules"]


@cache
def all_rules() -> tuple[type[Rule], ...]:
    """Every rule of this package, by code."""
    found: dict[str, type[Rule]] = {}
    for module in pkgutil.iter_modules(__path__):
        for member in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if inspect.isclass(member) and issubclass(member, Rule) and "code" in vars(member):
                found[member.code] = member
    return tuple(rule for _, rule in sorted(found.items()))
