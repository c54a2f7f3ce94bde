"""What an object is given after it was made: ``c = C(); c.data = data``, ``c.__dict__.update(data)``."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.semantics.flows.graph import THROUGH, Graph


def filling(graph: Graph, path: str, made: int) -> Iterator[int]:
    """Yield what is put into attributes of the object that the call *made* makes."""
    for base, _, value, _ in graph.facts(path).attribute_stores:
        if graph.plain(path, base) == made:
            yield value
    for user in _users(graph, path, made):
        operation = graph.node(path, user)
        if operation[0] == "attr" and operation[2] == "__dict__":
            yield from _updating(graph, path, user)
        elif operation[0] == "call" and graph.spelled(path, operation[1]) == "setattr" and len(operation[2]) == 3:
            yield operation[2][2][2]


def _users(graph: Graph, path: str, node: int) -> Iterator[int]:
    """Yield what uses a node, under whatever name."""
    for user in graph.links(path).users.get(node, ()):
        if graph.node(path, user)[0] in THROUGH:
            yield from _users(graph, path, user)
        else:
            yield user


def _updating(graph: Graph, path: str, mapping: int) -> Iterator[int]:
    for method in _users(graph, path, mapping):
        if graph.node(path, method)[0] == "attr" and graph.node(path, method)[2] == "update":
            for user in _users(graph, path, method):
                call = graph.node(path, user)
                if call[0] == "call" and call[1] == method:
                    yield from (argument for _, _, argument in call[2])
