"""For each site that a rule complains about: the fix, or why there is none."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from asset_lint.config.model import Guard as GuardConfig
from asset_lint.findings import Certainty, Edit, Fix, Span
from asset_lint.rewriting.accesses import configured_ways
from asset_lint.rewriting.binding import Bound, Unbound, bound
from asset_lint.rewriting.fresh import counts_on_fresh
from asset_lint.rewriting.handed import Given, given_argument
from asset_lint.rewriting.importgraph import ImportGraph
from asset_lint.rewriting.importing import import_edits
from asset_lint.rewriting.inferred import NoRewriting, Rewriting, inferred, with_doubts
from asset_lint.rewriting.layout import Written, layout_of
from asset_lint.rewriting.manners import Manner, handing_of
from asset_lint.rewriting.offers import Offer, offers
from asset_lint.rewriting.places import Place, argument_values
from asset_lint.rewriting.reachable import Reachable
from asset_lint.rewriting.scope import File, Parents, Scope
from asset_lint.rewriting.signatures import Signature
from asset_lint.rewriting.subjects import Subject, require_no_object, subject_of
from asset_lint.rewriting.templated import templated
from asset_lint.rewriting.timing import still_there
from asset_lint.rewriting.unfolding import unfolded
from asset_lint.rewriting.ways import Ways, ways
from asset_lint.semantics import sites
from asset_lint.semantics.extract import View, view
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.sites import Call
from asset_lint.semantics.values import ClassKey
from asset_lint.syntax.module import Module, analyse

_MOST_PASSES = 6
_LOOKING_UP = frozenset(
    """getattr globals locals vars type import_module __import__ resolve_name get cast attrgetter itemgetter""".split()
)


class Remedy(Enum):
    """What a fix rewrites: the call that a rule reports, or what is handed over to it."""

    CALL = "call"
    HANDED = "handed"


@dataclass(frozen=True)
class Candidate:
    """
    A finding to be fixed: the number of its site in the facts of *path*, and what was found there.

    *guard* is the number of the guard.
    """

    path: str
    number: int
    guard: int
    remedy: Remedy
    key: ClassKey
    certainty: Certainty


class Planner:
    """
    Finds the fixes of one project.

    *configs* belong to *guards*, *data* gives the bytes of a file, *shown* the paths as people see them, and *read*
    adds the facts of further modules to *program*, as far as they are part of the project.
    """

    def __init__(
        self,
        program: Program,
        guards: Sequence[Guard],
        configs: Sequence[GuardConfig],
        data: Callable[[str], bytes | None],
        shown: Mapping[str, str],
        read: Callable[[set[str]], bool],
    ) -> None:
        self._program = program
        self._guards = guards
        self._configs = configs
        self._data = data
        self._shown = shown
        self._read = read
        self._graph = ImportGraph(program.modules, data)
        self._views: dict[str, View] = {}
        self._modules: dict[str, Module] = {}
        self._parents: dict[str, Parents] = {}
        self._reachable: dict[int, Reachable] = {}
        self._offers: dict[int, list[Offer]] = {}

    def plan(self, candidates: Sequence[Candidate]) -> list[Fix | str]:
        """For each of *candidates* its fix, or the reason why there is none."""
        self._look(candidates)
        results: dict[int, Fix | str] = {}
        pending = list(range(len(candidates)))
        for _ in range(_MOST_PASSES):
            wanted, again = self._pass(candidates, pending, results)
            if not wanted or not self._read(wanted):
                break
            pending = again
        return [results[number] for number in range(len(candidates))]

    def _look(self, candidates: Sequence[Candidate]) -> None:
        sites: dict[str, set[int]] = defaultdict(set)
        for candidate in candidates:
            sites[candidate.path].add(candidate.number)
        for path, numbers in sites.items():
            data = self._data(path)
            assert data is not None, "what has facts has been read"
            self._views[path] = view(path, data, numbers)
            self._parents[path] = Parents(self._views[path].module)

    def _pass(
        self, candidates: Sequence[Candidate], pending: Sequence[int], results: dict[int, Fix | str]
    ) -> tuple[set[str], list[int]]:
        """Work out the results of *pending*; tells the modules that would say more, and for which of them."""
        self._reachable.clear()
        self._offers.clear()
        files = {
            path: File(self._program, path, seen, self._parents[path], self._shown)
            for path, seen in self._views.items()
        }
        wanted: set[str] = set()
        again = []
        for number in pending:
            self._program.wanted = set()
            results[number] = self._result(files[candidates[number].path], candidates[number])
            if self._program.wanted:
                wanted |= self._program.wanted
                again.append(number)
        return wanted, again

    def _result(self, file: File, candidate: Candidate) -> Fix | str:
        try:
            return self._fix(file, candidate)
        except (NoRewriting, Unbound) as problem:
            return problem.reason

    def _fix(self, file: File, candidate: Candidate) -> Fix:
        sighting = file.view.sightings[candidate.number]
        scope = Scope(file, sighting)
        call = Call(self._program, candidate.path, self._program.facts[candidate.path].sites[candidate.number])
        if candidate.certainty != "certain":
            raise NoRewriting(self._uncertain(call, candidate))
        if call.is_decorator or not isinstance(scope.syntax, ast.Call):
            raise NoRewriting("the class is used as a decorator here")
        if _is_shown(file, scope.syntax):
            raise NoRewriting("the text of the call is shown by = in a formatted string")
        rewriting = self._rewriting(file, scope, call, candidate)
        return self._finished(file, scope, rewriting)

    def _uncertain(self, call: Call, candidate: Candidate) -> str:
        guard = self._guards[candidate.guard]
        if candidate.remedy is Remedy.CALL and call.constructed(guard) is None:
            name = self._program.name_of_class(candidate.key).rpartition(".")[2]
            return f"{call.callee_name} does not always give a new {name}, and only what is certain is rewritten"
        return "something else may be called here, and only what is certain is rewritten"

    def _rewriting(self, file: File, scope: Scope, call: Call, candidate: Candidate) -> Rewriting:
        guard = self._guards[candidate.guard]
        if candidate.remedy is Remedy.HANDED:
            return self._handed(file, scope, call, candidate)
        subject = subject_of(file, call, call.callees, guard, candidate.key)
        _require_plain(scope.syntax)
        place = _place(file, scope, call, guard, candidate.key, subject)
        return self._call_rewriting(place, subject, candidate)

    def _call_rewriting(self, place: Place, subject: Subject, candidate: Candidate) -> Rewriting:
        config = self._configs[candidate.guard]
        found = self._ways(place, candidate)
        rewriting = templated(place, config.rewrites, subject.names, found)
        if rewriting is not None:
            return rewriting
        rewriting = self._inferred(place, subject, found, candidate)
        return with_doubts(rewriting, [*subject.doubts, *_of_use(place, rewriting)])

    def _inferred(self, place: Place, subject: Subject, found: Ways, candidate: Candidate) -> Rewriting:
        known = self._offers_of(candidate.guard)
        try:
            return inferred(place, known, found)
        except NoRewriting as reason:
            if subject.function is None or subject.is_async:
                raise
            try:
                return unfolded(place, subject.function, self._module(subject.function[0]), known, found)
            except NoRewriting:
                raise reason from None

    def _module(self, path: str) -> Module:
        """The tree of a file in which nothing is rewritten."""
        if path not in self._modules:
            data = self._data(path)
            assert data is not None, "what has facts has been read"
            self._modules[path] = analyse(data, lambda module: module)
        return self._modules[path]

    def _handed(self, file: File, scope: Scope, call: Call, candidate: Candidate) -> Rewriting:
        """The fix of a call that is given the class."""
        guard = self._guards[candidate.guard]
        assert isinstance(scope.syntax, ast.Call)
        layout = layout_of(file, scope.syntax)
        values = {item.place: argument_values(self._program, file.path, call.site, item) for item in layout.arguments}
        builds = {number for number, found in values.items() if sites.builders(self._program, guard, found)}
        given = given_argument(layout.arguments, builds)
        require_no_object(self._program, sites.builders(self._program, guard, values[given.place]))
        if isinstance(given.value, ast.Call):
            raise NoRewriting(f"what is handed over is made in line {given.value.lineno}; that is the place to change")
        subject = subject_of(file, call, values[given.place], guard, candidate.key)
        handing = handing_of(self._program, call.callees, layout, given)
        beside = handing.beside if handing.manner in {Manner.INLINE, Manner.PARTIAL} else ()
        arguments = tuple(bound(subject.signature, beside, partly=handing.manner is not Manner.INLINE))
        place = Place(
            file,
            scope,
            guard,
            candidate.key,
            call.site,
            scope.syntax,
            layout,
            subject.signature,
            arguments,
            subject.is_async,
            is_called=False,
        )
        found = Given(
            place, handing, self._offers_of(candidate.guard), self._ways(place, candidate), self._reach(candidate.guard)
        ).rewriting()
        return with_doubts(found, subject.doubts)

    def _ways(self, place: Place, candidate: Candidate) -> Ways:
        config = self._configs[candidate.guard]
        if config.access:
            return Ways(still_there(place, configured_ways(place, config.access)))
        found = ways(place.scope, place.guard, self._reach(candidate.guard), place.in_hand)
        return Ways(still_there(place, found))

    def _reach(self, number: int) -> Reachable:
        if number not in self._reachable:
            self._reachable[number] = Reachable(self._program, self._guards[number])
        return self._reachable[number]

    def _offers_of(self, number: int) -> list[Offer]:
        if number not in self._offers:
            self._offers[number] = offers(self._program, self._guards[number])
        return self._offers[number]

    def _finished(self, file: File, scope: Scope, rewriting: Rewriting) -> Fix:
        shown = self._shown[file.path]
        edits = [*rewriting.edits, *import_edits(file, scope, rewriting.needs, self._graph, rewriting.edits)]
        apart = [(span, _apart(file, span, text)) for span, text in edits]
        ordered = sorted((Edit(shown, span, text) for span, text in apart), key=lambda edit: edit.span)
        return Fix(rewriting.safety, rewriting.message, tuple(ordered))


def _place(file: File, scope: Scope, call: Call, guard: Guard, key: ClassKey, subject: Subject) -> Place:
    syntax = scope.syntax
    assert isinstance(syntax, ast.Call)
    layout = layout_of(file, syntax)
    arguments = tuple(_arguments(subject.signature, sorted(layout.arguments, key=lambda item: item.place)))
    return Place(file, scope, guard, key, call.site, syntax, layout, subject.signature, arguments, subject.is_async)


def _arguments(signature: Signature | None, written: Sequence[Written]) -> list[Bound]:
    if signature is None and not any(item.kind in {"*", "**"} for item in written):
        # Templates speak of them by their places.
        return [Bound(item, item.name or f"#{item.place}", None) for item in written]
    return bound(signature, written)


def _require_plain(syntax: ast.expr) -> None:
    """Raise NoRewriting where finding out what is called does something that would be lost."""
    callee = syntax.func if isinstance(syntax, ast.Call) else syntax
    for node in ast.walk(callee):
        if isinstance(node, (ast.NamedExpr, ast.Await)):
            raise NoRewriting("the expression that is called does something else, too")
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in _LOOKING_UP:
                raise NoRewriting(f"what is called comes out of a call of {name or 'something'}, which would be lost")


def _of_use(place: Place, rewriting: Rewriting) -> list[str]:
    found = counts_on_fresh(place.file, place.call, " ".join(text for _, text in rewriting.edits))
    return [found] if found is not None else []


def _apart(file: File, span: Span, text: str) -> str:
    """*text* with a space before it where it would run into a keyword that stood before a bracket: ``if(C)()``."""
    lines = file.module.lines
    place = lines.starts[span.line - 1] + span.column - 1
    before = lines.text[place - 1 : place + 1]
    runs_in = len(before) == 2 and before[0].isalnum() and not (before[1].isalnum() or before[1] == "_")
    return f" {text}" if runs_in and text[:1].isidentifier() and not lines.text[place : place + 1].isspace() else text


def _is_shown(file: File, call: ast.Call) -> bool:
    """Whether the call is a part of ``{...=}`` in a formatted string."""
    text = file.module.lines.text
    for child, parent in file.around(call):
        if isinstance(parent, ast.JoinedStr) or (isinstance(parent, ast.FormattedValue) and child is parent.value):
            expression = child if isinstance(child, ast.expr) else call
            if isinstance(child, ast.FormattedValue):
                expression = child.value
            rest = text[file.indices(expression)[1] :].lstrip(") \t\r\n")
            return rest.startswith("=") and not rest.startswith("==")
        if isinstance(parent, ast.stmt):
            break
    return False
