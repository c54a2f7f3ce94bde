"""MGR106."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rules.base import CallRule, Hit, outside, short
from asset_lint.semantics import copied
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.handover import Handovers
from asset_lint.semantics.sites import Call


class Copy(CallRule):
    """
    Do not copy guarded objects.

    ``copy.copy``, ``copy.deepcopy``, ``dataclasses.replace``, ``attrs.evolve``, ``copy.replace`` and ``model_copy``
    make a second object for the same thing without calling the constructor: neither the manager nor logging in
    ``__init__`` sees it. So does ``pickle.loads(pickle.dumps(asset))``, as does a deep copy of what has such objects
    inside: a list, a dictionary, an object with one in an attribute.

    A class that answers a copy with itself, or whose ``__reduce__`` asks the manager, may be copied. A method of the
    class that gives a copy is an alternate constructor, which MGR102 reports where it is called.
    """

    code = "MGR106"
    name = "copy"
    summary = "A guarded instance is copied."
    no_fix = "a copy is made on purpose; whether the shared object will do is for a person to decide"

    bad = """
        import copy
        import pickle
        from app import AssetResponseWrapper

        def snapshot(asset: AssetResponseWrapper):
            return copy.copy(asset)  # MGR106

        def freeze(assets: list[AssetResponseWrapper]):
            return copy.deepcopy(assets)  # MGR106

        def duplicate(asset: AssetResponseWrapper):
            return pickle.loads(pickle.dumps(asset))  # MGR106
    """
    good = """
        import copy
        from app import AssetResponseWrapper

        def order(assets: list[AssetResponseWrapper]):
            return copy.copy(assets)

        def ids(asset: AssetResponseWrapper):
            return copy.copy(str(asset))
    """

    def check(self, call: Call, guard: Guard, handovers: Handovers) -> Iterator[Hit]:
        """Report a copy of an instance."""
        match = copied.copies(call, guard)
        if match is not None:
            name = short(call.program.name_of_class(match.key))
            text = f"{call.callee_name} makes a second {name} {outside(guard)}; share the object that the manager gave"
            yield Hit(match, text)
