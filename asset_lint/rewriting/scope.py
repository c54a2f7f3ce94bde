"""What code at a site can see: the names that are bound there on every path, and what they stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from asset_lint.findings import Span
from asset_lint.rewriting.reachable import trusted
from asset_lint.semantics import parameters
from asset_lint.semantics.builder import UNBOUND_NODE, SeenScope, Sighting
from asset_lint.semantics.extract import View
from asset_lint.semantics.facts import NONE, Site
from asset_lint.semantics.namespaces import defined
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import UNKNOWNS, Values
from asset_lint.syntax.module import Module
from asset_lint.syntax.placing import placed_values

_T = TypeVar("_T")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Binding:
    """A name at a site: *kind* is "parameter", "local", "free" (of a function around it) or "global"."""

    name: str
    kind: str
    values: Values


class Parents:
    """Who is inside whom in the tree of a module, worked out with the first question."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._found: dict[int, ast.AST] = {}

    def of(self, node: ast.AST) -> ast.AST | None:
        """The node that *node* is directly inside of."""
        if not self._found:
            self._find()
        return self._found.get(id(node))

    def _find(self) -> None:
        stack: list[ast.AST] = [self._module.tree]
        while stack:
            node = stack.pop()
            for child in self._children(node):
                self._found[id(child)] = node
                stack.append(child)

    def _children(self, node: ast.AST) -> Iterable[ast.AST]:
        if isinstance(node, ast.JoinedStr):
            return placed_values(node, self._module.lines)
        return ast.iter_child_nodes(node)


