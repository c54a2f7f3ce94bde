"""Attributes: of instances and classes along their bases, of modules, of things outside the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asset_lint.semantics import objects, parameters, typeforms
from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.namespaces import exported
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import (
    ANY,
    EMPTY,
    MEMBER,
    OWN,
    REFLECTED,
    SELF,
    UNKNOWNS,
    Atom,
    ClassKey,
    Values,
    class_atom,
    class_key,
    flagged,
    instance,
    settled,
)

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


def attribute(program: Program, values: Values, name: str) -> Values:
    """What ``value.name`` may be."""
    result: set[Atom] = set()
    for atom in values:
        result |= _attribute(program, atom, name)
    return frozenset(result)


def _attribute(program: Program, atom: Atom, name: str) -> Values:
    tag = atom[0]
    if tag == "inst":
        return _of_instance(program, atom, name)
    if tag == "class":
        return _of_class(program, atom, name)
    if tag == "mod":
        if name == "__dict__":
            return frozenset((("ns", atom[1]),))
        return frozenset(flagged(found, atom[2]) for found in exported(program, atom[1], name))
    if tag == "ext":
        return frozenset((("ext", f"{atom[1]}.{name}", atom[2]),))
    if tag == "super":
        return _of_super(program, atom, name)
    if tag == "alloc" and (named := _of_namespace_object(program, atom, name)) is not None:
        return named
    if tag in {"alloc", "coll", "tuple", "map", "ns"}:
        return frozenset((("meth", atom, name),))
    return _of_callable(atom, name)


def _of_callable(atom: Atom, name: str) -> Values:
    """Attributes of parameters, of names that were not read, of partials, properties and methods."""
    tag = atom[0]
    if tag in {"param", "dep"}:
        return frozenset((("dep", *atom[1:4]),))
    if tag == "stub":
        return frozenset((("stub", atom[1], f"{atom[2]}.{name}"),))
    if tag == "partial" and name == "func":
        return atom[1]  # type: ignore[no-any-return]
    if tag == "prop" and name in {"setter", "getter", "deleter"}:
        return frozenset((("identity", atom),))
    if tag == "bound" and name in {"__self__", "__func__"}:
        return frozenset((atom[4],)) if name == "__self__" else frozenset((("func", *atom[1:4]),))
    return EMPTY if tag == "none" else UNKNOWNS


def _of_namespace_object(program: Program, atom: Atom, name: str) -> Values | None:
    """``SimpleNamespace(name=value).name``."""
    _, path, node, context = atom
    operation = program.facts[path].nodes[node]
    if operation[0] != "call" or ("ext", "types.SimpleNamespace", 0) not in program.value(path, operation[1], context):
        return None
    found = [program.value(path, value, context) for kind, key, value in operation[2] if kind == "=" and key == name]
    return settled(found[0]) if found else UNKNOWNS


def _of_instance(program: Program, atom: Atom, name: str) -> Values:
    key = atom[1]
    if name == "__class__":
        return frozenset((class_atom(key, REFLECTED | (OWN if atom[2] == SELF else 0)),))
    if isinstance(atom[2], tuple) and (given := dict(atom[2][1]).get(name)):
        return given  # type: ignore[no-any-return]
    if not isinstance(key, str) and is_enum(program, key) and (special := _of_enum_member(program, atom, name)):
        return special
    found = set(_member(program, key, name, atom, ancestry(program, key)))
    if atom[2] == SELF:
        found |= _overrides(program, key, name, atom)
    if any(item[0] != "none" for item in found):
        return frozenset(found)
    typed = declared_attribute(program, key, name)
    if typed:
        return typed
    return frozenset(found) if found else _answered(program, atom, name)


def _answered(program: Program, atom: Atom, name: str) -> Values:
    """What the class's own ``__getattr__`` answers, else a method that the project does not define."""
    getters: Values = EMPTY
    if not name.startswith("__"):
        getters = _member(program, atom[1], "__getattr__", atom, ancestry(program, atom[1]), stored=False)
    found = program.call(getters, (("", "", frozenset((("const", name),))),)) if getters else EMPTY
    return found or frozenset((("meth", atom, name),))


