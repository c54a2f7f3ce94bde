"""What in a text may copy instances or take their class: told from its bytes."""

from __future__ import annotations

import re

_TYPE_CALL = re.compile(rb"type(?<!\wtype)[\s\\]*\((?:[^()]|\([^()]*\))*\)[\s\\]*\(")
_IMPORT = re.compile(rb"\b(?:import|from)[\s\\]+copy\b")
_NAMES = re.compile(rb"\b(?:evolve|model_copy|_replace|assoc)\b|__(?:copy|deepcopy|replace)__")
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
    copies, replaces = b"copy" in data, b"replace" in data
    if copies and _IMPORT.search(data):
        return True
    if (copies or replaces or b"evolve" in data or b"assoc" in data) and _NAMES.search(data):
        return True
    if b"__class__" in data and _CLASS.search(data):
        return True
    return _TYPE_CALL.search(data) is not None or (
        replaces and b"dataclasses" in data and _REPLACING.search(data) is not None
    )
