"""How a file writes its imports, and new statements written like that."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from asset_lint.rewriting.imports.order import MEMBER_KEYS, fitting
from asset_lint.rewriting.imports.pieces import newline_of
from asset_lint.rewriting.imports.statements import Wanted
from asset_lint.syntax.module import Module
from asset_lint.syntax.placing import Lines

_NARROW, _WIDE = 88, 120


class Style:
    """How a file writes its imports; where nothing *wraps*, lines may be of any length."""

    def __init__(self, module: Module, *, wraps: bool = True) -> None:
        text = module.lines.text
        self.newline = newline_of(text)
        self.indent = "\t" if re.search(r"^\t", text, re.MULTILINE) and "\n    " not in text else "    "
        froms = [node for node in module.tree.body if isinstance(node, ast.ImportFrom)]
        self.limit = _limit(module.lines, froms) if wraps else sys.maxsize
        self.lists = [[alias.name for alias in node.names] for node in froms]
        self.combines = any(len(node.names) > 1 and any(alias.asname for alias in node.names) for node in froms)
        plain = Counter((node.module, node.level) for node in froms if not node.names[0].asname)
        self.one_each = max(plain.values(), default=0) > 1 and all(len(names) == 1 for names in self.lists)

    def place_of(self, name: str, names: Sequence[str]) -> int:
        """Where *name* belongs in a list of names: behind all of them if they are not sorted."""
        key = fitting(MEMBER_KEYS, names, self.lists)
        later = (place for place, other in enumerate(names) if key and key(other) > key(name))
        return next(later, len(names))

    def statements(self, wanted: Sequence[Wanted], indentation: str = "", mark: str = "") -> list[tuple[Wanted, str]]:
        """
        The statements, each with the first of what it imports: what is not renamed is joined by its module.

        The comment *mark* stands behind each of them.
        """
        groups: dict[object, list[Wanted]] = {}
        for item in wanted:
            is_joined = not item.plain and not self.one_each and (self.combines or not item.alias)
            group = groups.setdefault((item.module, item.level) if is_joined else item, [])
            group.insert(self.place_of(item.name, [other.name for other in group]), item)
        return [(group[0], self._statement(group, indentation, mark)) for group in groups.values()]

    def wrapped(self, head: str, names: Iterable[str], indentation: str = "", mark: str = "") -> str:
        """A statement with each of its names on a line of its own."""
        rows = "".join(f"{indentation}{self.indent}{name},{self.newline}" for name in names)
        return f"{head} ({mark}{self.newline}{rows}{indentation})"

    def _statement(self, group: Sequence[Wanted], indentation: str, mark: str) -> str:
        names = [item.written for item in group]
        if group[0].plain:
            return f"{indentation}import {names[0]}{mark}"
        head = f"{indentation}from {'.' * group[0].level}{group[0].module} import"
        line = f"{head} {', '.join(names)}"
        # Formatters do not count such a comment.
        return f"{line}{mark}" if len(line) <= self.limit else self.wrapped(head, names, indentation, mark)


def _limit(lines: Lines, froms: Iterable[ast.ImportFrom]) -> int:
    """How long lines may be, told by the imports where code, such as strings that nothing wraps, runs further."""
    if lines.longest <= _NARROW:
        return _NARROW
    lengths = [(len(ast.unparse(node)), node.lineno == node.end_lineno) for node in froms]
    between = [is_in_line for length, is_in_line in lengths if _NARROW < length <= _WIDE]
    return _NARROW if between and not any(between) else _WIDE
