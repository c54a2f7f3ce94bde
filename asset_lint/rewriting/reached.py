"""What runs when a method of a manager is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from asset_lint.rewriting.signatures import of_constructor
from asset_lint.semantics.facts import Node, Scope
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ClassKey, class_key, is_open

_MOST = 200
Function = tuple[str, int]


@dataclass(frozen=True)
class Reached:
    """
    The project's *functions* that a method may run, itself included.

    *builds*: one of them makes an instance of the guarded class, or something is called that is not known. *supplied*
    are the parameters of its constructor that always get an attribute of ``self``.
    """

    functions: frozenset[Function]
    builds: bool
    supplied: frozenset[str] = frozenset()


def reached(program: Program, guard: Guard, starts: Iterable[Function]) -> Reached:
    """Follow the calls of the functions *starts*."""
    found = set(starts)
    stack = list(found)
    builds = False
    supplied: list[frozenset[str]] = []
    while stack and len(found) < _MOST:
        path, index = stack.pop()
        for call in _calls(program, path, index):
            for atom in program.value(path, call[1]):
                if atom[0] in {"func", "bound"}:
                    place = (atom[1], atom[2])
                    if place not in found:
                        found.add(place)
                        stack.append(place)
                elif atom[0] == "class" and guard.matches(program, class_key(atom)):
                    builds = True
                    supplied.append(_supplied(program, path, class_key(atom), call))
                elif is_open(atom) or atom[0] in {"param", "gives", "partial"}:
                    builds = True
    return Reached(frozenset(found), builds, frozenset.intersection(*supplied) if supplied else frozenset())


def _supplied(program: Program, path: str, key: ClassKey, call: Node) -> frozenset[str]:
    """The parameters of a constructor that a call gives an attribute of ``self``."""
    signature = of_constructor(program, key)
    if call[0] != "call" or signature is None:
        return frozenset()
    positional = [slot.name for slot in signature.slots if slot.kind in {"", "/"}]
    names = set()
    for place, (kind, name, node) in enumerate(call[2]):
        taken = name if kind == "=" else positional[place] if kind == "" and place < len(positional) else ""
        if taken and _is_own(program.facts[path].nodes, node):
            names.add(taken)
    return frozenset(names)


def _is_own(nodes: list[Node], node: int) -> bool:
    """Whether a node is an attribute of the first parameter."""
    operation = nodes[node]
    while operation[0] in {"same", "typed"}:
        operation = nodes[operation[1]]
    return operation[0] == "attr" and nodes[operation[1]][::2] == ("param", 0)


def _calls(program: Program, path: str, index: int) -> list[Node]:
    """The calls in a function and in those inside it."""
    facts = program.facts[path]
    table: dict[str, dict[int, list[Node]]] = program.tables.setdefault("calls by scope", {})
    if path not in table:
        by_scope = table[path] = defaultdict(list)
        for site in facts.sites:
            by_scope[site.scope].append(facts.nodes[site.node])
    scope = facts.functions[index].scope
    return [call for number in table[path] if _is_inside(facts.scopes, number, scope) for call in table[path][number]]


def _is_inside(scopes: list[Scope], number: int, scope: int) -> bool:
    while number > scope:
        number = scopes[number].parent
    return number == scope
