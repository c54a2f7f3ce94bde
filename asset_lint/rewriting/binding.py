"""Binds the arguments of a call to the signature of what it calls, as Python would."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from asset_lint.rewriting.layout import Written
from asset_lint.rewriting.signatures import Signature, Slot

UNKNOWN_SIGNATURE = (
    "the constructor is outside the project, decorated, or defined more than once, so that its parameters are not known"
)
_LONGEST = 30
_POSITIONAL = frozenset({"", "/"})


@dataclass(frozen=True)
class Bound:
    """An argument and the parameter that it is bound to; *slot* is None where the signature is not known."""

    written: Written
    name: str
    slot: Slot | None


class Unbound(Exception):
    """A call whose arguments cannot be bound for certain; *reason* is a part of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def bound(signature: Signature | None, arguments: Sequence[Written], *, partly: bool = False) -> list[Bound]:
    """
    The parameters that *arguments* are bound to, in the order of the arguments.

    Raises Unbound where a star hides what is passed, where the call does not fit, or where an argument without a
    keyword meets a signature that is not known. *partly* leaves the rest of the parameters to somebody else.
    """
    for argument in arguments:
        if argument.kind in {"*", "**"}:
            raise Unbound(f"{argument.kind}{_shown(argument)} hides which arguments are passed")
    if signature is None:
        return [_unknown(argument) for argument in arguments]
    positional = [slot for slot in signature.slots if slot.kind in _POSITIONAL]
    found: list[Bound] = []
    used: set[str] = set()
    for argument in arguments:
        slot = _slot(signature, positional, argument, len(found))
        if slot.name in used and slot.kind != "*":
            raise Unbound(f"{slot.name} is passed twice to {signature.name}")
        used.add(slot.name)
        found.append(Bound(argument, slot.name, slot))
    missing = [slot.name for slot in signature.slots if slot.is_required and slot.name not in used]
    if missing and not partly:
        raise Unbound(f"{signature.name} needs {missing[0]}, which this call does not pass")
    return found


def _unknown(argument: Written) -> Bound:
    if argument.kind == "":
        raise Unbound(UNKNOWN_SIGNATURE)
    return Bound(argument, argument.name, None)


def _slot(signature: Signature, positional: list[Slot], argument: Written, place: int) -> Slot:
    if argument.kind == "":
        if place < len(positional):
            return positional[place]
        rest = next((slot for slot in signature.slots if slot.kind == "*"), None)
        if rest is not None:
            return rest
        raise Unbound(f"{signature.name} takes fewer arguments without a keyword")
    slot = signature.slot(argument.name)
    if slot is not None and slot.kind in {"", "="}:
        return slot
    if any(other.kind == "**" for other in signature.slots):
        return Slot(argument.name, "=", is_required=False)
    raise Unbound(f"{signature.name} has no parameter {argument.name}")


def _shown(argument: Written) -> str:
    text = ast.unparse(argument.value)
    return text if len(text) <= _LONGEST else "..."
