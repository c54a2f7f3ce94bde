"""
The pages of the rules, for the terminal and for the documentation.

``python -m asset_lint.reference docs/rules.md`` writes the chapter again after a rule has changed; a test compares.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from asset_lint.rules import Rule, all_rules

_INTRODUCTION = """\
# Rules

<!-- Written by "python -m asset_lint.reference docs/rules.md" from the rules themselves. Edit those. -->

`asset-lint explain CODE` shows the same in the terminal. The examples import the package `app`, which defines a guarded
class `AssetResponseWrapper` and its manager `AssetManager`; a code at the end of a line says what is reported there.
All of them are run by the tests.
"""


def page(rule: type[Rule]) -> str:
    """The page of *rule* as plain text."""
    availability = _availability(rule).replace("``", "")
    blocks = [f"{rule.code} {rule.name}", f"{rule.summary}\n{availability}", _prose(rule)]
    for title, example in _examples(rule):
        blocks += [f"{title}:", textwrap.indent(example, "    ")]
    return "\n\n".join(blocks) + "\n"


def overview(rules: Sequence[type[Rule]]) -> str:
    """One line for each of *rules*."""
    width = max((len(rule.name) for rule in rules), default=0)
    lines = [f"{rule.code} {' ' if rule.default else 'o'} {rule.name:<{width}}  {rule.summary}" for rule in rules]
    if not all(rule.default for rule in rules):
        lines += ["", "o: off unless selected, with --select or select in the configuration"]
    return "\n".join(lines) + "\n"


def chapter(rules: Sequence[type[Rule]]) -> str:
    """The pages of *rules* as one Markdown file."""
    return "\n".join([_INTRODUCTION, *_table(rules), *(line for rule in rules for line in _section(rule))])


def _table(rules: Sequence[type[Rule]]) -> Iterator[str]:
    yield "| code | name | on | reports |"
    yield "|---|---|---|---|"
    for rule in rules:
        anchor = f"{rule.code}-{rule.name}".lower()
        default = "yes" if rule.default else "no"
        yield f"| [{rule.code}](#{anchor}) | {rule.name} | {default} | {_marked(rule.summary)} |"
    yield ""


def _section(rule: type[Rule]) -> Iterator[str]:
    yield f"## {rule.code} {rule.name}"
    yield ""
    yield f"{_marked(rule.summary)} {_marked(_availability(rule))}"
    yield ""
    yield _marked(_prose(rule))
    yield ""
    for title, example in _examples(rule):
        yield from (f"{title}:", "", "```python", example, "```", "")


def _availability(rule: type[Rule]) -> str:
    return "On by default." if rule.default else f"Off unless selected: ``--select {rule.code}``."


def _prose(rule: type[Rule]) -> str:
    return inspect.cleandoc(rule.__doc__ or "")


def _examples(rule: type[Rule]) -> Iterator[tuple[str, str]]:
    for title, example in (("Reported", rule.bad), ("Not reported", rule.good)):
        if example.strip():
            yield title, textwrap.dedent(example).strip("\n").rstrip()


def _marked(text: str) -> str:
    """Docstrings mark code as Sphinx does, Markdown with single quotes."""
    return text.replace("``", "`")


def main(arguments: Sequence[str]) -> None:
    """Write the chapter to the file that is named."""
    if len(arguments) != 1:
        sys.exit("usage: python -m asset_lint.reference FILE")
    Path(arguments[0]).write_text(chapter(all_rules()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
