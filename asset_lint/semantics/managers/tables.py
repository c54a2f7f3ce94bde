"""Names by which code says what it does, for what can be told in no other way."""

from __future__ import annotations

import re

LOOKING = frozenset({"get", "__getitem__", "__contains__", "has_key", "peek", "has", "contains", "exists"})
"""Methods of mappings that ask for one key."""
ITERATING = frozenset({"values", "items", "keys", "copy", "__iter__", "__len__", "most_common"})
TAKING = frozenset({"pop", "popitem", "popleft", "clear", "__delitem__", "discard", "remove", "expire", "evict"})
FILLING = frozenset({"update", "__setitem__", "set", "put", "add", "append", "insert"})

FORGETTING = frozenset(
    """pop popitem popleft clear discard remove expire evict invalidate purge delete cache_clear __delitem__
    move_to_end""".split()
)
"""Methods after which something is gone, or that only who counts what may stay has a use for."""

_CREATING = re.compile(
    r"_*(?:async_)?(?:create|new|add|register|make|build|insert|spawn|open|start|put|set|copy|clone|duplicate|fork|split|"
    r"import|restore|deserialize|init|setup|connect|compile|allocate|generate|produce|instantiate|construct|draft|fresh|mock|"
    r"fake|dummy|temp|anonymous|detached|unmanaged|uncached|from|parse|decode)(?:_|$|[A-Z])"
)
_OVERWRITING = re.compile(
    r"_*(?:async_)?(?:refresh|reload|replace|overwrite|reset|update|upsert|force|renew|rebuild|recreate|migrate|rename|"
    r"load|preload|prefetch|sync|populate|fill|warm|seed|scan|discover|read|parse|on|handle|process)(?:_|$|[A-Z])"
)
_RENEWING = re.compile(
    r"_*(?:async_)?(?:refresh|reload|replace|overwrite|reset|update|renew|rebuild|recreate|on|handle|process)(?:_|$|[A-Z])"
)
_GETTING = re.compile(r"get_or|or_create|or_build|or_make|or_load|or_fetch|or_new|ensure|getOr|OrCreate")
_FACTORIES = re.compile(r"(?:Factory|Builder|Maker|Creator|Parser|Loader|Reader|Decoder|Generator|Provider)$")
_FLAGS = re.compile(
    r"cach|memo|dedup|shar(?:e|ing)|reus|pool|intern(?:ed|ing)?$|weak|identity|uniq|singleton|(?:^|_)map(?:s|ping)?(?:_|$)|"
    r"use_map|bypass|isolat|keep|remember|track",
    re.IGNORECASE,
)
_LOCKS = re.compile(
    r"lock|mutex|semaphore|(?:^|_)sem$|guard|critical|condition|(?:^|_)cv$|exclusive|synchron|serializ|atomic|transaction"
)
_UNLOCKED = re.compile(r"(?:_locked|_unlocked|_nolock|_unsafe|_no_lock)$")
_NEW_KEYS = re.compile(
    r"^(?:uuid\d?|next|token_hex|token_urlsafe|token_bytes|urandom|time|time_ns|monotonic|perf_counter|random|randint|"
    r"getrandbits|ulid|nanoid|objectid|len|id|count|max|_?(?:make|new|next|generate|create|allocate|unique)_?\w*)$",
    re.IGNORECASE,
)
_KNOWN_DECORATORS = frozenset(
    """classmethod staticmethod property override final overload abstractmethod callback wraps contextmanager typing
    asynccontextmanager deprecated retry coroutine no_type_check setter getter inject traced timed log_call logged
    profile wraps""".split()
)


def is_creating(name: str) -> bool:
    """Whether a method says by its name that it makes something new each time."""
    return bool(_CREATING.match(name)) and not name.startswith("__") and not _GETTING.search(name)


def is_overwriting(name: str) -> bool:
    """Whether a method says by its name that it brings what is there up to date."""
    return bool(_OVERWRITING.match(name)) and not _GETTING.search(name)


def is_renewing(name: str) -> bool:
    """Whether a method says by its name that it puts something new in the place of what is there."""
    return bool(_RENEWING.match(name)) and not _GETTING.search(name)


def is_factory(name: str) -> bool:
    """Whether a class says by its name that it makes something new each time."""
    return bool(_FACTORIES.search(name))


def is_about_maps(name: str) -> bool:
    """Whether a flag says by its name that it is about keeping instances."""
    return bool(_FLAGS.search(name))


def is_lock(name: str) -> bool:
    """Whether something says by its name that it keeps others out."""
    return bool(_LOCKS.search(name.lower()))


def is_called_locked(name: str) -> bool:
    """Whether a method says by its name that who calls it holds the lock."""
    return bool(_UNLOCKED.search(name))


def gives_new_keys(name: str) -> bool:
    """Whether what a function gives is, by its name, something that nobody has yet."""
    return bool(_NEW_KEYS.match(name))


def is_harmless(decorator: str) -> bool:
    """Whether a decorator of that name keeps nothing."""
    return decorator in _KNOWN_DECORATORS or is_lock(decorator)
