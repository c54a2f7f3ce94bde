"""From linked modules to findings: the rules are asked about every call, the suppressions about every answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from asset_lint.config.codes import RULE_NAMES
from asset_lint.findings import BlindSpot, Edit, Finding, Fix, Span, Step
from asset_lint.project import Project
from asset_lint.reading import Files
from asset_lint.rewriting.planner import Candidate
from asset_lint.rules import CallRule, GuardRule, Rule, all_rules
from asset_lint.rules.base import Hit, Placed, Surroundings
from asset_lint.rules.suppression_without_reason import SuppressionWithoutReason
from asset_lint.rules.unused_suppression import UnusedSuppression
from asset_lint.semantics import blindspots, sites
from asset_lint.semantics.flows.flows import Flow
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.program import Program
from asset_lint.semantics.reach import Reach
from asset_lint.semantics.sites import Call
from asset_lint.syntax.comments import Suppression, Suppressions, suppressions
from asset_lint.syntax.module import Module, analyse
from asset_lint.syntax.source import Unreadable, decode

NO_COMMENT_FIX = "comments are left to people"

Found = tuple[Finding, Candidate | None]
"""A finding, and what a fix needs to know of it."""


class Linked(Protocol):
    """What linking has found out: the *guards*, what is handed over, what can matter, and the ways of cached data."""

    guards: list[Guard]
    handovers: Handovers
    reach: Reach

    @property
    def flows(self) -> list[Flow]:
        """The ways of cached data past the managers."""


@dataclass
class Outcome:
    """What the rules found, in order, with what fixes need to know, and what was silenced."""

    found: list[Found] = field(default_factory=list)
    calls: int = 0
    suppressed: int = 0
    unused: int = 0
    blind_spots: list[BlindSpot] = field(default_factory=list)


def findings_of(
    project: Project,
    files: Files,
    program: Program,
    linked: Linked,
    *,
    noqa: bool = True,
) -> Outcome:
    """Run the rules over the reported files of *project*; without *noqa*, only our own comments silence them."""
    outcome = Outcome()
    guards, handovers = linked.guards, linked.handovers
    found: list[Found] = []
    by_path: dict[str, list[Found]] = defaultdict(list)
    rules = [rule() for rule in all_rules() if issubclass(rule, CallRule)]
    ours = files.holding(mentions_us)
    for path in project.reported:
        raw = by_path[path]
        if path in program.facts and any(guard.classes for guard in guards):
            outcome.calls += len(program.facts[path].sites)
            for call in linked.reach.calls(path):
                raw += _of_call(project, call, guards, handovers, rules)
                outcome.blind_spots += [
                    BlindSpot(project.files[path], line, message) for line, message in blindspots.of_call(call, guards)
                ]
    for path, placed in _of_guards(project, files, program, linked, _asked(project, files, ours)).items():
        by_path[path] += placed
    for path in project.reported:
        raw = by_path[path]
        if raw or path in ours:
            found += _unsuppressed(project, files, path, raw, outcome, noqa)
    outcome.found = sorted(found, key=lambda item: item[0].sort_key)
    return outcome


def _of_guards(
    project: Project, files: Files, program: Program, linked: Linked, rules: list[type[GuardRule]]
) -> dict[str, list[Found]]:
    """What *rules* about whole guards find, by file; the ways of cached data are worked out for those that ask."""
    found: dict[str, list[Found]] = defaultdict(list)
    modules = _Modules(files)
    for guard in linked.guards:
        if not guard.classes:
            continue
        flows = [flow for flow in linked.flows if flow.guard is guard] if any(rule.follows for rule in rules) else []
        around = Surroundings(program, guard, linked.handovers, modules.tree, flows, linked.reach, files.mentioning)
        for rule in rules:
            for placed in rule().check(around):
                finding = _placed_finding(project, program, guard, rule, placed)
                if finding not in [known for known, _ in found[placed.path]]:
                    found[placed.path].append((finding, None))
    return found


def _asked(project: Project, files: Files, ours: set[str]) -> list[type[GuardRule]]:
    """The rules about whole guards that somebody has selected, or that a suppression names, which may be of use."""
    named = {code for path in project.reported if path in ours for code in _named_codes(files, path)}
    shown = [project.files[path] for path in project.reported]
    return [
        rule
        for rule in all_rules()
        if issubclass(rule, GuardRule)
        and (rule.code.startswith(tuple(named)) or any(project.config.selects(rule.code, path) for path in shown))
    ]


def _named_codes(files: Files, path: str) -> set[str]:
    return {code for item in _comments(files, path).items for code in item.own_codes}


def _placed_finding(project: Project, program: Program, guard: Guard, rule: type[GuardRule], placed: Placed) -> Finding:
    shown = project.files[placed.path]
    fix = placed.fix
    return Finding(
        code=rule.code,
        name=rule.name,
        message=placed.hit.message,
        path=shown,
        span=placed.span,
        symbol=placed.symbol,
        target=_target(program, guard, placed.hit.match.key),
        certainty=placed.hit.match.certainty,
        flow=_shown_flow(project, placed.hit),
        fix=Fix(fix.safety, fix.message, tuple(Edit(shown, *edit) for edit in fix.edits)) if fix is not None else None,
        no_fix_reason=(placed.reason or rule.no_fix) if fix is None else None,
    )


class _Modules:
    """The trees of files, for the rules that look at them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[str, Module | None] = {}

    def tree(self, path: str) -> Module | None:
        if path not in self._known:
            data = self._files.data(path)
            try:
                self._known[path] = None if data is None else analyse(data, lambda module: module)
            except Unreadable:
                self._known[path] = None  # it is a problem of the report already
        return self._known[path]


