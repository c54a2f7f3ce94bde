"""What the standard library and a few others do with what they are given: only what carries classes and instances."""

from __future__ import annotations

from collections.abc import Callable

from asset_lint.semantics import containers, members, typeforms
from asset_lint.semantics.program import Arguments, Program
from asset_lint.semantics.values import (
    EMPTY,
    FRESH,
    NOTHINGS,
    OWN,
    REFLECTED,
    SELF,
    SUBCLASS,
    UNKNOWN,
    UNKNOWNS,
    Atom,
    Values,
    class_atom,
    class_key,
    flagged,
    instance,
    settled,
)

Model = Callable[[Program, Arguments, str], Values]

IDENTITY_DECORATORS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})

_ITERATING = frozenset(
    """builtins.sorted builtins.reversed builtins.iter builtins.aiter itertools.chain itertools.islice itertools.cycle
    itertools.chain.from_iterable builtins.filter""".split()
)
_IDENTITY = frozenset(
    """functools.update_wrapper typing.final typing.no_type_check types.coroutine functools.singledispatch
    typing.runtime_checkable abc.abstractmethod functools.total_ordering builtins.memoryview dataclasses.dataclass
    functools.cache functools.lru_cache contextlib.nullcontext contextlib.closing contextlib.aclosing
    inspect.unwrap typing.assert_type typing.reveal_type enum.unique attr.s attr.define attrs.define attr.frozen
    attrs.frozen attr.attrs attrs.mutable attr.mutable weakref.proxy asyncio.wait_for asyncio.shield
    asyncio.create_task asyncio.ensure_future asyncio.run""".split()
)
COPIERS = frozenset(
    """copy.copy copy.deepcopy copy.replace dataclasses.replace attr.evolve attrs.evolve attr.assoc attrs.assoc
    msgspec.structs.replace""".split()
)
_PICKLE = "pickle _pickle cPickle pickle5 dill cloudpickle joblib".split()
UNPICKLERS = frozenset(f"{name}.loads" for name in _PICKLE)
PARTIALS = frozenset({"functools.partial", "functools.partialmethod"})
COPY_METHODS = frozenset({"__copy__", "__deepcopy__", "__replace__", "_replace", "model_copy"})


def first(arguments: Arguments, place: int = 0, name: str = "") -> Values:
    """The positional argument at *place*, or the keyword *name*."""
    plain = [values for kind, _, values in arguments if kind == ""]
    if place < len(plain):
        return plain[place]
    return next((values for kind, key, values in arguments if kind == "=" and key == name), EMPTY)


def call_external(program: Program, atom: Atom, arguments: Arguments, path: str) -> Values:
    """What calling something outside the project gives. *path* is the calling module."""
    dotted = atom[1]
    if dotted in program.managed_names:
        return frozenset(instance(key, "managed") for key in program.managed_names[dotted])
    if dotted in program.external_classes:
        return frozenset((instance(dotted, FRESH),))
    model = _MODELS.get(dotted)
    if model is not None:
        return model(program, arguments, path)
    if dotted in _IDENTITY and arguments:
        return first(arguments)
    if dotted in _ITERATING:
        return frozenset((("coll", containers.element(program, first(arguments))),))
    if dotted in COPIERS:
        return copied(first(arguments))
    return frozenset((("ext", f"{dotted}()", 0),))


def copied(values: Values) -> Values:
    """Copies of *values*: new instances of the same classes."""
    return frozenset(instance(atom[1], FRESH) if atom[0] == "inst" else atom for atom in values)


def _pickled(program: Program, arguments: Arguments, path: str) -> Values:
    """A text of which it is known what is in it."""
    inside = frozenset(atom for atom in first(arguments, 0, "obj") if atom[0] != "pickled")
    return frozenset((("pickled", inside),))


def _unpickled(program: Program, arguments: Arguments, path: str) -> Values:
    """What comes out of a text that has been made just before: copies of what was put in."""
    data = first(arguments)
    inside = frozenset().union(*(atom[1] for atom in data if atom[0] == "pickled"))
    known = bool(data) and all(atom[0] == "pickled" for atom in data)
    return copied(inside) if known else copied(inside) | {("ext", "pickle.loads()", 0)}


