"""
The codes that a configuration may name.

A number is never used twice, so this list only grows. It stands here and not beside the rules because reading a
configuration must not import them (and all that analyses with them); a test keeps both in step.
"""

from __future__ import annotations

from asset_lint.spelling import did_you_mean

RULE_NAMES = {
    "MGR001": "unused-suppression",
    "MGR002": "suppression-without-reason",
    "MGR101": "direct-construction",
    "MGR102": "alternate-constructor",
    "MGR103": "constructor-handover",
    "MGR104": "subclass-construction",
    "MGR105": "reflective-construction",
    "MGR106": "copy",
    "MGR201": "unmanaged-deserialization",
    "MGR202": "unmanaged-unpickle",
    "MGR203": "serialized-wrapper",
    "MGR204": "shadow-cache",
    "MGR301": "build-before-lookup",
    "MGR302": "overwrite",
    "MGR303": "map-disabled",
    "MGR304": "never-forgets",
    "MGR305": "unlogged-creation",
    "MGR306": "two-key-types",
    "MGR307": "unguarded-get-or-create",
    "MGR401": "materialised-stream",
    "MGR402": "accumulated-stream",
    "MGR403": "decoded-whole",
    "MGR501": "missing-slots",
    "MGR502": "ineffective-slots",
    "MGR503": "unread-field",
    "MGR601": "batch-kept-alive",
    "MGR602": "collect-in-hot-loop",
    "MGR603": "useless-del",
}

ON_BY_DEFAULT = ("MGR1", "MGR2", "MGR301", "MGR302", "MGR303", "MGR304", "MGR306", "MGR307")


def on_by_default(code: str) -> bool:
    """Whether *code* is reported when nothing is selected."""
    return code.startswith(ON_BY_DEFAULT)


def code_problem(prefix: str) -> str | None:
    """Say what is wrong with *prefix* as a code or the beginning of codes; None where nothing is."""
    if prefix and any(code.startswith(prefix) for code in RULE_NAMES):
        return None
    for code, name in RULE_NAMES.items():
        if prefix == name:
            return f"expected a code such as MGR101 or its beginning; did you mean {code}?"
    suggestion = did_you_mean(prefix, RULE_NAMES)
    return f"no rule has a code that begins so, expected one such as MGR101 or MGR1{suggestion}"
