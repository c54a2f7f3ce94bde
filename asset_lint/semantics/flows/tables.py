"""
What decodes, what turns decoded data into objects, and what only passes values on: of the standard library and others.

Names are dotted, without the brackets of calls on the way: ``sqlite3.connect(p).execute(q).fetchall()`` is
``sqlite3.connect.execute.fetchall``. ``*`` stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

PERSISTENT = frozenset(
    """shelve.open shelve.Shelf shelve.DbfilenameShelf diskcache.Cache diskcache.FanoutCache diskcache.Index
    sqlitedict.SqliteDict dbm.open dbm.gnu.open dbm.ndbm.open dbm.dumb.open dbm.sqlite3.open""".split()
)
"""Mappings that keep their items in files: what is taken out of one is decoded."""

PERSISTENT_METHODS = frozenset({"get", "pop", "values", "items", "popitem", "setdefault", "peek", "pull"})

DATA = "data"
"""What comes out is plain data: dictionaries, lists, rows, texts."""
OBJECTS = "objects"
"""Instances of any class may come out."""

_DECODERS = {
    DATA: """
        json.load json.loads json.JSONDecoder.decode json.JSONDecoder.raw_decode orjson.loads ujson.load ujson.loads
        simplejson.load simplejson.loads rapidjson.load rapidjson.loads nujson.loads json5.load json5.loads hjson.load
        hjson.loads demjson3.decode ijson.items ijson.kvitems jsonlines.open jsonlines.Reader flask.json.load
        flask.json.loads sonic.loads pysimdjson.loads simdjson.loads
        msgpack.load msgpack.loads msgpack.unpack msgpack.unpackb msgpack.Unpacker msgpack.Unpacker.*
        ormsgpack.unpackb umsgpack.unpackb
        cbor2.load cbor2.loads bson.loads bson.decode ubjson.loadb
        yaml.load yaml.safe_load yaml.full_load yaml.unsafe_load yaml.load_all yaml.safe_load_all yaml.full_load_all
        ruamel.yaml.YAML.load ruamel.yaml.YAML.load_all ruamel.yaml.safe_load oyaml.safe_load
        tomllib.load tomllib.loads tomli.load tomli.loads toml.load toml.loads tomlkit.load tomlkit.parse rtoml.load
        rtoml.loads pytoml.load pytoml.loads qtoml.loads
        plistlib.load plistlib.loads marshal.load marshal.loads csv.reader csv.DictReader ast.literal_eval
        xmltodict.parse configparser.ConfigParser.read
        dbm.open dbm.gnu.open dbm.ndbm.open dbm.dumb.open dbm.sqlite3.open
        sqlite3.connect*.fetchall sqlite3.connect*.fetchone sqlite3.connect*.fetchmany sqlite3.connect*.execute
        aiosqlite.connect*.fetchall aiosqlite.connect*.fetchone aiosqlite.connect*.fetchmany
        aiosqlite.connect*.execute_fetchall duckdb.connect*.fetchall duckdb.connect*.fetchone
        sqlite3.Connection.execute* sqlite3.Cursor.fetchall sqlite3.Cursor.fetchone sqlite3.Cursor.fetchmany
        sqlite3.Cursor.execute sqlite3.Connection.cursor*.fetch* sqlite3.Cursor.execute.fetch*
        aiosqlite.Connection.execute* aiosqlite.Cursor.fetch*
        pandas.read_csv pandas.read_json pandas.read_parquet pandas.read_feather pandas.read_sql pandas.read_table
        pandas.read_hdf pandas.read_excel pandas.read_orc pyarrow.parquet.read_table pyarrow.feather.read_table
        pyarrow.feather.read_feather pyarrow.ipc.open_file pyarrow.ipc.open_stream pyarrow.csv.read_csv
        pyarrow.json.read_json polars.read_* polars.scan_*
        redis.*.get redis.*.mget redis.*.hget redis.*.hgetall redis.*.hmget redis.*.hvals redis.*.lrange redis.*.lpop
        redis.*.rpop redis.*.smembers redis.*.zrange redis.*.getex redis.*.getdel
        redis.get redis.mget redis.hget redis.hgetall redis.lrange redis.smembers
        aioredis.*.get aioredis.*.mget aioredis.*.hget aioredis.*.hgetall valkey.*.get valkey.*.hgetall
        pymemcache.*.get pymemcache.*.get_many pymemcache.*.gets memcache.*.get memcache.*.get_multi pylibmc.*.get
        aiomcache.*.get bmemcached.*.get lmdb.*.get plyvel.*.get rocksdict.*.get leveldb.*.Get
        cachetools.*.get cachetools.* tinydb.*.all tinydb.*.search tinydb.*.get
    """,
    OBJECTS: """
        pickle.load pickle.loads pickle.Unpickler.load _pickle.load _pickle.loads cPickle.load cPickle.loads
        pickle5.load pickle5.loads dill.load dill.loads dill.load_session cloudpickle.load cloudpickle.loads joblib.load
        compress_pickle.load compress_pickle.loads pandas.read_pickle torch.load jsonpickle.decode jsonpickle.loads
        shelve.open shelve.open.* shelve.Shelf shelve.Shelf.* shelve.DbfilenameShelf.*
        diskcache.Cache diskcache.Cache.* diskcache.FanoutCache diskcache.FanoutCache.* diskcache.Index.*
        diskcache.Deque.* django.core.cache.cache.get django.core.cache.cache.get_many django.core.cache.caches.get
        django.core.cache.caches.get_many django.core.cache.cache.get_or_set flask_caching.Cache.get
        flask_caching.Cache.get_many aiocache.*.get aiocache.*.multi_get klepto.*.get percache.* sqlitedict.SqliteDict.*
        zodb.* dogpile.cache.*.get beaker.cache.*.get werkzeug.contrib.cache.*.get cachelib.*.get persistqueue.*.get
    """,
}

_HYDRATING = """
    from_dict from_json from_jsons from_row from_rows from_record from_records from_mapping from_data from_tuple
    from_raw from_payload from_cache from_obj from_object from_api from_api_repr from_db from_bytes from_msgpack
    from_yaml from_toml fromdict fromjson fromJson fromDict from_ FromDict FromJson parse_obj parse_raw parse_file
    parse model_validate model_validate_json model_validate_strings model_construct construct validate structure
    load loads decode deserialize unserialize unmarshal hydrate restore revive _make build create make of new unpack
    ParseFromString FromString MergeFromString from_orm
