"""Whether a name still means the same when code that runs later, a function or a generator, looks it up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum

from asset_lint.rewriting.scope import File

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


class Fate(Enum):
    """What becomes of a name after the code that will use it has been made."""

    SAME = "same"
    CHANGED = "changed"
    DELETED = "deleted"


def fate_at(file: File, site: ast.expr, name: str) -> Fate:
    """What becomes of *name*, which means something where *site* stands, until *site* runs."""
    closure: ast.AST | None = None
    for child, parent in file.around(site):
        if isinstance(parent, _FUNCTIONS) and _is_in_body(parent, child):
            if _binds(parent, name):
                return Fate.SAME if closure is None else fate_of(file, parent, closure, name)
            closure = parent
        elif isinstance(parent, _COMPREHENSIONS) and _is_item(parent, name):
            return Fate.SAME if closure is None else Fate.CHANGED
        elif isinstance(parent, ast.GeneratorExp) and child is not parent.generators[0]:
            closure = parent
    if isinstance(closure, (ast.Lambda, ast.GeneratorExp)):
        return fate_of(file, file.module.tree, closure, name)
    return Fate.SAME


def fate_if_late(file: File, site: ast.expr, name: str) -> Fate:
    """What becomes of *name* if *site* is put into a function or generator that runs later."""
    for child, parent in file.around(site):
        if isinstance(parent, _COMPREHENSIONS) and _is_item(parent, name):
            return Fate.CHANGED
        if isinstance(parent, _FUNCTIONS) and _is_in_body(parent, child):
            return fate_of(file, parent, site, name) if _binds(parent, name) else fate_at(file, site, name)
    return fate_of(file, file.module.tree, site, name)


def fate_of(file: File, function: ast.AST, closure: ast.AST, name: str) -> Fate:
    """What *function*, which binds *name*, does with it after *closure* has been made."""
    loops = {id(parent) for _, parent in file.around(closure) if isinstance(parent, _LOOPS)}
    found = Fate.SAME
    end = (getattr(closure, "end_lineno", 0), getattr(closure, "end_col_offset", 0))
    for node in _bindings(function, name):
        later = (node.lineno, node.col_offset) > end
        around = {id(parent) for _, parent in file.around(node)}
        if later or not loops.isdisjoint(around):
            if isinstance(getattr(node, "ctx", None), ast.Del):
                return Fate.DELETED
            found = Fate.CHANGED
    return found


def _bindings(function: ast.AST, name: str) -> Iterator[ast.expr | ast.stmt]:
    """What binds or deletes *name* in the body of a function; inner functions do so by ``nonlocal`` only."""
    body = getattr(function, "body", [])
    stack: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            yield node
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = any(isinstance(part, ast.Nonlocal) and name in part.names for part in ast.walk(node))
            if node.name == name or inner:
                yield node
        elif isinstance(node, (ast.Import, ast.ImportFrom)) and name in map(_imported_as, node.names):
            yield node
        if not isinstance(node, _SCOPES):
            stack.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.comprehension))


def _binds(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> bool:
    return name in _parameters(function) or any(_bindings(function, name))


def _imported_as(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _is_item(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, name: str) -> bool:
    """Whether a comprehension binds *name* anew for each of its items."""
    return any(name in _stored(part.target) for part in node.generators)


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return {item.arg for item in (*named, given.vararg, given.kwarg) if item is not None}


def _stored(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _is_in_body(function: ast.AST, child: ast.AST) -> bool:
    body = getattr(function, "body", None)
    return child in body if isinstance(body, list) else child is body
