"""What travels out of the engine: findings, fixes, problems and the report. Frozen and made of plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Certainty = Literal["certain", "possible"]


@dataclass(frozen=True, order=True)
class Span:
    """
    A region of a text.

    Lines and columns count from 1, columns in code points; the end is exclusive.
    """

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Step:
    """One station on the way of a value: where it is and what happens there."""

    path: str
    line: int
    column: int
    message: str


class Safety(Enum):
    """Whether a fix may be applied without a person looking at it."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Edit:
    """Replace the text at *span* of *path* by *text*."""

    path: str
    span: Span
    text: str


@dataclass(frozen=True)
class Fix:
    """Edits that are applied together or not at all."""

    safety: Safety
    message: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Finding:
    """
    A place where a guarded object gets past its manager.

    *path* is relative to the working directory with ``/`` between its parts, *symbol* the dotted name of the
    enclosing function or class inside its module (empty at module level), *target* the dotted name of the guarded
    class, and *flow* the way of the value where there is one to tell.
    """

    code: str
    name: str
    message: str
    path: str
    span: Span
    symbol: str
    target: str
    certainty: Certainty = "certain"
    flow: tuple[Step, ...] = ()
    fix: Fix | None = None
    no_fix_reason: str | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Path, line, column and code: the order of every output."""
        return (self.path, self.span.line, self.span.column, self.code, self.target)


@dataclass(frozen=True, order=True)
class Problem:
    """A file that could not be handled, and why. *line* is 0 where no line can be named."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, order=True)
class BlindSpot:
    """A construct that the resolver could not follow although a guarded class is involved."""

    path: str
    line: int
    message: str


@dataclass(frozen=True)
class Stats:
    """
    What a run did: files *discovered*, *parsed*, rounds until nothing new was learned, and what stayed unresolved.

    *suppressed* counts findings silenced by comments, *unused_suppressions* the comments that silence nothing.
    *shard* is "I/N" where only a share of the files is reported, *baselined* counts findings that the baseline accepts,
    and *stale* names what it accepts although it is no longer found.
    """

    files: int = 0
    parsed: int = 0
    rounds: int = 0
    calls: int = 0
    suppressed: int = 0
    unused_suppressions: int = 0
    blind_spots: tuple[BlindSpot, ...] = ()
    shard: str = ""
    baselined: int = 0
    stale: tuple[str, ...] = ()


@dataclass(frozen=True)
class GuardSummary:
    """
    A guard as it was understood: for ``check --verbose``.

    *classes* and *managers* are dotted names, *methods* the signatures that hand out an instance, and *inferred*
    names the keys that were not configured.
    """

    classes: tuple[str, ...]
    managers: tuple[str, ...]
    methods: tuple[str, ...]
    dtos: tuple[str, ...]
    inferred: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """Everything one run has to say, in the order in which it is printed."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    stats: Stats = field(default_factory=Stats)
    guards: tuple[GuardSummary, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 nothing found, 1 findings, 2 some file could not be handled."""
        if self.problems:
            return 2
        return 1 if self.findings or self.stats.stale else 0
