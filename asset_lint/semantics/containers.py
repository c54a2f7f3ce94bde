"""Displays, collections and mappings: what lies in them, what is put into them later, what comes out."""

from __future__ import annotations

from typing import Any

from asset_lint.semantics import classes, members
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.makers import CONTAINERS, MAPPINGS
from asset_lint.semantics.namespaces import exported
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import (
    EMPTY,
    REFLECTED,
    UNKNOWN,
    UNKNOWNS,
    Atom,
    Values,
    class_key,
    flagged,
    settled,
)

Key = int | str | None
"""Under which key something is put: a node, a text, or any."""
Store = tuple[str, int, Key, int, str]
"""Path, container, key, value, and whether the value is put in as a whole: "**" a mapping, "*" another container."""

ADDING = frozenset({"append", "add", "insert", "appendleft", "put", "push"})
EXTENDING = frozenset({"extend", "update", "extendleft"})


def flattened(program: Program, values: Values) -> Values:
    """*values*, with tuples and unions of types replaced by what they hold (as ``isinstance`` reads them)."""
    result: set[Atom] = set()
    for atom in values:
        result |= _flattened(program, atom)
    return frozenset(result)


def _flattened(program: Program, atom: Atom) -> Values:
    if atom[0] == "alloc":
        return element(program, frozenset((atom,)))
    if atom[0] != "typex":
        return frozenset((atom,))
    operation = program.facts[atom[1]].nodes[atom[2]]
    if operation[0] != "binop":
        return EMPTY
    return program.ask(("flattened", atom), lambda: flattened(program, program.union(atom[1], operation[1:])))


def item(program: Program, base: Values, key: Values) -> Values:
    """``base[key]``."""
    result: set[Atom] = set()
    for atom in base:
        result |= _item(program, atom, key)
    return frozenset(result)


def _item(program: Program, atom: Atom, key: Values) -> Values:
    tag = atom[0]
    constants = [part[1] for part in key if part[0] == "const"]
    fixed = constants[0] if len(constants) == 1 and len(key) == 1 else None
    if tag == "alloc":
        found = _of_display(program, atom, fixed)
        return settled(found if fixed is not None and found else found | {UNKNOWN}) | _dependence(key)
    if tag in {"coll", "map"}:
        return atom[1]  # type: ignore[no-any-return]
    if tag == "tuple":
        if isinstance(fixed, int) and -len(atom[1]) <= fixed < len(atom[1]):
            return atom[1][fixed]  # type: ignore[no-any-return]
        return frozenset().union({UNKNOWN}, *atom[1])
    if tag == "stub":
        return frozenset((("stub", atom[1], f"{atom[2]}[]"),))
    if tag == "class":
        if isinstance(fixed, str) and classes.is_enum(program, class_key(atom)):
            return frozenset((members.enum_member(class_key(atom), fixed),))
        return frozenset((atom,))
    if tag == "ns":
        return _in_namespace(program, atom[1], fixed)
    if tag == "ext":
        return _of_external(program, atom, fixed)
    if tag == "inst":
        method = _methods(program, atom, "__getitem__")
        return program.call(method, (("", "", key),)) if method else UNKNOWNS
    if tag in {"param", "dep"}:
        return frozenset((("dep", *atom[1:4]),))
    return EMPTY if tag == "none" else UNKNOWNS


def known_keys(program: Program, atom: Atom) -> tuple[str, ...] | None:
    """The keys of a mapping that is written down, while all of them are constant texts."""
    keys = _written_keys(program, atom)
    keys += [key if isinstance(key, str) else None for key, _ in stored_in(program, atom)]
    return None if None in keys else tuple(dict.fromkeys(key for key in keys if key is not None))


def _written_keys(program: Program, atom: Atom) -> list[str | None]:
    """The keys that a mapping is made with; ``None`` for one that is not known."""
    _, path, node, _ = atom
    operation = program.facts[path].nodes[node]
    if operation[0] == "dict":
        return [_constant_text(program, path, key) for key, _ in operation[1]]
    if operation[0] == "call" and is_mapping(program, path, operation):
        return [(name if kind == "=" else None) for kind, name, _ in operation[2]]
    return [None]


