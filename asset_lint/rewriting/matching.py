"""Which of a site's arguments takes which parameter of a manager's method: by names and by types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from asset_lint.rewriting.kinds import Kind, differs, fits, kind_of
from asset_lint.rewriting.signatures import Signature, Slot
from asset_lint.semantics.program import Program

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_VARIADIC = frozenset({"*", "**"})


@dataclass(frozen=True)
class Supply:
    """
    Something that a site has in hand: the name that the constructor knows it by, and its kind.

    *declared* is the kind that the constructor asks for, *text* how it is written at the site.
    """

    name: str
    kind: Kind
    declared: Kind
    text: str = ""


@dataclass
class Matching:
    """
    The parameters of a method with what takes them.

    *taken* are places among the supplies by parameter, *lent* names of the scope by parameter, *dropped* the places
    that no parameter takes, *doubts* what keeps it from being proved.
    """

    taken: dict[str, int] = field(default_factory=dict)
    lent: dict[str, str] = field(default_factory=dict)
    dropped: list[int] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    names: int = 0

    def in_order(self) -> list[tuple[str, int]]:
        """(parameter, place of the supply) in the order of the supplies."""
        return sorted(self.taken.items(), key=lambda item: item[1])


@dataclass(frozen=True)
class Lent:
    """What stands for a parameter that the site does not pass, and what is to be looked at."""

    text: str
    doubt: str = ""


Lend = Callable[[Slot, Kind], Lent | None]
"""Gives what can stand for a parameter that the site does not pass."""


def matched(program: Program, signature: Signature, supplies: list[Supply], lend: Lend) -> Matching | str:
    """
    Give each parameter of a method what takes it; where one is missing, say which, as a part of a sentence.

    Equal names come first, then types that only one argument has, then names of which one ends or begins with the
    other. What is certain to be of another type never matches.
    """
    found = Matching()
    slots = [slot for slot in signature.slots if slot.kind not in _VARIADIC]
    for step in (_by_name, _by_type, _by_affinity):
        step(program, slots, supplies, found)
    for slot in slots:
        if slot.name in found.taken or not slot.is_required:
            continue
        lent = lend(slot, kind_of(slot.types))
        if lent is None:
            return _missing(slot, supplies)
        found.lent[slot.name] = lent.text
        found.doubts += [lent.doubt] if lent.doubt else []
    used = set(found.taken.values())
    found.dropped = [place for place in range(len(supplies)) if place not in used]
    for name, place in found.taken.items():
        _note_doubt(program, signature.slot(name), supplies[place], found)
    return found


def _missing(slot: Slot, supplies: list[Supply]) -> str:
    for supply in supplies:
        if supply.name == slot.name:
            return f"takes another type for {slot.name}"
    return f"needs {slot.name}, which this call does not have"


def _free(slots: Iterable[Slot], supplies: list[Supply], found: Matching) -> tuple[list[Slot], list[int]]:
    used = set(found.taken.values())
    return (
        [slot for slot in slots if slot.name not in found.taken],
        [place for place in range(len(supplies)) if place not in used],
    )


def _by_name(program: Program, slots: list[Slot], supplies: list[Supply], found: Matching) -> None:
    for slot in slots:
        for place, supply in enumerate(supplies):
            if supply.name == slot.name and not _contradicts(program, supply, slot):
                found.taken[slot.name] = place
                found.names += 1


def _by_type(program: Program, slots: list[Slot], supplies: list[Supply], found: Matching) -> None:
    """Where a type of the project is wanted by one parameter and had by one argument only."""
    free, places = _free(slots, supplies, found)
    pairs = [
        (slot, place)
        for slot in free
        for place in places
        if _is_telling(slot)
        and fits(program, _best(supplies[place]), kind_of(slot.types))
        and not _contradicts(program, supplies[place], slot)
    ]
    for slot, place in pairs:
        rivals = [pair for pair in pairs if pair[0] is slot or pair[1] == place]
        if len(rivals) == 1:
            found.taken[slot.name] = place


def _is_telling(slot: Slot) -> bool:
    """Whether the type of a parameter is one of the project: many things are a ``str``."""
    return all(not isinstance(key, str) for key in kind_of(slot.types).classes)


def _by_affinity(program: Program, slots: list[Slot], supplies: list[Supply], found: Matching) -> None:
    free, places = _free(slots, supplies, found)
    pairs = [
        (slot, place)
        for slot in free
        for place in places
        if _is_near(slot.name, supplies[place].name) and not _contradicts(program, supplies[place], slot)
    ]
    for slot, place in pairs:
        if len([pair for pair in pairs if pair[0] is slot or pair[1] == place]) == 1:
            found.taken[slot.name] = place


def _is_near(first: str, second: str) -> bool:
    """Whether the words of one name are the last or the first words of the other: ``dto`` and ``asset_dto``."""
    short, long = sorted(([word.lower() for word in _WORDS.findall(name)] for name in (first, second)), key=len)
    return bool(short) and (long[-len(short) :] == short or long[: len(short)] == short)


def _contradicts(program: Program, supply: Supply, slot: Slot) -> bool:
    wanted = kind_of(slot.types)
    return differs(program, supply.kind, wanted) or differs(program, supply.declared, wanted)


def _best(supply: Supply) -> Kind:
    return supply.kind if supply.kind.is_known else supply.declared


def _note_doubt(program: Program, slot: Slot | None, supply: Supply, found: Matching) -> None:
    assert slot is not None
    wanted = kind_of(slot.types)
    if fits(program, _best(supply), wanted) and (supply.name == slot.name or _is_telling(slot)):
        return
    if _best(supply).is_known and _best(supply).may_be_none and not wanted.may_be_none:
        found.doubts.append(f"{supply.name} may be None")
    elif supply.name == slot.name:
        found.doubts.append(f"the type of {slot.name} is not known")
    else:
        found.doubts.append(f"{supply.name} is taken for {slot.name} by its name")
