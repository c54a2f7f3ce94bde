"""The call that takes the place of a construction where the configuration has no template for it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from asset_lint.findings import Safety
from asset_lint.rewriting.arranging import Part, arranged
from asset_lint.rewriting.binding import UNKNOWN_SIGNATURE, Bound
from asset_lint.rewriting.kinds import Kind, fits, kind_of, note_unread
from asset_lint.rewriting.layout import TextEdit, span_of
from asset_lint.rewriting.matching import Lent, Matching, Supply, matched
from asset_lint.rewriting.names import Import, reference
from asset_lint.rewriting.nonetests import is_not_none
from asset_lint.rewriting.offers import FUNCTION, Offer, resolved
from asset_lint.rewriting.places import Place
from asset_lint.rewriting.reachable import without_none
from asset_lint.rewriting.rendering import Unwritable, renamed
from asset_lint.rewriting.signatures import Signature, Slot
from asset_lint.rewriting.ways import CLASS, Way, class_ways, is_pure
from asset_lint.semantics.values import EMPTY

_LOOK = "look at it:"
_MOST_REASONS = 3


@dataclass(frozen=True)
class Rewriting:
    """The edits of one site, the imports that they need, and how sure it is that they are right."""

    edits: tuple[TextEdit, ...]
    needs: tuple[Import, ...]
    safety: Safety
    message: str


class NoRewriting(Exception):
    """Why a site is not rewritten; *reason* is a sentence without its full stop."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Choice:
    """A method that takes what the site has."""

    offer: Offer
    matching: Matching

    def rank(self, place: Place) -> tuple[bool, bool, bool, int, int]:
        """What decides between several: the smaller comes first."""
        doubtful = self.offer.may_be_none or bool(self.offer.other(place.program, place.key))
        awkward = self.offer.is_async != place.original_is_async
        return (bool(self.matching.dropped), doubtful, awkward, len(self.matching.lent), -self.matching.names)


def inferred(place: Place, offers: list[Offer], manager_ways: Iterable[Way]) -> Rewriting:
    """
    Rewrite a site to the method that takes exactly what it has.

    Raises NoRewriting with what is missing.
    """
    if place.guard.external_functions and not offers:
        raise NoRewriting(_nothing_gives(place, offers))
    if any(item.slot is None and item.name.startswith("#") for item in place.arguments):
        raise NoRewriting(UNKNOWN_SIGNATURE)
    supplies = [_supply(place, item) for item in place.arguments]

    def write(choice: Choice, way: Way) -> Rewriting:
        return _rewriting(place, choice, way)

    return first_that_works(place, offers, supplies, manager_ways, write)


def first_that_works(
    place: Place,
    offers: list[Offer],
    supplies: list[Supply],
    manager_ways: Iterable[Way],
    write: Callable[[Choice, Way], Rewriting],
) -> Rewriting:
    """
    What *write* makes of the best method that takes *supplies*, and the best way to it.

    Raises NoRewriting with what is missing, also where two methods are equally good.
    """
    usable = [offer for offer in offers if offer.gives_class(place.program, place.key)]
    if not usable:
        raise NoRewriting(_nothing_gives(place, offers))
    choices, reasons = _choices(place, usable, supplies)
    for _, group in groupby(choices, key=lambda choice: choice.rank(place)):
        reached = []
        for choice in group:
            try:
                reached.append((_way(place, choice, supplies, manager_ways), choice))
            except Unwritable as problem:
                reasons.append(problem.reason)
        if not reached:
            continue
        way, choice = _nearest(place, reached)
        try:
            return write(choice, way)
        except Unwritable as problem:
            reasons.append(problem.reason)
    raise NoRewriting("; ".join(dict.fromkeys(reasons[:_MOST_REASONS])))


def _nothing_gives(place: Place, offers: list[Offer]) -> str:
    name = place.program.name_of_class(place.key).rpartition(".")[2]
    if not place.guard.managers and not place.guard.functions:
        return f"no manager of {name} is known; name one in the configuration"
    if place.guard.external_functions:
        outside = min(place.guard.external_functions)
        return f"{outside} is outside the project, so that its parameters are not known; a rewrite template can say how"
    if not offers:
        return f"no method of the manager is known to give {name}; a rewrite template can name one"
    known = ", ".join(f"{offer.signature.name} ({place.where(offer.signature)})" for offer in offers[:_MOST_REASONS])
    return f"no method of the manager gives {name}: there is {known}"


