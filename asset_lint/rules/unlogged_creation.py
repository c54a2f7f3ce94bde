"""MGR305."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.findings import Safety
from asset_lint.rewriting.lookups import logged_before
from asset_lint.rules.base import GuardRule, Placed, Remedies, Surroundings, in_manager, short
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.managers.judging import Judged, each_once, unlogged
from asset_lint.semantics.managers.loggers import constructor_logs
from asset_lint.semantics.managers.reading import Reading


class UnloggedCreation(GuardRule):
    """
    Log what the manager creates.

    A line for each object that is made shows at once where the same one is made twice. Either the manager or the
    constructor should write it, through ``logging``, ``structlog``, ``loguru`` or a function that is called after
    logging; ``print`` is none of them.

    The fix writes the line in front of the construction, where the module has a logger.
    """

    code = "MGR305"
    name = "unlogged-creation"
    summary = "Neither the manager nor the constructor logs a creation."
    default = False

    bad = """
        import logging
        from app import AssetManager, AssetResponseWrapper

        log = logging.getLogger(__name__)

        class Albums(AssetManager):
            def wrapper(self, dto, context):
                if dto.id not in self._wrappers:
                    print("new wrapper", dto.id)
                    self._wrappers[dto.id] = AssetResponseWrapper(context, dto)  # MGR305
                return self._wrappers[dto.id]
    """
    good = """
        import logging
        from app import AssetManager, AssetResponseWrapper

        log = logging.getLogger(__name__)

        class Albums(AssetManager):
            def wrapper(self, dto, context):
                if dto.id not in self._wrappers:
                    log.debug("new wrapper for %s", dto.id)
                    self._wrappers[dto.id] = AssetResponseWrapper(context, dto)
                return self._wrappers[dto.id]
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report constructions on whose way nothing is logged."""
        for reading in around.managers:
            for judged in each_once(unlogged(reading)):
                if not constructor_logs(reading.trees, ancestry(around.program, judged.key)):
                    yield _placed(reading, judged)


def _placed(reading: Reading, judged: Judged) -> Placed:
    name = short(reading.program.name_of_class(judged.key))
    text = f"{judged.entry.name} creates {name} and logs nothing; neither does the constructor"
    tree = reading.trees.of(judged.spot[0])
    assert tree is not None
    edits = logged_before(tree, judged.inside.node, judged.spot, name)
    if isinstance(edits, str):
        return in_manager(reading, judged, text, reason=edits)
    return in_manager(reading, judged, text, fix=Remedies(Safety.SAFE, f"log that {name} is created", edits))
