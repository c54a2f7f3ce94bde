"""
The recall reference: every place where a guarded class is called or handed to a call, by spelling alone.

    python tests/benchmarks/text_search.py GUARD.toml TREE...

lists `path:line` and how the name stands there. Nothing is resolved: look-alikes, allowed places and type arguments are
listed too, and aliases are not followed. Each line must be one of our findings or be explained by what it is.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import libcst
from guard_files import load
from libcst.metadata import MetadataWrapper, PositionProvider

CALLED, HANDED_OVER, DECORATOR, TEXT = "called", "handed over", "decorator", "text"


class Place(NamedTuple):
    """A line where the name stands, and as what."""

    path: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}"


@dataclass(frozen=True)
class Search:
    """Looks for one bare name."""

    name: str

    def tree(self, root: Path) -> Iterator[Place]:
        """Yield the places in all Python files under a folder, or in one file."""
        files = [root] if root.is_file() else sorted(root.rglob("*.py"))
        for file in files:
            yield from self.file(file, file.name if root.is_file() else file.relative_to(root).as_posix())

    def file(self, file: Path, shown: str) -> list[Place]:
        """Return the places in one file, each line and kind once."""
        source = file.read_bytes()
        if self.name.encode() not in source:
            return []
        found = set(self._spelled(source.decode("utf-8", errors="replace")))
        parsed = self._parsed(source)
        # A textual hit on a line that the parser explains is no second place.
        explained = {line for line, _ in parsed}
        found = {(line, kind) for line, kind in found if line not in explained} | parsed
        return [Place(shown, line, kind) for line, kind in sorted(found)]

    def _spelled(self, text: str) -> Iterator[tuple[int, str]]:
        # The class statement's own bracket holds its bases and calls nothing.
        pattern = re.compile(rf"(?<!class )(?<!\w){re.escape(self.name)}(?:\[[^\]\n]*\])?\s*\(")
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, TEXT

    def _parsed(self, source: bytes) -> set[tuple[int, str]]:
        try:
            return set(self._with_ast(ast.parse(source)))
        except (SyntaxError, ValueError):
            pass  # newer syntax than the running Python's: LibCST knows it
        try:
            module = libcst.parse_module(source)
        except libcst.ParserSyntaxError:
            return set()  # the textual search stands alone for this file
        visitor = _Calls(self.name)
        MetadataWrapper(module, unsafe_skip_copy=True).visit(visitor)
        return visitor.found

    def _with_ast(self, module: ast.Module) -> Iterator[tuple[int, str]]:
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                if self._is_name(node.func):
                    yield node.lineno, CALLED
                values = [*node.args, *(keyword.value for keyword in node.keywords)]
                if any(self._is_name(value) for value in values):
                    yield node.lineno, HANDED_OVER
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for decorator in node.decorator_list:
                    if self._is_name(decorator):
                        yield decorator.lineno, DECORATOR

    def _is_name(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Starred | ast.Subscript):
            return self._is_name(node.value)
        if isinstance(node, ast.Attribute):
            return node.attr == self.name
        return isinstance(node, ast.Name) and node.id == self.name


class _Calls(libcst.CSTVisitor):
    """The same search over a LibCST tree."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.found: set[tuple[int, str]] = set()

    def visit_Call(self, node: libcst.Call) -> None:
        if self._is_name(node.func):
            self._add(node, CALLED)
        if any(self._is_name(argument.value) for argument in node.args):
            self._add(node, HANDED_OVER)

    def visit_Decorator(self, node: libcst.Decorator) -> None:
        if self._is_name(node.decorator):
            self._add(node, DECORATOR)

    def _is_name(self, node: libcst.BaseExpression) -> bool:
        if isinstance(node, libcst.Subscript):
            return self._is_name(node.value)
        if isinstance(node, libcst.Attribute):
            return node.attr.value == self.name
        return isinstance(node, libcst.Name) and node.value == self.name

    def _add(self, node: libcst.CSTNode, kind: str) -> None:
        self.found.add((self.get_metadata(PositionProvider, node).start.line, kind))


def search(cls: str, root: Path) -> list[Place]:
    """Return every place under the root where the last part of the dotted name is called or given to a call."""
    return list(Search(cls.rpartition(".")[2]).tree(root))


def main() -> None:
    """Print the places for each guard of a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("guard", type=Path, help="a file like guards/homeassistant.client_session.toml")
    parser.add_argument("tree", type=Path, nargs="+")
    options = parser.parse_args()
    for guard in load(options.guard):
        for root in options.tree:
            places = search(guard.cls, root)
            print(f"# {guard.cls} under {root.name}: {len(places)}")
            print(*places, sep="\n")


if __name__ == "__main__":
    main()