def awaited(program: Program, atom: Atom) -> bool:
    """Whether an instance is an object that can be awaited itself."""
    return any(method[0] == "bound" for method in _of_instance(program, atom, "__await__"))


def declared_attribute(program: Program, key: ClassKey, name: str) -> Values:
    """What the annotation of an attribute in a class body admits."""
    for owner in ancestry(program, key):
        if not isinstance(owner, str):
            node = program.class_(*owner).annotations.get(name, NONE)
            if node != NONE:
                return typeforms.types(program, owner[0], node)
    return EMPTY


def _of_class(program: Program, atom: Atom, name: str) -> Values:
    if name == "__new__":
        defined = _member(program, class_key(atom), name, atom, ancestry(program, class_key(atom)))
        return defined or frozenset((("meth", atom, name),))
    if name == "__dict__":
        return UNKNOWNS
    if is_enum(program, class_key(atom)) and _is_enum_member(program, class_key(atom), name):
        return frozenset((enum_member(class_key(atom), name),))
    found = set(_member(program, class_key(atom), name, atom, ancestry(program, class_key(atom))))
    if atom[3] & OWN:
        found |= _overrides(program, class_key(atom), name, atom)
    return frozenset(found) or _of_metaclass(program, atom, name)


def is_enum(program: Program, key: ClassKey) -> bool:
    """Whether the class is an enumeration, whose members are its instances."""
    return any(isinstance(base, str) and base in _ENUMS for base in ancestry(program, key))


def enum_member(key: ClassKey, name: str) -> Atom:
    """The member of an enumeration with that name."""
    return instance(key, MEMBER + name)


def _is_enum_member(program: Program, key: ClassKey, name: str) -> bool:
    node = None if isinstance(key, str) else program.class_(*key).members.get(name)
    if node is None or name.startswith("_"):
        return False
    return not any(atom[0] in {"func", "prop", "static", "cm"} for atom in program.value(key[0], node))


def _of_enum_member(program: Program, atom: Atom, name: str) -> Values:
    """The value of a member, or an attribute that ``__init__`` makes from it; of any member where it is not known."""
    key, state = atom[1], atom[2]
    only = state.removeprefix(MEMBER) if isinstance(state, str) and state.startswith(MEMBER) else None
    is_value = name in {"value", "_value_"}
    if not is_value and name not in _store_table(program):
        return EMPTY
    found: set[Atom] = set()
    for member, node in program.class_(*key).members.items():
        if only not in {None, member} or not _is_enum_member(program, key, member):
            continue
        if is_value:
            found |= program.value(key[0], node)
        else:
            line = ancestry(program, key)
            found |= objects.member_attribute(program, line, node, name, enum_member(key, member))
    return frozenset(found)


def _of_metaclass(program: Program, atom: Atom, name: str) -> Values:
    return _from_metaclass(program, atom, name) or frozenset((("meth", atom, name),))


def _from_metaclass(program: Program, atom: Atom, name: str) -> Values:
    for owner in ancestry(program, class_key(atom)):
        if isinstance(owner, str):
            continue
        node = program.class_(*owner).keywords.get("metaclass")
        if node is None:
            continue
        for meta in program.value(owner[0], node):
            if meta[0] == "class":
                found = _member(program, class_key(meta), name, atom, ancestry(program, class_key(meta)))
                if found:
                    return frozenset(_rebound(item, atom) for item in found)
    return EMPTY


def makers(program: Program, atom: Atom) -> Values:
    """What a call of a class runs in place of, or before, its ``__init__``: of its metaclass, or its ``__new__``."""
    key = class_key(atom)
    table: dict[ClassKey, Values] = program.tables.setdefault("makers", {})
    if key not in table:
        found = _from_metaclass(program, atom, "__call__")
        if not found:
            new = _member(program, key, "__new__", atom, ancestry(program, key), stored=False)
            found = frozenset(_rebound(item, atom) for item in new)
        table[key] = frozenset(item for item in found if item[0] == "bound")
    return table[key]


