"""Whether an attribute of ``self`` is there already: while an object is being made, not all of them are."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asset_lint.rewriting.scope import Scope
from asset_lint.rewriting.signatures import of_constructor
from asset_lint.semantics.classes import ancestry

_MAKING = frozenset({"__init__", "__new__", "__post_init__"})


def is_set(scope: Scope, receiver: str, suffix: str) -> bool:
    """Whether ``receiver.suffix`` has a value at the site; *suffix* may end in the brackets of a call."""
    function = _method(scope)
    if function is not None and _is_deleted(scope, suffix):
        return False
    if function is None or function.name not in _MAKING:
        return True
    if suffix.endswith("()"):
        return False  # a getter may look at what is not there yet
    if function.name == "__post_init__" and _is_field(scope, suffix):
        return True
    before = list(_before(function, scope))
    if any(suffix in _attributes(statement, receiver) for statement in before):
        return True
    return any(map(_initialises_bases, before)) and suffix in _set_by_bases(scope)


def _is_deleted(scope: Scope, name: str) -> bool:
    """Whether a method of the class takes the attribute away."""
    around = next((parent for _, parent in scope.file.around(scope.syntax) if isinstance(parent, ast.ClassDef)), None)
    deleted = (node for node in ast.walk(around) if isinstance(node, ast.Delete)) if around is not None else ()
    return any(isinstance(part, ast.Attribute) and part.attr == name for node in deleted for part in node.targets)


def _is_field(scope: Scope, name: str) -> bool:
    """Whether the generated ``__init__`` has set an attribute before it calls ``__post_init__``."""
    program, path = scope.file.program, scope.file.path
    assert scope.method is not None
    slots = of_constructor(program, (path, program.function(path, scope.method).owner))
    return slots is not None and slots.slot(name) is not None


def _initialises_bases(statement: ast.stmt) -> bool:
    """``super().__init__(...)``."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    method = call.func if isinstance(call, ast.Call) else None
    if not isinstance(method, ast.Attribute) or method.attr != "__init__" or not isinstance(method.value, ast.Call):
        return False
    return isinstance(method.value.func, ast.Name) and method.value.func.id == "super"


def _set_by_bases(scope: Scope) -> set[str]:
    """What the ``__init__`` of the nearest base that has one gives every instance."""
    program, path = scope.file.program, scope.file.path
    assert scope.method is not None
    for owner in ancestry(program, (path, program.function(path, scope.method).owner))[1:]:
        if not isinstance(owner, str) and "__init__" in program.class_(*owner).members:
            return program.class_(*owner).always_set
    return set()


def _method(scope: Scope) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    for child, parent in scope.file.around(scope.syntax):
        if isinstance(parent, ast.ClassDef) and isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return child
    return None


def _before(function: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Iterator[ast.stmt]:
    """The statements of the body before the one with the site."""
    inside = {id(scope.syntax), *(id(parent) for _, parent in scope.file.around(scope.syntax))}
    for statement in function.body:
        if id(statement) in inside:
            return
        yield statement


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
