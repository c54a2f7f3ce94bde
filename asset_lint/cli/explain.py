"""``asset-lint explain``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from asset_lint.cli.printing import emit
from asset_lint.config import RULE_NAMES
from asset_lint.errors import UsageError
from asset_lint.spelling import did_you_mean

if TYPE_CHECKING:
    from asset_lint.rules import Rule

_INTERNAL = """\
MGR000 not-checked

flake8 shows this where asset-lint could not check a file, or nothing at all; the message says why.
No rule reports it, and it cannot be selected or ignored: mend the cause.

    could not run, so nothing was checked    the configuration cannot be used, or asset-lint has a fault;
                                             "asset-lint check" with the same paths says more
    could not check this file                flake8 can read the file and asset-lint cannot
"""


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
    from asset_lint import reference  # only this command needs the pages
    from asset_lint.rules import all_rules

    rules = all_rules()
    if code is None:
        emit(reference.overview(rules), None)
    else:
        emit(_INTERNAL if code.casefold() == "mgr000" else reference.page(_find(rules, code)), None)


def _find(rules: Sequence[type[Rule]], word: str) -> type[Rule]:
    for rule in rules:
        if word.casefold() in {rule.code.casefold(), rule.name.casefold()}:
            return rule
    for code, name in RULE_NAMES.items():
        if word.casefold() in {code.casefold(), name}:
            raise UsageError(f"{code} ({name}) is reserved: this version does not report it")
    known = [word for rule in rules for word in (rule.code, rule.name)]
    raise UsageError(f'no rule is called "{word}"{did_you_mean(word, known)}')