def _rebound(item: Atom, receiver: Atom) -> Atom:
    return ("bound", *item[1:4], receiver) if item[0] == "func" else item


def _of_super(program: Program, atom: Atom, name: str) -> Values:
    key, receiver = atom[1], atom[2]
    own = receiver[1] if receiver[0] == "inst" else class_key(receiver)
    line = ancestry(program, own)
    line = line[line.index(key) + 1 :] if key in line else ancestry(program, key)[1:]
    found = _member(program, key, name, receiver, line, stored=False)
    return found or frozenset((("meth", atom, name),))


def _member(
    program: Program, key: ClassKey, name: str, receiver: Atom, line: tuple[ClassKey, ...], *, stored: bool = True
) -> Values:
    """The attribute as the first class of *line* that has it defines it, and as it is stored on instances."""
    result: set[Atom] = set()
    hidden = stored and receiver[0] == "inst" and _is_always_set(program, line, name)
    for owner in line:
        if isinstance(owner, str) or owner[0] not in program.facts:
            continue
        node = program.class_(*owner).members.get(name)
        if node is not None:
            for item in program.value(owner[0], node):
                if not hidden or item[0] in {"prop", "inst"}:  # a property stays in front of what an instance has
                    result |= _looked_up(program, item, receiver)
            break
    if stored:
        for item in stores(program, key, name):
            if item[0] != "none":
                result.add(item)
    return frozenset(result)


def _is_always_set(program: Program, line: tuple[ClassKey, ...], name: str) -> bool:
    """Whether the ``__init__`` that runs for an instance sets the attribute, which hides that of the class."""
    for owner in line:
        if isinstance(owner, str) or owner[0] not in program.facts:
            continue
        entry = program.class_(*owner)
        if "__init__" in entry.members:
            return name in entry.always_set
    return False


def _looked_up(program: Program, item: Atom, receiver: Atom) -> Values:
    """The descriptor protocol."""
    tag = item[0]
    if tag == "func":
        return frozenset((("bound", *item[1:4], receiver),)) if receiver[0] == "inst" else frozenset((item,))
    if tag == "static":
        return frozenset((("func", *item[1:4]),))
    if tag == "cm":
        owner = receiver
        if receiver[0] == "inst":
            owner = class_atom(receiver[1], OWN if receiver[2] == SELF else 0)
        return frozenset((("bound", *item[1:4], owner),))
    if tag == "pmethod":
        callees = frozenset().union(*(_looked_up(program, callee, receiver) for callee in item[1]))
        return frozenset((("partial", callees, item[2]),))
    if tag == "prop":
        if receiver[0] == "inst":
            return settled(program.call(frozenset((("bound", *item[1:4], receiver),)), ()))
        return frozenset((item,))
    if tag == "inst" and not isinstance(item[1], str):
        getters = _member(program, item[1], "__get__", item, ancestry(program, item[1]), stored=False)
        if getters:
            return settled(program.call(getters, (("", "", frozenset((receiver,))), ("", "", UNKNOWNS))))
    return settled(frozenset((item,)))


def _overrides(program: Program, key: ClassKey, name: str, receiver: Atom) -> set[Atom]:
    """What subclasses make of an attribute that code reaches through ``self`` or ``cls``."""
    found: set[Atom] = set()
    for sub in subclasses(program, key):
        node = program.class_(*sub).members.get(name)
        if node is not None:
            for item in program.value(sub[0], node):
                if item[0] not in {"none", "const", "unknown"}:
                    seen = ("inst", sub, ANY) if receiver[0] == "inst" else class_atom(sub)
                    found |= _looked_up(program, item, seen)
    return found


def stores(program: Program, key: ClassKey, name: str) -> Values:
    """What assignments ``x.name = value`` to instances of a class, or to the class, store."""
    if name not in _store_table(program):
        return EMPTY
    return program.ask(("stores", key, name), lambda: _stored(program, key, name))


