"""One walk over all ways that begin at an entry of the manager."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from asset_lint.semantics.facts import NONE
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.managers.interest import Interest
from asset_lint.semantics.managers.records import ITEM, SETDEFAULT, SLOT, Accessed, Record, Stored
from asset_lint.semantics.managers.trees import Tree, Trees
from asset_lint.semantics.managers.units import Method, Unit
from asset_lint.semantics.managers.values import BUILT, NEW, NOTHING, Spot, State, Value
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ANY, Values, instance

ANY_DEPTH = 99
DEEPEST_CALLS = 5
_MOST_STEPS = 20_000
_MOST_STATES = 96

Outcome = tuple[State, Value]
Evaluators = Mapping[type, Callable[["Run", Any, State], list[Outcome]]]
Runners = Mapping[type, Callable[["Run", Any, State], set[State]]]


def last_name(names: tuple[str, ...]) -> str:
    """The last part of the way to a place, by which code mentions it."""
    return names[-1].rpartition(":")[2] if names else "self"


class Overrun(Exception):
    """There are more ways than can be followed."""


@dataclass
class Frame:
    """A function that is being run: the ways that have returned, and those that leave or repeat the loops around."""

    method: Method
    tree: Tree
    returned: list[Outcome] = field(default_factory=list)
    breaks: list[set[State]] = field(default_factory=list)
    continues: list[set[State]] = field(default_factory=list)
    handlers: list[set[State]] = field(default_factory=list)


class Run:
    """
    Follows the ways that begin at one entry.

    *maps* are the places that instances are kept in, each with the depth at which they lie; while they are not known,
    *found* collects them.
    """

    def __init__(
        self,
        program: Program,
        guard: Guard,
        trees: Trees,
        unit: Unit,
        record: Record,
        maps: dict[tuple[str, ...], int] | None,
        handlers: tuple[Evaluators, Runners],
        interest: Interest,
    ) -> None:
        self.program = program
        self.guard = guard
        self.trees = trees
        self.unit = unit
        self.record = record
        self.maps = maps
        self.map_names = None if maps is None else frozenset(map(last_name, maps))
        self.interest = interest
        self.found: dict[tuple[str, ...], int] = {}
        self.frames: list[Frame] = []
        self.inlined: set[Spot] = set()
        self._evaluators, self._runners = handlers
        self._steps = 0

    @property
    def frame(self) -> Frame:
        """The innermost function."""
        return self.frames[-1]

    def spot(self, node: ast.expr | ast.stmt) -> Spot:
        """Where *node* of the innermost function stands."""
        return self.frame.tree.spot(node)

    def step(self, states: Iterable[object] = ()) -> None:
        """Count what is done; raises Overrun where it is too much."""
        self._steps += 1
        if self._steps > _MOST_STEPS or (isinstance(states, (set, list)) and len(states) > _MOST_STATES):
            raise Overrun

    # -- syntax -----------------------------------------------------------------------------------------------

    def evaluate(self, node: ast.expr | None, state: State) -> list[Outcome]:
        """What *node* may be, and the state afterwards."""
        if node is None:
            return [(state, NOTHING)]
        self.step()
        outcomes = distinct(self._evaluators.get(type(node), self._evaluators[ast.expr])(self, node, state))
        self.step(outcomes)
        return outcomes

    def evaluate_all(self, nodes: Iterable[ast.expr], state: State) -> list[tuple[State, list[Value]]]:
        """The values of several expressions, one after the other."""
        ways: list[tuple[State, list[Value]]] = [(state, [])]
        for node in nodes:
            ways = [(after, [*values, value]) for now, values in ways for after, value in self.evaluate(node, now)]
        return ways

    def block(self, body: Iterable[ast.stmt], states: set[State]) -> set[State]:
        """The states behind a block, of the ways that get there."""
        for statement in body:
            if not states:
                break
            self.step(states)
            handler = self._runners.get(type(statement), self._runners[ast.stmt])
            after: set[State] = set()
            for state in states:
                after |= handler(self, statement, state)
            states = after
        return states

    # -- what happens on a way --------------------------------------------------------------------------------

    def seen(self, state: State) -> State:
        """Note a state that an error may end."""
        for snapshots in self.frame.handlers[-1:]:
            snapshots.add(state)
        return state

    def look(self, state: State, names: tuple[str, ...], depth: int, *, asks: bool = True) -> State:
        """The state after a look at a place; *asks*: for one thing by its key."""
        if self.maps is None or names not in self.maps or depth < self.maps[names]:
            return state
        if asks:
            self.record.looked_after.update((spot, names) for spot in state.built)
        return self.seen(state.looked(names, depth))

    def access(self, place: Value, key: ast.expr, value: Value, *, is_store: bool = False) -> None:
        """Note a key under which *place* lies; constants stand for themselves and not for an identity."""
        names, depth = place.names, place.depth
        if self.maps is not None and self.maps.get(names) == depth and not isinstance(key, ast.Constant):
            seen = Accessed(names, depth, self.spot(key), value.types, self.frame.method, is_store)
            self.record.accessed.add(seen)

    def store(
        self, state: State, place: Value, how: str, value: Value, target: ast.expr, key: Value = NOTHING
    ) -> State:
        """The state after *value* was stored at *place*."""
        names, depth = place.names, place.depth + (value.depth if value.kind == BUILT and how in {SLOT, ITEM} else 0)
        is_instance = value.kind == BUILT or (how not in {SLOT, SETDEFAULT} and self._is_instance(target))
        if self.maps is None:
            if is_instance:
                self.found[names] = min(depth, self.found.get(names, ANY_DEPTH))
            return state
        if names not in self.maps:
            return state
        if (how == SLOT and self.maps[names] > 0) or depth > place.depth:  # another map in the place of the first
            return self.keep(self.look(state, names, ANY_DEPTH, asks=False), value)
        if depth < self.maps[names] or not is_instance:
            return state
        self.record.stored.add(
            Stored(
                self.spot(target),
                names,
                depth,
                how,
                value,
                self.frame.method,
                state.looks,
                state.saw(names, self.maps[names]),
                state.locks,
                state.flags,
                key.kind == NEW,
            )
        )
        built = state.built - {value.spot} if value.spot is not None else state.built
        return state._replace(built=built).looked(names, depth, asked=False)

    def _is_instance(self, target: ast.expr) -> bool:
        """Whether what is stored into an item is an instance by its type."""
        node = self.frame.tree.stored(target)
        if node == NONE:
            return False
        values = self.program.value(self.frame.tree.path, node)
        return any(atom[0] == "inst" and self.guard.matches(self.program, atom[1]) for atom in values)

    def keep(self, state: State, value: Value) -> State:
        """The state after *value* was given to something that may keep it."""
        if value.kind != BUILT or value.spot is None:
            return state
        self.record.escaped.add(value.spot)
        return state._replace(built=state.built - {value.spot})


def distinct(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The same outcomes, each once."""
    return list(dict.fromkeys(outcomes))


def typed(name: str) -> Values:
    """The atoms of an instance of a class that Python has."""
    return frozenset((instance(name, ANY),))


def held(values: Iterable[Value]) -> Value:
    """A container of *values*: what holds something new is new."""
    return next((value for value in values if value.kind == BUILT), NOTHING)
