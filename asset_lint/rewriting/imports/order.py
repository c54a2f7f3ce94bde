"""The order of imports: what a module belongs to, and by what files sort statements and names."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from itertools import pairwise, takewhile
from typing import Any, TypeVar

T = TypeVar("T")

_NUMBER = re.compile(r"(\d+)")


class Kind(IntEnum):
    """What a module belongs to, in the order in which files import."""

    FUTURE = 0
    STANDARD = 1
    THIRD_PARTY = 2
    FIRST_PARTY = 3
    RELATIVE = 4


@dataclass(frozen=True)
class Origin:
    """What gives an import statement its place: where it imports from, how, and the first of its names."""

    module: str
    level: int = 0
    is_from: bool = True
    member: str = ""

    @property
    def top(self) -> str:
        """The top-level package, empty for a relative import."""
        return "" if self.level else self.module.partition(".")[0]

    @property
    def path(self) -> list[str]:
        """The parts of its name, which relative imports begin with their dots."""
        return [*(["", "." * self.level] if self.level else []), *filter(None, self.module.split("."))]

    def kind(self, first_party: Collection[str]) -> Kind:
        """
        What the module belongs to, if these are the project's packages.

        Sorters take what is called like a module of the standard library for that, a package ``test`` for example.
        """
        if self.level:
            return Kind.RELATIVE
        if self.module == "__future__":
            return Kind.FUTURE
        if self.top in sys.stdlib_module_names:
            return Kind.STANDARD
        return Kind.FIRST_PARTY if self.top in first_party else Kind.THIRD_PARTY


def common_start(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts two names have in common, from the first one on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def fitting(
    keys: Sequence[Callable[[T], Any]], own: Sequence[T], others: Sequence[Sequence[T]]
) -> Callable[[T], Any] | None:
    """The order that *own* is in, preferably one that the *others* are in as well; ``None`` for no order."""
    fit = [key for key in keys if is_sorted(own, key)]
    return min(fit, key=lambda key: sum(not is_sorted(other, key) for other in others), default=None)


def is_sorted(items: Sequence[T], key: Callable[[T], Any]) -> bool:
    """Whether *items* are in the order of *key*."""
    return all(first <= second for first, second in pairwise(map(key, items)))


def _natural(text: str) -> tuple[tuple[int, int], ...]:
    """A key that compares numbers in a text as numbers."""
    parts = _NUMBER.split(text)
    return tuple(
        key
        for place, part in enumerate(parts)
        for key in ([(ord("0"), int(part))] if place % 2 else [(ord(sign), 0) for sign in part])
    )


def _by_type(name: str) -> Any:
    rank = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return name != "*", rank, _natural(name.lower()), _natural(name)


def _caseless(name: str) -> Any:
    return _natural(name.lower()), _natural(name)


def _origin_key(mode: int, nearest_first: bool, cased: bool, origin: Origin) -> Any:
    """*mode* is 0 where ``import`` comes before ``from``, 1 where both are mixed, 2 where it comes behind."""
    distance = origin.level if nearest_first else -origin.level
    name = _natural(origin.module) if cased else _caseless(origin.module)
    rank = origin.is_from if mode < 2 else not origin.is_from
    module = (distance, name)
    return (*module, rank, _by_type(origin.member)) if mode == 1 else (rank, *module, _by_type(origin.member))


MEMBER_KEYS: Sequence[Callable[[str], Any]] = (_by_type, _caseless, _natural)
"""How files sort imported names: as isort and ruff do it unless they are told otherwise, or without regard to case."""

ORIGIN_KEYS: Sequence[Callable[[Origin], Any]] = [
    partial(_origin_key, mode, nearest_first, cased)
    for cased in (False, True)
    for nearest_first in (False, True)
    for mode in (0, 1, 2)
]
"""How files sort import statements, what isort and ruff do unless they are told otherwise first."""
