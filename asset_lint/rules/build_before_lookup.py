"""MGR301."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rewriting.lookups import looked_up_first
from asset_lint.rules.base import GuardRule, Placed, Surroundings, called, in_manager, mended, short
from asset_lint.semantics.managers.judging import Judged, built_early, each_once
from asset_lint.semantics.managers.reading import Reading


class BuildBeforeLookup(GuardRule):
    """
    Look into the map first, and build only what is not there.

    A manager that constructs and then finds out that it has the object already has made a duplicate, if only for a
    moment; ``setdefault(key, C(...))`` and ``get(key, C(...))`` do that with every call, because arguments are
    evaluated first. A manager that does not look at all hands out a new object to everybody who asks.

    The right form looks, builds what is missing, and keeps it::

        asset = self._assets.get(key)
        if asset is None:
            asset = self._assets[key] = Asset(...)
        return asset

    Methods that say by their name that they make something new (``create_...``, ``new_...``) are left alone.
    """

    code = "MGR301"
    name = "build-before-lookup"
    summary = "The manager constructs first and looks into its map afterwards, or not at all."

    bad = """
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            def wrapper(self, dto, context):
                return self._wrappers.setdefault(dto.id, AssetResponseWrapper(context, dto))  # MGR301

            def wrapper_of_row(self, row, context):
                return AssetResponseWrapper.from_row(row)  # MGR301
    """
    good = """
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            def wrapper(self, dto, context):
                wrapper = self._wrappers.get(dto.id)
                if wrapper is None:
                    wrapper = self._wrappers.setdefault(dto.id, AssetResponseWrapper(context, dto))
                return wrapper
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report constructions before which nobody has looked."""
        for reading in around.managers:
            for judged in each_once(built_early(reading)):
                yield _placed(reading, judged)


def _placed(reading: Reading, judged: Judged) -> Placed:
    name = short(reading.program.name_of_class(judged.key))
    entry = judged.entry.name
    if judged.names is None:
        text = f"{entry} builds {name} for everybody who asks, and looks into no map; look first, keep what is built"
        return in_manager(reading, judged, text, reason=_where_to_keep(reading, name))
    text = f"{entry} builds {name} before it looks into {called(judged.names)}; look first, build what is not there"
    fix, reason = mended(reading, judged, looked_up_first, f"look into {called(judged.names)} first")
    return in_manager(reading, judged, text, fix=fix, reason=reason)


def _where_to_keep(reading: Reading, name: str) -> str:
    if reading.maps:
        maps = " or ".join(sorted({called(names) for names in reading.maps}))
        return f"by which key {name} would be found in {maps} cannot be told from this method"
    return f"{reading.unit.name} keeps no {name} anywhere; it needs a map, and a key that tells one from another"
