"""
Which parameters are called, and so which calls hand over what they are given.

A parameter is called where a call's callee may be it: directly, through an attribute or a container it was put into,
by a closure, or because it is passed on to a parameter (or to something in a library) that is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asset_lint.semantics import classes, members, parameters, receiving
from asset_lint.semantics.elements import container_of, holds_builder
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.library import PARTIALS
from asset_lint.semantics.objects import generated_fields
from asset_lint.semantics.program import Arguments, Place, Program
from asset_lint.semantics.reach import Reach
from asset_lint.semantics.sites import Call, builders
from asset_lint.semantics.values import NO_CLASS, UNKNOWNS, Atom, ClassKey, Values, class_key
from asset_lint.semantics.weights import names_in

Field = tuple[ClassKey, str]
"""An attribute that a generated constructor fills."""


class Handovers:
    """
    The parameters that are called, the methods that are called on parameters, and the fields that are called.

    Only what can matter is worked out: *given* are the parameters at which something that builds arrives, directly or
    because it is passed on, and edges are followed from those alone.
    """

    def __init__(self, program: Program, guards: Iterable[Guard], reach: Reach) -> None:
        self._program = program
        self._reach = reach
        self._guards = list(guards)
        self.called: set[Place] = set()
        self.called_functions: set[Place] = set()
        self.methods: dict[Place, set[str]] = {}
        self.fields: set[Field] = set()
        self.elements: dict[Place, set[int | str]] = {}
        self.contents: dict[Place, set[int | str]] = {}
        self.given: set[Place] = set()
        self._edges: dict[Place, set[Place]] = {}
        self._passed: dict[Place, list[Call]] = {}
        self._noted: set[int] = set()
        if self._guards:
            self._follow([call for call in self._new_calls() if self._gives(call)])
            self._close()

    def _new_calls(self) -> list[Call]:
        """The calls of interest that have not been noted yet."""
        found = []
        for call in self._reach.new_calls():
            if id(call) not in self._noted:
                self._noted.add(id(call))
                self._note(call)
                found.append(call)
        return found

    def _note(self, call: Call) -> None:
        for atom in call.callees:
            if atom[0] == "param":
                (self.called if atom[-1] != NO_CLASS else self.called_functions).add(atom[1:4])
            elif atom[0] == "dep" and (element := self._element(call, atom)) is not None:
                self.elements.setdefault(atom[1:4], set()).add(element)
        self._note_content(call)
        self._note_attribute(call)
        for values in call.passed:
            for atom in values:
                if atom[0] == "param":
                    self._passed.setdefault(atom[1:4], []).append(call)

    def _gives(self, call: Call) -> bool:
        return any(self._is_given(values) for values in call.passed)

    def _is_given(self, values: Values) -> bool:
        """Whether something that builds is among *values*, or in a container among them."""
        program = self._program
        return any(builders(program, guard, values) or holds_builder(program, guard, values) for guard in self._guards)

    def _follow(self, giving: list[Call]) -> None:
        """From the calls that give something away to the parameters it arrives at, and on from there."""
        waiting: set[Place] = set()
        beside: set[Place] = set()
        while giving:
            for call in giving:
                self._give(call, waiting, beside)
            giving = []
            while waiting:
                self._reach.give(waiting | beside)
                giving += [call for call in self._new_calls() if self._gives(call)]
                waiting = self._arrive(waiting)
            self._reach.give(beside)
            giving += [call for call in self._new_calls() if self._gives(call)]

    def _give(self, call: Call, waiting: set[Place], beside: set[Place]) -> None:
        """Note where what builds arrives, and what arrives *beside* it, whose methods may be called."""
        program = self._program
        for _, places, values in receivers(program, call.callees, call.arguments):
            builds = self._is_given(values)
            for place in places:
                if isinstance(place, tuple) and place[0] == "field":
                    self._reach.call_field(place[2])
                elif isinstance(place, tuple):
                    (waiting if builds else beside).add(place[:3])

    def _arrive(self, places: set[Place]) -> set[Place]:
        """Where else what arrives at *places* goes."""
        program = self._program
        reached: set[Place] = set()
        for place in sorted(places - self.given):
            self.given.add(place)
            for call in self._passed.get(place, ()):
                for _, onward, values in receivers(program, call.callees, call.arguments):
                    if ("param", *place) in values:
                        reached.update(self._pass_on(place, onward))
        return reached - self.given

    def _pass_on(self, source: Place, places: list[Any]) -> list[Place]:
        reached = []
        for place in places:
            if isinstance(place, str):
                self.called.add(source)
            elif place[0] != "field":
                self._edges.setdefault(place[:3], set()).add(source)
                reached.append(place[:3])
        return reached

    def _element(self, call: Call, atom: Atom) -> int | str | None:
        """Which of the arguments in ``*args`` or ``**kwargs`` the callee is: its place or name, "" for any of them."""
        facts = self._program.facts[call.path]
        if self._program.function(*atom[1:3]).parameters[atom[3]].kind not in {"*", "**"}:
            return None
        node = facts.nodes[call.operation[1]]
        while node[0] == "same":
            node = facts.nodes[node[1]]
        if node[0] == "unpack" and isinstance(node[2], int) and node[2] >= 0:
            return node[2]
        if node[0] == "item" and facts.nodes[node[2]][0] == "const":
            key = facts.nodes[node[2]][1]
            return key if isinstance(key, (int, str)) else ""
        return "" if node[0] in {"item", "elem", "unpack", "join", "call"} else None

    def _note_content(self, call: Call) -> None:
        """Note the parameters that are containers of what is called."""
        if not any(atom[0] == "dep" for atom in call.callees):
            return
        taken = container_of(self._program.facts[call.path], call.operation[1])
        if taken is not None:
            for atom in self._program.value(call.path, taken[0]):
                if atom[0] == "param":
                    self.contents.setdefault(atom[1:4], set()).add(taken[1])

    def _note_attribute(self, call: Call) -> None:
        program = self._program
        callee = program.facts[call.path].nodes[call.operation[1]]
        if callee[0] != "attr":
            return
        for atom in program.value(call.path, callee[1]):
            if atom[0] == "param":
                self.methods.setdefault(atom[1:4], set()).add(callee[2])
            if atom[0] == "inst" and not isinstance(atom[1], str) and isinstance(atom[2], str):
                for owner in classes.ancestry(program, atom[1]):
                    if not isinstance(owner, str) and callee[2] in program.class_(*owner).annotations:
                        self.fields.add((owner, callee[2]))

    def _close(self) -> None:
        stack = [*self.called, *self.elements]
        while stack:
            for source in self._edges.get(stack.pop(), ()):
                if source not in self.called:
                    self.called.add(source)
                    stack.append(source)
        self._pass_back(self.methods)
        self._pass_back(self.contents)

    def _pass_back(self, known: dict[Place, set[Any]]) -> None:
        """What is known of a parameter holds for those that are passed on to it."""
        changed = True
        while changed:
            changed = False
            for place, sources in self._edges.items():
                names = known.get(place)
                for source in sources if names else ():
                    own = known.setdefault(source, set())
                    if names and not names <= own:
                        own |= names
                        changed = True

    def want_receivers(self, words: frozenset[str]) -> None:
        """
        Ask for the modules, not read so far, that stand between a call and something that builds.

        Their functions are given something that builds, or the way to one of *words* leads through them.
        """
        program = self._program
        self._reach.seek(words)
        for path in sorted(program.facts):
            for call in self._reach.calls(path):
                stubs = [atom for atom in call.callees if atom[0] == "stub"]
                if not stubs:
                    continue
                program.wanted |= {atom[1] for atom in stubs if names_in(atom[2]) & words}
                handed = any(atom[1:4] in self.given for values in call.passed for atom in values if atom[0] == "param")
                if handed or self._gives(call):
                    program.wanted |= {atom[1] for atom in stubs}

    def calls(self, place: Place | str, element: int | str = "") -> bool:
        """
        Whether what is passed at *place* is called; a text names something in a library that does.

        *element* is its place or name among the arguments that ``*args`` or ``**kwargs`` take.
        """
        if isinstance(place, str) or place in self.called:
            return True
        called = self.elements.get(place, set())
        return bool(called) and ("" in called or element in called)

    def calls_function(self, place: Place | str) -> bool:
        """Whether what is passed at *place* is called where it is no class."""
        return place[:3] in self.called_functions

    def calls_content(self, place: Place | str) -> frozenset[int | str]:
        """Under which keys something is called of a container that is passed at *place*."""
        return frozenset() if isinstance(place, str) else frozenset(self.contents.get(place[:3], ()))

    def calls_method(self, place: Place | str) -> frozenset[str]:
        """The methods that are called on what is passed at *place*."""
        return frozenset() if isinstance(place, str) else frozenset(self.methods.get(place[:3], ()))


def receivers(program: Program, callees: Values, arguments: Arguments) -> list[tuple[Atom, list[Any], Values]]:
    """For each callee and argument the places where the argument arrives: (callee, places, values)."""
    found: list[tuple[Atom, list[Any], Values]] = []
    for atom in sorted(callees, key=repr):
        for argument, places in _arrivals(program, atom, arguments):
            if places:
                found.append((atom, places, argument))
    return found


def _arrivals(program: Program, atom: Atom, arguments: Arguments) -> list[tuple[Values, list[Any]]]:
    if atom[0] == "ext":
        return _external(atom[1], receiving.called_by(atom[1]), arguments) + _kept(program, atom[1], arguments)
    if atom[0] == "meth" and atom[1][0] == "super" and atom[2] == "__init__":
        outside = [base for base in classes.ancestry(program, atom[1][1]) if isinstance(base, str)]
        return [entry for base in outside for entry in _external(base, receiving.called_by(base), arguments)]
    if atom[0] == "meth" and (names := receiving.CALLED_BY_METHOD.get(atom[2])):
        return _external(atom[2], names, arguments)
    if atom[0] == "class":
        return _constructor(program, atom, arguments)
    if atom[0] == "func":
        return _function(program, atom[1], atom[2], arguments, None)
    if atom[0] == "bound":
        return _function(program, atom[1], atom[2], arguments, atom[4])
    if atom[0] == "inst":
        methods = members.attribute(program, frozenset((atom,)), "__call__")
        return [entry for method in methods if method[0] == "bound" for entry in _arrivals(program, method, arguments)]
    if atom[0] == "partial":
        return [
            entry for inner in sorted(atom[1], key=repr) for entry in _arrivals(program, inner, (*atom[2], *arguments))
        ]
    return []


def _kept(program: Program, dotted: str, arguments: Arguments) -> list[tuple[Values, list[Any]]]:
    """Where the arguments arrive that ``partial`` keeps for its function."""
    if dotted not in PARTIALS or not arguments or arguments[0][0] != "":
        return []
    own = (("", "", UNKNOWNS),) if dotted == "functools.partialmethod" else ()
    callees = sorted(arguments[0][2], key=repr)
    return [entry for callee in callees for entry in _arrivals(program, callee, (*own, *arguments[1:]))]


def _external(dotted: str, called: tuple[int | str, ...], arguments: Arguments) -> list[tuple[Values, list[Any]]]:
    plain = [values for kind, _, values in arguments if kind == ""]
    found: list[tuple[Values, list[Any]]] = []
    for place in called:
        if isinstance(place, int):
            if place < len(plain) and not (dotted == "builtins.iter" and len(plain) < 2):
                found.append((plain[place], [dotted]))
        else:
            found += [(values, [dotted]) for kind, name, values in arguments if kind == "=" and name == place]
    return found


def _function(
    program: Program, path: str, index: int, arguments: Arguments, receiver: Atom | None
) -> list[tuple[Values, list[Any]]]:
    if path not in program.facts:
        return []
    function = program.function(path, index)
    tagged = tuple((kind, name, frozenset((("argument", number),))) for number, (kind, name, _) in enumerate(arguments))
    own = frozenset((receiver,)) if receiver is not None else None
    found = []
    plain = [item for item in function.parameters if item.kind in {"", "/"}]
    taken = len(plain) - (1 if receiver is not None else 0)
    for place, values in parameters.bind(function, tagged, own).items():
        for atom in _spread(values):
            if atom[0] == "argument":
                kind, name, passed = arguments[atom[1]]
                element = name if function.parameters[place].kind == "**" else atom[1] - taken if kind == "" else ""
                found.append((passed, [(path, index, place, element)]))
    return found


def _spread(values: Values) -> Values:
    result: set[Atom] = set()
    for atom in values:
        result |= atom[1] if atom[0] in {"coll", "map"} else {atom}
    return frozenset(result)


def _constructor(program: Program, atom: Atom, arguments: Arguments) -> list[tuple[Values, list[Any]]]:
    key = class_key(atom)
    line = classes.ancestry(program, key)
    for name in ("__init__", "__new__"):
        for owner in line:
            node = None if isinstance(owner, str) else program.class_(*owner).members.get(name)
            if node is None:
                continue
            found = []
            for method in program.value(owner[0], node):
                if method[0] == "func":
                    found += _function(program, method[1], method[2], arguments, atom)
            return found
    return _fields(program, line, arguments)


def _fields(program: Program, line: tuple[ClassKey, ...], arguments: Arguments) -> list[tuple[Values, list[Any]]]:
    """Where arguments arrive in a dataclass and its like."""
    fields = generated_fields(program, line)
    order = iter(fields)
    found: list[tuple[Values, list[Any]]] = []
    for kind, name, values in arguments:
        field = next(order, "") if kind == "" else name
        if field in fields:
            found.append((values, [("field", fields[field], field)]))
    return found


def is_called(handovers: Handovers, place: Any) -> bool:
    """Whether what arrives at *place*, a parameter, a field or something of a library, is called."""
    if isinstance(place, tuple) and place[0] == "field":
        return (place[1], place[2]) in handovers.fields
    return handovers.calls(place) if isinstance(place, str) else handovers.calls(place[:3], place[3])


def owner_of(program: Program, atom: Atom) -> ClassKey | None:
    """The class whose method or constructor *atom* is."""
    if atom[0] == "class":
        return class_key(atom)
    if atom[0] in {"func", "bound"} and atom[1] in program.facts:
        owner = program.function(atom[1], atom[2]).owner
        return (atom[1], owner) if owner != NONE else None
    return None
