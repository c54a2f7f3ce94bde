"""One file to its facts."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from asset_lint.semantics.annotations import lower_annotation
from asset_lint.semantics.builder import Builder, Sighting
from asset_lint.semantics.facts import Facts
from asset_lint.semantics.names import bound_names
from asset_lint.semantics.statements import run
from asset_lint.syntax.module import Module, analyse


@dataclass(frozen=True)
class View:
    """
    A module once more, for what its facts leave out.

    Its tree, what the sites that were asked for see, and the definitions that only a type checker sees.
    """

    module: Module
    sightings: dict[int, Sighting]
    typing_only: frozenset[int]


def extract(path: str, data: bytes) -> Facts:
    """What the module in *data* says. Raises Unreadable where it is no text or no Python."""
    return analyse(data, lambda module: _facts(Builder(path, module.lines), module))


def view(path: str, data: bytes, sites: Container[int]) -> View:
    """What code at *sites* of the module in *data* can see; nodes have the numbers that they have in its facts."""
    return analyse(data, lambda module: _view(path, module, sites))


def _view(path: str, module: Module, sites: Container[int]) -> View:
    builder = Builder(path, module.lines)
    builder.watched = sites
    _facts(builder, module)
    return View(module, builder.sightings, frozenset(builder.typing_only))


def _facts(builder: Builder, module: Module) -> Facts:
    builder.annotation = lower_annotation
    builder.open("module", "", -1, bound_names(module.tree.body, builder.walrus))
    run(builder, module.tree.body)
    facts = builder.facts
    for entry in facts.classes:
        entry.always_set -= builder.deleted  # behind a "del", what the class has is seen again
    for name, values in (builder.frame.env or {}).items():
        facts.exports[name] = builder.join(values)
    for name, written in builder.global_writes.items():
        known = [facts.exports[name]] if name in facts.exports else []
        facts.exports[name] = builder.join([*known, *written])
    return facts
