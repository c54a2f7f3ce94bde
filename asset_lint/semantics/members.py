"""Attributes: of instances and classes along their bases, of modules, of things outside the project."""

from __future__ import annotations

from asset_lint.semantics import generics, objects, typeforms
from asset_lint.semantics.classes import ancestry, is_enum, subclasses
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.namespaces import exported
from asset_lint.semantics.program import Program
from asset_lint.semantics.stores import store_table, stores
from asset_lint.semantics.values import (
    ANY,
    EMPTY,
    MEMBER,
    OWN,
    REFLECTED,
    SELF,
    UNKNOWN,
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
    if tag == "prop" and name in {"setter", "deleter"}:
        return frozenset((("gives", frozenset((atom,))),))
    if tag == "prop" and name == "getter":
        return frozenset((("ext", "builtins.property", 0),))
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
    given: Values = dict(atom[2][1]).get(name, EMPTY) if isinstance(atom[2], tuple) else EMPTY
    if given and UNKNOWN not in given:
        return given
    if not isinstance(key, str) and is_enum(program, key) and (special := _of_enum_member(program, atom, name)):
        return special
    found = set(given | _member(program, key, name, atom, ancestry(program, key)))
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
                return generics.types_in(program, key, owner, node) or typeforms.types(program, owner[0], node)
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
    if not is_value and name not in store_table(program):
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
        made = frozenset(item for item in found if item[0] == "bound")
        if not program.is_settled:
            return made
        table[key] = made
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
                if not hidden or item[0] in {"prop", "inst"}:  # descriptors stay in front of what it has
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
