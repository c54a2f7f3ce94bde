"""The import of what a fix takes away: what it brings stands beside that."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from asset_lint.rewriting.imports.statements import ImportStatement, aliases, bindings, binds
from asset_lint.rewriting.layout import TextEdit
from asset_lint.rewriting.names import is_import
from asset_lint.rewriting.scope import File, Scope

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_IN_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Replaced:
    """
    The import *statement* in *body*, which is a part of *function*, or of the module where that is ``None``.

    Without *statement*, none of those in the function is sure to have run at the site.
    """

    statement: ImportStatement | None
    body: Sequence[ast.stmt]
    function: Function | None


def replaced_import(file: File, scope: Scope, edits: Iterable[TextEdit]) -> Replaced | None:
    """The import of the first imported name that *edits* of the site replace, ``None`` where there is none."""
    for name in _replaced_names(file, scope, edits):
        binding = scope.binding(name)
        if binding is not None and is_import(scope, name):
            return _import_of(file, scope, name, is_global=binding.kind == "global")
    return None


def _replaced_names(file: File, scope: Scope, edits: Iterable[TextEdit]) -> Iterator[str]:
    """The name that is called, those of classes, and those that lead to what is replaced, inside of *edits*."""
    spans = [span for span, _ in edits]
    called = scope.syntax
    while isinstance(called, ast.Call | ast.Attribute | ast.Subscript):
        called = called.func if isinstance(called, ast.Call) else called.value
    for node in ast.walk(scope.syntax):
        if isinstance(node, ast.Attribute) and file.module.lines.span(node) in spans:
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            yield from [root.id] if isinstance(root, ast.Name) else []
        if isinstance(node, ast.Name):
            here = file.module.lines.span(node)
            is_replaced = any(
                (span.line, span.column) <= (here.line, here.column)
                and (here.end_line, here.end_column) <= (span.end_line, span.end_column)
                for span in spans
            )
            if is_replaced and (node is called or _is_class(scope, node.id)):
                yield node.id


def _is_class(scope: Scope, name: str) -> bool:
    binding = scope.binding(name)
    return binding is not None and any(atom[0] == "class" for atom in binding.values)


def _import_of(file: File, scope: Scope, name: str, *, is_global: bool) -> Replaced | None:
    functions = [node for _, node in file.around(scope.syntax) if isinstance(node, Function)]
    if is_global:
        return _at_the_top(file, functions, name)
    for function in functions:
        found = [(node, body) for node, body in _imports_in(function) if binds(node, name)]
        if found:
            certain = found[0] if len(found) == 1 else _before(file, scope, found)
            return Replaced(*certain, function) if certain else Replaced(None, function.body, function)
    return None


def _at_the_top(file: File, functions: Sequence[Function], name: str) -> Replaced | None:
    """The one import of *name* in the module, unless the function imports the same thing elsewhere, late."""
    tree = file.module.tree
    found = [node for node in tree.body if isinstance(node, ImportStatement) and binds(node, name)]
    meant = {alias.name for node in found for bound, alias in bindings(node) if bound == name}
    for function in functions:
        if any(meant.intersection(alias.name for alias in aliases(node)) for node, _ in _imports_in(function)):
            return Replaced(None, function.body, function)
    return Replaced(found[0], tree.body, None) if len(found) == 1 else None


def _before(
    file: File, scope: Scope, found: Sequence[tuple[ImportStatement, Sequence[ast.stmt]]]
) -> tuple[ImportStatement, Sequence[ast.stmt]] | None:
    """The last of the imports in *found* that stand above the site in a block around it."""
    around = {id(child): child for child, _ in file.around(scope.syntax)}
    for node, body in reversed(found):
        site = next((statement for statement in body if id(statement) in around), None)
        if site is not None and body.index(node) < body.index(site):
            return node, body
    return None


def _imports_in(function: Function) -> Iterator[tuple[ImportStatement, Sequence[ast.stmt]]]:
    """The imports of a function, each with the block that it stands in, in their order."""
    stack = list(_inner(function))
    while stack:
        node, block = stack.pop()
        if isinstance(node, ImportStatement):
            yield node, block
        elif not isinstance(node, _SCOPES):
            stack += _inner(node)


def _inner(node: ast.AST) -> list[tuple[Any, list[Any]]]:
    """What stands in the blocks of *node*, the last one first; handlers and cases have blocks of their own."""
    blocks = [value for _, value in ast.iter_fields(node) if isinstance(value, list)]
    return [(item, block) for block in blocks for item in block if isinstance(item, _IN_BLOCKS)][::-1]
