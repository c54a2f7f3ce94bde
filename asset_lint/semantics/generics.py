"""
Type parameters of classes: what they stand for in a class that inherits from ``Registry[str, Asset]``.

The parameters of a class are those between the brackets behind its name (PEP 695), else those of its base ``Generic``
or ``Protocol``, else those of its other bases, in order.
"""

from __future__ import annotations

from asset_lint.semantics import typeforms
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import EMPTY, ClassKey, Values, class_key

Node = tuple[str, int]
"""The path of a module and a node of it."""

_VARIABLES = frozenset({"typing.TypeVar", "typing_extensions.TypeVar"})


def types_in(program: Program, key: ClassKey, owner: ClassKey, annotation: int) -> Values:
    """
    What an *annotation* in the body of the class *owner* admits for instances of its subclass *key*.

    Empty where no type parameter in it is known to stand for a class.
    """
    if key == owner or annotation == NONE or isinstance(owner, str) or owner[1] == NONE:
        return EMPTY
    stands_for = _arguments(program, key, owner)
    if not stands_for:
        return EMPTY
    return typeforms.types(program, owner[0], annotation, stands_for) if _names(program, owner, annotation) else EMPTY


def _names(program: Program, owner: tuple[str, int], annotation: int) -> bool:
    """Whether a type parameter of *owner* stands in the annotation."""
    parameters = set(_parameters(program, owner))
    facts = program.facts[owner[0]]
    return any((owner[0], node) in parameters for node in _parts(facts, annotation))


def _parts(facts: Facts, node: int) -> set[int]:
    """The names in an annotation."""
    found: set[int] = set()
    stack = [node]
    while stack:
        place = typeforms.plain(facts, stack.pop())
        operation = facts.nodes[place]
        if operation[0] in {"item", "binop"}:
            stack += operation[1:3]
        elif operation[0] == "seq":
            stack += operation[2]
        else:
            found.add(place)
    return found


def _arguments(program: Program, key: ClassKey, owner: ClassKey) -> dict[Node, Node]:
    """What the type parameters of *owner* are in its subclass *key*."""
    table: dict[tuple[ClassKey, ClassKey], dict[Node, Node]] = program.tables.setdefault("type arguments", {})
    if (key, owner) not in table:
        table[key, owner] = {}  # what a class that is its own ancestor sees
        found = _bound(program, key, owner)
        if not program.is_settled:
            del table[key, owner]
            return found
        table[key, owner] = found
    return table[key, owner]


def _bound(program: Program, key: ClassKey, owner: ClassKey) -> dict[Node, Node]:
    if key == owner or isinstance(key, str) or key[0] not in program.facts:
        return {}
    for base in program.class_(*key).bases:
        operation = program.facts[key[0]].nodes[base]
        given = _keys(program, key[0], base)
        for atom in program.value(key[0], operation[1] if operation[0] == "item" else base):
            if atom[0] != "class" or owner not in ancestry(program, class_key(atom)):
                continue
            own = class_key(atom)
            here = dict(zip(_parameters(program, own), given, strict=False))
            if own == owner:
                return here
            return {name: here.get(node, node) for name, node in _arguments(program, own, owner).items()}
    return {}


def _keys(program: Program, path: str, base: int) -> list[Node]:
    """What stands between the brackets behind a base."""
    facts = program.facts[path]
    operation = facts.nodes[base]
    if operation[0] != "item":
        return []
    key = facts.nodes[operation[2]]
    nodes = key[2] if key[0] == "seq" else [operation[2]]
    return [(path, typeforms.plain(facts, node)) for node in nodes]


def _parameters(program: Program, key: ClassKey) -> list[Node]:
    if isinstance(key, str) or key[0] not in program.facts:
        return []
    entry = program.class_(*key)
    path, nodes = key[0], program.facts[key[0]].nodes
    if entry.parameters:
        return [(path, node) for node in entry.parameters]
    found: dict[Node, None] = {}
    for base in entry.bases:
        if nodes[base][0] == "item":
            variables = [item for item in _keys(program, path, base) if _is_variable(program, *item)]
            forms = {typeforms.form_of(atom) for atom in program.value(path, nodes[base][1])}
            if forms & {"Generic", "Protocol"}:
                return variables
            found.update(dict.fromkeys(variables))
    return list(found)


def _is_variable(program: Program, path: str, node: int) -> bool:
    """Whether a name is a type variable, of this module or of another one."""
    operation = program.facts[path].nodes[node]
    if operation[0] == "call":
        return any(atom[0] == "ext" and atom[1] in _VARIABLES for atom in program.value(path, operation[1]))
    if operation[0] != "from":
        return False
    home = (
        program.modules.relative(path, *operation[1:3])
        if operation[1]
        else program.modules.absolute(path, operation[2])
    )
    if home is None or home not in program.facts:
        return False
    other = program.facts[home].exports.get(operation[3], NONE)
    return other != NONE and _is_variable(program, home, typeforms.plain(program.facts[home], other))
