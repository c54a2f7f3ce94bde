"""The imports that run while a module is imported, told from its tree: also those of functions that it calls itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Imported = tuple[int, str, tuple[str, ...]]
_IMPORTERS = frozenset({"import_module", "__import__"})
STARTING = ("__new__", "__init__", "__post_init__")
"""The methods that a call of a class runs."""


def imports_of_tree(tree: ast.Module) -> Iterator[_Imported]:
    """Yield (level, dotted name, imported names) of the imports that run with the module."""
    functions = _functions(tree.body)
    called: set[str] = set()
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from ((0, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or "", tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from _imported_by(node)
        for name in {*_called_names(node)} - called:
            called.add(name)
            for function in functions.get(name, ()):
                waiting += function.body
        waiting += _run_with(node)


def _functions(body: list[ast.stmt], prefix: str = "") -> dict[str, list[_Function]]:
    """The functions of a module by their names, those of classes behind the name of the class."""
    found: dict[str, list[_Function]] = {}
    waiting: list[ast.AST] = [*body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Function):
            found.setdefault(prefix + node.name, []).append(node)
        elif isinstance(node, ast.ClassDef):
            for name, functions in _functions(node.body, f"{prefix}{node.name}.").items():
                found.setdefault(name, []).extend(functions)
        else:
            waiting += (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr))
    return found


def _called_names(node: ast.AST) -> Iterator[str]:
    """What a node calls, as far as plain names tell: functions, classes and methods of classes."""
    called = node.func if isinstance(node, ast.Call) else None
    decorators = node.decorator_list if isinstance(node, (_Function, ast.ClassDef)) else []
    for callee in [*([called] if called is not None else []), *decorators]:
        if isinstance(callee, ast.Name):
            yield callee.id
            yield from (f"{callee.id}.{name}" for name in STARTING)
        elif isinstance(callee, ast.Attribute) and isinstance(callee.value, ast.Name):
            yield f"{callee.value.id}.{callee.attr}"


def _run_with(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that run when it runs."""
    if isinstance(node, _Function):
        return [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
    if isinstance(node, ast.Lambda):
        return [node.args]
    if isinstance(node, ast.If) and _is_not_now(node.test):
        return [*node.orelse]
    return list(ast.iter_child_nodes(node))


def _is_not_now(test: ast.expr) -> bool:
    """Whether a test holds for type checkers, or for scripts, only."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(_is_not_now, test.values))
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq):
        return any(isinstance(part, ast.Name) and part.id == "__name__" for part in (test.left, *test.comparators))
    return "TYPE_CHECKING" in {getattr(test, "id", None), getattr(test, "attr", None)}


def _imported_by(call: ast.Call) -> Iterator[_Imported]:
    """What ``importlib.import_module("name")`` and ``__import__("name")`` import."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else None
    if called in _IMPORTERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
        dotted = first.value.lstrip(".")
        yield len(first.value) - len(dotted), dotted, ()
