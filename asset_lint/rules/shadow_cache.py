"""MGR204."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from asset_lint.findings import Certainty, Span, Step
from asset_lint.rules.base import GuardRule, Hit, Placed, Surroundings, advice, short
from asset_lint.semantics import guards
from asset_lint.semantics.called import Callers
from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.fills import plain
from asset_lint.semantics.flows.reduction import goes_through_manager
from asset_lint.semantics.kept import Kept, kept
from asset_lint.semantics.lasting import is_taken_around
from asset_lint.semantics.memoizing import Memoized, memoized
from asset_lint.semantics.provenance import BUILT, COPIED, UNRESOLVED, Origins, Provenance
from asset_lint.semantics.sites import Match
from asset_lint.semantics.spots import Spots
from asset_lint.semantics.values import Atom, ClassKey, Values


class ShadowCache(GuardRule):
    """
    Keep guarded objects in the manager, and in no second cache.

    ``functools.lru_cache``, ``cache``, ``cached_property``, the decorators of ``cachetools``, ``aiocache``,
    ``async_lru`` and ``joblib``, memoising decorators of the project, and dictionaries of a module or a class that are
    filled by hand: each of them is a second identity map when what it keeps was built, decoded or unpickled beside the
    manager. Both have an object for the same thing then, and neither knows of the other's.

    A cache in front of the manager is in order: what it keeps is what the manager gave. So is one of ids or DTOs. One
    on disk is not, whatever it is given: it pickles, and other objects come back. Where a function only says by its
    annotation that it gives a guarded object, and its body does not tell where that is from, the finding is possible.

    A dictionary of an object counts where it is used as a cache: somebody looks into it before it is filled, or is
    given what lies there, or takes by its identity what was built for it. Copies that are held as drafts are reported
    where they are made, and only there.

    The finding stands at the ``def`` of the function whose results are kept, or that fills the dictionary; its flow
    tells what is put in where.
    """

    code = "MGR204"
    name = "shadow-cache"
    summary = "A second cache holds guarded instances that the manager did not give."
    no_fix = "fill the cache with what the manager gives, or drop it: the manager keeps the objects already"

    bad = """
        import pickle
        from functools import lru_cache
        from app import AssetResponseWrapper

        _recent = {}

        @lru_cache
        def load(path) -> AssetResponseWrapper:  # MGR204
            with path.open("rb") as file:
                return pickle.load(file)

        def remember(path):  # MGR204
            _recent[path] = load(path)
    """
    good = """
        from functools import lru_cache
        from app import AssetManager, AssetResponseDto, AssetResponseWrapper

        @lru_cache
        def asset(asset_id, context) -> AssetResponseWrapper:
            manager = AssetManager.get_instance()
            return manager.get_wrapper_for_asset_dto(asset_dto=AssetResponseDto(asset_id), context=context)

        @lru_cache
        def title(asset_id) -> str:
            return AssetResponseDto(asset_id).id
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report caches that are filled past the manager, one finding for each function that fills one."""
        finder = _Finder(around)
        merged: dict[tuple[str, Span], Placed] = {}
        for placed in (*finder.decorated(), *finder.filled()):
            known = merged.setdefault((placed.path, placed.span), placed)
            if known is not placed:
                flow = tuple(dict.fromkeys((*known.hit.flow, *placed.hit.flow)))
                merged[placed.path, placed.span] = replace(known, hit=replace(known.hit, flow=flow))
        yield from merged.values()


@dataclass(frozen=True)
class _Spot:
    path: str
    span: Span
    scope: int


class _Finder:
    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._program = around.program
        self._provenance = Provenance(around.program, around.guard)
        self._spots: dict[str, Spots | None] = {}
        self._callers = Callers(around.program)

    # -- functions whose results are kept ---------------------------------------------------------------------

    def decorated(self) -> Iterator[Placed]:
        for item in memoized(self._program):
            for atom in sorted(item.values, key=repr):
                placed = self._memoized(item, atom)
                if placed is not None:
                    yield placed
                    break

    def _memoized(self, item: Memoized, atom: Atom) -> Placed | None:
        key = self._guarded(self._given(atom))
        if key is None:
            return None
        origins = self._provenance.of_callable(atom)
        certainty = _certainty(origins)
        if item.pickles and not goes_through_manager(self._program, key):
            certainty = "certain"
        spot = self._spot_of(item, atom) if certainty else None
        if certainty is None or spot is None or self._is_allowed(item.path, spot):
            return None
        verb = "pickles" if item.pickles else "keeps"
        text = f"{item.by} {verb} what {_spelled(self._program.facts, atom)} gives"
        return self._placed(spot, key, certainty, text, self._steps(origins))

    def _given(self, atom: Atom) -> Values:
        if atom[0] in {"func", "bound", "partial", "class"}:
            return self._program.call(frozenset((atom,)), ())
        return frozenset()

    def _spot_of(self, item: Memoized, atom: Atom) -> _Spot | None:
        if not item.is_decorator:
            return _Spot(item.path, item.site.span, item.site.scope)
        if atom[0] not in {"func", "bound"} or atom[1] != item.path:
            return None
        function = self._program.function(atom[1], atom[2])
        spots = self._spots_of(item.path)
        span = spots.head(function.line, function.name) if spots is not None else None
        return _Spot(item.path, span, function.scope) if span is not None else None

    # -- mappings that are filled -----------------------------------------------------------------------------

    def filled(self) -> Iterator[Placed]:
        for item in kept(self._program, self._around.guard, self._around.reach):
            match = self._provenance.match(self._program.value(item.path, item.node))
            spot = self._spot_at(item) if match is not None else None
            origins = self._provenance.of(item.path, item.node) if spot is not None else frozenset()
            certainty = _certainty(self._counted(item, spot, origins)) if spot is not None else None
            if match is None or spot is None or certainty is None or self._is_allowed(spot.path, spot):
                continue
            where = self._program.symbol(spot.path, spot.scope) or "the module"
            steps = (*self._steps(origins), *_put(item))
            yield self._placed(spot, match.key, certainty, f"{where} fills a mapping of its own", steps)

    def _counted(self, item: Kept, spot: _Spot, origins: Origins) -> Origins:
        """Without the copies, which are drafts, unless they are looked for where they are put in."""
        facts = self._program.facts[item.fill.path]
        base = facts.nodes[plain(facts, item.fill.base)] if item.fill.base != NONE else ("",)
        if base[0] in {"global", "from", "free"} and is_taken_around(facts, item.fill, spot.scope):
            return origins
        return frozenset(origin for origin in origins if origin.kind != COPIED)

    def _spot_at(self, item: Kept) -> _Spot | None:
        """The function that fills the mapping; that which calls it where it takes anything whatever."""
        path, fill = item.fill.path, item.fill
        if item.call is not None and not self._provenance.carries(self._program.value(path, fill.value)):
            spots = self._spots_of(item.path)
            start = item.call.span
            return None if spots is None else _Spot(item.path, *spots.around(start.line, start.column))
        spots = self._spots_of(path)
        if spots is None:
            return None
        if fill.name:
            found = spots.binding(fill.name)
            return _Spot(path, *found) if found is not None else None
        return _Spot(path, *spots.around(*fill.where))

    # -- both -------------------------------------------------------------------------------------------------

    def _guarded(self, values: Values) -> ClassKey | None:
        match = self._provenance.match(values)
        return None if match is None else match.key

    def _is_allowed(self, path: str, spot: _Spot) -> bool:
        """Whether the manager fills its own cache there: by its code, or by a function that only it calls."""
        if guards.is_allowed(self._program, self._around.guard, path, spot.scope):
            return True
        scope = self._program.facts[path].scopes[spot.scope]
        if scope.kind != "function":
            return False
        calls = list(self._callers.called(path, scope.owner))
        return bool(calls) and all(
            guards.is_allowed(self._program, self._around.guard, caller, site.scope, own=False)
            for caller, site in calls
        )

    def _spots_of(self, path: str) -> Spots | None:
        if path not in self._spots:
            module = self._around.module(path)
            self._spots[path] = None if module is None else Spots(module, self._program.facts[path])
        return self._spots[path]

    def _steps(self, origins: Origins) -> tuple[Step, ...]:
        found: list[Step] = []
        for origin in sorted(origins):
            if origin.kind in {BUILT, COPIED} and origin.node != NONE:
                found += [
                    Step(origin.path, site.span.line, site.span.column, "is made here")
                    for site in self._program.facts[origin.path].sites
                    if site.node == origin.node
                ]
        return tuple(found)

    def _placed(self, spot: _Spot, key: ClassKey, certainty: Certainty, what: str, steps: tuple[Step, ...]) -> Placed:
        guard = self._around.guard
        name = short(self._program.name_of_class(key))
        text = f"{what}: a second cache of {name} beside the manager; {advice(guard)}"
        hit = Hit(Match(guard, key, 0, certainty), text, tuple(dict.fromkeys(steps)))
        return Placed(spot.path, spot.span, self._program.symbol(spot.path, spot.scope), hit)


def _certainty(origins: Origins) -> Certainty | None:
    """Whether something past the manager is kept; None where nothing is."""
    kinds = {origin.kind for origin in origins}
    if kinds & {BUILT, COPIED}:
        return "certain"
    return "possible" if UNRESOLVED in kinds else None


def _put(item: Kept) -> Iterator[Step]:
    if item.call is not None:
        yield Step(item.path, item.call.span.line, item.call.span.column, "is passed on here")
    line, column = item.fill.where
    if line:
        yield Step(item.fill.path, line, column, "is put into the mapping here")


def _spelled(facts: dict[str, Facts], atom: Atom) -> str:
    if atom[0] in {"func", "bound"}:
        return facts[atom[1]].functions[atom[2]].name
    return "the class" if atom[0] == "class" else "the function"
