"""What is known of the type of a value, and whether two values may be of one type."""

from __future__ import annotations

from dataclasses import dataclass

from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ClassKey, Values

_MARKS = frozenset({"param", "dep"})
_ANYTHING = frozenset({"typing.Any", "builtins.object", "typing_extensions.Any"})
_SUBTYPES = {"builtins.float": {"builtins.int"}, "builtins.complex": {"builtins.int", "builtins.float"}}


@dataclass(frozen=True)
class Kind:
    """
    The classes that a value may be of.

    *is_complete*: it is of one of them, as far as annotations are true; *may_be_none*: or None.
    """

    classes: frozenset[ClassKey]
    is_complete: bool
    may_be_none: bool

    @property
    def is_known(self) -> bool:
        """Whether there is something to compare."""
        return self.is_complete and bool(self.classes)

    @property
    def is_none(self) -> bool:
        """Whether it is None for certain."""
        return self.is_complete and self.may_be_none and not self.classes


def note_unread(program: Program, values: Values) -> None:
    """Ask for the modules, not read so far, that say what *values* are."""
    program.wanted |= {atom[1] for atom in values if atom[0] == "stub"}


def note_decorators(program: Program, path: str, index: int) -> None:
    """Ask for the unread modules of the decorators of a function, which may put another one in its place."""
    table: dict[str, dict[int, list[int]]] = program.tables.setdefault("decorators by function", {})
    nodes = program.facts[path].nodes
    if path not in table:
        found = table[path] = {}
        for node in nodes:
            if node[0] == "decorate":
                inner = nodes[node[2]]
                while inner[0] == "decorate":
                    inner = nodes[inner[2]]
                if inner[0] == "func":
                    found.setdefault(inner[1], []).append(node[1])
    for decorator in table[path].get(index, ()):
        operation = nodes[decorator]
        note_unread(program, program.value(path, operation[1] if operation[0] == "call" else decorator))


def kind_of(values: Values) -> Kind:
    """The kind of what *values* stand for; containers, whose elements would have to be compared, too, are not known."""
    classes: set[ClassKey] = set()
    complete, none = bool(values), False
    for atom in values:
        if atom[0] == "inst" and atom[1] not in _ANYTHING:
            classes.add(atom[1])
        elif atom[0] == "const":
            classes.add(f"builtins.{type(atom[1]).__name__}")
        elif atom[0] == "none":
            none = True
        elif atom[0] not in _MARKS:
            complete = False
    return Kind(frozenset(classes), complete, none)


def fits(program: Program, given: Kind, wanted: Kind) -> bool:
    """Whether it is certain that what is *given* may be used as what is *wanted*."""
    if not (given.is_known and wanted.is_known) or (given.may_be_none and not wanted.may_be_none):
        return False
    return all(_is_one_of(program, key, wanted.classes) for key in given.classes)


def differs(program: Program, given: Kind, wanted: Kind) -> bool:
    """Whether it is certain that what is *given* is nothing that is *wanted*."""
    if given.is_none and wanted.is_known and not wanted.may_be_none:
        return True
    if not (given.is_known and wanted.is_known) or (given.may_be_none and wanted.may_be_none):
        return False
    if any(_is_foreign(key) for key in given.classes | wanted.classes):
        return False  # what a class outside the project inherits from is not known
    return not any(
        _is_one_of(program, key, wanted.classes) or _is_one_of(program, other, given.classes)
        for key in given.classes
        for other in wanted.classes
    )


def _is_foreign(key: ClassKey) -> bool:
    return isinstance(key, str) and not key.startswith("builtins.")


def _is_one_of(program: Program, key: ClassKey, wanted: frozenset[ClassKey]) -> bool:
    if any(base in wanted for base in ancestry(program, key)):
        return True
    return any(key in _SUBTYPES.get(str(name), ()) for name in wanted)
