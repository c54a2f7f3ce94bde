"""Methods of mappings that the manager keeps instances in."""

from __future__ import annotations

import ast

from asset_lint.semantics.managers.records import SETDEFAULT, UPDATE
from asset_lint.semantics.managers.running import ANY_DEPTH, Outcome, Run
from asset_lint.semantics.managers.tables import FILLING, ITERATING, LOOKING, TAKING
from asset_lint.semantics.managers.values import BUILT, NOTHING, PLACE, State, Value

Passed = list[tuple[str, Value]]

_UNKEYED = frozenset({"append", "insert", "add"})


def method(run: Run, node: ast.Call, place: Value, passed: Passed, state: State) -> list[Outcome]:
    """A method of something that outlives the call, of which the project has no definition."""
    assert isinstance(node.func, ast.Attribute)
    name = node.func.attr
    inside = Value(PLACE, place.names, place.depth + 1)
    if name in LOOKING | TAKING and node.args and passed:
        run.access(inside, node.args[0], passed[0][1])
    if name in LOOKING:
        return [(run.look(state, inside.names, inside.depth), inside)]
    if name == "setdefault":
        return [_setdefault(run, node, inside, passed, state)]
    if name in ITERATING:
        return [(run.look(state, place.names, ANY_DEPTH, asks=False), inside)]
    if name in TAKING:
        return [(run.look(state, place.names, ANY_DEPTH), inside)]
    if name in FILLING:
        return [(_filled(run, node, inside, passed, state), NOTHING)]
    for _, value in passed:
        state = run.keep(state, value)
    # What it does is not known: it may well look.
    return [(run.look(state, place.names, ANY_DEPTH, asks=False), inside if place.depth or place.names else NOTHING)]


def _setdefault(run: Run, node: ast.Call, inside: Value, passed: Passed, state: State) -> Outcome:
    if len(passed) < 2 or passed[1][1].kind != BUILT:
        if node.args and passed:
            run.access(inside, node.args[0], passed[0][1])
        return run.look(state, inside.names, inside.depth), inside
    run.access(inside, node.args[0], passed[0][1])
    state = run.look(state, inside.names, inside.depth)
    return run.store(state, inside, SETDEFAULT, passed[1][1], node), inside


def _filled(run: Run, node: ast.Call, inside: Value, passed: Passed, state: State) -> State:
    assert isinstance(node.func, ast.Attribute)
    new = [value for _, value in passed if value.kind == BUILT]
    if node.func.attr in _UNKEYED or not new:
        for value in new:
            state = run.keep(state, value)
        return state
    if len(passed) > 1:
        run.access(inside, node.args[0], passed[0][1])
    return run.store(state, inside, UPDATE, new[-1], node)