def _constant_text(program: Program, path: str, node: int) -> str | None:
    operation = program.facts[path].nodes[node] if node != NONE else ("",)
    return operation[1] if operation[0] == "const" and isinstance(operation[1], str) else None


def everything(program: Program, values: Values) -> Values:
    """What lies in mappings under any key."""
    result: set[Atom] = set()
    for atom in values:
        result |= settled(_of_display(program, atom, None)) if atom[0] == "alloc" else _item(program, atom, UNKNOWNS)
    return frozenset(result)


def _dependence(key: Values) -> Values:
    return frozenset(("dep", *part[1:4]) for part in key if part[0] in {"param", "dep"})


def _methods(program: Program, atom: Atom, name: str) -> Values:
    found = members.attribute(program, frozenset((atom,)), name)
    return frozenset(method for method in found if method[0] == "bound")


def _in_namespace(program: Program, path: str, name: Any) -> Values:
    if isinstance(name, str):
        return frozenset(flagged(found, REFLECTED) for found in exported(program, path, name))
    return UNKNOWNS


def _of_external(program: Program, atom: Atom, key: Any) -> Values:
    if atom[1] == "sys.modules" and isinstance(key, str):
        found = program.modules.absolute(None, key)
        return frozenset((("mod", found, REFLECTED) if found else ("ext", key, REFLECTED),))
    return frozenset((("ext", f"{atom[1]}[]", atom[2]),))


def _of_display(program: Program, atom: Atom, key: Any) -> Values:
    """What lies under the constant *key*, or anywhere in the display."""
    return program.ask(("display", atom, type(key), key), lambda: _contents(program, atom, key))


def _contents(program: Program, atom: Atom, key: Any) -> Values:
    _, path, node, context = atom
    operation = program.facts[path].nodes[node]
    result: set[Atom] = set()
    if operation[0] == "dict":
        result |= _of_dict(program, path, operation, key, context)
    elif operation[0] == "seq":
        result |= _of_sequence(program, path, operation, key, context)
    elif operation[0] == "comp":
        result |= program.value(path, operation[2], context)
    elif operation[0] == "call":
        result |= _of_made(program, path, operation, key, context)
    for stored_key, stored in stored_in(program, atom):
        if key is None or stored_key is None or stored_key == key:
            result |= stored
    return frozenset(result)


def _of_made(program: Program, path: str, operation: Any, key: Any, context: Any) -> Values:
    """What a call of a container's class puts into it: keywords, pairs, another container, what a factory makes."""
    result: set[Atom] = set()
    mapping = is_mapping(program, path, operation)
    for place, (kind, name, node) in enumerate(operation[2]):
        values = program.value(path, node, context)
        if kind == "=":
            result |= values if key is None or key == name else EMPTY
        elif not mapping:
            result |= element(program, values) if place == 0 else EMPTY
        elif any(atom[0] == "ext" and atom[1] in CONTAINERS for atom in values):
            result.add(("alloc", path, node, context))  # stands for all the containers that the factory makes
        elif any(atom[0] in {"func", "class", "bound", "partial"} for atom in values):
            result |= settled(program.call(values, ()))
        else:
            result |= _copied_mapping(program, values, key)
    return frozenset(result)


def is_mapping(program: Program, path: str, operation: Any) -> bool:
    """Whether the container that a call makes has keys."""
    return any(atom[0] == "ext" and atom[1] in MAPPINGS for atom in program.value(path, operation[1]))


