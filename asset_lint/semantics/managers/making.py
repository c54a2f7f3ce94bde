"""Where the manager's maps are made, and whether they hold what they hold strongly."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from asset_lint.semantics import members
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.managers.trees import Tree, Trees
from asset_lint.semantics.managers.units import Method, Unit, decorator_name
from asset_lint.semantics.memoizing import Memoized, memoized
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import SELF, ClassKey, instance

_STRONG = frozenset({"dict", "OrderedDict", "defaultdict", "Dict"})
_FIELDS = frozenset({"field", "Field", "Factory", "attrib", "ib"})
_WEAKENING = frozenset({"ref", "proxy", "WeakMethod", "finalize", "KeyedRef", "ReferenceType"})


class Made(NamedTuple):
    """A map where it is made: the tree and the expression, and the scope's symbol."""

    tree: Tree
    node: ast.expr
    symbol: str


def made(program: Program, trees: Trees, unit: Unit, names: tuple[str, ...]) -> list[Made]:
    """Where the map at a place is made; empty where that is not known."""
    if not names:
        return []
    path, _, name = names[0].rpartition(":")
    if path:
        tree = trees.of(path)
        return list(_of_module(tree, name)) if tree is not None and len(names) == 1 else []
    keys: tuple[ClassKey, ...] = unit.classes
    for part in names[:-1]:
        keys = _classes_of(program, keys, part)
    return [item for key in keys for item in _of_class(program, trees, key, names[-1])]


def _classes_of(program: Program, keys: tuple[ClassKey, ...], name: str) -> tuple[ClassKey, ...]:
    """The classes of what lies in an attribute."""
    found: dict[ClassKey, None] = {}
    for key in keys[:1]:
        for atom in members.attribute(program, frozenset((instance(key, SELF),)), name):
            if atom[0] == "inst":
                found.update(dict.fromkeys(ancestry(program, atom[1])))
    return tuple(key for key in found if not isinstance(key, str))


def _of_module(tree: Tree, name: str) -> Iterator[Made]:
    for node in tree.module.tree.body:
        value = _assigned(node, name)
        if value is not None:
            yield Made(tree, value, "")


def _of_class(program: Program, trees: Trees, key: ClassKey, name: str) -> Iterator[Made]:
    tree = trees.of(key[0])
    node = tree.classes.get(key[1]) if tree is not None else None
    if tree is None or node is None:
        return
    symbol = program.symbol(key[0], program.class_(*key).scope)
    for statement in node.body:
        value = _assigned(statement, name)
        if value is not None:
            yield Made(tree, value, symbol)
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for inner in ast.walk(statement):
                value = _attribute_assigned(inner, name) if isinstance(inner, ast.stmt) else None
                if value is not None:
                    yield Made(tree, value, f"{symbol}.{statement.name}")


def _assigned(node: ast.stmt, name: str) -> ast.expr | None:
    """What a statement gives a name."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if any(isinstance(target, ast.Name) and target.id == name for target in targets):
        assert isinstance(node, (ast.Assign, ast.AnnAssign))
        return node.value
    return None


def _attribute_assigned(node: ast.stmt, name: str) -> ast.expr | None:
    """What a statement gives an attribute of that name."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if any(isinstance(target, ast.Attribute) and target.attr == name for target in targets):
        assert isinstance(node, (ast.Assign, ast.AnnAssign))
        return node.value
    return None


def is_strong(node: ast.expr, depth: int) -> bool:
    """Whether *node* makes a mapping that holds, down to *depth*, what is put into it for as long as it lives."""
    if isinstance(node, (ast.Dict, ast.DictComp)):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = _called(node)
    if name in _FIELDS:
        factory = next((item.value for item in node.keywords if item.arg in {"default_factory", "factory"}), None)
        factory = node.args[0] if factory is None and name == "Factory" and node.args else factory
        return factory is not None and _makes_strong(factory, depth)
    if name == "defaultdict":
        return depth == 1 or (bool(node.args) and _makes_strong(node.args[0], depth - 1))
    return name in _STRONG


def _makes_strong(factory: ast.expr, depth: int) -> bool:
    """Whether a function makes such a mapping."""
    if isinstance(factory, ast.Lambda):
        return is_strong(factory.body, depth)
    name = factory.attr if isinstance(factory, ast.Attribute) else getattr(factory, "id", "")
    return name in _STRONG


def _called(node: ast.Call) -> str:
    function = node.func.value if isinstance(node.func, ast.Subscript) else node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def endless_memory(program: Program, method: Method) -> ast.expr | None:
    """The decorator by which a function keeps every result: ``cache``, or ``lru_cache`` without a bound."""
    for item in memoized(program):
        if item.is_decorator and item.by in {"cache", "lru_cache"} and ("func", *method[:2]) in _functions(item):
            for node in method.node.decorator_list:
                if decorator_name(node) == item.by and _is_endless(node, item.by):
                    return node
    return None


def _functions(item: Memoized) -> set[tuple[str, str, int]]:
    return {("func", atom[1], atom[2]) for atom in item.values if atom[0] in {"func", "bound", "static", "cm"}}


def _is_endless(node: ast.expr, by: str) -> bool:
    if by == "cache":
        return True
    sizes = [*node.args[:1], *(item.value for item in node.keywords)] if isinstance(node, ast.Call) else []
    return any(isinstance(size, ast.Constant) and size.value is None for size in sizes)


def holds_weakly(trees: Trees, unit: Unit) -> bool:
    """Whether the manager's code makes weak references, or is told when an object goes."""
    for path in unit.paths:
        tree = trees.of(path)
        for node in ast.walk(tree.module.tree) if tree is not None else ():
            if isinstance(node, ast.Call) and _called(node) in _WEAKENING:
                return True
    return False
