"""``asset-lint explain``."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from asset_lint.cli.printing import emit
from asset_lint.config import RULE_NAMES
from asset_lint.errors import UsageError
from asset_lint.spelling import did_you_mean

if TYPE_CHECKING:
    from asset_lint.rules import Rule


@click.command()
@click.argument("code", metavar="[CODE]", required=False)
def explain(code: str | None) -> None:
    """
    Show what CODE means, with examples; without a CODE, list all rules.

    \b
    Examples:
      asset-lint explain MGR101
      asset-lint explain direct-construction
    """
    from asset_lint.rules import all_rules  # brings LibCST, which costs 0.2 s

    rules = all_rules()
    emit("\n".join(_list(rules) if code is None else _page(_find(rules, code))) + "\n", None)


def _find(rules: Sequence[type[Rule]], word: str) -> type[Rule]:
    for rule in rules:
        if word.casefold() in {rule.code.casefold(), rule.name.casefold()}:
            return rule
    for code, name in RULE_NAMES.items():
        if word.casefold() in {code.casefold(), name}:
            raise UsageError(f"{code} ({name}) is reserved: this version does not report it")
    known = [word for rule in rules for word in (rule.code, rule.name)]
    raise UsageError(f'no rule is called "{word}"{did_you_mean(word, known)}')


def _list(rules: Sequence[type[Rule]]) -> Iterator[str]:
    width = max((len(rule.name) for rule in rules), default=0)
    for rule in rules:
        mark = " " if rule.default else "o"
        yield f"{rule.code} {mark} {rule.name:<{width}}  {rule.summary}"
    if not all(rule.default for rule in rules):
        yield ""
        yield "o: off unless selected, with --select or select in the configuration"


def _page(rule: type[Rule]) -> Iterator[str]:
    yield f"{rule.code} {rule.name}"
    yield ""
    yield rule.summary
    yield "On by default." if rule.default else f"Off unless selected: --select {rule.code}."
    prose = inspect.cleandoc(rule.__doc__ or "")
    if prose:
        yield ""
        yield prose
    for title, example in (("Reported:", rule.bad), ("Not reported:", rule.good)):
        if example.strip():
            yield ""
            yield title
            yield ""
            yield textwrap.indent(textwrap.dedent(example).strip("\n"), "    ")
