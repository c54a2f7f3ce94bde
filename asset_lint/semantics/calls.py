"""Calls: classes make instances, functions give what they return, with what is passed to them where it matters."""

from __future__ import annotations

from typing import Any

from asset_lint.semantics import classes, containers, generics, library, members, objects, parameters, typeforms
from asset_lint.semantics.conditions import may_hold
from asset_lint.semantics.facts import NONE, FunctionFacts
from asset_lint.semantics.makers import CONTAINERS
from asset_lint.semantics.program import Arguments, Program
from asset_lint.semantics.values import (
    ANY,
    EMPTY,
    FRESH,
    MANAGED,
    NOTHING,
    OWN,
    SELF,
    SUBCLASS,
    UNKNOWN,
    UNKNOWNS,
    Atom,
    Context,
    Values,
    class_key,
    flagged,
    instance,
    is_open,
    settled,
    without_flags,
)

_NESTED_CONTEXTS = 4
_CALLABLE = frozenset({"class", "func", "bound", "partial", "identity"})
_WIDE = 24


def arguments_of(program: Program, path: str, operation: Any, context: Context) -> Arguments:
    """The arguments of a call node, with their values; a mapping that is written down is as good as keywords."""
    found: list[tuple[str, str, Values]] = []
    for kind, name, node in operation[2]:
        values = program.value(path, node, context)
        keywords = _as_keywords(program, values) if kind == "**" else None
        found += [(kind, name, values)] if keywords is None else keywords
    return tuple(found)


def _as_keywords(program: Program, mappings: Values) -> list[tuple[str, str, Values]] | None:
    if len(mappings) != 1:
        return None
    (atom,) = mappings
    keys = containers.known_keys(program, atom) if atom[0] == "alloc" else None
    if keys is None:
        return None
    return [("=", key, containers.item(program, mappings, frozenset((("const", key),)))) for key in keys]


def call_node(program: Program, path: str, index: int, operation: Any, context: Context) -> Values:
    """What the call node at *index* gives."""
    callees = program.value(path, operation[1], context)
    if any(atom[0] == "ext" and atom[1] in CONTAINERS for atom in callees):
        made = frozenset((("alloc", path, index, context),))
        rest = frozenset(atom for atom in callees if atom[0] != "ext" or atom[1] not in CONTAINERS)
        return made | call_values(program, rest, arguments_of(program, path, operation, context), path)
    if all(atom[0] in {"unknown", "none", "stub"} for atom in callees):
        return frozenset(("stub", atom[1], f"{atom[2]}()") if atom[0] == "stub" else UNKNOWN for atom in callees)
    arguments = arguments_of(program, path, operation, context)
    found = call_values(program, callees, arguments, path)
    return _holding(program, found, arguments) if objects.gives_callables(arguments) else found


def _holding(program: Program, found: Values, arguments: Arguments) -> Values:
    """New objects that were given classes or functions, told apart by what they hold of those."""
    return frozenset(_holder(program, part, arguments) if part[0] == "inst" else part for part in found)


def _holder(program: Program, part: Atom, arguments: Arguments) -> Atom:
    if part[2] != FRESH or isinstance(part[1], str):
        return part
    line = classes.ancestry(program, part[1])
    held = () if program.guarded.intersection(line) else objects.held(program, line, arguments, part)
    return ("inst", part[1], ("holds", held)) if held else part


def call_values(program: Program, callees: Values, arguments: Arguments, path: str = "") -> Values:
    """What calling any of *callees* gives."""
    result: set[Atom] = set()
    for atom in callees:
        result |= _call(program, atom, arguments, path)
    return frozenset(result) if len(result) <= _WIDE else _narrowed(result)


def _narrowed(result: set[Atom]) -> Values:
    """So many possibilities are no knowledge; classes, functions and instances are kept."""
    return frozenset(atom for atom in result if atom[0] in {"class", "inst", "func", "bound"}) | {UNKNOWN}