def _choices(place: Place, offers: list[Offer], supplies: list[Supply]) -> tuple[list[Choice], list[str]]:
    """The methods that *supplies* fit, the best first, and why the others do not."""
    found, reasons = [], []
    for offer in offers:
        for slot in offer.signature.slots:
            note_unread(place.program, slot.types)
        matching = matched(place.program, offer.signature, supplies, lambda slot, kind: _lent(place, slot, kind))
        if isinstance(matching, str):
            where = f"{offer.signature.name} ({place.where(offer.signature)})"
            reasons.append(f"{where} {matching}")
        elif (problem := _defaults(place, offer, matching)) is not None:
            reasons.append(problem)
        else:
            found.append(Choice(offer, matching))
    return sorted(found, key=lambda choice: choice.rank(place)), reasons


def _defaults(place: Place, offer: Offer, matching: Matching) -> str | None:
    """See to parameters that neither the site passes nor the method needs: the class's default has to hold."""
    if place.signature is None or not place.is_called:
        return None
    passed = {item.name for item in place.arguments}
    for slot in offer.signature.slots:
        own = place.signature.slot(slot.name)
        if slot.is_required or slot.name in matching.taken or own is None or own.is_required or slot.name in passed:
            continue
        if own.given is not None and own.given == slot.given:
            continue
        if own.default is not None and own.default != slot.default:
            matching.lent[slot.name] = own.default
        elif own.default is None and own.kind not in {"*", "**"}:
            where = f"{offer.signature.name} ({place.where(offer.signature)})"
            return f"{where} may have another default for {slot.name}"
    return None


def _supply(place: Place, item: Bound) -> Supply:
    values = place.values(item.written)
    declared = item.slot.types if item.slot is not None else EMPTY
    note_unread(place.program, values | declared)
    kind = kind_of(values)
    text = place.file.text(item.written.value)
    if kind.may_be_none and is_not_none(place.scope, text):
        kind = Kind(kind.classes, kind.is_complete, may_be_none=False)
    return Supply(item.name, kind, kind_of(declared), text)


def _lent(place: Place, slot: Slot, kind: Kind) -> Lent | None:
    """
    What stands for a parameter that the site does not pass.

    It is the constant default of the constructor's own parameter, or the name that is bound at the site, is called like
    the parameter and is of its class, if that is one of the project: many things are a ``str``.
    """
    own = place.signature.slot(slot.name) if place.signature is not None else None
    if own is not None and own.default is not None and place.is_called:
        return Lent(own.default)
    binding = place.scope.binding(slot.name)
    if binding is None or binding.kind == "global" or not kind.is_known:
        return None
    note_unread(place.program, binding.values)
    foreign = any(isinstance(key, str) for key in kind.classes)
    values = without_none(binding.values) if is_not_none(place.scope, slot.name) else binding.values
    if foreign or not fits(place.program, kind_of(values), kind):
        return None
    return Lent(slot.name, f"{slot.name} is taken from the code around the call")


def _way(place: Place, choice: Choice, supplies: list[Supply], manager_ways: Iterable[Way]) -> Way:
    """The first way to what the method is called on that takes along the arguments that it has no place for."""
    offer = choice.offer
    found = False
    if not place.scope.functions.isdisjoint(offer.reaches.functions):
        raise Unwritable(f"{offer.signature.name} ({place.where(offer.signature)}) itself runs this code")
    for way in _ways_for(place, offer, manager_ways):
        found = True
        dropped = [supplies[index] for index in choice.matching.dropped]
        if all(supply.text in way.uses for supply in dropped):
            unsaid = [
                f"{supply.name} is not passed on, {way.text} has to know it"
                for supply in dropped
                if supply.name not in offer.reaches.supplied
            ]
            return replace(way, doubt="; ".join(filter(None, (way.doubt, *unsaid))))
    where = f"{offer.signature.name} ({place.where(offer.signature)})"
    if not found:
        raise Unwritable(f"no way from here to the manager that has {where}")
    lost = supplies[choice.matching.dropped[0]].name
    raise Unwritable(f"{where} has no place for {lost}")


def _ways_for(place: Place, offer: Offer, manager_ways: Iterable[Way]) -> Iterator[Way]:
    if offer.kind == FUNCTION:
        path, index = offer.place
        found = reference(place.scope, path, place.program.function(path, index).name)
        if found is not None:
            yield Way(found.text, FUNCTION, found.needs)
        return
    yield from (way for way in manager_ways if _has(place, way, offer))  # it may be a method of the class all the same
    if offer.kind == CLASS:
        yield from (way for way in class_ways(place.scope, place.guard) if _has(place, way, offer))


