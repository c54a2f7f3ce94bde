"""Calls that copy guarded instances: as such, by a round trip through a pickle, deep inside of something else."""

from __future__ import annotations

from asset_lint.semantics import calls, containers, library, members
from asset_lint.semantics.flows.graph import dotted_name
from asset_lint.semantics.flows.reduction import goes_through_manager
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.holding import Holding
from asset_lint.semantics.sites import Call, Match, instances, is_fresh
from asset_lint.semantics.values import ANY, UNKNOWNS, Atom, ClassKey, Values, instance

_HOOKS = {"copy.copy": "__copy__", "copy.deepcopy": "__deepcopy__", "copy.replace": "__replace__"}
_BY_PICKLE = frozenset({"copy.copy", "copy.deepcopy"})
"""What does as a pickle would, where there is no hook."""

_CALLING = (".to_thread", ".submit", ".run_in_executor", ".run_sync")
"""The ends of the names of what calls a function that it is given, with what follows."""


def copies(call: Call, guard: Guard) -> Match | None:
    """The guarded instance that the call copies."""
    copying = _Copying(call, guard)
    for atom in call.callees:
        if atom[0] == "ext":
            known, match = copying.by_library(atom)
            if known:
                return match
        if atom[0] in {"ext", "meth"} and dotted_name(atom).endswith(_CALLING):
            return copying.passed(0) or copying.passed(1)
        if atom[0] == "meth" and atom[1][0] == "inst" and atom[2] in library.COPY_METHODS:
            return copying.by_method(atom[1])
        if atom[0] == "bound" and call.program.function(atom[1], atom[2]).name in library.COPY_METHODS:
            made = calls.call_values(call.program, frozenset((atom,)), call.arguments)
            if any(is_fresh(call.program, guard, part) for part in made):
                return instances(call.program, guard, frozenset((atom[4],)))
    return None


class _Copying:
    def __init__(self, call: Call, guard: Guard) -> None:
        self._call = call
        self._program = call.program
        self._guard = guard

    def by_library(self, atom: Atom) -> tuple[bool, Match | None]:
        """Whether a library's function is one that copies, and what it does."""
        first = library.first(self._call.arguments, 0, "x")
        if atom[1] in library.COPIERS:
            return True, self._copied(atom[1], first)
        if atom[1] in library.UNPICKLERS:
            pickled = frozenset().union(*(part[1] for part in first if part[0] == "pickled"))
            return bool(pickled), self._deep(pickled, "")
        if atom[1] == "builtins.map":
            return True, self._passed(0, containers.element(self._program, library.first(self._call.arguments, 1)))
        return False, None

    def by_method(self, receiver: Atom) -> Match | None:
        """``model_copy`` and its like; what is inside is copied only by a deep one."""
        values = frozenset((receiver,))
        match = instances(self._program, self._guard, values)
        deep = any(name == "deep" and ("const", True) in given for _, name, given in self._call.arguments)
        return self._deep(values, "") if match is None and deep else match

    def passed(self, place: int) -> Match | None:
        """What is copied by a copier that is passed at *place*, with its argument behind it."""
        return self._passed(place, library.first(self._call.arguments, place + 1))

    def _passed(self, place: int, subject: Values) -> Match | None:
        copiers = [atom[1] for atom in library.first(self._call.arguments, place) if atom[0] == "ext"]
        return next((self._copied(name, subject) for name in copiers if name in library.COPIERS), None)

    def _copied(self, copier: str, subject: Values) -> Match | None:
        if copier == "copy.deepcopy":
            return self._deep(subject, _HOOKS[copier])
        match = instances(self._program, self._guard, subject)
        return None if match is not None and self._keeps_identity(match.key, copier) else match

    def _deep(self, subject: Values, hook: str) -> Match | None:
        spared = (lambda key: self._keeps_identity(key, "copy.deepcopy")) if hook else self._is_managed
        return Holding(self._program, self._guard, spared, hook).match(subject)

    def _is_managed(self, key: ClassKey) -> bool:
        return goes_through_manager(self._program, key)

    def _keeps_identity(self, key: ClassKey, copier: str) -> bool:
        """Whether the class answers a copy with something that is not new."""
        if copier not in _HOOKS:
            return False
        methods = members.attribute(self._program, frozenset((instance(key, ANY),)), _HOOKS[copier])
        bound = frozenset(method for method in methods if method[0] == "bound")
        if not bound:
            return copier in _BY_PICKLE and self._is_managed(key)
        made = self._program.call(bound, (("", "", UNKNOWNS),))
        return not any(is_fresh(self._program, self._guard, part) for part in made)
