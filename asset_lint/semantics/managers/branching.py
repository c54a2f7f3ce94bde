"""Conditions: which ways go on, and whether they hang on a flag."""

from __future__ import annotations

import ast

from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.managers.running import Run
from asset_lint.semantics.managers.tables import is_about_maps
from asset_lint.semantics.managers.values import ABSENT, BUILT, FALSE, GIVEN, NOTHING, PLACE, TRUE, Flag, State, Value

Decided = tuple[State, Value, bool]
"""A state behind a test, the value that was tested, and whether the test held."""


def decided(run: Run, test: ast.expr, state: State) -> list[Decided]:
    """The ways behind *test*: those on which it held, and those on which it did not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return [(after, NOTHING, not holds) for after, _, holds in decided(run, test.operand, state)]
    if isinstance(test, ast.BoolOp):
        return _combined(run, test, state)
    if isinstance(test, ast.Constant):
        return [(state, NOTHING, bool(test.value))]
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(run, test, state)
    found: list[Decided] = []
    for after, value in run.evaluate(test, state):
        found += _either(run, after, value, _flag(run, test, value))
    return list(dict.fromkeys(found))


def _combined(run: Run, test: ast.BoolOp, state: State) -> list[Decided]:
    stops = isinstance(test.op, ast.Or)
    found: list[Decided] = []
    states = [state]
    for number, part in enumerate(test.values, 1):
        onwards: list[State] = []
        for now in states:
            for after, value, holds in decided(run, part, now):
                if holds is stops or number == len(test.values):
                    found.append((after, value, holds))
                else:
                    onwards.append(after)
        states = list(dict.fromkeys(onwards))
        run.step(states)
    return list(dict.fromkeys(found))


def _compared(run: Run, test: ast.Compare, state: State) -> list[Decided]:
    """``flag is True``, ``map is None``; anything else tells nothing of flags."""
    operator, constant = test.ops[0], test.comparators[0]
    negated = isinstance(operator, (ast.IsNot, ast.NotEq))
    if isinstance(constant, ast.Constant) and isinstance(operator, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
        if isinstance(constant.value, bool):
            turned = negated is constant.value
            return [(after, value, holds is not turned) for after, value, holds in decided(run, test.left, state)]
        if constant.value is None:
            return _none_tested(run, test, state, negated)
    return [(after, NOTHING, holds) for after, _ in run.evaluate(test, state) for holds in (True, False)]


def _none_tested(run: Run, test: ast.Compare, state: State, negated: bool) -> list[Decided]:
    found: list[Decided] = []
    for after, value in run.evaluate(test.left, state):
        if value == ABSENT or value.kind == BUILT:
            found.append((after, NOTHING, (value == ABSENT) is not negated))
            continue
        flag = None
        if value.kind == PLACE and value.depth == 0 and run.maps is not None and run.maps.get(value.names, 0) > 0:
            flag = Flag(f"{_spelled(value)} is None", True, False)
        found += [(now, NOTHING, holds is not negated) for now, _, holds in _either(run, after, value, flag)]
    return found


def _either(run: Run, state: State, value: Value, flag: Flag | None) -> list[Decided]:
    """Both ways, or the one that this way has taken before."""
    if value.kind == BUILT:
        return [(state, value, True)]
    if value in {TRUE, FALSE, ABSENT}:
        return [(state, value, value == TRUE)]
    if flag is None:
        return [(state, value, True), (state, value, False)]
    known = next((one for one in state.flags if one.text == flag.text), None)
    if known is not None:
        return [(state, value, known.holds)]
    return [(state._replace(flags=state.flags | {flag._replace(holds=holds)}), value, holds) for holds in (True, False)]


def _spelled(value: Value) -> str:
    return ".".join(name.rpartition(":")[2] for name in value.names)


def _flag(run: Run, test: ast.expr, value: Value) -> Flag | None:
    """The flag that *value* is, if it is one."""
    if isinstance(test, ast.Call):
        return _from_environment(test)
    if not value.names or value.depth:
        return None
    name = value.names[-1].rpartition(":")[2]
    if value.kind == GIVEN:
        return Flag(_spelled(value), True, False) if is_about_maps(name) else None
    if value.kind != PLACE or (run.maps is not None and value.names in run.maps):
        return None
    if is_about_maps(name):
        return Flag(_spelled(value), True, True)
    return Flag(_spelled(value), True, False) if _is_constant(run, value) else None


def _from_environment(test: ast.Call) -> Flag | None:
    function = test.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name not in {"get", "getenv", "getboolean"} or not test.args:
        return None
    last = test.args[-1] if name == "getboolean" else test.args[0]
    if isinstance(last, ast.Constant) and isinstance(last.value, str) and is_about_maps(last.value):
        return Flag(last.value, True, True)
    return None


def _is_constant(run: Run, value: Value) -> bool:
    """Whether a place is a flag by what the module or class gives it: true or false."""
    if len(value.names) != 1:
        return False
    path, _, name = value.names[0].rpartition(":")
    if path:
        facts = run.program.facts.get(path)
        return facts is not None and _is_truth(facts, facts.exports.get(name, NONE))
    return any(
        _is_truth(run.program.facts[key[0]], run.program.class_(*key).members.get(name, NONE))
        for key in run.unit.classes
    )


def _is_truth(facts: Facts, node: int) -> bool:
    while node != NONE and facts.nodes[node][0] in {"same", "typed"}:
        node = facts.nodes[node][1]
    return node != NONE and facts.nodes[node][0] == "const" and isinstance(facts.nodes[node][1], bool)
