"""Which definitions reach the end of a module or the return of a function: extraction and evaluation together."""

from __future__ import annotations

import pytest
from linking import in_words, linked, meaning

from asset_lint.semantics.namespaces import exported


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x = 'a'", "'a'", id="one"),
        pytest.param("x = 'a'\nx = 'b'", "'b'", id="the later one wins"),
        pytest.param("x = y = 'a'", "'a'", id="a chain"),
        pytest.param("x, y = 'a', 'b'", "'a'", id="a tuple"),
        pytest.param("(y, (x, *z)) = 'a', ('b', 'c')", "'b'", id="nested"),
        pytest.param("*y, x = 'a', 'b', 'c'", "'c'", id="behind a star"),
        pytest.param("y = 'a'\nx = y\ny = 'b'", "'a'", id="a copy stays what it was"),
        pytest.param("x = 'a'\ndel x", "none", id="deleted"),
        pytest.param("x = 'a' if y else 'b'", "'a' | 'b'", id="a conditional expression"),
        pytest.param("x = y or 'b'", "'b' | outside builtins.y", id="or"),
        pytest.param("x = (z := 'a')", "'a'", id="walrus"),
        pytest.param("x = {'k': 'a', 'l': 'b'}['l']", "'b'", id="a constant key"),
        pytest.param("x = {'k': 'a', 'l': 'b'}[y]", "'a' | 'b' | unknown", id="a key that is computed, or missing"),
        pytest.param("x = ['a', 'b'][-1]", "'b'", id="an index from the end"),
        pytest.param("x = (lambda: 'a')()", "'a'", id="a lambda"),
    ],
)
def test_straight_lines(text: str, expected: str) -> None:
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("if y: x = 'a'\nelse: x = 'b'", "'a' | 'b'", id="both branches"),
        pytest.param("x = 'a'\nif y: x = 'b'", "'a' | 'b'", id="perhaps replaced"),
        pytest.param("x = 'a'\nif y: x = 'b'\nelse: x = 'c'", "'b' | 'c'", id="replaced on every way"),
        pytest.param("x = 'a'\nif y: raise E\nelse: x = 'b'", "'b'", id="a branch that ends takes nothing along"),
        pytest.param("try: x = 'a'\nexcept E: x = 'b'", "'a' | 'b'", id="try or handler"),
        pytest.param("try: x = 'a'\nexcept E: raise", "'a'", id="a handler that raises"),
        pytest.param("try: x = 'a'\nfinally: x = 'b'", "'b'", id="finally comes last"),
        pytest.param("x = 'a'\ntry: f()\nexcept E as x: pass", "'a' | none", id="except unbinds its name"),
        pytest.param("match y:\n case 1: x = 'a'\n case _: x = 'b'", "'a' | 'b'", id="match"),
        pytest.param("x = 'a'\nmatch y:\n case 1: x = 'b'", "'a' | 'b'", id="perhaps no case"),
        pytest.param("with y: x = 'a'", "'a'", id="with"),
    ],
)
def test_branches(text: str, expected: str) -> None:
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x = 'a'\nfor y in z: x = 'b'", "'a' | 'b'", id="perhaps not entered"),
        pytest.param("for x in ['a', 'b']: pass", "'a' | 'b' | none", id="what is walked over, if anything"),
        pytest.param("x = 'a'\nwhile y: x = 'b'\nelse: x = 'c'", "'c'", id="else without break"),
        pytest.param("while y:\n x = 'a'\n break\nelse: x = 'c'", "'a' | 'c'", id="break passes else by"),
        pytest.param("x = y = 'a'\nfor _ in z:\n x = y\n y = 'b'", "'a' | 'b'", id="what comes round"),
        pytest.param("while True:\n x = 'a'\n if y: break\n x = 'b'", "'a'", id="only break leaves"),
        pytest.param("x = 'a'\nfor y in z:\n if y: continue\n x = 'b'", "'a' | 'b'", id="continue"),
        pytest.param("x = ['a' for y in z][0]", "'a'", id="a comprehension"),
        pytest.param("y = 'a'\nx = [y for y in ['b']][0]", "'b'", id="has variables of its own"),
    ],
)
def test_loops(text: str, expected: str) -> None:
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("def f(): return 'a'\nx = f()", "'a'", id="what it returns"),
        pytest.param("def f(a): return a\nx = f('b')", "'b'", id="what it gets"),
        pytest.param("def f(a, *, b='c'): return b\nx = f(1)", "'c'", id="a default"),
        pytest.param("def f(): return y\ny = 'a'\ny = 'b'\nx = f()", "'b'", id="a global name, when all has run"),
        pytest.param("y = 'a'\ndef f():\n global y\n y = 'b'\nx = y", "'a'", id="a global that somebody may write"),
        pytest.param(
            "def f():\n y = 'a'\n def g(): return y\n y = 'b'\n return g()\nx = f()", "'a' | 'b'", id="a closure"
        ),
        pytest.param(
            "def f():\n y = 'a'\n class C:\n  y = 'b'\n  def g(self): return y\n return C().g()\nx = f()",
            "'a'",
            id="class names are no scope",
        ),
        pytest.param("class C:\n y = 'a'\n z = y\nx = C.z", "'a'", id="but for the class body"),
        pytest.param("class C:\n y = 'a'\nclass D(C): pass\nx = D().y", "'a'", id="an inherited attribute"),
        pytest.param("class C:\n def __init__(self): self.y = 'a'\nx = C().y", "'a'", id="an attribute of self"),
        pytest.param("class C:\n @property\n def y(self): return 'a'\nx = C().y", "'a'", id="a property"),
        pytest.param("class C:\n @classmethod\n def y(cls): return cls()\nx = C.y()", "any main.C", id="a classmethod"),
        pytest.param(
            "def d(f): return f\n@d\ndef f(): return 'a'\nx = f()", "'a'", id="a decorator that returns its function"
        ),
        pytest.param("def f(n): return 'a' if n else f(n)\nx = f(1)", "'a'", id="recursion"),
        pytest.param("def f(): return g()\ndef g(): return f() or 'a'\nx = f()", "'a'", id="mutual recursion"),
        pytest.param(
            "from functools import partial\ndef f(a, b): return b\nx = partial(f, 1)('a')", "'a'", id="partial"
        ),
        pytest.param("async def f(): return 'a'\nasync def g():\n return await f()\nx = g()", "'a'", id="await"),
    ],
)
def test_functions_and_classes(text: str, expected: str) -> None:
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from m import a as x", "'a'"),
        ("import m\nx = m.a", "'a'"),
        ("import m as n\nx = n.a", "'a'"),
        ("from m import *\nx = a", "'a'"),
        ("from m import *\na = 'b'\nx = a", "'b'"),
        ("a = 'b'\nfrom m import *\nx = a", "'a'"),
        ("from m import *\nx = _hidden", "outside builtins._hidden"),
        ("from n import a as x", "'a'"),
        ("try:\n from m import a as x\nexcept ImportError:\n x = None", "'a' | none"),
        ("from library import a as x", "outside library.a"),
        ("from m import missing as x", "unknown"),
    ],
)
def test_imports(text: str, expected: str) -> None:
    """``n`` only hands on what ``m`` has."""
    assert meaning(text, m="a = 'a'\n_hidden = 'h'\n", n="from m import a\n") == expected


def test_only_what_a_call_gives_is_new() -> None:
    """Behind an attribute somebody else may have the instance already."""
    text = """
        class C: pass
        class Keeper:
            def __init__(self): self.kept = C()
            def give(self): return self.kept
        def made(): return C()
        def kept(): return Keeper().give()
    """
    program = linked({"main.py": text})
    functions = {name: exported(program, "/project/main.py", name) for name in ("made", "kept")}

    assert in_words(program, program.call(functions["made"], ())) == "fresh main.C"
    assert in_words(program, program.call(functions["kept"], ())) == "any main.C"