def _copied_mapping(program: Program, values: Values, key: Any) -> Values:
    result: set[Atom] = set()
    for atom in values:
        pairs = [_parts(program, pair) for pair in element(program, frozenset((atom,)))]
        if pairs and all(pair is not None and len(pair) == 2 for pair in pairs):
            for pair in pairs:
                if key is None or (pair is not None and ("const", key) in pair[0]):
                    result |= pair[1] if pair is not None else EMPTY
        else:
            result |= _item(program, atom, frozenset((("const", key),)) if key is not None else UNKNOWNS)
    return frozenset(result)


def _of_dict(program: Program, path: str, operation: Any, key: Any, context: Any) -> Values:
    result: set[Atom] = set()
    for key_node, value_node in reversed(operation[1]):
        if key_node == NONE:
            inner = program.value(path, value_node, context)
            result |= item(program, inner, frozenset((("const", key),)) if key is not None else UNKNOWNS)
            continue
        own = program.value(path, key_node, context)
        fixed = next((part[1] for part in own if part[0] == "const"), None)
        if key is not None and fixed is not None and len(own) == 1:
            if fixed == key:
                return frozenset(result | program.value(path, value_node, context))
            continue
        result |= program.value(path, value_node, context)
    return frozenset(result)


def _of_sequence(program: Program, path: str, operation: Any, key: Any, context: Any) -> Values:
    nodes = operation[2]
    starred = any(program.facts[path].nodes[part][0] == "starred" for part in nodes)
    if isinstance(key, int) and not starred and -len(nodes) <= key < len(nodes):
        return program.value(path, nodes[key], context)
    return program.union(path, nodes, context)


def element(program: Program, values: Values) -> Values:
    """What iteration over *values* gives."""
    result: set[Atom] = set()
    for atom in values:
        tag = atom[0]
        if tag == "alloc":
            result |= _elements(program, atom)
        elif tag == "coll":
            result |= atom[1]
        elif tag == "tuple":
            result |= frozenset().union(*atom[1])
        elif tag == "stub":
            result.add(("stub", atom[1], f"{atom[2]}[]"))
        elif tag in {"param", "dep"}:
            result.add(("dep", *atom[1:4]))
        elif tag == "inst":
            result |= _iterated(program, atom)
        elif tag == "class" and classes.is_enum(program, atom[1:3]):
            result.add(("inst", atom[1:3], "any"))
        elif tag != "none":
            result.add(UNKNOWN)
    return settled(frozenset(result))


def _elements(program: Program, atom: Atom) -> Values:
    return program.ask(("elements", atom), lambda: _iterated_display(program, atom))


def _iterated_display(program: Program, atom: Atom) -> Values:
    _, path, node, context = atom
    operation = program.facts[path].nodes[node]
    if operation[0] == "dict":
        return program.union(path, (key for key, _ in operation[1] if key != NONE), context)
    if operation[0] == "comp" and operation[1] == "dictcomp":
        return UNKNOWNS
    if operation[0] == "call" and is_mapping(program, path, operation):
        return UNKNOWNS
    return _of_display(program, atom, None)


def _iterated(program: Program, atom: Atom) -> Values:
    return program.ask(("iterated", atom), lambda: _by_protocol(program, atom))


def _by_protocol(program: Program, atom: Atom) -> Values:
    """``__iter__`` and ``__next__``, and their asynchronous kin."""
    found: set[Atom] = set()
    for start, step in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
        method = _methods(program, atom, start)
        for iterator in program.call(method, ()) if method else ():
            if iterator[0] == "inst":
                steps = _methods(program, iterator, step)
                found |= program.call(steps, ()) if steps else UNKNOWNS
            else:
                found |= element(program, frozenset((iterator,)))
    return frozenset(found) or UNKNOWNS


def unpacked(program: Program, values: Values, index: int | tuple[int, int]) -> Values:
    """One target of ``a, b = value``; *index* is (targets before, targets after) for a starred one."""
    result: set[Atom] = set()
    for atom in values:
        parts = _parts(program, atom)
        if isinstance(index, tuple):
            if parts is not None:
                result.add(("tuple", parts[index[0] : len(parts) - index[1]]))
            else:
                result.add(("coll", element(program, frozenset((atom,)))))
        elif parts is not None:
            result |= parts[index] if -len(parts) <= index < len(parts) else EMPTY
        else:
            result |= element(program, frozenset((atom,)))
    return frozenset(result)


