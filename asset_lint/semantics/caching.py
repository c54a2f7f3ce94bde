"""What keeps the results of a function: decorators and functions that wrap one in a cache, by their dotted names."""

from __future__ import annotations

import re
from fnmatch import translate

_CACHES = """
    functools.lru_cache functools.cache functools.cached_property backports.functools_lru_cache.lru_cache
    backports.cached_property.cached_property cached_property.cached_property cached_property.threaded_cached_property
    cached_property.cached_property_with_ttl cached_property.threaded_cached_property_with_ttl
    propcache.cached_property propcache.under_cached_property propcache.api.cached_property
    propcache.api.under_cached_property pyramid.decorator.reify werkzeug.utils.cached_property
    django.utils.functional.cached_property sqlalchemy.util.memoized_property
    sqlalchemy.util.langhelpers.memoized_property
    cachetools.cached cachetools.cachedmethod cachetools.func.lru_cache cachetools.func.ttl_cache
    cachetools.func.lfu_cache cachetools.func.fifo_cache cachetools.func.rr_cache cachetools.func.mru_cache
    cachetools_async.cached asyncache.cached
    asyncache.cachedmethod async_lru.alru_cache aiocache.cached aiocache.cached_stampede aiocache.decorators.cached
    asyncstdlib.lru_cache asyncstdlib.cache asyncstdlib.cached_property asyncstdlib.functools.lru_cache
    asyncstdlib.functools.cache asyncstdlib.functools.cached_property
    async_property.async_cached_property aiolru.lru_cache
    joblib.Memory.cache joblib.memory.Memory.cache klepto.*.lru_cache klepto.*.lfu_cache klepto.*.inf_cache
    klepto.lru_cache klepto.inf_cache
    flask_caching.Cache.cached flask_caching.Cache.memoize flask_cache.Cache.memoize
    diskcache.Cache.memoize diskcache.FanoutCache.memoize diskcache.Index.memoize
    dogpile.cache.*.cache_on_arguments dogpile.cache.*.cache_multi_on_arguments beaker.cache.cache_region
    beaker.cache.*.cache methodtools.lru_cache toolz.memoize toolz.functoolz.memoize cytoolz.memoize
    toolz.curried.memoize boltons.cacheutils.cached boltons.cacheutils.cachedmethod boltons.cacheutils.cachedproperty
    funcy.memoize funcy.cache funcy.cached_property funcy.calc.memoize memoization.cached
    repoze.lru.lru_cache lru.lru_cache_function zope.cachedescriptors.property.Lazy
    zope.cachedescriptors.property.CachedProperty ring.lru ring.dict percache.Cache cachier.cachier
    streamlit.cache_resource streamlit.cache_data streamlit.cache streamlit.experimental_singleton
    streamlit.experimental_memo
""".split()

_PICKLING = re.compile(
    "|".join(
        map(
            translate,
            """joblib.Memory.cache joblib.memory.Memory.cache flask_caching.Cache.* flask_cache.Cache.* diskcache.*
            percache.Cache* cachier.cachier streamlit.cache_data streamlit.cache streamlit.experimental_memo""".split(),
        )
    )
)

_PLAIN = frozenset(name for name in _CACHES if "*" not in name)
_PATTERN = re.compile("|".join(translate(name) for name in _CACHES if "*" in name))

NAMES = frozenset(name.rpartition(".")[2] for name in _CACHES)
"""The last parts of the names, by which calls are chosen before anybody asks what they call."""

MAPPINGS = frozenset(
    """cachetools.Cache cachetools.TTLCache cachetools.TLRUCache cachetools.LRUCache cachetools.LFUCache
    cachetools.FIFOCache cachetools.RRCache cachetools.MRUCache lru.LRU lru.LRUCache boltons.cacheutils.LRU
    boltons.cacheutils.LRI expiringdict.ExpiringDict cacheout.Cache repoze.lru.LRUCache repoze.lru.ExpiringLRUCache
    zict.LRU zict.WeakValueMapping collections.UserDict sortedcontainers.SortedDict
    werkzeug.datastructures.MultiDict""".split()
)
"""Mappings in memory that are no containers of the standard library: what is put into one comes out again."""


def pickles(dotted: str) -> bool:
    """Whether what *dotted* keeps is written and read again, so that another object comes back."""
    return _PICKLING.fullmatch(dotted) is not None


def caches(dotted: str) -> bool:
    """Whether *dotted* wraps a function so that its results are kept."""
    return dotted in _PLAIN or _PATTERN.fullmatch(dotted) is not None
