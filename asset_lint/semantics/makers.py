"""Classes of the standard library whose call makes a container."""

from __future__ import annotations

SEQUENCES = frozenset(
    "builtins.list builtins.tuple builtins.set builtins.frozenset collections.deque weakref.WeakSet".split()
)
MAPPINGS = frozenset(
    """builtins.dict collections.OrderedDict collections.defaultdict collections.ChainMap types.MappingProxyType
    weakref.WeakValueDictionary weakref.WeakKeyDictionary types.SimpleNamespace cachetools.TTLCache
    cachetools.LRUCache""".split()
)
CONTAINERS = SEQUENCES | MAPPINGS
"""What makes a new container when it is called."""