def _stored(program: Program, key: ClassKey, name: str) -> Values:
    owned, others = _store_table(program)[name]
    result: set[Atom] = set()
    line = ancestry(program, key)
    for owner in line if owned else ():
        for path, base, value in owned.get(owner, ()):
            given = _from_class_keywords(program, path, base, value, key)
            result |= program.value(path, value) if given is None else given
    for owner in subclasses(program, key) if owned else ():
        for path, _, value in owned.get(owner, ()):
            result |= program.value(path, value)
    for path, base, value in others:
        for atom in program.value(path, base):
            if atom[0] in {"inst", "class"} and (atom[1] if atom[0] == "inst" else class_key(atom)) in line:
                result |= program.value(path, value)
    return settled(frozenset(result))


_Stores = list[tuple[str, int, int]]


def _from_class_keywords(program: Program, path: str, base: int, value: int, key: ClassKey) -> Values | None:
    """What a store in ``__init_subclass__`` puts into a class: its keywords are the arguments."""
    operation = program.facts[path].nodes[base]
    function = program.function(path, operation[1]) if operation[0] == "param" else None
    if function is None or function.name != "__init_subclass__":
        return None
    for owner in ancestry(program, key):
        if isinstance(owner, str) or owner[0] not in program.facts or owner == (path, function.owner):
            return EMPTY
        keywords = program.class_(*owner).keywords
        if keywords:
            arguments = tuple(("=", name, program.value(owner[0], node)) for name, node in keywords.items())
            bound = parameters.bind(function, arguments, frozenset((class_atom(owner),)))
            return program.value(path, value, program.context(path, operation[1], tuple(sorted(bound.items())), None))
    return EMPTY


def _store_table(program: Program) -> dict[str, tuple[dict[ClassKey, _Stores], _Stores]]:
    """By attribute the (path, base, value) of what is stored: by class in methods through ``self``, and elsewhere."""
    table: dict[str, tuple[dict[ClassKey, _Stores], _Stores]] | None = program.tables.get("stores")
    if table is None:
        table = program.tables["stores"] = {}
        for path, facts in sorted(program.facts.items()):
            stores = ((base, name, value) for base, name, value, _ in facts.attribute_stores)
            for base, name, value in (*stores, *_setattrs(facts)):
                owned, others = table.setdefault(name, ({}, []))
                owner = owner_of_self(program, path, base)
                if owner is None:
                    others.append((path, base, value))
                else:
                    owned.setdefault(owner, []).append((path, base, value))
    return table


def stored_names(program: Program) -> Iterator[tuple[str, ClassKey]]:
    """The (attribute, class) pairs of every ``self.attribute = value``."""
    for name, (owned, _) in _store_table(program).items():
        for owner in owned:
            yield name, owner


def _setattrs(facts: Facts) -> Iterator[tuple[int, str, int]]:
    """``setattr(base, "name", value)``."""
    for site in facts.sites:
        operation = facts.nodes[site.node]
        if operation[0] == "call" and len(operation[2]) == 3 and facts.nodes[operation[1]] == ("builtin", "setattr"):
            base, name, value = (node for _, _, node in operation[2])
            if facts.nodes[name][0] == "const" and isinstance(facts.nodes[name][1], str):
                yield base, facts.nodes[name][1], value


def is_method(program: Program, path: str, base: int) -> bool:
    """Whether the parameter that *base* is belongs to a method, neither a class method nor a static one."""
    nodes = program.facts[path].nodes
    operation = nodes[nodes[base][1]] if nodes[base][0] == "same" else nodes[base]
    return parameters.kind_of(program, path, operation[1]) == "method"


def owner_of_self(program: Program, path: str, base: int) -> Any:
    """The class whose method's first parameter the store goes to: the usual case, told without a question."""
    facts = program.facts[path]
    operation = facts.nodes[base]
    if operation[0] == "same":
        operation = facts.nodes[operation[1]]
    if operation[0] == "param" and operation[2] == 0:
        function = facts.functions[operation[1]]
        if function.owner != NONE:
            return (path, function.owner)
    return None
