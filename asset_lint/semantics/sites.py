"""Calls as the rules see them: what is called, what is passed, and what of it is guarded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asset_lint.findings import Certainty, Span
from asset_lint.semantics import calls, guards, members
from asset_lint.semantics.facts import Site
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Arguments, Program
from asset_lint.semantics.values import (
    ANY,
    EMPTY,
    FRESH,
    OWN,
    SELF,
    SUBCLASS,
    UNKNOWN,
    Atom,
    ClassKey,
    Values,
    class_key,
    flags_of,
)

_MARKERS = frozenset({"none", "param", "dep"})
"""What stands beside what is known and is no possibility of its own: an open parameter is also "unknown"."""

_CARRYING = frozenset("""class ext func bound partial param inst static cm prop alloc coll map tuple""".split())
_KEPT = frozenset({"const", "inst", "none", "mod", "coll", "map", "unknown", "gives"})


@dataclass(frozen=True)
class Match:
    """A guarded thing at a site: the *guard*, the class's *key*, how it was reached, and how sure that is."""

    guard: Guard
    key: ClassKey
    flags: int
    certainty: Certainty


class Call:
    """One site of the project, evaluated."""

    def __init__(self, program: Program, path: str, site: Site) -> None:
        self.program = program
        self.path = path
        self.site = site
        self.operation = program.facts[path].nodes[site.node]
        self.is_decorator = self.operation[0] == "decorate"
        self.callees = program.value(path, self.operation[1])
        self._arguments: Arguments | None = None
        self._passed: list[Values] | None = None

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.site.span

    @property
    def symbol(self) -> str:
        """The function or class around it."""
        return self.program.symbol(self.path, self.site.scope)

    @property
    def callee_name(self) -> str:
        """The callee as far as it has a name."""
        nodes = self.program.facts[self.path].nodes
        parts: list[str] = []
        node = nodes[self.operation[1]]
        while node[0] in {"attr", "same", "item"}:
            if node[0] == "attr":
                parts.append(node[2])
            node = nodes[node[1]]
        return ".".join([*_own_name(self.program, node, self.path), *reversed(parts)]) or self._function_name()

    def _function_name(self) -> str:
        for atom in sorted(self.callees, key=repr):
            if atom[0] in {"func", "bound"}:
                return self.program.function(atom[1], atom[2]).name
        return "this call"

    @property
    def arguments(self) -> Arguments:
        """What is passed."""
        if self._arguments is None:
            if self.is_decorator:
                self._arguments = (("", "", self.program.value(self.path, self.operation[2])),)
            else:
                self._arguments = calls.arguments_of(self.program, self.path, self.operation, None)
        return self._arguments

    @property
    def passed(self) -> list[Values]:
        """The values of the arguments that may carry a class, a function or a parameter: not those of constants."""
        if self._passed is None:
            self._passed = [values for _, _, values in self.arguments if any(atom[0] in _CARRYING for atom in values)]
        return self._passed

    def constructed(self, guard: Guard) -> Match | None:
        """The guarded class or subclass that the call builds, where the callee is a class."""
        return constructed_from(self.program, guard, _through_partial(self.callees))

    def made(self, guard: Guard) -> Match | None:
        """The guarded class of the new instance that the called function returns."""
        callees = frozenset(_anonymous(atom) for atom in self.callees if _is_function(self.program, guard, atom))
        if not callees:
            return None
        found = calls.call_values(self.program, callees, without_carriers(self.arguments), self.path)
        matches = [atom for atom in found if is_fresh(self.program, guard, atom)]
        if not matches:
            return None
        others = {atom for atom in self.callees if atom[0] not in _MARKERS and _anonymous(atom) not in callees}
        rest = {atom for atom in found if atom not in matches and atom[0] not in _MARKERS}
        key = min(matches, key=repr)[1]
        return Match(guard, key, 0, "possible" if others or rest else "certain")


def _own_name(program: Program, node: Any, path: str) -> list[str]:
    if node[0] in {"builtin", "global", "star"}:
        return [str(node[1])]
    if node[0] == "from":
        return [str(node[3])]
    if node[0] == "module":
        return [str(node[1])]
    if node[0] == "free":
        return [str(node[2])]
    if node[0] == "param":
        return [program.function(path, node[1]).parameters[node[2]].name]
    if node[0] == "class":
        return [program.class_(path, node[1]).name]
    return [program.function(path, node[1]).name] if node[0] == "func" else []


def surely_builds(program: Program, guard: Guard, atom: Atom) -> bool:
    """Whether a call of *atom*, one of ``builders``, gives nothing but new instances of the guarded class."""
    if atom[0] not in {"func", "bound"}:
        return True
    found = program.call(frozenset((atom,)), ())
    return all(is_fresh(program, guard, part) or part[0] in _MARKERS for part in found)


def built_key(program: Program, guard: Guard, atom: Atom) -> ClassKey:
    """The guarded class that a call of *atom*, one of ``builders``, makes."""
    if atom[0] == "partial":
        inner = min(builders(program, guard, atom[1]), key=repr)
        return class_key(inner) if inner[0] in {"class", "ext"} else built_key(program, guard, inner)
    function = ("func", *atom[1:4]) if atom[0] in {"static", "cm", "prop"} else atom
    found = program.call(frozenset((function,)), ())
    fresh = [part[1] for part in sorted(found, key=repr) if is_fresh(program, guard, part)]
    return fresh[0] if fresh else min(guard.classes, key=repr)


