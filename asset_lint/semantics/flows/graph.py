"""The graph of facts, walked in both directions, one module at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from asset_lint.semantics.facts import NONE, Exit, Facts, Site
from asset_lint.semantics.links import Links
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Atom, Values, is_open

THROUGH = frozenset({"same", "typed", "narrow", "exclude", "await"})
"""What gives the value itself."""


class Graph:
    """Links, exits and names of the modules of a program; made when a module is asked about."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._links: dict[str, Links] = {}
        self._exits: dict[str, dict[int, list[Exit]]] = {}
        self._sites: dict[str, dict[int, Site]] = {}

    def facts(self, path: str) -> Facts:
        """The facts of a module."""
        return self.program.facts[path]

    def node(self, path: str, index: int) -> Any:
        """The operation at *index*."""
        return self.program.facts[path].nodes[index]

    def links(self, path: str) -> Links:
        """What a module's nodes are used for."""
        if path not in self._links:
            self._links[path] = Links(self.facts(path))
        return self._links[path]

    def exits(self, path: str, node: int) -> list[Exit]:
        """Where the value of *node* leaves."""
        if path not in self._exits:
            found = self._exits[path] = defaultdict(list)
            for item in self.facts(path).exits:
                found[item[1]].append(item)
        return self._exits[path].get(node, [])

    def site(self, path: str, node: int) -> Site | None:
        """The place of a call, or of an item that is taken out, in the text."""
        if path not in self._sites:
            facts = self.facts(path)
            self._sites[path] = {site.node: site for site in (*facts.items, *facts.sites)}
        return self._sites[path].get(node)

    def plain(self, path: str, index: int) -> int:
        """The node behind other names for it."""
        while self.node(path, index)[0] in THROUGH:
            index = self.node(path, index)[1]
        return index

    def spelled(self, path: str, index: int) -> str:
        """The last part of the name of what *index* is, empty where it has none."""
        operation = self.node(path, self.plain(path, index))
        if operation[0] in {"attr", "free"}:
            return str(operation[2])
        if operation[0] in {"global", "builtin", "star"}:
            return str(operation[1])
        if operation[0] == "from":
            return str(operation[3])
        if operation[0] == "param":
            return str(self.program.function(path, operation[1]).parameters[operation[2]].name)
        return ""

    def is_other(self, values: Values) -> bool:
        """Whether it is known well enough what *values* are to say that they are nothing else."""
        return bool(values) and not any(is_open(atom) or atom[0] in {"param", "dep", "none"} for atom in values)

    def callee_names(self, path: str, call: Any) -> list[str]:
        """The dotted names, outside the project, of what a call calls."""
        return [name for atom in self._callees(path, call) if (name := dotted_name(atom))]

    def _callees(self, path: str, call: Any) -> Iterator[Atom]:
        """What a call calls, partials seen through."""
        for atom in self.program.value(path, call[1]):
            yield from atom[1] if atom[0] == "partial" else (atom,)

    def function_around(self, path: str, scope: int) -> int | None:
        """The innermost function that a scope is or is inside of."""
        facts = self.facts(path)
        while scope not in {NONE, 0}:
            if facts.scopes[scope].kind == "function":
                return facts.scopes[scope].owner
            scope = facts.scopes[scope].parent
        return None


def dotted_name(atom: Atom) -> str:
    """What is outside the project, as the tables name it: ``redis.Redis().get`` is ``redis.Redis.get``."""
    if atom[0] == "ext":
        return str(atom[1]).replace("()", "").replace("[]", "")
    if atom[0] == "meth" and atom[1][0] == "inst" and isinstance(atom[1][1], str):
        return f"{atom[1][1]}.{atom[2]}"
    if atom[0] == "meth" and atom[1][0] == "ext":
        return f"{dotted_name(atom[1])}.{atom[2]}"
    return f"{atom[1]}" if atom[0] == "inst" and isinstance(atom[1], str) else ""