def new_instances(arguments: Arguments) -> Values:
    """``object.__new__(C)``."""
    found = frozenset(instance(class_key(atom), FRESH) for atom in first(arguments) if atom[0] in {"class", "ext"})
    return found | frozenset(atom for atom in first(arguments) if atom[0] in {"param", "dep"}) or UNKNOWNS


def _new(program: Program, arguments: Arguments, path: str) -> Values:
    return new_instances(arguments)


def _type_call(program: Program, arguments: Arguments, path: str) -> Values:
    classes = first(arguments)
    found = frozenset(instance(class_key(atom), FRESH) for atom in classes if atom[0] in {"class", "ext"})
    return found | frozenset(("dep", *atom[1:4]) for atom in classes if atom[0] in {"param", "dep"}) or UNKNOWNS


def _type(program: Program, arguments: Arguments, path: str) -> Values:
    if len([kind for kind, _, _ in arguments if kind == ""]) >= 3:
        bases = containers.element(program, first(arguments, 1))
        return _derived(bases) or UNKNOWNS
    result: set[Atom] = set()
    for atom in first(arguments):
        if atom[0] == "inst":
            result.add(class_atom(atom[1], REFLECTED | (OWN if atom[2] == SELF else 0)))
        elif atom[0] in {"param", "dep"}:
            result.add(("dep", *atom[1:4]))
        elif atom[0] != "none":
            result.add(UNKNOWN)
    return frozenset(result)


def _derived(bases: Values) -> Values:
    """A new class with these bases; where one is a parameter, it hangs on what is passed."""
    found = {flagged(atom, SUBCLASS) for atom in bases if atom[0] in {"class", "ext"}}
    return frozenset(found | {("dep", *atom[1:4]) for atom in bases if atom[0] in {"param", "dep"}})


def _new_class(program: Program, arguments: Arguments, path: str) -> Values:
    return _derived(containers.element(program, first(arguments, 1, "bases"))) or UNKNOWNS


def _getattr(program: Program, arguments: Arguments, path: str) -> Values:
    names = first(arguments, 1)
    result: set[Atom] = set()
    for name in names:
        if name[0] == "const" and isinstance(name[1], str):
            found = members.attribute(program, first(arguments), name[1])
            result |= {flagged(atom, REFLECTED) for atom in found}
        elif name[0] in {"param", "dep"}:
            result |= {("dep", *name[1:4]), UNKNOWN}
        elif name[0] != "none":
            result.add(UNKNOWN)
    return frozenset(result) | first(arguments, 2)


def _globals(program: Program, arguments: Arguments, path: str) -> Values:
    return frozenset((("ns", path),))


def _vars(program: Program, arguments: Arguments, path: str) -> Values:
    if not arguments:
        return frozenset((("ns", path),))
    return frozenset(("ns", atom[1]) if atom[0] == "mod" else UNKNOWN for atom in first(arguments))


def _import_module(program: Program, arguments: Arguments, path: str) -> Values:
    result: set[Atom] = set()
    for name in first(arguments, 0, "name"):
        if name[0] == "const" and isinstance(name[1], str):
            result.add(_module(program, name[1], first(arguments, 1, "package"), path))
        elif name[0] in {"param", "dep"}:
            result |= {("dep", *name[1:4]), UNKNOWN}
        else:
            result.add(UNKNOWN)
    return frozenset(result)


def _module(program: Program, dotted: str, packages: Values, path: str) -> Atom:
    if dotted.startswith("."):
        level = len(dotted) - len(dotted.lstrip("."))
        package = next((atom[1] for atom in packages if atom[0] == "const"), program.modules.package_of(path))
        base = package.split(".")[: max(0, len(package.split(".")) - level + 1)]
        dotted = ".".join([*base, *dotted.lstrip(".").split(".")]).strip(".")
    found = program.modules.absolute(path, dotted)
    return ("mod", found, REFLECTED) if found else ("ext", dotted, REFLECTED)


