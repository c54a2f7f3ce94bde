"""Names of modules: what ``from m import n``, ``m.n`` and star imports give."""

from __future__ import annotations

import builtins

from asset_lint.semantics.facts import Facts
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import UNKNOWNS, Values, settled, without_flags


def source_of(program: Program, path: str, level: int, module: str) -> str | None:
    """The path of the module that an import names; ``None`` where it is outside the project."""
    if level:
        return program.modules.relative(path, level, module)
    return program.modules.absolute(path, module)


def imported(program: Program, path: str, level: int, module: str, name: str) -> Values:
    """``from module import name`` in the module at *path*."""
    source = source_of(program, path, level, module)
    if source is None:
        dotted = f"{'.' * level}{module}.{name}" if level else f"{module}.{name}"
        return frozenset((("ext", dotted, 0),))
    if source == path and (child := program.modules.child(source, name)) is not None:
        return frozenset((("mod", child, 0),))  # a package that imports its own submodule
    return exported(program, source, name)


def exported(program: Program, source: str, name: str, *, own: bool = False) -> Values:
    """
    The attribute *name* of the module (or namespace package) at *source*.

    A module that has not been read cannot hold anything of interest under this name, else it would mention it, unless
    it imports a star or answers for names by code: then it is wanted. *own* leaves submodules out.
    """
    stored = written(program, source, name)
    if stored:
        return stored | (_plain_export(program, source, name, own=own) - UNKNOWNS)
    return _plain_export(program, source, name, own=own)


def written(program: Program, source: str, name: str) -> Values:
    """What other modules assign to the attribute of a module."""
    table = program.tables.get("written")
    if table is None:
        table = program.tables["written"] = {}
        for path, facts in sorted(program.facts.items()):
            for base, attribute, value, _ in facts.attribute_stores:
                if facts.nodes[base][0] in {"module", "from", "attr", "join", "same", "global", "star"}:
                    for atom in program.value(path, base):
                        if atom[0] == "mod":
                            table.setdefault((atom[1], attribute), []).append((path, value))
    found: Values = frozenset()
    for path, value in table.get((source, name), ()):
        found |= settled(program.value(path, value))
    return found


def _plain_export(program: Program, source: str, name: str, *, own: bool) -> Values:
    facts = program.facts.get(source)
    if facts is None:
        child = program.modules.child(source, name)
        if child is not None:
            return frozenset((("mod", child, 0),))
        if source in program.star_paths:
            program.wanted.add(source)
        return frozenset((("stub", source, name),))
    found = defined(program, facts, name)
    if found is not None:
        return without_flags(settled(found), 3)
    child = None if own else program.modules.child(source, name)
    if child is not None:
        return frozenset((("mod", child, 0),))
    return _computed(program, facts, name)


def defined(program: Program, facts: Facts, name: str) -> Values | None:
    """What a module has under *name* when it has run: its own binding, or that of a later star import."""
    index = facts.exports.get(name)
    later = tuple(star for star in facts.stars if index is None or star > index)
    found = starred(program, facts.path, name, later) if later else None
    if found is not None and (index is None or is_read(found)):
        return found
    return None if index is None else program.value(facts.path, index)


def is_read(values: Values) -> bool:
    """Whether *values* come from modules that have been read; others only might bind a name."""
    return any(atom[0] != "stub" for atom in values)


def _computed(program: Program, facts: Facts, name: str) -> Values:
    """PEP 562: the module's own ``__getattr__``."""
    if "__getattr__" not in facts.exports or name.startswith("__"):
        return UNKNOWNS
    getter = program.value(facts.path, facts.exports["__getattr__"])
    return without_flags(program.call(getter, (("", "", frozenset((("const", name),))),)), 3)


def starred(program: Program, path: str, name: str, stars: tuple[int, ...]) -> Values | None:
    """What the last of the star imports that binds *name* gives; ``None`` where none does."""
    for star in reversed(stars):
        _, level, module = program.facts[path].nodes[star]
        source = source_of(program, path, level, module)
        if source is None:
            continue
        found = _from_star(program, source, name)
        if found is not None:
            return found
    return None


def _from_star(program: Program, source: str, name: str) -> Values | None:
    active = program.tables.setdefault("stars", set())
    if (source, name) in active:
        return None
    facts = program.facts.get(source)
    if facts is None:
        if source in program.star_paths:
            program.wanted.add(source)
        return None if hasattr(builtins, name) or name.startswith("_") else frozenset((("stub", source, name),))
    public = public_names(program, facts)
    if (public is not None and name not in public) or (public is None and name.startswith("_")):
        return None
    active.add((source, name))
    try:
        found = defined(program, facts, name)
        if found is None and public is not None:
            found = exported(program, source, name)
    finally:
        active.discard((source, name))
    return found


def public_names(program: Program, facts: Facts) -> frozenset[str] | None:
    """The names in ``__all__``; ``None`` where there is no such list or it is not spelled out."""
    if not facts.dunder_all:
        return None
    names: set[str] = set()
    for node in facts.dunder_all:
        part = _strings(program, facts.path, node)
        if part is None:
            return None
        names |= part
    return frozenset(names)


def _strings(program: Program, path: str, node: int) -> set[str] | None:
    operation = program.facts[path].nodes[node]
    if operation[0] == "seq":
        parts = [_strings_of_element(program, path, item) for item in operation[2]]
    elif operation[0] == "binop":
        parts = [_strings(program, path, operation[1]), _strings(program, path, operation[2])]
    elif operation[0] == "attr" and operation[2] == "__all__":
        parts = [_all_of(program, path, operation[1])]
    elif operation[0] in {"typed", "same"}:
        parts = [_strings(program, path, operation[1])]
    else:
        return None
    names: set[str] = set()
    for part in parts:
        if part is None:
            return None
        names |= part
    return names


def _strings_of_element(program: Program, path: str, node: int) -> set[str] | None:
    operation = program.facts[path].nodes[node]
    if operation[0] == "const" and isinstance(operation[1], str):
        return {operation[1]}
    return _strings(program, path, operation[1]) if operation[0] == "starred" else None


def _all_of(program: Program, path: str, module: int) -> set[str] | None:
    names: set[str] = set()
    for atom in program.value(path, module):
        facts = program.facts.get(atom[1]) if atom[0] == "mod" else None
        listed = public_names(program, facts) if facts is not None else None
        if listed is None:
            return None
        names |= listed
    return names
