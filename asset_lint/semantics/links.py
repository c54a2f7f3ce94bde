"""The graph of one module the other way round: from each node to those that are made of it, and from names to nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.stores import setattrs

Sink = tuple[str, Any, Any]
"""
Where a node is bound to something that is reached in other ways than through the graph.

("export", name, None), ("member", name, class), ("store", name, base), ("return", function, None),
("parameter", function, place), ("base", class, None) and ("free", function, name).
"""

DISPLAYS = frozenset({"dict", "seq", "comp"})


def _first(node: Any) -> Iterable[int]:
    return (node[1],)


def _two(node: Any) -> Iterable[int]:
    return (node[1], node[2])


def _call(node: Any) -> Iterable[int]:
    return (node[1], *(argument for _, _, argument in node[2]))


def _pairs(node: Any) -> Iterable[int]:
    return [part for pair in node[1] for part in pair if part != NONE]


OPERANDS: dict[str, Callable[[Any], Iterable[int]]] = {
    **dict.fromkeys("attr elem unpack enter await same starred except alias typevar".split(), _first),
    **dict.fromkeys("item decorate typed narrow exclude binop".split(), _two),
    "join": lambda node: node[1],
    "call": _call,
    "dict": _pairs,
    "seq": lambda node: node[2],
    "comp": lambda node: node[2:3],
    "star": lambda node: node[3:4],
}
"""The operands of an operation that are nodes."""


class Links:
    """
    The links of one module.

    *users* has the nodes that a node is an operand of; *attributes*, *imports* and *globals* the nodes that look a name
    up; *parameters*, *functions*, *classes* and *frees* the nodes that stand for those; *methods* the functions of a
    class; *sinks* what a node is bound to.
    """

    def __init__(self, facts: Facts) -> None:
        self.users: dict[int, list[int]] = defaultdict(list)
        self.attributes: dict[str, list[int]] = defaultdict(list)
        self.imports: dict[str, list[int]] = defaultdict(list)
        self.globals: dict[str, list[int]] = defaultdict(list)
        self.parameters: dict[tuple[int, int], list[int]] = defaultdict(list)
        self.functions: dict[int, list[int]] = defaultdict(list)
        self.classes: dict[int, list[int]] = defaultdict(list)
        self.methods: dict[int, list[int]] = defaultdict(list)
        self.frees: dict[tuple[int, str], list[int]] = defaultdict(list)
        self.sinks: dict[int, list[Sink]] = defaultdict(list)
        self._link(facts)
        for number, function in enumerate(facts.functions):
            if function.owner != NONE:
                self.methods[function.owner].append(number)
        for node, sink in _sinks(facts):
            self.sinks[node].append(sink)

    def _link(self, facts: Facts) -> None:
        users = self.users
        leaves: dict[str, Callable[[int, Any], None]] = {
            "attr": lambda index, node: self.attributes[node[2]].append(index),
            "from": lambda index, node: self.imports[node[3]].append(index),
            "star": lambda index, node: self.imports[node[1]].append(index),
            "module": lambda index, node: self.imports[node[1].rpartition(".")[2]].append(index),
            "builtin": lambda index, node: self.imports[node[1]].append(index),
            "global": lambda index, node: self.globals[node[1]].append(index),
            "param": lambda index, node: self.parameters[node[1], node[2]].append(index),
            "super": lambda index, node: self.parameters[node[1], 0].append(index),
            "func": lambda index, node: self.functions[node[1]].append(index),
            "class": lambda index, node: self.classes[node[1]].append(index),
            "free": lambda index, node: self.frees[facts.scopes[node[1]].owner, node[2]].append(index),
        }
        for index, node in enumerate(facts.nodes):
            tag = node[0]
            leaf = leaves.get(tag)
            if leaf is not None:
                leaf(index, node)
            operands = OPERANDS.get(tag)
            if operands is not None:
                for operand in operands(node):
                    users[operand].append(index)


class Linked:
    """The links of all modules, and which of them look a name up; kept from round to round."""

    def __init__(self) -> None:
        self.modules: dict[str, Links] = {}
        self.attributes: dict[str, dict[str, None]] = defaultdict(dict)
        self.imports: dict[str, dict[str, None]] = defaultdict(dict)
        self.globals: dict[str, dict[str, None]] = defaultdict(dict)
        self._facts: dict[str, Facts] = {}

    def add(self, modules: dict[str, Facts]) -> None:
        """Link those *modules* that have changed."""
        for path, facts in modules.items():
            if self._facts.get(path) is facts:
                continue
            self._facts[path] = facts
            links = self.modules[path] = Links(facts)
            for name in links.attributes:
                self.attributes[name][path] = None
            for name in links.imports:
                self.imports[name][path] = None
            for name in links.globals:
                self.globals[name][path] = None


def _sinks(facts: Facts) -> Iterator[tuple[int, Sink]]:
    for name, node in facts.exports.items():
        yield node, ("export", name, None)
    for base, name, node, _ in facts.attribute_stores:
        yield node, ("store", name, base)
    for base, name, node in setattrs(facts):
        yield node, ("store", name, base)
    for place, entry in enumerate(facts.classes):
        for name, node in (*entry.members.items(), *entry.annotations.items()):
            yield node, ("member", name, place)
        for node in (*entry.bases, *entry.keywords.values()):
            yield node, ("base", place, None)
    for index, function in enumerate(facts.functions):
        yield from _of_function(index, function)


def _of_function(index: int, function: Any) -> Iterator[tuple[int, Sink]]:
    for node in (*function.returns, *function.yields, function.annotation):
        if node != NONE:
            yield node, ("return", index, None)
    for place, parameter in enumerate(function.parameters):
        for node in (parameter.default, parameter.annotation):
            if node != NONE:
                yield node, ("parameter", index, place)
    for name, nodes in function.defs.items():
        for node in nodes:
            yield node, ("free", index, name)


def puts(facts: Facts) -> Iterator[tuple[int, int]]:
    """What a module puts where, as (receiver, value): into attributes, items, subclasses, and what decorators get."""
    for base, _, value, _ in facts.attribute_stores:
        yield base, value
    for base, key, value in facts.item_stores:
        # Under a key that is computed anything may lie: what comes out of there tells nothing.
        if facts.nodes[key][0] == "const":
            yield base, value
    for entry in facts.classes:
        yield from ((base, value) for value in entry.keywords.values() for base in entry.bases)
    for site in facts.sites:
        operation = facts.nodes[site.node]
        if operation[0] == "decorate":
            yield operation[1], operation[2]