def _shown_flow(project: Project, hit: Hit) -> tuple[Step, ...]:
    return tuple(
        Step(project.files.get(step.path, step.path), step.line, step.column, step.message) for step in hit.flow
    )


def _of_call(
    project: Project, call: Call, guards: list[Guard], handovers: Handovers, rules: list[CallRule]
) -> Iterator[Found]:
    shown = project.files[call.path]
    for number, guard in enumerate(guards):
        if not guard.classes or sites.allowed(call, guard):
            continue
        for rule in rules:
            for hit in rule.check(call, guard, handovers):
                match, candidate = hit.match, None
                if rule.remedy is not None:
                    candidate = Candidate(call.path, call.operation[3], number, rule.remedy, match.key, match.certainty)
                finding = Finding(
                    code=rule.code,
                    name=rule.name,
                    message=hit.message,
                    path=shown,
                    span=call.span,
                    symbol=call.symbol,
                    target=_target(call.program, guard, hit.match.key),
                    certainty=hit.match.certainty,
                    flow=_shown_flow(project, hit),
                    no_fix_reason=rule.no_fix if candidate is None else None,
                )
                yield finding, candidate


def _target(program: Program, guard: Guard, key: object) -> str:
    """The dotted name of the guarded class itself, also where a subclass was built."""
    from asset_lint.semantics.classes import ancestry

    for base in ancestry(program, key):
        if base in guard.classes:
            return program.name_of_class(base)
    return guard.spec.class_name


def _unsuppressed(
    project: Project, files: Files, path: str, raw: list[Found], outcome: Outcome, noqa: bool
) -> Iterator[Found]:
    comments = _comments(files, path)
    if comments.whole and noqa:
        outcome.suppressed += sum(project.config.selects(finding.code, finding.path) for finding, _ in raw)
        return
    used: dict[int, set[str]] = {}
    for finding, candidate in raw:
        silencing = [place for place, item in enumerate(comments.items) if item.covers(finding.code, finding.span.line)]
        for place in silencing:
            codes = comments.items[place].codes
            used.setdefault(place, set()).update(code for code in codes if finding.code.startswith(code))
        if not project.config.selects(finding.code, finding.path):
            continue  # computed all the same, so that its suppressions count as used
        if any(noqa or comments.items[place].native for place in silencing):
            outcome.suppressed += 1
        else:
            yield finding, candidate
    # flake8 lets a noqa silence these as well; our own comments do not excuse each other.
    silent = [item for item in comments.items if noqa and not item.native]
    for place, item in enumerate(comments.items):
        for finding in _of_suppression(project, path, item, used.get(place, set()), outcome):
            if not any(other.covers(finding.code, item.line) for other in silent):
                yield finding, None


def mentions_us(data: bytes) -> bool:
    """Whether a file without findings may hold suppressions that are meant for us."""
    return b"MGR" in data or b"asset-lint" in data


def _of_suppression(
    project: Project, path: str, item: Suppression, used: set[str], outcome: Outcome
) -> Iterator[Finding]:
    if not item.comment:
        return
    shown = project.files[path]
    span = Span(item.line, item.column, item.line, item.end_column)
    unused = list(UnusedSuppression.check(item, used, frozenset(RULE_NAMES)))
    outcome.unused += bool(unused)
    wrong: list[tuple[type[Rule], str]] = [(UnusedSuppression, text) for text in unused]
    if project.config.require_reason:
        wrong += [(SuppressionWithoutReason, text) for text in SuppressionWithoutReason.check(item)]
    for rule, text in wrong:
        if project.config.selects(rule.code, shown):
            yield Finding(rule.code, rule.name, text, shown, span, "", "", no_fix_reason=NO_COMMENT_FIX)


def _comments(files: Files, path: str) -> Suppressions:
    data = files.data(path)
    if data is None or (b"noqa" not in data.lower() and b"asset-lint" not in data):
        return Suppressions()
    try:
        return suppressions(data, decode(data))
    except Unreadable:
        return Suppressions()  # a file without a text is a problem already, where it matters at all
