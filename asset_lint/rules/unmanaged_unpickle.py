"""MGR202."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from asset_lint.findings import Safety
from asset_lint.rewriting.reducing import Reduction, edit, reduction
from asset_lint.rules.base import GuardRule, Placed, Remedies, Surroundings
from asset_lint.rules.unmanaged_deserialization import placed


class UnmanagedUnpickle(GuardRule):
    """
    Do not take guarded objects out of pickles.

    ``pickle``, ``shelve``, ``joblib``, ``dill`` and caches built on them make a new object for each one that was put
    in, without the constructor and without the manager. Store the ids, or the DTOs, and ask the manager; or give the
    class a ``__reduce__`` that does. Where the manager has a lookup by an attribute of the instances, and the class
    stands in the same file, there is a fix that adds one; it is unsafe, because what else the object holds does not
    come back, and because pickles that have been written stay as they are.

    What comes out of a pickle is known by its declared type: the annotation of a variable, of the function that returns
    it, of the parameter that takes it, a ``cast``.
    """

    code = "MGR202"
    name = "unmanaged-unpickle"
    summary = "A guarded instance, or a collection of them, comes out of a pickle or something like it."
    follows = True

    bad = """
        import pickle
        from app import AssetResponseWrapper

        def load(path) -> list[AssetResponseWrapper]:
            with path.open("rb") as file:
                return pickle.load(file)  # MGR202
    """
    good = """
        import pickle
        from app import AssetManager, AssetResponseWrapper

        def load(path) -> list[AssetResponseWrapper]:
            with path.open("rb") as file:
                ids = pickle.load(file)
            manager = AssetManager.get_instance()
            return [manager.get_wrapper(asset_id) for asset_id in ids]
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report guarded objects that come as they are out of something that decodes any object."""
        flows = [flow for flow in around.flows if flow.origin.unpickled]
        found = reduction(around.program, around.guard) if flows else None
        for flow in flows:
            item = placed(around, flow, "unpickled")
            yield item if found is None else _mended(around, item, found)


def _mended(around: Surroundings, item: Placed, found: Reduction) -> Placed:
    """With a ``__reduce__`` for the class where it stands in this file, else with what is to be added where."""
    module = around.module(found.path) if found.path == item.path else None
    added = edit(around.program, found, module) if module is not None else None
    asks = f"{found.called}({found.parameter})"
    if added is not None:
        text = (
            f"gives {found.class_name} a __reduce__ that asks {asks}; look whether that is all that has to come back, "
            "and write the pickles again that are there already"
        )
        return replace(item, fix=Remedies(Safety.UNSAFE, text, (added,)))
    name = found.path.replace("\\", "/").rpartition("/")[2]
    text = (
        f"{found.class_name} ({name}, line {found.line}) could have a __reduce__ that returns a function of its "
        f"module, which calls {asks}, and (self.{found.attribute},); no edit of this file would do"
    )
    return replace(item, reason=f"{text}; {item.reason}" if item.reason else text)
