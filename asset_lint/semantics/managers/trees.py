"""The trees of the manager's modules: functions by their number in the facts, calls by their place in the text."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cached_property

from asset_lint.semantics.facts import NONE, Facts, Site
from asset_lint.semantics.managers.values import Spot
from asset_lint.syntax.module import Module

MAKING = frozenset({"getLogger", "get_logger", "getChild"})
"""Functions that give a logger."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(node: ast.Call) -> str:
    """The last part of the name by which something is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


class Tree:
    """One module: what of its facts belongs to which part of its tree."""

    def __init__(self, path: str, module: Module, facts: Facts) -> None:
        self.path = path
        self.module = module
        self.facts = facts

    @cached_property
    def functions(self) -> dict[int, FunctionNode]:
        """The syntax of every function by its index."""
        places = {
            (node.lineno, node.name): node
            for node in ast.walk(self.module.tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        found = ((index, places.get((one.line, one.name))) for index, one in enumerate(self.facts.functions))
        return {index: node for index, node in found if node is not None}

    @cached_property
    def classes(self) -> dict[int, ast.ClassDef]:
        """The syntax of every class by its index."""
        places = {
            (node.lineno, node.name): node for node in ast.walk(self.module.tree) if isinstance(node, ast.ClassDef)
        }
        found = ((index, places.get((one.line, one.name))) for index, one in enumerate(self.facts.classes))
        return {index: node for index, node in found if node is not None}

    @cached_property
    def logger(self) -> str:
        """The name that the module gives its logger, empty where it has none."""
        for node in self.module.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and name_of(node.value) in MAKING:
                target = node.targets[0]
                if isinstance(target, ast.Name):
                    return target.id
            if isinstance(node, ast.ImportFrom) and node.module == "loguru":
                return next((alias.asname or alias.name for alias in node.names if alias.name == "logger"), "")
        return ""

    @cached_property
    def _sites(self) -> dict[tuple[int, int, int, int], Site]:
        return {
            (site.span.line, site.span.column, site.span.end_line, site.span.end_column): site
            for site in self.facts.sites
            if self.facts.nodes[site.node][0] == "call"
        }

    @cached_property
    def _stored(self) -> dict[tuple[int, int], int]:
        return {(line, column): value for kind, value, _, line, column in self.facts.exits if kind == "item"}

    def site(self, node: ast.Call) -> Site | None:
        """What the facts say of a call."""
        span = self.module.lines.span(node)
        return self._sites.get((span.line, span.column, span.end_line, span.end_column))

    def stored(self, target: ast.expr) -> int:
        """The node of what is stored into an item."""
        span = self.module.lines.span(target)
        return self._stored.get((span.line, span.column), NONE)

    def spot(self, node: ast.expr | ast.stmt) -> Spot:
        """The place of a part of the tree."""
        return (self.path, node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)


class Trees:
    """The trees that have been asked for."""

    def __init__(self, facts: dict[str, Facts], module: Callable[[str], Module | None]) -> None:
        self._facts = facts
        self._module = module
        self._known: dict[str, Tree | None] = {}

    def of(self, path: str) -> Tree | None:
        """The tree of the module at *path*, if it has one."""
        if path not in self._known:
            module = self._module(path) if path in self._facts else None
            self._known[path] = None if module is None else Tree(path, module, self._facts[path])
        return self._known[path]
