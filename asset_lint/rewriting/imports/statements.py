"""Import statements: those that a file has, and those that are wanted in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asset_lint.rewriting.imports.order import Origin
from asset_lint.syntax.placing import Lines

ImportStatement = ast.Import | ast.ImportFrom

_MARK = re.compile(r"#.*(?:\bnoqa\b|\bpragma\b|\b(?:type|isort|pylint|ruff|flake8|pyright|mypy)\s*:)", re.IGNORECASE)

_PLACES = r"(?:E402|PLC0415|C0413|C0415|R0401|wrong-import-position|import-outside-toplevel|cyclic-import)"
_PLACE_MARK = re.compile(
    rf"#[ \t]*(?:noqa|pylint)[ \t]*:[ \t]*(?:disable[ \t]*=[ \t]*)?{_PLACES}(?:[ \t]*,[ \t]*{_PLACES})*[ \t]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Wanted:
    """``from <dots><module> import <name> [as <alias>]``, or, where *plain*, ``import <module> [as <alias>]``."""

    module: str
    name: str
    alias: str = ""
    level: int = 0
    plain: bool = False

    @property
    def bound(self) -> str:
        """The local name that it binds."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def origin(self) -> Origin:
        """What gives it its place."""
        return Origin(self.module, self.level, not self.plain, self.name)

    @property
    def written(self) -> str:
        """How it is written behind ``import``."""
        name = self.module if self.plain else self.name
        return f"{name} as {self.alias}" if self.alias else name

    def is_from(self, node: ast.stmt) -> bool:
        """Whether *node* imports from the same module in the same way."""
        if self.plain or not isinstance(node, ast.ImportFrom):
            return self.plain and isinstance(node, ast.Import)
        return (node.module or "", node.level) == (self.module, self.level)

    def is_written_as(self, alias: ast.alias) -> bool:
        """Whether *alias*, of a statement of that kind, is this import."""
        return (alias.name, alias.asname or "") == (self.module if self.plain else self.name, self.alias)

    def is_there(self, body: Iterable[ast.stmt]) -> bool:
        """Whether a statement of *body* is this import."""
        return any(self.is_from(node) and any(map(self.is_written_as, aliases(node))) for node in body)


def origin_of(node: ast.stmt) -> Origin:
    """What gives the import *node* its place."""
    if isinstance(node, ast.ImportFrom):
        return Origin(node.module or "", node.level, True, node.names[0].name)
    assert isinstance(node, ast.Import)
    return Origin(node.names[0].name, is_from=False)


def aliases(node: ast.stmt) -> list[ast.alias]:
    """What *node* imports, nothing if it is another statement."""
    return node.names if isinstance(node, ImportStatement) else []


def bindings(node: ast.stmt) -> Iterator[tuple[str, ast.alias]]:
    """The local names that the import *node* binds, in their order, each with what it stands for."""
    for alias in aliases(node):
        yield alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name), alias


def binds(node: ast.stmt, name: str) -> bool:
    """Whether *node* is an import that binds *name*."""
    return any(bound == name for bound, _ in bindings(node))


def lines_of(node: ast.stmt | ast.alias) -> range:
    """The numbers of the lines that *node* stands in."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def is_marked(lines: Lines, numbers: Iterable[int]) -> bool:
    """Whether a comment for a tool stands in one of these lines, one that is not only about where the import stands."""
    texts = (lines.line(number).rstrip() for number in numbers)
    return any(_MARK.search(text) and not _PLACE_MARK.search(text) for text in texts)


def place_mark(lines: Lines, node: ast.stmt) -> str:
    """The comment that allows the import *node* to stand where it stands, with space before it; may be empty."""
    match = _PLACE_MARK.search(lines.line(node.lineno).rstrip())
    return f"  {match.group()}" if match else ""
