"""
Findings that are known and accepted: one line each, sorted, without line numbers and without totals.

A line has the code, the file, the scope, what is called there in a normal form, and a number where the same is found
more than once. So it stays what it is when code moves up or down, when it is formatted anew, and when a file, a scope
or a function around it gets another name; and two branches that change different lines merge without a conflict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from asset_lint.findings import Finding

HEADER = "# Findings that asset-lint accepts. Written by asset-lint baseline; lines may be taken out by hand.\n"
_COLUMNS = 4
_LONGEST, _KEPT = 160, 120
_TOKEN = re.compile(
    r"""
    (?P<text>(?i:[rbuft]{0,2})(?:
        \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    ))
    | (?P<nothing>(?:\#[^\n]*|\\?\s)+)
    | (?P<word>\w+)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_UNESCAPES = {value: key for key, value in _ESCAPES.items()}


class Key(NamedTuple):
    """What is accepted: *path* relative to the folder of the configuration, *call* in its normal form."""

    path: str
    code: str
    symbol: str
    call: str


class Unusable(Exception):
    """A baseline that cannot be read: *line*, from 1, and what is wrong with it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def normal(text: str) -> str:
    """A call without its layout and its comments; long ones are cut and told apart by a digest."""
    parts: list[str] = []
    last = ""
    for match in _TOKEN.finditer(text):
        kind, part = match.lastgroup or "", match.group()
        if kind == "nothing":
            continue
        if part in {")", "]", "}"} and parts and parts[-1] == "," and len(parts) > 1:
            parts.pop()
        if last in {"word", "text"} and kind in {"word", "text"}:
            parts.append(" ")
        parts.append(part)
        last = kind
    whole = "".join(parts)
    if len(whole) <= _LONGEST:
        return whole
    return f"{whole[:_KEPT]}… {blake2b(whole.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"


def keys_of(findings: Iterable[Finding], path_of: Callable[[str], str], lines_of: LinesOf) -> list[Key]:
    """The keys of *findings*: *path_of* gives a path as the baseline has it, *lines_of* the lines of a file."""
    return [
        Key(path_of(finding.path), finding.code, finding.symbol, normal(_text(finding, lines_of(finding.path))))
        for finding in findings
    ]


LinesOf = Callable[[str], Sequence[str]]


def _text(finding: Finding, lines: Sequence[str]) -> str:
    """What stands where *finding* is."""
    span = finding.span
    rows = list(lines[span.line - 1 : span.end_line])
    if not rows:
        return ""
    rows[-1] = rows[-1][: span.end_column - 1]
    rows[0] = rows[0][span.column - 1 :]
    return "\n".join(rows)


def parse(text: str) -> Counter[Key]:
    """Read a baseline; raises Unusable where it is none, as with the marks of a conflict."""
    found: Counter[Key] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if not _COLUMNS <= len(columns) <= _COLUMNS + 1 or not columns[1].startswith("MGR"):
            raise Unusable(number, f"found {line[:60]!r}, expected a path, a code, a scope and a call, between tabs")
        path, code, symbol, call = map(_unescaped, columns[:_COLUMNS])
        found[Key(path, code, symbol, call)] += 1
    return found


def render(keys: Counter[Key]) -> str:
    """Write a baseline."""
    lines = [line for key, many in keys.items() for line in _lines(key, many)]
    return HEADER + "".join(f"{line}\n" for line in sorted(lines))


def shown(key: Key) -> str:
    """One entry for people."""
    where = f"{key.path}, in {key.symbol}" if key.symbol else key.path
    return f"{key.code} {key.call or 'the file'} ({where})"


def _lines(key: Key, many: int) -> Iterable[str]:
    line = "\t".join(map(_escaped, key))
    return [line if number == 1 else f"{line}\t#{number}" for number in range(1, many + 1)]


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\[\\tnr]", lambda match: _UNESCAPES[match.group()], text)


def accepted(keys: Sequence[Key], known: Counter[Key]) -> tuple[list[bool], Counter[Key]]:
    """
    Tell for each of *keys* whether the baseline *known* has it, and give what of the baseline is left over.

    What is not there as it is may have moved: to another file, or into a scope with another name.
    """
    left = Counter(known)
    found = [False] * len(keys)
    for same in (_itself, _without_path, _without_scope):
        rest = _grouped(left, same)
        for place, key in enumerate(keys):
            candidates = rest.get(same(key)) if not found[place] else None
            if candidates:
                left[candidates.pop()] -= 1
                found[place] = True
    return found, +left


def _itself(key: Key) -> tuple[str, ...]:
    return key


def _without_path(key: Key) -> tuple[str, ...]:
    return (key.code, key.symbol, key.call)


def _without_scope(key: Key) -> tuple[str, ...]:
    return (key.path, key.code, key.call)


def _grouped(keys: Counter[Key], same: Callable[[Key], tuple[str, ...]]) -> dict[tuple[str, ...], list[Key]]:
    groups: dict[tuple[str, ...], list[Key]] = {}
    for key in sorted(keys.elements()):
        groups.setdefault(same(key), []).append(key)
    return groups


def merged(base: Counter[Key], ours: Counter[Key], theirs: Counter[Key]) -> Counter[Key]:
    """What both sides have done to *base*, together: what either took out is out, what either added is in."""
    found: Counter[Key] = Counter()
    for key in {*base, *ours, *theirs}:
        found[key] = ours[key] if ours[key] == theirs[key] else ours[key] + theirs[key] - base[key]
    return +found
