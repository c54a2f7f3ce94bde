"""Where an object goes: forwards from the call that makes it, to every place where it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asset_lint.findings import Step
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.flows.callers import Callers
from asset_lint.semantics.flows.carriers import Carriers
from asset_lint.semantics.flows.graph import Graph
from asset_lint.semantics.flows.sources import parameter_places
from asset_lint.semantics.flows.tables import ADDING, MAPPING, PASSING, TAKING
from asset_lint.semantics.guards import Guard, is_allowed
from asset_lint.semantics.values import Atom, Values, class_key

_MOST_NODES = 1500
_MOST_CALLERS = 6
_ON = frozenset({"same", "join", "typed", "narrow", "exclude", "await", "starred", "enter", "elem", "unpack", "binop"})
_PARTS = frozenset({"item", "elem", "unpack"})
_INTO = frozenset({"seq", "comp", "dict"})
_LOCAL = frozenset({"seq", "dict", "comp"})

Calls = tuple[tuple[str, int], ...]
"""The calls through which a function was entered, the innermost last: path and node."""


@dataclass
class Escape:
    """
    What becomes of an object: the *exits* through which it leaves, the *managed* places that give it to the manager.

    *receivers* are the callers that it reaches, with whether it leaves there without the manager.
    """

    exits: list[tuple[Step, ...]] = field(default_factory=list)
    managed: list[Step] = field(default_factory=list)
    receivers: list[tuple[Step, bool]] = field(default_factory=list)

    @property
    def leaves(self) -> bool:
        """Whether it gets past the manager."""
        return bool(self.exits)


class Escapes:
    """Follows objects of one guard."""

    def __init__(self, graph: Graph, guard: Guard, carriers: Carriers, callers: Callers) -> None:
        self.graph = graph
        self.program = graph.program
        self.guard = guard
        self.carriers = carriers
        self.callers = callers

    def of(self, path: str, node: int) -> Escape:
        """What becomes of what the call *node* of the module at *path* makes."""
        walk = _Walk(self, frozenset())
        walk.visit(path, node, (), ())
        walk.run()
        return walk.escape

    def is_managed(self, path: str, call: Any) -> bool:
        """Whether a call puts its arguments through the manager."""
        for atom in self.program.value(path, call[1]):
            if atom[0] in {"func", "bound"} and (atom[1], atom[2]) in self.program.managed_functions:
                return True
            if atom[0] == "class" and class_key(atom) in self.guard.managers:
                return True
            if atom[0] == "ext" and atom[1] in self.guard.external_functions:
                return True
        return self._is_managed_by_name(path, call)

    def _is_managed_by_name(self, path: str, call: Any) -> bool:
        """A method called like one of the manager's, of something that is not known and called like a manager."""
        callee = self.graph.node(path, call[1])
        if callee[0] != "attr":
            return False
        known = any(atom[0] not in {"unknown", "param", "dep", "stub"} for atom in self.program.value(path, call[1]))
        names = {method.name for method in self.guard.methods}
        owners = {str(method.owner).rpartition(".")[2].lower() for method in self.guard.methods}
        base = self.graph.spelled(path, callee[1]).lower().strip("_")
        like = base and any(base in owner.replace("_", "") or owner in base for owner in owners)
        return not known and callee[2] in names and (bool(like) or "manager" in base)


