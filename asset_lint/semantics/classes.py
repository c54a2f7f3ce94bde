"""Classes: what they inherit from, and what inherits from them."""

from __future__ import annotations

from asset_lint.semantics import typeforms
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ClassKey, class_key

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag", "enum.ReprEnum"})


def ancestry(program: Program, key: ClassKey) -> tuple[ClassKey, ...]:
    """The class itself and its bases in the order in which attributes are looked up; dotted names outside."""
    table = program.tables.setdefault("ancestry", {})
    if key in table:
        return table[key]  # type: ignore[no-any-return]
    if isinstance(key, str) or key[0] not in program.facts:
        return (key,)
    table[key] = (key,)  # what a class that is its own ancestor sees
    path, index = key
    lines: list[tuple[ClassKey, ...]] = []
    for base in program.class_(path, index).bases:
        for atom in sorted(program.value(path, base), key=repr):
            if atom[0] in {"class", "ext"} and not typeforms.form_of(atom):
                lines.append(ancestry(program, class_key(atom)))
            elif atom[0] == "typex":
                lines += [
                    ancestry(program, found[1])
                    for found in typeforms.types(program, atom[1], atom[2])
                    if found[0] == "inst"
                ]
    last = dict.fromkeys(item for line in reversed(lines) for item in reversed(line))  # each where it comes last
    merged = (key, *reversed(last))
    if program.is_settled:
        table[key] = merged
    else:
        del table[key]
    return merged


def subclasses(program: Program, key: ClassKey) -> tuple[ClassKey, ...]:
    """The classes of the project that have been read and inherit from *key*."""
    table = program.tables.get("subclasses")
    if table is None:
        table = program.tables["subclasses"] = {}
        for path, facts in sorted(program.facts.items()):
            for index in range(len(facts.classes)):
                for base in ancestry(program, (path, index))[1:]:
                    table.setdefault(base, []).append((path, index))
    return tuple(table.get(key, ()))


def is_enum(program: Program, key: ClassKey) -> bool:
    """Whether the class is an enumeration, whose members are its instances."""
    return any(isinstance(base, str) and base in _ENUMS for base in ancestry(program, key))
