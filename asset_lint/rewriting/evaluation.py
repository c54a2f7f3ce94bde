"""In which order, and how often, a template evaluates what a site passes, and whether that makes a difference."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import combinations

from asset_lint.rewriting.layout import Written
from asset_lint.rewriting.scope import Scope
from asset_lint.rewriting.templates import placeholder

_DOING = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Starred)
_RUNNING = (ast.ListComp, ast.SetComp, ast.DictComp)
_READING = (ast.Attribute, ast.Subscript)
_FIXED = frozenset({"class", "ext", "mod"})
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Times(Enum):
    """How often a part of an expression is evaluated."""

    ONCE = "once"
    PERHAPS = "perhaps"
    OFTEN = "often"


def uses(node: ast.AST, times: Times = Times.ONCE) -> Iterator[tuple[str, Times]]:
    """Yield the placeholders below *node* in the order in which they are evaluated."""
    name = placeholder(node) if isinstance(node, ast.expr) else None
    if name is not None:
        yield name, times
    for child, own in _children(node):
        yield from uses(child, times if own is Times.ONCE else own)


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, Times]]:
    """What is inside an expression, and how often it is evaluated with it."""
    if isinstance(node, ast.IfExp):
        yield node.test, Times.ONCE
        yield from ((child, Times.PERHAPS) for child in (node.body, node.orelse))
    elif isinstance(node, (ast.BoolOp, ast.Compare)):
        parts = node.values if isinstance(node, ast.BoolOp) else [node.left, *node.comparators]
        sure = 1 if isinstance(node, ast.BoolOp) else 2
        yield from ((child, Times.ONCE if place < sure else Times.PERHAPS) for place, child in enumerate(parts))
    elif isinstance(node, ast.Lambda):
        yield node.args, Times.ONCE
        yield node.body, Times.OFTEN
    elif isinstance(node, _COMPREHENSIONS):
        first, *others = node.generators
        yield first.iter, Times.ONCE
        yield from ((child, Times.OFTEN) for child in (*first.ifs, *others))
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        yield from ((child, Times.OFTEN) for child in parts)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield from ((child, Times.ONCE) for child in (key, value) if child is not None)
    else:
        yield from ((child, Times.ONCE) for child in ast.iter_child_nodes(node))


def bound_names(tree: ast.expr) -> frozenset[str]:
    """The names that a template binds itself: of lambdas, comprehensions and ``:=``."""
    return frozenset(
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    )


def has_scope(tree: ast.expr) -> bool:
    """Whether a part of the template runs in a scope of its own."""
    return any(isinstance(node, (ast.Lambda, _COMPREHENSIONS)) for node in ast.walk(tree))


def is_repeatable(value: ast.expr) -> bool:
    """Whether an argument may be evaluated twice: a constant, a name, or attributes of one."""
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, (ast.Name, ast.Constant))


def does_something(value: ast.expr) -> bool:
    """Whether an argument may do something when it is evaluated."""
    return any(isinstance(node, (*_DOING, *_RUNNING)) for node in _evaluated(value))


def binds_or_yields(value: ast.expr) -> bool:
    """Whether the code around an argument is other code without it."""
    return any(isinstance(node, (ast.NamedExpr, ast.Yield, ast.YieldFrom)) for node in _evaluated(value))


def is_in_order(scope: Scope, arguments: Sequence[Written]) -> bool:
    """Whether it makes no difference that *arguments* are evaluated like that, and not as they stand at the site."""
    return not any(
        first.start > second.start and _disturb(scope, first.value, second.value)
        for first, second in combinations(arguments, 2)
    )


def _disturb(scope: Scope, first: ast.expr, second: ast.expr) -> bool:
    """Whether one of two arguments may do something that the other one notices."""
    if does_something(first) and does_something(second):
        return True
    return any(
        does_something(doing) and (_reads(scope, other) or not _bound_by(doing).isdisjoint(_names(other)))
        for doing, other in ((first, second), (second, first))
    )


def _bound_by(value: ast.expr) -> frozenset[str]:
    return frozenset(node.target.id for node in ast.walk(value) if isinstance(node, ast.NamedExpr))


def _names(value: ast.expr) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(value) if isinstance(node, ast.Name))


def _reads(scope: Scope, value: ast.expr) -> bool:
    """Whether an argument depends on the state of objects."""
    return any(isinstance(node, _READING) and not _is_fixed(scope, node) for node in _evaluated(value))


def _is_fixed(scope: Scope, node: ast.expr) -> bool:
    """Whether it is an attribute of a class or module, as ``Kind.VIDEO`` is."""
    while isinstance(node, ast.Attribute):
        node = node.value
    binding = scope.binding(node.id) if isinstance(node, ast.Name) else None
    return binding is not None and bool(binding.values) and all(atom[0] in _FIXED for atom in binding.values)


def _evaluated(value: ast.expr) -> Iterator[ast.AST]:
    """The parts of an argument that are evaluated with it: not what is inside of a lambda."""
    stack: list[ast.AST] = [value]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.Lambda):
            stack += ast.iter_child_nodes(node)
