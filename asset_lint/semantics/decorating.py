"""Decorators: what becomes of the functions and classes below them."""

from __future__ import annotations

from asset_lint.semantics import library
from asset_lint.semantics.calls import call_values
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import UNKNOWNS, Atom, Values, is_open


def decorate(program: Program, decorators: Values, value: Values) -> Values:
    """What decorators make of a function or class; one that is not understood is taken to give back what it got."""
    result: set[Atom] = set()
    for atom in decorators:
        if atom[0] in {"func", "bound", "class", "inst", "ext", "identity", "partial", "gives"}:
            result |= _decorated(program, atom, value)
        else:
            result |= value
    return frozenset(result) or value


def _decorated(program: Program, atom: Atom, value: Values) -> Values:
    if atom[0] == "ext" and atom[1] in library.IDENTITY_DECORATORS:
        return value
    found = call_values(program, frozenset((atom,)), (("", "", value),))
    kept = frozenset(
        part for part in found if part[0] in {"func", "bound", "class", "inst", "partial", "static", "cm", "prop"}
    )
    if (
        kept
        and all(part[0] == "inst" for part in kept)
        and all(map(is_open, program.call(kept, (("*", "", UNKNOWNS),))))
    ):
        return value  # an object around the function, of which only the function is known
    return kept or value