def _dunder_import(program: Program, arguments: Arguments, path: str) -> Values:
    whole = bool(first(arguments, 3, "fromlist"))
    result: set[Atom] = set()
    for name in first(arguments):
        if name[0] == "const" and isinstance(name[1], str):
            result.add(_module(program, name[1] if whole else name[1].partition(".")[0], EMPTY, path))
    return frozenset(result) or UNKNOWNS


def _resolve_name(program: Program, arguments: Arguments, path: str) -> Values:
    result: set[Atom] = set()
    for name in first(arguments):
        if name[0] != "const" or not isinstance(name[1], str):
            continue
        module, colon, symbol = name[1].partition(":")
        if not colon:
            module, _, symbol = name[1].rpartition(".")
        values: Values = frozenset((_module(program, module, EMPTY, path),))
        for part in symbol.split("."):
            values = members.attribute(program, values, part)
        result |= {flagged(atom, REFLECTED) for atom in values}
    return frozenset(result) or UNKNOWNS


def _partial(program: Program, arguments: Arguments, path: str) -> Values:
    if not arguments or arguments[0][0] != "":
        return UNKNOWNS
    rest = tuple((kind, name, settled(values)) for kind, name, values in arguments[1:])
    callees = arguments[0][2]
    depth = max((_depth(atom) for atom in callees), default=0)
    return frozenset((("partial", callees, rest),)) if depth < 3 else UNKNOWNS


def _partial_method(program: Program, arguments: Arguments, path: str) -> Values:
    return frozenset(
        ("pmethod", *atom[1:]) if atom[0] == "partial" else atom for atom in _partial(program, arguments, path)
    )


def _depth(atom: Atom) -> int:
    return 1 + max((_depth(inner) for inner in atom[1]), default=0) if atom[0] == "partial" else 0


def _cast(program: Program, arguments: Arguments, path: str) -> Values:
    return typeforms.declared(settled(first(arguments, 1)), typeforms.types_of_values(program, first(arguments)))


def _super(program: Program, arguments: Arguments, path: str) -> Values:
    owners = [class_key(atom) for atom in first(arguments) if atom[0] == "class"]
    receivers = [atom for atom in first(arguments, 1) if atom[0] in {"inst", "class"}]
    return frozenset(("super", key, receiver) for key in owners for receiver in receivers) or UNKNOWNS


def _next(program: Program, arguments: Arguments, path: str) -> Values:
    return containers.element(program, first(arguments)) | first(arguments, 1)


def _map(program: Program, arguments: Arguments, path: str) -> Values:
    items = tuple(("", "", containers.element(program, values)) for _, _, values in arguments[1:])
    return frozenset((("coll", settled(program.call(first(arguments), items))),))


def _zip(program: Program, arguments: Arguments, path: str) -> Values:
    parts = tuple(containers.element(program, values) or UNKNOWNS for _, _, values in arguments)
    return frozenset((("coll", frozenset((("tuple", parts),))),))


def _enumerate(program: Program, arguments: Arguments, path: str) -> Values:
    pair = ("tuple", (UNKNOWNS, containers.element(program, first(arguments))))
    return frozenset((("coll", frozenset((pair,))),))


def _gather(program: Program, arguments: Arguments, path: str) -> Values:
    return frozenset((("coll", settled(frozenset().union(*(values for _, _, values in arguments)))),))


def _field(program: Program, arguments: Arguments, path: str) -> Values:
    factories = first(arguments, 99, "default_factory") | first(arguments, 99, "factory")
    made = settled(program.call(factories, ())) if factories else EMPTY
    return (made | first(arguments, 99, "default")) or UNKNOWNS


def _reference(program: Program, arguments: Arguments, path: str) -> Values:
    return frozenset((("gives", settled(first(arguments)) | NOTHINGS),))


