"""MGR307."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.findings import Span
from asset_lint.rewriting.lookups import kept_by_setdefault
from asset_lint.rules.base import GuardRule, Placed, Surroundings, called, in_manager, mended, short
from asset_lint.semantics.managers.judging import torn_apart


class UnguardedGetOrCreate(GuardRule):
    """
    Let nobody come between lookup and store.

    Two tasks that ask for the same thing both find nothing, wait, and both store what they have made; one of the two
    objects is lost to the map while somebody uses it. The same happens to threads, without any wait.

    Tasks: look once more after the last ``await`` before the store, store with ``setdefault`` and use what it gives, or
    hold an ``asyncio.Lock`` over both. Threads: hold a lock over both, or store with ``setdefault``, which is atomic.
    Looking twice, the second time under the lock, is right::

        asset = self._assets.get(key)
        if asset is None:
            dto = await self._fetch(key)
            asset = self._assets.setdefault(key, Asset(dto))
        return asset

    Threads count where the manager takes locks or starts threads, or where one of its methods is given to a thread or
    an executor. Where its module only imports ``threading`` the finding is possible.
    """

    code = "MGR307"
    name = "unguarded-get-or-create"
    summary = "Another thread or task can come between the manager's lookup and its store."

    bad = """
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            async def wrapper(self, asset_id, context):
                if asset_id not in self._wrappers:
                    dto = await context.fetch(asset_id)
                    self._wrappers[asset_id] = AssetResponseWrapper(context, dto)  # MGR307
                return self._wrappers[asset_id]
    """
    good = """
        import asyncio
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            def __init__(self):
                super().__init__()
                self._lock = asyncio.Lock()

            async def wrapper(self, asset_id, context):
                if asset_id not in self._wrappers:
                    dto = await context.fetch(asset_id)
                    return self._wrappers.setdefault(asset_id, AssetResponseWrapper(context, dto))
                return self._wrappers[asset_id]

            async def locked(self, asset_id, context):
                async with self._lock:
                    if asset_id not in self._wrappers:
                        dto = await context.fetch(asset_id)
                        self._wrappers[asset_id] = AssetResponseWrapper(context, dto)
                    return self._wrappers[asset_id]
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report stores that others can come before after the lookup."""
        seen: set[tuple[str, Span]] = set()
        for reading in around.managers:
            for judged, tasks in torn_apart(reading):
                name = short(around.program.name_of_class(judged.key))
                who, how = ("task", "after the await") if tasks else ("thread", "under a lock that is held over both")
                text = f"another {who} may store {name} in {called(judged.names)} after {judged.entry.name} has looked"
                fix, reason = mended(reading, judged, kept_by_setdefault, f"store {name} with setdefault")
                text = f"{text}; look once more {how}, or use setdefault"
                placed = in_manager(reading, judged, text, fix=fix, reason=reason)
                if (placed.path, placed.span) not in seen:
                    seen.add((placed.path, placed.span))
                    yield placed
