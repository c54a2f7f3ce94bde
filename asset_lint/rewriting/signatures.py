"""The signatures of constructors and functions, by which arguments are bound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from asset_lint.rewriting.kinds import note_decorators
from asset_lint.semantics import members, typeforms
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE, ClassFacts, FunctionFacts, Node
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import EMPTY, SELF, Atom, ClassKey, Values, instance

_DATACLASSES = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass"})
_ATTRS = frozenset(
    """attr.s attr.attrs attr.dataclass attr.define attr.frozen attr.mutable attrs.define attrs.frozen
    attrs.mutable""".split()
)
_ATTRIBUTES = frozenset({"attr.ib", "attr.attrib", "attr.field", "attrs.field"})
_MODELS = {
    "pydantic.BaseModel": "pydantic",
    "pydantic.main.BaseModel": "pydantic",
    "pydantic_settings.BaseSettings": "pydantic",
    "sqlmodel.SQLModel": "pydantic",
    "msgspec.Struct": "struct",
    "typing.NamedTuple": "tuple",
}
_EMPTY = {("seq", "tuple", ()): "()", ("seq", "list", ()): "[]", ("dict", ()): "{}"}
_PLAIN_BASES = frozenset(
    """builtins.object abc.ABC typing.Generic typing.Protocol typing_extensions.Protocol builtins.Exception
    typing_extensions.Generic""".split()
)


@dataclass(frozen=True)
class Slot:
    """
    A parameter as callers see it.

    *kind* is that of ``facts.Parameter``; *default* the text of a constant default, None where there is another one or
    none at all; *types* what its annotation admits.
    """

    name: str
    kind: str = ""
    is_required: bool = True
    default: str | None = None
    types: Values = EMPTY


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


def of_function(program: Program, path: str, index: int, *, bound: bool, name: str = "") -> Signature:
    """The signature of a function of the project, without its first parameter where it is *bound*."""
    function = program.function(path, index)
    slots = tuple(_slot(program, path, function, place) for place in range(len(function.parameters)))
    return Signature(name or function.name, path, function.line, slots[1:] if bound else slots)


def _slot(program: Program, path: str, function: FunctionFacts, place: int) -> Slot:
    parameter = function.parameters[place]
    required = parameter.default == NONE and parameter.kind not in {"*", "**"}
    types = typeforms.types(program, path, parameter.annotation)
    return Slot(parameter.name, parameter.kind, required, _constant(program, path, parameter.default), types)


def _constant(program: Program, path: str, node: int) -> str | None:
    operation = _plain(program.facts[path].nodes, node)
    if operation[0] == "const":
        return repr(operation[1])
    return _EMPTY.get((operation[0], *operation[1:]))


def _plain(nodes: list[Node], node: int) -> Node:
    """The operation at *node*, behind declared types and other names for it."""
    operation: Node = nodes[node] if node != NONE else ("",)
    while operation[0] in {"same", "typed"}:
        operation = nodes[operation[1]]
    return operation


def of_constructor(program: Program, key: ClassKey) -> Signature | None:
    """The signature of the constructor of a class; None where it cannot be told."""
    if isinstance(key, str):
        return None
    name = program.name_of_class(key).rpartition(".")[2]
    answering = _answering(program, key)
    if answering is not None:
        return of_function(program, answering[1], answering[2], bound=True, name=name)
    initial = _initialisers(program, key)
    if len(initial) > 1 or _is_replaced(program, key):
        return None
    for atom in initial:
        return of_function(program, atom[1], atom[2], bound=True, name=name)
    return _generated(program, key, name)


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


def _initialisers(program: Program, key: ClassKey) -> list[Atom]:
    """The ``__init__`` of a class, else its ``__new__``."""
    found = members.attribute(program, frozenset((instance(key, SELF),)), "__init__")
    own = {base for base in ancestry(program, key) if not isinstance(base, str)}
    initial = [
        atom for atom in found if atom[0] == "bound" and (atom[1], program.function(atom[1], atom[2]).owner) in own
    ]
    if initial:
        return initial
    makers = members.makers(program, ("class", *key, 0))
    return [atom for atom in makers if program.function(atom[1], atom[2]).name == "__new__"]


def _generated(program: Program, key: ClassKey, name: str) -> Signature | None:
    """The constructor that a dataclass and its like get; that of a plain class takes nothing."""
    line = ancestry(program, key)
    style = _style(program, line)
    entry = program.class_(*key)
    if style is None:
        plain = all(base in _PLAIN_BASES for base in line if isinstance(base, str))
        return Signature(name, key[0], entry.line, ()) if plain else None
    slots: dict[str, Slot] = {}
    for owner in reversed(line):
        if not isinstance(owner, str) and _counts(program, owner, style):
            for slot in _fields(program, owner, style):
                slots[slot.name] = slot
    plain_first = sorted(slots.values(), key=lambda slot: slot.kind == "=")
    return Signature(name, key[0], entry.line, tuple(plain_first))


def _style(program: Program, line: tuple[ClassKey, ...]) -> str | None:
    """Who generates the constructor: the decorator of the class, or one of its bases."""
    for owner in line:
        if isinstance(owner, str):
            if owner in _MODELS:
                return _MODELS[owner]
        elif (decorated := _decorated_style(program, owner)) is not None:
            return decorated
    return None


def _decorated_style(program: Program, owner: ClassKey) -> str | None:
    for name, keywords in _decorators(program, owner):
        if name in _DATACLASSES | _ATTRS:
            off = _plain(program.facts[owner[0]].nodes, keywords.get("init", NONE)) == ("const", False)
            return None if off else "dataclass" if name in _DATACLASSES else "attrs"
    return None


def _decorators(program: Program, owner: ClassKey) -> Iterable[tuple[str, dict[str, int]]]:
    """(dotted name, keywords) of the decorators of a class that come from outside the project."""
    path = owner[0]
    nodes = program.facts[path].nodes
    for decorator in program.class_(*owner).decorators:
        operation = nodes[decorator]
        called = operation[0] == "call"
        keywords = {name: node for kind, name, node in operation[2] if kind == "="} if called else {}
        for atom in program.value(path, operation[1] if called else decorator):
            if atom[0] == "ext":
                yield atom[1], keywords


def _counts(program: Program, owner: ClassKey, style: str) -> bool:
    """Whether the fields of a class are fields of those that inherit from it."""
    if style in {"dataclass", "attrs"}:
        return _decorated_style(program, owner) is not None
    return any(isinstance(base, str) and base in _MODELS for base in ancestry(program, owner))


def _fields(program: Program, owner: ClassKey, style: str) -> Iterable[Slot]:
    path, entry = owner[0], program.class_(*owner)
    keyword_only = style == "pydantic" or _keyword_only(program, owner)
    for name in _field_names(program, path, entry, style):
        annotation = entry.annotations.get(name, NONE)
        if _last_name(program, path, annotation) == "KW_ONLY":
            keyword_only = True
        elif not _is_class_variable(program, path, annotation, name, style):
            slot = _field(program, path, entry, name, style, keyword_only=keyword_only)
            if slot is not None:
                yield slot


def _field_names(program: Program, path: str, entry: ClassFacts, style: str) -> list[str]:
    """The fields in order: those with an annotation, or, where attrs finds one without, those made by ``attr.ib``."""
    if style == "attrs":
        made = [name for name, node in entry.members.items() if _maker(program, path, node) in _ATTRIBUTES]
        if any(name not in entry.annotations for name in made):
            return made
    return list(entry.annotations)


def _maker(program: Program, path: str, node: int) -> str:
    """The dotted name of what a field's default is made with."""
    operation = _plain(program.facts[path].nodes, node)
    if operation[0] != "call":
        return ""
    return next((atom[1] for atom in program.value(path, operation[1]) if atom[0] == "ext"), "")


