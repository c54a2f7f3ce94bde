"""What the ways through a manager come to, taken together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from asset_lint.findings import Certainty
from asset_lint.semantics.managers.reading import Reading
from asset_lint.semantics.managers.records import SETDEFAULT, SLOT, Built, Ended, Record, Stored
from asset_lint.semantics.managers.tables import is_called_locked, is_creating, is_factory, is_overwriting, is_renewing
from asset_lint.semantics.managers.threads import threading
from asset_lint.semantics.managers.units import Method
from asset_lint.semantics.managers.values import ABSENT, BUILT, GIVEN, NEW, OTHER, PLACE, Flag, Spot
from asset_lint.semantics.values import ClassKey


class Judged(NamedTuple):
    """
    What is wrong at a place: in which function it stands and at which entry it begins.

    *names* lead to the map that it is about, as far as it is about one.
    """

    spot: Spot
    inside: Method
    entry: Method
    key: ClassKey
    certainty: Certainty
    names: tuple[str, ...] | None = None
    flag: str = ""


def _constructions(record: Record) -> dict[Spot, list[Built]]:
    found: dict[Spot, list[Built]] = defaultdict(list)
    for built in record.built:
        found[built.spot].append(built)
    return found


def each_once(judged: Iterator[Judged]) -> Iterator[Judged]:
    """One of what is said of each place, in the order of the text."""
    seen: dict[Spot, Judged] = {}
    for item in judged:
        known = seen.setdefault(item.spot, item)
        if known.certainty == "possible" and item.certainty == "certain":
            seen[item.spot] = item
    yield from (seen[spot] for spot in sorted(seen))


# -- built before, or without, a lookup -------------------------------------------------------------------------


def built_early(reading: Reading) -> Iterator[Judged]:
    """Yield the constructions before which nobody has looked into the map."""
    for record in reading.records:
        for spot, ways in _constructions(record).items():
            if any(way.looks for way in ways):
                continue
            first = min(ways, key=lambda way: repr(way.key))
            after = sorted(names for known, names in record.looked_after if known == spot and _gives(record, names))
            if after:
                yield Judged(spot, first.inside, record.entry, first.key, _surest(ways), after[0])
            elif _never_asked(reading, record, spot):
                yield Judged(spot, first.inside, record.entry, first.key, _surest(ways))


def _gives(record: Record, names: tuple[str, ...]) -> bool:
    """Whether an entry hands out what it finds in a map; one that refuses a second object of the same key does not."""
    return any(value.kind == PLACE and value.names == names for value in record.given_out)


def _surest(ways: list[Built]) -> Certainty:
    return "certain" if all(way.certainty == "certain" for way in ways) else "possible"


def _never_asked(reading: Reading, record: Record, spot: Spot) -> bool:
    """Whether an entry hands out what it has just made, and nothing else, without keeping it."""
    name = record.entry.name
    if record.is_kept or is_creating(name) or is_renewing(name):
        return False
    if not reading.maps and is_factory(reading.unit.name):
        return False
    kept = any(stored.value.spot == spot for stored in record.stored) or spot in record.escaped
    if kept or not any(value.spot == spot and not value.names for value in record.given_out):
        return False
    others = [end for end in record.ended if not end.is_none and end.value.kind not in {BUILT, ABSENT.kind}]
    return not others and all(value.kind in {BUILT, OTHER, ABSENT.kind} for value in record.given_out)


# -- stored without a lookup ------------------------------------------------------------------------------------


def overwritten(reading: Reading) -> Iterator[Judged]:
    """Yield the stores before which nobody has looked into any of the maps."""
    for record in reading.records:
        if is_creating(record.entry.name):
            continue
        stores: dict[Spot, list[Stored]] = defaultdict(list)
        for stored in record.stored:
            stores[stored.spot].append(stored)
        for spot, ways in stores.items():
            if all(_overwrites(way) for way in ways):
                first = min(ways, key=lambda way: way.value.spot or ())
                key = _class_of(reading, record, first)
                yield Judged(spot, first.inside, record.entry, key, _how_sure(record, first), first.names)


def _overwrites(way: Stored) -> bool:
    is_new = way.value.kind == BUILT
    return is_new and way.how not in {SETDEFAULT, SLOT} and not way.looks and not way.has_new_key and not way.flags


def _class_of(reading: Reading, record: Record, stored: Stored) -> ClassKey:
    found = [built.key for built in record.built if built.spot == stored.value.spot]
    return min(found or reading.guard.classes, key=repr)


def _how_sure(record: Record, stored: Stored) -> Certainty:
    """Sure where the entry hands out what it has stored; else it may be meant to bring the map up to date."""
    if is_overwriting(record.entry.name):
        return "possible"
    hands_out = any(value.kind not in {OTHER, GIVEN, NEW, ABSENT.kind} for value in record.given_out)
    return "certain" if hands_out else "possible"


# -- a map that is turned off -----------------------------------------------------------------------------------


def let_through(reading: Reading) -> Iterator[Judged]:
    """Yield the constructions that a flag lets through past the map."""
    for record in reading.records:
        if is_creating(record.entry.name):
            continue
        looking = _flags_of_lookups(record)
        for spot, ways in _constructions(record).items():
            missed = [way for way in ways if not way.looks]
            reasons = [_reason(way, looking) for way in missed]
            if missed and all(reasons):
                flag = min(filter(None, reasons))
                sure = flag.certain and _surest(ways) == "certain"
                first = min(missed, key=lambda way: repr(way.key))
                certainty: Certainty = "certain" if sure else "possible"
                yield Judged(spot, first.inside, record.entry, first.key, certainty, flag=flag.text)


def _flags_of_lookups(record: Record) -> set[tuple[str, bool]]:
    """What held on the ways on which somebody has looked."""
    ways: list[Built | Stored | Ended] = [*record.built, *record.stored, *record.ended]
    asked = (way for way in ways if any(look.asked for look in way.looks))
    return {(flag.text, flag.holds) for way in asked for flag in way.flags}


def _reason(way: Built, looking: set[tuple[str, bool]]) -> Flag | None:
    """The flag because of which nobody has looked."""
    found = [flag for flag in way.flags if (flag.text, not flag.holds) in looking and flag[:2] not in looking]
    return min(found) if found else None


# -- lookup and store that others can come between ---------------------------------------------------------------


def torn_apart(reading: Reading) -> Iterator[tuple[Judged, bool]]:
    """Yield the stores that others can come before after the lookup; with them, whether those are other tasks."""
    for record in reading.records:
        if is_called_locked(record.entry.name):
            continue
        for way in sorted(record.stored, key=lambda way: (way.spot, way.value.spot or (), way.look is None)):
            if way.value.kind != BUILT or way.how == SETDEFAULT or way.look is None:
                continue
            key = _class_of(reading, record, way)
            judged = Judged(way.spot, way.inside, record.entry, key, "certain", way.names)
            if way.look.stale:
                yield judged, True
            elif (
                not way.look.locks & way.locks
                and (certainty := threading(reading, way.names, record.entry)) is not None
            ):
                yield judged._replace(certainty=certainty), False


# -- creations that nobody logs ----------------------------------------------------------------------------------


def unlogged(reading: Reading) -> Iterator[Judged]:
    """Yield the constructions on whose ways nothing is logged."""
    logged = {built.spot for record in reading.records if record.logged for built in record.built}
    for record in reading.records:
        for built in sorted(record.built, key=lambda built: (built.spot, repr(built.key))):
            if built.spot not in logged:
                yield Judged(built.spot, built.inside, record.entry, built.key, built.certainty)


def gives_instances(reading: Reading, method: Method) -> bool:
    """Whether a function of the manager hands out instances that it makes."""
    record, _ = reading.run(method, reading.maps)
    return any(value.kind == BUILT for value in record.given_out)
