"""MGR102."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rewriting.planner import Remedy
from asset_lint.rules.base import CallRule, Hit, advice, outside, short
from asset_lint.semantics import copied
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.sites import Call


class AlternateConstructor(CallRule):
    """
    Do not get new instances from alternate constructors either.

    A classmethod with ``return cls(...)``, or a function that returns a new instance, is a constructor under another
    name. Its own body may be in order, as the guarded class's is; whoever calls it outside the manager gets an object
    that the manager does not know.
    """

    code = "MGR102"
    name = "alternate-constructor"
    summary = (
        "A classmethod, staticmethod or function that returns a new unmanaged instance, called outside the manager."
    )
    remedy = Remedy.CALL

    bad = """
        from app import AssetResponseWrapper

        def load(context, asset_id):
            return AssetResponseWrapper.from_id(context, asset_id)  # MGR102

        def first(context, ids):
            return load(context, ids[0])  # MGR102
    """
    good = """
        from app import AssetManager, AssetResponseDto

        def load(context, asset_id):
            return AssetManager.get_instance().get_wrapper(asset_id)

        def decode(data):
            return AssetResponseDto.from_dict(data)
    """

    def check(self, call: Call, guard: Guard, handovers: Handovers) -> Iterator[Hit]:
        """Report a call of something that returns a new instance."""
        if call.is_decorator or call.constructed(guard) is not None or copied.copies(call, guard) is not None:
            return
        match = call.made(guard)
        if match is not None:
            name = short(call.program.name_of_class(match.key))
            yield Hit(match, f"{call.callee_name} returns a new {name} {outside(guard)}; {advice(guard)}")
