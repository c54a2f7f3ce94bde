"""MGR303."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rules.base import GuardRule, Placed, Surroundings, in_manager, short
from asset_lint.semantics.managers.judging import each_once, let_through


class MapDisabled(GuardRule):
    """
    Let no flag turn the map off.

    A manager with a switch keeps its promise only in one of its positions. Where it is off, every call builds, and
    nobody who uses what comes back can tell. Code that wants an object of its own should say so by calling something
    else, and a test should make a manager of its own.

    A flag is an attribute or constant that is true or false, or that speaks of caching, sharing or reusing, and a
    parameter that does. Conditions on the key or the data (``if dto.id is None``) are none. Where the flag is a
    parameter, a constant whose name says nothing, or a map that may be None, the finding is possible.
    """

    code = "MGR303"
    name = "map-disabled"
    summary = "A flag turns the manager's map off, so that every call builds."

    bad = """
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            use_cache = True

            def wrapper(self, dto, context):
                if not self.use_cache:
                    return AssetResponseWrapper(context, dto)  # MGR303
                if dto.id not in self._wrappers:
                    self._wrappers[dto.id] = AssetResponseWrapper(context, dto)
                return self._wrappers[dto.id]
    """
    good = """
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            use_cache = True

            def wrapper(self, dto, context):
                if dto.id not in self._wrappers:
                    self._wrappers[dto.id] = AssetResponseWrapper(context, dto)
                return self._wrappers[dto.id]

            def thumbnail(self, dto, context):
                if self.use_cache and dto.thumbnail is not None:
                    return dto.thumbnail
                return self.wrapper(dto, context).thumbnail()
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report constructions that a flag lets through."""
        for reading in around.managers:
            for judged in each_once(let_through(reading)):
                name = short(around.program.name_of_class(judged.key))
                text = f"{judged.flag} turns the map off: {judged.entry.name} builds {name} with every call then"
                reason = f"who sets {judged.flag} has to be changed with it: look into the map in either case"
                yield in_manager(reading, judged, f"{text}; look first in either case", reason=reason)
