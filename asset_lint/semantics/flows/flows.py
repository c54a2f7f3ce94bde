"""The ways of cached data past the managers of all guards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from asset_lint.config.model import Decoder
from asset_lint.findings import Step
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.flows.callers import Callers
from asset_lint.semantics.flows.candidates import Candidates
from asset_lint.semantics.flows.carriers import GUARDED, Carriers
from asset_lint.semantics.flows.declared import declared
from asset_lint.semantics.flows.escapes import Escape, Escapes
from asset_lint.semantics.flows.graph import Graph
from asset_lint.semantics.flows.origins import Origin, Origins
from asset_lint.semantics.flows.reduction import goes_through_manager
from asset_lint.semantics.flows.sources import Sources
from asset_lint.semantics.flows.tables import WORDS
from asset_lint.semantics.guards import Guard, describe_dtos, unread_dtos
from asset_lint.semantics.program import Program
from asset_lint.semantics.words import Searched

_MOST_ROUNDS = 6
_MANY_CALLERS = 60


@dataclass(frozen=True)
class Flow:
    """An origin, what becomes of what it makes, and the steps of its way as they are told."""

    guard: Guard
    origin: Origin
    role: str
    escape: Escape
    steps: tuple[Step, ...]


def flows(
    program: Program,
    guards: Sequence[Guard],
    decoders: Sequence[Decoder],
    files: Searched,
    read: Callable[[set[str]], bool],
) -> list[Flow]:
    """
    Follow the cached data of the project, as far as it becomes objects of *guards*.

    *read* adds modules to *program*, and tells whether there were any new ones.
    """
    found: list[Flow] = []
    for guard in guards:
        if guard.classes:
            found += _of_guard(program, guard, decoders, files, read)
    return found


def _of_guard(
    program: Program,
    guard: Guard,
    decoders: Sequence[Decoder],
    files: Searched,
    read: Callable[[set[str]], bool],
) -> list[Flow]:
    found: list[Flow] = []
    while unread := unread_dtos(program, guard):
        if not read(unread):
            break
    describe_dtos(program, guard)
    words = {name.rpartition(".")[2] for name in (*guard.spec.readers, *(decoder.call for decoder in decoders))}
    for _ in range(_MOST_ROUNDS):
        carriers = Carriers(program, guard, partial(_naming, files))
        while read(_mattering(files, carriers.names, words)):
            carriers = Carriers(program, guard, partial(_naming, files))
        program.wanted = set()
        graph = Graph(program)
        callers = Callers(graph)
        found, unread = _followed(program, guard, decoders, files, carriers, graph, callers)
        if not read(unread | program.wanted | _calling(files, callers.named)):
            break
    return found


def _mattering(files: Searched, names: Iterable[str], words: Iterable[str]) -> set[str]:
    """The files that name a followed class and hold something that decodes, also one of *words*."""
    naming = _naming(files, names)
    return files.holding(holds_decoders, naming) | files.mentioning(words, naming)


def _naming(files: Searched, names: Iterable[str]) -> set[str]:
    """The files that name a followed class, or that name it as another one has called it."""
    naming = files.mentioning(names)
    others = {other for path in naming for other in _other_names(files.data(path) or b"", names)}
    return naming | (files.mentioning(others) if others else set())


def _other_names(data: bytes, names: Iterable[str]) -> set[str]:
    """What a file calls the classes *names*: ``import C as D``, ``D = C``."""
    found: set[str] = set()
    for name in names:
        word = name.encode()
        if word in data:
            found |= {match.decode() for match in re.findall(rb"\b%s\s+as\s+([A-Za-z_]\w+)" % word, data)}
            same = rb"^([A-Za-z_]\w+)\s*=\s*%s\s*$" % word
            found |= {match.decode() for match in re.findall(same, data, re.MULTILINE)}
    return found - set(names)


def _calling(files: Searched, names: set[str]) -> set[str]:
    """The files that may call functions of these names; names that everybody uses say nothing."""
    found: set[str] = set()
    for name in sorted(names):
        if not name.startswith("__") and name != "<lambda>":
            mentioning = files.mentioning([name])
            found |= mentioning if len(mentioning) <= _MANY_CALLERS else set()
    return found


def holds_decoders(data: bytes) -> bool:
    """Whether a file holds something by which data may become objects."""
    return WORDS.search(data) is not None


def _followed(
    program: Program,
    guard: Guard,
    decoders: Sequence[Decoder],
    files: Searched,
    carriers: Carriers,
    graph: Graph,
    callers: Callers,
) -> tuple[list[Flow], set[str]]:
    """The ways, and the modules without which some of them cannot be told."""
    known = declared(program, guard.spec.readers, decoders)
    sources = Sources(graph, carriers, known)
    candidates = Candidates(graph, carriers, known.words)
    naming = frozenset(_naming(files, carriers.names))
    origins = Origins(graph, guard, carriers, sources, candidates, naming)
    escapes = Escapes(graph, guard, carriers, callers)
    found: list[Flow] = []
    mentioning = naming | files.mentioning(known.words)
    holding = files.holding(holds_decoders, program.facts)
    for path in sorted(holding | (mentioning & program.facts.keys())):
        for origin in origins.of_module(path):
            flow = _flow(program, guard, carriers, graph, escapes, origin)
            if flow is not None:
                found.append(flow)
    helpers = sources.unread if guard.dtos else files.holding(holds_decoders, sources.unread)
    return found, helpers


def _flow(
    program: Program, guard: Guard, carriers: Carriers, graph: Graph, escapes: Escapes, origin: Origin
) -> Flow | None:
    role = carriers.role(origin.key) or GUARDED
    if origin.unpickled and goes_through_manager(program, origin.key):
        return None
    escape = escapes.of(origin.path, origin.site.node)
    if not escape.leaves and not (origin.unpickled and not escape.managed):
        return None
    return Flow(guard, origin, role, escape, _told(graph, origin, escape))


def _told(graph: Graph, origin: Origin, escape: Escape) -> tuple[Step, ...]:
    """The steps of a way: where the data comes from, how it leaves, who receives it."""
    steps: list[Step] = []
    source = graph.site(origin.source.path, origin.source.node) if origin.source.node != NONE else None
    if source is not None and (origin.source.path, source) != (origin.path, origin.site):
        steps.append(Step(origin.source.path, source.span.line, source.span.column, "decoded from cached data"))
    span = origin.site.span
    steps.append(Step(origin.path, span.line, span.column, "becomes an object here"))
    for way in escape.exits:
        steps += way
    steps += [step for step, leaves in escape.receivers if leaves]
    steps += escape.managed
    return tuple(dict.fromkeys(steps))
