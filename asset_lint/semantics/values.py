"""
What a node may be at run time: sets of atoms, which are plain tuples.

==========  ===================================  ==============================================================
tag         operands                             meaning
==========  ===================================  ==============================================================
class       path, index, flags                   a class of the project
ext         dotted, flags                        anything outside the project, by its dotted name
inst        class key, state                     an instance; the key is (path, index), or a dotted name
func        path, index, context                 a function of the project
static, cm  path, index, context                 a static or class method before it is looked up
prop        path, index, context                 a property
bound       path, index, context, receiver       a method with its receiver
partial     callees, arguments                   ``functools.partial``
pmethod     callees, arguments                   ``functools.partialmethod`` before it is looked up
mod         path, flags                          a module of the project
alloc       path, node, context                  a display or comprehension
coll        values                               a collection known by its type only
tuple       values of each element               what a starred target takes of a display
gives       values                               a callable known by its type only
identity                                         a callable that returns its argument
getter      names                                ``operator.attrgetter``
item        key                                  ``operator.itemgetter``
caller      name, arguments                      ``operator.methodcaller``
map         values                               a mapping known by its type only
pickled     values                               a text that has them in it, as a pickle
const       value                                a constant
none                                             ``None``, or no binding at all
ns          path                                 ``globals()`` and its like
super       class key, receiver                  ``super()``
param       path, function, index                a parameter, as such; with NO_CLASS behind it where it is no class
dep         path, function                       something made of a parameter
stub        path, dotted                         a name of a module that has not been read
meth        receiver, name                       a method that the project does not define
typex       path, node                           an expression that is a type
unknown                                          anything
==========  ===================================  ==============================================================

A *context* is ``None``, or the number of a frame in the program: what the parameters of a function are in one call of
it, where that matters.
"""

from __future__ import annotations

from typing import Any

Atom = tuple[Any, ...]
Values = frozenset[Atom]
Context = int | None
ClassKey = Any
"""(path, index) of a class of the project, or the dotted name of another."""

REFLECTED = 1
OWN = 2
SUBCLASS = 4

FRESH = "fresh"
"""State of an instance that was just built outside a manager."""
ANY = "any"
SELF = "self"
MANAGED = "managed"
MEMBER = "member "
"""How the state of a member of an enumeration begins; its name follows."""
# The state of an object that was given classes or functions is ("holds", ((attribute, values), ...)).

NO_CLASS = "no class"
"""Behind a parameter that a condition keeps from being a class."""

EMPTY: Values = frozenset()
UNKNOWN: Atom = ("unknown",)
UNKNOWNS: Values = frozenset((UNKNOWN,))
NOTHING: Atom = ("none",)
NOTHINGS: Values = frozenset((NOTHING,))


def is_open(atom: Atom) -> bool:
    """Whether *atom* may stand for anything: what is unknown, and what a call of something outside gives."""
    return atom[0] in {"unknown", "stub"} or (atom[0] == "ext" and atom[1].endswith(("()", "[]")))


def class_key(atom: Atom) -> ClassKey:
    """The key of a class atom."""
    return atom[1] if atom[0] == "ext" else (atom[1], atom[2])


def class_atom(key: ClassKey, flags: int = 0) -> Atom:
    """The class atom of a key."""
    return ("ext", key, flags) if isinstance(key, str) else ("class", key[0], key[1], flags)


def flags_of(atom: Atom) -> int:
    """How a class was reached: REFLECTED, OWN, SUBCLASS."""
    return int(atom[3]) if atom[0] == "class" else int(atom[2]) if atom[0] == "ext" else 0


def flagged(atom: Atom, flags: int) -> Atom:
    """*atom* with *flags* added, where it has any."""
    if atom[0] == "class":
        return ("class", atom[1], atom[2], atom[3] | flags)
    if atom[0] in {"ext", "mod"}:
        return (atom[0], atom[1], atom[2] | flags)
    return atom


def instance(key: ClassKey, state: str) -> Atom:
    """An instance of the class with *key*."""
    return ("inst", key, state)


def settled(values: Values) -> Values:
    """*values* as they are behind a store, an argument or an import: new instances are no longer new."""
    if not any(atom[0] == "inst" and atom[2] == FRESH for atom in values):
        return values
    return frozenset(("inst", atom[1], ANY) if atom[0] == "inst" and atom[2] == FRESH else atom for atom in values)


def without_flags(values: Values, flags: int) -> Values:
    """*values* with *flags* cleared."""
    if not any(atom[0] in {"class", "ext", "mod"} and atom[-1] & flags for atom in values):
        return values
    return frozenset((*atom[:-1], atom[-1] & ~flags) if atom[0] in {"class", "ext", "mod"} else atom for atom in values)
