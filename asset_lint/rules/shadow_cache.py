"""MGR204."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from asset_lint.findings import Certainty, Span, Step
from asset_lint.rules.base import GuardRule, Hit, Placed, Surroundings, advice, short
from asset_lint.semantics import guards, sites
from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.kept import Kept, kept
from asset_lint.semantics.memoizing import Memoized, memoized
from asset_lint.semantics.provenance import BUILT, UNRESOLVED, Origins, Provenance
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

    A cache in front of the manager is in order: what it keeps is what the manager gave. So is one of ids or DTOs. Where
    a function only says by its annotation that it gives a guarded object, and its body does not tell where that is
    from, the finding is possible.

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
    span: Span
    scope: int


class _Finder:
    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._program = around.program
        self._provenance = Provenance(around.program, around.guard)
        self._spots: dict[str, Spots | None] = {}

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
        spot = self._spot_of(item, atom) if certainty else None
        if certainty is None or spot is None or self._is_allowed(item.path, spot):
            return None
        text = f"keeps what {_spelled(self._program.facts, atom)} gives"
        return self._placed(item.path, spot, key, certainty, f"{item.by} {text}", self._steps(origins))

    def _given(self, atom: Atom) -> Values:
        if atom[0] in {"func", "bound", "partial", "class"}:
            return self._program.call(frozenset((atom,)), ())
        return frozenset()

    def _spot_of(self, item: Memoized, atom: Atom) -> _Spot | None:
        if not item.is_decorator:
            return _Spot(item.site.span, item.site.scope)
        if atom[0] not in {"func", "bound"} or atom[1] != item.path:
            return None
        function = self._program.function(atom[1], atom[2])
        spots = self._spots_of(item.path)
        span = spots.head(function.line, function.name) if spots is not None else None
        return _Spot(span, function.scope) if span is not None else None

    # -- mappings that are filled -----------------------------------------------------------------------------

    def filled(self) -> Iterator[Placed]:
        for item in kept(self._program, self._around.guard, self._around.reach):
            match = sites.instances(self._program, self._around.guard, self._program.value(item.path, item.node))
            origins = self._provenance.of(item.path, item.node) if match is not None else frozenset()
            certainty = _certainty(origins)
            spot = self._spot_at(item) if certainty else None
            if match is None or certainty is None or spot is None or self._is_allowed(item.path, spot):
                continue
            where = self._program.symbol(item.path, spot.scope) or "the module"
            steps = (*self._steps(origins), *self._put(item))
            yield self._placed(item.path, spot, match.key, certainty, f"{where} fills a mapping of its own", steps)

    def _spot_at(self, item: Kept) -> _Spot | None:
        spots = self._spots_of(item.path)
        if spots is None:
            return None
        if item.name:
            found = spots.binding(item.name)
            return _Spot(*found) if found is not None else None
        line, column = item.place
        if item.site is not None:
            line, column = item.site.span.line, item.site.span.column
        return _Spot(*spots.around(line, column))

    @staticmethod
    def _put(item: Kept) -> Iterator[Step]:
        line, column = item.place
        if item.site is not None:
            line, column = item.site.span.line, item.site.span.column
        if line:
            yield Step(item.path, line, column, "is put into the mapping here")

    # -- both -------------------------------------------------------------------------------------------------

    def _guarded(self, values: Values) -> ClassKey | None:
        match = self._provenance.match(values)
        return None if match is None else match.key

    def _is_allowed(self, path: str, spot: _Spot) -> bool:
        return guards.is_allowed(self._program, self._around.guard, path, spot.scope)

    def _spots_of(self, path: str) -> Spots | None:
        if path not in self._spots:
            module = self._around.module(path)
            self._spots[path] = None if module is None else Spots(module, self._program.facts[path])
        return self._spots[path]

    def _steps(self, origins: Origins) -> tuple[Step, ...]:
        found: list[Step] = []
        for origin in sorted(origins):
            if origin.kind == BUILT and origin.node != NONE:
                found += [
                    Step(origin.path, site.span.line, site.span.column, "is made here")
                    for site in self._program.facts[origin.path].sites
                    if site.node == origin.node
                ]
        return tuple(found)

    def _placed(
        self, path: str, spot: _Spot, key: ClassKey, certainty: Certainty, what: str, steps: tuple[Step, ...]
    ) -> Placed:
        guard = self._around.guard
        name = short(self._program.name_of_class(key))
        text = f"{what}: a second cache of {name} beside the manager; {advice(guard)}"
        hit = Hit(Match(guard, key, 0, certainty), text, tuple(dict.fromkeys(steps)))
        return Placed(path, spot.span, self._program.symbol(path, spot.scope), hit)


def _certainty(origins: Origins) -> Certainty | None:
    """Whether something past the manager is kept; None where nothing is."""
    kinds = {origin.kind for origin in origins}
    if BUILT in kinds:
        return "certain"
    return "possible" if UNRESOLVED in kinds else None


def _spelled(facts: dict[str, Facts], atom: Atom) -> str:
    if atom[0] in {"func", "bound"}:
        return facts[atom[1]].functions[atom[2]].name
    return "the class" if atom[0] == "class" else "the function"
