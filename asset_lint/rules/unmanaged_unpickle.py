"""MGR202."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rules.base import GuardRule, Placed, Surroundings
from asset_lint.rules.unmanaged_deserialization import placed


class UnmanagedUnpickle(GuardRule):
    """
    Do not take guarded objects out of pickles.

    ``pickle``, ``shelve``, ``joblib``, ``dill`` and caches built on them make a new object for each one that was put
    in, without the constructor and without the manager. Store the ids, or the DTOs, and ask the manager; or give the
    class a ``__reduce__`` that does.

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
        for flow in around.flows:
            if flow.origin.unpickled:
                yield placed(around, flow, "unpickled")
