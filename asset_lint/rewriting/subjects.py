"""What a reported call calls: its signature, and the names by which templates may speak of it."""

from __future__ import annotations

from dataclasses import dataclass

from asset_lint.rewriting.expressions import signature_of
from asset_lint.rewriting.inferred import NoRewriting
from asset_lint.rewriting.scope import File
from asset_lint.rewriting.signatures import Signature, of_constructor
from asset_lint.semantics import members
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.sites import Call, constructed_from
from asset_lint.semantics.values import REFLECTED, Atom, ClassKey, Values, class_key, flags_of

_MARKERS = frozenset({"none", "param", "dep"})
_FUNCTIONS = frozenset({"func", "bound"})
_MOST_NAMES = 3


@dataclass(frozen=True)
class Subject:
    """
    The thing that a site calls.

    *signature* is None where it is outside the project, *names* are what templates may call it, *is_async* whether what
    it gives has to be awaited, *doubts* what a person should look at, *function* the path and index of an alternate
    constructor.
    """

    signature: Signature | None
    names: tuple[str, ...]
    is_async: bool = False
    doubts: tuple[str, ...] = ()
    function: tuple[str, int] | None = None


def subject_of(file: File, call: Call, callees: Values, guard: Guard, key: ClassKey) -> Subject:
    """
    What one of *callees*, called at *call* or handed over there, is; it gives instances of the class with *key*.

    Raises NoRewriting where it cannot be told, or where somebody else's code is to be changed.
    """
    atoms = [atom for atom in callees if atom[0] not in _MARKERS]
    if any(atom[0] == "partial" for atom in atoms):
        raise NoRewriting("it comes out of a partial; the place that makes the partial is the one to change")
    if any(_is_of_instance(file, atom, call) for atom in atoms):
        raise NoRewriting(
            "another object of the class of an object that is there is a copy; that is for a person to decide"
        )
    if constructed_from(call.program, guard, callees) is not None:
        return _of_class(call.program, callees, key)
    atoms = [part for atom in atoms for part in _run_by(call.program, atom)]
    if atoms and all(_is_of_object(atom) for atom in atoms):
        atoms = list({atom[1:3]: atom for atom in atoms}.values())  # which object it is does not matter then
    if len(atoms) != 1 or atoms[0][0] not in _FUNCTIONS:
        raise NoRewriting(_not_one(file, call.program, atoms))
    return _of_function(file, call.program, guard, atoms[0], key)


def _run_by(program: Program, atom: Atom) -> Values:
    """What runs where *atom* is called: of an object its ``__call__``."""
    found = members.attribute(program, frozenset((atom,)), "__call__") if atom[0] == "inst" else frozenset()
    return found or frozenset((atom,))


def _is_of_object(atom: Atom) -> bool:
    """Whether it is a method that is bound to an object."""
    return bool(atom[0] == "bound" and atom[4][0] == "inst")


def require_no_object(program: Program, values: Values) -> None:
    """Raise NoRewriting where one of *values*, which are handed over, is an object that makes another one of itself."""
    for atom in sorted(values, key=repr):
        if atom[0] == "inst":
            name = program.name_of_class(atom[1]).rpartition(".")[2]
            made = f"{name}.__call__ makes a new one of it"
            raise NoRewriting(f"an object is handed over, and {made}, which no method of a manager is given")


def _is_of_instance(file: File, atom: Atom, call: Call) -> bool:
    """Whether the class is that of an object: ``type(x)``, ``x.__class__``."""
    if atom[0] != "class" or not flags_of(atom) & REFLECTED:
        return False
    nodes = file.program.facts[file.path].nodes
    operation = nodes[call.operation[1]]
    while operation[0] == "same":
        operation = nodes[operation[1]]
    if operation[0] == "attr":
        return bool(operation[2] == "__class__")
    if operation[0] != "call":
        return False
    return ("ext", "builtins.type", 0) in file.program.value(file.path, operation[1])


def _not_one(file: File, program: Program, atoms: list[Atom]) -> str:
    if any(atom[0] in {"meth", "ext"} for atom in atoms):
        return "the object is made without calling the constructor, so that it cannot be told what it is made of"
    places = sorted({atom[1:3] for atom in atoms if atom[0] in _FUNCTIONS})
    names = [f"{program.function(*place).name} ({_where(file, program, *place)})" for place in places]
    if len(names) < 2:
        return "several things may be called here"
    shown = ", ".join(names) if len(names) <= _MOST_NAMES else f"{', '.join(names[:_MOST_NAMES])} and others"
    if all(_is_of_object(atom) for atom in atoms):
        return f"the new object is made from another one, by {shown}; no method of a manager is given that"
    return f"several things may be called here: {shown}"


def _where(file: File, program: Program, path: str, index: int) -> str:
    return f"{file.shown.get(path, path)}:{program.function(path, index).line}"


def _of_class(program: Program, callees: Values, key: ClassKey) -> Subject:
    doubts = []
    if any(atom[0] in {"class", "ext"} and flags_of(atom) & REFLECTED for atom in callees):
        doubts.append("the class is found by reflection, and may be another one at run time")
    if len({class_key(atom) for atom in callees if atom[0] in {"class", "ext"}}) > 1:
        raise NoRewriting("several classes may be built here")
    return Subject(of_constructor(program, key), _names(program.name_of_class(key)), doubts=tuple(doubts))


def _names(full: str) -> tuple[str, ...]:
    """A dotted name from its last word on, in all lengths."""
    parts = full.split(".")
    return tuple(".".join(parts[start:]) for start in range(len(parts)))


def _of_function(file: File, program: Program, guard: Guard, atom: Atom, key: ClassKey) -> Subject:
    """An alternate constructor: one that belongs to the class; what others build is to be changed in them."""
    path, index = atom[1], atom[2]
    function = program.function(path, index)
    owner = (path, function.owner) if function.owner >= 0 else None
    where = _where(file, program, path, index)
    if owner is None or owner not in ancestry(program, key):
        raise NoRewriting(f"the object is built inside {function.name} ({where}); that is the place to change")
    if _is_of_object(atom):
        raise NoRewriting(
            f"{function.name} ({where}) makes the new object from another one, which no method of a manager is given"
        )
    signature = signature_of(program, atom)
    names = [
        name for base in ancestry(program, key) for name in _names(f"{program.name_of_class(base)}.{function.name}")
    ]
    doubts = (f"{function.name} is another way to make the object than the manager's",)
    return Subject(signature, tuple(names), function.is_async, doubts, (path, index))
