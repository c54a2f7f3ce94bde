"""
Semgrep rules about cached data: the best for one guard that its open engine can express.

The open engine follows data inside one function; ``interfile: true`` does nothing in it. Nor can a taint rule report
the call in between, which makes an object of decoded data and is what has to be changed: only where the data comes from
or where it goes. So there are two rules, of what arrives there and of what leaves from there, whose common lines count.
"""

from __future__ import annotations

import cached_tables as tables
from cached_guards import CachedGuard, bare
from cached_patterns import (
    COMPREHENSIONS,
    Pattern,
    Rule,
    annotation,
    asking_calls,
    class_names,
    comprehended,
    constructions,
    declared,
    either,
    elsewhere,
    filled,
    focus,
    lasting,
    made_of_data,
    made_of_text,
    managed,
    matches,
    options,
    outside,
    patterns,
    persistent,
    persistent_writes,
    sanitizers,
    taint,
    unpickling,
    ways_out,
    written_by,
)


def cached_rules(guard: CachedGuard) -> dict[str, Rule]:
    """Return the rules for a guard, by what they look for."""
    rules = {"arrives": _arrives(guard), "leaves": _leaves(guard)}
    rules |= {"remembered": _remembered(guard), "kept": _kept(guard)}
    if not guard.reduces:
        rules |= {"unpickled": _unpickled(guard), "written": _written(guard)}
    common = {"languages": ["python"], "severity": "WARNING", "message": "cached data beside the manager"}
    return {kind: {**common, **rule} for kind, rule in rules.items()}


def _arrives(guard: CachedGuard) -> Rule:
    """Decoded data arrives at a call that makes an object."""
    decoders = [f"{name}(...)" for name in (*tables.PLAIN, *tables.OBJECTS, *guard.decoders)]
    decoders += [f"$ANY.{bare(name)}(...)" for name in guard.decoders]
    data = [*patterns(decoders), *persistent("data"), *persistent("objects")]
    sources = [{"label": "DATA", **either(data)}, {"label": "TEXT", **either(patterns(tables.TEXTS))}]
    sources += [{"label": "REMOTE", **either(patterns(tables.REMOTE))}]
    text = {"requires": "(DATA or TEXT) and not REMOTE", **either(made_of_text(guard))}
    sinks = [{"requires": "DATA and not REMOTE", **either(made_of_data(guard))}, text]
    return taint(sources, sinks, filled())


def _leaves(guard: CachedGuard) -> Rule:
    """The object that a call makes leaves, and not to the manager."""
    sources = [{"patterns": [either([*made_of_data(guard), *made_of_text(guard)]), *elsewhere(guard)]}]
    rule = taint(sources, ways_out(), [*filled(), *comprehended()])
    return rule | {"pattern-sanitizers": sanitizers(guard, guard.plain), "options": options("source")}


def _unpickled(guard: CachedGuard) -> Rule:
    """What comes out of a pickle leaves, and an annotation or a check says that it is an instance."""
    sources = [{"patterns": [either(unpickling(guard)), *elsewhere(guard)]}]
    rule = taint(sources, ways_out(), [*filled(), *comprehended()])
    return rule | {"pattern-sanitizers": sanitizers(guard, guard.inner), "options": options("source")}


def _written(guard: CachedGuard) -> Rule:
    """An instance, or what has one inside, is written where instances come back as others."""
    names = annotation("$TYPE", guard.instances)
    parameter = {"patterns": [{"pattern": "def $F(..., $P: $TYPE, ...):\n    ..."}, names, focus("$P")]}
    own = [{"pattern-inside": f"class {name}(...):\n    ..."} for name in guard.instances]
    built = patterns(f"{name}(...)" for name in (*guard.instances, guard.cls))
    sources = [parameter, {"patterns": [{"pattern": "self"}, {"pattern-either": own}]}, *built, *managed(guard)]
    sources += [{"patterns": [{"pattern": "self.$A"}, *declared(names)]}]
    writes = [*tables.WRITES, *persistent_writes()]
    sinks = [written_by(write if isinstance(write, dict) else {"pattern": write}, guard) for write in writes]
    rule = taint(sources, sinks, [*filled(), *comprehended()])
    return rule | {"pattern-sanitizers": sanitizers(guard, guard.inner, asked=False), "options": options("sink")}


