"""A ``__reduce__`` by which the pickles of a class ask its manager: what it is made of, and the text of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from asset_lint.findings import Span
from asset_lint.rewriting.offers import FUNCTION, Offer, offers
from asset_lint.rewriting.reachable import getters, shared_functions
from asset_lint.rewriting.signatures import of_constructor
from asset_lint.rewriting.slots import Slot
from asset_lint.rewriting.ways import CLASS
from asset_lint.semantics import members
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ANY, ClassKey, instance
from asset_lint.syntax.module import Module

_PICKLING = frozenset(
    """__reduce__ __reduce_ex__ __getnewargs__ __getnewargs_ex__ __getstate__ __setstate__ __new__ __copy__
    __deepcopy__""".split()
)
"""Methods by which a class has its own ways with pickles and copies already."""


@dataclass(frozen=True)
class Reduction:
    """
    How a class can be looked up again: by what is *called* with the *attribute* of the instance.

    *name* is what has to be imported from the module *home* for it; the class stands at *line* of *path*.
    """

    path: str
    line: int
    class_name: str
    called: str
    attribute: str
    parameter: str
    name: str
    home: str
    is_here: bool

    @property
    def helper(self) -> str:
        """The name of a function of the module that asks the manager."""
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.class_name).lower()
        return f"_shared_{words}"


def reduction(program: Program, guard: Guard) -> Reduction | None:
    """How instances of the guarded class can be reduced; None where the manager has no lookup by one attribute."""
    if len(guard.classes) != 1:
        return None
    (key,) = guard.classes
    if isinstance(key, str) or _is_special(program, key):
        return None
    return next(_reductions(program, guard, key), None)


def _is_special(program: Program, key: tuple[str, int]) -> bool:
    """Whether the class has ways of its own, or bases of which nothing is known."""
    line = ancestry(program, key)
    own = [owner for owner in line if not isinstance(owner, str) and owner[0] in program.facts]
    return len(own) < len(line) or any(_PICKLING & program.class_(*owner).members.keys() for owner in own)


def _reductions(program: Program, guard: Guard, key: tuple[str, int]) -> Iterator[Reduction]:
    entry = program.class_(*key)
    for offer in offers(program, guard):
        required = [slot for slot in offer.signature.slots if slot.is_required]
        if len(required) != 1 or required[0].kind not in {"", "/"} or not _gives(program, offer, key):
            continue
        attribute = _attribute(program, key, required[0])
        if attribute is None:
            continue
        for name, called in _called(program, guard, offer):
            home = program.modules.name_of(offer.manager[0] if offer.manager else offer.signature.path)
            is_here = home == program.modules.name_of(key[0])
            slot = required[0].name
            yield Reduction(key[0], entry.line, entry.name, called, attribute, slot, name, home, is_here)


def _gives(program: Program, offer: Offer, key: ClassKey) -> bool:
    """Whether a lookup gives an instance of the class at once, whatever it is asked for."""
    others = offer.may_be_none or offer.only_looks_up(program) or offer.other(program, key)
    return not offer.is_async and offer.gives_class(program, key) and not others


def _attribute(program: Program, key: tuple[str, int], slot: Slot) -> str | None:
    """The attribute that every instance has, of the name and the type of a parameter."""
    entry = program.class_(*key)
    names = set(entry.always_set)
    constructor = of_constructor(program, key)
    if "__init__" not in entry.members and constructor is not None:
        names |= {item.name for item in constructor.slots}
    for name in sorted(names, key=len, reverse=True):
        if slot.name.lstrip("_") == name or slot.name.endswith(f"_{name}"):
            held = members.attribute(program, frozenset((instance(key, ANY),)), name)
            types = {atom[1] for atom in held if atom[0] == "inst"}
            wanted = {atom[1] for atom in slot.types if atom[0] == "inst"}
            if not types or not wanted or types & wanted:
                return name
    return None


def _called(program: Program, guard: Guard, offer: Offer) -> Iterator[tuple[str, str]]:
    """(what is imported, what is called) to ask from anywhere."""
    if offer.kind == FUNCTION:
        yield offer.name, offer.name
    elif isinstance(offer.manager, tuple):
        owner = program.class_(*offer.manager).name
        if offer.kind == CLASS:
            yield owner, f"{owner}.{offer.name}"
            return
        for suffix, sure in getters(program, guard, offer.manager):
            if sure:
                yield owner, f"{owner}{suffix}.{offer.name}"
        for name, text, sure in shared_functions(program, guard, offer.manager[0]):
            if sure:
                yield name, f"{text}.{offer.name}"


def edit(program: Program, found: Reduction, module: Module) -> tuple[Span, str] | None:
    """What is added behind the body of the class; None where it stands in something else, or in one line."""
    node = next(
        (item for item in module.tree.body if isinstance(item, ast.ClassDef) and item.name == found.class_name), None
    )
    if node is None or node.body[0].lineno == node.lineno or found.helper in program.facts[found.path].exports:
        return None
    end = module.lines.span(node.body[-1])
    line = module.lines.line(end.end_line).rstrip("\r\n")
    column = len(line) + 1
    indent = _indent(module, node.body[0])
    method = f"\n\n{indent}def __reduce__(self):\n{indent}{indent}return {found.helper}, (self.{found.attribute},)"
    inner = "" if found.is_here else f"{indent}from {found.home} import {found.name}\n\n"
    helper = f"\n\n\ndef {found.helper}({found.parameter}):\n{inner}{indent}return {found.called}({found.parameter})"
    return Span(end.end_line, column, end.end_line, column), method + helper


def _indent(module: Module, node: ast.stmt) -> str:
    """The white space before a statement."""
    line = module.lines.line(node.lineno)
    return line[: len(line) - len(line.lstrip())]
