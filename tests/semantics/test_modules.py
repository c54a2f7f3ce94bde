"""Which file an import means."""

from __future__ import annotations

import pytest
from linking import BASE, files_of, short


@pytest.mark.parametrize(
    ("files", "importer", "dotted", "expected"),
    [
        pytest.param(["a.py", "b.py"], "a.py", "b", "b.py", id="a module beside it"),
        pytest.param(["a.py", "p/__init__.py"], "a.py", "p", "p/__init__.py", id="a package"),
        pytest.param(["a.py", "p/__init__.py", "p/m.py"], "a.py", "p.m", "p/m.py", id="a module in a package"),
        pytest.param(["a.py", "p/m.py"], "a.py", "p", "p", id="a folder without __init__ is a package too"),
        pytest.param(["a.py", "p/m.py"], "a.py", "p.m", "p/m.py", id="a module in a namespace package"),
        pytest.param(["a.py", "b.pyi"], "a.py", "b", "b.pyi", id="only a stub"),
        pytest.param(["a.py", "b.pyi", "b.py"], "a.py", "b", "b.py", id="code before its stub"),
        pytest.param(["a.py", "b.pyw"], "a.py", "b", "b.pyw", id="a program without a console"),
        pytest.param(["tests/a.py", "src/p/__init__.py"], "tests/a.py", "p", "src/p/__init__.py", id="src layout"),
        pytest.param(["tools/a.py", "b.py"], "tools/a.py", "b", "b.py", id="the top of the project"),
        pytest.param(["p/__init__.py", "p/a.py", "p/b.py"], "p/a.py", "b", None, id="no implicit relative imports"),
        pytest.param(
            ["a.py", "json.py"], "a.py", "json", "json.py", id="a script's neighbour hides the standard library"
        ),
        pytest.param(["x/a.py", "y/json.py"], "x/a.py", "json", None, id="one further away does not"),
        pytest.param(["a.py"], "a.py", "numpy", None, id="a library"),
        pytest.param(["a.py", "b.py"], "a.py", "b.c", None, id="a module has no submodules"),
        pytest.param(
            ["one/a.py", "one/m.py", "two/m.py"], "one/a.py", "m", "one/m.py", id="the nearest of two of one name"
        ),
        pytest.param(
            ["one/p/__init__.py", "one/p/a.py", "two/q/__init__.py"],
            "one/p/a.py",
            "q",
            "two/q/__init__.py",
            id="another root",
        ),
    ],
)
def test_an_absolute_import(files: list[str], importer: str, dotted: str, expected: str | None) -> None:
    modules = files_of(*files)

    assert short(modules.absolute(f"{BASE}/{importer}", dotted)) == expected
    assert short(modules.absolute(f"{BASE}/{importer}", dotted)) == expected, "and so it stays"


def test_a_configured_root_is_one() -> None:
    modules = files_of("odd/place/p/m.py", "a.py", src=("odd/place",))

    assert short(modules.absolute(f"{BASE}/a.py", "p.m")) == "odd/place/p/m.py"


@pytest.mark.parametrize(
    ("importer", "level", "dotted", "expected"),
    [
        ("p/a.py", 1, "b", "p/b.py"),
        ("p/a.py", 1, "", "p/__init__.py"),
        ("p/__init__.py", 1, "b", "p/b.py"),
        ("p/q/c.py", 2, "b", "p/b.py"),
        ("p/q/c.py", 2, "", "p/__init__.py"),
        ("p/q/c.py", 1, "missing", None),
        ("p/q/c.py", 9, "b", None),
    ],
)
def test_a_relative_import(importer: str, level: int, dotted: str, expected: str | None) -> None:
    modules = files_of("p/__init__.py", "p/a.py", "p/b.py", "p/q/__init__.py", "p/q/c.py")

    assert short(modules.relative(f"{BASE}/{importer}", level, dotted)) == expected


@pytest.mark.parametrize(
    ("files", "path", "name"),
    [
        (["p/__init__.py", "p/m.py"], "p/m.py", "p.m"),
        (["p/__init__.py", "p/m.py"], "p/__init__.py", "p"),
        (["p/__init__.py", "p/q/__init__.py", "p/q/m.pyi"], "p/q/m.pyi", "p.q.m"),
        (["src/p/__init__.py"], "src/p/__init__.py", "p"),
        (["src/p/m.py"], "src/p/m.py", "p.m"),
        (["tools/m.py"], "tools/m.py", "tools.m"),
        (["m.py"], "m.py", "m"),
    ],
)
def test_a_file_has_the_name_by_which_it_is_imported(files: list[str], path: str, name: str) -> None:
    assert files_of(*files).name_of(f"{BASE}/{path}") == name


@pytest.mark.parametrize(
    ("path", "package"), [("p/__init__.py", "p"), ("p/m.py", "p"), ("p/q/__init__.py", "p.q"), ("a.py", "")]
)
def test_a_module_belongs_to_a_package(path: str, package: str) -> None:
    modules = files_of("p/__init__.py", "p/m.py", "p/q/__init__.py", "a.py")

    assert modules.package_of(f"{BASE}/{path}") == package


def test_only_packages_have_submodules() -> None:
    modules = files_of("p/__init__.py", "p/m.py", "n/m.py")

    assert short(modules.child(f"{BASE}/p/__init__.py", "m")) == "p/m.py"
    assert short(modules.child(f"{BASE}/n", "m")) == "n/m.py"
    assert modules.child(f"{BASE}/p/m.py", "m") is None
