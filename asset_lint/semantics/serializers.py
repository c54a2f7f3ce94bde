"""
What writes objects so that they can be read again: pickles, caches that pickle, mappings whose items lie in files.

Names are dotted, without the brackets of calls on the way: ``pickle.Pickler(f).dump`` is ``pickle.Pickler.dump``; ``*``
stands for anything. Not here: ``marshal`` and JSON, which refuse instances, and caches in memory, which give back the
very object (those are ``caching.py``'s).
"""

from __future__ import annotations

import re
from fnmatch import translate

_WRITERS = {
    (0, "obj value"): """
        pickle.dump pickle.dumps pickle.Pickler.dump _pickle.dump _pickle.dumps _pickle.Pickler.dump
        cPickle.dump cPickle.dumps cPickle.Pickler.dump pickle5.dump pickle5.dumps pickle5.Pickler.dump
        six.moves.cPickle.dump six.moves.cPickle.dumps
        dill.dump dill.dumps dill.Pickler.dump cloudpickle.dump cloudpickle.dumps cloudpickle.Pickler.dump
        cloudpickle.CloudPickler.dump cloudpickle.cloudpickle.dump cloudpickle.cloudpickle.dumps
        joblib.dump compress_pickle.dump compress_pickle.dumps jsonpickle.encode jsonpickle.dumps
        jsonpickle.Pickler.flatten
        torch.save multiprocessing.reduction.ForkingPickler.dumps multiprocessing.reduction.ForkingPickler.dump
        distributed.protocol.pickle.dumps
        shelve.*.update sqlitedict.SqliteDict.update diskcache.Index.update
        diskcache.*.push diskcache.Deque.append diskcache.Deque.appendleft diskcache.Deque.extend
        persistqueue.*.put persistqueue.*.append
        """,
    (0, "mapping data"): """
        django.core.cache.cache.set_many django.core.cache.cache.aset_many django.core.cache.caches.set_many
        flask_caching.Cache.set_many cachelib.*.set_many werkzeug.contrib.cache.*.set_many
        """,
    (1, "value default"): """
        django.core.cache.cache.set django.core.cache.cache.add django.core.cache.cache.aset
        django.core.cache.cache.aadd django.core.cache.cache.get_or_set django.core.cache.cache.aget_or_set
        django.core.cache.caches.set django.core.cache.caches.add django.core.cache.caches.get_or_set
        django.core.cache.*.set django.core.cache.backends.*.set
        flask_caching.Cache.set flask_caching.Cache.add flask_cache.Cache.set
        cachelib.*.set cachelib.*.add werkzeug.contrib.cache.*.set werkzeug.contrib.cache.*.add
        diskcache.Cache.set diskcache.Cache.add diskcache.FanoutCache.set diskcache.FanoutCache.add
        diskcache.DjangoCache.set diskcache.DjangoCache.add
        shelve.*.setdefault sqlitedict.SqliteDict.setdefault diskcache.Index.setdefault
        memcache.Client.set memcache.Client.add memcache.Client.replace pylibmc.Client.set pylibmc.Client.add
        bmemcached.Client.set bmemcached.Client.add
        """,
}
"""At which place, or under which names, a call gets what it writes."""

_WITH_PICKLE = {
    (1, "value val"): """
        pymemcache.*.set pymemcache.*.add pymemcache.*.replace pymemcache.*.cas
        aiocache.*.set aiocache.*.add
        """,
    (0, "values pairs"): "pymemcache.*.set_many pymemcache.*.set_multi aiocache.*.multi_set",
}
"""The same for clients that pickle only if they are made so: with a serializer that says so."""

SHELVES = frozenset(
    """shelve.open shelve.Shelf shelve.DbfilenameShelf shelve.BsdDbShelf diskcache.Cache diskcache.FanoutCache
    diskcache.Index sqlitedict.SqliteDict multiprocessing.Manager.dict multiprocessing.managers.SyncManager.dict
    multiprocessing.context.BaseContext.Manager.dict""".split()
)
"""Mappings that pickle what is stored under a key: what is taken out of one is made anew."""

_WORDS = (
    b"pickle", b"Pickle", b"dill", b"joblib", b"shelve", b"diskcache", b"sqlitedict", b"core.cache", b"cachelib",
    b"flask_cach", b"memcache", b"pylibmc", b"aiocache", b"torch.save", b"persistqueue", b"multiprocessing",
)  # fmt: skip


def may_write(data: bytes) -> bool:
    """Whether a file may hold something that writes objects: one of these words has to be in it."""
    return any(word in data for word in _WORDS)


Place = tuple[int, tuple[str, ...]]
"""The place of an argument, and the names that it has as a keyword."""


def _compiled(table: dict[tuple[int, str], str]) -> list[tuple[Place, frozenset[str], re.Pattern[str]]]:
    found = []
    for (place, words), text in table.items():
        names = text.split()
        patterns = "|".join(translate(name) for name in names if "*" in name)
        plain = frozenset(name for name in names if "*" not in name)
        found.append(((place, tuple(words.split())), plain, re.compile(patterns or r"(?!)")))
    return found


_ALWAYS = _compiled(_WRITERS)
_SOMETIMES = _compiled(_WITH_PICKLE)

METHODS = frozenset(
    name.rpartition(".")[2] for table in (_WRITERS, _WITH_PICKLE) for text in table.values() for name in text.split()
)
"""The last parts of the names, by which calls are chosen before anybody asks what they call."""


def written_argument(dotted: str) -> Place | None:
    """Where a call of *dotted* gets what it writes; None where it writes nothing."""
    return _place(dotted, _ALWAYS)


def written_if_pickling(dotted: str) -> Place | None:
    """The same for a method of a client that has to be made with a pickling serializer."""
    return _place(dotted, _SOMETIMES)


def _place(dotted: str, table: list[tuple[Place, frozenset[str], re.Pattern[str]]]) -> Place | None:
    for place, plain, pattern in table:
        if dotted in plain or pattern.fullmatch(dotted):
            return place
    return None