def _call(program: Program, atom: Atom, arguments: Arguments, path: str) -> Values:
    tag = atom[0]
    if tag == "class":
        return _instantiated(program, atom, arguments)
    if tag == "func":
        return call_function(program, atom, arguments, None)
    if tag == "bound":
        return call_function(program, atom, arguments, atom[4])
    if tag == "ext":
        return library.call_external(program, atom, arguments, path)
    if tag == "partial":
        return call_values(program, atom[1], (*atom[2], *arguments), path)
    if tag == "meth":
        return _call_method(program, atom, arguments)
    if tag == "inst":
        methods = members.attribute(program, frozenset((atom,)), "__call__")
        bound = frozenset(method for method in methods if method[0] == "bound")
        return call_values(program, bound, arguments, path) if bound else UNKNOWNS
    if tag == "gives":
        return atom[1]  # type: ignore[no-any-return]
    if tag == "identity":
        return library.first(arguments)
    if tag in {"getter", "caller", "item"}:
        return _operator(program, atom, arguments, path)
    return _call_open(atom)


def _instantiated(program: Program, atom: Atom, arguments: Arguments) -> Values:
    """A new instance, unless the metaclass or the class answers the call with something else."""
    key = class_key(atom)
    new = instance(key, FRESH)
    makers = members.makers(program, atom)
    if not makers:
        return frozenset((new,))
    found = call_values(program, makers, arguments)
    others = frozenset(part for part in found if part[0] == "inst" and part[1] != key)
    return others | {new} if any(part[0] != "inst" or part[1] == key for part in found) or not others else others


def _call_open(atom: Atom) -> Values:
    """A call of something of which only its origin is known, or nothing."""
    if atom[0] in {"param", "dep"}:
        return frozenset((("dep", *atom[1:4]),))
    if atom[0] == "stub":
        return frozenset((("stub", atom[1], f"{atom[2]}()"),))
    return EMPTY if atom[0] == "none" else UNKNOWNS


def _operator(program: Program, atom: Atom, arguments: Arguments, path: str) -> Values:
    values = library.first(arguments)
    if atom[0] == "item":
        return containers.item(program, values, atom[1])
    if atom[0] == "caller":
        return call_values(program, members.attribute(program, values, atom[1]), atom[2], path)
    for name in atom[1]:
        values = members.attribute(program, values, name)
    return values


def _call_method(program: Program, atom: Atom, arguments: Arguments) -> Values:
    receiver, name = atom[1], atom[2]
    if receiver[0] == "inst" and name in library.COPY_METHODS:
        return frozenset((instance(receiver[1], FRESH),))
    if name == "__new__" and receiver[0] in {"class", "super"}:
        return library.new_instances(arguments)
    if name == "__call__" and receiver[0] == "super" and receiver[2][0] == "class":
        return frozenset((instance(class_key(receiver[2]), FRESH),))
    if receiver[0] == "class":
        return _class_method(receiver, name)
    if receiver[0] == "ns":
        return containers.item(program, frozenset((receiver,)), library.first(arguments)) if name == "get" else UNKNOWNS
    if receiver[0] not in {"alloc", "coll", "tuple", "map"}:
        return UNKNOWNS
    whole = frozenset((receiver,))
    if name in {"get", "pop", "setdefault", "popitem", "popleft", "get_nowait"}:
        keys = library.first(arguments)
        default = library.first(arguments, 1)
        return containers.item(program, whole, keys or UNKNOWNS) | (default or frozenset((NOTHING,)))
    if name in {"values", "elements"}:
        return frozenset((("coll", containers.everything(program, whole)),))
    if name == "items":
        pair = ("tuple", (UNKNOWNS, containers.everything(program, whole)))
        return frozenset((("coll", frozenset((pair,))),))
    return whole if name in {"copy", "union", "keys", "__iter__"} else UNKNOWNS


def _class_method(receiver: Atom, name: str) -> Values:
    """Methods of classes that the project does not define: ``C.__new__`` and those that models inherit."""
    if name in {"_make", "model_validate", "model_validate_json", "model_construct", "parse_obj"}:
        return frozenset((instance(class_key(receiver), FRESH),))
    return UNKNOWNS


