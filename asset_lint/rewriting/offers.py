"""What the managers of a guard offer: their methods as they can be called, and what each of them gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from asset_lint.rewriting.kinds import note_decorators
from asset_lint.rewriting.reachable import given_by
from asset_lint.rewriting.reached import Reached, reached
from asset_lint.rewriting.signatures import Signature, of_function
from asset_lint.rewriting.ways import CLASS, INSTANCE
from asset_lint.semantics import members, parameters, typeforms
from asset_lint.semantics.classes import ancestry, subclasses
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.guards import Guard, ManagerMethod, methods_of
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ANY, ClassKey, Values, instance, is_open

FUNCTION = "function"
_MARKS = frozenset({"param", "dep"})
_TAKING_AWAY = ("remove", "delete", "pop", "discard", "forget", "evict", "drop", "clear", "unload", "release", "detach")
"""How the names of methods begin that give an instance because it leaves the manager."""


@dataclass(frozen=True)
class Offer:
    """
    A method of a manager, or a function that is one.

    *kind* is what it is called on: INSTANCE, CLASS, or FUNCTION for nothing. *place* is the path and index of the
    function that runs, *manager* the class that has it, *gives* what a call of it gives, *reaches* what it runs.
    """

    signature: Signature
    kind: str
    place: tuple[str, int]
    is_async: bool
    gives: Values
    manager: ClassKey | None
    reaches: Reached

    @property
    def name(self) -> str:
        """The method's own name."""
        return self.signature.name.rpartition(".")[2]

    @property
    def may_be_none(self) -> bool:
        """Whether it may answer None."""
        return any(atom[0] == "none" for atom in self.gives)

    def only_looks_up(self, program: Program) -> bool:
        """Whether it can give nothing that was not there before; what is abstract does not say."""
        decorators = parameters.decorator_names(program, self.place[0]).get(self.place[1], ())
        return not self.reaches.builds and "abstractmethod" not in decorators

    def gives_class(self, program: Program, key: ClassKey) -> bool:
        """Whether it may give an instance of the class."""
        return any(atom[0] == "inst" and key in ancestry(program, atom[1]) for atom in self.gives)

    def other(self, program: Program, key: ClassKey) -> str:
        """The name of a class that it may give and that is not the class with *key*, empty where there is none."""
        for atom in sorted(self.gives, key=repr):
            if atom[0] == "inst" and key not in ancestry(program, atom[1]):
                return program.name_of_class(atom[1]).rpartition(".")[2]
        return "" if all(atom[0] in {"inst", "none", *_MARKS} for atom in self.gives) else "something else"


def offers(program: Program, guard: Guard) -> list[Offer]:
    """The ways to get an instance that the project itself defines, in the order in which they are defined."""
    found: dict[tuple[str, str], Offer] = {}
    known = {method.place for method in guard.methods}
    managers = [key for key in guard.managers if not isinstance(key, str)]
    own = [method for key in managers for sub in subclasses(program, key) for method in methods_of(program, guard, sub)]
    for method in (*guard.methods, *(method for method in own if method.place not in known)):
        if method.place is None or method.name.startswith(_TAKING_AWAY):
            continue
        for offer in _offer(program, guard, method):
            found.setdefault((method.owner, method.name), offer)
    return sorted(found.values(), key=lambda offer: (offer.signature.path, offer.signature.line))


def _offer(program: Program, guard: Guard, method: ManagerMethod) -> Iterator[Offer]:
    assert method.place is not None
    path, index = method.place
    function = program.function(path, index)
    note_decorators(program, path, index)
    decorators = parameters.decorator_names(program, path).get(index, set())
    if "property" in decorators or "cached_property" in decorators or function.is_generator:
        return
    kind = FUNCTION if method.is_function else INSTANCE
    if not method.is_function and parameters.kind_of(program, path, index) != "method":
        kind = CLASS
    actual = _actual(program, method)
    if actual is None:
        return
    bound = kind != FUNCTION and parameters.kind_of(program, path, index) != "static"
    owner = "" if method.is_function else f"{method.owner.rpartition('.')[2]}."
    shown = method.place if actual == method.place or _passes_on(program, actual) else actual
    signature = of_function(program, *shown, bound=bound, name=f"{owner}{method.name}", own=method.manager)
    receiver = instance(method.manager, ANY) if kind == INSTANCE else ("class", *(method.manager or (path, 0)), 0)
    callee = ("bound", *actual, None, receiver) if bound else ("func", *actual, None)
    gives = given_by(program, callee)
    if actual != method.place and all(is_open(atom) or atom[0] in _MARKS for atom in gives):
        gives = given_by(program, (callee[0], path, index, *callee[3:]))  # what a wrapper passes on
    if actual == method.place:
        gives |= _declared_besides(program, gives, typeforms.types(program, path, function.annotation))
    is_async = function.is_async or program.function(*actual).is_async
    reaches = reached(program, guard, {method.place, actual, *_overrides(program, method)})
    yield Offer(signature, kind, actual, is_async, gives, method.manager, reaches)


def resolved(program: Program, key: ClassKey, name: str) -> tuple[str, int] | None:
    """The function that an instance of the class runs for the method *name*, decorators applied; None for several."""
    atoms = members.attribute(program, frozenset((instance(key, ANY),)), name)
    functions = [atom for atom in atoms if atom[0] in {"bound", "func"}]
    return (functions[0][1], functions[0][2]) if len(functions) == len(atoms) == 1 else None


def _actual(program: Program, method: ManagerMethod) -> tuple[str, int] | None:
    """What runs for a method: itself, or what its decorator returns; None where a subclass or another one hides it."""
    if method.manager is None:
        return method.place
    found = resolved(program, method.manager, method.name)
    if found is None or found == method.place:
        return found
    return found if program.function(*found).owner == NONE else None


def _overrides(program: Program, method: ManagerMethod) -> Iterator[tuple[str, int]]:
    """What runs for a method in the subclasses of the manager."""
    for key in subclasses(program, method.manager) if method.manager is not None else ():
        found = resolved(program, key, method.name)
        if found is not None:
            yield found


def _passes_on(program: Program, place: tuple[str, int]) -> bool:
    """Whether a function takes anything, as a wrapper does that passes it on."""
    kinds = [item.kind for item in program.function(*place).parameters]
    return kinds[-2:] == ["*", "**"] and len(kinds) <= 3


def _declared_besides(program: Program, gives: Values, declared: Values) -> Values:
    """The classes that a return annotation admits and that have nothing to do with what the body gives."""
    known = {atom[1] for atom in gives if atom[0] == "inst"}
    line = {base for key in known for base in ancestry(program, key)}
    return frozenset(
        atom
        for atom in declared
        if atom[0] == "inst" and atom[1] not in line and known.isdisjoint(ancestry(program, atom[1]))
    )
