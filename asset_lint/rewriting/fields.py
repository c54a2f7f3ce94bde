"""The fields of dataclasses and their like, in the order in which the constructor written for them takes them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from asset_lint.rewriting.classmarks import ATTRS, DATACLASS, mark_of
from asset_lint.rewriting.slots import Slot, Untold, called_outside, constant, keywords_of, plain
from asset_lint.semantics import typeforms
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ClassKey

PYDANTIC, STRUCT, TUPLE = "pydantic", "struct", "tuple"
MODELS = {
    "pydantic.BaseModel": PYDANTIC,
    "pydantic.main.BaseModel": PYDANTIC,
    "pydantic_settings.BaseSettings": PYDANTIC,
    "sqlmodel.SQLModel": PYDANTIC,
    "msgspec.Struct": STRUCT,
}
"""The classes outside the project whose subclasses have a constructor for their fields."""

NAMED_TUPLE = "typing.NamedTuple"
_ATTRIBUTES = frozenset({"attr.ib", "attr.attrib", "attr.attr", "attr.field", "attrs.field"})
_DEFAULTS = frozenset({"default", "default_factory", "factory"})

_Fields = dict[str, Slot | None]
"""Fields by name; None for those that the constructor has no parameter for, but that keep their place."""


def slots(program: Program, key: ClassKey, style: str) -> tuple[Slot, ...]:
    """The parameters of the constructor that a class gets; raises Untold where they cannot be told."""
    found = [slot for slot in _COLLECTING[style](program, key).values() if slot is not None]
    return tuple(sorted(found, key=lambda slot: slot.kind == "="))


def _dataclass_fields(program: Program, key: ClassKey) -> _Fields:
    """Each base brings all of its fields, those inherited too; a field that is defined again stays where it was."""
    found: _Fields = {}
    for base in _marked_bases(program, key, DATACLASS):
        found.update(_dataclass_fields(program, base))
    found.update(_own(program, key, DATACLASS, program.class_(*key).annotations))
    return found


def _attrs_fields(program: Program, key: ClassKey) -> _Fields:
    """A field that is defined again moves to where it is defined last."""
    mark = mark_of(program, key)
    assert mark is not None, "only what attrs decorates is asked for"
    own = _own_attributes(program, key)
    found: _Fields = {}
    if mark.flag(program, "collect_by_mro", mark.is_new_attrs):
        for base in _marked_bases(program, key, ATTRS):
            for name, slot in _own_attributes(program, base).items():
                found.pop(name, None)
                found[name] = slot
    else:
        for base in reversed(list(_marked_bases(program, key, ATTRS))):
            found = {
                **found,
                **{name: slot for name, slot in _attrs_fields(program, base).items() if name not in found},
            }
    return {**{name: slot for name, slot in found.items() if name not in own}, **own}


def _marked_bases(program: Program, key: ClassKey, family: str) -> Iterator[ClassKey]:
    """
    The bases that bring fields, the farthest first.

    One without a decorator brings those of its own nearest base once more, since it inherits the list of them.
    """
    for base in reversed(ancestry(program, key)[1:]):
        if isinstance(base, str):
            if not _is_standard(base):
                raise Untold  # it may have fields
            continue
        nearest = next((owner for owner in ancestry(program, base) if _is_of(program, owner, family)), None)
        if nearest is not None:
            yield nearest


def _is_standard(name: str) -> bool:
    return name.partition(".")[0] in {*sys.stdlib_module_names, "typing_extensions"}


def _is_of(program: Program, owner: ClassKey, family: str) -> bool:
    mark = None if isinstance(owner, str) else mark_of(program, owner)
    return mark is not None and mark.family == family


def _own_attributes(program: Program, key: ClassKey) -> _Fields:
    """The fields that attrs finds in the body of a class."""
    mark = mark_of(program, key)
    assert mark is not None, "only what attrs decorates is asked for"
    if not {"these", "field_transformer"}.isdisjoint(mark.keywords):
        raise Untold
    entry = program.class_(*key)
    made = [name for name, node in entry.members.items() if called_outside(program, key[0], node) in _ATTRIBUTES]
    default = None if mark.is_new_attrs else mark.name == "attr.dataclass"
    by_annotation = mark.flag(program, "auto_attribs", default)
    if by_annotation is None:  # it tries the annotations first
        by_annotation = all(name in entry.annotations for name in made)
    return _own(program, key, ATTRS, entry.annotations if by_annotation else made)


def _model_fields(program: Program, key: ClassKey) -> _Fields:
    """Pydantic takes annotations from everywhere."""
    found: _Fields = {}
    for owner in reversed(ancestry(program, key)):
        if not isinstance(owner, str):
            found.update(_own(program, owner, PYDANTIC, program.class_(*owner).annotations))
        elif owner not in MODELS and not _is_standard(owner) and not owner.startswith("pydantic."):
            raise Untold  # it may have fields
    return found


def _struct_fields(program: Program, key: ClassKey) -> _Fields:
    found: _Fields = {}
    for owner in reversed(ancestry(program, key)):
        if not isinstance(owner, str):
            if any(base in MODELS for base in ancestry(program, owner)):
                found.update(_own(program, owner, STRUCT, program.class_(*owner).annotations))
        elif owner not in MODELS and not _is_standard(owner):
            raise Untold  # it may have fields
    return found


def _tuple_fields(program: Program, key: ClassKey) -> _Fields:
    return _own(program, key, TUPLE, program.class_(*key).annotations)


_COLLECTING: dict[str, Callable[[Program, ClassKey], _Fields]] = {
    DATACLASS: _dataclass_fields,
    ATTRS: _attrs_fields,
    PYDANTIC: _model_fields,
    STRUCT: _struct_fields,
    TUPLE: _tuple_fields,
}


# -- one class ------------------------------------------------------------------------------------------------


def _own(program: Program, owner: ClassKey, style: str, names: Iterable[str]) -> _Fields:
    """The fields that the body of one class defines."""
    path = owner[0]
    keyword_only = style == PYDANTIC or _is_keyword_only(program, owner)
    found: _Fields = {}
    for name in names:
        field = _Field.of(program, owner, name, style)
        if style == DATACLASS and _last_name(program, path, field.annotation) == "KW_ONLY":
            keyword_only = True
        elif field.is_none:
            found.pop(name, None)
            found[name] = None
        else:
            found[name] = field.slot(keyword_only=keyword_only)
    return found


def _is_keyword_only(program: Program, owner: ClassKey) -> bool:
    """Whether all fields of a class have to be passed by keyword, as far as they do not say otherwise."""
    mark = mark_of(program, owner)
    if mark is not None:
        return bool(mark.flag(program, "kw_only", False))
    return plain(program, owner[0], program.class_(*owner).keywords.get("kw_only", NONE)) == ("const", True)


def _last_name(program: Program, path: str, annotation: int) -> str:
    operation = plain(program, path, annotation)
    if operation[0] == "item":
        operation = plain(program, path, operation[1])
    return str(operation[-1]) if operation[0] in {"from", "attr", "global", "builtin"} else ""


@dataclass(frozen=True)
class _Field:
    """
    A field as the body of a class defines it.

    *made* are the keywords of the call that describes it, those of ``Annotated`` behind its value's.
    """

    program: Program
    path: str
    owner: str
    name: str
    style: str
    annotation: int
    value: int
    made: tuple[dict[str, int], ...]

    @classmethod
    def of(cls, program: Program, owner: ClassKey, name: str, style: str) -> _Field:
        """The field *name* of a class of the project."""
        path, entry = owner[0], program.class_(*owner)
        annotation, value = entry.annotations.get(name, NONE), entry.members.get(name, NONE)
        made = [keywords_of(program, path, value)] if called_outside(program, path, value) else []
        if style != TUPLE:
            made += _of_annotated(program, path, annotation)
        return cls(program, path, entry.name, name, style, annotation, value, tuple(made))

    @property
    def is_none(self) -> bool:
        """Whether the constructor has no parameter for it."""
        if _last_name(self.program, self.path, self.annotation) == "ClassVar":
            return True
        if self.style == PYDANTIC:
            return self.name.startswith("_") or self.name == "model_config"
        return self._constant("init") is False

    def slot(self, *, keyword_only: bool) -> Slot:
        """The parameter of the constructor."""
        explicit = self._constant("kw_only")
        kind = "=" if explicit is True or (keyword_only and explicit is not False) else ""
        types = typeforms.types(self.program, self.path, self.annotation)
        return Slot(self._parameter(), kind, not self._has_default(), self._default(), types)

    def _keyword(self, name: str) -> int:
        return next((keywords[name] for keywords in self.made if name in keywords), NONE)

    def _constant(self, name: str) -> object:
        found = plain(self.program, self.path, self._keyword(name))
        return found[1] if found[0] == "const" else None

    def _is_described(self) -> bool:
        """Whether its value is a call that describes it, and no default."""
        return bool(called_outside(self.program, self.path, self.value))

    def _has_default(self) -> bool:
        value = plain(self.program, self.path, self.value)
        if value[0] != "" and not self._is_described():
            return True
        nodes = self.program.facts[self.path].nodes
        arguments = value[2] if value[0] == "call" else ()
        positional = any(kind == "" and nodes[node][0] != "unknown" for kind, _, node in arguments)  # Field(...)
        return positional or any(not _DEFAULTS.isdisjoint(keywords) for keywords in self.made)

    def _default(self) -> str | None:
        is_own = self.value != NONE and not self._is_described()
        return constant(self.program, self.path, self.value if is_own else self._keyword("default"))

    def _parameter(self) -> str:
        """The name of the parameter: attrs takes leading underscores away; both know aliases."""
        for keywords in self.made:
            for key in ("validation_alias", "alias"):
                alias = plain(self.program, self.path, keywords.get(key, NONE))
                if alias[0] == "const" and isinstance(alias[1], str):
                    return alias[1]
        name = self.name
        if name.startswith("__") and not name.endswith("__"):
            name = f"_{self.owner.lstrip('_')}{name}"
        return name.lstrip("_") if self.style == ATTRS else name


def _of_annotated(program: Program, path: str, annotation: int) -> Iterator[dict[str, int]]:
    """The keywords of what ``Annotated`` says of a field: the last one counts first."""
    operation = plain(program, path, annotation)
    if operation[0] != "item" or _last_name(program, path, annotation) != "Annotated":
        return
    parts = plain(program, path, operation[2])
    for part in reversed(parts[2][1:] if parts[0] == "seq" else ()):
        if called_outside(program, path, part):
            yield keywords_of(program, path, part)
