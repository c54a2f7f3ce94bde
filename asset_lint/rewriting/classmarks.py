"""What the decorators of a class do to its constructor: write one, leave it alone, or nobody knows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from asset_lint.rewriting.kinds import note_unread
from asset_lint.rewriting.slots import Untold, plain
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Atom, ClassKey

DATACLASS, ATTRS = "dataclass", "attrs"
_NEW_ATTRS = frozenset("attr.define attr.frozen attr.mutable attrs.define attrs.frozen attrs.mutable".split())
_OLD_ATTRS = frozenset({"attr.s", "attr.attrs", "attr.dataclass"})
_FAMILIES = {
    "dataclasses.dataclass": DATACLASS,
    "pydantic.dataclasses.dataclass": DATACLASS,
    **dict.fromkeys(_NEW_ATTRS | _OLD_ATTRS, ATTRS),
}
_HARMLESS = frozenset(
    """abc.update_abstractmethods enum.global_enum enum.unique enum.verify functools.total_ordering
    typing.final typing.no_type_check typing.runtime_checkable typing_extensions.deprecated typing_extensions.final
    typing_extensions.runtime_checkable warnings.deprecated dataclasses_json.dataclass_json
    zope.interface.implementer zope.interface.provider""".split()
)
_MAKERS = frozenset({"__init__", "__new__"})
_CHANGING = frozenset({"builtins.setattr", "builtins.type", "builtins.exec", "builtins.eval", *_FAMILIES})


@dataclass(frozen=True)
class Mark:
    """A decorator that may write the constructor: its *family*, its dotted *name* and its keywords, by their nodes."""

    family: str
    name: str
    path: str
    keywords: dict[str, int]

    def flag(self, program: Program, name: str, default: bool | None) -> bool | None:
        """A keyword that is True, False or None; raises Untold where it is something else."""
        if name not in self.keywords:
            return default
        found = plain(program, self.path, self.keywords[name])
        if found[0] != "const" or not (found[1] is None or isinstance(found[1], bool)):
            raise Untold
        return found[1]

    @property
    def is_new_attrs(self) -> bool:
        """Whether it is ``attrs.define`` or one of its like, whose defaults differ from those of ``attr.s``."""
        return self.name in _NEW_ATTRS

    def writes_init(self, program: Program, owner: ClassKey) -> bool:
        """Whether the class gets an ``__init__`` from it, in the place of its own if it has one."""
        has_own = "__init__" in program.class_(*owner).members
        if self.family == DATACLASS:
            return bool(self.flag(program, "init", True)) and not has_own
        wanted = self.flag(program, "init", None)
        if wanted is None:
            return not (has_own and self.flag(program, "auto_detect", self.is_new_attrs))
        return wanted


def mark_of(program: Program, owner: ClassKey) -> Mark | None:
    """The decorator of a class of the project that makes it a dataclass or one of its like."""
    for decorator in program.class_(*owner).decorators:
        callee, arguments = _parts(program, owner[0], decorator)
        for atom in program.value(owner[0], callee):
            if atom[0] == "ext" and atom[1] in _FAMILIES:
                if any(kind == "**" for kind, _, _ in arguments):
                    raise Untold
                keywords = {name: node for kind, name, node in arguments if kind == "="}
                return Mark(_FAMILIES[atom[1]], atom[1], owner[0], keywords)
    return None


def require_harmless(program: Program, owner: ClassKey) -> None:
    """Raise Untold where a decorator of the class may put another constructor in its place."""
    path = owner[0]
    for decorator in program.class_(*owner).decorators:
        callee, _ = _parts(program, path, decorator)
        outside = {atom[1] for atom in program.value(path, callee) if atom[0] == "ext"}
        if outside and outside <= _HARMLESS | _FAMILIES.keys():
            continue
        found = program.value(path, decorator)
        note_unread(program, found | program.value(path, callee))
        if not found or not all(_leaves(program, atom, set()) for atom in found):
            raise Untold


def _parts(program: Program, path: str, decorator: int) -> tuple[int, tuple[tuple[str, str, int], ...]]:
    operation = plain(program, path, decorator)
    return (operation[1], operation[2]) if operation[0] == "call" else (decorator, ())


def _leaves(program: Program, atom: Atom, seen: set[tuple[str, int]]) -> bool:
    """Whether a decorator is a function of the project that gives back the class, its constructor as it was."""
    if atom[0] == "identity":
        return True
    if atom[0] not in {"func", "bound"}:
        return False
    path, index = atom[1], atom[2]
    if (path, index) in seen:
        return True
    seen.add((path, index))
    place = 1 if atom[0] == "bound" else 0
    returns = program.function(path, index).returns
    gives_back = all(_is_parameter(program, path, node, index, place) for node in returns)
    return bool(returns) and gives_back and _only_looks(program, path, index, place, seen)


def _is_parameter(program: Program, path: str, node: int, index: int, place: int) -> bool:
    return plain(program, path, node) == ("param", index, place)


def _only_looks(program: Program, path: str, index: int, place: int, seen: set[tuple[str, int]]) -> bool:
    """Whether nothing in a function sets a constructor, and nobody gets the class who may."""
    facts = program.facts[path]
    inside = set(_scopes(program, path, program.function(path, index).scope))
    if any(attribute in _MAKERS and scope in inside for _, attribute, _, scope in facts.attribute_stores):
        return False
    for site in facts.sites:
        if site.scope in inside and facts.nodes[site.node][0] == "call":
            _, callee, arguments, _ = facts.nodes[site.node]
            passed = [at for at, item in enumerate(arguments) if _is_parameter(program, path, item[2], index, place)]
            for atom in program.value(path, callee):
                if not _is_harmless_call(program, path, atom, arguments, passed, seen):
                    return False
    return True


def _is_harmless_call(
    program: Program,
    path: str,
    atom: Atom,
    arguments: tuple[tuple[str, str, int], ...],
    passed: list[int],
    seen: set[tuple[str, int]],
) -> bool:
    """Whether a call inside a decorator leaves the constructor alone; *passed* are the places of the class."""
    if atom[0] == "ext" and atom[1] in _CHANGING:
        name = plain(program, path, arguments[1][2]) if len(arguments) > 1 else ("",)
        return atom[1] == "builtins.setattr" and name[0] == "const" and name[1] not in _MAKERS
    if not passed or atom[0] == "meth":
        return True
    if atom[0] == "ext":
        return atom[1].partition(".")[0] in sys.stdlib_module_names
    if atom[0] not in {"func", "bound"} or len(passed) > 1 or arguments[passed[0]][0]:
        return False
    inner = (atom[1], atom[2])
    if inner in seen:
        return True
    seen.add(inner)
    place = passed[0] + (1 if atom[0] == "bound" else 0)
    return _only_looks(program, *inner, place, seen)


def _scopes(program: Program, path: str, outermost: int) -> Iterator[int]:
    """The scope with that number, and those inside it."""
    scopes = program.facts[path].scopes
    for number in range(len(scopes)):
        around = number
        while around not in {outermost, NONE}:
            around = scopes[around].parent
        if around == outermost:
            yield number