def constructed_from(program: Program, guard: Guard, callees: Values) -> Match | None:
    """The guarded class or subclass among *callees*."""
    matches = []
    others = False
    for atom in callees:
        kind = ""
        if atom[0] in {"class", "ext"} and not flags_of(atom) & OWN:
            kind = guard.matches(program, class_key(atom))
        if kind and (answers := _answers(program, atom)):
            others = others or not all(part[0] == "inst" and part[1] == class_key(atom) for part in answers)
            kind = kind if any(part[:2] == ("inst", class_key(atom)) for part in answers) else ""
        if kind:
            extra = SUBCLASS if kind == "subclass" else 0
            matches.append((class_key(atom), flags_of(atom) | extra))
        elif atom[0] not in _MARKERS and atom[0] != "const":
            others = True
    if not matches:
        return None
    key, flags = min(matches, key=repr)
    return Match(guard, key, flags, "possible" if others else "certain")


def _answers(program: Program, atom: Atom) -> Values:
    """What a call of a class gives, where its metaclass or its ``__new__`` answers; empty where that is the usual."""
    if atom[0] != "class" or not members.makers(program, atom):
        return EMPTY
    return frozenset(part for part in program.call(frozenset((atom,)), ()) if part[0] == "inst")


def _through_partial(callees: Values) -> Values:
    if not any(atom[0] == "partial" for atom in callees):
        return callees
    found: set[Atom] = set()
    for atom in callees:
        found |= _through_partial(atom[1]) if atom[0] == "partial" else {atom}
    return frozenset(found)


def _anonymous(atom: Atom) -> Atom:
    """*atom* without what its object was given: who made that object has handed the class over, and is told so."""
    if atom[0] == "inst" and isinstance(atom[2], tuple):
        return ("inst", atom[1], ANY)
    if atom[0] == "bound" and atom[4] != (anonymous := _anonymous(atom[4])):
        return (*atom[:4], anonymous)
    return atom


def _is_function(program: Program, guard: Guard, atom: Atom) -> bool:
    """Whether a call of *atom* runs code that may return a new instance and is not the class's own business."""
    if atom[0] == "bound":
        receiver = atom[4]
        own = (receiver[0] == "inst" and receiver[2] == SELF) or (receiver[0] == "class" and receiver[3] & OWN)
        key = receiver[1] if receiver[0] == "inst" else class_key(receiver) if receiver[0] in {"class", "ext"} else None
        return not (own and key is not None and guard.matches(program, key))
    if atom[0] == "meth":
        return bool(atom[1][0] == "class" and atom[2] != "__new__")
    if atom[0] == "class":
        return bool(members.makers(program, atom)) and not guard.matches(program, class_key(atom))
    if atom[0] == "func":
        return bool(program.function(atom[1], atom[2]).name != "__new__")
    return atom[0] in {"inst", "caller", "getter", "partial"}


def is_fresh(program: Program, guard: Guard, atom: Atom) -> bool:
    """Whether *atom* is an instance of a guarded class that was built outside the manager."""
    return atom[0] == "inst" and atom[2] == FRESH and bool(guard.matches(program, atom[1]))


def without_carriers(arguments: Arguments) -> Arguments:
    """The arguments without the classes and functions among them: what is built from those is a hand-over."""
    return tuple(
        (kind, name, frozenset(atom if atom[0] in _KEPT else UNKNOWN for atom in values))
        for kind, name, values in arguments
    )


def builders(program: Program, guard: Guard, values: Values) -> Values:
    """The atoms of *values* whose call builds: classes, alternate constructors, factories, partials of them."""
    found: set[Atom] = set()
    for atom in values:
        if atom[0] in {"class", "ext"}:
            own = flags_of(atom) & OWN
            if not own and (guard.matches(program, class_key(atom)) or _returns_fresh(program, guard, atom)):
                found.add(atom)
        elif atom[0] == "partial":
            if builders(program, guard, atom[1]):
                found.add(atom)
        elif atom[0] == "inst":
            methods = members.attribute(program, frozenset((atom,)), "__call__") if atom[2] != SELF else EMPTY
            if builders(program, guard, frozenset(part for part in methods if part[0] == "bound")):
                found.add(atom)
        elif atom[0] in {"func", "bound", "static", "cm", "prop"} and _returns_fresh(program, guard, atom):
            found.add(atom)
    return frozenset(found)


def _returns_fresh(program: Program, guard: Guard, atom: Atom) -> bool:
    table = program.tables.setdefault("fresh", {})
    key = (id(guard), atom)
    if key not in table:
        function = ("func", *atom[1:4]) if atom[0] in {"static", "cm", "prop"} else atom
        table[key] = False
        if _is_function(program, guard, function):
            found = program.call(frozenset((function,)), ())
            table[key] = any(is_fresh(program, guard, part) for part in found)
    return bool(table[key])


def instances(program: Program, guard: Guard, values: Values) -> Match | None:
    """The guarded instance among *values*."""
    matches = [atom for atom in values if atom[0] == "inst" and guard.matches(program, atom[1])]
    if not matches:
        return None
    others = any(atom[0] not in _MARKERS and atom not in matches for atom in values)
    return Match(guard, min(matches, key=repr)[1], 0, "possible" if others else "certain")


def allowed(call: Call, guard: Guard) -> bool:
    """Whether code at the call may build instances of the guarded class."""
    return guards.is_allowed(call.program, guard, call.path, call.site.scope)
