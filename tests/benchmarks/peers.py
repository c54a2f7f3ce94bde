"""
Compare asset-lint with its peers on the fixture cases, where every line that must be reported is marked.

    python tests/benchmarks/peers.py TABLE.md [--codes MGR2] [--fixtures FOLDER] [--without TOOL]...

A site is a line: found where a tool reports it and one of the codes is expected there, by default one of construction
(MGR1xx). Lines that are marked for other codes only count neither way. Cached data (MGR2xx) can be followed by Semgrep
alone: neither ruff nor ast-grep has rules about data that flows. CodeQL is not among the peers: it is no package of any
registry, and its engine is free for open source only.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cached_semgrep import semgrep_cached
from fixture_cases import Case, Site, cases
from peer_tools import ToolFailed, asset_lint, ast_grep, commands_folder, ruff, semgrep, version
from places import REPOSITORY

Sites = frozenset[Site]
Tool = Callable[[Sequence[Case], Path], Sites]
CONSTRUCTION, CACHED = "MGR1", "MGR2"
NAMES = ("ruff TID251", "ast-grep", "semgrep", "asset-lint")
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
    by_case: dict[Case, Score] = field(default_factory=dict)
    false: list[Site] = field(default_factory=list)
    missed: list[Site] = field(default_factory=list)

    @property
    def total(self) -> Score:
        """Return the sum over the topics that every tool can be asked about."""
        return sum((score for topic, score in self.by_topic.items() if topic not in OWN_TOPICS), Score())

    def count(self, case: Case, reported: Sites, codes: str) -> None:
        """Compare what was reported in a case with what is expected there."""
        expected = case.expected(codes)
        false = reported - expected - case.set_aside(codes)
        score = Score(len(expected & reported), len(expected - reported), len(false))
        self.by_case[case] = score
        self.by_topic[case.topic] = self.by_topic.get(case.topic, Score()) + score
        self.false += sorted(false)
        self.missed += sorted(expected - reported)


def tools(codes: str) -> dict[str, Tool]:
    """Return the tools that can be asked about these codes."""
    peers: dict[str, Tool] = {"ruff TID251": ruff, "ast-grep": ast_grep, "semgrep": semgrep}
    if codes.startswith(CACHED):
        peers = {"semgrep": partial(semgrep_cached, codes=codes)}
    return {**peers, "asset-lint": partial(asset_lint, codes=codes)}


def relevant(folder: Path, codes: str) -> list[Case]:
    """Return the cases of the topics in which one of the codes is expected anywhere."""
    found = list(cases(folder))
    topics = {case.topic for case in found if case.expected(codes)}
    return [case for case in found if case.topic in topics]


def compare(projects: Sequence[Case], commands: Path, codes: str, without: Sequence[str]) -> list[Outcome]:
    """Run the tools over the cases and count."""
    outcomes = []
    for name, tool in tools(codes).items():
        if name in without:
            continue
        try:
            outcome = Outcome(name, version(name, commands))
            reported = tool(projects, commands)
        except ToolFailed as problem:
            print(f"{name} is left out: {problem}", file=sys.stderr)
            continue
        for case in projects:
            inside = frozenset(site for site in reported if site.path.startswith(f"{case.path}/"))
            outcome.count(case, inside, codes)
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


def projects_table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the table with one row for each case, with the guard that it is checked for."""
    lines = [
        row("case", "guard", "sites", *(f"{o.tool}: found / false" for o in outcomes)),
        "|---|---|---:|" + "---:|" * len(outcomes),
    ]
    for case in outcomes[0].by_case if outcomes else ():
        scores = [outcome.by_case[case] for outcome in outcomes]
        guards = ", ".join(cls for cls, _ in case.guards())
        lines.append(row(case.path, guards, scores[0].expected, *(f"{s.found} / {s.false}" for s in scores)))
    return lines


def document(outcomes: Sequence[Outcome], number: int, codes: str) -> str:
    """Return the whole page."""
    sites = outcomes[0].total.expected if outcomes else 0
    own = " and ".join(sorted(OWN_TOPICS))
    intro = f"""\
{number} fixture projects of this repository, written to tell asset-lint's rules apart: they say what a tool can see,
not how often that occurs. The first table counts {sites} lines that must be reported by {codes}. The topics {own}
are about asset-lint's own settings and comments and are left out of it. CodeQL could not be run: no package registry
has it.
"""
    return "\n".join([intro, *totals(outcomes), "", *topics(outcomes), "", *projects_table(outcomes), ""])


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
    parser.add_argument("--codes", default=CONSTRUCTION, type=_codes, help="how they begin; default: %(default)s")
    parser.add_argument("--without", action="append", default=[], choices=NAMES, help="leave a tool out")
    parser.add_argument("--details", action="store_true", help="print every false and missed site")
    return parser.parse_args()


def _codes(text: str) -> str:
    if not text.startswith((CONSTRUCTION, CACHED)):
        raise argparse.ArgumentTypeError(f"the peers have rules for {CONSTRUCTION} and {CACHED} only")
    return text


def main() -> None:
    """Compare, write the table and print the totals."""
    options = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        # A copy, so that neither the repository's own settings nor its ignore files decide what a tool looks at.
        copy = Path(scratch).resolve() / "work" / "fixtures"
        shutil.copytree(options.fixtures, copy, ignore=shutil.ignore_patterns("__pycache__"))
        projects = relevant(copy, options.codes)
        outcomes = compare(projects, commands_folder(), options.codes, options.without)
        page = document(outcomes, len(projects), options.codes)
    options.table.write_text(page, encoding="utf-8")
    print("\n".join(totals(outcomes)))
    if options.details:
        print(details(outcomes))


if __name__ == "__main__":
    main()
