"""Statements in the order in which they run, on every way."""

from __future__ import annotations

import ast
from typing import Any

from asset_lint.semantics.managers import branching
from asset_lint.semantics.managers.expressions import bind_each, iterated
from asset_lint.semantics.managers.records import ITEM, SLOT, UPDATE, Ended
from asset_lint.semantics.managers.running import ANY_DEPTH, Run, Runners
from asset_lint.semantics.managers.tables import is_lock
from asset_lint.semantics.managers.values import BUILT, NOTHING, PLACE, SELF, State, Value

States = set[State]


def _other(run: Run, node: ast.stmt, state: State) -> States:
    """A statement that only evaluates; definitions are not followed until they are called."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {state.bound(node.name, NOTHING)}
    states = {state}
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            states = {after for before in states for after, _ in run.evaluate(part, before)}
    return states


def _global(_: Run, __: ast.stmt, state: State) -> States:
    return {state}


# -- assignments ----------------------------------------------------------------------------------------------


def _assign(run: Run, node: ast.Assign, state: State) -> States:
    states: States = set()
    for after, value in run.evaluate(node.value, state):
        ways = {after}
        for target in node.targets:
            ways = {last for before in ways for last in assign(run, target, value, before, node.value)}
        states |= ways
    return states


def _annotated(run: Run, node: ast.AnnAssign, state: State) -> States:
    if node.value is None:
        return {state}
    states: States = set()
    for after, value in run.evaluate(node.value, state):
        states |= assign(run, node.target, value, after, node.value)
    return states


def assign(run: Run, target: ast.expr, value: Value, state: State, source: ast.expr | None = None) -> States:
    """The states behind an assignment of *value*."""
    if isinstance(target, ast.Name):
        if _is_global(run, target.id):
            return _slot(run, Value(PLACE, (_global_name(run, target.id),)), value, state, target)
        return {state.bound(target.id, value)}
    if isinstance(target, ast.Attribute):
        states: States = set()
        for after, base in run.evaluate(target.value, state):
            states |= _attribute(run, target, base, value, after)
        return states
    if isinstance(target, ast.Subscript):
        return _item(run, target, value, state)
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(source, ast.Tuple):
        return {bind_each(state, target, NOTHING)}
    return {bind_each(state, target, value)}


def _is_global(run: Run, name: str) -> bool:
    node = run.frame.method.node
    return any(isinstance(part, ast.Global) and name in part.names for part in ast.walk(node))


def _global_name(run: Run, name: str) -> str:
    return f"{run.frame.tree.path}:{name}"


def _attribute(run: Run, target: ast.Attribute, base: Value, value: Value, state: State) -> States:
    if base.kind == SELF or (base.kind == PLACE and base.depth == 0):
        return _slot(run, Value(PLACE, (*base.names, target.attr)), value, state, target)
    if base.kind == PLACE:
        return {run.keep(state, value)}
    return {run.keep(state, value) if base.kind != BUILT else state}


def _slot(run: Run, place: Value, value: Value, state: State, target: ast.expr) -> States:
    """An attribute or a global gets another value: a map that is replaced has forgotten what it had."""
    state = run.store(state, place, SLOT, value, target)
    if run.maps is not None and run.maps.get(place.names, 0) > 0:
        return {run.keep(state, value)}
    return {state}


def _item(run: Run, target: ast.Subscript, value: Value, state: State) -> States:
    states: States = set()
    for after, base in run.evaluate(target.value, state):
        for last, key in run.evaluate(target.slice, after):
            if base.kind not in {PLACE, SELF}:
                states.add(run.keep(last, value) if base.kind != BUILT else last)
                continue
            place = Value(PLACE, base.names, base.depth + 1, types=frozenset())
            run.access(place, target.slice, key, is_store=True)
            stored = value if value.kind == BUILT else value._replace(types=frozenset())
            states.add(run.store(last, place, ITEM, stored, target, key))
    return states


def _augmented(run: Run, node: ast.AugAssign, state: State) -> States:
    states: States = set()
    for after, value in run.evaluate(node.value, state):
        for last, place in run.evaluate(node.target, after):
            if place.kind == PLACE and value.kind == BUILT:
                states.add(run.store(last, place._replace(depth=place.depth + 1), UPDATE, value, node.target))
            else:
                states.add(last)
    return states


def _delete(run: Run, node: ast.Delete, state: State) -> States:
    states = {state}
    for target in node.targets:
        inner = target.value if isinstance(target, ast.Subscript) else target
        after: States = set()
        for before in states:
            for now, place in run.evaluate(inner, before) if not isinstance(inner, ast.Name) else [(before, NOTHING)]:
                after.add(run.look(now, place.names, ANY_DEPTH) if place.kind in {PLACE, SELF} else now)
        states = after
    return states


# -- ways that end --------------------------------------------------------------------------------------------


def _return(run: Run, node: ast.Return, state: State) -> States:
    outcomes = run.evaluate(node.value, state)
    run.frame.returned += outcomes
    if len(run.frames) == 1:
        is_none = node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
        for after, value in outcomes:
            run.record.given_out.add(value)
            run.record.ended.add(Ended(value, is_none, after.looks, after.flags))
    return set()


def _raise(run: Run, node: ast.Raise, state: State) -> States:
    for part in (node.exc, node.cause):
        for after, _ in run.evaluate(part, state):
            run.seen(after)
    return set()


def _break(run: Run, _: ast.Break, state: State) -> States:
    run.frame.breaks[-1].add(state)
    return set()


def _continue(run: Run, _: ast.Continue, state: State) -> States:
    run.frame.continues[-1].add(state)
    return set()


# -- blocks ---------------------------------------------------------------------------------------------------


def _if(run: Run, node: ast.If, state: State) -> States:
    yes: States = set()
    no: States = set()
    for after, _, holds in branching.decided(run, node.test, state):
        (yes if holds else no).add(after)
    return run.block(node.body, yes) | run.block(node.orelse, no)


def _loop(run: Run, body: list[ast.stmt], orelse: list[ast.stmt], inside: States, past: States) -> States:
    """A loop is taken to go round once or not at all; what it looks at counts also where it does not."""
    run.frame.breaks.append(set())
    run.frame.continues.append(set())
    ends = run.block(body, inside)
    breaks, continues = run.frame.breaks.pop(), run.frame.continues.pop()
    ends |= continues
    looks = frozenset(look for end in ends | breaks for look in end.looks)
    past = {state._replace(looks=state.looks | looks) for state in past}
    return run.block(orelse, ends | past) | breaks


def _for(run: Run, node: ast.For | ast.AsyncFor, state: State) -> States:
    inside: States = set()
    past: States = set()
    for after, value in run.evaluate(node.iter, state):
        now, one = iterated(run, after, value)
        if isinstance(node, ast.AsyncFor):
            now = now.suspended()
        inside.add(bind_each(now, node.target, one))
        past.add(now)
    return _loop(run, node.body, node.orelse, inside, past)


def _while(run: Run, node: ast.While, state: State) -> States:
    inside: States = set()
    past: States = set()
    for after, _, holds in branching.decided(run, node.test, state):
        (inside if holds else past).add(after)
    return _loop(run, node.body, node.orelse, inside, past)


def _with(run: Run, node: ast.With | ast.AsyncWith, state: State) -> States:
    states = {state}
    before = state.locks
    for number, item in enumerate(node.items):
        now: States = set()
        for held in states:
            for after, value in run.evaluate(item.context_expr, held):
                entered = run.seen(after.suspended()) if isinstance(node, ast.AsyncWith) else after
                if _locks(item.context_expr, value):
                    entered = entered._replace(locks=entered.locks | {f"{run.spot(node)}{number}"})
                if item.optional_vars is not None:
                    now |= assign(run, item.optional_vars, value, entered)
                else:
                    now.add(entered)
        states = now
    return {after._replace(locks=before) for after in run.block(node.body, states)}


def _locks(node: ast.expr, value: Value) -> bool:
    """Whether a block keeps others out: by its name, or because it is the manager's own affair what it does."""
    inner = node.func if isinstance(node, ast.Call) else node
    name = inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "")
    return is_lock(name) or value.kind == PLACE or any(is_lock(part) for part in value.names)


