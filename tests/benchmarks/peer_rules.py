"""What the peers are told: the best rule for a guarded class that each of them can express without a paid engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

# What calls the class that it is given; both rule languages can only list such functions.
CALLERS = (
    "map|filter|partial|starmap|reduce|defaultdict|field|sorted|to_thread|submit|run_in_executor|Thread|loads|load|"
    "apply_async|imap|imap_unordered|add_done_callback|call_soon"
)
COPIES = ("copy.copy", "copy.deepcopy", "copy.replace", "dataclasses.replace", "attrs.evolve", "attr.evolve")
ALTERNATES = "from_.*|create.*|build.*|make.*|new.*|placeholder|parse.*|load.*"


def bare(names: Iterable[str]) -> list[str]:
    """Return the last parts of dotted names, each once."""
    return list(dict.fromkeys(name.rpartition(".")[2] for name in names))


def _exactly(names: Iterable[str]) -> str:
    return f"^({'|'.join(map(re.escape, names))})$"


def ast_grep_rule(classes: Sequence[str], managers: Sequence[str]) -> dict[str, Any]:
    """Return a rule that finds the class's name before a bracket, outside the class's and the manager's bodies."""
    patterns = [{"pattern": p} for name in bare(classes) for p in (f"{name}($$$)", f"$X.{name}($$$)")]
    allowed = {"has": {"field": "name", "regex": _exactly(bare([*classes, *managers]))}, "stopBy": "end"}
    inside = [{"inside": {"kind": kind, **allowed}} for kind in ("class_definition", "function_definition")]
    rule = {"any": patterns, "not": {"any": inside}}
    return {"id": "guarded-class", "language": "python", "severity": "warning", "message": "built", "rule": rule}


def semgrep_rules(classes: Sequence[str], managers: Sequence[str]) -> dict[str, Any]:
    """Return all that Semgrep's open engine can see: aliases, rebinding, hand-overs, subclasses, copies."""
    either: list[dict[str, Any]] = []
    for dotted in dict.fromkeys([*classes, *bare(classes)]):
        either += _semgrep_patterns(dotted)
    either += [{"pattern": f"$MODULE.{name}(...)"} for name in bare(classes)]
    either += [_semgrep_copies(name) for name in bare(classes)]
    outside = [{"pattern-not-inside": f"class {name}(...):\n    ..."} for name in bare([*classes, *managers])]
    outside += [{"pattern-not-inside": f"def {name}(...):\n    ..."} for name in bare(managers)]
    common: dict[str, Any] = {"languages": ["python"], "severity": "WARNING", "message": "built beside its manager"}
    spelled = {"id": "guarded-class", **common, "options": {"symbolic_propagation": True}}
    spelled["patterns"] = [{"pattern-either": either}, *outside]
    # The class as a value that flows, inside one function, to where it is called.
    flowing = {"id": "guarded-class-by-another-name", **common, "mode": "taint"}
    flowing["pattern-sources"] = [{"pattern": name} for name in dict.fromkeys([*classes, *bare(classes)])]
    called = {"patterns": [{"pattern": "$CALLEE(...)"}, {"focus-metavariable": "$CALLEE"}, *outside]}
    flowing["pattern-sinks"] = [called]
    return {"rules": [spelled, flowing]}


def _semgrep_patterns(name: str) -> list[dict[str, Any]]:
    alternate: list[dict[str, Any]] = [
        {"pattern": f"{name}.$METHOD(...)"},
        {"metavariable-regex": {"metavariable": "$METHOD", "regex": f"^({ALTERNATES})$"}},
    ]
    handed: list[dict[str, Any]] = []
    for value in (name, f"{name}.$METHOD"):
        either = [{"pattern": p} for p in (f"$CALLER(..., {value}, ...)", f"$CALLER(..., $KEY={value}, ...)")]
        callers: dict[str, Any] = {"metavariable": "$CALLER", "regex": rf"^(.*\.)?({CALLERS})$"}
        handed.append({"patterns": [{"pattern-either": either}, {"metavariable-regex": callers}]})
    subclass: list[dict[str, Any]] = [
        {"pattern-inside": f"class $SUB(..., {name}, ...):\n    ...\n...\n"},
        {"pattern": "$SUB(...)"},
    ]
    return [
        {"pattern": f"{name}(...)"},
        {"patterns": alternate},
        *handed,
        {"patterns": subclass},
        {"pattern": f"object.__new__({name})"},
        {"pattern": f"{name}.__new__(...)"},
    ]


def _semgrep_copies(name: str) -> dict[str, Any]:
    either = [{"pattern": f"{function}($OBJECT, ...)"} for function in COPIES]
    either += [{"pattern": f"$OBJECT.{method}(...)"} for method in ("model_copy", "_replace", "__copy__")]
    annotated = {"metavariable-type": {"metavariable": "$OBJECT", "type": name}}
    return {"patterns": [{"pattern-either": either}, annotated]}
