"""MGR306."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rules.base import GuardRule, Placed, Surroundings, called, in_manager, short
from asset_lint.semantics.managers.judging import Judged
from asset_lint.semantics.managers.keys import Deviating, deviating
from asset_lint.semantics.managers.reading import Reading


class TwoKeyTypes(GuardRule):
    """
    Use one type of key for one identity.

    ``"7"`` is not ``7``, and the text of a UUID does not equal the UUID: what was stored under one of them is not found
    under the other, so it is built again. Convert where the key comes in, and annotate what the map is keyed by.

    Types are told by annotations, by conversions (``str(key)``, ``UUID(key)``, f-strings) and by what is passed on.
    Where a key may be of several types nothing is reported, nor where one method stores under both.
    """

    code = "MGR306"
    name = "two-key-types"
    summary = "One identity lies under keys of two types in the manager's map."

    bad = """
        from uuid import UUID
        from app import AssetManager, AssetResponseDto, AssetResponseWrapper

        class Albums(AssetManager):
            def wrapper(self, asset_id: str, context):
                if asset_id not in self._wrappers:
                    self._wrappers[asset_id] = AssetResponseWrapper(context, AssetResponseDto(asset_id))
                return self._wrappers[asset_id]

            def loaded(self, asset_id: UUID):
                return self._wrappers.get(asset_id)  # MGR306
    """
    good = """
        from uuid import UUID
        from app import AssetManager, AssetResponseDto, AssetResponseWrapper

        class Albums(AssetManager):
            def wrapper(self, asset_id: str, context):
                if asset_id not in self._wrappers:
                    self._wrappers[asset_id] = AssetResponseWrapper(context, AssetResponseDto(asset_id))
                return self._wrappers[asset_id]

            def loaded(self, asset_id: UUID):
                return self._wrappers.get(str(asset_id))
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report accesses whose keys are of another type than those of the rest."""
        seen = set()
        for reading in around.managers:
            for item in deviating(reading):
                if item.access.spot not in seen:
                    seen.add(item.access.spot)
                    yield _placed(reading, item)


def _placed(reading: Reading, item: Deviating) -> Placed:
    key = min(reading.guard.classes, key=repr)
    access = item.access
    judged = Judged(access.spot, access.inside, access.inside, key, "certain", access.names)
    name = short(reading.program.name_of_class(key))
    text = f"{called(access.names)} has {name} under {item.usual}, and is asked with {item.kind} here"
    reason = f"convert it to {item.usual} where it comes in"
    return in_manager(reading, judged, f"{text}; one identity needs one type of key", reason=reason)
