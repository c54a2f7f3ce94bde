"""Edits change what they name and nothing else, and the new text becomes bytes as the old one was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asset_lint.findings import Edit, Span
from asset_lint.syntax.edits import Overlap, applied, encoded
from asset_lint.syntax.source import Unreadable, decode

BOM = b"\xef\xbb\xbf"
# What str.splitlines would take for a line end is among it, and what is more than one byte, or UTF-16 unit, long.
PIECES = ["\n", "\r\n", "\r", "\t", "\f", "\v", "\x1c", "\x85", "\u2028", " ", "a", "é", "€", "𝄞", "e\u0301", "#"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def edit(line: int, column: int, end_line: int, end_column: int, text: str) -> Edit:
    return Edit("a.py", Span(line, column, end_line, end_column), text)


def places(text: str) -> dict[int, tuple[int, int]]:
    """The line and column of each index at which an edit may begin or end: everywhere but inside a line end."""
    found, line, column = {}, 1, 1
    for index, sign in enumerate(text):
        if sign == "\n" and text[:index].endswith("\r"):
            continue
        found[index] = line, column
        line, column = (line + 1, 1) if sign in "\r\n" else (line, column + 1)
    return {**found, len(text): (line, column)}


def spliced(text: str, ranges: list[tuple[int, int]], new: list[str]) -> str:
    """What *text* becomes: index by index, first what is inserted there, then what replaces the text from there on."""
    result, index = "", 0
    while index <= len(text):
        result += "".join(part for place, part in zip(ranges, new, strict=True) if place == (index, index))
        replaced = [(place[1], part) for place, part in zip(ranges, new, strict=True) if place[0] == index < place[1]]
        if replaced:
            index, part = replaced[0]
            result += part
        else:
            result += text[index : index + 1]
            index += 1
    return result


@given(st.data(), TEXTS)
def test_what_no_edit_names_stays_as_it_was(data: st.DataObject, text: str) -> None:
    known = places(text)
    cuts = sorted(data.draw(st.lists(st.sampled_from(sorted(known)), max_size=10)))
    ranges = data.draw(st.permutations(list(zip(cuts[::2], cuts[1::2], strict=False))))
    new = data.draw(st.lists(TEXTS, min_size=len(ranges), max_size=len(ranges)))

    edits = [edit(*known[start], *known[end], part) for (start, end), part in zip(ranges, new, strict=True)]

    assert applied(text, edits) == spliced(text, ranges, new)


@given(TEXTS)
def test_no_edit_changes_nothing(text: str) -> None:
    assert applied(text, []) == text


def test_all_positions_refer_to_the_text_as_it_was() -> None:
    edits = [edit(2, 1, 2, 2, "long\nand longer"), edit(1, 1, 1, 2, ""), edit(1, 3, 2, 1, "; ")]

    assert applied("a b\r\nc d", edits) == " ; long\nand longer d"


def test_columns_count_code_points() -> None:
    assert applied("𝄞é = X()\n", [edit(1, 6, 1, 9, "get()")]) == "𝄞é = get()\n"


def test_insertions_at_one_place_come_in_the_given_order() -> None:
    assert applied("ab", [edit(1, 2, 1, 2, "1"), edit(1, 2, 1, 2, "2"), edit(1, 2, 1, 2, "3")]) == "a123b"


def test_what_is_inserted_at_the_border_of_a_replacement_stays_outside_of_it() -> None:
    edits = [edit(1, 2, 1, 4, "--"), edit(1, 4, 1, 4, ">"), edit(1, 2, 1, 2, "<")]

    assert applied("abcd", edits) == "a<-->d"


def test_a_text_without_a_final_line_end_can_be_continued() -> None:
    assert applied("a\nb", [edit(2, 2, 2, 2, "\n")]) == "a\nb\n"
    assert applied("", [edit(1, 1, 1, 1, "a")]) == "a"
    assert applied("a\n", [edit(2, 1, 2, 1, "b")]) == "a\nb"


@pytest.mark.parametrize(
    "edits",
    [
        [edit(1, 1, 1, 3, "x"), edit(1, 2, 1, 4, "y")],
        [edit(1, 1, 1, 4, "x"), edit(1, 2, 1, 2, "y")],
        [edit(1, 1, 1, 2, "x"), edit(1, 1, 1, 2, "x")],
        [edit(1, 2, 1, 3, "x"), edit(1, 1, 1, 4, "y")],
    ],
    ids=["in part", "an insertion inside", "the same twice", "one inside the other"],
)
def test_edits_that_want_the_same_characters_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(Overlap, match="overlap in line 1"):
        applied("abcd\n", edits)


@pytest.mark.parametrize(
    "wrong",
    [
        edit(0, 1, 1, 1, ""),
        edit(1, 0, 1, 1, ""),
        edit(1, 1, 1, 4, ""),
        edit(1, 3, 1, 4, ""),
        edit(3, 1, 4, 1, ""),
        edit(2, 1, 1, 1, ""),
    ],
    ids=["no line", "no column", "behind a line", "inside a line end", "behind the text", "backwards"],
)
def test_a_place_that_the_text_does_not_have_is_an_error(wrong: Edit) -> None:
    with pytest.raises(ValueError, match="an edit "):
        applied("ab\r\nc\n", [wrong])


ENCODINGS = [
    (b"", "utf-8", "é€𝄞"),
    (BOM, "utf-8", "é€𝄞"),
    (BOM + b"# coding: utf-8\n", "utf-8", "é€𝄞"),
    (b"# -*- coding: latin-1 -*-\r\n", "latin-1", "é\x85\xa0"),
    (b"#!/usr/bin/python\r# vim: set fileencoding=cp1252 :\r", "cp1252", "é€\u201c"),
    (b"# coding: utf-8-unix\n", "utf-8", "é€𝄞"),
    (b"# coding: shift_jis\n", "shift_jis", "\uff76\u8868\uff9e"),
    (b"# coding: koi8-r\n", "koi8-r", "\u0436\u2500"),
]
NAMES = ["plain", "mark", "mark and declaration", "latin-1", "cp1252", "utf-8-unix", "shift_jis", "koi8-r"]


@pytest.mark.parametrize(("head", "encoding", "signs"), ENCODINGS, ids=NAMES)
@given(data=st.data())
def test_bytes_outside_of_an_edit_survive(head: bytes, encoding: str, signs: str, data: st.DataObject) -> None:
    texts = st.lists(st.sampled_from([*"\n\r\t\f ax", "\r\n", *signs]), max_size=20).map("".join)
    first, old, new, last = (data.draw(texts) for _ in range(4))
    before, after = (head + f"#{first}|{part}|{last}".encode(encoding) for part in (old, new))
    text = decode(before)

    assert encoded(before, text) == before
    assert encoded(before, text.replace(f"#{first}|{old}|", f"#{first}|{new}|")) == after


@pytest.mark.parametrize("before", [b"", BOM, BOM + b"a", b"a", b"\r", b"\n\r\n\r"])
def test_nothing_is_added_to_what_does_not_change(before: bytes) -> None:
    assert encoded(before, decode(before)) == before


def test_a_mark_stays_even_if_nothing_else_does() -> None:
    assert encoded(BOM + b"a = 1\n", "") == BOM


def test_what_an_encoding_cannot_hold_is_named_with_its_place() -> None:
    before = "# coding: cp1252\nx = 'é'\n".encode("cp1252")

    with pytest.raises(Unreadable) as caught:
        encoded(before, decode(before) + "\r\n\ry = '\u2192'\n")

    assert "cannot hold the character U+2192 of line 5" in caught.value.message
    assert "cp1252; save it as UTF-8 first" in caught.value.message
    assert caught.value.line == 5


@pytest.mark.parametrize(
    "before",
    [
        b"# coding: utf-7\nx = '+AGE-'\n",
        b"# coding: iso2022_jp\nx = '\x1b$B\x1b(B'\n",
        b"# coding: unicode_escape\nx = '\\x61'\n",
        b"# coding: utf-16\nx = 123456\n",
    ],
    ids=["utf-7", "iso2022_jp", "unicode_escape", "utf-16"],
)
def test_bytes_that_would_not_come_back_are_refused(before: bytes) -> None:
    with pytest.raises(Unreadable, match="save it as UTF-8 first"):
        encoded(before, decode(before))


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (b"# coding: latin-1\nx = '\xe9'\n", "import a\n\n# coding: latin-1\nx = 'é'\n"),
        (b"x = 'a'\n", "\ufeffx = 'a'\n"),
        (b"x = '\xc3\xa9'\n", "# coding: latin-1\nx = 'é'\n"),
        (b"x = 1\n", "x = '\0'\n"),
    ],
    ids=["a declaration that moved", "a mark that was text", "another declaration", "a NUL character"],
)
def test_a_text_that_would_be_read_as_another_one_is_refused(before: bytes, text: str) -> None:
    with pytest.raises(Unreadable, match="would be read as another text"):
        encoded(before, text)


def test_a_declaration_may_move_where_that_changes_no_byte() -> None:
    assert encoded(b"# coding: latin-1\n", "a\nb\n# coding: latin-1\n") == b"a\nb\n# coding: latin-1\n"


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(Unreadable, match=r"cannot hold the character U\+D800 of line 1"):
        encoded(b"", "\ud800")


def test_what_cannot_be_read_is_not_written() -> None:
    with pytest.raises(Unreadable, match="is not valid utf-8"):
        encoded(b"\xff", "a")


def test_an_encoding_that_writes_less_than_it_reads_is_refused() -> None:
    before = b"# coding: idna\n" + b"x" * 70

    with pytest.raises(Unreadable, match="save it as UTF-8 first"):
        encoded(before, decode(before))
