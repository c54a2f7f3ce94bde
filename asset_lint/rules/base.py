"""What a rule is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from asset_lint.findings import Safety, Span, Step
from asset_lint.rewriting.lookups import Edits
from asset_lint.rewriting.planner import Remedy
from asset_lint.semantics.flows.flows import Flow
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.managers.judging import Judged
from asset_lint.semantics.managers.reading import Reading, readings
from asset_lint.semantics.managers.trees import FunctionNode, Tree
from asset_lint.semantics.managers.values import Spot
from asset_lint.semantics.program import Program
from asset_lint.semantics.reach import Reach
from asset_lint.semantics.sites import Call, Match
from asset_lint.syntax.module import Module

Mend = Callable[[Tree, FunctionNode, Spot], Edits | str]
"""Finds edits for a place in a function of the manager, or the reason why there are none."""


@dataclass(frozen=True)
class Hit:
    """What a rule found at a call: the guarded class, what is to be said, and how the value got there."""

    match: Match
    message: str
    flow: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Remedies:
    """Edits of one file that mend what a rule reports, as (span, new text); *message* says what they do."""

    safety: Safety
    message: str
    edits: tuple[tuple[Span, str], ...]


@dataclass(frozen=True)
class Placed:
    """
    What a rule about a whole guard found, and where.

    *symbol* is the dotted name of the function or class around it inside its module. *fix* is None where there is none,
    and *reason* says why.
    """

    path: str
    span: Span
    symbol: str
    hit: Hit
    fix: Remedies | None = None
    reason: str = ""


@dataclass(frozen=True)
class Surroundings:
    """
    What a rule about a whole guard may look at: the program, the guard, what is handed over.

    *module* gives the tree of a file of the project, None where it has none; *flows* the ways of cached data past the
    guard's manager, *reach* the nodes that can matter to any guard; *mentioning* the files, read or not, in which one
    of several names stands.
    """

    program: Program
    guard: Guard
    handovers: Handovers
    module: Callable[[str], Module | None]
    flows: Sequence[Flow]
    reach: Reach
    mentioning: Callable[[Sequence[str]], set[str]]

    @property
    def managers(self) -> list[Reading]:
        """The guard's managers, as far as they are part of the project, and what happens in them."""
        return readings(self.program, self.guard, self.module, self.reach.calls)


class Rule(ABC):
    """
    One code.

    The docstring of a rule is its page in the reference; *bad* and *good* are examples that the tests run: modules
    beside the package ``app`` of ``fixtures/app``, with the expected codes at the ends of the lines of *bad*.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    summary: ClassVar[str]
    default: ClassVar[bool] = True
    bad: ClassVar[str]
    good: ClassVar[str]


class CallRule(Rule):
    """
    A rule about one call.

    *remedy* says what a fix rewrites: the CALL itself, or what is HANDED over to it; a rule without a remedy says in
    *no_fix* why it has none.
    """

    remedy: ClassVar[Remedy | None] = None
    no_fix: ClassVar[str] = "this rule has no fix"

    @abstractmethod
    def check(self, call: Call, guard: Guard, handovers: Handovers) -> Iterator[Hit]:
        """Yield what is wrong with *call*, which stands where *guard* allows no construction."""


class GuardRule(Rule):
    """
    A rule about a guard as a whole: its manager, what is done with its objects; asked once for each guard.

    One that *follows* looks at the ways of cached data.
    """

    follows: ClassVar[bool] = False
    no_fix: ClassVar[str] = "this rule has no fix"

    @abstractmethod
    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Yield what is wrong, in whatever file of the project that has been read."""


def in_manager(reading: Reading, judged: Judged, text: str, *, fix: Remedies | None = None, reason: str = "") -> Placed:
    """A finding in the manager's own code."""
    match = Match(reading.guard, judged.key, 0, judged.certainty)
    path = judged.spot[0]
    return Placed(path, reading.span(judged.spot), reading.symbol(judged.inside), Hit(match, text), fix, reason)


def mended(reading: Reading, judged: Judged, mend: Mend, message: str) -> tuple[Remedies | None, str]:
    """The edits that *mend* finds for a place, unsafe; or its reason why there are none."""
    tree = reading.trees.of(judged.spot[0])
    assert tree is not None
    edits = mend(tree, judged.inside.node, judged.spot)
    return (None, edits) if isinstance(edits, str) else (Remedies(Safety.UNSAFE, message, edits), "")


def called(names: Sequence[str] | None) -> str:
    """The name of a map, as the manager's code has it."""
    if names is None:
        return "a map"
    return ".".join(name.rpartition(":")[2] for name in names) or "itself"


def short(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def advice(guard: Guard) -> str:
    """What to call instead, with its arguments."""
    if guard.methods:
        best = guard.methods[0]
        others = f" (or {', '.join(method.name for method in guard.methods[1:3])})" if guard.methods[1:] else ""
        owner = "" if best.is_function else f"{short(best.owner)}."
        return f"call {owner}{best.signature}{others} instead"
    if guard.spec.managers:
        return f"get it from {' or '.join(short(name) for name in guard.spec.managers)} instead"
    return "no manager is known for it; name one in the configuration"


def outside(guard: Guard) -> str:
    """Say where the class was built: "outside Manager (module)", as far as the manager is known."""
    if guard.methods:
        best = guard.methods[0]
        name = f"{best.owner}.{best.name}" if best.is_function else best.owner
    elif guard.spec.managers:
        name = guard.spec.managers[0]
    else:
        return "directly"
    module, _, last = name.rpartition(".")
    return f"outside {last} ({module})" if module else f"outside {last}"
