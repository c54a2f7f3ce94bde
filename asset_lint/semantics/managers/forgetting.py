"""Whether anything is ever removed from a map."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from asset_lint.semantics.managers.tables import FORGETTING

_FIRST = frozenset({"__init__", "__new__", "__post_init__", "__attrs_post_init__", "__init_subclass__", "__set_name__"})
_KEEPING = frozenset(
    "len list tuple set sorted iter dict bool isinstance repr str print enumerate any all sum id cast".split()
)


def forgets(tree: ast.AST, names: frozenset[str]) -> bool:
    """Whether code in *tree* removes from what is called one of *names*, or may do so."""
    return any(_removes(node, names) for node in ast.walk(tree)) or any(
        _rebinds(function, names) or _removes_from_alias(function, names) for function in _functions(tree)
    )


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def _removes(node: ast.AST, names: frozenset[str]) -> bool:
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in FORGETTING and _is_named(node.func.value, names):
            return True
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        return called not in _KEEPING and any(_is_whole(item, names) for item in arguments)
    return isinstance(node, ast.Delete) and any(_is_named(target, names) for target in node.targets)


def _rebinds(function: ast.FunctionDef | ast.AsyncFunctionDef, names: frozenset[str]) -> bool:
    """Whether a function that is no constructor puts another map in the place of the first."""
    if function.name in _FIRST:
        return False
    shared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    for target in _targets(function):
        if isinstance(target, ast.Attribute) and target.attr in names:
            return True
        if isinstance(target, ast.Name) and target.id in names & shared:
            return True
    return False


def _targets(function: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        targets: Iterable[ast.expr] = ()
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        for target in targets:
            yield from target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]


def _removes_from_alias(function: ast.FunctionDef | ast.AsyncFunctionDef, names: frozenset[str]) -> bool:
    """Whether a function gives the map, or a part of it, another name and removes from that."""
    aliases = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor))
        for target in _bound(node)
        if isinstance(target, ast.Name)
        and (source := _source(node)) is not None
        and _is_named(source, names, calls=True)
    }
    return bool(aliases) and any(_removes(node, frozenset(aliases)) for node in ast.walk(function))


def _bound(node: ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.For | ast.AsyncFor) -> Iterator[ast.AST]:
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        yield from ast.walk(target)


def _source(node: ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.For | ast.AsyncFor) -> ast.expr | None:
    return node.iter if isinstance(node, (ast.For, ast.AsyncFor)) else node.value


def _is_named(node: ast.expr, names: frozenset[str], *, calls: bool = False) -> bool:
    """Whether *node* is what one of *names* calls, or something in it."""
    while True:
        if isinstance(node, ast.Attribute) and node.attr in names:
            return True
        if isinstance(node, ast.Name):
            return node.id in names
        if isinstance(node, (ast.Subscript, ast.Attribute)):
            node = node.value
        elif isinstance(node, ast.Call):
            if calls and any(_is_named(item, names) for item in node.args):
                return True
            node = node.func
        else:
            return False


def _is_whole(node: ast.expr, names: frozenset[str]) -> bool:
    """Whether *node* is the map itself."""
    return (isinstance(node, ast.Attribute) and node.attr in names) or (isinstance(node, ast.Name) and node.id in names)
