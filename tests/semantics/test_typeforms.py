"""What annotations admit."""

from __future__ import annotations

import pytest
from linking import BASE, in_words, linked

from asset_lint.semantics import typeforms

HEAD = """\
import collections, typing
from collections import deque
from collections.abc import Callable, Iterator
from typing import *
class C: pass
class D: pass
Alias = list[C]
"""


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("C", "any main.C"),
        ("'C'", "any main.C"),
        ("C | None", "any main.C | none"),
        ("'C | None'", "any main.C | none"),
        ("Optional[C]", "any main.C | none"),
        ("Union[C, D]", "any main.C | any main.D"),
        ("Annotated[C, 'words']", "any main.C"),
        ("Final[C]", "any main.C"),
        ("ClassVar['C']", "any main.C"),
        ("Awaitable[C]", "any main.C"),
        ("Coroutine[D, D, C]", "any main.C"),
        ("list[C]", "collection of (any main.C)"),
        ("typing.List['C']", "collection of (any main.C)"),
        ("tuple[C, ...]", "collection of (any main.C)"),
        ("deque[C]", "collection of (any main.C)"),
        ("Iterator[C]", "collection of (any main.C)"),
        ("dict[D, C]", "mapping of (any main.C)"),
        ("collections.OrderedDict[str, C]", "mapping of (any main.C)"),
        ("type[C]", "class main.C"),
        ("Type['C']", "class main.C"),
        ("Callable[[D], C]", "gives"),
        ("Alias", "collection of (any main.C)"),
        ("None", "none"),
        ("Literal['C']", "nothing"),
        ("str", "any builtins.str"),
    ],
)
def test_an_annotation_admits(annotation: str, expected: str) -> None:
    program = linked({"main.py": f"{HEAD}def f(a: {annotation}): pass\n"})
    path = f"{BASE}/main.py"

    admitted = typeforms.types(program, path, program.function(path, 0).parameters[0].annotation)

    assert in_words(program, admitted) == expected


def test_types_that_contain_themselves_come_to_an_end() -> None:
    program = linked({"main.py": "A = list['B']\nB = dict[str, 'A']\ndef f(a: A | B): pass\n"})
    path = f"{BASE}/main.py"

    assert "collection of" in in_words(
        program, typeforms.types(program, path, program.function(path, 0).parameters[0].annotation)
    )