def _try(run: Run, node: Any, state: State) -> States:
    run.frame.handlers.append(set())
    ends = run.block(node.body, {state})
    snapshots = run.frame.handlers.pop() or {state}
    ends = run.block(node.orelse, ends)
    for handler in node.handlers:
        inside = snapshots
        if handler.name is not None:
            inside = {before.bound(handler.name, NOTHING) for before in snapshots}
        ends |= run.block(handler.body, inside)
    if run.frame.handlers:
        run.frame.handlers[-1] |= snapshots
    return run.block(node.finalbody, ends) if node.finalbody else ends


def _match(run: Run, node: ast.Match, state: State) -> States:
    ends: States = set()
    outcomes = run.evaluate(node.subject, state)
    falling, value = {after for after, _ in outcomes}, outcomes[0][1]
    for case in node.cases:
        inside = falling
        for part in ast.walk(case.pattern):
            name = getattr(part, "name", None)
            if isinstance(part, (ast.MatchAs, ast.MatchStar)) and name is not None:
                inside = {before.bound(name, value._replace(types=frozenset())) for before in inside}
        if case.guard is not None:
            inside = {
                after for before in inside for after, _, holds in branching.decided(run, case.guard, before) if holds
            }
        ends |= run.block(case.body, inside)
        if case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
            return ends
    return ends | falling


RUNNERS: Runners = {
    ast.stmt: _other,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Global: _global,
    ast.Nonlocal: _global,
}