def _keyword_only(program: Program, owner: ClassKey) -> bool:
    nodes = program.facts[owner[0]].nodes
    keywords = [keywords for _, keywords in _decorators(program, owner)] + [program.class_(*owner).keywords]
    return any(_plain(nodes, found.get("kw_only", NONE)) == ("const", True) for found in keywords)


def _last_name(program: Program, path: str, annotation: int) -> str:
    operation = _plain(program.facts[path].nodes, annotation)
    if operation[0] == "item":
        operation = _plain(program.facts[path].nodes, operation[1])
    return str(operation[-1]) if operation[0] in {"from", "attr", "global", "builtin"} else ""


def _is_class_variable(program: Program, path: str, annotation: int, name: str, style: str) -> bool:
    if _last_name(program, path, annotation) == "ClassVar":
        return True
    return style == "pydantic" and (name.startswith("_") or name == "model_config")


def _field(program: Program, path: str, entry: ClassFacts, name: str, style: str, *, keyword_only: bool) -> Slot | None:
    """One field as the constructor takes it; None where it takes none for it."""
    nodes = program.facts[path].nodes
    types = typeforms.types(program, path, entry.annotations.get(name, NONE))
    value = _plain(nodes, entry.members.get(name, NONE))
    made = value[0] == "call" and bool(_maker(program, path, entry.members[name]))
    keywords = {key: node for kind, key, node in value[2] if kind == "="} if made else {}
    if _plain(nodes, keywords.get("init", NONE)) == ("const", False):
        return None
    has_default = value[0] != "" and (not made or _gives_default(nodes, value, keywords))
    default = _constant(program, path, keywords.get("default", NONE) if made else entry.members.get(name, NONE))
    kind = "=" if keyword_only or _plain(nodes, keywords.get("kw_only", NONE)) == ("const", True) else ""
    return Slot(_init_name(program, path, name, keywords, style), kind, not has_default, default, types)


def _gives_default(nodes: list[Node], value: Node, keywords: dict[str, int]) -> bool:
    positional = any(kind == "" and nodes[node][0] != "unknown" for kind, _, node in value[2])  # Field(...) has none
    return positional or not {"default", "default_factory", "factory"}.isdisjoint(keywords)


def _init_name(program: Program, path: str, name: str, keywords: dict[str, int], style: str) -> str:
    """The name of the parameter: attrs takes leading underscores away; both know aliases."""
    for key in ("validation_alias", "alias"):
        alias = _plain(program.facts[path].nodes, keywords.get(key, NONE))
        if alias[0] == "const" and isinstance(alias[1], str):
            return alias[1]
    return name.lstrip("_") if style == "attrs" else name
