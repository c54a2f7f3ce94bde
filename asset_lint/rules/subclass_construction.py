"""MGR104."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rewriting.planner import Remedy
from asset_lint.rules.base import CallRule, Hit, advice, outside, short
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.sites import Call
from asset_lint.semantics.values import REFLECTED, SUBCLASS


class SubclassConstruction(CallRule):
    """
    Get instances of subclasses of a guarded class from the manager, too.

    An instance of a subclass is an instance of the class: built beside the manager it is one more object for the same
    thing. It does not matter in which module the subclass is defined.
    """

    code = "MGR104"
    name = "subclass-construction"
    summary = "Construction of a subclass of the guarded class, in whichever module it is defined."
    remedy = Remedy.CALL

    bad = """
        from app import AssetResponseWrapper

        class VideoWrapper(AssetResponseWrapper):
            pass

        def load_video(context, dto):
            return VideoWrapper(context=context, dto=dto)  # MGR104
    """
    good = """
        from app import AssetResponseWrapper

        class VideoWrapper(AssetResponseWrapper):
            @classmethod
            def from_dto(cls, context, dto):
                return cls(context=context, dto=dto)

        def is_video(asset):
            return isinstance(asset, VideoWrapper)
    """

    def check(self, call: Call, guard: Guard, handovers: Handovers) -> Iterator[Hit]:
        """Report a call of a subclass."""
        match = call.constructed(guard)
        if match is not None and match.flags & SUBCLASS and not match.flags & REFLECTED:
            name = short(call.program.name_of_class(match.key))
            kind = (
                f"{name}, a subclass of {short(guard.spec.class_name)},"
                if match.key not in guard.classes
                else (f"a subclass of {name}")
            )
            yield Hit(match, f"{kind} is built {outside(guard)}; {advice(guard)}")
