"""Which objects are followed: guarded ones, their DTOs, and the holders that carry either."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from asset_lint.semantics import typeforms
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.elements import CONTAINERS, content
from asset_lint.semantics.guards import Guard, dotted, named_classes
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import MANAGED, Atom, ClassKey, Values, class_key, is_open

GUARDED, DTO, HOLDER = "guarded", "dto", "holder"
_MARKS = frozenset({"param", "dep", "none"})
_DEEPEST = 4
_MOST_HOLDERS = 8


class Carriers:
    """
    The classes of one guard whose instances are followed, with their roles.

    A class is a holder when one of its fields, or a parameter of its constructor, is declared to be a followed one;
    *naming* gives the files that name one of some classes.
    """

    def __init__(self, program: Program, guard: Guard, naming: Callable[[frozenset[str]], set[str]]) -> None:
        self._program = program
        self._guard = guard
        self._naming = naming
        self._firsts: dict[Values, ClassKey | None] = {}
        self.roles: dict[ClassKey, str] = dict.fromkeys(_dto_keys(program, guard), DTO)
        self.roles.update(dict.fromkeys(guard.classes, GUARDED))
        for _ in range(_MOST_HOLDERS):
            new = self._holders()
            if not new:
                break
            self.roles.update(dict.fromkeys(new, HOLDER))
            self._firsts.clear()

    @property
    def names(self) -> frozenset[str]:
        """The last parts of their names, by which files mention them."""
        return frozenset(self._program.name_of_class(key).rpartition(".")[2] for key in self.roles)

    def role(self, key: ClassKey) -> str | None:
        """The role of a class, also where it inherits it."""
        return next((self.roles[base] for base in ancestry(self._program, key) if base in self.roles), None)

    def base(self, key: ClassKey) -> ClassKey:
        """The followed class that the class is or inherits from."""
        return next((base for base in ancestry(self._program, key) if base in self.roles), key)

    def found_in(self, values: Values) -> Iterator[ClassKey]:
        """Yield the followed classes of which *values* are or contain instances; the manager's do not count."""
        opened: set[Atom] = set()  # containers may lie in each other
        for depth in range(_DEEPEST + 1):
            yield from filter(None, map(self._class_of, values))
            closed = frozenset(atom for atom in values if atom[0] in CONTAINERS) - opened
            if not closed or depth == _DEEPEST:
                return
            opened |= closed
            values = content(self._program, closed)

    def _class_of(self, atom: Atom) -> ClassKey | None:
        """The followed class that *atom* is an instance of."""
        if atom[0] == "inst":
            key: ClassKey = atom[1]
            return key if atom[2] != MANAGED and self.role(key) is not None else None
        if atom[0] == "ext" and atom[1].endswith("()"):
            name: str = atom[1][:-2]
            return name if name in self.roles else None
        return None

    def first_in(self, values: Values) -> ClassKey | None:
        """The followed class of *values*, guarded ones before others."""
        order = {GUARDED: 0, DTO: 1, HOLDER: 2}
        if values not in self._firsts:
            found = sorted(set(self.found_in(values)), key=lambda key: (order[self.role(key) or HOLDER], repr(key)))
            self._firsts[values] = found[0] if found else None
        return self._firsts[values]

    def holds_guarded(self, key: ClassKey) -> bool:
        """Whether instances of a followed class are guarded ones, or carry such."""
        if self.role(key) == GUARDED:
            return True
        base = self.base(key)
        fields = [] if isinstance(base, str) else [values for _, values in self._fields(base)]
        return any(self.role(found) == GUARDED for values in fields for found in self._carried(values))

    def takes(self, key: ClassKey, which: int | str, kind: str) -> bool:
        """Whether a holder takes followed objects at an argument, given by its place or its name; stars may be any."""
        if kind in {"*", "**"} or isinstance(key, str):
            return True
        fields = list(self._fields(self._initialising(key)))
        chosen = fields[which : which + 1] if isinstance(which, int) else [item for item in fields if item[0] == which]
        return not chosen or any(next(self._carried(values), None) is not None for _, values in chosen)

    def _initialising(self, key: tuple[str, int]) -> tuple[str, int]:
        """The class whose constructor a class has."""
        for owner in ancestry(self._program, key):
            if isinstance(owner, str) or owner[0] not in self._program.facts:
                continue
            if "__init__" in self._program.class_(*owner).members:
                return owner[0], owner[1]
        return key

    def is_sure(self, values: Values) -> bool:
        """Whether *values* are nothing but followed ones, and containers of them."""
        return all(
            atom[0] in _MARKS or (atom[0] == "inst" and self.role(atom[1]) is not None) or atom[0] in CONTAINERS
            for atom in values
        )

    def classes_in(self, values: Values) -> ClassKey | None:
        """The followed class that is among *values*, as a class or inside a type such as ``list[C]``."""
        for atom in values:
            if atom[0] in {"class", "ext"} and self.role(class_key(atom)) is not None:
                return class_key(atom)
        return self.first_in(typeforms.types_of_values(self._program, values))

    def _holders(self) -> set[ClassKey]:
        found: set[ClassKey] = set()
        naming = self._naming(self.names)
        for path, facts in self._program.facts.items():
            if path not in naming:
                continue
            for index in range(len(facts.classes)):
                key = (path, index)
                if key not in self.roles and not self._is_manager(key) and self._is_holder(key):
                    found.add(key)
        return found

    def _is_manager(self, key: ClassKey) -> bool:
        return any(base in self._guard.managers for base in ancestry(self._program, key))

    def _is_holder(self, key: tuple[str, int]) -> bool:
        """Whether a class is made to carry followed objects: a service that works with guarded ones is no holder."""
        carried = {self.role(found) for _, values in self._fields(key) for found in self._carried(values)}
        if not carried or carried == {GUARDED}:
            return bool(carried) and _is_data_class(self._program, key)
        return True

    def _carried(self, values: Values) -> Iterator[ClassKey]:
        if not all(map(is_open, values)):
            yield from self.found_in(values)

    def _fields(self, key: ClassKey) -> Iterator[tuple[str, Values]]:
        """The parameters of a class's constructor, else its fields, with what they are declared to be."""
        path, index = key
        initial = [
            item for item in self._program.facts[path].functions if item.owner == index and item.name == "__init__"
        ]
        for function in initial:
            for parameter in function.parameters[1:]:
                yield parameter.name, typeforms.types(self._program, path, parameter.annotation)
        for name, node in self._program.class_(path, index).annotations.items() if not initial else ():
            yield name, typeforms.types(self._program, path, node)


