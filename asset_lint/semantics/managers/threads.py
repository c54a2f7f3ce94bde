"""Whether several threads use a manager, as far as the code says."""

from __future__ import annotations

import ast

from asset_lint.findings import Certainty
from asset_lint.semantics.called import spelled
from asset_lint.semantics.managers.reading import Reading
from asset_lint.semantics.managers.records import Built, Ended, Stored
from asset_lint.semantics.managers.units import Method

_STARTING = frozenset(
    "submit map Thread Timer to_thread run_in_executor run_sync start_new_thread starmap imap imap_unordered".split()
)
_MODULES = ("threading", "concurrent.futures", "_thread")


def threading(reading: Reading, names: tuple[str, ...], entry: Method) -> Certainty | None:
    """How sure it is that threads come to the map at *names* through *entry*; None where nothing says so."""
    if _is_handed_to_threads(reading, entry) or _is_locked_elsewhere(reading, names):
        return "certain"
    methods = (*reading.unit.methods.values(), *reading.unit.entries)
    if any(isinstance(method.node, ast.AsyncFunctionDef) for method in methods):
        return None  # it lives in an event loop
    tree = reading.trees.of(reading.unit.path)
    return "possible" if tree is not None and any(map(_imports_threads, ast.walk(tree.module.tree))) else None


def _is_locked_elsewhere(reading: Reading, names: tuple[str, ...]) -> bool:
    """Whether some entry looks at the map, or stores into it, under a lock."""
    for record in reading.records:
        ways: list[Ended | Built | Stored] = [*record.ended, *record.built, *record.stored]
        looks = (look for way in ways for look in way.looks)
        stores = (stored for stored in record.stored if stored.names == names and stored.locks)
        if any(look.names == names and look.locks for look in looks) or any(stores):
            return not isinstance(record.entry.node, ast.AsyncFunctionDef)
    return False


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
