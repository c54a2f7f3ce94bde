"""What happened on the ways through the manager's code, for the rules to judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from asset_lint.findings import Certainty
from asset_lint.semantics.managers.units import Method
from asset_lint.semantics.managers.values import Flag, Look, Spot, Value
from asset_lint.semantics.values import ClassKey, Values

ITEM, SETDEFAULT, UPDATE, SLOT, KEPT = "item", "setdefault", "update", "slot", "kept"


class Built(NamedTuple):
    """A construction on a way: where, of which class, in which function, what was looked at before, what it hung on."""

    spot: Spot
    key: ClassKey
    certainty: Certainty
    inside: Method
    looks: frozenset[Look]
    flags: frozenset[Flag]


class Stored(NamedTuple):
    """A store on a way: where, by what, of what, and the last look at the same place before it."""

    spot: Spot
    names: tuple[str, ...]
    depth: int
    how: str
    value: Value
    inside: Method
    looks: frozenset[Look]
    look: Look | None
    locks: frozenset[str]
    flags: frozenset[Flag]
    has_new_key: bool = False


class Accessed(NamedTuple):
    """A key by which something is asked for, stored or taken out: where the key stands and of which types it may be."""

    names: tuple[str, ...]
    depth: int
    spot: Spot
    types: Values
    inside: Method
    is_store: bool


class Ended(NamedTuple):
    """The end of a way: what it gives, what was looked at, what it hung on."""

    value: Value
    is_none: bool
    looks: frozenset[Look]
    flags: frozenset[Flag]


@dataclass
class Record:
    """Everything that happened on the ways that begin at one entry."""

    entry: Method
    built: set[Built] = field(default_factory=set)
    stored: set[Stored] = field(default_factory=set)
    accessed: set[Accessed] = field(default_factory=set)
    looked_after: set[tuple[Spot, tuple[str, ...]]] = field(default_factory=set)
    escaped: set[Spot] = field(default_factory=set)
    ended: set[Ended] = field(default_factory=set)
    given_out: set[Value] = field(default_factory=set)
    logged: set[Method] = field(default_factory=set)
    is_kept: bool = False
    is_complete: bool = True

    @property
    def looks_by_itself(self) -> bool:
        """Whether who calls the entry need not look: it does so itself, in the right order or not."""
        return bool(self.looked_after) or any(built.looks for built in self.built)