def _getter(program: Program, arguments: Arguments, path: str) -> Values:
    names = [atom[1] for atom in first(arguments) if atom[0] == "const" and isinstance(atom[1], str)]
    return frozenset((("getter", tuple(names[0].split("."))),)) if len(arguments) == 1 and names else UNKNOWNS


def _item_getter(program: Program, arguments: Arguments, path: str) -> Values:
    return frozenset((("item", first(arguments)),)) if len(arguments) == 1 else UNKNOWNS


def _caller(program: Program, arguments: Arguments, path: str) -> Values:
    names = [atom[1] for atom in first(arguments) if atom[0] == "const" and isinstance(atom[1], str)]
    return frozenset((("caller", names[0], tuple(arguments[1:])),)) if names else UNKNOWNS


def _wrapping(tag: str) -> Model:
    def model(program: Program, arguments: Arguments, path: str) -> Values:
        return frozenset((tag, *atom[1:4]) if atom[0] == "func" else atom for atom in first(arguments))

    return model


def _returning_identity(program: Program, arguments: Arguments, path: str) -> Values:
    return frozenset((("identity", None),))


def _new_type(program: Program, arguments: Arguments, path: str) -> Values:
    return frozenset((("identity", None),))


def _type_variable(program: Program, arguments: Arguments, path: str) -> Values:
    return first(arguments, 99, "bound") or UNKNOWNS


def _method_type(program: Program, arguments: Arguments, path: str) -> Values:
    receivers = first(arguments, 1)
    return (
        frozenset(
            ("bound", *atom[1:4], receiver) for atom in first(arguments) if atom[0] == "func" for receiver in receivers
        )
        or UNKNOWNS
    )


def _any_of(program: Program, arguments: Arguments, path: str) -> Values:
    values = frozenset().union(*(values for _, name, values in arguments if name != "key"))
    return containers.element(program, values) if len(arguments) == 1 else settled(values)


_MODELS: dict[str, Model] = {
    **dict.fromkeys((f"{name}.dumps" for name in _PICKLE), _pickled),
    **dict.fromkeys(UNPICKLERS, _unpickled),
    "builtins.type": _type,
    "builtins.object.__new__": _new,
    "builtins.type.__call__": _type_call,
    "types.new_class": _new_class,
    "builtins.getattr": _getattr,
    "inspect.getattr_static": _getattr,
    "builtins.globals": _globals,
    "builtins.locals": _globals,
    "builtins.vars": _vars,
    "importlib.import_module": _import_module,
    "builtins.__import__": _dunder_import,
    "pkgutil.resolve_name": _resolve_name,
    "functools.partial": _partial,
    "functools.partialmethod": _partial_method,
    "typing.cast": _cast,
    "builtins.super": _super,
    "builtins.next": _next,
    "builtins.anext": _next,
    "builtins.map": _map,
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "asyncio.gather": _gather,
    "dataclasses.field": _field,
    "attr.ib": _field,
    "attr.field": _field,
    "attrs.field": _field,
    "pydantic.Field": _field,
    "weakref.ref": _reference,
    "operator.attrgetter": _getter,
    "operator.itemgetter": _item_getter,
    "operator.methodcaller": _caller,
    "builtins.staticmethod": _wrapping("static"),
    "builtins.classmethod": _wrapping("cm"),
    "builtins.property": _wrapping("prop"),
    "functools.cached_property": _wrapping("prop"),
    "abc.abstractproperty": _wrapping("prop"),
    "functools.wraps": _returning_identity,
    "functools.lru_cache": lambda program, arguments, path: (
        first(arguments)
        if any(atom[0] in {"func", "class"} for atom in first(arguments))
        else frozenset((("identity", None),))
    ),
    "typing.NewType": _new_type,
    "typing_extensions.NewType": _new_type,
    "typing.TypeVar": _type_variable,
    "typing_extensions.TypeVar": _type_variable,
    "types.MethodType": _method_type,
    "builtins.min": _any_of,
    "builtins.max": _any_of,
    "random.choice": _any_of,
}