def _kept(guard: CachedGuard) -> Rule:
    """An instance that was built here is kept in a mapping that outlives the call."""
    built = [{"patterns": [either(constructions(guard)), *elsewhere(guard)]}]
    # Only what lies under a key is looked up again.
    stores = ["$O[$KEY] = $X", "$ANY = $O[$KEY] = $X", "$O[$KEY] = $ANY = $X", "$O.setdefault($KEY, $X)"]
    stores += ["$O[$KEY].$VERB($X)", "$O.setdefault(...).$VERB($X)", "$O.update({..., $KEY: $X, ...})", "$O |= $X"]
    stores += [f"$O.update({comprehension.format('$X')})" for comprehension in COMPREHENSIONS]
    stores += ["$O.update(($KEY, $X) for $E in $ITEMS)"]
    sinks = [{"patterns": [{"pattern": store}, focus("$X"), *lasting()]} for store in stores]
    own = [f"{owner}.$A[$KEY] = $X" for owner in ("self", "cls")]
    sinks += [{"patterns": [{"pattern": store}, focus("$X")]} for store in own]
    put = [{"pattern": "$O.$PUT($KEY, $X)"}, matches("$PUT", "^(put|set|add)$")]
    sinks += [{"patterns": [*put, focus("$X"), *lasting()]}]
    tables_made = ["$O = {...}", "$O: $TYPE = {...}", "$O = dict(...)", "self.$O = {$K: $V for $E in $ITEMS}"]
    tables_made += [f"$O = {COMPREHENSIONS[3].format('$V')}"]
    made = [
        {"patterns": [either(constructions(guard)), {"pattern-inside": table}, *outside(table)]}
        for table in tables_made
    ]
    rule = taint(built, [*sinks, *made], [*filled(), *comprehended()])
    return rule | {"pattern-sanitizers": sanitizers(guard, guard.inner), "options": options("sink")}


def _remembered(guard: CachedGuard) -> Rule:
    """A function that remembers its answers gives instances that are not the manager's."""
    decorated = "@$MEMORY(...)\ndef $F(...) -> $TYPE:\n    ..."
    memory = matches("$MEMORY", tables.MEMORIES)
    asks = [
        {"pattern-not": f"@$MEMORY(...)\ndef $F(...):\n    ...\n    return <... {ask} ...>"}
        for ask in asking_calls(guard)
    ]
    annotated = {"patterns": [{"pattern": decorated}, memory, annotation("$TYPE", guard.instances), *asks]}
    builds = [
        f"@$MEMORY(...)\ndef $F(...):\n    ...\n    return <... {name}(...) ...>"
        for name in (guard.cls, bare(guard.cls))
    ]
    building = {"patterns": [either(patterns(builds)), memory]}
    on_disk = {"patterns": [{"pattern": decorated}, matches("$MEMORY", tables.DISK_MEMORIES)]}
    on_disk["patterns"].append(annotation("$TYPE", guard.instances))
    memos = [f"functools.{memo}{call}" for memo in ("lru_cache", "cache") for call in ("", "(...)")]
    wrapped: list[Pattern] = [{"pattern": f"{memo}({name})"} for memo in memos for name in class_names(guard)]
    calls = either(
        [{"pattern": f"{memo}({given})"} for memo in memos for given in ("$F", "functools.partial($F, ...)")]
    )
    known = {"pattern-inside": "def $F(...) -> $TYPE:\n    ...\n..."}
    wrapped.append({"patterns": [calls, known, annotation("$TYPE", guard.instances)]})
    functions = {"patterns": [either([annotated, building, on_disk]), focus("$F")]}
    return {"patterns": [either([functions, *wrapped]), *elsewhere(guard)]}