class File:
    """
    A file in which something is to be rewritten: its tree, and who is inside whom.

    *shown* are the paths of the project's files as people see them.
    """

    def __init__(self, program: Program, path: str, view: View, parents: Parents, shown: Mapping[str, str]) -> None:
        self.program = program
        self.path = path
        self.view = view
        self.shown = shown
        self._known: dict[Hashable, Any] = {}
        self._parents = parents
        self._sites: dict[Span, Site] | None = None

    def once(self, key: Hashable, compute: Callable[[], _T]) -> _T:
        """What *compute* gives, worked out once for all sites of the file; *key* starts with a word for what it is."""
        if key not in self._known:
            self._known[key] = compute()
        found: _T = self._known[key]
        return found

    @property
    def module(self) -> Module:
        """The tree and its lines."""
        return self.view.module

    def parent(self, node: ast.AST) -> ast.AST:
        """The node that *node*, which is not the whole module, is directly inside of."""
        found = self._parents.of(node)
        assert found is not None, "the module has no parent"
        return found

    def around(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """(child, parent) from *node* outwards."""
        while (parent := self._parents.of(node)) is not None:
            yield node, parent
            node = parent

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that *node* is a part of."""
        while not isinstance(node, ast.stmt):
            node = self.parent(node)
        return node

    def text(self, node: ast.expr) -> str:
        """The source of *node*."""
        start, end = self.indices(node)
        return self.module.lines.text[start:end]

    def site(self, call: ast.Call) -> Site | None:
        """What the facts of the file know of a call."""
        if self._sites is None:
            found = self.program.facts[self.path].sites
            self._sites = {site.span: site for site in found}
        return self._sites.get(self.module.lines.span(call))

    def indices(self, node: ast.expr) -> tuple[int, int]:
        """Where *node* begins and ends in the text."""
        lines = self.module.lines
        start = lines.index(node.lineno, node.col_offset)
        return start, lines.index(node.end_lineno or node.lineno, node.end_col_offset or 0)


class Scope:
    """What the code at one site sees."""

    def __init__(self, file: File, sighting: Sighting) -> None:
        self.file = file
        self.syntax = sighting.syntax
        self.scopes = sighting.scopes
        self._late = any(scope.kind == "function" for scope in self.scopes)
        self._known: dict[str, Binding | None] = {}

    def binding(self, name: str) -> Binding | None:
        """What *name* is; None where it may be unbound, or is bound for type checkers only."""
        if name not in self._known:
            self._known[name] = self._looked_up(name)
        return self._known[name]

    def is_taken(self, name: str) -> bool:
        """Whether *name* means something here already, or may come to."""
        if any(name in scope.env or name in scope.overlays or name in scope.local for scope in self.scopes):
            return True
        return name in self.file.program.facts[self.file.path].exports or self._from_star(name) is not None

    def bindings(self) -> Iterator[Binding]:
        """Every name that is bound here, the nearest first."""
        seen: set[str] = set()
        for scope in reversed(self.scopes):
            names = [*scope.overlays, *scope.env]
            if scope is self.scopes[0] and self._late:
                names += self.file.program.facts[self.file.path].exports
            for name in names:
                if name not in seen:
                    seen.add(name)
                    found = self.binding(name)
                    if found is not None:
                        yield found

    @cached_property
    def functions(self) -> frozenset[tuple[str, int]]:
        """The functions of the project that the code is in."""
        return frozenset((self.file.path, scope.owner) for scope in self.scopes if scope.kind == "function")

    @cached_property
    def method(self) -> int | None:
        """The function whose first parameter is ``self`` or ``cls`` at this place."""
        facts = self.file.program.facts[self.file.path]
        for scope in reversed(self.scopes):
            if scope.kind == "function" and facts.functions[scope.owner].owner != NONE:
                return scope.owner
            if scope.kind == "class":
                return None
        return None

    @property
    def receiver(self) -> str | None:
        """The name of ``self`` or ``cls``, where the code is in a method and the name still means that."""
        if self.method is None:
            return None
        program, path = self.file.program, self.file.path
        function = program.function(path, self.method)
        if parameters.kind_of(program, path, self.method) == "static" or not function.parameters:
            return None
        name = function.parameters[0].name
        binding = self.binding(name)
        own = ("param", path, self.method, 0)
        return name if binding is not None and own in binding.values else None

    @cached_property
    def function(self) -> ast.AST | None:
        """The innermost function or lambda whose body the site is in, else None."""
        for child, parent in self.file.around(self.syntax):
            if isinstance(parent, _FUNCTIONS) and _in_body(parent, child):
                return parent
            if isinstance(parent, ast.ClassDef) and child in parent.body:
                return None
        return None

    @cached_property
    def generator(self) -> ast.AST | None:
        """The generator expression around the site in whose body, run when it is asked for, the site is."""
        for child, parent in self.file.around(self.syntax):
            if isinstance(parent, _FUNCTIONS):
                return None
            if isinstance(parent, ast.GeneratorExp) and child is not parent.generators[0]:
                return parent
        return None

    def _looked_up(self, name: str) -> Binding | None:
        for place in range(len(self.scopes) - 1, -1, -1):
            scope = self.scopes[place]
            innermost = place == len(self.scopes) - 1
            if scope.kind == "class" and not innermost:
                continue
            if name in scope.overlays:
                return self._binding(name, "local", (scope.overlays[name],))
            if scope.kind == "class" and scope.overlays:
                continue  # comprehensions do not see the names of the class
            if place and (name in scope.local or (innermost and name in scope.env)) and name not in scope.globals:
                return self._in_function(name, scope, innermost=innermost)
        return self._in_module(name)

    def _in_function(self, name: str, scope: SeenScope, *, innermost: bool) -> Binding | None:
        nodes = scope.env.get(name, (UNBOUND_NODE,))
        if not innermost and scope.kind == "function":
            function = self.file.program.function(self.file.path, scope.owner)
            later = function.defs.get(name, ())
            # What is bound now is bound when the inner function runs, though maybe to something else by then.
            found = self._binding(name, "free", nodes)
            return None if found is None else Binding(name, "free", found.values | self._values(later))
        return self._binding(name, "parameter" if self._is_parameter(nodes) else "local", nodes)

    def _is_parameter(self, nodes: tuple[int, ...]) -> bool:
        facts = self.file.program.facts[self.file.path]
        return all(facts.nodes[node][0] == "param" for node in nodes)

    def _in_module(self, name: str) -> Binding | None:
        facts = self.file.program.facts[self.file.path]
        if self._late:
            nodes: tuple[int, ...] = (facts.exports[name],) if name in facts.exports else ()
        else:
            nodes = self.scopes[0].env.get(name, ())
        if nodes:
            return self._binding(name, "global", nodes)
        values = self._from_star(name)
        return None if values is None else Binding(name, "global", values)

    def _from_star(self, name: str) -> Values | None:
        program = self.file.program
        facts = program.facts[self.file.path]
        return defined(program, facts, name) if facts.stars and name not in facts.exports else None

    def _binding(self, name: str, kind: str, nodes: tuple[int, ...]) -> Binding | None:
        if any(self._is_unbound(node) for node in nodes):
            return None
        return Binding(name, kind, self._values(nodes))

    def _is_unbound(self, node: int) -> bool:
        """Whether nothing, or only something for type checkers, may be what *node* is."""
        operation = self.file.program.facts[self.file.path].nodes[node]
        if operation[0] == "join":
            return any(map(self._is_unbound, operation[1]))
        return operation[0] in {"unbound", "typevar"} or node in self.file.view.typing_only

    def _values(self, nodes: Iterable[int]) -> Values:
        program, path = self.file.program, self.file.path
        return frozenset().union(*(trusted(program, path, node) for node in nodes)) or UNKNOWNS


def _in_body(function: ast.AST, child: ast.AST) -> bool:
    """Whether *child* of a function belongs to its body, and not to its head, which is of the scope around it."""
    body = getattr(function, "body", None)
    return child in body if isinstance(body, list) else child is body
