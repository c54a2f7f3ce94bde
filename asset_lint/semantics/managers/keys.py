"""The types of the keys that one map is asked with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from asset_lint.semantics.managers.reading import Reading
from asset_lint.semantics.managers.records import Accessed
from asset_lint.semantics.values import Values

_KINDS = {
    "builtins.str": "str",
    "builtins.int": "int",
    "builtins.bytes": "bytes",
    "builtins.tuple": "tuple",
    "uuid.UUID": "UUID",
    "pathlib.Path": "Path",
    "pathlib.PurePath": "Path",
    "pathlib.PosixPath": "Path",
}
_BESIDE = frozenset({"none", "const", "param", "dep"})


class Deviating(NamedTuple):
    """An access with a key of type *kind*, where those of the map are of type *usual*."""

    access: Accessed
    kind: str
    usual: str


def deviating(reading: Reading) -> Iterator[Deviating]:
    """Yield the accesses of maps with keys of another type than the rest."""
    found: dict[tuple[str, ...], dict[Accessed, str]] = defaultdict(dict)
    both: set[tuple[str, ...]] = set()
    for record in reading.records:
        stored: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for access in record.accessed:
            if kind := kind_of(access.types):
                found[access.names][access] = kind
                if access.is_store:
                    stored[access.names].add(kind)
        both.update(
            names for names, kinds in stored.items() if len(kinds) > 1
        )  # the same thing by two keys, on purpose
    for names, accesses in found.items():
        if names not in both and len(set(accesses.values())) > 1:
            yield from _against_the_rest(accesses)


def _against_the_rest(accesses: dict[Accessed, str]) -> Iterator[Deviating]:
    places = sorted({(access.spot, kind, access.is_store) for access, kind in accesses.items()})
    counted = Counter(kind for _, kind, is_store in places if is_store) or Counter(kind for _, kind, _ in places)
    usual = counted.most_common(1)[0][0]
    seen = set()
    for access, kind in sorted(accesses.items(), key=lambda item: item[0].spot):
        if kind != usual and access.spot not in seen:
            seen.add(access.spot)
            yield Deviating(access, kind, usual)


def kind_of(types: Values) -> str:
    """The one type among *types* whose instances equal no instance of the others; empty where that is not known."""
    kinds = set()
    for atom in types:
        if atom[0] == "inst":
            kinds.add(_KINDS.get(atom[1], "") if isinstance(atom[1], str) else "")
        elif atom[0] not in _BESIDE:
            return ""
    return kinds.pop() if len(kinds) == 1 else ""
