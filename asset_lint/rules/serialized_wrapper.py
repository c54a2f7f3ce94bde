"""MGR203."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.findings import Span
from asset_lint.rules.base import GuardRule, Hit, Placed, Surroundings, advice, short
from asset_lint.semantics import guards
from asset_lint.semantics.flows.reduction import goes_through_manager
from asset_lint.semantics.holding import Holding
from asset_lint.semantics.sites import Match
from asset_lint.semantics.spots import Spots
from asset_lint.semantics.written import Written, written


class SerializedWrapper(GuardRule):
    """
    Write ids or DTOs to caches and pickles, not guarded objects.

    What ``pickle``, ``shelve``, ``joblib``, ``dill``, ``diskcache`` and caches built on them read again is another
    object than the one that was written, made without the constructor and without the manager. So an object that is
    written can only come back as a duplicate, also inside of a list or of something that holds it.

    Write what the manager looks it up by, or the DTO that it is made from, and ask the manager when it is read; or give
    the class a ``__reduce__`` that does so, after which it may be in any pickle. A ``__getstate__`` of the class alone
    does not help: the copy has less in it, and is a copy. One of an object around it does, if it leaves it out.
    """

    code = "MGR203"
    name = "serialized-wrapper"
    summary = "A guarded instance is written to a cache or pickle, from which it can only come back as a duplicate."
    no_fix = (
        "what reads it has to change with it: write the id or the DTO here, and let the reader ask the manager; "
        "or give the class a __reduce__ that asks the manager"
    )

    bad = """
        import pickle
        import shelve
        from app import AssetResponseWrapper

        def save(assets: list[AssetResponseWrapper], path):
            with path.open("wb") as file:
                pickle.dump(assets, file)  # MGR203

        def keep(asset: AssetResponseWrapper, path):
            with shelve.open(path) as shelf:
                shelf[asset.dto.id] = asset  # MGR203
    """
    good = """
        import pickle
        import shelve
        from app import AssetResponseWrapper

        def save(assets: list[AssetResponseWrapper], path):
            with path.open("wb") as file:
                pickle.dump([asset.dto.id for asset in assets], file)

        def keep(asset: AssetResponseWrapper, path):
            with shelve.open(path) as shelf:
                shelf[asset.dto.id] = asset.dto
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report writing calls, and stores into shelves, whose value is or has in it a guarded instance."""
        program = around.program
        holding = Holding(program, around.guard, lambda key: goes_through_manager(program, key))
        for item in written(program):
            values = item.values(program)
            match = holding.within(values) if item.opened else holding.match(values)
            if match is not None and (place := _place(around, item)) is not None:
                span, scope = place
                if not guards.is_allowed(program, around.guard, item.path, scope, own=False):
                    symbol = program.symbol(item.path, scope)
                    yield Placed(item.path, span, symbol, Hit(match, _text(around, item, match), item.steps))


def _place(around: Surroundings, item: Written) -> tuple[Span, int] | None:
    if item.site is not None:
        return item.site.span, item.site.scope
    module = around.module(item.path)
    if module is None:
        return None
    spots = Spots(module, around.program.facts[item.path])
    span = spots.target(*item.target)
    return (span, spots.around(*item.target)[1]) if span is not None else None


def _text(around: Surroundings, item: Written, match: Match) -> str:
    name = short(around.program.name_of_class(match.key))
    return (
        f"{name} is written by {item.by} and can only come back as a second object; "
        f"write its id or DTO, and when it is read {advice(around.guard)}"
    )
