"""Which files come to matter when needs grow, and what may copy instances."""

from __future__ import annotations

import pytest

from asset_lint.semantics.copying import may_copy
from asset_lint.semantics.search import Search
from asset_lint.semantics.words import Needs

FILES = [
    ("a.py", b"from assets import Asset\n"),
    ("b.py", b"AssetList = Assets = 1\n"),
    ("c.py", b"asset.again()\n"),
    ("d.py", b"import copy\ncopy.copy(asset)\n"),
    ("e.py", b"asset.other()\n"),
    ("f.py", "größe = 1\n".encode()),
]


def needs(words: str = "", givers: str = "", methods: str = "") -> Needs:
    return Needs(*(frozenset(names.split()) for names in (words, givers, methods)))


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        (needs("Asset"), ["a.py"]),
        (needs("Asset größe"), ["a.py", "f.py"]),
        (needs("Asset", "asset"), ["a.py", "d.py"]),
        (needs("Asset", "asset", "again"), ["a.py", "c.py", "d.py"]),
        (needs("", "", "again"), []),
        (needs(" ".join(f"word{number}" for number in range(30)) + " Asset größe", "asset"), ["a.py", "d.py", "f.py"]),
    ],
)
def test_a_file_matters_for_a_word_or_for_a_giver_that_is_made_use_of(asked: Needs, paths: list[str]) -> None:
    assert list(Search().run(asked, FILES)) == paths
    assert [path for path, data in FILES if asked.test().matters(data)] == paths


def test_needs_may_grow_and_shrink_from_round_to_round() -> None:
    search = Search()

    assert list(search.run(needs("Asset"), FILES)) == ["a.py"]
    assert list(search.run(needs("Asset", "asset"), FILES)) == ["a.py", "d.py"]
    assert list(search.run(needs("Asset", "asset", "other"), FILES)) == ["a.py", "d.py", "e.py"]
    assert list(search.run(needs("Asset AssetList"), FILES)) == ["a.py", "b.py"]


@pytest.mark.parametrize(
    "text",
    [
        "import copy",
        "from  copy import deepcopy as d",
        "x.model_copy()",
        "row._replace(a=1)",
        "attrs.evolve(x)",
        "attr.assoc(x)",
        "def __copy__(self): ...",
        "def __replace__(self): ...",
        "x.__class__(1)",
        "type(x)(1)",
        "type (f(x)) (1)",
        "import dataclasses\ndataclasses.replace(x)",
        "from dataclasses import field, replace",
        "from dataclasses import (\n    field,\n    replace,\n)",
    ],
)
def test_copies_are_told_by_the_text(text: str) -> None:
    assert may_copy(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "copyright = 1",
        "associated = revolver",
        "x.__class__.__name__",
        "type(x).__name__",
        "subtype(x)(1)",
        "from dataclasses import field\ntext.replace('a', 'b')",
        "import photocopy",
    ],
)
def test_what_only_looks_like_a_copy_is_none(text: str) -> None:
    assert not may_copy(text.encode())
