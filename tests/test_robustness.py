"""Whatever stands in a file: one clear entry where it cannot be handled, and the others are checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asset_lint.engine import check
from asset_lint.findings import Report
from asset_lint.syntax.source import encoding_of

ASSETS = """\
class AssetResponseWrapper:
    pass


class AssetManager:
    def get(self, key) -> AssetResponseWrapper:
        return self.assets[key]
"""
IMPORT = "from assets import AssetResponseWrapper\n"
BUILD = "AssetResponseWrapper(1)"
SITE = f"{IMPORT}{BUILD}\n"
NEW = "type Name = int\n"  # no grammar for this in Python 3.11


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("assets.py").write_text(ASSETS, encoding="utf-8")
    Path("sound.py").write_text(SITE, encoding="utf-8")


def places(report: Report, path: str) -> list[tuple[int, int]]:
    return [(found.span.line, found.span.column) for found in report.findings if found.path == path]


def checked(data: bytes | str) -> Report:
    """Check a file with *data* in a project whose other files are sound, and make sure that those are checked."""
    Path("odd.py").write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    report = check([Path()], jobs=1)
    assert places(report, "sound.py") == [(2, 1)]
    assert report.stats.rounds < 10
    return report


BAD = {
    "syntax error": (f"{IMPORT}def f(:\n    pass\n", 2, "cannot be parsed: invalid syntax"),
    "python 2 print": (f"{IMPORT}print 'x'\n", 2, "Missing parentheses in call to 'print'"),
    "python 2 octal": (f"{IMPORT}x = 0777\n", 2, "leading zeros"),
    "never closed": (f"{IMPORT}x = (1,\n{BUILD}\n", 2, "was never closed"),
    "indentation": (f"{IMPORT}if 1:\n    x = 1\n  y = 2\n", 4, "unindent does not match"),
    "conflict mark": (f"{IMPORT}<<<<<<< HEAD\nx = 1\n", 2, "invalid syntax"),
    "error behind new syntax": (f"{NEW}{IMPORT}x = 1\nx = 1 1\n", 4, "invalid syntax"),
    "undecodable": (SITE.encode() + b"x = '\xff'\n", 3, "is not valid utf-8: byte 0xff in line 3; save it as UTF-8"),
    "undecodable after lone CR": (SITE.replace("\n", "\r").encode() + b"x = '\xff'\r", 3, "byte 0xff in line 3"),
    "surrogate": (SITE.encode() + b"x = '\xed\xa0\x80'\n", 3, "is not valid utf-8"),
    "utf-16 by cookie": (f"# coding: utf-16\n{SITE}", 3, "is not valid utf-16"),
    "unknown encoding": (f"# coding: nonsense\n{SITE}", 1, "cannot be used here (nonsense); save it as UTF-8"),
    "endless encoding": (f"# coding: {'a' * 5000}\n{SITE}", 1, "aaa...); save it as UTF-8"),
    "encoding that is none": (f"# coding: hex\n{SITE}", 1, "cannot be used here (hex)"),
    "two encodings": (b"\xef\xbb\xbf# coding: latin-1\n" + SITE.encode(), 1, "declares iso-8859-1; remove one"),
    "cookie in line 3": (f"#!x\n#\n# coding: cp1251\n{SITE}# Привет".encode("cp1251"), 6, "is not valid utf-8"),
    "NUL": (f"{SITE}x = '\0'\n", 3, "contains a NUL character, which Python does not accept; remove it"),
    "bytes beside text": (f"{IMPORT}x = b'a' 'b'\n", 2, "cannot mix bytes and nonbytes literals"),
    "adjacent template strings": (f"{IMPORT}x = t'a' t'b'\n", 2, "cannot be parsed"),
    "wrong escape behind new syntax": (f"{IMPORT}def f[T](): return '\\N{{nope}}'\n", 2, "cannot be parsed"),
    "brackets": (f"{IMPORT}x = {'(' * 300}{BUILD}{')' * 300}\n", 2, "too many nested parentheses; split the statement"),
    "blocks": (IMPORT + "".join(" " * i + "if x:\n" for i in range(150)), 102, "too many levels of indentation"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_entry_with_its_line(case: str) -> None:
    data, line, message = BAD[case]

    (problem,) = checked(data).problems

    assert (problem.path, problem.line) == ("odd.py", line)
    assert message in problem.message


def coded(encoding: str, cookie: str, letters: str) -> bytes:
    return f"# -*- coding: {cookie} -*-\n{IMPORT}x = '{letters}'; {BUILD}\n".encode(encoding)


GOOD = {
    "latin-1": (coded("latin-1", "latin-1", "é"), [(3, 10)]),
    "latin-1 with a line end": (coded("latin-1", "latin-1-unix", "é"), [(3, 10)]),
    "utf-8 with a line end": (coded("utf-8", "utf-8-unix", "é"), [(3, 10)]),
    "cp1251": (coded("cp1251", "cp1251", "Привет"), [(3, 15)]),
    "shift_jis": (coded("shift_jis", "shift_jis", "表示"), [(3, 11)]),
    "cookie in line 2": (b"#!/usr/bin/python\n" + coded("cp1251", "cp1251", "Привет"), [(4, 15)]),
    "cookie after lone CR": (f"#!x\r# coding: latin-1\r{IMPORT}x = 'é'; {BUILD}\r".encode("latin-1"), [(4, 10)]),
    "byte order mark": (b"\xef\xbb\xbf" + SITE.encode(), [(2, 1)]),
    "byte order mark and cookie": (b"\xef\xbb\xbf# coding: utf-8\n" + SITE.encode(), [(3, 1)]),
    "CRLF": (SITE.replace("\n", "\r\n"), [(2, 1)]),
    "lone CR": (SITE.replace("\n", "\r"), [(2, 1)]),
    "mixed line ends": (f"{IMPORT[:-1]}\r\nx = 1\ry = 2\n{BUILD}\r{BUILD}\n", [(4, 1), (5, 1)]),
    "no line end": (SITE.rstrip(), [(2, 1)]),
    "line ends of Unicode": (f"{IMPORT}x = '\x85\u2028\x1c'; {BUILD}\n{BUILD}\n", [(2, 12), (3, 1)]),
    "emoji": (f"{IMPORT}x = '😀e\u0301'; {BUILD}\n", [(2, 12)]),
    "scripts": (f"{IMPORT}def фун(变量): return {BUILD}\nclass Ñandú: キー = {BUILD}\n", [(2, 21), (3, 19)]),
    "type parameters": (f"{IMPORT}def f[T: int = int, *Ts, **P](x: T): return {BUILD}\n", [(2, 45)]),
    "type statement": (f"{NEW}{SITE}", [(3, 1)]),
    "nested quotes": (f"""{IMPORT}x = f'{{f'{{{BUILD}}}'}}'\n""", [(2, 11)]),
    "backslash in f-string": (f"{IMPORT}x = f'{{'\\n'.join([{BUILD}])}}'\n", [(2, 19)]),
    "except without parentheses": (f"{IMPORT}try: pass\nexcept A, B: {BUILD}\n", [(3, 14)]),
    "template string": (f"{IMPORT}x = t'{{{BUILD}}}'\n", [(2, 8)]),
    "unpacking in comprehension": (f"{IMPORT}x = [*a for a in b]\n{BUILD}\n", [(3, 1)]),
    "lazy import": (f"lazy import json\n{SITE}", [(3, 1)]),
    "refused by LibCST": (f"{IMPORT}if x:\n    y = 1 if 0 else(lambda:{BUILD})\n", [(3, 28)]),
    "tabs as Python counts": (f"{IMPORT}if 1:\n\tif 1:\n        \tx = {BUILD}\n", [(4, 14)]),
    "empty": ("", []),
    "blank": (" \n\t\f", []),
    "comment": ("# AssetResponseWrapper(1)", []),
    "one endless line": (f"{IMPORT}{'x = 1; ' * 4000}{BUILD}\n", [(2, 28001)]),
    "huge string": (f"{IMPORT}x = '{'a' * 2_000_000}'; {BUILD}\n", [(2, 2_000_009)]),
    "thousands of arguments": (f"{IMPORT}f({'1, ' * 3000}{BUILD})\n", [(2, 9003)]),
    "nested mappings in patterns": (f"{IMPORT}match x:\n case {'{1: ' * 5}y{'}' * 5}: {BUILD}\n", [(3, 35)]),
    "loops": (IMPORT + "".join(f"{' ' * i}for i{i} in x:\n" for i in range(20)) + f"{' ' * 20}{BUILD}\n", [(22, 21)]),
}


@pytest.mark.parametrize("case", GOOD)
def test_an_odd_file_is_checked_and_its_columns_are_right(case: str) -> None:
    data, expected = GOOD[case]

    report = checked(data)

    assert report.problems == ()
    assert places(report, "odd.py") == expected


@pytest.mark.parametrize("name", ["utf-8", "utf_8", "UTF-8-dos"])
def test_an_encoding_has_the_name_that_python_gives_it(name: str) -> None:
    assert encoding_of(f"# coding: {name}\n".encode()) == "utf-8"


def blocks(head: str, count: int) -> str:
    return "".join(f"{' ' * i}{head}\n" for i in range(count)) + " " * count + BUILD + "\n"


def deep(count: int) -> dict[str, str]:
    """Everything that can be inside itself, *count* times."""
    around = {
        "brackets": "( )", "lists": "[ ]", "dicts": "{1: }", "calls": "f( )", "keywords": "f(a= )", "indices": "a[ ]",
        "conditions": "(x if a else )", "lambdas": "(lambda: )", "comprehensions": "[ for a in b]",
        "generators": "f( for a in b)", "tuples": "( ,)",
    }  # fmt: skip
    texts = {}
    for name, pair in around.items():
        before, _, after = pair.rpartition(" ") if name not in {"comprehensions", "generators"} else pair.partition(" ")
        texts[name] = f"x = {before * count}{BUILD}{(' ' + after if 'for' in after else after) * count}\n"
    for name, operator in {"sums": "1 + ", "powers": "1 ** ", "ands": "a and ", "ors": "a or "}.items():
        texts[name] = f"x = {operator * count}{BUILD}\n"
    for name, prefix in {"nots": "not ", "signs": "-", "lambda chains": "lambda: ", "else": "1 if a else "}.items():
        texts[name] = f"x = {prefix * count}{BUILD}\n"
    for name, postfix in {"attributes": ".a", "call chains": "()", "method chains": ".a()", "index": "[0]"}.items():
        texts[name] = f"x = {BUILD}{postfix * count}\n"
    texts["comparisons"] = f"x = {'a < ' * count}{BUILD}\n"
    texts["strings"] = "x = (" + "''\n" * count + ")\n"
    texts["elif"] = "if a: pass\n" + "elif a: pass\n" * count + f"else: {BUILD}\n"
    texts["decorators"] = f"@a{'.b' * count}\ndef f(): {BUILD}\n"
    texts["format specs"] = f'x = f"{"{a:" * count}{"}" * count}"\n'
    texts["annotations"] = f"x: {'int | ' * count}int = {BUILD}\n"
    texts["sequence patterns"] = f"match x:\n case {'[' * count}y{']' * count}: {BUILD}\n"
    texts["deletions"] = f"del {'(' * count}x{',)' * count}\n"
    return texts


def test_no_depth_takes_the_program_down(tmp_path: Path) -> None:
    expected = set()
    for prefix in ("", NEW):
        for count in (60, 10_000):
            for name, text in deep(count).items():
                path = f"{name.replace(' ', '_')}_{count}_{bool(prefix)}.py"
                Path(path).write_text(f"{prefix}{IMPORT}{text}", encoding="utf-8")
                expected.add(path)
    for head in ("if a:", "def f():", "class A:", "with a:", "for a in b:", "while a:"):
        path = f"blocks_{head[:3].strip()}.py"
        Path(path).write_text(IMPORT + blocks(head, 90), encoding="utf-8")
        expected.add(path)

    run = subprocess.run(
        [sys.executable, "-m", "asset_lint", "check", "--format", "json", "--jobs", "1", "."],
        capture_output=True,
        timeout=100,
        check=False,
        cwd=tmp_path,
    )

    assert run.returncode == 2, run.stderr.decode()
    document = json.loads(run.stdout)
    failed = [error["path"] for error in document["errors"]]
    assert len(failed) == len(set(failed))
    silent = expected - set(failed) - {found["path"] for found in document["findings"]}
    assert {path.rsplit("_", 2)[0] for path in silent} <= {"strings", "format_specs", "deletions"}
    assert not [path for path in silent if path.startswith(("format", "deletions")) and "10000" in path]
    assert all(error["line"] > 0 for error in document["errors"])


@pytest.mark.parametrize("pattern", ["[ ]", "{1: }", "C( )", "( ,)", "{'a': [ ]}"])
def test_patterns_that_libcst_would_need_ages_for_are_refused_where_only_it_can_read_them(pattern: str) -> None:
    before, _, after = pattern.rpartition(" ")
    text = f"{IMPORT}match x:\n case {before * 24}y{after * 24}: {BUILD}\n"
    start = time.monotonic()

    assert [line for line, _ in places(checked(text + NEW), "odd.py")] == [3]
    (problem,) = checked(f"{text} case _: x = [*a for a in b]\n").problems

    assert "nested too deeply" in problem.message
    assert problem.line == 3
    assert time.monotonic() - start < 5


def test_many_patterns_that_people_write_are_no_reason_to_refuse() -> None:
    cases = "".join(f"    case {{'a': {{'b': [x, {{'c': C({number})}}]}}}}: pass\n" for number in range(300))

    report = checked(f"{IMPORT}match x:\n{cases}    case _: {BUILD}\n")

    assert report.problems == ()
    assert places(report, "odd.py") == [(303, 13)]


def test_a_generated_file_of_fifty_thousand_lines_is_read() -> None:
    lines = "".join(f"NAME_{number} = {number}\n" for number in range(50_000))

    report = checked(f"{IMPORT}{lines}{BUILD}\n")

    assert report.problems == ()
    assert places(report, "odd.py") == [(50_002, 1)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_waited_for() -> None:
    os.mkfifo("pipe.py")

    named = check([Path("pipe.py"), Path("sound.py")], jobs=1)

    assert [(problem.path, problem.line) for problem in named.problems] == [("pipe.py", 0)]
    assert "is not a regular file" in named.problems[0].message
    assert places(named, "sound.py") == [(2, 1)]
    assert check([Path()], jobs=1).problems == ()


def test_folders_and_links_in_the_way_are_no_files() -> None:
    Path("folder.py").mkdir()
    Path("folder.py/inner.py").write_text(SITE, encoding="utf-8")
    try:
        os.symlink("nowhere.py", "dangling.py")
        os.symlink("circle.py", "circle.py")
        os.symlink(".", "self", target_is_directory=True)
    except OSError:
        pytest.skip("there are no links here")

    report = check([Path()], jobs=1)

    assert report.problems == ()
    assert [found.path for found in report.findings] == ["folder.py/inner.py", "sound.py"]


def test_a_file_that_vanishes_is_an_entry() -> None:
    vanishing = Path("vanishing.py")
    vanishing.write_text(SITE, encoding="utf-8")

    def progress(phase: str, done: int, total: int) -> None:
        vanishing.unlink(missing_ok=True)

    report = check([Path()], jobs=1, progress=progress)

    assert [problem.path for problem in report.problems] == ["vanishing.py"]
    assert "cannot be read" in report.problems[0].message
    assert places(report, "sound.py") == [(2, 1)]


def test_a_bad_file_that_is_named_is_an_entry_whatever_it_mentions() -> None:
    Path("odd.py").write_text("def f(:\n", encoding="utf-8")
    Path("wide.py").write_text(SITE, encoding="utf-16")

    assert check([Path()], jobs=1).problems == ()
    assert [problem.line for problem in check([Path("odd.py")], jobs=1).problems] == [1]
    (problem,) = check([Path("wide.py")], jobs=1).problems
    assert (problem.line, problem.message) == (1, "is UTF-16, which Python does not accept; save it as UTF-8")


MODULES = {
    "chain of re-exports": (
        {"m0.py": IMPORT} | {f"m{i}.py": f"from m{i - 1} import AssetResponseWrapper\n" for i in range(1, 150)},
        "from m149 import AssetResponseWrapper as Last\nLast(1)\n",
    ),
    "circle of star imports": (
        {
            "one.py": "from two import *\nfrom assets import *\n__all__ = two.__all__ + ['AssetResponseWrapper']\n",
            "two.py": "from one import *\n__all__ = one.__all__\n",
        },
        "from two import AssetResponseWrapper as Last\nLast(1)\n",
    ),
    "circle of imports": (
        {"one.py": "import two\nfrom assets import AssetResponseWrapper as A\n", "two.py": "import one\nB = one.A\n"},
        "import one\none.two.one.two.B(1)\n",
    ),
    "thousand imports": (
        {"many.py": "".join(f"from module_{i} import name_{i}\n" for i in range(1000)) + IMPORT},
        "import many\nmany.AssetResponseWrapper(1)\n",
    ),
    "classes that inherit from each other": (
        {"one.py": f"{IMPORT}class A(B): pass\nclass B(A): pass\nclass C(C, AssetResponseWrapper): pass\n"},
        "from assets import AssetResponseWrapper\nimport one; one.A(); AssetResponseWrapper(1)\n",
    ),
    "functions that call each other": (
        {
            "one.py": "import two\ndef f(c, n): return two.g(c, n)\n",
            "two.py": "import one\ndef g(c, n): return one.f(c, n)\n",
        },
        f"import one, two; one.f(1, 2); two.g(1, 2); from assets import AssetResponseWrapper\n{BUILD}\n",
    ),
    "class with thousands of methods": (
        {"one.py": "class A:\n" + "".join(f"    def m{i}(self): return self.m{i // 2}()\n" for i in range(2000))},
        f"import one; one.A().m1999(); from assets import AssetResponseWrapper\n{BUILD}\n",
    ),
    "function with thousands of statements": (
        {"one.py": f"{IMPORT}def f():\n" + "".join(f"    x{i} = g({i})\n" for i in range(4000)) + "    return x1\n"},
        f"import one; one.f(); from assets import AssetResponseWrapper\n{BUILD}\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MODULES)
def test_large_and_circular_projects_come_to_an_end(case: str) -> None:
    modules, use = MODULES[case]
    for name, text in modules.items():
        Path(name).write_text(text, encoding="utf-8")

    report = checked(use)

    assert report.problems == ()
    assert [line for line, _ in places(report, "odd.py")] == [2]


NEWER = "f'{x['a']}'\n"  # before Python 3.12 a text with this goes through everything that can read newer syntax
HOSTILE = {
    "many lines": "a = 1\n" * 50_000 + NEWER,
    "one long line": "x = 'é'; " + "f(); " * 50_000,
    "many deletions": NEWER + "del x\n" * 20_000,
    "blanks": "type X = int\ndef a" + " " * 100_000,
    "quotes": NEWER + "'\\" * 50_000,
    "triple quotes": NEWER + "'''\\" * 100_000,
    "heads": "def f[" * 50_000,
    "chain beside an alias": "type X = int\ny = 1" + " + 1" * 40_000,
    "calls beside an alias": "type X = int\ny = f" + "()" * 40_000,
    "nesting behind mixed quotes": f'z = """ \'\'\' """\ndef f():\n    x = {NEWER}    y = {"-" * 20_000}1\n',
    "nesting behind a raw literal": f'def f():\n    z = fr""" a """; x = {NEWER}    y = {"-" * 20_000}1\n',
    "nesting behind a short literal": f"a = \"'''\"\ndef f():\n    x = {NEWER}    y = {'-' * 20_000}1\n",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_no_text_takes_ages_or_the_program_down(case: str) -> None:
    Path("odd.py").write_text(IMPORT + HOSTILE[case] + "\n", encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-m", "asset_lint", "check", "--jobs", "1", "--format", "json", "."],
        capture_output=True,
        timeout=30,
        check=False,
    )

    assert run.returncode in {1, 2}, run.stderr.decode()
    assert [found["path"] for found in json.loads(run.stdout)["findings"]] == ["sound.py"]
