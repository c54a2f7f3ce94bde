"""MGR302."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rewriting.lookups import asked_first
from asset_lint.rules.base import GuardRule, Placed, Surroundings, called, in_manager, mended, short
from asset_lint.semantics.managers.judging import each_once, overwritten


class Overwrite(GuardRule):
    """
    Ask whether there is one before storing another.

    What lies in the map under that key is replaced, while others still hold it: from then on there are two objects for
    one thing, and only one of them is kept up to date.

    The right form asks first::

        asset = self._assets.get(key)
        if asset is None:
            asset = self._assets[key] = Asset(...)
        return asset

    Nothing is reported where the map is emptied or made just before, where the key is new by itself (``uuid4()``, a
    counter), where the instance was given as an argument (``register(asset)``), and in methods that say by their name
    that they make something new (``create_...``, ``add_...``). In ``refresh``, ``reload`` and their like, and where
    nothing is handed out, the finding is possible.
    """

    code = "MGR302"
    name = "overwrite"
    summary = "The manager stores an instance in its map without asking whether one is there."

    bad = """
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            def wrapper(self, dto, context):
                wrapper = AssetResponseWrapper(context, dto)
                self._wrappers[dto.id] = wrapper  # MGR302
                return wrapper
    """
    good = """
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            def wrapper(self, dto, context):
                if dto.id in self._wrappers:
                    return self._wrappers[dto.id]
                wrapper = AssetResponseWrapper(context, dto)
                self._wrappers[dto.id] = wrapper
                return wrapper

            def register(self, wrapper: AssetResponseWrapper):
                self._wrappers[wrapper.dto.id] = wrapper
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report stores before which nobody has looked."""
        for reading in around.managers:
            for judged in each_once(overwritten(reading)):
                name = short(around.program.name_of_class(judged.key))
                where, entry = called(judged.names), judged.entry.name
                text = f"{entry} stores {name} in {where} without asking whether one is there; look first, keep that"
                fix, reason = mended(reading, judged, asked_first, f"store {name} only where none is there")
                yield in_manager(reading, judged, text, fix=fix, reason=reason)
