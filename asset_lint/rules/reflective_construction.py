"""MGR105."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rewriting.planner import Remedy
from asset_lint.rules.base import CallRule, Hit, advice, outside, short
from asset_lint.semantics import library
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.sites import Call, Match, constructed_from
from asset_lint.semantics.values import REFLECTED, Values


class ReflectiveConstruction(CallRule):
    """
    Do not build guarded objects by reflection.

    ``object.__new__(C)``, ``type(x)(...)``, ``getattr(module, "C")(...)``, ``globals()["C"](...)`` and
    ``importlib.import_module(...).C(...)`` make new instances as a call of the class does; no search for the name of
    the class followed by a bracket finds them.
    """

    code = "MGR105"
    name = "reflective-construction"
    summary = "Construction through object.__new__, type(x), getattr, globals or importlib."
    remedy = Remedy.CALL

    bad = """
        import importlib
        from app import AssetResponseWrapper

        def clone(asset: AssetResponseWrapper):
            return type(asset)(asset.context, asset.dto)  # MGR105

        def raw():
            return object.__new__(AssetResponseWrapper)  # MGR105

        def by_name(context, dto):
            return importlib.import_module("app").AssetResponseWrapper(context, dto)  # MGR105
    """
    good = """
        import importlib
        from app import AssetResponseWrapper

        def kind(asset: AssetResponseWrapper):
            return type(asset).__name__

        def other(name):
            return importlib.import_module("json").JSONDecoder()
    """

    def check(self, call: Call, guard: Guard, handovers: Handovers) -> Iterator[Hit]:
        """Report a construction by reflection."""
        match = _new(call, guard)
        if match is None:
            match = call.constructed(guard)
            if match is None or not match.flags & REFLECTED:
                return
        name = short(call.program.name_of_class(match.key))
        yield Hit(match, f"{name} is built by reflection {outside(guard)}; {advice(guard)}")


def _new(call: Call, guard: Guard) -> Match | None:
    """``C.__new__(C)``, ``object.__new__(C)`` and ``type.__call__(C)``: what is built is the argument."""
    for atom in call.callees:
        inherited = atom[0] == "meth" and atom[2] == "__new__"
        if inherited and atom[1][0] == "super":
            return None
        plain = atom[0] == "ext" and (atom[1].endswith(".__new__") or atom[1] == "builtins.type.__call__")
        own = atom[0] in {"func", "bound"} and call.program.function(atom[1], atom[2]).name == "__new__"
        if inherited or plain or own:
            subject: Values = library.first(call.arguments)
            return constructed_from(call.program, guard, subject)
    return None
