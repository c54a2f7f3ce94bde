"""The signatures of constructors and functions, by which arguments are bound."""

from __future__ import annotations

from asset_lint.rewriting.classmarks import mark_of, require_harmless
from asset_lint.rewriting.fields import MODELS, NAMED_TUPLE, TUPLE, slots
from asset_lint.rewriting.kinds import note_decorators, note_unread
from asset_lint.rewriting.slots import Signature, Slot, Untold, constant, only_one
from asset_lint.semantics import generics, members, typeforms
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE, FunctionFacts
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import EMPTY, SELF, Atom, ClassKey, instance

__all__ = ["Signature", "Slot", "of_constructor", "of_function"]

_PLAIN_BASES = frozenset(
    """builtins.object abc.ABC typing.Generic typing.Protocol typing_extensions.Protocol builtins.Exception
    typing_extensions.Generic""".split()
)
_PLAIN_HOMES = ("collections.abc.", "typing.")
_NAMEABLE = frozenset({"class", "ext", "typex"})


def of_function(
    program: Program, path: str, index: int, *, bound: bool, name: str = "", own: ClassKey | None = None
) -> Signature:
    """
    The signature of a function of the project, without its first parameter where it is *bound*.

    *own* is the class that it is called on, which says what the type parameters of its bases stand for.
    """
    function = program.function(path, index)
    slots = tuple(_slot(program, path, function, place, own) for place in range(len(function.parameters)))
    return Signature(name or function.name, path, function.line, slots[1:] if bound else slots)


def _slot(program: Program, path: str, function: FunctionFacts, place: int, own: ClassKey | None) -> Slot:
    parameter = function.parameters[place]
    required = parameter.default == NONE and parameter.kind not in {"*", "**"}
    owner = (path, function.owner)
    types = generics.types_in(program, own, owner, parameter.annotation) if own is not None else EMPTY
    types = types or typeforms.types(program, path, parameter.annotation)
    default = constant(program, path, parameter.default)
    given = only_one(program, path, parameter.default) if default is None else None
    return Slot(parameter.name, parameter.kind, required, default, types, given)


def of_constructor(program: Program, key: ClassKey) -> Signature | None:
    """The signature of the constructor of a class; None where it cannot be told."""
    if isinstance(key, str):
        return None
    name = program.name_of_class(key).rpartition(".")[2]
    answering = _answering(program, key)
    if answering is not None:
        return of_function(program, answering[1], answering[2], bound=True, name=name, own=key)
    if _is_replaced(program, key):
        return None
    try:
        return _of_init(program, key, name) or _of_new(program, key, name)
    except Untold:
        return None


def _is_replaced(program: Program, key: ClassKey) -> bool:
    """Whether a decorator has put another function in the place of the ``__init__`` of the project."""
    found = members.attribute(program, frozenset((instance(key, SELF),)), "__init__")
    for atom in found:
        if atom[0] == "bound":
            note_decorators(program, atom[1], atom[2])
    return any(atom[0] == "bound" and program.function(atom[1], atom[2]).owner == NONE for atom in found)


def _answering(program: Program, key: ClassKey) -> Atom | None:
    """The ``__call__`` of the metaclass, unless it passes on everything that it gets."""
    for atom in members.makers(program, ("class", *key, 0)):
        function = program.function(atom[1], atom[2])
        if function.name == "__call__" and [item.kind for item in function.parameters[1:]] != ["*", "**"]:
            return atom
    return None


def _of_init(program: Program, key: ClassKey, name: str) -> Signature | None:
    """The first ``__init__`` along the bases, written down or made for a class; None where there is none."""
    line = program.class_(*key).line
    for owner in ancestry(program, key):
        if isinstance(owner, str):
            if owner in MODELS:
                return Signature(name, key[0], line, slots(program, key, MODELS[owner]))
            if owner not in _PLAIN_BASES and not owner.startswith(_PLAIN_HOMES):
                raise Untold
            continue
        require_harmless(program, owner)
        mark = mark_of(program, owner)
        if mark is not None and mark.writes_init(program, owner):
            return Signature(name, key[0], line, slots(program, owner, mark.family))
        if "__init__" in program.class_(*owner).members:
            return _written(program, key, name, _initialisers(program, key))
        _require_known_bases(program, owner)
    return None


def _require_known_bases(program: Program, owner: ClassKey) -> None:
    """Raise Untold where a class inherits from something that nobody knows."""
    for base in program.class_(*owner).bases:
        found = program.value(owner[0], base)
        note_unread(program, found)
        if not found or any(atom[0] not in _NAMEABLE for atom in found):
            raise Untold


def _initialisers(program: Program, key: ClassKey) -> list[Atom]:
    """What may be the ``__init__`` that a class or one of its bases defines."""
    found = members.attribute(program, frozenset((instance(key, SELF),)), "__init__")
    own = {base for base in ancestry(program, key) if not isinstance(base, str)}
    return [atom for atom in found if atom[0] == "bound" and (atom[1], program.function(atom[1], atom[2]).owner) in own]


def _of_new(program: Program, key: ClassKey, name: str) -> Signature:
    """The first ``__new__`` along the bases; a plain class takes nothing."""
    line = program.class_(*key).line
    for owner in ancestry(program, key):
        if isinstance(owner, str):
            continue
        if "__new__" in program.class_(*owner).members:
            makers = members.makers(program, ("class", *key, 0))
            return _written(program, key, name, [atom for atom in makers if _is_new(program, atom)])
        if _is_named_tuple(program, owner):
            return Signature(name, key[0], line, slots(program, owner, TUPLE))
    return Signature(name, key[0], line, ())


def _is_new(program: Program, atom: Atom) -> bool:
    return program.function(atom[1], atom[2]).name == "__new__"


def _is_named_tuple(program: Program, owner: ClassKey) -> bool:
    bases = program.class_(*owner).bases
    return any(atom[:2] == ("ext", NAMED_TUPLE) for base in bases for atom in program.value(owner[0], base))


def _written(program: Program, key: ClassKey, name: str, found: list[Atom]) -> Signature:
    """The signature of a function of the project; raises Untold where there are several, or it is none."""
    if len(found) != 1:
        raise Untold
    return of_function(program, found[0][1], found[0][2], bound=True, name=name, own=key)
