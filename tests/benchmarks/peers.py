"""
Compare asset-lint with its peers on the fixture cases, where every line that must be reported is marked.

    python tests/benchmarks/peers.py TABLE.md [--fixtures FOLDER] [--without TOOL]...

A site is a line: found where a tool reports it and a construction code (MGR1xx) is expected there. CodeQL is not among
the peers: it is no package of any registry, and its engine is free for open source only.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fixture_cases import Case, Site, cases
from peer_tools import TOOLS, ToolFailed, commands_folder, version
from places import REPOSITORY

Sites = frozenset[Site]
# These cases are about our own comments and settings, which no peer can know: shown, but not added up.
OWN_TOPICS = frozenset({"config", "suppressions"})


@dataclass(frozen=True)
class Score:
    """How many sites were expected and found, and how many reported lines are none."""

    found: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.found + other.found, self.missed + other.missed, self.false + other.false)

    @property
    def expected(self) -> int:
        """Return how many sites there are."""
        return self.found + self.missed

    @property
    def precision(self) -> str:
        """Return the share of reports that are right."""
        return _percent(self.found, self.found + self.false)

    @property
    def recall(self) -> str:
        """Return the share of sites that are reported."""
        return _percent(self.found, self.expected)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


@dataclass
class Outcome:
    """What one tool made of all cases."""

    tool: str
    version: str
    by_topic: dict[str, Score] = field(default_factory=dict)
    false: list[Site] = field(default_factory=list)
    missed: list[Site] = field(default_factory=list)

    @property
    def total(self) -> Score:
        """Return the sum over the topics that every tool can be asked about."""
        return sum((score for topic, score in self.by_topic.items() if topic not in OWN_TOPICS), Score())

    def count(self, case: Case, reported: Sites) -> None:
        """Compare what was reported in a case with what is expected there."""
        expected = frozenset(case.expected())
        score = Score(len(expected & reported), len(expected - reported), len(reported - expected))
        self.by_topic[case.topic] = self.by_topic.get(case.topic, Score()) + score
        self.false += sorted(reported - expected)
        self.missed += sorted(expected - reported)


def compare(folder: Path, commands: Path, names: Iterable[str]) -> list[Outcome]:
    """Run the tools over a copy of the fixtures and count."""
    projects = list(cases(folder))
    outcomes = []
    for name in names:
        try:
            outcome = Outcome(name, version(name, commands))
            reported = TOOLS[name](projects, commands)
        except ToolFailed as problem:
            print(f"{name} is left out: {problem}", file=sys.stderr)
            continue
        for case in projects:
            inside = frozenset(site for site in reported if site.path.startswith(f"{case.path}/"))
            outcome.count(case, inside)
        outcomes.append(outcome)
    return outcomes


def row(*cells: object) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def totals(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the table with one row for each tool."""
    lines = [
        row("tool", "version", "found", "missed", "false", "precision", "recall"),
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for outcome in outcomes:
        score = outcome.total
        counts = (score.found, score.missed, score.false, score.precision, score.recall)
        lines.append(row(outcome.tool, outcome.version, *counts))
    return lines


def topics(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the table with one row for each topic: found and false reports of each tool."""
    lines = [
        row("topic", "sites", *(f"{o.tool}: found / false" for o in outcomes)),
        "|---|---:|" + "---:|" * len(outcomes),
    ]
    for topic in outcomes[0].by_topic if outcomes else ():
        scores = [outcome.by_topic[topic] for outcome in outcomes]
        lines.append(row(topic, scores[0].expected, *(f"{score.found} / {score.false}" for score in scores)))
    return lines


def document(outcomes: Sequence[Outcome], number: int) -> str:
    """Return the whole page."""
    sites = outcomes[0].total.expected if outcomes else 0
    own = " and ".join(sorted(OWN_TOPICS))
    intro = f"""\
{number} fixture projects of this repository, written to tell asset-lint's rules apart: they say what a tool can see,
not how often that occurs. The first table counts {sites} lines that must be reported. The topics {own}
are about asset-lint's own settings and comments and are left out of it. CodeQL could not be run: no package registry
has it.
"""
    return "\n".join([intro, *totals(outcomes), "", *topics(outcomes), ""])


def details(outcomes: Sequence[Outcome]) -> str:
    """Return every wrong report and every missed site, for reading on."""
    lines = []
    for outcome in outcomes:
        lines += [f"{outcome.tool}: false: {site.path}:{site.line}" for site in outcome.false]
        lines += [f"{outcome.tool}: missed: {site.path}:{site.line}" for site in outcome.missed]
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, help="the Markdown file to write")
    parser.add_argument("--fixtures", type=Path, default=REPOSITORY / "fixtures", help="default: the repository's")
    parser.add_argument("--without", action="append", default=[], choices=list(TOOLS), help="leave a tool out")
    parser.add_argument("--details", action="store_true", help="print every false and missed site")
    return parser.parse_args()


def main() -> None:
    """Compare, write the table and print the totals."""
    options = arguments()
    names = [name for name in TOOLS if name not in options.without]
    with tempfile.TemporaryDirectory() as scratch:
        # A copy, so that neither the repository's own settings nor its ignore files decide what a tool looks at.
        copy = Path(scratch).resolve() / "work" / "fixtures"
        shutil.copytree(options.fixtures, copy, ignore=shutil.ignore_patterns("__pycache__"))
        outcomes = compare(copy, commands_folder(), names)
        number = len(list(cases(copy)))
    options.table.write_text(document(outcomes, number), encoding="utf-8")
    print("\n".join(totals(outcomes)))
    if options.details:
        print(details(outcomes))


if __name__ == "__main__":
    main()
