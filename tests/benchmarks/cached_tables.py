"""What rules about cached data name: decoders, hydrators, writers and memories, as Semgrep's patterns."""

from __future__ import annotations

from asset_lint.semantics.flows import tables

PLAIN, OBJECTS = (
    tuple(name for name in tables._DECODERS[kind].split() if "*" not in name and name not in tables.PERSISTENT)
    for kind in (tables.DATA, tables.OBJECTS)
)
"""Functions that decode: the same that asset-lint knows."""

PERSISTENT = {
    "data": """
        sqlite3.connect redis.$KIND redis.$KIND.from_url redis.asyncio.$KIND aioredis.$KIND
        pymemcache.client.base.Client pymemcache.$KIND memcache.Client dbm.open cachetools.$KIND
        lmdb.open tinydb.TinyDB msgpack.Unpacker
    """.split(),
    "objects": """
        shelve.open shelve.Shelf diskcache.Cache diskcache.FanoutCache diskcache.Index sqlitedict.SqliteDict
        aiocache.$KIND cachelib.$KIND flask_caching.Cache pickle.Unpickler
    """.split(),
}
"""What makes an object that reads a cache, and whether plain data or instances come out."""

HYDRATORS = r"^(from_?\w*|parse\w*|model_validate\w*|model_construct|construct|validate|load|loads|decode|_make|new)$"
TEXT_HYDRATORS = rf"^({'|'.join(sorted(tables.TEXT_HYDRATORS))})$"

TYPED = (
    "$ANY.structure(..., $TYPE)",
    "dacite.from_dict($TYPE, ...)",
    "dacite.from_dict(..., data_class=$TYPE, ...)",
    "pydantic.parse_obj_as($TYPE, ...)",
    "msgspec.convert(..., $TYPE)",
    "msgspec.convert(..., type=$TYPE, ...)",
    "pydantic.TypeAdapter($TYPE).$MAKE(...)",
    "$DECODER(..., object_hook=$TYPE, ...)",
    "map($TYPE, ...)",
    "itertools.starmap($TYPE, ...)",
    "$TYPE(...).load(...)",
)
"""Calls that make what a type among their arguments says of plain data."""
TYPED_TEXT = (
    "msgspec.$FORMAT.decode(..., type=$TYPE, ...)",
    "msgspec.$FORMAT.Decoder($TYPE).decode(...)",
    "pydantic.parse_raw_as($TYPE, ...)",
    "$TYPE(...).loads(...)",
    "json.$LOAD(..., object_hook=$TYPE, ...)",
)
"""The same of a text."""
ADAPTERS = ("pydantic.TypeAdapter($TYPE)", "msgspec.$FORMAT.Decoder($TYPE)")
"""Objects that are made once, and make what their type says."""

READS = (
    r"^(get|mget|hget|hgetall|hmget|hvals|lrange|lpop|rpop|smembers|zrange|getex|getdel|get_many|gets|execute|fetch\w*|"
    r"pop|values|items|popitem|setdefault|peek|pull|all|search|load|unpack|cursor)$"
)
"""Methods of such objects that read."""
CLIENTS = r"\b(sqlite3|aiosqlite|redis|aioredis|Redis|StrictRedis|Client|Connection|Cursor|TTLCache|LRUCache|Shelf)\b"
"""What parameters of that kind are annotated with."""

TEXTS = (
    "$CLASS.parse_file(...)",
    "$FILE.read_text(...)",
    "$FILE.read_bytes(...)",
    "open(...)",
    "$FILE.read(...)",
    "$FILE.open(...)",
)
"""Texts of files, for hydrators that decode them."""

REMOTE = (
    *(f"{root}.$CALL(...)" for root in ("requests", "httpx", "aiohttp", "websockets", "socket", "grpc")),
    "requests.Session().$CALL(...)",
    "urllib.request.urlopen(...)",
    "xmlrpc.client.ServerProxy(...)",
    "flask.request",
    "$ANY.recv(...)",
    "$RESPONSE.text",
    "$RESPONSE.iter_lines(...)",
    "$ANY.stream(...)",
)
"""What another machine sends is no cache."""

PLAIN_CALLS = (
    *(
        f"{name}(...)"
        for name in "len str repr int float bool any all sum hash print isinstance type id format".split()
    ),
    *(f"{module}.{name}(...)" for module in ("dataclasses", "attrs", "attr") for name in ("asdict", "astuple")),
    *(f"json.{name}(...)" for name in ("dump", "dumps")),
    "vars(...)",
    "$ANY.join(...)",
    "$ANY.format(...)",
    "$LOG.info(...)",
    "$LOG.debug(...)",
    'f"...{$PART}..."',
)
"""What gives texts, numbers and plain data of whatever it takes."""

VERBS = "append add insert appendleft extend extendleft put put_nowait push".split()
"""Methods that put an argument into their object."""
STORES = "put put_nowait set set_result send push".split()
"""Methods of queues, variables and futures, from which somebody else gets it."""

_DUMPING = "pickle _pickle cPickle dill cloudpickle joblib".split()
WRITES = (
    *(f"{module}.{name}($X, ...)" for module in _DUMPING for name in ("dump", "dumps")),
    *(f"$CALL(..., {module}.{name}, $X, ...)" for module in ("pickle", "dill") for name in ("dump", "dumps")),
    "joblib.dump(..., value=$X, ...)",
    "pickle.dump(..., obj=$X, ...)",
    "jsonpickle.encode($X, ...)",
    "jsonpickle.dumps($X, ...)",
    "pickle.Pickler(...).dump($X)",
    "$PICKLER(...).dump($X)",
    "pandas.to_pickle($X, ...)",
    "torch.save($X, ...)",
    "django.core.cache.cache.set($KEY, $X, ...)",
    "django.core.cache.cache.add($KEY, $X, ...)",
    "django.core.cache.cache.set_many($X, ...)",
    "django.core.cache.caches[...].set($KEY, $X, ...)",
)
"""Calls that write instances."""
WRITERS = (
    "multiprocessing.Manager().dict(...)",
    "pymemcache.client.base.Client(..., serde=pymemcache.serde.pickle_serde, ...)",
    "pickle.Pickler(...)",
    *(f"{name}(...)" for name in PERSISTENT["objects"] if "Unpickler" not in name),
)
"""What makes an object that writes instances."""

MEMORIES = (
    r"(^|\.)(lru_cache|cache|cached|cachedmethod|cached_property|alru_cache|memoize\w*|memoise\w*|Memoi[sz]ed|"
    r"on_disk|ttl_cache|lfu_cache|rr_cache)\b"
)
"""Decorators that remember what a function gave."""
DISK_MEMORIES = r"(memory\.cache|\.memoize|on_disk)\b"
"""Those of them that write it, so that what the manager gave comes back as another one."""
