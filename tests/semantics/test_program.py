"""The fixpoint: questions that lead to themselves come to an end, with everything that is true in the answer."""

from __future__ import annotations

import pytest
from linking import BASE, in_words, linked, meant

from asset_lint.semantics import program as module
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import UNKNOWN, Values


def functions(count: int, last: str) -> str:
    """A chain of functions, each of which returns what the next one does."""
    links = "".join(f"def f{number}(): return f{number + 1}()\n" for number in range(count))
    return f"{links}def f{count}(): return {last}\nx = f0()\n"


def test_a_chain_of_calls_is_followed_to_its_end() -> None:
    program = linked({"main.py": functions(20, "'end'")})

    assert meant(program, "main.py", "x") == "'end'"
    assert program.bounded == set()


def test_a_chain_that_is_too_long_ends_in_unknown_and_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is guessed, and nothing is passed over in silence."""
    monkeypatch.setattr(module, "DEEPEST", 30)
    program = linked({"main.py": functions(100, "'end'")})

    assert meant(program, "main.py", "x") == "unknown"
    assert {path for path, _ in program.bounded} == {f"{BASE}/main.py"}


def test_a_circle_of_calls_comes_to_an_end() -> None:
    program = linked({"main.py": functions(10, "f0() or 'a' or f5() or 'b'")})

    assert meant(program, "main.py", "x") == "'a' | 'b'"


def test_a_circle_of_modules_comes_to_an_end() -> None:
    files = {
        f"m{number}.py": f"from m{(number + 1) % 4} import *\nfrom m{(number + 1) % 4} import x as y\n"
        for number in range(4)
    }
    files["m2.py"] += "x = 'a'\n"
    program = linked(files)

    assert {meant(program, f"m{number}.py", "x") for number in range(4)} == {"'a'"}
    assert meant(program, "m0.py", "y") == "'a'"


def test_every_member_of_a_circle_has_the_whole_answer() -> None:
    """Whichever is asked first: what is only known half-way is not remembered."""
    circle = {"f": "g", "g": "h", "h": "f"}
    text = "".join(f"def {one}(n): return '{one}' if n else {two}(n)\n" for one, two in circle.items())
    calls = "a = f(1)\nb = g(1)\nc = h(1)\n"
    everything = "'f' | 'g' | 'h'"

    for order in ("abc", "bca", "cab"):
        program = linked({"main.py": text + calls})
        assert [meant(program, "main.py", name) for name in order] == [everything] * 3


class Counter:
    """A question that leads to itself and whose answer grows each time."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, program: Program) -> Values:
        self.asked += 1
        return program.ask(("counter", 0), lambda: self(program)) | {("const", self.asked)}


def test_an_answer_that_never_stays_is_given_up_as_unknown() -> None:
    program = linked({})
    counter = Counter()

    answer = program.ask(("counter", 0), lambda: counter(program))

    assert UNKNOWN in answer
    assert counter.asked == module._ROUNDS


def test_answers_are_remembered_until_there_are_new_facts() -> None:
    program = linked({"main.py": "from other import x", "other.py": ""})
    assert meant(program, "main.py", "x") == "unknown"

    (facts,) = linked({"other.py": "x = 'a'"}).facts.values()
    program.add([facts])

    assert meant(program, "main.py", "x") == "'a'"


def test_a_module_that_was_not_read_is_wanted_only_where_it_may_hide_something() -> None:
    """A plain module that does not mention a name cannot have it; a star import can."""
    program = linked({"main.py": "from hidden import x\nfrom plain import y\n"})
    for name in ("hidden", "plain"):
        program.modules._add(f"{BASE}/{name}.py")
    program.star_paths = frozenset({f"{BASE}/hidden.py"})
    program.forget()

    assert "stub" in meant(program, "main.py", "x")
    meant(program, "main.py", "y")

    assert program.wanted == {f"{BASE}/hidden.py"}


def test_calls_say_what_they_pass() -> None:
    program = linked({"main.py": "def f(a, b='c'): return b\n"})
    (function,) = (("func", f"{BASE}/main.py", 0, None),)

    assert in_words(program, program.call(frozenset({function}), ())) == "'c'"
    passed = (("=", "b", frozenset({("const", "d")})),)
    assert in_words(program, program.call(frozenset({function}), passed)) == "'d'"
