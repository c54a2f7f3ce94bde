"""What containers hold: each is looked into once, however many ways lead to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from linking import BASE, linked

from asset_lint.semantics import containers, guards
from asset_lint.semantics.flows.carriers import Carriers
from asset_lint.semantics.guards import Guard, GuardSpec
from asset_lint.semantics.holding import Holding
from asset_lint.semantics.namespaces import exported
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Values

WIDTH = 12
NAMES = [f"list_{number}" for number in range(WIDTH)]
MANAGED = """\
class Asset: ...
class Manager:
    def asset(self) -> Asset: return Asset()
"""


def tangled(*last: str) -> tuple[Program, Guard]:
    """Lists of which each holds all the others, and what else the module does at the end."""
    lines = [f"{name} = []" for name in NAMES]
    lines += [f"{name}.append({other})" for name in NAMES for other in NAMES]
    program = linked({"main.py": "\n".join([MANAGED, *lines, *last])})
    return program, guards.resolve(program, [GuardSpec("main.Asset", ("main.Manager",))])[0]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every container that is looked into."""
    asked: list[object] = []
    element = containers.element

    def counting(program: Program, values: Values) -> Values:
        asked.extend(values)
        return element(program, values)

    monkeypatch.setattr(containers, "element", counting)
    return asked


def held(program: Program, guard: Guard, values: Values) -> object:
    return Holding(program, guard, lambda key: False).match(values)


def carried(program: Program, guard: Guard, values: Values) -> object:
    return Carriers(program, guard, lambda names: set()).first_in(values)


@pytest.mark.parametrize("found", [held, carried])
@pytest.mark.parametrize(("last", "holds"), [((), False), (("list_3.append(Asset())",), True)])
def test_containers_are_looked_into_once_at_each_depth(
    looks: list[object], found: Callable[[Program, Guard, Values], object], last: tuple[str, ...], holds: bool
) -> None:
    program, guard = tangled(*last)
    values = exported(program, f"{BASE}/main.py", NAMES[0])
    assert (found(program, guard, values) is not None) is holds
    assert 0 < len(looks) < 20 * WIDTH
