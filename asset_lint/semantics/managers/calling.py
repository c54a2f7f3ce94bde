"""Calls: constructions, what is asked of maps, locks, and the manager's own functions, which are followed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from asset_lint.findings import Certainty
from asset_lint.semantics import typeforms
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.managers import mapping
from asset_lint.semantics.managers.loggers import is_logging
from asset_lint.semantics.managers.records import Built
from asset_lint.semantics.managers.running import ANY_DEPTH, DEEPEST_CALLS, Frame, Outcome, Run, distinct, held, typed
from asset_lint.semantics.managers.tables import gives_new_keys, is_lock
from asset_lint.semantics.managers.trees import name_of
from asset_lint.semantics.managers.units import Method, decorator_name, keeps_results, methods_of
from asset_lint.semantics.managers.values import (
    BUILT,
    FALSE,
    GIVEN,
    NEW,
    NOTHING,
    OTHER,
    PLACE,
    SELF,
    TRUE,
    State,
    Value,
)
from asset_lint.semantics.values import Atom, ClassKey, Values

Passed = tuple[str, Value]
"""An argument: its keyword or "", and its value."""

_CONVERSIONS = {
    "str": "builtins.str",
    "repr": "builtins.str",
    "int": "builtins.int",
    "bytes": "builtins.bytes",
    "UUID": "uuid.UUID",
    "Path": "pathlib.Path",
    "tuple": "builtins.tuple",
    "frozenset": "builtins.frozenset",
}
_TEXT_METHODS = frozenset(
    "lower upper strip lstrip rstrip casefold format join replace removeprefix removesuffix hex title".split()
)
_CONTAINERS = frozenset("list tuple set frozenset iter next reversed sorted cast dict ref proxy".split())
_BUILTIN = frozenset({"isinstance", "hasattr", "getattr", "id", "type", "len", "print", "repr", "str", "hash"})


def call(run: Run, node: ast.Call, state: State) -> list[Outcome]:
    """A call, its callee and arguments first."""
    found: list[Outcome] = []
    for after, receiver in _receivers(run, node.func, state):
        syntax = [*node.args, *(keyword.value for keyword in node.keywords)]
        for last, values in run.evaluate_all(syntax, after):
            names = [*("*" if isinstance(item, ast.Starred) else "" for item in node.args), *_keywords(node)]
            found += _called(run, node, receiver, list(zip(names, values, strict=True)), last)
    return distinct(found)


def _keywords(node: ast.Call) -> list[str]:
    return [keyword.arg or "**" for keyword in node.keywords]


def _receivers(run: Run, function: ast.expr, state: State) -> list[Outcome]:
    """What the method is looked up on, or the callee itself; looking at the method is no look at a place."""
    if isinstance(function, ast.Attribute):
        return run.evaluate(function.value, state)
    if isinstance(function, ast.Name) and state.get(function.id) is None:
        return [(state, NOTHING)]
    return run.evaluate(function, state)


def _called(run: Run, node: ast.Call, receiver: Value, passed: list[Passed], state: State) -> list[Outcome]:
    name = name_of(node)
    if is_logging(run.frame.tree, node):
        run.record.logged.add(run.frame.method)
        return [(state, NOTHING)]
    if lock := _lock_by_function(name):
        return [(_locked(state, Value(PLACE, (lock,)), "acquire" if "acquire" in name.lower() else "release"), NOTHING)]
    method = _own_method(run, node, receiver)
    if method is not None:
        return inline(run, method, receiver, passed, state, node)
    if (built := _construction(run, node, state)) is not None:
        return [built]
    helper = _helper(run, node, receiver)
    if helper is not None:
        return inline(run, helper, receiver if receiver.kind == PLACE else NOTHING, passed, state, node)
    if isinstance(node.func, ast.Attribute) and receiver.kind in {PLACE, SELF}:
        if is_lock(receiver.names[-1] if receiver.names else "") and name in {"acquire", "release"}:
            return [(_locked(state, receiver, name), NOTHING)]
        return mapping.method(run, node, receiver, passed, state)
    return [_other(run, node, receiver, passed, state)]


def _lock_by_function(name: str) -> str:
    """The lock that a function takes or gives back, by its name: ``_acquireLock``, ``release_lock``."""
    words = name.lower().replace("_", "")
    for verb in ("acquire", "release"):
        if verb in words and is_lock(words) and words != verb:
            return words.replace(verb, "")
    return ""


def _locked(state: State, lock: Value, name: str) -> State:
    text = ".".join(lock.names)
    return state._replace(locks=state.locks | {text} if name == "acquire" else state.locks - {text})


def _other(run: Run, node: ast.Call, receiver: Value, passed: list[Passed], state: State) -> Outcome:
    """A call of something else: a conversion, a cast, or what may do anything with what it gets."""
    name = name_of(node)
    values = [value for _, value in passed]
    if receiver.kind == PLACE and receiver.depth and not passed:
        return state, receiver  # a weak reference that is asked for its object
    if name == "cast" and len(values) == 2:
        return state, values[1]
    types: Values = frozenset()
    if name in _CONVERSIONS or (isinstance(node.func, ast.Attribute) and name in _TEXT_METHODS):
        types = typed(_CONVERSIONS.get(name, "builtins.str"))
    if _is_new_key(name, receiver, values):
        return state, Value(NEW, types=types)
    for value in values:
        if value.kind == PLACE and value.depth == 0 and name not in _BUILTIN:
            state = run.look(state, value.names, ANY_DEPTH, asks=False)
        if receiver.kind in {GIVEN, PLACE, SELF} and name not in _BUILTIN:
            state = run.keep(state, value)
    if types:
        return state, Value(types=types)
    made = held(values)
    return state, made if name in _CONTAINERS or made.kind != BUILT else made._replace(names=(name,))


def _is_new_key(name: str, receiver: Value, values: list[Value]) -> bool:
    """Whether a call gives a key that nobody had before, or something made of one."""
    kinds = {value.kind for value in (receiver, *values)}
    return BUILT not in kinds and (NEW in kinds or (not receiver.names and gives_new_keys(name)))


# -- constructions --------------------------------------------------------------------------------------------


def _construction(run: Run, node: ast.Call, state: State) -> Outcome | None:
    made = _made(run, node)
    if made is None:
        return None
    key, certainty = made
    spot = run.spot(node)
    run.record.built.add(Built(spot, key, certainty, run.frame.method, state.looks, state.flags))
    return state._replace(built=state.built | {spot}), Value(BUILT, spot=spot)


def _made(run: Run, node: ast.Call) -> tuple[ClassKey, Certainty] | None:
    """The guarded class that a call makes an instance of, and how sure that is."""
    if _is_allocation(run, node):
        return min(run.guard.classes, key=repr), "certain"
    return run.interest.made(run.frame.tree, node)


def _is_allocation(run: Run, node: ast.Call) -> bool:
    """``super().__new__(cls)`` where the guarded class keeps its own map, ``super().__call__()`` in its metaclass."""
    name = name_of(node)
    method = run.frame.method
    if name == "__new__" == method.name:
        return run.unit.key in run.guard.classes
    return name == "__call__" == method.name and run.unit.is_metaclass


# -- functions that are followed ------------------------------------------------------------------------------


def _own_method(run: Run, node: ast.Call, receiver: Value) -> Method | None:
    if isinstance(node.func, ast.Attribute) and receiver.kind == SELF:
        return run.unit.methods.get(node.func.attr)
    return None


def _helper(run: Run, node: ast.Call, receiver: Value) -> Method | None:
    """The function that is called: one of the module, a method of a base or of an object that the manager has."""
    if isinstance(node.func, ast.Name):
        return _named(run, node.func.id)
    if not isinstance(node.func, ast.Attribute):
        return None
    name = node.func.attr
    if _is_super(node.func.value):
        owner = (run.frame.method.path, run.program.function(*run.frame.method[:2]).owner)
        line = run.unit.classes
        after = line[line.index(owner) + 1 :] if owner in line else ()
        return _first(run, after, name)
    if receiver.kind == PLACE and receiver.depth == 0 and receiver.names:
        return _first(run, run.interest.classes_at(receiver.names), name)
    return None


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and name_of(node) == "super"


def _first(run: Run, keys: Iterable[ClassKey], name: str) -> Method | None:
    """The method of that name of the first class that has one."""
    for key in keys:
        for method in methods_of(run.trees, key):
            if method.name == name:
                return method
    return None


def _named(run: Run, name: str) -> Method | None:
    """A function of the module, or one that stands in the function that is run."""
    tree = run.frame.tree
    inner = {id(node) for node in ast.walk(run.frame.method.node)}
    for index, node in tree.functions.items():
        if node.name == name and tree.facts.functions[index].owner == NONE:
            is_global = tree.facts.scopes[tree.facts.functions[index].scope].parent == 0
            if (is_global and tree.path in run.unit.paths) or id(node) in inner:
                return Method(tree.path, index, node)
    return None


def inline(
    run: Run, method: Method, receiver: Value, passed: Sequence[Passed], state: State, node: ast.expr
) -> list[Outcome]:
    """The ways through a function of the manager."""
    tree = run.trees.of(method.path)
    if tree is None or len(run.frames) > DEEPEST_CALLS or any(frame.method.node is method.node for frame in run.frames):
        return [(state, NOTHING)]
    matters = run.interest.matters(method, run.map_names)
    if matters or not _waits(method):
        run.inlined.add(run.spot(node))
    if not matters or keeps_results(run.program, method):
        return [(state, NOTHING)]
    outer = state.env
    if receiver.kind == OTHER and run.program.function(method.path, method.place).owner in _owners(run, method.path):
        receiver = Value(SELF)  # super().method()
    names = dict(outer) if _is_nested(run, method) else {}
    names.update(_bound(run, method, receiver, passed))
    outcomes = follow(run, method, state._replace(env=frozenset(names.items())))
    return distinct((after._replace(env=outer), value) for after, value in outcomes)


def _waits(method: Method) -> bool:
    """Whether others may have their turn while a coroutine runs."""
    return any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for node in ast.walk(method.node))


def _is_nested(run: Run, method: Method) -> bool:
    """Whether a function stands in the one that calls it, and sees its names."""
    return any(node is method.node for node in ast.walk(run.frame.method.node))


def _owners(run: Run, path: str) -> set[int]:
    return {key[1] for key in run.unit.classes if key[0] == path}


def follow(run: Run, method: Method, state: State) -> list[Outcome]:
    """The ways through the body of a function that has been given its arguments."""
    tree = run.trees.of(method.path)
    assert tree is not None
    frame = Frame(method, tree)
    held = state.locks
    if any(is_lock(decorator_name(item)) for item in method.node.decorator_list):
        state = state._replace(locks=held | {f"@{method.name}"})
    run.frames.append(frame)
    try:
        ends = run.block(method.node.body, {state})
    finally:
        run.frames.pop()
    outcomes = [*frame.returned, *((end, NOTHING) for end in ends)]
    return [(after._replace(locks=held), value) for after, value in outcomes]


def _bound(run: Run, method: Method, receiver: Value, passed: Sequence[Passed]) -> Iterator[tuple[str, Value]]:
    """What the parameters are, by name."""
    arguments = method.node.args
    names = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    if not is_static(method) and run.program.function(method.path, method.place).owner != NONE and names:
        yield names.pop(0), receiver
    plain = [value for name, value in passed if name == ""]
    known = dict(zip(names, plain, strict=False))
    known.update({name: value for name, value in passed if name not in {"", "*", "**"}})
    types = parameter_types(run, method)
    defaults = _defaults(arguments)
    for name in (*names, *(item.arg for item in arguments.kwonlyargs)):
        value = known.get(name, defaults.get(name, NOTHING))
        yield name, value if value.types or value.kind == PLACE else value._replace(types=types.get(name, frozenset()))
    for star in (arguments.vararg, arguments.kwarg):
        if star is not None:
            yield star.arg, NOTHING


def _defaults(arguments: ast.arguments) -> dict[str, Value]:
    """The parameters that are true or false where nothing is passed."""
    plain = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(reversed(plain), reversed(arguments.defaults), strict=False)]
    pairs += [(item, node) for item, node in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if node]
    return {
        item.arg: TRUE if node.value else FALSE
        for item, node in pairs
        if isinstance(node, ast.Constant) and isinstance(node.value, bool)
    }


def is_static(method: Method) -> bool:
    """Whether a method is given no object."""
    return any(decorator_name(item) == "staticmethod" for item in method.node.decorator_list)


def given(run: Run, method: Method) -> Iterator[tuple[str, Value]]:
    """The parameters of an entry, which may be anything of their types."""
    arguments = method.node.args
    names = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    if not is_static(method) and run.program.function(method.path, method.place).owner != NONE and names:
        yield names.pop(0), Value(SELF)
    types = parameter_types(run, method)
    for name in (*names, *(item.arg for item in arguments.kwonlyargs)):
        yield name, Value(GIVEN, (name,), types=types.get(name, frozenset()))
    for star in (arguments.vararg, arguments.kwarg):
        if star is not None:
            yield star.arg, Value(GIVEN, (star.arg,))


def parameter_types(run: Run, method: Method) -> dict[str, frozenset[Atom]]:
    """What the annotations of a function admit."""
    known = run.program.tables.setdefault("types of parameters", {})
    if method[:2] not in known:
        known[method[:2]] = {
            item.name: typeforms.types(run.program, method.path, item.annotation)
            for item in run.program.function(method.path, method.place).parameters
            if item.annotation != NONE
        }
    found: dict[str, frozenset[Atom]] = known[method[:2]]
    return found
