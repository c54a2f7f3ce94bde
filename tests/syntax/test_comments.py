"""Suppressions: ``noqa`` means what it means to flake8, ``allow`` covers its statement."""

from __future__ import annotations

import io
from argparse import Namespace
from collections.abc import Iterator

import pytest
from flake8.processor import FileProcessor
from flake8.violation import Violation

from asset_lint.syntax.comments import Suppression, Suppressions, suppressions


def read(text: str) -> Suppressions:
    return suppressions(text.encode(), text)


def silenced(text: str, code: str = "MGR101") -> set[int]:
    """The lines in which we silence *code*."""
    lines = range(1, text.count("\n") + 2)
    found = read(text)
    return {line for line in lines if found.whole or any(item.covers(code, line) for item in found.items)}


def silenced_by_flake8(text: str, code: str = "MGR101") -> set[int]:
    """The lines in which flake8 itself, asked as its checker asks, silences *code*."""
    options = Namespace(
        disable_noqa=False, hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0
    )
    file = FileProcessor("a.py", options, lines=io.StringIO(text).readlines())
    lines = range(1, text.count("\n") + 2)
    if file.should_ignore_file():
        return set(lines)
    return {
        line
        for line in lines
        if Violation(code, "a.py", line, 1, "text", file.noqa_line_for(line)).is_inline_ignored(disable_noqa=False)
    }


NOQA = [
    "a()  # noqa",
    "a()  # noqa: MGR101",
    "a()  # noqa:MGR101",
    "a()  # NoQA: mgr101",
    "a()  # noqa : MGR101",
    "a()  # noqa: MGR1",
    "a()  # noqa: MGR102",
    "a()  # noqa: E501,MGR101",
    "a()  # noqa: E501 MGR101",
    "a()  # noqa: E501, W291",
    "a()  # noqa: MGR101 -- reason",
    "a()  # noqa: MGR101: reason",
    "a()  # noqa: MGR101 reason",
    "a()  # noqa some words",
    "a()  # noqa:",
    "a()  # type: ignore # noqa: MGR101",
    "a()  # noqa: E501  # noqa: MGR101",
    "a()  #noqa:MGR101",
    "a()  ## noqa",
    "a()  # nonqa",
    "a = '# noqa: MGR101'",
    "a(\n    b,\n)  # noqa: MGR101",
    "a(  # noqa: MGR101\n    b,\n)",
    "a('''\nb\n''')  # noqa: MGR101",
    "a('''\nb # noqa: MGR101\n''')",
    "a(b, \\\n  c)  # noqa: MGR101",
    "a(b,  # noqa: MGR101 \n  c)\nd()",
    "# noqa: MGR101\na()",
    "a()\n# noqa: MGR101",
    "# flake8: noqa\na()",
    "a()\n# flake8: noqa",
    "# flake8: noqa: MGR101\na()",
    "a()  # flake8: noqa",
    "\x0ca()  # noqa: MGR101",
    "f'''{\na()\n}'''  # noqa: MGR101",
    "a()",
    "",
]


@pytest.mark.parametrize("code", ["MGR101", "MGR102"])
@pytest.mark.parametrize("text", NOQA)
def test_noqa_silences_the_lines_that_flake8_would(text: str, code: str) -> None:
    assert silenced(text, code) == silenced_by_flake8(text, code)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a()  # asset-lint: allow[MGR101]", {1}),
        ("a(\n  b,  # asset-lint: allow[MGR101]\n  c,\n)\nd()", {1, 2, 3, 4}),
        ("a(\n)  # asset-lint: allow[MGR101]\nd()", {1, 2}),
        ("a()\nb()  # asset-lint: allow[MGR101]\nc()", {2}),
        ("# asset-lint: allow[MGR101]\na()", {1}),
        ("a()  # asset-lint: allow[MGR102, MGR1]", {1}),
        ("a()  # asset-lint: allow[MGR102]", set()),
        ("a()  # asset-lint: allow[]", set()),
        ("a()  # asset-lint: allow", set()),
        ("a()  #asset-lint:allow[MGR101]", {1}),
        ("a = '# asset-lint: allow[MGR101]'", set()),
        ("def a(\n  b,\n):  # asset-lint: allow[MGR101]\n  c()", {1, 2, 3}),
        ("@a()  # asset-lint: allow[MGR101]\ndef b(): ...", {1}),
        ("a('''\nb\n''')  # asset-lint: allow[MGR101]", {1, 2, 3}),
        ("a(\n  # asset-lint: allow[MGR101]\n  b,\n)", {1, 2, 3, 4}),
        ("if a:\n\n  b()  # asset-lint: allow[MGR101]\n\nc()", {3}),
    ],
)
def test_allow_covers_the_logical_line_that_it_stands_in(text: str, lines: set[int]) -> None:
    assert silenced(text) == lines


def only(text: str) -> Suppression:
    (one,) = read(text).items
    return one


@pytest.mark.parametrize(
    ("text", "codes", "reason"),
    [
        ("a()  # noqa: MGR101 -- thrown away", ("MGR101",), "thrown away"),
        ("a()  # noqa: MGR101, E501 -- thrown away  # other", ("MGR101", "E501"), "thrown away"),
        ("a()  # noqa: MGR101", ("MGR101",), ""),
        ("a()  # noqa: MGR101 --", ("MGR101",), ""),
        ("a()  # noqa: MGR101 - no", ("MGR101",), ""),
        ("a()  # noqa -- all of it", (), "all of it"),
        ("a()  # asset-lint: allow[MGR101,MGR2] -- two -- of them", ("MGR101", "MGR2"), "two -- of them"),
        ("a()  # asset-lint: allow[MGR101]", ("MGR101",), ""),
    ],
)
def test_codes_and_reasons_are_read(text: str, codes: tuple[str, ...], reason: str) -> None:
    assert (only(text).codes, only(text).reason) == (codes, reason)


def spans(text: str) -> Iterator[str]:
    for item in read(text).items:
        yield text.split("\n")[item.line - 1][item.column - 1 : item.end_column - 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a()  # noqa: MGR101 -- why", ["# noqa: MGR101 -- why"]),
        ("a()  # type: ignore # noqa: MGR101", ["# noqa: MGR101"]),
        ("é = '😀'  # asset-lint: allow[MGR101] -- why  # more", ["# asset-lint: allow[MGR101] -- why"]),
        ("a(\n)  # noqa: MGR101", ["# noqa: MGR101"]),
        ("a()  # noqa: MGR101 # asset-lint: allow[MGR1]", ["# noqa: MGR101", "# asset-lint: allow[MGR1]"]),
    ],
)
def test_a_suppression_knows_where_it_stands(text: str, expected: list[str]) -> None:
    assert list(spans(text)) == expected


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("a()  # noqa: E501,MGR101,M2", ("MGR101",)),
        ("a()  # noqa", ()),
        ("a()  # asset-lint: allow[E501]", ("E501",)),
    ],
)
def test_only_our_codes_are_our_business(text: str, own: tuple[str, ...]) -> None:
    assert only(text).own_codes == own


@pytest.mark.parametrize("text", ["a = '# noqa: MGR101'", "a('''\n# noqa: MGR101\n''')"])
def test_a_string_silences_and_is_no_comment(text: str) -> None:
    """flake8 obeys it, so we do; nobody can be told to remove it."""
    assert not only(text).comment


def test_syntax_that_python_cannot_tokenize_is_read_line_by_line() -> None:
    text = "a = '''\nb()  # noqa: MGR101\n"

    assert silenced(text) == {2}


def test_a_file_without_the_words_has_none() -> None:
    assert read("a()  # nothing to see") == Suppressions()
