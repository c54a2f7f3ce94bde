"""One file to its facts."""

from __future__ import annotations

import libcst as cst

from asset_lint.findings import Span
from asset_lint.semantics.annotations import lower_annotation
from asset_lint.semantics.builder import Builder
from asset_lint.semantics.facts import Facts, Site
from asset_lint.semantics.names import bound_names
from asset_lint.semantics.statements import run_suite
from asset_lint.syntax.module import analyse, positions
from asset_lint.syntax.prune import Keep, Pruned


def extract(path: str, data: bytes, keep: Keep | None = None) -> Facts:
    """
    What the module in *data* says; with *keep* without the bodies that it does not ask for.

    Raises Unreadable where it is no text or no Python.
    """
    return analyse(data, lambda tree, pruned: _facts(path, tree, pruned), keep)


def _facts(path: str, tree: cst.Module, pruned: Pruned) -> Facts:
    builder = Builder(path, walrus=":=" in pruned.text)
    builder.facts.dropped = pruned.dropped
    builder.annotation = lower_annotation
    builder.open("module", "", -1, bound_names(tree, walrus=builder.walrus))
    run_suite(builder, tree)
    frame = builder.frame
    facts = builder.facts
    for name, values in (frame.env or {}).items():
        facts.exports[name] = builder.join(values)
    for name, written in builder.global_writes.items():
        known = [facts.exports[name]] if name in facts.exports else []
        facts.exports[name] = builder.join([*known, *written])
    _place_sites(builder, tree, pruned.text)
    return facts


def _place_sites(builder: Builder, tree: cst.Module, text: str) -> None:
    spans = positions(tree, builder.wanted, text)
    for node, scope, syntax in builder.places:
        builder.facts.sites.append(Site(node, scope, spans.get(id(syntax), Span(1, 1, 1, 1))))
