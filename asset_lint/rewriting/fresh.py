"""Whether the code around a construction relies on an object that nobody else has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asset_lint.rewriting.scope import File

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)


def changed_afterwards(file: File, call: ast.expr) -> str | None:
    """The name under which the new object is kept and then changed, if it is: the manager's is shared."""
    name = _kept_as(file, call)
    if name is None:
        return None
    body = _body_around(file, call)
    return name if any(_changes(node, name) for node in ast.walk(body)) else None


def _kept_as(file: File, call: ast.expr) -> str | None:
    parent = file.parent(call)
    if isinstance(parent, ast.Await):
        parent = file.parent(parent)
    if isinstance(parent, ast.NamedExpr):
        return parent.target.id
    targets = list(_targets(parent))
    return targets[0] if len(targets) == 1 else None


def _targets(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _body_around(file: File, call: ast.expr) -> ast.AST:
    for _, parent in file.around(call):
        if isinstance(parent, _FUNCTIONS):
            return parent
    return file.module.tree


def _changes(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
        return isinstance(node.value, ast.Name) and node.value.id == name
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"setattr", "delattr"}:
        return bool(node.args) and isinstance(node.args[0], ast.Name) and node.args[0].id == name
    return False
