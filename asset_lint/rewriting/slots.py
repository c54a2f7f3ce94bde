"""Parameters as callers see them, and how they are read from the facts."""

from __future__ import annotations

from dataclasses import dataclass

from asset_lint.semantics.facts import NONE, Node
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import EMPTY, Atom, Values

_EMPTY = {("seq", "tuple", ()): "()", ("seq", "list", ()): "[]", ("dict", ()): "{}"}


@dataclass(frozen=True)
class Slot:
    """
    A parameter as callers see it.

    *kind* is that of ``facts.Parameter``; *default* the text of a constant default, None where there is another one or
    none at all; *given* the function or class that is the default then; *types* what its annotation admits.
    """

    name: str
    kind: str = ""
    is_required: bool = True
    default: str | None = None
    types: Values = EMPTY
    given: Atom | None = None


@dataclass(frozen=True)
class Signature:
    """What can be called how: *name* as people call it, and where it is defined."""

    name: str
    path: str
    line: int
    slots: tuple[Slot, ...]

    def slot(self, name: str) -> Slot | None:
        """The parameter with that name."""
        return next((slot for slot in self.slots if slot.name == name), None)


class Untold(Exception):
    """The signature of a constructor cannot be told."""


def plain(program: Program, path: str, node: int) -> Node:
    """The operation at *node*, behind declared types and other names for it."""
    nodes = program.facts[path].nodes
    operation: Node = nodes[node] if node != NONE else ("",)
    while operation[0] in {"same", "typed"}:
        operation = nodes[operation[1]]
    return operation


def constant(program: Program, path: str, node: int) -> str | None:
    """The text of a constant default; None where it is none."""
    operation = plain(program, path, node)
    if operation[0] == "const":
        return repr(operation[1])
    return _EMPTY.get((operation[0], *operation[1:]))


def only_one(program: Program, path: str, node: int) -> Atom | None:
    """The function or class that *node* certainly is, and of which there is one in the process; None for others."""
    atoms = list(program.value(path, node)) if node != NONE else []
    is_known = len(atoms) == 1 and (atoms[0][0] in {"class", "ext"} or (atoms[0][0] == "func" and atoms[0][3] is None))
    return atoms[0] if is_known else None


def called_outside(program: Program, path: str, node: int) -> str:
    """The dotted name of the thing outside the project that the call at *node* calls; "" where it is no such call."""
    operation = plain(program, path, node)
    if operation[0] != "call":
        return ""
    return next((atom[1] for atom in program.value(path, operation[1]) if atom[0] == "ext"), "")


def keywords_of(program: Program, path: str, node: int) -> dict[str, int]:
    """The keyword arguments of the call at *node*; nothing where it is none."""
    operation = plain(program, path, node)
    arguments = operation[2] if operation[0] == "call" else ()
    return {name: value for kind, name, value in arguments if kind == "="}
