"""Whether several threads use a manager, as far as the code says."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asset_lint.findings import Certainty
from asset_lint.semantics.called import spelled
from asset_lint.semantics.managers.reading import Reading
from asset_lint.semantics.managers.tables import is_lock
from asset_lint.semantics.managers.units import Method

_STARTING = frozenset(
    "submit map Thread Timer to_thread run_in_executor run_sync start_new_thread starmap imap imap_unordered".split()
)
_LOCKS = frozenset({"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "ThreadPoolExecutor", "Thread"})
_MODULES = ("threading", "concurrent.futures", "_thread")


def threading(reading: Reading, entry: Method) -> Certainty | None:
    """How sure it is that threads come to *entry*; None where nothing says so."""
    if _is_handed_to_threads(reading, entry) or any(map(_locks, _code(reading))):
        return "certain"
    for path in reading.unit.paths:
        tree = reading.trees.of(path)
        if tree is not None and any(map(_imports_threads, ast.walk(tree.module.tree))):
            return "possible"
    return None


def _code(reading: Reading) -> Iterator[ast.AST]:
    """The syntax of the manager itself."""
    for method in (*reading.unit.methods.values(), *reading.unit.entries):
        yield from ast.walk(method.node)
    for key in reading.unit.classes:
        tree = reading.trees.of(key[0])
        if tree is not None and key[1] in tree.classes:
            for statement in tree.classes[key[1]].body:
                if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield from ast.walk(statement)


def _locks(node: ast.AST) -> bool:
    if isinstance(node, ast.With):
        return any(is_lock(_name(item.context_expr)) for item in node.items)
    return isinstance(node, ast.Call) and _name(node.func) in _LOCKS and not _is_of_asyncio(node.func)


def _is_of_asyncio(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and _name(node.value) in {"asyncio", "anyio", "trio"}


def _name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _imports_threads(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.startswith(_MODULES) for alias in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_MODULES)


def _is_handed_to_threads(reading: Reading, entry: Method) -> bool:
    """Whether a method is given to something that calls it in another thread."""
    program = reading.program
    for path, facts in program.facts.items():
        for site in facts.sites:
            operation = facts.nodes[site.node]
            if operation[0] != "call" or spelled(facts, operation[1]) not in _STARTING:
                continue
            callee = facts.nodes[operation[1]]
            if callee[0] == "builtin" or (callee[0] == "global" and callee[1] not in facts.exports):
                continue  # map()
            for _, _, node in operation[2]:
                values = program.value(path, node)
                if any(atom[0] in {"func", "bound"} and atom[1:3] == entry[:2] for atom in values):
                    return True
    return False
