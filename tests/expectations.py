"""Reads what has to be reported from the ends of lines: ``# MGR101``, ``# MGR101 MGR103``, ``# MGR101?``."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from asset_lint.findings import Report

ROOT = Path(__file__).parent.parent
"""The top of the repository, from which fixtures are checked."""

SUFFIXES = {".py", ".pyi", ".pyw"}
_CODES = re.compile(r"# (MGR\d{3}\??(?: MGR\d{3}\??)*)[ \t]*$")


MANAGERS = "managers"
"""The topic whose cases are about managers; those of the others are about the code beside them."""


def is_about(case: Path, code: str) -> bool:
    """Whether a case says anything of a code: what is wrong with a manager is said where the manager is the topic."""
    topics = {"cases", "fixes"}.intersection(case.parts)
    return MANAGERS in case.parts or not topics or not code.startswith("MGR3")


class Mark(NamedTuple):
    """What is reported where; a finding that is only possible has a code with a question mark."""

    path: str
    line: int
    code: str


def expected(folder: Path) -> Counter[Mark]:
    """What the files in *folder* say has to be reported in them."""
    marks: Counter[Mark] = Counter()
    for path in sorted(folder.rglob("*")):
        if path.suffix in SUFFIXES:
            marks += expected_in(path.as_posix(), path.read_bytes())
    return marks


def expected_in(path: str, data: bytes) -> Counter[Mark]:
    """What the file *data* says has to be reported in it."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    # Not splitlines(), which also splits at form feeds; universal newlines are what Python counts.
    lines = io.StringIO(data.decode(encoding), newline=None).read().split("\n")
    marks: Counter[Mark] = Counter()
    for number, line in enumerate(lines, 1):
        if match := _CODES.search(line):
            marks.update(Mark(path, number, code) for code in match.group(1).split())
    return marks


def found(report: Report, case: Path = Path()) -> Counter[Mark]:
    """The same of what *report* says, of that which *case* is about."""
    return Counter(
        Mark(one.path, one.span.line, one.code + ("?" if one.certainty == "possible" else ""))
        for one in report.findings
        if is_about(case, one.code)
    )