def _parts(program: Program, atom: Atom) -> tuple[Values, ...] | None:
    """The elements of a display or tuple whose length is known."""
    if atom[0] == "tuple":
        return atom[1]  # type: ignore[no-any-return]
    if atom[0] != "alloc":
        return None
    _, path, node, context = atom
    nodes = program.facts[path].nodes
    if nodes[node][0] != "seq" or any(nodes[part][0] == "starred" for part in nodes[node][2]):
        return None
    return tuple(program.value(path, part, context) for part in nodes[node][2])


def stored_in(program: Program, atom: Atom) -> list[tuple[Any, Values]]:
    """What is put into a display after it was made: (constant key or ``None``, values)."""
    table = stored_table(program)
    found: list[tuple[Any, Values]] = []
    for path, key, value, whole in table.get((atom[1], atom[2]), ()):
        values = program.value(path, value)
        if whole == "**":
            found += _merged(program, values)
        elif whole == "*":
            found.append((None, element(program, values)))
        elif isinstance(key, int):
            keys = program.value(path, key)
            fixed = next((part[1] for part in keys if part[0] == "const"), None) if len(keys) == 1 else None
            found.append((fixed, values))
        else:
            found.append((key, values))
    return found


def _merged(program: Program, values: Values) -> list[tuple[Any, Values]]:
    """What ``update`` takes over from another mapping, by key where that is written down."""
    (atom, *others) = values or (UNKNOWN,)
    keys = _written_keys(program, atom) if not others and atom[0] == "alloc" else [None]
    if None in keys or atom[1:3] in stored_table(program):
        return [(None, item(program, values, UNKNOWNS))]
    return [(key, item(program, values, frozenset((("const", key),)))) for key in keys]


def stored_table(program: Program) -> dict[tuple[str, int], list[tuple[str, Key, int, str]]]:
    """
    For each display what is stored into it.

    Which display a store goes to may itself hang on what lies in displays; the table is filled from what is known
    without it and then once more with it.
    """
    table = program.tables.get("stored")
    if table is not None:
        return table  # type: ignore[no-any-return]
    table = program.tables["stored"] = {}
    for _ in range(2):
        filled: dict[tuple[str, int], list[tuple[str, Key, int, str]]] = {}
        for path, base, key, value, whole in store_places(program):
            for atom in program.value(path, base):
                if atom[0] == "alloc":
                    entry = (path, key, value, whole)
                    entries = filled.setdefault((atom[1], atom[2]), [])
                    if entry not in entries:
                        entries.append(entry)
        if filled == table:
            break
        program.memo.clear()
        program.tables["stored"] = table = filled
    return table


def store_places(program: Program) -> list[Store]:
    """Every store into a container."""
    places: list[Store] = []
    for path, facts in sorted(program.facts.items()):
        places += [(path, base, key, value, "") for base, key, value in facts.item_stores]
        for site in facts.sites:
            operation = facts.nodes[site.node]
            callee = facts.nodes[operation[1]]
            if operation[0] == "call" and callee[0] == "attr":
                places += _method_stores(path, callee, operation[2])
    return places


def _method_stores(path: str, callee: Any, arguments: Any) -> list[Store]:
    base, name = callee[1], callee[2]
    plain = [node for kind, _, node in arguments if kind == ""]
    if name in ADDING and plain:
        return [(path, base, None, plain[-1], "")]
    if name == "setdefault" and len(plain) == 2:
        return [(path, base, plain[0], plain[1], "")]
    if name == "update":
        named: list[Store] = [(path, base, name, node, "") for kind, name, node in arguments if kind == "="]
        return [*named, *((path, base, None, node, "**") for node in plain[:1])]
    if name in EXTENDING and plain:
        return [(path, base, None, plain[0], "*")]
    return []
