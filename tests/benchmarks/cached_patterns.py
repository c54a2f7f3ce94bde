"""What rules about cached data are built of: what makes objects, what reads and writes them, and how they leave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import cached_tables as tables
from cached_guards import CachedGuard, bare

Pattern = dict[str, Any]
Rule = dict[str, Any]

# A name that is bound in the function is local, and so is what is put into it.
_LOCAL = tuple(f"def $AROUND(...):\n    ...\n    {bound}\n    ..." for bound in ("$O = $INIT", "$O: $TYPE = $INIT"))
_LOOPS = ("for $O in $ITEMS:\n    ...", "with $ITEM as $O:\n    ...")
_METHOD = (
    "class $C(...):\n    ...\n    def $METHOD({signature}):\n        ...\n        {statement}\n        ...\n    ..."
)
_OUTSIDE_FUNCTIONS = {"pattern-not-inside": "def $ANYWHERE(...):\n    ..."}
COMPREHENSIONS = (
    "[{} for $E in $ITEMS]",
    "({} for $E in $ITEMS)",
    "{{{} for $E in $ITEMS}}",
    "{{$K: {} for $E in $ITEMS}}",
)


def made_of_data(guard: CachedGuard) -> list[Pattern]:
    typed = {"patterns": [either(patterns(tables.TYPED)), annotation("$TYPE", guard.holders)]}
    calls = [_called(guard, name, "(...)") for name in guard.spellings]
    return [*calls, *_hydrated(guard, tables.HYDRATORS), typed, *_adapters(guard)]


def made_of_text(guard: CachedGuard) -> list[Pattern]:
    typed = {"patterns": [either(patterns(tables.TYPED_TEXT)), annotation("$TYPE", guard.holders)]}
    return [typed, *_adapters(guard), *_hydrated(guard, tables.TEXT_HYDRATORS)]


def unpickling(guard: CachedGuard) -> list[Pattern]:
    """Return the loads of objects of which something says that they give instances."""
    loads = either([*patterns(f"{name}(...)" for name in (*tables.OBJECTS, *guard.decoders)), *persistent("objects")])
    names = annotation("$TYPE", guard.holders)
    returned = {"pattern-inside": "def $F(...) -> $TYPE:\n    ..."}
    checked = "def $F(...):\n    ...\n    if <... isinstance($VALUE, $TYPE) ...>:\n        ...\n    ..."
    typed: list[Pattern] = [
        {"patterns": [loads, _either_inside(["return $LOADED"]), returned, names]},
        {"patterns": [loads, _either_inside(["yield $LOADED"]), returned, names]},
        {"patterns": [loads, _either_inside(["$VALUE: $TYPE = $LOADED", "cast($TYPE, $LOADED)"]), names]},
        {"patterns": [loads, _either_inside(["typing.cast($TYPE, $LOADED)", "$A.$B: $TYPE = $LOADED"]), names]},
        {"patterns": [loads, {"pattern-inside": "$VALUE = $LOADED\n...\nreturn $VALUE"}, returned, names]},
        {"patterns": [loads, {"pattern-inside": "$VALUE = $LOADED"}, {"pattern-inside": checked}, names]},
    ]
    return typed


def _adapters(guard: CachedGuard) -> list[Pattern]:
    inside = [{"pattern-inside": f"$ADAPTER = {adapter}\n..."} for adapter in tables.ADAPTERS]
    called = matches("$MAKE", r"^(validate_\w+|decode\w*)$")
    return [
        {
            "patterns": [
                {"pattern": "$ADAPTER.$MAKE(...)"},
                called,
                {"pattern-either": inside},
                annotation("$TYPE", guard.holders),
            ]
        }
    ]


def _hydrated(guard: CachedGuard, methods: str) -> list[Pattern]:
    spelled = [_called(guard, name, ".$MAKE(...)") for name in guard.spellings]
    spelled += patterns(f"{name}.$MAKE(...)" for name in guard.holders if name not in map(bare, guard.spellings))
    return [{"patterns": [either(spelled), matches("$MAKE", methods)]}]


def _called(guard: CachedGuard, name: str, call: str) -> Pattern:
    """Return the pattern of a call by a dotted name, or by the bare one in the module that defines it."""
    imported = {"pattern-not-inside": f"from $MODULE import {bare(name)}\n..."}
    own = {"patterns": [{"pattern": f"{bare(name)}{call}"}, imported]}
    return either([{"pattern": f"{name}{call}"}, *([own] if name in (guard.cls, *guard.transfer_objects) else [])])


def constructions(guard: CachedGuard) -> list[Pattern]:
    copies = [f"copy.{name}(...)" for name in ("copy", "deepcopy")]
    made = [
        *copies,
        *(f"{name}(...)" for name in guard.subclasses),
        *(f"object.__new__({n})" for n in class_names(guard)),
    ]
    methods = r"^(from_\w+|create\w*|build\w*|make\w*|new\w*|empty|placeholder)$"
    alternate = {"patterns": [either([_called(guard, guard.cls, ".$MAKE(...)")]), matches("$MAKE", methods)]}
    return [_called(guard, guard.cls, "(...)"), alternate, *patterns(made), *unpickling(guard)]


def persistent(kind: str) -> list[Pattern]:
    """Return what is read from an object that reads a cache: made here, kept by the instance, or a parameter."""
    makers = [f"{name}(...)" for name in tables.PERSISTENT[kind]]
    around = [f"$CACHE = {make}\n..." for make in makers]
    around += [f"with {make} as $CACHE:\n    ..." for make in makers]
    kept = [_METHOD.format(signature="...", statement=f"self.$CACHE = {maker}") for maker in makers]
    kept += [k.replace("self.$CACHE =", "self.$CACHE: $HINT =") for k in kept]
    reads = ("$CACHE.$READ(...)", "$CACHE[...]")
    read = matches("$READ", tables.READS)
    own = [{"pattern": f"self.{pattern}"} for pattern in reads]
    direct: list[Pattern] = [{"patterns": [{"pattern": f"{make}.$READ(...)"}, read]} for make in makers]
    found = [*direct, _read(reads, read, around), _read([p["pattern"] for p in own], read, kept)]
    if kind == "data":
        typed = [{"pattern-inside": "def $F(..., $CACHE: $HINT, ...):\n    ..."}, matches("$HINT", tables.CLIENTS)]
        found += [{"patterns": [{"pattern": reads[0]}, read, *typed]}, {"pattern": "$CURSOR.fetchone(...)"}]
        found += patterns(["$CURSOR.fetchall(...)", "$CURSOR.fetchmany(...)"])
        kept_hint = _METHOD.format(signature="..., $CLIENT: $HINT, ...", statement="...")
        found += [{"patterns": [{"pattern": "self.$ANY.$READ(...)"}, read, {"pattern-inside": kept_hint}, typed[1]]}]
    return found


def _read(reads: Sequence[str], read: Pattern, around: Sequence[str]) -> Pattern:
    called = {"patterns": [{"pattern": reads[0]}, read]}
    return {
        "patterns": [
            either([called, {"pattern": reads[1]}]),
            {"pattern-either": [{"pattern-inside": a} for a in around]},
        ]
    }


def persistent_writes() -> list[Pattern]:
    """Return what is written to an object that pickles what it is given."""
    around = [f"$CACHE = {maker}\n..." for maker in tables.WRITERS]
    around += [f"with {maker} as $CACHE:\n    ..." for maker in tables.WRITERS]
    own = [_METHOD.format(signature="...", statement=f"self.$CACHE = {maker}") for maker in tables.WRITERS]
    calls = (
        "{}[...] = $X",
        "{}.update({{..., $KEY: $X, ...}})",
        "{}.$WRITE($KEY, $X, ...)",
        "{}.dump($X)",
        "{}.set_many($X, ...)",
        "{}.append($X)",
    )
    write = matches("$WRITE", "^(set|add|put|setdefault|push|replace)$")
    # A name that is stored into in a function counts as another one than that of the module.
    same = {"metavariable-comparison": {"comparison": "str($CACHE) == str($SAME)"}}
    item: dict[str, Any] = {"patterns": [{"pattern": "$SAME[...] = $X"}, same]}
    item["patterns"].append({"pattern-either": [{"pattern-inside": place} for place in around]})
    found = [item]
    for holder, places in (("$CACHE", around), ("self.$CACHE", own)):
        inside = {"pattern-either": [{"pattern-inside": place} for place in places]}
        for call in calls:
            checks = [write] if "$WRITE" in call else []
            found.append({"patterns": [{"pattern": call.format(holder)}, *checks, inside]})
    return found


def written_by(write: Pattern, guard: CachedGuard) -> Pattern:
    return {"exact": True, "patterns": [write, *elsewhere(guard, managers_only=True), focus("$X")]}


def ways_out() -> list[Pattern]:
    """Return where an object leaves its function."""
    values = ["$X", *(comprehension.format("$X") for comprehension in COMPREHENSIONS)]
    values += ["$ANY if $TEST else $X", "$X if $TEST else $ANY"]
    plain = [f"{word} {value}" for word in ("return", "yield", "raise") for value in values]
    plain += ["yield from $X", "setattr($ANY, $NAME, $X)", "global $G\n...\n$G = $X"]
    found: list[Pattern] = [{"patterns": [{"pattern": pattern}, focus("$X")]} for pattern in plain]
    stores = ["$O.$A = $X", "$O.$A: $HINT = $X", "$O[$KEY] = $X", "$O.$A[$KEY] = $X", "$O.$A[$KEY][$KEY2] = $X"]
    for verb in (*tables.VERBS, *tables.STORES):
        stores += [f"$O.{verb}({value})" for value in values[:3]] + [f"$O.$A.{verb}({value})" for value in values[:3]]
    stores += ["$O.update(..., $X, ...)", "$O.$A.update(..., $X, ...)", "$O.setdefault($KEY, $X)"]
    stores += [f"$O.update({comprehension.format('$X')})" for comprehension in COMPREHENSIONS]
    stores += ["$O.update((..., $X) for $E in $ITEMS)"]
    found += [{"patterns": [{"pattern": store}, focus("$X"), *lasting()]} for store in stores]
    own = [f"{owner}.$A[$KEY] = $X" for owner in ("self", "cls")]
    own += [f"self.$A.{verb}({value})" for verb in tables.VERBS for value in values[:3]]
    found += [{"patterns": [{"pattern": store}, focus("$X")]} for store in own]
    module = [f"$NAME = {value}" for value in values] + ["$NAME: $HINT = $X"]
    return found + [{"patterns": [{"pattern": pattern}, _OUTSIDE_FUNCTIONS, focus("$X")]} for pattern in module]


def lasting() -> list[Pattern]:
    return [{"pattern-not-inside": local} for local in (*_LOCAL, *_LOOPS)]


def outside(table: str) -> list[Pattern]:
    return [] if table.startswith("self") else [_OUTSIDE_FUNCTIONS]


def filled() -> list[Pattern]:
    """Return how an object gets from an argument into a container."""
    calls = [f"$TO.{verb}(..., $FROM, ...)" for verb in (*tables.VERBS, "update", "setdefault")]
    calls += [f"$TO.$A.{verb}(..., $FROM, ...)" for verb in tables.VERBS]
    calls += [f"$TO{key}.{verb}($FROM)" for key in ("[$KEY]", ".setdefault(...)") for verb in tables.VERBS]
    calls += [f"$TO.{verb}({c.format('$FROM')})" for verb in ("extend", "update") for c in COMPREHENSIONS]
    return [{"pattern": call, "from": "$FROM", "to": "$TO"} for call in calls]


def comprehended() -> list[Pattern]:
    """Return how an object gets from a comprehension to a name, which the engine does not see by itself."""
    bound = [f"{to} = {c.format('$FROM')}" for to in ("$TO", "$TO: $HINT") for c in COMPREHENSIONS]
    bound += [f"for $TO in {c.format('$FROM')}:\n    ..." for c in COMPREHENSIONS[:2]]
    return [{"pattern": pattern, "from": "$FROM", "to": "$TO"} for pattern in bound]


def sanitizers(guard: CachedGuard, plain: Sequence[str], *, asked: bool = True) -> list[Pattern]:
    calls = [call for call in tables.PLAIN_CALLS if asked or not call.startswith(("vars", "dataclasses", "attr"))]
    found: list[Pattern] = [*patterns(calls), *patterns(f"{name}(...)" for name in guard.telling)]
    if plain:
        lambdas = [f"{call}(lambda $ITEM: $ITEM.{field}, ...)" for call in ("map", "$POOL.map") for field in plain]
        found += patterns(lambdas)
        found += [{"patterns": [{"pattern": "$ANY.$FIELD"}, matches("$FIELD", f"^({'|'.join(plain)})$")]}]
        found += [{"patterns": [{"pattern": "$ANY.$FIELD(...)"}, matches("$FIELD", f"^({'|'.join(plain)})$")]}]
    if asked:
        found += [*managed(guard), *patterns(f"$MANAGER.{name}(...)" for name in guard.taking)]
        handed = [ask.removesuffix("(...)") for ask in asking_calls(guard)]
        found += patterns(f"{call}({ask}, ...)" for ask in handed for call in ("map", "$POOL.map"))
    return found


def asking_calls(guard: CachedGuard) -> list[str]:
    functions = [name for name in guard.asking if name in map(bare, guard.managers)]
    return [f"{name}(...)" if name in functions else f"$MANAGER.{name}(...)" for name in guard.asking]


def managed(guard: CachedGuard) -> list[Pattern]:
    # A method that is called like one of a dictionary is the manager's where the object is annotated.
    typed = [
        {
            "patterns": [
                {"pattern": "$MANAGER.get(...)"},
                {"metavariable-type": {"metavariable": "$MANAGER", "type": name}},
            ]
        }
        for name in map(bare, guard.managers)
    ]
    return [*patterns(asking_calls(guard)), *typed]


def elsewhere(guard: CachedGuard, *, managers_only: bool = False) -> list[Pattern]:
    """Return that something is not inside the manager, nor inside the guarded class."""
    names = list(map(bare, guard.managers)) + ([] if managers_only else [bare(guard.cls)])
    inside = [f"class {name}(...):\n    ..." for name in names]
    inside += [f"class $SUB(..., {name}, ...):\n    ..." for name in map(bare, guard.managers)]
    inside += [f"def {name}(...):\n    ..." for name in map(bare, guard.managers)]
    return [{"pattern-not-inside": pattern} for pattern in inside]


def declared(names: Pattern) -> list[Pattern]:
    return [{"pattern-inside": _METHOD.format(signature="...", statement="self.$A: $TYPE = $INIT")}, names]


def class_names(guard: CachedGuard) -> list[str]:
    return list(dict.fromkeys([guard.cls, bare(guard.cls)]))


def taint(sources: list[Pattern], sinks: list[Pattern], propagators: list[Pattern]) -> Rule:
    return {
        "mode": "taint",
        "pattern-sources": sources,
        "pattern-sinks": sinks,
        "pattern-propagators": propagators,
        "options": {"symbolic_propagation": True},
    }


def options(focus: str) -> dict[str, Any]:
    safe = {f"taint_assume_safe_{what}": True for what in ("comparisons", "booleans", "numbers")}
    return {"symbolic_propagation": True, "taint_focus_on": focus, **safe}


def patterns(patterns: Iterable[str]) -> list[Pattern]:
    return [{"pattern": pattern} for pattern in dict.fromkeys(patterns)]


def either(patterns: Sequence[Pattern]) -> Pattern:
    return {"pattern-either": list(patterns)}


def _either_inside(patterns: Sequence[str]) -> Pattern:
    return {"pattern-either": [{"pattern-inside": pattern} for pattern in patterns]}


def focus(name: str) -> Pattern:
    return {"focus-metavariable": name}


def matches(name: str, regex: str) -> Pattern:
    return {"metavariable-regex": {"metavariable": name, "regex": f".*{regex}" if not regex.startswith("^") else regex}}


def annotation(name: str, classes: Sequence[str]) -> Pattern:
    return {"metavariable-regex": {"metavariable": name, "regex": rf"(?s).*\b({'|'.join(map(re.escape, classes))})\b"}}
