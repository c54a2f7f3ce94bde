"""Expressions in the order in which they are evaluated."""

from __future__ import annotations

import ast
from typing import Any

from asset_lint.semantics import containers, members
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.managers import branching, calling
from asset_lint.semantics.managers.running import ANY_DEPTH, Evaluators, Outcome, Run, held, typed
from asset_lint.semantics.managers.values import (
    ABSENT,
    BUILT,
    FALSE,
    GIVEN,
    NEW,
    NOTHING,
    PLACE,
    SELF,
    TRUE,
    State,
    Value,
)
from asset_lint.semantics.values import UNKNOWNS


def _parts(run: Run, node: ast.expr, state: State) -> list[Outcome]:
    """Anything else: its parts from left to right."""
    parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    ways = run.evaluate_all(parts, state)
    keeps = isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Starred))
    return [(after, _listed(values) if keeps else NOTHING) for after, values in ways]


def _listed(values: list[Value]) -> Value:
    """A list of *values*: it tells of something new, or else of something that was found."""
    found = next((value for value in values if value.kind == PLACE and value.depth), NOTHING)
    return next((value for value in values if value.kind == BUILT), found)


def _dict(run: Run, node: ast.Dict, state: State) -> list[Outcome]:
    parts = [part for pair in zip(node.keys, node.values, strict=True) for part in pair if part is not None]
    return [(after, _mapped(values)) for after, values in run.evaluate_all(parts, state)]


def _mapped(values: list[Value]) -> Value:
    """A mapping of *values*."""
    value = held(values)
    return value._replace(depth=value.depth + 1)


def _constant(_: Run, node: ast.Constant, state: State) -> list[Outcome]:
    if isinstance(node.value, bool):
        return [(state, TRUE if node.value else FALSE)]
    if node.value is None:
        return [(state, ABSENT)]
    known = isinstance(node.value, (str, int, bytes))
    return [(state, Value(types=typed(f"builtins.{type(node.value).__name__}")) if known else NOTHING)]


def _string(run: Run, node: ast.JoinedStr, state: State) -> list[Outcome]:
    text = Value(types=typed("builtins.str"))
    fresh = Value(NEW, types=text.types)
    ways = _formatted(run, node, state)
    return [(after, fresh if any(value.kind == NEW for value in values) else text) for after, values in ways]


def _formatted(run: Run, node: ast.JoinedStr, state: State) -> list[tuple[State, list[Value]]]:
    parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    return run.evaluate_all(parts, state)


def _name(run: Run, node: ast.Name, state: State) -> list[Outcome]:
    known = state.get(node.id)
    if known is not None:
        return [(state, known)]
    if node.id in run.unit.names or node.id == "__class__":
        return [(state, Value(SELF))]
    if _is_code(run, node.id):
        return [(state, NOTHING)]
    value = Value(PLACE, (global_name(run, node.id),))
    return [(run.look(state, value.names, 0), value)]


def _is_code(run: Run, name: str) -> bool:
    """Whether a global is a module, a class or a function, in which nothing is kept."""
    facts = run.frame.tree.facts
    node = facts.exports.get(name, NONE)
    return node == NONE or facts.nodes[node][0] in {"module", "class", "func"}


def global_name(run: Run, name: str) -> str:
    """The name of a global, that of its home where it is imported from a module of the project."""
    path = run.frame.tree.path
    facts = run.frame.tree.facts
    operation = facts.nodes[facts.exports[name]] if name in facts.exports else ("",)
    if operation[0] == "from":
        level, module, original = operation[1:4]
        modules = run.program.modules
        home = modules.relative(path, level, module) if level else modules.absolute(path, module)
        if home is not None:
            return f"{home}:{original}"
    return f"{path}:{name}"


def _attribute(run: Run, node: ast.Attribute, state: State) -> list[Outcome]:
    found: list[Outcome] = []
    home = _module(run, node.value, state)
    if home:
        value = Value(PLACE, (f"{home}:{node.attr}",))
        return [(run.look(state, value.names, 0), value)]
    for after, base in run.evaluate(node.value, state):
        found += attribute(run, node, after, base)
    return found


def _module(run: Run, node: ast.expr, state: State) -> str:
    """The module that a name stands for: its path in the project, or else its name."""
    if not isinstance(node, ast.Name) or state.get(node.id) is not None:
        return ""
    facts = run.frame.tree.facts
    operation = facts.nodes[facts.exports[node.id]] if node.id in facts.exports else ("",)
    if operation[0] != "module":
        return ""
    return run.program.modules.absolute(run.frame.tree.path, operation[1]) or str(operation[1])


def attribute(run: Run, node: ast.Attribute, state: State, base: Value) -> list[Outcome]:
    """An attribute of something that has been evaluated."""
    name = node.attr
    if base.kind == SELF or (base.kind == PLACE and base.depth == 0):
        if base.kind == SELF and name == "__class__":
            return [(state, base)]
        method = run.unit.methods.get(name) if base.kind == SELF else None
        if method is not None and is_property(method.node):
            return calling.inline(run, method, base, [], state, node)
        value = Value(PLACE, (*base.names, name), types=members.attribute(run.program, base.types, name))
        return [(run.look(state, value.names, 0), value)]
    if base.kind == PLACE:
        return [(state, base._replace(types=frozenset()))]
    types = members.attribute(run.program, base.types, name) if base.types else frozenset()
    if base.kind in {GIVEN, NEW}:
        return [(state, Value(base.kind, (*base.names, name), types=types))]
    return [(state, Value(types=types))]


