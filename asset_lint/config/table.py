"""Takes values out of a TOML table, and notes everything that is wrong with them instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from asset_lint.spelling import did_you_mean

T = TypeVar("T")
STRING = "a string"
STRINGS = "a list of strings"
STRING_OR_STRINGS = "a string or a list of strings"


class Table:
    """One table of a configuration file; *problems* is shared by all tables of the file."""

    def __init__(self, values: Mapping[str, object], prefix: str, problems: list[str]) -> None:
        self.values = values
        self.prefix = prefix
        self.problems = problems
        self.known: set[str] = set()

    def key(self, name: str) -> str:
        """Give the full path of a key of this table, as messages show it."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def note(self, key: str, problem: str) -> None:
        """Remember what is wrong with the value of *key*."""
        self.problems.append(f"{self.key(key)}: {problem}")

    def take(self, key: str, kind: type[T], default: T, expected: str) -> T:
        """Give the value of *key* as a *kind*; *default* where it is missing or of another type."""
        self.known.add(key)
        if key not in self.values:
            return default
        value = self.values[key]
        if isinstance(value, kind):
            return value
        self.note(key, f"found {describe(value)}, expected {expected}")
        return default

    def string(self, key: str) -> str | None:
        """Give the string under *key*."""
        return self.take(key, str, None, STRING)

    def strings(self, key: str) -> tuple[str, ...]:
        """Give the list of strings under *key*."""
        return self._strings(key, STRINGS)

    def string_or_strings(self, key: str) -> tuple[str, ...]:
        """Give the string or the list of strings under *key*, as a tuple in both cases."""
        if isinstance(self.values.get(key), str):
            self.known.add(key)
            return (str(self.values[key]),)
        return self._strings(key, STRING_OR_STRINGS)

    def _strings(self, key: str, expected: str) -> tuple[str, ...]:
        values: list[Any] = self.take(key, list, [], expected)
        for index, value in enumerate(values):
            if not isinstance(value, str):
                self.note(f"{key}[{index}]", f"found {describe(value)}, expected {STRING}")
                return ()
        return tuple(values)

    def table(self, key: str) -> Table | None:
        """Give the table under *key*."""
        values: dict[str, Any] | None = self.take(key, dict, None, "a table")
        return None if values is None else Table(values, self.key(key), self.problems)

    def tables(self, key: str, expected: str) -> list[Table]:
        """Give the array of tables under *key*."""
        found: list[Any] = self.take(key, list, [], expected)
        tables = []
        for index, values in enumerate(found):
            if isinstance(values, dict):
                tables.append(Table(values, self.key(f"{key}[{index}]"), self.problems))
            else:
                self.note(f"{key}[{index}]", f"found {describe(values)}, expected {expected}")
        return tables

    def finish(self, note: str = "") -> None:
        """Note the keys that nobody has asked for."""
        for key in self.values.keys() - self.known:
            self.note(key, f"unknown key, expected {choice(self.known)}{did_you_mean(key, self.known)}{note}")


def describe(value: object) -> str:
    """Show a value of a TOML file together with the name that TOML has for its type."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"{str(value).lower()} (a boolean)"
    if isinstance(value, str):
        return f'"{value}" (a string)'
    kinds = {int: "an integer", float: "a float"}
    return f"{value} ({kinds.get(type(value), 'a date or time')})"


def choice(words: Iterable[str]) -> str:
    """List *words* as alternatives."""
    return f"one of {', '.join(sorted(words))}"