def _has(place: Place, way: Way, offer: Offer) -> bool:
    """Whether what a way leads to has the method."""
    return all(resolved(place.program, key, offer.name) == offer.place for key in way.classes)


def _nearest(place: Place, reached: list[tuple[Way, Choice]]) -> tuple[Way, Choice]:
    """Of methods that do equally well the one that is nearest; raises NoRewriting where there are two of them."""
    ordered = sorted(reached, key=lambda item: _distance(item[0]))
    way, choice = ordered[0]
    for other_way, other in ordered[1:]:
        if not choice.matching.dropped and _distance(other_way) == _distance(way):
            first, second = choice.offer.signature, other.offer.signature
            raise NoRewriting(
                f"{first.name} ({place.where(first)}) and {second.name} ({place.where(second)}) both take what is "
                "passed here; a rewrite template can say which"
            )
    return way, choice


def _distance(way: Way) -> tuple[bool, bool, bool]:
    return (way.kind == CLASS, way.is_shared, bool(way.needs))


def _rewriting(place: Place, choice: Choice, way: Way) -> Rewriting:
    offer, matching = choice.offer, choice.matching
    taken = {place.arguments[index].written.place: name for name, index in matching.taken.items()}
    callee = way.text if way.kind == FUNCTION else f"{way.text}.{offer.name}"
    awaits = place.awaits(offer.is_async, f"{offer.signature.name} ({place.where(offer.signature)})")
    if _has_to_move(place, offer.signature, taken):
        edits = [_moved(place, callee, offer.signature, matching, awaits)]
    else:
        edits = renamed(place.file, place.layout, callee, offer.signature, taken, matching.lent, awaits=awaits)
    return judged(place, edits, f"call {callee}", choice, way)


def _has_to_move(place: Place, signature: Signature, taken: Mapping[int, str]) -> bool:
    """Whether a parameter that takes its argument by position only does not get it at that position."""
    order = [slot.name for slot in signature.slots if slot.kind in {"", "/"}]
    names = [taken[argument.place] for argument in place.layout.arguments if argument.place in taken]
    fixed = [slot.name for slot in signature.slots if slot.kind == "/" and slot.name in names]
    return names[: len(fixed)] != order[: len(fixed)]


def _moved(place: Place, callee: str, signature: Signature, matching: Matching, awaits: str) -> TextEdit:
    """The call with its arguments in the order of the parameters, which may be done where they do nothing."""
    for item in place.arguments:
        if not isinstance(item.written.value, (ast.Name, ast.Constant)) and not is_pure(item.written.value):
            raise Unwritable(f"{signature.name} takes its arguments in another order, and {item.name} does something")
    names = {name: place.arguments[index].written for name, index in matching.taken.items()}
    ordered = [slot for slot in signature.slots if slot.name in names]
    parts = [Part("" if slot.kind == "/" else f"{slot.name}=", names[slot.name]) for slot in ordered]
    parts += [Part(f"{name}=", None, text) for name, text in matching.lent.items()]
    text = arranged(place.file, place.layout, callee, parts)
    call = f"{awaits} {text}{')' if awaits.startswith('(') else ''}" if awaits else text
    return span_of(place.file.module.lines, place.layout.start, place.layout.end), call


def judged(place: Place, edits: Iterable[TextEdit], message: str, choice: Choice, way: Way) -> Rewriting:
    """The rewriting with what is to be looked at before it is applied."""
    doubts = [doubt for doubt in (way.doubt, *choice.matching.doubts, *_doubts(place, choice.offer)) if doubt]
    if way.needs:
        doubts.append(f"it needs an import of {way.needs[0].name}")
    rewriting = Rewriting(tuple(edits), way.needs, Safety.SAFE, message)
    return with_doubts(rewriting, doubts)


def with_doubts(rewriting: Rewriting, doubts: Iterable[str]) -> Rewriting:
    """The same rewriting with more that a person should look at, which makes it unsafe."""
    unique = dict.fromkeys(doubts)
    if not unique:
        return rewriting
    joint = "; " if _LOOK in rewriting.message else f"; {_LOOK} "
    return replace(rewriting, safety=Safety.UNSAFE, message=f"{rewriting.message}{joint}{'; '.join(unique)}")


def _doubts(place: Place, offer: Offer) -> Iterator[str]:
    """What a method may give that a construction does not."""
    if offer.may_be_none:
        yield f"{offer.name} may return None"
    if offer.only_looks_up(place.program):
        yield f"{offer.name} only looks up what is there"
    if other := offer.other(place.program, place.key):
        yield f"{offer.name} may return {other}"
