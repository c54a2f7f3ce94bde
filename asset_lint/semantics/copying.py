"""What in a text may copy instances or take their class: told from its bytes."""

from __future__ import annotations

import re

from asset_lint.syntax.source import Words

_TYPE_CALL = re.compile(rb"type(?<!\wtype)[\s\\]*\((?:[^()]|\([^()]*\))*\)[\s\\]*\(")
_IMPORT = re.compile(rb"\b(?:import|from)[\s\\]+copy\b")
_NAMES = Words(("evolve", "model_copy", "_replace", "assoc"))
_HOOKS = (b"__copy__", b"__deepcopy__")
_CLASS = re.compile(rb"__class__(?!\.__(?:name|qualname|module|doc)__)")
_REPLACING = re.compile(
    rb"\bdataclasses[\s\\]*\.[\s\\]*replace\b"
    rb"|\bfrom[\s\\]+dataclasses[\s\\]+import[\s\\]*(?:\([^)]*|[^\n(]*(?:\\\r?\n[^\n]*)*)\breplace\b"
)


def may_copy(data: bytes) -> bool:
    """
    Whether a file holds what copies instances or takes their class, beside a name that gives them.

    Plain searches come first: an expression is tried only where it has something to begin with.
    """
    copies = b"copy" in data
    if copies and (_IMPORT.search(data) or any(hook in data for hook in _HOOKS)):
        return True
    named = copies or b"_replace" in data or b"evolve" in data or b"assoc" in data
    if named and (_NAMES.mentioned(data) or b"__replace__" in data):
        return True
    if b"__class__" in data and _CLASS.search(data):
        return True
    if _TYPE_CALL.search(data):
        return True
    return b"replace" in data and b"dataclasses" in data and _REPLACING.search(data) is not None
