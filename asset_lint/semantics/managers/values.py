"""What is known at one point of a way through the manager's code."""

from __future__ import annotations

from typing import NamedTuple

from asset_lint.semantics.values import Values

OTHER, PLACE, BUILT, GIVEN, NEW, SELF = "other", "place", "built", "given", "new", "self"

Spot = tuple[str, int, int, int, int]
"""A path, and the first and last line and column of an expression as ``ast`` counts them."""


class Value(NamedTuple):
    """
    What an expression is.

    A PLACE is something that outlives the call: an attribute of the manager, a global; *names* are the way to it, and
    *depth* is how often something was taken out of it. BUILT is an instance that was made at *spot*, or holds one,
    where *names* tell by which call. GIVEN is a parameter, or lies in one, whose way is *names*; NEW is a key that
    nobody had before. *types* are the atoms of what is known of its type.
    """

    kind: str = OTHER
    names: tuple[str, ...] = ()
    depth: int = 0
    spot: Spot | None = None
    types: Values = frozenset()


NOTHING = Value()
TRUE, FALSE, ABSENT = Value("true"), Value("false"), Value("none")


class Look(NamedTuple):
    """
    That something at a *depth* of a place was looked at under *locks*.

    *stale*: others had their turn since; not *asked*: it is known only because it was stored on this way.
    """

    names: tuple[str, ...]
    depth: int
    locks: frozenset[str]
    stale: bool = False
    asked: bool = True


class Flag(NamedTuple):
    """A condition on the way that has nothing to do with the key: its *text*, whether it held, and how sure that is."""

    text: str
    holds: bool
    certain: bool


class State(NamedTuple):
    """
    One way so far.

    *env* are the local names; *looks* what was looked at last, *built* the constructions that nobody has looked up or
    stored yet, *flags* what the way hangs on, *locks* what is held.
    """

    env: frozenset[tuple[str, Value]] = frozenset()
    looks: frozenset[Look] = frozenset()
    built: frozenset[Spot] = frozenset()
    flags: frozenset[Flag] = frozenset()
    locks: frozenset[str] = frozenset()

    def get(self, name: str) -> Value | None:
        """What a local name is."""
        return next((value for known, value in self.env if known == name), None)

    def bound(self, name: str, value: Value) -> State:
        """The state in which *name* is *value*."""
        return self._replace(env=frozenset({*(pair for pair in self.env if pair[0] != name), (name, value)}))

    def looked(self, names: tuple[str, ...], depth: int, *, asked: bool = True) -> State:
        """The state after a look at a place, which is fresh; not *asked*: after a store."""
        before = [look for look in self.looks if look[:2] == (names, depth)]
        asked = all(look.asked for look in before) if asked else any(look.asked for look in before)
        others = self.looks.difference(before)
        return self._replace(looks=others | {Look(names, depth, self.locks, asked=asked)})

    def suspended(self) -> State:
        """The state after others had their turn: only what was looked at under a lock that is held still stands."""
        looks = frozenset(look if look.locks & self.locks else look._replace(stale=True) for look in self.looks)
        return self._replace(looks=looks)

    def saw(self, names: tuple[str, ...], depth: int) -> Look | None:
        """The look at that depth of a place, or deeper, that holds best: not stale, under a lock that is still held."""
        found = [look for look in self.looks if look.names == names and look.depth >= depth]
        held = self.locks
        return min(found, key=lambda look: (look.stale, not look.locks & held, look.depth)) if found else None
