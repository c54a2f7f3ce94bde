"""What each operation of the graph may be, given what its operands may be."""

from __future__ import annotations

from typing import Any

from asset_lint.semantics import calls, classes, containers, decorating, members, parameters, typeforms
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.namespaces import defined, imported, is_read, starred, written
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import (
    ANY,
    EMPTY,
    NO_CLASS,
    NOTHINGS,
    UNKNOWNS,
    Atom,
    Context,
    Values,
    class_key,
    instance,
    settled,
)


def _constant(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return NOTHINGS if node[1] is None else frozenset((("const", node[1]),))


def _module(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    found = program.modules.absolute(path, node[1])
    return frozenset((("mod", found, 0) if found else ("ext", node[1], 0),))


def _from(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return imported(program, path, node[1], node[2], node[3])


def _join(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return program.union(path, node[1], context)


def _global(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    name = node[1]
    found = defined(program, program.facts[path], name)
    if found is not None:
        return settled(found) | written(program, path, name)
    if name == "__name__":
        return frozenset((("const", program.modules.name_of(path)),))
    if name == "__package__":
        return frozenset((("const", program.modules.package_of(path)),))
    return frozenset((("ext", f"builtins.{name}", 0),))


def _star(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    name, stars, other = node[1], node[2], node[3]
    found = starred(program, path, name, stars)
    if found is not None and is_read(found):
        return found
    value = program.value(path, other, context)
    # A module that was not read may bind the name, but only a name that nothing else does.
    return found if found is not None and value == frozenset((("ext", f"builtins.{name}", 0),)) else value


def _builtin(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    if node[1].startswith("__"):
        return _global(program, path, index, node, context)
    return frozenset((("ext", f"builtins.{node[1]}", 0),))


def _free(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    scope, name = node[1], node[2]
    owner = program.facts[path].scopes[scope].owner
    while (frame := program.frame(context)) is not None and frame[:2] != (path, owner):
        context = frame[3]
    return settled(program.union(path, program.function(path, owner).defs.get(name, ()), context))


def _parameter(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    function, place = node[1], node[2]
    while (frame := program.frame(context)) is not None:
        if frame[:2] == (path, function):
            bound = dict(frame[2]).get(place)
            return bound if bound is not None else parameters.default_of(program, path, function, place)
        context = frame[3]
    return parameters.open_parameter(program, path, function, place)


def _attribute(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return members.attribute(program, program.value(path, node[1], context), node[2])


def _item(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    base = program.value(path, node[1], context)
    if any(typeforms.is_generic(atom) for atom in base):
        return frozenset((("typex", path, index),))
    return containers.item(program, base, program.value(path, node[2], context))


def _element(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return containers.element(program, program.value(path, node[1], context))


def _unpack(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return containers.unpacked(program, program.value(path, node[1], context), node[2])


def _call(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return calls.call_node(program, path, index, node, context)


def _decorate(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return decorating.decorate(program, program.value(path, node[1], context), program.value(path, node[2], context))


def _display(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return frozenset((("alloc", path, index, context),))


def _starred_element(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return containers.element(program, program.value(path, node[1], context))


def _function(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return frozenset((("func", path, node[1], context),))


def _class(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return frozenset((("class", path, node[1], 0),))


def _typed(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return typeforms.declared(program.value(path, node[1], context), typeforms.types(program, path, node[2]))


def _narrow(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    value = program.value(path, node[1], context)
    kinds = containers.flattened(program, program.value(path, node[2], context))
    keys = [class_key(atom) for atom in kinds if atom[0] in {"class", "ext"}]
    if not keys:
        return value
    if keys == ["builtins.type"]:
        return frozenset(atom for atom in value if atom[0] in {"class", "ext", "param", "dep"}) or UNKNOWNS
    kept = {
        atom for atom in value if atom[0] == "inst" and any(key in classes.ancestry(program, atom[1]) for key in keys)
    }
    return frozenset(kept or {instance(key, ANY) for key in keys})


def _exclude(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    value = program.value(path, node[1], context)
    kinds = containers.flattened(program, program.value(path, node[2], context))
    keys = {class_key(atom) for atom in kinds if atom[0] in {"class", "ext"}}
    kept = frozenset(atom for atom in value if atom[0] != "inst" or keys.isdisjoint(classes.ancestry(program, atom[1])))
    if "builtins.type" in keys:
        kept = frozenset((*atom, NO_CLASS) if atom[0] == "param" else atom for atom in kept if atom[0] != "class")
    return kept if any(atom[0] not in {"param", "dep"} for atom in kept) or not value else kept | UNKNOWNS


def _enter(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    result: set[Atom] = set()
    for atom in program.value(path, node[1], context):
        if atom[0] == "inst":
            methods = members.attribute(program, frozenset((atom,)), "__enter__")
            methods |= members.attribute(program, frozenset((atom,)), "__aenter__")
            known = frozenset(method for method in methods if method[0] == "bound")
            result |= program.call(known, ()) if known else {atom}
        elif atom[0] in {"coll", "alloc"}:
            result |= containers.element(program, frozenset((atom,)))
        else:
            result.add(atom)
    return frozenset(result)


def _except(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    kinds = containers.flattened(program, program.value(path, node[1], context))
    return frozenset(instance(class_key(atom), ANY) for atom in kinds if atom[0] in {"class", "ext"}) or UNKNOWNS


def _super(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    function = program.function(path, node[1])
    receiver = ("param", node[1], 0)
    receivers = _parameter(program, path, index, receiver, context)
    key = (path, function.owner)
    return frozenset(
        ("super", key, atom) if atom[0] in {"inst", "class"} else ("dep", *atom[1:4])
        for atom in receivers
        if atom[0] in {"inst", "class", "param"}
    )


def _alias(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return frozenset((("typex", path, node[1]),))


def _type_variable(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    return frozenset((("typex", path, node[1]),)) if node[1] != NONE else UNKNOWNS


def _binary(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    values = program.value(path, node[1], context) | program.value(path, node[2], context)
    if any(atom[0] in {"class", "none", "typex"} for atom in values):
        return frozenset((("typex", path, index),))
    return frozenset(atom for atom in values if atom[0] in {"alloc", "coll", "map", "dep", "unknown"}) or UNKNOWNS


def _await(program: Program, path: str, index: int, node: Any, context: Context) -> Values:
    """What a coroutine returns is its value already; an object that can be awaited gives something else than itself."""
    value = program.value(path, node[1], context)
    objects = frozenset(atom for atom in value if atom[0] == "inst" and members.awaited(program, atom))
    return value - objects | UNKNOWNS if objects else value


HANDLERS = {
    "unknown": lambda *_: UNKNOWNS,
    "unbound": lambda *_: NOTHINGS,
    "const": _constant,
    "module": _module,
    "from": _from,
    "join": _join,
    "global": _global,
    "free": _free,
    "builtin": _builtin,
    "star": _star,
    "starfrom": lambda *_: EMPTY,
    "param": _parameter,
    "attr": _attribute,
    "item": _item,
    "elem": _element,
    "unpack": _unpack,
    "call": _call,
    "decorate": _decorate,
    "dict": _display,
    "seq": _display,
    "comp": _display,
    "starred": _starred_element,
    "func": _function,
    "class": _class,
    "typed": _typed,
    "narrow": _narrow,
    "exclude": _exclude,
    "enter": _enter,
    "except": _except,
    "super": _super,
    "alias": _alias,
    "typevar": _type_variable,
    "binop": _binary,
    "await": _await,
}
