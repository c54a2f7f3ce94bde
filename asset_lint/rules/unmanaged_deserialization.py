"""MGR201."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.findings import Step
from asset_lint.rules.base import GuardRule, Hit, Placed, Surroundings, advice, outside, short
from asset_lint.semantics.flows.flows import Flow
from asset_lint.semantics.sites import Match

_MOST_CALLERS = 3


class UnmanagedDeserialization(GuardRule):
    """
    Put what comes back from a cache through the manager.

    A DTO, a guarded object, or something that carries one, is decoded from cached data and leaves: it is returned,
    yielded, stored, put into a container or a holder. Whoever receives it makes an object of it that the manager does
    not know of, or has one already. The finding stands at the call that turns the data into an object; its flow tells
    where the data was decoded, on which ways the object leaves, and who receives it.

    Nothing is reported where a method of the manager takes the object, in the function itself or in every caller. What
    another machine has sent is no cached data.
    """

    code = "MGR201"
    name = "unmanaged-deserialization"
    summary = "Cached data is decoded into a DTO or guarded object that leaves the function without the manager."
    follows = True

    bad = """
        import json
        from app import AssetResponseDto

        def read_cache(path):
            with path.open() as file:
                return json.load(file)

        def load(path):
            return AssetResponseDto.from_dict(read_cache(path))  # MGR201

        def load_all(path):
            dtos = []
            for data in read_cache(path):
                dtos.append(AssetResponseDto.from_dict(data))  # MGR201
            return dtos
    """
    good = """
        import json
        from app import AssetManager, AssetResponseDto

        def load(path, context):
            with path.open() as file:
                dto = AssetResponseDto.from_dict(json.load(file))
            return AssetManager.get_instance().get_wrapper_for_asset_dto(asset_dto=dto, context=context)

        def titles(path):
            return [AssetResponseDto.from_dict(data).title for data in json.loads(path.read_text())]

        def fetch(session, url):
            return AssetResponseDto.from_dict(session.get(url).json())
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report the ways of objects that are made of cached data."""
        for flow in around.flows:
            if not flow.origin.unpickled:
                yield placed(around, flow, "decoded from cached data")


def placed(around: Surroundings, flow: Flow, what: str) -> Placed:
    """The finding of one way."""
    origin = flow.origin
    name = short(around.program.name_of_class(origin.key))
    symbol = around.program.symbol(origin.path, origin.site.scope)
    where = f"leaves {symbol or 'the module'}" if flow.escape.leaves else "is used"
    unmanaged = [step for step, leaves in flow.escape.receivers if leaves]
    callers = f", received by {len(unmanaged)} caller{'s' * (len(unmanaged) > 1)} without it" if unmanaged else ""
    text = f"{name} is {what} and {where} {outside(around.guard)}{callers}; {advice(around.guard)}"
    match = Match(around.guard, origin.key, 0, "certain" if origin.is_certain else "possible")
    return Placed(
        origin.path, origin.site.span, symbol, Hit(match, text, flow.steps), reason=_reason(flow, name, symbol)
    )


def _reason(flow: Flow, name: str, symbol: str) -> str:
    """Why no edit here would do, and what would have to change instead."""
    ends = [way[-1].message for way in flow.escape.exits if way]
    wrapped = [step for way in flow.escape.exits for step in way if step.message == f"put into {_guarded(flow)}"]
    if wrapped:
        where = f"line {wrapped[0].line}" if wrapped[0].path == flow.origin.path else _file(wrapped[0])
        return f"the object is built in {where}; that is the place to change"
    if "returned" in ends or "yielded" in ends:
        verb = "yields" if "yielded" in ends else "returns"
        unmanaged = sorted({step.message for step, leaves in flow.escape.receivers if leaves})
        callers = ", ".join(message.removeprefix("received by ") for message in unmanaged[:_MOST_CALLERS])
        who = f" and of its callers {callers}" if callers else ""
        return f"{symbol or 'the module'} {verb} {name}; the signature of it{who} would have to change"
    if ends:
        return f"{name} is {ends[0]}; what is kept there would have to change"
    return f"what is stored is a {name} as it was; store what the manager is asked with instead"


def _file(step: Step) -> str:
    return f"{step.path.rpartition('/')[2]}, line {step.line}"


def _guarded(flow: Flow) -> str:
    return short(flow.guard.spec.class_name)
