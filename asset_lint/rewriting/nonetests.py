"""What the code before and around a site has made sure of: that something is not None."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from asset_lint.rewriting.reachable import trusted
from asset_lint.rewriting.scope import Scope
from asset_lint.semantics.facts import OR

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def is_not_none(scope: Scope, text: str) -> bool:
    """Whether *text*, a name or a chain of attributes, cannot be None at the site although it may be elsewhere."""
    for child, parent in scope.file.around(scope.syntax):
        for body in _blocks(parent):
            place = next((place for place, statement in enumerate(body) if statement is child), None)
            known = None if place is None else _made_sure(scope, body[:place], text)
            if known is not None:
                return known
        if _follows_from(child, parent, text):
            return True
        if isinstance(parent, _SCOPES):
            return False
        if _assigns(parent, text, child):
            return False
    return False


def _follows_from(child: ast.AST, parent: ast.AST, text: str) -> bool:
    """Whether being here means that a condition of *parent* has said so."""
    if isinstance(parent, ast.If):
        return (child in parent.body and tells(parent.test, text, holds=True)) or (
            child in parent.orelse and tells(parent.test, text, holds=False)
        )
    if isinstance(parent, ast.IfExp):
        return (child is parent.body and tells(parent.test, text, holds=True)) or (
            child is parent.orelse and tells(parent.test, text, holds=False)
        )
    if isinstance(parent, _COMPREHENSIONS) and not isinstance(child, ast.comprehension):
        return any(tells(test, text, holds=True) for part in parent.generators for test in part.ifs)
    if isinstance(parent, ast.While):
        return child in parent.body and tells(parent.test, text, holds=True)
    if isinstance(parent, ast.BoolOp) and child in parent.values:
        before = parent.values[: parent.values.index(child)]
        return any(tells(test, text, holds=isinstance(parent.op, ast.And)) for test in before)
    return False


def tells(test: ast.expr, text: str, *, holds: bool) -> bool:
    """Whether *text* is not None where *test* is true (*holds*) or false."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return tells(test.operand, text, holds=not holds)
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And if holds else ast.Or):
            return any(tells(part, text, holds=holds) for part in test.values)
        return False
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and _is_none(test.comparators[0]):
        wanted = (ast.IsNot, ast.NotEq) if holds else (ast.Is, ast.Eq)
        return isinstance(test.ops[0], wanted) and _spelled(test.left) == text
    return holds and _spelled(test) == text


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _spelled(node: ast.expr) -> str:
    if isinstance(node, ast.NamedExpr):
        return node.target.id
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


def _blocks(node: ast.AST) -> Iterable[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block


def _made_sure(scope: Scope, before: list[ast.stmt], text: str) -> bool | None:
    """Whether the statements before leave only ways on which *text* is not None; None where they say nothing."""
    for statement in reversed(before):
        if isinstance(statement, ast.Assert) and tells(statement.test, text, holds=True):
            return True
        if isinstance(statement, ast.If) and _settles(scope, statement, text):
            return True
        if isinstance(statement, ast.While) and _goes_on_until(statement, text):
            return True
        if _assigns(statement, text):
            return False
    return None


def _settles(scope: Scope, statement: ast.If, text: str) -> bool:
    """Whether an ``if`` takes care of the case that *text* is None: it leaves, or gives it a value."""
    return tells(statement.test, text, holds=False) and (
        _leaves(statement.body) or (_gives_value(statement.body, text) and _has_values(scope, text))
    )


def _goes_on_until(statement: ast.While, text: str) -> bool:
    """Whether a loop ends only when *text* is not None."""
    broken = any(isinstance(node, ast.Break) for part in statement.body for node in ast.walk(part))
    return not broken and tells(statement.test, text, holds=False)


def _has_values(scope: Scope, name: str) -> bool:
    """Whether no assignment to a name that reaches the site can give it None."""
    facts = scope.file.program.facts[scope.file.path]
    stack = list(scope.scopes[-1].env.get(name, ()))
    while stack:
        node = stack.pop()
        operation = facts.nodes[node]
        if operation[0] == "join" and operation[-1] != OR:
            stack += operation[1]
        elif operation[0] not in {"param", "narrow", "exclude"}:
            values = trusted(scope.file.program, scope.file.path, node)
            if any(atom[0] == "none" for atom in values):
                return False
    return True


def _leaves(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], _LEAVING)


def _gives_value(body: list[ast.stmt], text: str) -> bool:
    """Whether the last thing that happens to *text* is a value that is not None by its looks."""
    for statement in reversed(body):
        if isinstance(statement, ast.Assign) and any(_spelled(target) == text for target in statement.targets):
            return not _is_none(statement.value)
    return False


def _assigns(node: ast.AST, text: str, but: ast.AST | None = None) -> bool:
    """Whether something inside *node*, other than *but*, stores to *text*, or to what it is an attribute of."""
    prefixes = {text[:place] for place, sign in enumerate(text) if sign == "."} | {text}
    stack = [child for child in ast.iter_child_nodes(node) if child is not but]
    while stack:
        part = stack.pop()
        stored = isinstance(part, (ast.Name, ast.Attribute)) and isinstance(part.ctx, (ast.Store, ast.Del))
        if stored and ast.unparse(part) in prefixes:
            return True
        stack.extend(ast.iter_child_nodes(part))
    return False
