"""One project, from its files to its report."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from asset_lint.errors import ConfigError
from asset_lint.executors import Workers
from asset_lint.findings import BlindSpot, Finding, Fix, GuardSummary, Problem, Report, Stats
from asset_lint.project import Project
from asset_lint.reading import Files, extract_all
from asset_lint.reporting import Found, Outcome, findings_of, mentions_us
from asset_lint.rewriting.planner import Candidate, Planner
from asset_lint.semantics import guards as guarding
from asset_lint.semantics.calls import call_values
from asset_lint.semantics.evaluate import HANDLERS
from asset_lint.semantics.facts import Facts
from asset_lint.semantics.flows.flows import Flow, flows
from asset_lint.semantics.guards import Guard, GuardSpec
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.kept import may_stay, unread_mappings
from asset_lint.semantics.links import Linked
from asset_lint.semantics.modules import ModuleMap
from asset_lint.semantics.namespaces import source_of
from asset_lint.semantics.program import Program
from asset_lint.semantics.reach import Reach
from asset_lint.semantics.weights import BUILDS
from asset_lint.semantics.words import Defines, Needs, guard_words, learned, may_double
from asset_lint.semantics.written import unread_helpers
from asset_lint.spelling import did_you_mean

_MOST_ROUNDS = 30
_FRAMES = 20_000


def analyse(
    project: Project,
    files: Files,
    workers: Workers,
    progress: Callable[[str, int, int], None],
    *,
    noqa: bool = True,
) -> Report:
    """Link the modules of *project* that can matter and report what the rules find in them, obeying *noqa* or not."""
    return analysed(project, files, workers, progress, noqa=noqa).report


@dataclass(frozen=True)
class Analysis:
    """
    A report, and what another analysis of nearly the same files can take over.

    *program* is what linking knows, *seen* are the files that were read, *fixes* what came of each finding.
    """

    report: Report
    program: Program
    seen: frozenset[str]
    fixes: Mapping[Candidate, Fix | str]


def analysed(
    project: Project,
    files: Files,
    workers: Workers,
    progress: Callable[[str, int, int], None],
    *,
    noqa: bool = True,
    before: Analysis | None = None,
    changed: Container[str] = (),
) -> Analysis:
    """Analyse *project*, in which only the files *changed* are other than they were *before*."""
    specs = _specs(project)
    src = [str(project.config.root / folder).replace("\\", "/") for folder in project.config.src]
    program = Program(ModuleMap(project.files, project.base, src), HANDLERS, call_values)
    with _long_questions():
        link = _Link(project, files, program, specs, workers, progress)
        link.run(before.seen if before is not None else frozenset())
        seen = link.seen
        outcome = findings_of(project, files, program, link, noqa=noqa)
        report = _report(project, files, link, outcome)
        known = before.fixes if before is not None else {}
        kept = {candidate: result for candidate, result in known.items() if candidate.path not in changed}
        fixes = _fixes(project, files, link, outcome.found, kept)
    findings = tuple(
        _with_fix(finding, fixes.get(candidate) if candidate else None) for finding, candidate in outcome.found
    )
    return Analysis(replace(report, findings=findings), program, seen, fixes)


def _fixes(
    project: Project, files: Files, link: _Link, found: Sequence[Found], known: Mapping[Candidate, Fix | str]
) -> dict[Candidate, Fix | str]:
    """For each finding of a call its fix, or the reason why there is none."""
    candidates = [candidate for _, candidate in found if candidate is not None]
    new = [candidate for candidate in dict.fromkeys(candidates) if candidate not in known]
    results = {candidate: known[candidate] for candidate in candidates if candidate in known}
    if new:
        planner = Planner(link.program, link.guards, project.config.guards, files.data, project.files, link.read_more)
        results.update(zip(new, planner.plan(new), strict=True))
    return results


def _with_fix(finding: Finding, result: Fix | str | None) -> Finding:
    if result is None:
        return finding
    return replace(finding, no_fix_reason=result) if isinstance(result, str) else replace(finding, fix=result)


def _specs(project: Project) -> list[GuardSpec]:
    required = project.config.guards_configured
    return [
        GuardSpec(guard.class_name, guard.managers, guard.dtos, guard.allow_in, required, guard.cache_readers)
        for guard in project.config.guards
    ]


@contextmanager
def _long_questions() -> Iterator[None]:
    """Questions lead to questions; ``Program`` bounds them by itself, well below this."""
    before, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(before, _FRAMES))
    gc.disable()  # facts and answers are plain tuples without cycles: there is nothing to collect, only to walk over
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
        if collecting:
            gc.enable()


class _Link:
    """Reads and links in rounds: what is learned in one lets further files in, until nothing new is learned."""

    def __init__(
        self,
        project: Project,
        files: Files,
        program: Program,
        specs: list[GuardSpec],
        workers: Workers,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self.project = project
        self.files = files
        self.program = program
        self.specs = specs
        self.guards: list[Guard] = []
        self.reach = Reach(program, ())
        self.handovers = Handovers(program, (), self.reach)
        self.problems: list[Problem] = []
        self.rounds = 0
        self.complete = False
        self._workers = workers
        self._progress = progress
        self._seen: set[str] = set()
        self._links = Linked()
        self._start = guard_words(spec.class_name for spec in specs)

    @cached_property
    def flows(self) -> list[Flow]:
        """The ways of cached data past the managers; what they need is read first."""
        decoders = self.project.config.decoders
        return flows(self.program, self.guards, decoders, self.files, self.read_more)

    @property
    def seen(self) -> frozenset[str]:
        """The files that have been read."""
        return frozenset(self._seen)

    def run(self, known: frozenset[str] = frozenset()) -> None:
        """Go round until a round brings nothing; *known* are files that will turn out to matter."""
        needs = Needs(self._start)
        new = sorted({*self._first(needs), *known})
        while new and self.rounds < _MOST_ROUNDS:
            self.rounds += 1
            if self.rounds == 1:  # linking is done in one process, which leaves the others free
                self.files.search_ahead((may_double, mentions_us), self._workers.ahead)
            self._read(new)
            self.guards = guarding.resolve(self.program, self.specs)
            self.reach = Reach(self.program, self.guards, self._links)
            self.handovers = Handovers(self.program, self.guards, self.reach)
            needs = learned(self.program, self.guards, self._start, self.reach, self.handovers.given)
            self.handovers.want_receivers(needs.words | needs.methods)
            self.reach.want_stores()
            self.program.wanted |= self.files.holding(may_stay, unread_helpers(self.program, self.reach))
            self.program.wanted |= unread_mappings(self.program, self.reach)
            guarding.want_bases(self.program, self.reach.classes(BUILDS))
            guarding.want_bases(self.program, guarding.managing(self.program, self.guards))
            new = self._more(needs)
        self.complete = not new
        if not self.guards:
            self.guards = guarding.resolve(self.program, self.specs)
        self._require()
        guarding.describe(self.program, self.guards)

    def _first(self, needs: Needs) -> list[str]:
        """What to read at the start, with the modules of the guarded classes and their managers."""
        names = guard_words(name for spec in self.specs for name in (spec.class_name, *spec.managers))
        self._progress("searching", 0, len(self.files.paths))
        found = needs.mattering(self.files) | self.files.holding(
            Defines(tuple(sorted(names))), self.files.mentioning(names)
        )
        found.update(path for path in self.project.explicit if path in self.project.files)
        self.program.star_paths = self.files.star_paths
        return sorted(found.union(self._homes()))

    def _more(self, needs: Needs) -> list[str]:
        """What to read after what has been learned."""
        new = needs.mattering(self.files) | (self.program.wanted & self.project.files.keys())
        return sorted(new - self._seen)

    def _homes(self) -> Iterable[str]:
        """The modules that the configuration names."""
        for spec in self.specs:
            for name in (spec.class_name, *spec.managers):
                parts = name.split(".")
                for cut in range(len(parts) - 1, 0, -1):
                    path = self.program.modules.absolute(None, ".".join(parts[:cut]))
                    if path is not None and path in self.project.files:
                        yield path
                        break

    def _read(self, new: list[str]) -> None:
        self._progress("reading", len(self._seen), len(self._seen) + len(new))
        while new:
            self._seen.update(new)
            facts, problems = extract_all(self.files, new, self._workers)
            self.problems += problems
            self.program.add(facts)
            new = sorted(self._star_targets(facts) - self._seen)

    def read_more(self, wanted: set[str]) -> bool:
        """Read those of the modules *wanted* that are part of the project and have not been read; tells whether any."""
        new = sorted((wanted & self.project.files.keys()) - self._seen)
        self._seen.update(new)
        facts, _ = extract_all(self.files, new, self._workers)
        if facts:
            self.program.add(facts)
        return bool(facts)

    def _star_targets(self, facts: list[Facts]) -> set[str]:
        """The modules whose names the given ones take over, where those take over names themselves."""
        found = set()
        for module in facts:
            for star in module.stars:
                _, level, name = module.nodes[star]
                source = source_of(self.program, module.path, level, name)
                if source is not None and source in self.files.star_paths:
                    found.add(source)
        return found

    def _require(self) -> None:
        """A configured name of the project that is not there is an error of the configuration."""
        missing = guarding.missing(self.program, self.guards)
        if missing:
            known = self._all_names()
            where = self.project.config.path or "configuration"
            raise ConfigError(
                "\n".join(
                    f"{where}: {key}: found {name!r}, expected a name that the project defines{_near(name, known)}"
                    for key, name in missing
                )
            )

    def _all_names(self) -> list[str]:
        """Every class and function of the project by dotted name, for near misses."""
        pattern = re.compile(rb"^(?:class|def|async def)\s+([^\W\d]\w*)", re.MULTILINE)
        names = []
        for path in self.files.paths:
            module = self.program.modules.name_of(path)
            found = pattern.findall(self.files.data(path) or b"")
            names += [f"{module}.{match.decode('utf-8', 'replace')}" for match in found]
        return names


def _near(name: str, known: list[str]) -> str:
    return did_you_mean(name, known if "." in name else {item.rpartition(".")[2] for item in known})


def _report(project: Project, files: Files, link: _Link, outcome: Outcome) -> Report:
    shown = project.files
    problems = {
        Problem(shown[problem.path], problem.line, problem.message)
        for problem in link.problems
        if problem.path in project.reported
    }
    problems |= {
        Problem(shown[path], error.line, error.message)
        for path, error in files.unreadable.items()
        if path in project.reported
    }
    problems |= set(project.problems)
    stats = Stats(
        files=len(project.reported),
        parsed=len(link.program.facts),
        rounds=link.rounds,
        calls=outcome.calls,
        suppressed=outcome.suppressed,
        unused_suppressions=outcome.unused,
        blind_spots=tuple(sorted({*outcome.blind_spots, *_unfinished(project, link)})),
    )
    return Report((), tuple(sorted(problems)), stats, tuple(_summary(link.program, guard) for guard in link.guards))


def _unfinished(project: Project, link: _Link) -> Iterable[BlindSpot]:
    program = link.program
    for path, node in sorted(program.bounded):
        if path in project.reported:
            line = _line_of(program, path, node)
            yield BlindSpot(project.files[path], line, "too many possibilities here; the rest is taken as unknown")
    if not link.complete:
        yield BlindSpot(project.base, 0, f"linking was stopped after {_MOST_ROUNDS} rounds")


def _line_of(program: Program, path: str, node: int) -> int:
    """The line of the first call at or behind a node, which is as near as the facts tell."""
    lines = [site.span.line for site in program.facts[path].sites if site.node >= node]
    return min(lines, default=0)


def _summary(program: Program, guard: Guard) -> GuardSummary:
    managers = [*guard.external_functions, *(program.name_of_class(key) for key in guard.managers)]
    managers += [
        f"{program.modules.name_of(path)}.{program.function(path, index).name}" for path, index in guard.functions
    ]
    return GuardSummary(
        tuple(sorted(program.name_of_class(key) for key in guard.classes)),
        tuple(sorted(set(managers))),
        tuple(f"{method.owner}.{method.signature}" for method in guard.methods),
        tuple(guard.dtos),
        guard.inferred,
    )
