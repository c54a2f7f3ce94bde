"""Where a guarded class is involved and the resolver has to give up: counted and named, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from asset_lint.semantics import library, receiving, sites
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.sites import Call

_LOOKUPS = {
    "builtins.getattr": (1, "getattr with a name that is computed"),
    "importlib.import_module": (0, "a module whose name is computed is imported"),
    "builtins.__import__": (0, "a module whose name is computed is imported"),
}
_HOMES = ("builtins.", "typing.", "typing_extensions.", "abc.", "dataclasses.", "inspect.", "unittest.", "pytest.")


def of_call(call: Call, guards: Iterable[Guard]) -> Iterator[tuple[int, str]]:
    """Yield (line, message) for what could not be followed at *call*."""
    if call.is_decorator:
        return
    yield from _computed(call)
    for guard in guards:
        for _, _, values in call.arguments:
            if sites.builders(call.program, guard, values) and _unresolved(call):
                name = guard.spec.class_name.rpartition(".")[2]
                yield call.span.line, f"{name} is passed to {call.callee_name}, which could not be resolved"


def _computed(call: Call) -> Iterator[tuple[int, str]]:
    for atom in call.callees:
        if atom[0] == "ext" and atom[1] in _LOOKUPS:
            place, message = _LOOKUPS[atom[1]]
            names = library.first(call.arguments, place)
            if names and not any(name[0] == "const" for name in names):
                yield call.span.line, message


def _unresolved(call: Call) -> bool:
    """Whether the callee is unknown, or of a library of which it is not known whether it calls what it gets."""
    if call.callee_name.rpartition(".")[2].startswith(("assert", "isinstance")):
        return False
    return any(atom[0] in {"unknown", "stub"} or (atom[0] == "ext" and not _is_known(atom[1])) for atom in call.callees)


def _is_known(dotted: str) -> bool:
    """Whether it is known of something in a library what it does with a class."""
    return dotted.startswith(_HOMES) or bool(receiving.called_by(dotted))
