"""The tests that files are searched with, by the names under which they are written down."""

from __future__ import annotations

from importlib import import_module

from asset_lint.reading import Holds
from asset_lint.semantics.words import Defines

_DEFINES = "defines "
_OURS = "asset_lint."


class Unnamed(Exception):
    """A test that cannot be found again by a name."""


def named(test: Holds) -> str:
    """The name of a test: of a function of a module of ours; raises Unnamed for what has none."""
    if isinstance(test, Defines):
        return _DEFINES + " ".join(test.names)
    name = f"{getattr(test, '__module__', '')}:{getattr(test, '__qualname__', '')}"
    if test_of(name) is not test:
        raise Unnamed(name)
    return name


def test_of(name: str) -> Holds:
    """The test with that name; raises Unnamed where there is none."""
    if name.startswith(_DEFINES):
        return Defines(tuple(name.removeprefix(_DEFINES).split(" ")))
    module, _, function = name.partition(":")
    found = getattr(import_module(module), function, None) if module.startswith(_OURS) else None
    if not callable(found):
        raise Unnamed(name)
    return found  # type: ignore[no-any-return]
