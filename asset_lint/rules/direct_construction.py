"""MGR101."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rewriting.planner import Remedy
from asset_lint.rules.base import CallRule, Hit, advice, outside, short
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.sites import Call
from asset_lint.semantics.values import REFLECTED, SUBCLASS


class DirectConstruction(CallRule):
    """
    Get instances of a guarded class from its manager.

    A call of the class makes one more object for something that may be loaded already: the manager does not know of
    it, and the next one who asks the manager gets another. The rule follows the class through every name it travels:
    imports, re-exports, assignments, attributes, dictionaries, defaults, closures, return values.
    """

    code = "MGR101"
    name = "direct-construction"
    summary = "A call that resolves to the guarded class, through whatever names it travels."
    remedy = Remedy.CALL

    bad = """
        from app import AssetResponseWrapper as Wrapper

        KINDS = {"asset": Wrapper}

        def load(context, dto):
            build = KINDS["asset"]
            return build(context=context, dto=dto)  # MGR101

        def load_all(context, dtos):
            return [Wrapper(context=context, dto=dto) for dto in dtos]  # MGR101
    """
    good = """
        from app import AssetResponseWrapper
        from elsewhere import AssetResponseWrapper as Look

        def load(context, dto) -> AssetResponseWrapper:
            return context.get_asset_manager().get_wrapper_for_asset_dto(asset_dto=dto, context=context)

        def other(dto):
            return Look(dto)
    """

    def check(self, call: Call, guard: Guard, handovers: Handovers) -> Iterator[Hit]:
        """Report a call of the class itself."""
        match = call.constructed(guard)
        if match is not None and not match.flags & (REFLECTED | SUBCLASS):
            name = short(call.program.name_of_class(match.key))
            yield Hit(match, f"{name} is built {outside(guard)}; {advice(guard)}")