""".split()

TEXT_HYDRATORS = frozenset(
    """from_json from_jsons fromjson fromJson FromJson parse_raw parse_file model_validate_json from_yaml from_toml
    from_msgpack loads decode FromString ParseFromString schema_json validate_json""".split()
)
"""Methods of classes that decode a text themselves."""

TYPED = {
    "cattrs.structure": DATA,
    "cattr.structure": DATA,
    "cattrs.*.structure": DATA,
    "cattr.*.structure": DATA,
    "cattrs.*.loads": "text",
    "cattrs.structure_attrs_fromdict": DATA,
    "dacite.from_dict": DATA,
    "dacite.core.from_dict": DATA,
    "pydantic.parse_obj_as": DATA,
    "pydantic.parse_raw_as": "text",
    "pydantic.parse_file_as": "text",
    "pydantic.tools.parse_obj_as": DATA,
    "pydantic.TypeAdapter.validate_python": DATA,
    "pydantic.TypeAdapter.validate_strings": DATA,
    "pydantic.TypeAdapter.validate_json": "text",
    "msgspec.convert": DATA,
    "msgspec.json.decode": "text",
    "msgspec.msgpack.decode": "text",
    "msgspec.yaml.decode": "text",
    "msgspec.toml.decode": "text",
    "msgspec.json.Decoder.decode": "text",
    "msgspec.msgpack.Decoder.decode": "text",
    "msgspec.json.Decoder.decode_lines": "text",
    "marshmallow_dataclass.class_schema.load": DATA,
    "marshmallow_dataclass.class_schema.loads": "text",
    "marshmallow_dataclass.dataclass.Schema.load": DATA,
    "desert.schema.load": DATA,
    "desert.schema.loads": "text",
    "jsons.load": DATA,
    "jsons.loads": "text",
    "typedload.load": DATA,
    "serde.from_dict": DATA,
    "serde.json.from_json": "text",
    "serde.msgpack.from_msgpack": "text",
    "apischema.deserialize": DATA,
    "adaptix.Retort.load": DATA,
    "adaptix.load": DATA,
    "mashumaro.codecs.json.decode": "text",
    "mashumaro.codecs.json.json_decode": "text",
    "mashumaro.codecs.basic.decode": DATA,
}
"""Functions that make what a type among their arguments says: of data, or of a text that they decode themselves."""

PASSING = frozenset(
    """builtins.list builtins.tuple builtins.set builtins.frozenset builtins.dict builtins.sorted builtins.reversed
    builtins.iter builtins.next builtins.aiter builtins.anext builtins.enumerate builtins.zip builtins.filter
    builtins.min builtins.max itertools.chain itertools.chain.from_iterable itertools.islice itertools.cycle
    itertools.tee itertools.groupby itertools.zip_longest itertools.takewhile itertools.dropwhile
    collections.OrderedDict collections.deque collections.ChainMap collections.defaultdict copy.copy
    copy.deepcopy copy.replace dataclasses.replace attrs.evolve attr.evolve typing.cast typing.assert_type
    types.MappingProxyType types.SimpleNamespace asyncio.gather asyncio.wait_for asyncio.shield
    asyncio.to_thread asyncio.create_task asyncio.ensure_future operator.itemgetter random.choice random.sample
    more_itertools.first more_itertools.one more_itertools.chunked heapq.nlargest heapq.nsmallest weakref.ref""".split()
)
"""What gives back, whole or in part, what it gets."""

FLATTENING = frozenset(
    "dataclasses.asdict dataclasses.astuple attrs.asdict attr.asdict attrs.astuple attr.astuple builtins.vars".split()
)
"""What makes plain data of an object, and passes plain data on."""

HANDING = frozenset(
    """run_in_executor to_thread async_add_executor_job run_sync run_in_threadpool submit apply_async run_blocking
    runInteraction defer_to_thread deferToThread""".split()
)
"""What calls a function elsewhere, by its last name: the first or second argument, with those behind it."""

MAPPING = frozenset(
    """builtins.map itertools.starmap concurrent.futures.ThreadPoolExecutor.map
    concurrent.futures.ProcessPoolExecutor.map
    multiprocessing.Pool.map multiprocessing.Pool.imap multiprocessing.pool.Pool.map functools.reduce""".split()
)
"""What calls its first argument with each item of the second."""

TAKING = frozenset(
    """get pop popitem popleft values items keys copy setdefault __getitem__ all first scalars one mappings result union
    most_common get_nowait head tail model_copy _replace __copy__ __deepcopy__ __replace__ send""".split()
)
"""Methods of containers, and of objects, that give a part or a copy."""

READING = TAKING | frozenset(
    """to_dict to_list tolist iterrows itertuples to_dicts fetchall fetchone fetchmany decode encode strip rstrip read
    readline splitlines split rsplit partition rpartition replace lstrip lower upper removeprefix removesuffix
    join iter_rows rows to_pylist model_dump dict _asdict asdict""".split()
)
"""Methods of plain data that give a part of it, or the same in another form."""

ADDING = frozenset(
    """append add insert appendleft extend extendleft update setdefault put put_nowait push set add_all set_result
    send""".split()
)
"""Methods that put an argument into their object."""

_REMOTE_ROOTS = frozenset(
    "requests httpx aiohttp urllib urllib3 http websockets websocket grpc pycurl tornado treq niquests".split()
)
_REMOTE_CLASSES = re.compile(
    r"(?:Response|Request|Reply|Transport|Session|Socket|Message|Payload|Packet|Http\w*|Api|API|Endpoint)$"
)
_REMOTE_NAMES = re.compile(
    r"(?:^|_)(?:resp|responses?|request|req|reply|body|payload|messages?|msgs?|event|websocket|ws|stdin|http|"
    r"packets?|frames?|socket|sock|cookie|cookie_value)$",
    re.IGNORECASE,
)

WORDS = re.compile(
    rb"\b(?:c?pickle|dill|cloudpickle|joblib|jsonpickle|shelve|marshal|dbm|sqlite3|aiosqlite|csv|json\w*|orjson|ujson|"
    rb"simplejson|rapidjson|msgpack|ormsgpack|msgspec|yaml|toml\w*|plistlib|diskcache|redis|aioredis|valkey|cachetools|"
    rb"pymemcache|memcache|pylibmc|pandas|pyarrow|polars|flask_caching|aiocache|cattrs?|dacite|marshmallow\w*|jsons|"
    rb"typedload|serde|apischema|bson|cbor2|duckdb|lmdb|cache)\b|model_validate|model_construct|parse_obj|parse_raw|"
    rb"TypeAdapter|from_[a-z]+\b|fetch(?:all|one|many)\b|\(\s*\*"
)
"""What the files hold in which data may become objects."""


def _compiled(names: list[str]) -> tuple[frozenset[str], re.Pattern[str]]:
    plain = frozenset(name for name in names if "*" not in name)
    patterns = [translate(name) for name in names if "*" in name]
    return plain, re.compile("|".join(patterns) or r"(?!)")


_COMPILED = {kind: _compiled(names.split()) for kind, names in _DECODERS.items()}
_TYPED = {kind: _compiled([name for name, of in TYPED.items() if of == kind]) for kind in (DATA, "text")}
_HYDRATING_NAMES = frozenset(_HYDRATING)


def _last_names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in names) - {"*"}


DECODING_NAMES = _last_names(name for names in _DECODERS.values() for name in names.split()) | PERSISTENT_METHODS
"""How what decodes is called, the last parts of its names."""

MAKING_NAMES = _last_names(TYPED) - {"load", "loads", "decode"} | {"from_dict", "from_json"}
"""How what makes objects of data is called, whatever class it belongs to."""

CALLING_NAMES = _last_names(MAPPING) | {"load", "loads", "decode", "decode_lines"}
"""How what calls something with each item is called, and what may be told by the rest of the call."""


def decoder_kind(dotted: str) -> str | None:
    """What a call of *dotted* gives: DATA or OBJECTS; None for anything that does not decode."""
    return _kind(dotted, _COMPILED)


def typed_kind(dotted: str) -> str | None:
    """What a function of TYPED is given: DATA, or "text"; None for any other function."""
    return _kind(dotted, _TYPED)


def _kind(dotted: str, table: dict[str, tuple[frozenset[str], re.Pattern[str]]]) -> str | None:
    for kind, (plain, pattern) in table.items():
        if dotted in plain or pattern.fullmatch(dotted):
            return kind
    return None


def hydrates(name: str) -> bool:
    """Whether a method of a class, not defined in the project, is called like one that makes an instance of data."""
    return name in _HYDRATING_NAMES or name.startswith(("from_", "parse_"))


def is_remote(dotted: str) -> bool:
    """Whether something comes from a library that talks to other machines."""
    return dotted.partition(".")[0] in _REMOTE_ROOTS


def sounds_like_remote_class(name: str) -> bool:
    """Whether a class of the project is called like one that talks to another machine."""
    return _REMOTE_CLASSES.search(name) is not None


def sounds_remote(name: str) -> bool:
    """Whether a name is one that people give to what another machine has sent."""
    return _REMOTE_NAMES.search(name) is not None
