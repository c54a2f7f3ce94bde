"""The children of LibCST nodes without those that only hold whitespace: LibCST's own property visits and copies."""

from __future__ import annotations

from functools import cache
from typing import Any

import libcst as cst

_FORMATTING = frozenset(
    """lpar rpar lbracket rbracket lbrace rbrace comma semicolon equal dot colon header footer leading_lines
    lines_after_decorators trailing_whitespace whitespace indent newline comment""".split()
)


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(
        name
        for name in getattr(kind, "__dataclass_fields__", ())
        if name not in _FORMATTING and not name.startswith(("whitespace", "__"))
    )


def children(node: Any) -> list[Any]:
    """The nodes directly inside *node*, in the order of the text."""
    found = []
    kind: type = type(node)
    for name in _fields(kind):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += [item for item in value if isinstance(item, cst.CSTNode)]
    return found