def _is_data_class(program: Program, key: tuple[str, int]) -> bool:
    """Whether a class is one for data: a library makes its constructor, or it has one for decoded data."""
    path, entry = key[0], program.class_(*key)
    nodes = program.facts[path].nodes
    for decorator in entry.decorators:
        callee = nodes[decorator][1] if nodes[decorator][0] == "call" else decorator
        if any(atom[0] == "ext" and atom[1] in _DATA_DECORATORS for atom in program.value(path, callee)):
            return True
    if any(isinstance(base, str) and base in _DATA_BASES for base in ancestry(program, key)):
        return True
    return any(name.startswith(_HYDRATORS) for name in entry.members)


_DATA_DECORATORS = frozenset(
    """dataclasses.dataclass pydantic.dataclasses.dataclass attr.s attr.attrs attr.dataclass attr.define attr.frozen
    attr.mutable attrs.define attrs.frozen attrs.mutable""".split()
)
_DATA_BASES = frozenset("pydantic.BaseModel pydantic.main.BaseModel msgspec.Struct typing.NamedTuple".split())
_HYDRATORS = ("from_dict", "from_json", "from_data", "from_row", "from_record", "from_cache", "from_raw")


def _dto_keys(program: Program, guard: Guard) -> Iterable[ClassKey]:
    for name in guard.dtos or guard.spec.dtos:
        if "." not in name:
            yield from named_classes(program, name)
            continue
        keys = [class_key(atom) for atom in dotted(program, name) if atom[0] in {"class", "ext"}]
        yield from keys or [name]