class _Walk:
    """One object's way."""

    def __init__(self, escapes: Escapes, functions: frozenset[tuple[str, int]]) -> None:
        self.escape = Escape()
        self._of = escapes
        self._graph = escapes.graph
        self._program = escapes.program
        self._returned_from = functions
        self._seen: set[tuple[str, int, Calls]] = set()
        self._waiting: list[tuple[str, int, tuple[Step, ...], Calls]] = []

    def visit(self, path: str, node: int, steps: tuple[Step, ...], calls: Calls) -> None:
        """Note that the object is what *node* is, after *steps*."""
        key = (path, node, calls)
        if key not in self._seen and len(self._seen) < _MOST_NODES:
            self._seen.add(key)
            self._waiting.append((path, node, steps, calls))

    def run(self) -> None:
        """Follow the object until there is nothing new."""
        while self._waiting:
            path, node, steps, calls = self._waiting.pop()
            self._exits(path, node, steps, calls)
            self._sinks(path, node, steps, calls)
            for user in self._graph.links(path).users.get(node, ()):
                self._used(path, node, user, steps, calls)

    # -- inside the graph -------------------------------------------------------------------------------------

    def _used(self, path: str, node: int, user: int, steps: tuple[Step, ...], calls: Calls) -> None:
        operation = self._graph.node(path, user)
        tag = operation[0]
        if tag in _PARTS and self._is_left_out(path, node, user, operation):
            return
        if tag in _ON or tag in _INTO:
            if tag not in {"typed", "narrow", "exclude"} or operation[1] == node:
                self.visit(path, user, steps, calls)
        elif tag == "item" and operation[1] == node:
            self.visit(path, user, steps, calls)
        elif tag == "attr":
            self._attribute(path, user, steps, calls)
        elif tag == "call" and operation[1] != node:
            self._passed(path, node, user, operation, steps, calls)

    def _is_left_out(self, path: str, node: int, user: int, operation: Any) -> bool:
        """Whether what is taken out is known to be something else: another element, a field of the object."""
        values = self._program.value(path, user)
        if self._of.carriers.first_in(values) is not None:
            return False
        inside = self._graph.node(path, self._graph.plain(path, node))
        if operation[0] == "unpack" and inside[0] == "seq" and isinstance(operation[2], int):
            chosen = inside[2][operation[2]] if operation[2] < len(inside[2]) else node
            return all((path, chosen) != known[:2] for known in self._seen)
        whole = self._program.value(path, node)
        is_object = bool(whole) and all(atom[0] in {"inst", "none", "param", "dep"} for atom in whole)
        return self._is_other(values) or (is_object and self._of.carriers.first_in(whole) is not None)

    def _is_other(self, values: Values) -> bool:
        """Whether it is known that a part of the object is nothing that is followed."""
        return self._graph.is_other(values) and self._of.carriers.first_in(values) is None

    def _attribute(self, path: str, attribute: int, steps: tuple[Step, ...], calls: Calls) -> None:
        """An attribute of the object: a part of it that is followed, or a method that is called."""
        values = self._program.value(path, attribute)
        if self._of.carriers.first_in(values) is not None:
            self.visit(path, attribute, steps, calls)
        name = self._graph.node(path, attribute)[2]
        for user in self._graph.links(path).users.get(attribute, ()):
            call = self._graph.node(path, user)
            if call[0] != "call" or call[1] != attribute:
                continue
            methods = [atom for atom in values if atom[0] == "bound" and atom[1] in self._program.facts]
            for atom in methods:
                self._enter_at(atom, 0, steps, (path, user), calls)
            given = self._program.value(path, user)
            followed = self._of.carriers.first_in(given) is not None
            if not methods and name in TAKING and (followed or not self._is_other(given)):
                self.visit(path, user, steps, calls)

    # -- calls ------------------------------------------------------------------------------------------------

    def _passed(self, path: str, node: int, user: int, call: Any, steps: tuple[Step, ...], calls: Calls) -> None:
        """The object is an argument of a call."""
        if self._of.is_managed(path, call):
            self.escape.managed.append(self._step(path, user, "goes through the manager"))
            return
        for atom in sorted(self._program.value(path, call[1]), key=repr):
            self._given_to(path, node, user, call, atom, steps, calls)
        callee = self._graph.node(path, call[1])
        if callee[0] == "attr" and callee[2] in ADDING and self._is_container_method(path, call[1]):
            step = self._step(path, user, f"put into {self._name(path, callee[1])}")
            self._put(path, callee[1], (*steps, step), calls)

    def _is_container_method(self, path: str, callee: int) -> bool:
        """Whether a method is one of a container, or of something unknown."""
        return all(
            atom[0] in {"unknown", "meth", "param", "dep", "ext", "none"} for atom in self._program.value(path, callee)
        )

    def _given_to(
        self, path: str, node: int, user: int, call: Any, atom: Atom, steps: tuple[Step, ...], calls: Calls
    ) -> None:
        self._program.wanted |= {atom[1]} if atom[0] == "stub" else set()
        if atom[0] == "class":
            name = self._program.name_of_class(class_key(atom)).rpartition(".")[2]
            self.visit(path, user, (*steps, self._step(path, user, f"put into {name}")), calls)
        elif atom[0] == "ext":
            if atom[1].replace("()", "") in MAPPING:
                self._mapped(path, node, user, call, steps, calls)
            elif atom[1] == "builtins.setattr" and len(call[2]) == 3 and call[2][2][2] == node:
                self._put(path, call[2][0][2], (*steps, self._step(path, user, "stored by setattr")), calls)
            elif atom[1] in PASSING or self._of.carriers.role(atom[1]) is not None:
                self.visit(path, user, steps, calls)
        elif atom[0] in {"func", "bound"} and atom[1] in self._program.facts:
            self._enter(path, node, user, call, atom, steps, calls)
        elif atom[0] == "param":
            self._given_back(path, node, user, call, atom, steps, calls)

    def _given_back(
        self, path: str, node: int, user: int, call: Any, atom: Atom, steps: tuple[Step, ...], calls: Calls
    ) -> None:
        """A parameter is called: what the callers pass for it gets the object."""
        if len(calls) >= _MOST_CALLERS:
            return
        for where, caller, _ in self._of.callers.of(atom[1], atom[2]):
            argument = self._argument(atom[1], ("param", *atom[2:4]), (where, caller))
            values = self._program.value(where, argument) if argument is not None else ()
            for given in sorted(values, key=repr):
                if given[0] in {"func", "bound"} and (given[1], given[2]) in self._program.managed_functions:
                    self.escape.managed.append(self._step(path, user, "goes through the manager"))
                elif given[0] in {"func", "bound"} and given[1] in self._program.facts:
                    self._enter(path, node, user, call, given, steps, calls)

    def _mapped(self, path: str, node: int, user: int, call: Any, steps: tuple[Step, ...], calls: Calls) -> None:
        """``map(function, objects)``: what the function does with each of them."""
        first = call[2][0][2] if call[2] else node
        if first == node:
            return
        for atom in self._program.value(path, first):
            if atom[0] in {"func", "bound"} and (atom[1], atom[2]) in self._program.managed_functions:
                self.escape.managed.append(self._step(path, user, "goes through the manager"))
                return
        for atom in self._program.value(path, first):
            if atom[0] in {"func", "bound"} and atom[1] in self._program.facts:
                place = 1 if atom[0] == "bound" else 0
                self._enter_at(
                    atom, place, (*steps, self._step(path, user, "passed on, one by one")), (path, user), calls
                )
            elif atom[0] in {"class", "ext", "partial", "unknown"}:
                self.visit(path, user, steps, calls)

    def _enter(
        self, path: str, node: int, user: int, call: Any, atom: Atom, steps: tuple[Step, ...], calls: Calls
    ) -> None:
        """The object is given to a function of the project."""
        function = self._program.function(atom[1], atom[2])
        for place, argument in parameter_places(function.parameters, call[2], bound=atom[0] == "bound"):
            if argument == node:
                step = self._step(path, user, f"given to {function.name}")
                self._enter_at(atom, place, (*steps, step), (path, user), calls)

    def _enter_at(self, atom: Atom, place: int, steps: tuple[Step, ...], call: tuple[str, int], calls: Calls) -> None:
        if call in calls or len(calls) >= _MOST_CALLERS:
            return
        for parameter in self._graph.links(atom[1]).parameters.get((atom[2], place), ()):
            self.visit(atom[1], parameter, steps, (*calls, call))

    # -- where it is put --------------------------------------------------------------------------------------

    def _put(self, path: str, base: int, steps: tuple[Step, ...], calls: Calls) -> None:
        """The object is put into what *base* is: a local container or object goes on, anything else is a way out."""
        for root in self._roots(path, base):
            operation = self._graph.node(path, root)
            if operation[0] in _LOCAL or (operation[0] == "call" and self._is_made_here(path, root)):
                self.visit(path, root, steps, calls)
            elif operation[0] == "param" and operation[2] == 0 and self._is_self(path, operation):
                self._leave(steps)
            elif operation[0] == "param" and calls and (argument := self._argument(path, operation, calls[-1])):
                self._put(calls[-1][0], argument, steps, calls[:-1])
            elif operation[0] in {"param", "global", "from", "free", "attr", "call", "module", "star"}:
                self._leave(steps)

    def _roots(self, path: str, node: int) -> Iterator[int]:
        """The nodes that an object which is stored into may be, the attribute or item of it left out."""
        stack, seen = [node], set()
        while stack:
            current = stack.pop()
            if current in seen or current == NONE:
                continue
            seen.add(current)
            operation = self._graph.node(path, current)
            if operation[0] in {
                "same",
                "typed",
                "narrow",
                "exclude",
                "item",
                "elem",
                "enter",
                "attr",
                "await",
                "unpack",
            }:
                stack.append(operation[1])
            elif operation[0] == "join":
                stack.extend(operation[1])
            elif operation[0] == "free":
                owner = self._graph.facts(path).scopes[operation[1]].owner
                stack.extend(self._program.function(path, owner).defs.get(operation[2], ()))
            elif operation[0] == "call" and (inner := self._taken_from(path, operation)) is not None:
                stack.append(inner)
            else:
                yield current

    def _taken_from(self, path: str, call: Any) -> int | None:
        """What ``x.setdefault(key, [])`` or ``x.get(key)`` takes its answer from."""
        callee = self._graph.node(path, call[1])
        return int(callee[1]) if callee[0] == "attr" and callee[2] in {"setdefault", "get", "values"} else None

    def _is_made_here(self, path: str, node: int) -> bool:
        """Whether a call makes a new container or object."""
        values = self._program.value(path, node)
        return bool(values) and all(atom[0] in {"alloc", "coll", "map", "inst"} or _makes(atom) for atom in values)

    def _is_self(self, path: str, operation: Any) -> bool:
        return self._program.function(path, operation[1]).owner != NONE

    def _argument(self, path: str, operation: Any, call: tuple[str, int]) -> int | None:
        """What a call passes for the parameter *operation*."""
        where, node = call
        called = self._graph.node(where, node)
        for atom in self._program.value(where, called[1]):
            if atom[0] in {"func", "bound"} and (atom[1], atom[2]) == (path, operation[1]):
                function = self._program.function(path, operation[1])
                for place, argument in parameter_places(function.parameters, called[2], bound=atom[0] == "bound"):
                    if place == operation[2]:
                        return argument
        return None

    def _exits(self, path: str, node: int, steps: tuple[Step, ...], calls: Calls) -> None:
        """The object is returned, yielded or stored."""
        for kind, _, where, line, column in self._graph.exits(path, node):
            if kind == "raise":
                self._leave((*steps, Step(path, line, column, "raised")))
            elif kind in {"return", "yield"}:
                self._returned(path, where, Step(path, line, column, f"{kind}ed"), kind, steps, calls)
            else:
                step = Step(path, line, column, f"stored in {self._target(path, kind, where, node)}")
                self._put(path, where, (*steps, step), calls)

    def _sinks(self, path: str, node: int, steps: tuple[Step, ...], calls: Calls) -> None:
        """The object becomes a global, or a variable that inner functions use."""
        for kind, name, owner in self._graph.links(path).sinks.get(node, ()):
            if kind == "export" and self._graph.node(path, node)[0] not in {"func", "class"}:
                self._leave((*steps, Step(path, self._line(path, node), 1, f"kept in the global {name}")))
            elif kind == "member":
                self._leave((*steps, Step(path, self._line(path, node), 1, f"kept in the class as {name}")))
            elif kind == "free":
                for free in self._graph.links(path).frees.get((name, owner), ()):
                    self.visit(path, free, steps, calls)

    # -- leaving a function -----------------------------------------------------------------------------------

    def _returned(self, path: str, index: int, step: Step, kind: str, steps: tuple[Step, ...], calls: Calls) -> None:
        """The object leaves a function: to the call through which it came in, else to all callers."""
        function = self._program.function(path, index)
        if self._is_allowed(path, function.scope):
            self.escape.managed.append(step)
            return
        if calls:
            where, node = calls[-1]
            self.visit(where, node, steps, calls[:-1])
            return
        if (path, index) in self._returned_from:
            return
        self._to_callers(path, index, (*steps, step))

    def _to_callers(self, path: str, index: int, steps: tuple[Step, ...]) -> None:
        found = list(self._of.callers.of(path, index))
        outcomes = [(caller, self._received(path, index, *caller[:2])) for caller in found]
        known = [(step, outcome) for (where, node, step), outcome in outcomes if outcome is not None]
        for step, outcome in known:
            self.escape.receivers.append((step, outcome.leaves))
            self.escape.managed += outcome.managed
        managed = any(outcome.managed and not outcome.leaves for _, outcome in known)
        if not managed or any(outcome.leaves for _, outcome in known):
            self._leave(steps)

    def _received(self, path: str, index: int, where: str, node: int) -> Escape | None:
        """What becomes of the object at a caller; None where the caller is the function itself."""
        site = self._graph.site(where, node)
        if site is not None and self._is_allowed(where, site.scope):
            escape = Escape()
            escape.managed.append(self._step(where, node, "received by the manager"))
            return escape
        if len(self._returned_from) >= _MOST_CALLERS:
            return Escape(exits=[()])
        walk = _Walk(self._of, self._returned_from | {(path, index)})
        walk.visit(where, node, (), ())
        walk.run()
        return walk.escape

    def _is_allowed(self, path: str, scope: int) -> bool:
        return is_allowed(self._program, self._of.guard, path, scope, own=False)

    def _leave(self, steps: tuple[Step, ...]) -> None:
        self.escape.exits.append(steps)

    # -- words ------------------------------------------------------------------------------------------------

    def _step(self, path: str, node: int, message: str) -> Step:
        site = self._graph.site(path, node)
        return Step(path, site.span.line, site.span.column, message) if site is not None else Step(path, 1, 1, message)

    def _line(self, path: str, node: int) -> int:
        site = self._graph.site(path, self._graph.plain(path, node))
        return site.span.line if site is not None else 1

    def _name(self, path: str, node: int) -> str:
        operation = self._graph.node(path, self._graph.plain(path, node))
        if operation[0] == "attr":
            return f"{self._name(path, operation[1])}.{operation[2]}"
        return self._graph.spelled(path, node) or "a container"

    def _target(self, path: str, kind: str, base: int, node: int) -> str:
        name = self._name(path, base)
        if kind == "item":
            return name
        stores = self._graph.facts(path).attribute_stores
        attribute = next((name for where, name, value, _ in stores if where == base and value == node), "an attribute")
        return f"{name}.{attribute}"


def _makes(atom: Atom) -> bool:
    return bool(atom[0] == "ext" and atom[1].endswith("()"))
