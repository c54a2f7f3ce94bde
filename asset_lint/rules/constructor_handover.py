"""MGR103."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rewriting.planner import Remedy
from asset_lint.rules.base import CallRule, Hit, advice, short
from asset_lint.semantics import classes, elements, handover, members, sites
from asset_lint.semantics.caching import caches
from asset_lint.semantics.flows.graph import dotted_name
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.sites import Call, Match
from asset_lint.semantics.values import Atom, Values, class_key

_BESIDE = frozenset({"none", "param", "dep"}) | elements.CONTAINERS
"""What stands beside something that builds and leaves no doubt about it."""


class ConstructorHandover(CallRule):
    """
    Do not hand the class to something that will call it.

    ``map(C, rows)``, ``partial(C, ...)``, ``field(default_factory=C)``, a helper that calls its parameter, a registry
    whose entries are called: the construction happens elsewhere, where the class is not named. The rule reports the
    place that gives the class away, because that is the place that can be changed.
    """

    code = "MGR103"
    name = "constructor-handover"
    summary = "The class or its alternate constructor given to something that will call it."
    remedy = Remedy.HANDED

    bad = """
        from functools import partial
        from app import AssetResponseWrapper

        def build(factory, rows):
            return [factory(row) for row in rows]

        def load_all(context, dtos):
            return list(map(partial(AssetResponseWrapper, context), dtos))  # MGR103 MGR103

        def load_rows(rows):
            return build(AssetResponseWrapper.from_row, rows)  # MGR103

        def build_each(kinds, row):
            return [kind(row) for kind in kinds]

        def load_row(row):
            return build_each([AssetResponseWrapper, dict], row)  # MGR103
    """
    good = """
        from unittest.mock import Mock
        from app import AssetManager, AssetResponseWrapper

        def load_all(context, dtos):
            manager = context.get_asset_manager()
            return list(map(manager.get_wrapper, dtos))

        def double():
            return Mock(spec=AssetResponseWrapper)
    """

    def check(self, call: Call, guard: Guard, handovers: Handovers) -> Iterator[Hit]:
        """Report a call that receives a constructor and calls it."""
        program = call.program
        if call.is_decorator or any(caches(dotted_name(atom)) for atom in call.callees):
            return  # a memory for what it makes is MGR204's
        if not any(
            sites.builders(program, guard, values) or elements.holds_builder(program, guard, values)
            for _, _, values in call.arguments
        ):
            return
        for callee, places, values in handover.receivers(program, call.callees, call.arguments):
            if _belongs_to_manager(call, guard, callee):
                continue
            for place in places:
                found, judged = _handed(call, guard, handovers, place, values)
                if found:
                    yield self._hit(call, guard, found, values - judged)
                    return

    def _hit(self, call: Call, guard: Guard, found: Values, others: Values) -> Hit:
        program = call.program
        key = _key(call, guard, min(found, key=repr))
        rest = {atom for atom in others if atom[0] not in _BESIDE}
        sure = not rest and all(sites.surely_builds(program, guard, atom) for atom in found)
        name = short(program.name_of_class(key))
        what = name if any(atom[0] in {"class", "ext"} for atom in found) else f"something that builds {name}"
        text = f"{what} is handed to {call.callee_name}, which calls it; pass what the manager offers: {advice(guard)}"
        return Hit(Match(guard, key, 0, "certain" if sure else "possible"), text)


def _handed(call: Call, guard: Guard, handovers: Handovers, place: object, values: Values) -> tuple[Values, Values]:
    """What of *values* is called and builds, directly or by its methods, and those of *values* that this is part of."""
    program = call.program
    if handover.is_called(handovers, place):
        built = sites.builders(program, guard, values)
        return built, built
    if not isinstance(place, tuple) or place[0] == "field":
        return frozenset(), frozenset()
    found: set[Atom] = set()
    if handovers.calls_function(place):
        found = {atom for atom in sites.builders(program, guard, values) if atom[0] not in {"class", "ext"}}
    judged = set(found)
    for key in handovers.calls_content(place):
        found |= sites.builders(program, guard, elements.content(program, values, key))
    for atom in values:
        if atom[0] == "inst" and guard.matches(program, atom[1]):
            continue  # a method of an instance, which is no constructor that is handed over
        for name in handovers.calls_method(place):
            built = sites.builders(program, guard, members.attribute(program, frozenset((atom,)), name))
            found |= built
            judged |= {atom} if built else set()
    return frozenset(found), frozenset(judged)


def _belongs_to_manager(call: Call, guard: Guard, callee: Atom) -> bool:
    if callee[0] in {"func", "bound"}:
        return (callee[1], callee[2]) in call.program.managed_functions
    owner = handover.owner_of(call.program, callee)
    return owner is not None and any(base in guard.managers for base in classes.ancestry(call.program, owner))


def _key(call: Call, guard: Guard, atom: Atom) -> object:
    if atom[0] in {"class", "ext"}:
        return class_key(atom)
    return sites.built_key(call.program, guard, atom)
