"""Ways to the manager that hold at the moment when they are gone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from asset_lint.rewriting.lateness import Fate, fate_at
from asset_lint.rewriting.places import Place
from asset_lint.rewriting.ways import Way


def still_there(place: Place, found: Iterable[Way]) -> Iterator[Way]:
    """
    Yield those ways whose first name is bound when the call runs.

    What the call's own arguments bind is not yet bound where the manager is looked up; what the code around deletes
    before a function or generator runs is not bound any more, and what it binds anew may be another manager by then.
    """
    bound = {node.target.id for node in ast.walk(place.call) if isinstance(node, ast.NamedExpr)}
    for way in found:
        if way.root in bound:
            continue
        fate = fate_at(place.file, place.call, way.root)
        if fate is Fate.CHANGED:
            yield replace(way, doubt=way.doubt or may_change(way.root))
        elif fate is Fate.SAME:
            yield way


def may_change(name: str) -> str:
    """What there is to look at where *name* is looked up late."""
    return f"{name} may be another one by the time that this runs"
