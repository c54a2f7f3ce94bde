"""The bytes of a project's files and the searches over them."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asset_lint import reading
from asset_lint.reading import Files
from asset_lint.semantics.copying import may_copy
from asset_lint.syntax.source import Unreadable, read

posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")

COPYING = re.compile(
    rb"\bimport[\s\\]+copy\b|\bfrom[\s\\]+copy\b|\bevolve\b|\bmodel_copy\b|\b_replace\b|\bassoc\b"
    rb"|__class__(?!\.__(?:name|qualname|module|doc)__)|__(?:copy|deepcopy|replace)__"
    rb"|\btype[\s\\]*\((?:[^()]|\([^()]*\))*\)[\s\\]*\("
    rb"|\bdataclasses[\s\\]*\.[\s\\]*replace\b"
    rb"|\bfrom[\s\\]+dataclasses[\s\\]+import[\s\\]*(?:\([^)]*|[^\n(]*(?:\\\r?\n[^\n]*)*)\breplace\b"
)
"""What copies, in one expression that is easy to read and slow to search for."""

PIECES = r"""
import from copy evolve model_copy _replace assoc __class__ .__name__ __copy__ __replace__ type ( ) dataclasses .
replace x _ 1 \ \n \r\n ,
""".split()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    texts = {"a.py": "Session\n", "b.py": "MySession = 1\n", "c.py": "open_session(Session)\n", "d.py": ""}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Files([(tmp_path / name).as_posix() for name in texts])


def names(paths: set[str]) -> str:
    return " ".join(sorted(path.rpartition("/")[2].removesuffix(".py") for path in paths))


@pytest.mark.parametrize("kept", [10_000, 12, 0])
def test_words_are_found_as_whole_identifiers(files: Files, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_KEPT_BYTES", kept)

    assert names(files.mentioning(["Session"])) == "a c"
    assert names(files.mentioning(["MySession"])) == "b", "although what is in it stood alone elsewhere"
    assert names(files.mentioning(["MySession", "open_session", "session"])) == "b c"
    assert names(files.mentioning([])) == ""


@pytest.mark.parametrize("kept", [10_000, 0])
def test_a_search_may_be_restricted_and_widened(files: Files, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_KEPT_BYTES", kept)
    some = files.paths[1:3]

    assert names(files.mentioning(["Session"], some)) == "c"
    assert names(files.mentioning(["open_session"])) == "c"
    assert names(files.mentioning(["Session"])) == "a c"
    assert names(files.mentioning(["Session"], [*some, "/not/there.py"])) == "c"
    assert names(files.holding(re.compile(b"S.*1").search, some)) == "b"


def test_what_was_found_is_remembered(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    monkeypatch.setattr(reading, "stands_alone", lambda word, data: asked.append(word) or True)
    files.mentioning(["Session"])
    before = list(asked)
    files.mentioning(["Session"])

    assert before
    assert asked == before


def test_files_that_cannot_be_read_are_told(files: Files) -> None:
    Path(files.paths[0]).unlink()

    assert names(files.mentioning(["Session"])) == "c"
    assert list(files.unreadable) == [files.paths[0]]
    assert files.data(files.paths[0]) is None


def test_a_file_that_vanishes_between_two_searches_is_told(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_KEPT_BYTES", 0)
    assert names(files.mentioning(["Session"])) == "a c"
    Path(files.paths[2]).unlink()

    assert names(files.mentioning(["open_session"])) == ""
    assert list(files.unreadable) == [files.paths[2]]


def test_texts_that_are_not_on_the_disk_come_first(files: Files) -> None:
    over = Files(files.paths, {files.paths[3]: b"Session"})

    assert names(over.mentioning(["Session"])) == "a c d"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"from a import *", True),
        (b"from a import\t*\n", True),
        (b"from a import   *\n", True),
        (b"x = 1\ndef __getattr__(name): ...", True),
        (b"class A:\n    def __getattr__(self, name): ...", False),
        (b"from a import b\nc = d * e", False),
    ],
)
def test_modules_that_pass_on_names_are_known(data: bytes, expected: bool) -> None:
    files = Files(["/a.py"], {"/a.py": data})

    assert ("/a.py" in files.star_paths) is expected
    assert "/b.py" not in files.star_paths


@given(st.lists(st.sampled_from([" ", *PIECES]), max_size=12))
def test_what_copies_is_found_as_the_expression_has_it(pieces: list[str]) -> None:
    data = "".join(pieces).replace("\\n", "\n").replace("\\r", "\r").encode()

    assert may_copy(data) is (COPYING.search(data) is not None)


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
def test_a_file_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "a.py").write_bytes(data[:size])

    assert read(str(tmp_path / "a.py")) == data[:size]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no such file")
def test_a_file_whose_size_is_not_known_is_read_to_its_end() -> None:
    assert b"VmRSS" in read("/proc/self/status")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="is not a regular file"):
        read(str(tmp_path))


@posix
def test_pipes_and_sockets_are_refused_without_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket must not be long
    os.mkfifo("pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        for name in ("pipe.py", "socket.py"):
            with pytest.raises(Unreadable, match="is not a regular file"):
                read(name)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unreadable, match="cannot be read: No such file"):
        read("not/there.py")
