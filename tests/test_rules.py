"""The rules: their examples are run, their codes and names hold together, their pages are up to date."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import pytest
from expectations import ROOT, Mark, expected_in, found

from asset_lint import check_paths, reference
from asset_lint.config import RULE_NAMES, on_by_default
from asset_lint.rules import Rule, all_rules

RULES = all_rules()
EACH_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples stand beside the package ``app``, in a project whose suppressions need reasons."""
    shutil.copytree(ROOT / "fixtures/app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "asset-lint.toml").write_text("require-reason = true", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def check_example(rule: type[Rule], example: str) -> None:
    """Fail unless *rule* and the rules of its family report *example* as its comments say, and nothing else."""
    text = textwrap.dedent(example)
    Path("example.py").write_text(text, encoding="utf-8")

    report = check_paths(["."], select=["MGR1", rule.code])

    assert found(report) == expected_in("example.py", text.encode())
    assert report.problems == ()


@EACH_RULE
def test_what_is_called_bad_is_reported(rule: type[Rule]) -> None:
    check_example(rule, rule.bad)
    assert {mark.code for mark in expected_in("example.py", rule.bad.encode())} == {rule.code}


@EACH_RULE
def test_what_is_called_good_is_not_reported(rule: type[Rule]) -> None:
    check_example(rule, rule.good)
    assert not expected_in("example.py", rule.good.encode())


@EACH_RULE
def test_examples_are_python(rule: type[Rule]) -> None:
    for example in (rule.bad, rule.good):
        compile(textwrap.dedent(example), rule.code, "exec")


@EACH_RULE
@pytest.mark.parametrize(
    ("old", "new"),
    [("# MGR", "# was MGR"), ("  # MGR", "?  # MGR999 MGR"), ("\n", "\n\n# MGR101\n")],
    ids=["missing", "wrong", "too-many"],
)
def test_a_wrong_mark_is_noticed(rule: type[Rule], old: str, new: str) -> None:
    """The checker itself is checked, so that its silence means something."""
    text = rule.bad.rstrip()
    head, mark, tail = text.rpartition(old)
    assert mark

    with pytest.raises(AssertionError):
        check_example(rule, head + new.replace("?", "") + tail)


@EACH_RULE
def test_a_rule_says_what_it_is(rule: type[Rule]) -> None:
    first, *rest = (rule.__doc__ or "").strip().split("\n\n")

    assert re.fullmatch(r"[A-Z][^\n]*\.", first), "the docstring begins with one sentence that says what to do"
    assert rest, "it goes on with the reason"
    assert re.fullmatch(r"[A-Z][^\n]*\.", rule.summary)


def test_codes_and_names_are_those_of_the_configuration() -> None:
    assert {rule.code: rule.name for rule in RULES}.items() <= RULE_NAMES.items()
    assert [rule.default for rule in RULES] == [on_by_default(rule.code) for rule in RULES]


def test_every_rule_of_the_first_two_families_is_there() -> None:
    planned = [code for code in RULE_NAMES if code.startswith(("MGR0", "MGR1"))]

    assert [rule.code for rule in RULES][: len(planned)] == planned


def test_a_number_is_used_once() -> None:
    assert (
        len({rule.code for rule in RULES}) == len(RULES) == len(list((ROOT / "asset_lint/rules").glob("[!_]*.py"))) - 1
    )


def test_the_chapter_on_rules_is_up_to_date() -> None:
    """If this fails, run ``python -m asset_lint.reference docs/rules.md``."""
    written = (ROOT / "docs/rules.md").read_text(encoding="utf-8")

    assert written == reference.chapter(RULES)


def test_the_chapter_is_written_by_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    reference.main(["rules.md"])

    assert Path("rules.md").read_bytes().decode() == reference.chapter(RULES)
    with pytest.raises(SystemExit, match="usage: "):
        reference.main([])


@EACH_RULE
def test_a_page_shows_everything_the_rule_says(rule: type[Rule]) -> None:
    page = reference.page(rule)

    for example in (rule.bad, rule.good):
        assert textwrap.indent(textwrap.dedent(example).strip(), "    ") in page
    for part in (rule.code, rule.name, rule.summary, (rule.__doc__ or "").strip().split("\n")[0]):
        assert part in page


def test_mark_is_what_the_checker_compares() -> None:
    assert list(expected_in("example.py", b"C()  # MGR101?")) == [Mark("example.py", 1, "MGR101?")]