def is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether looking at the attribute of that name calls a method."""
    names = {item.attr if isinstance(item, ast.Attribute) else getattr(item, "id", "") for item in node.decorator_list}
    return bool(names & {"property", "cached_property"})


def _subscript(run: Run, node: ast.Subscript, state: State) -> list[Outcome]:
    found: list[Outcome] = []
    for after, base in run.evaluate(node.value, state):
        for last, key in run.evaluate(node.slice, after):
            found.append(item(run, last, base, node.slice, key))
    return found


def item(run: Run, state: State, base: Value, node: ast.expr, key: Value) -> Outcome:
    """What lies under a key, which is asked for."""
    if base.kind in {PLACE, SELF}:
        value = Value(PLACE, base.names, base.depth + 1)
        run.access(value, node, key)
        return run.look(state, value.names, value.depth), value
    types = containers.item(run.program, base.types, UNKNOWNS) if base.types else frozenset()
    if base.kind == GIVEN:
        text = str(node.value) if isinstance(node, ast.Constant) else "..."
        return state, Value(GIVEN, (*base.names, f"[{text}]"), types=types)
    return state, Value(base.kind if base.kind == BUILT else NOTHING.kind, spot=base.spot, types=types)


def _compare(run: Run, node: ast.Compare, state: State) -> list[Outcome]:
    found: list[Outcome] = []
    for after, values in run.evaluate_all([node.left, *node.comparators], state):
        now = after
        for operator, key, place, syntax in zip(
            node.ops, values, values[1:], [node.left, *node.comparators], strict=False
        ):
            if isinstance(operator, (ast.In, ast.NotIn)) and place.kind in {PLACE, SELF}:
                run.access(place._replace(depth=place.depth + 1), syntax, key)
                now = run.look(now, place.names, place.depth + 1)
        found.append((now, NOTHING))
    return found


def _walrus(run: Run, node: ast.NamedExpr, state: State) -> list[Outcome]:
    return [(after.bound(node.target.id, value), value) for after, value in run.evaluate(node.value, state)]


def _bool(run: Run, node: ast.BoolOp, state: State) -> list[Outcome]:
    """The value of ``a or b``, ``a and b``: that of the part at which the way ends."""
    stops = isinstance(node.op, ast.Or)
    found: list[Outcome] = []
    states = [state]
    for part in node.values[:-1]:
        onwards: list[State] = []
        for now in states:
            for after, value, holds in branching.decided(run, part, now):
                if holds is stops:
                    found.append((after, value))
                else:
                    onwards.append(after)
        states = list(dict.fromkeys(onwards))
    for now in states:
        found += run.evaluate(node.values[-1], now)
    return found


def _conditional(run: Run, node: ast.IfExp, state: State) -> list[Outcome]:
    found: list[Outcome] = []
    for after, _, holds in branching.decided(run, node.test, state):
        found += run.evaluate(node.body if holds else node.orelse, after)
    return found


def _await(run: Run, node: ast.Await, state: State) -> list[Outcome]:
    """Others have their turn, but for coroutines of the manager, whose own awaits have been met already."""
    outcomes = run.evaluate(node.value, state)
    if run.spot(node.value) in run.inlined:
        return outcomes
    return [(run.seen(after.suspended()), value) for after, value in outcomes]


def _yield(run: Run, node: ast.Yield | ast.YieldFrom, state: State) -> list[Outcome]:
    outcomes = run.evaluate(node.value, state)
    run.record.given_out.update(value for _, value in outcomes if len(run.frames) == 1)
    return [(after, NOTHING) for after, _ in outcomes]


def iterated(run: Run, state: State, value: Value) -> Outcome:
    """One of what *value* holds, and the state after looking through it."""
    if value.kind == PLACE:
        return run.look(state, value.names, ANY_DEPTH, asks=False), value._replace(depth=value.depth + 1)
    types = containers.element(run.program, value.types) if value.types else frozenset()
    if value.kind == GIVEN:
        return state, Value(GIVEN, (*value.names, "[]"), types=types)
    return state, value if value.kind == BUILT else Value(types=types)


def bind_each(state: State, target: ast.expr, value: Value) -> State:
    """The state in which the names of *target* are *value*, or parts of it."""
    if isinstance(target, ast.Name):
        return state.bound(target.id, value)
    for part in ast.walk(target):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            state = state.bound(part.id, value._replace(types=frozenset()))
    return state


def _comprehension(run: Run, node: Any, state: State) -> list[Outcome]:
    """It is taken to go round once; its names are gone afterwards."""
    outer = state.env
    states = [state]
    for generator in node.generators:
        now: list[State] = []
        for before in states:
            for after, source in run.evaluate(generator.iter, before):
                inner, one = iterated(run, after, source)
                if generator.is_async:
                    inner = inner.suspended()
                now.append(bind_each(inner, generator.target, one))
        for test in generator.ifs:
            now = [after for before in now for after, _, holds in branching.decided(run, test, before) if holds]
        states = list(dict.fromkeys(now))
        run.step(states)
    parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    holding = _mapped if isinstance(node, ast.DictComp) else held
    found: list[Outcome] = []
    for before in states:
        found += [(after._replace(env=outer), holding(values)) for after, values in run.evaluate_all(parts, before)]
    return found


def _nothing(_: Run, __: ast.expr, state: State) -> list[Outcome]:
    return [(state, NOTHING)]


def _call(run: Run, node: ast.Call, state: State) -> list[Outcome]:
    return calling.call(run, node, state)


EVALUATORS: Evaluators = {
    ast.expr: _parts,
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Compare: _compare,
    ast.NamedExpr: _walrus,
    ast.BoolOp: _bool,
    ast.IfExp: _conditional,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.Call: _call,
    ast.Dict: _dict,
    ast.JoinedStr: _string,
    ast.Lambda: _nothing,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
}
