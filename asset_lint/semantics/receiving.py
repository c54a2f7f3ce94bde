"""What libraries call of what they are given: data, to be added to."""

from __future__ import annotations

CALLED: dict[str, tuple[int | str, ...]] = {
    "builtins.map": (0,),
    "builtins.iter": (0,),
    "builtins.filter": (0,),
    "builtins.sorted": ("key",),
    "builtins.min": ("key",),
    "builtins.max": ("key",),
    "functools.partial": (0,),
    "functools.partialmethod": (0,),
    "functools.reduce": (0,),
    "functools.cache": (0,),
    "functools.lru_cache": (0,),
    "itertools.starmap": (0,),
    "itertools.accumulate": (1, "func"),
    "itertools.groupby": (1, "key"),
    "itertools.filterfalse": (0,),
    "itertools.takewhile": (0,),
    "itertools.dropwhile": (0,),
    "collections.defaultdict": (0, "default_factory"),
    "dataclasses.field": ("default_factory",),
    "attr.ib": ("factory", "converter"),
    "attr.attrib": ("factory", "converter"),
    "attr.field": ("factory", "converter"),
    "attrs.field": ("factory", "converter"),
    "attr.Factory": (0, "factory"),
    "attrs.Factory": (0, "factory"),
    "attr.converters.optional": (0,),
    "attrs.converters.optional": (0,),
    "attr.converters.default_if_none": ("factory",),
    "attrs.converters.default_if_none": ("factory",),
    "pydantic.Field": ("default_factory",),
    "pydantic.fields.Field": ("default_factory",),
    "pydantic.PrivateAttr": ("default_factory",),
    "msgspec.field": ("default_factory",),
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
    "threading.local": (),
    "multiprocessing.Process": (1, "target"),
    "asyncio.to_thread": (0,),
    "asyncio.run_coroutine_threadsafe": (),
    "anyio.to_thread.run_sync": (0,),
    "atexit.register": (0,),
    "weakref.finalize": (1,),
    "operator.call": (0,),
    "contextvars.copy_context().run": (0,),
    "json.load": ("object_hook", "object_pairs_hook", "cls"),
    "json.loads": ("object_hook", "object_pairs_hook", "cls"),
    "json.JSONDecoder": ("object_hook", "object_pairs_hook"),
    "msgpack.unpackb": ("object_hook", "object_pairs_hook"),
    "msgpack.loads": ("object_hook", "object_pairs_hook"),
    "more_itertools.map_except": (0,),
    "toolz.map": (0,),
    "tenacity.Retrying()": (0,),
}
"""Which arguments a callable of a library calls: positions and keywords."""

CALLED_BY_METHOD: dict[str, tuple[int | str, ...]] = {
    "submit": (0,),
    "map": (0,),
    "starmap": (0,),
    "imap": (0,),
    "imap_unordered": (0,),
    "apply_async": (0,),
    "map_async": (0,),
    "starmap_async": (0,),
    "apply": (0,),
    "run_in_executor": (1,),
    "call_soon": (0,),
    "call_later": (1,),
    "call_soon_threadsafe": (0,),
    "add_done_callback": (0,),
    "run_sync": (0,),
    "sort": ("key",),
    "assertRaises": (1,),
    "raises": (1,),
    "then": (0,),
    "add_argument": ("type",),
}
"""The same for methods of objects whose class is not known, told by their names alone."""


def called_by(dotted: str) -> tuple[int | str, ...]:
    """Which arguments the thing with this dotted name calls."""
    known = CALLED.get(dotted)
    if known is not None:
        return known
    owner, _, name = dotted.rpartition(".")
    return CALLED_BY_METHOD.get(name, ()) if "()" in owner or "." in owner else ()
