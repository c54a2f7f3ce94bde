"""One file to its facts."""

from __future__ import annotations

from asset_lint.semantics.annotations import lower_annotation
from asset_lint.semantics.builder import Builder
from asset_lint.semantics.facts import Facts
from asset_lint.semantics.names import bound_names
from asset_lint.semantics.statements import run
from asset_lint.syntax.module import Module, analyse


def extract(path: str, data: bytes) -> Facts:
    """What the module in *data* says. Raises Unreadable where it is no text or no Python."""
    return analyse(data, lambda module: _facts(path, module))


def _facts(path: str, module: Module) -> Facts:
    builder = Builder(path, module.lines)
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
