"""Whether an attribute of ``self`` is there already: while an object is being made, not all of them are."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asset_lint.rewriting.scope import Scope

_MAKING = frozenset({"__init__", "__new__"})


def is_set(scope: Scope, receiver: str, suffix: str) -> bool:
    """Whether ``receiver.suffix`` has a value at the site; *suffix* may end in the brackets of a call."""
    function = _method(scope)
    if function is None or function.name not in _MAKING:
        return True
    if suffix.endswith("()"):
        return False  # a getter may look at what is not there yet
    return suffix in _set_before(function, receiver, scope)


def _method(scope: Scope) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    for child, parent in scope.file.around(scope.syntax):
        if isinstance(parent, ast.ClassDef) and isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return child
    return None


def _set_before(function: ast.FunctionDef | ast.AsyncFunctionDef, receiver: str, scope: Scope) -> set[str]:
    """The attributes that the statements of the body before the one with the site have set."""
    inside = {id(scope.syntax), *(id(parent) for _, parent in scope.file.around(scope.syntax))}
    found: set[str] = set()
    for statement in function.body:
        if id(statement) in inside:
            break
        found.update(_attributes(statement, receiver))
    return found


def _attributes(statement: ast.stmt, receiver: str) -> Iterator[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    while targets:
        target = targets.pop()
        if isinstance(target, (ast.Tuple, ast.List)):
            targets += target.elts
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == receiver:
            yield target.attr
