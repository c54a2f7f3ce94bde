"""Which modules run when a module is imported, to see whether one more import would close a cycle."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from asset_lint.semantics.modules import ModuleMap
from asset_lint.syntax.module import Module, analyse
from asset_lint.syntax.source import Unreadable


class ImportGraph:
    """
    The imports that run when modules are imported: not those inside functions, nor those for type checkers.

    *data* gives the bytes of a file of the project, None where it cannot be read.
    """

    def __init__(self, modules: ModuleMap, data: Callable[[str], bytes | None]) -> None:
        self._modules = modules
        self._data = data
        self._edges: dict[str, frozenset[str]] = {}
        self._closures: dict[tuple[str, frozenset[str]], frozenset[str]] = {}

    def closes_cycle(self, importer: str, imported: str) -> bool:
        """
        Whether *imported*, once it runs, leads to *importer*.

        Packages that both are in have begun to run before either of them, so that no way through them counts.
        """
        if importer == imported:
            return True
        common = frozenset(self._packages(importer)) & frozenset(self._packages(imported))
        return importer in self._closure(imported, common - {importer, imported})

    def _closure(self, start: str, leaving_out: frozenset[str]) -> frozenset[str]:
        key = (start, leaving_out)
        if key not in self._closures:
            found = {start}
            stack = [start]
            while stack:
                for path in self.imports(stack.pop()):
                    if path not in found and path not in leaving_out:
                        found.add(path)
                        stack.append(path)
            self._closures[key] = frozenset(found)
        return self._closures[key]

    def imports(self, path: str) -> frozenset[str]:
        """The files of the project that run because the one at *path* does."""
        if path not in self._edges:
            self._edges[path] = frozenset(self._found(path)) - {path}
        return self._edges[path]

    def _found(self, path: str) -> Iterator[str]:
        data = self._data(path)
        if data is None or path.endswith(".pyi"):
            return
        try:
            named = analyse(data, lambda module: list(_named(module)))
        except Unreadable:
            return  # what cannot be read cannot be imported either
        for level, dotted, names in named:
            yield from self._files(path, level, dotted, names)

    def _files(self, path: str, level: int, dotted: str, names: Iterable[str]) -> Iterator[str]:
        """The files of an import: the module, the submodules among *names*, and the packages around them."""
        source = self._modules.relative(path, level, dotted) if level else self._modules.absolute(path, dotted)
        if source is None:
            return
        children = [child for name in names if (child := self._modules.child(source, name)) is not None]
        for found in (source, *children):
            if found.endswith((".py", ".pyw")):
                yield found
            yield from self._packages(found)

    def _packages(self, path: str) -> Iterator[str]:
        """The files of the packages that *path* is in, which run before it."""
        folder = path.rpartition("/")[0]
        while folder and (package := self._modules.package_file(folder)) is not None:
            if package != path:
                yield package
            folder = folder.rpartition("/")[0]


def _named(module: Module) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """(level, dotted name, imported names) of the imports that run with a module."""
    stack: list[ast.AST] = list(reversed(module.tree.body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import):
            yield from ((0, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or "", tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.If) and _is_for_types(node.test):
            stack.extend(node.orelse)
        elif isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            stack.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, *_PARTS)))
        elif isinstance(node, _PARTS):
            stack.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))


_PARTS = (ast.ExceptHandler, ast.match_case)


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"