def call_function(program: Program, atom: Atom, arguments: Arguments, receiver: Atom | None) -> Values:
    """What a function of the project gives for these arguments."""
    path, index, outer = atom[1], atom[2], atom[3]
    if path not in program.facts:
        return UNKNOWNS
    found = returned(program, path, index, outer)
    places = dependence(program, path, index, found, receiver)
    if any(part[0] == "alloc" and part[1] == path and _holds_parameters(program, part, index) for part in found):
        places.update(_handed(program.function(path, index), arguments, receiver))
    if places:
        found = _in_context(program, path, index, outer, arguments, receiver, places)
    kept = frozenset(_outside(part) for part in found if not _depends(part, path, index))
    found = kept if kept or not found else UNKNOWNS  # nothing at all: it never returns, or it is being asked about
    function = program.function(path, index)
    if function.is_generator:
        given = typeforms.types(program, path, function.annotation) if all(map(is_open, found)) else EMPTY
        return given or frozenset((("coll", settled(found)),))
    found = _annotated(program, path, index, found, receiver)
    if (path, index) in program.managed_functions:
        found = frozenset(("inst", part[1], MANAGED) if part[0] == "inst" else part for part in found)
    return without_flags(found, OWN)


def _holds_parameters(program: Program, part: Atom, index: int) -> bool:
    """Whether a display is made of parameters of the function."""
    nodes = program.facts[part[1]].nodes
    stack = [part[2]]
    while stack:
        operation = nodes[stack.pop()]
        if operation[0] == "param" and operation[1] == index:
            return True
        if operation[0] == "dict":
            stack += [value for _, value in operation[1]]
        elif operation[0] == "seq":
            stack += operation[2]
        elif operation[0] == "same":
            stack.append(operation[1])
        elif operation[0] == "call":
            stack += [node for kind, _, node in operation[2] if kind == "="]
    return False


def _handed(function: FunctionFacts, arguments: Arguments, receiver: Atom | None) -> set[int]:
    """The parameters for which a call passes a class or a function."""
    own = frozenset((receiver,)) if receiver is not None else None
    bound = parameters.bind(function, arguments, own)
    return {place for place, values in bound.items() if any(atom[0] in _CALLABLE for atom in values)}


def _outside(part: Atom) -> Atom:
    """An instance that was ``self`` inside is any instance outside."""
    return ("inst", part[1], ANY) if part[0] == "inst" and part[2] == SELF else part


def dependence(program: Program, path: str, index: int, found: Values, receiver: Atom | None) -> set[int]:
    """The parameters on which it depends what the function returns."""
    function = program.function(path, index)
    if any(_captures(program, part, path, index) for part in found):
        return set(range(len(function.parameters)))
    places = {part[3] for part in found if _depends(part, path, index)}
    calls_differ = any(part[0] in _CALLABLE for part in found)
    for conditions in function.conditions.values():
        places.update(place for place, test, value, _ in conditions if calls_differ or isinstance(value, str))
    if places == {0} and receiver is not None and function.owner >= 0 and _is_plain(program, path, index, receiver):
        return set()
    return places


def _is_plain(program: Program, path: str, index: int, receiver: Atom) -> bool:
    """Whether the receiver is just what ``self`` or ``cls`` stands for when nothing is known of it."""
    owner = (path, program.function(path, index).owner)
    kind = parameters.kind_of(program, path, index)
    if kind == "method":
        same = receiver[0] == "inst" and receiver[1] == owner and isinstance(receiver[2], str)
    else:
        same = kind == "class" and receiver[0] == "class" and class_key(receiver) == owner
    return same and not classes.subclasses(program, owner)


def _depends(part: Atom, path: str, index: int) -> bool:
    return part[0] in {"param", "dep"} and part[1:3] == (path, index)


def _captures(program: Program, part: Atom, path: str, index: int) -> bool:
    """Whether *part* is a function defined inside this one, which may use its parameters."""
    if part[0] != "func" or part[1] != path:
        return False
    facts = program.facts[path]
    scope = facts.scopes[facts.functions[part[2]].scope].parent
    while scope > 0:
        entry = facts.scopes[scope]
        if entry.kind == "function" and entry.owner == index:
            return True
        scope = entry.parent
    return False


