"""Takes away imports that fixes have left without a use, and no others."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from asset_lint.findings import Edit, Span
from asset_lint.rewriting.imports.changing import removed
from asset_lint.rewriting.imports.statements import ImportStatement
from asset_lint.rewriting.imports.uses import Inside, bound_inside, repeated_inside, unused, unused_inside
from asset_lint.rewriting.mentions import Listed, is_reached_otherwise
from asset_lint.semantics.program import Program
from asset_lint.syntax.edits import applied
from asset_lint.syntax.module import Module, analyse
from asset_lint.syntax.source import Unreadable


def without_unused(program: Program, files: Listed, path: str, original: bytes, text: str, data: bytes) -> str:
    """
    *text*, a new text of the file at *path* with the bytes *data*, without imports that only *original* used.

    Imports that are new in a function go as well where the module has them, too.

    What another module takes from this one stays, and so does everything in the ``__init__`` of a package, which is
    imported for what it imports.
    """
    if path.rpartition("/")[2].startswith("__init__."):
        return text
    try:
        before = analyse(original, _imports_of)
        edits = analyse(data, lambda module: _removals(program, files, path, module, before))
    except Unreadable:
        return text  # the proof will say what is wrong with it
    return applied(text, [Edit("", span, new) for span, new in edits])


class _Imports(NamedTuple):
    """The imports of a module: the names that something uses, those in functions, and all that are in functions."""

    used: frozenset[str]
    used_inside: frozenset[Inside]
    inside: frozenset[Inside]


def _imports_of(module: Module) -> _Imports:
    bound, inside = frozenset(_imported(module.tree)), frozenset(bound_inside(module))
    return _Imports(bound - unused(module, bound), inside - unused_inside(module).keys(), inside)


def _removals(program: Program, files: Listed, path: str, module: Module, before: _Imports) -> list[tuple[Span, str]]:
    removable = _unused_for_all(program, files, path, module, before.used)
    inside = unused_inside(module) if before.used_inside else {}
    going = [(key, there) for key, there in inside.items() if key in before.used_inside]
    going += ((key, there) for key, there in repeated_inside(module).items() if key not in before.inside)
    local: dict[ImportStatement, set[str]] = defaultdict(set)
    for (_, name), statements in going:
        for statement in statements:
            local[statement].add(name)
    return removed(module, removable, local) if removable or local else []


def _unused_for_all(
    program: Program, files: Listed, path: str, module: Module, names: frozenset[str]
) -> frozenset[str]:
    """Those of *names* that neither this module nor another one needs."""
    removable = unused(module, names)
    taken = _taken_from(program, path) if removable else frozenset()
    removable = removable - taken - _in_doctests(module) if "*" not in taken else frozenset()
    return frozenset(name for name in removable if not is_reached_otherwise(program, files, path, name))


def _in_doctests(module: Module) -> frozenset[str]:
    """The words of the docstrings that hold examples."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            text = ast.get_docstring(node, clean=False) or ""
            found.update(re.findall(r"\w+", text) if ">>>" in text else ())
    return frozenset(found)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            yield from (alias.asname or alias.name for alias in node.names if alias.name != "*")


def _taken_from(program: Program, path: str) -> frozenset[str]:
    """The names that other modules take from the one at *path*, "*" for all of them."""
    table: dict[str, set[tuple[str, str]]] = program.tables.get("names taken", {})
    if not table:
        table = defaultdict(set)
        for other, source, name in _takings(program):
            table[source].add((other, name))
        program.tables["names taken"] = table
    return frozenset(name for other, name in table.get(path, ()) if other != path)


def _takings(program: Program) -> Iterator[tuple[str, str, str]]:
    """(module, module that it takes something from, name of that) for the whole project."""
    for path, facts in program.facts.items():
        for node in facts.nodes:
            if node[0] in {"from", "starfrom"}:
                source = _source(program, path, node[1], node[2])
                if source is not None:
                    yield path, source, node[3] if node[0] == "from" else "*"
            elif node[0] == "attr":
                for atom in program.value(path, node[1]):
                    if atom[0] == "mod":
                        yield path, atom[1], node[2]


def _source(program: Program, path: str, level: int, module: str) -> str | None:
    return program.modules.relative(path, level, module) if level else program.modules.absolute(path, module)