def returned(program: Program, path: str, index: int, context: Context) -> Values:
    """What a function returns or yields in a context."""
    function = program.function(path, index)
    if function.is_generator:
        return program.union(path, function.yields, context)
    nodes = function.returns
    frame = program.frame(context)
    if function.conditions and frame is not None and frame[:2] == (path, index):
        passed = dict(frame[2])
        nodes = [node for node in nodes if may_hold(function.conditions.get(node, ()), passed)]
    found = program.union(path, nodes, context)
    return found | _of_given_bases(program, path, index, found, context)


def _of_given_bases(program: Program, path: str, index: int, found: Values, context: Context) -> Values:
    """For classes that a function defines with one of its parameters for a base: subclasses of what is passed."""
    result: set[Atom] = set()
    facts = program.facts[path]
    for part in found:
        if part[0] != "class" or part[1] != path:
            continue
        entry = facts.classes[part[2]]
        parent = facts.scopes[facts.scopes[entry.scope].parent]
        if parent.kind != "function" or parent.owner != index:
            continue
        for base in entry.bases:
            for atom in program.value(path, base, context):
                if atom[0] in {"class", "ext"}:
                    result.add(flagged(atom, SUBCLASS))
                elif atom[0] == "param":
                    result.add(("dep", *atom[1:4]))
    return frozenset(result)


def _in_context(
    program: Program,
    path: str,
    index: int,
    outer: Context,
    arguments: Arguments,
    receiver: Atom | None,
    places: set[int],
) -> Values:
    """The returns once more, now with what this call passes for the parameters in *places*."""
    if program.nesting >= _NESTED_CONTEXTS or program.depth_of(outer) >= _NESTED_CONTEXTS:
        program.bounded.add((path, min(program.function(path, index).returns, default=0)))
        return UNKNOWNS
    function = program.function(path, index)
    own = frozenset((receiver,)) if receiver is not None else None
    bound = parameters.bind(function, arguments, own)
    if parameters.kind_of(program, path, index) == "method" and own is not None:
        bound.setdefault(0, own)
    kept = []
    asked = {condition[0] for conditions in function.conditions.values() for condition in conditions}
    for place in sorted(asked - set(bound)):
        bound[place] = parameters.default_of(program, path, index, place)
    for place in sorted((places | asked) & set(bound)):
        types = typeforms.types(program, path, function.parameters[place].annotation)
        values = settled(typeforms.declared(_plain(program, bound[place]), types))
        kept.append((place, values))
    program.nesting += 1
    try:
        return returned(program, path, index, program.context(path, index, tuple(kept), outer))
    finally:
        program.nesting -= 1


def _plain(program: Program, values: Values) -> Values:
    """Arguments with contexts of contexts cut off, so that recursion meets itself again."""
    return frozenset(
        UNKNOWN if atom[0] in {"func", "alloc"} and program.depth_of(atom[3]) > 2 else atom for atom in values
    )


def _annotated(program: Program, path: str, index: int, found: Values, receiver: Atom | None) -> Values:
    """What the return annotation adds where the body does not tell."""
    function = program.function(path, index)
    if function.annotation == NONE:
        return found
    types = _standing_for(program, (path, function.owner), function.annotation, receiver)
    if types:  # where only the bound of a type parameter was known
        found = frozenset(found - typeforms.types(program, path, function.annotation)) or UNKNOWNS
    if found and not any(is_open(part) for part in found):
        return found
    types = types or typeforms.types(program, path, function.annotation)
    if any(part == ("inst", "typing.Self", ANY) for part in types) and receiver is not None:
        own = receiver[1] if receiver[0] == "inst" else class_key(receiver)
        types = frozenset((instance(own, ANY),))
    return typeforms.declared(found, types)


def _standing_for(program: Program, owner: tuple[str, int], annotation: int, receiver: Atom | None) -> Values:
    """What an annotation with type parameters admits for a receiver whose class says what they stand for."""
    if receiver is None or owner[1] < 0 or receiver[0] not in {"inst", "class"}:
        return EMPTY
    own = receiver[1] if receiver[0] == "inst" else class_key(receiver)
    return generics.types_in(program, own, owner, annotation)
