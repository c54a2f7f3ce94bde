"""Which classes have attributes that can matter, by name: so ``self.name`` is often told without a question."""

from __future__ import annotations

from typing import Any

from asset_lint.semantics import classes, library, stores
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ClassKey


class Owners:
    """The classes with attributes of interest by name; those named in *anyones* may be of interest in any class."""

    def __init__(self, program: Program) -> None:
        self.anyones: set[str] = set(library.COPY_METHODS)
        self._program = program
        self._classes: dict[str, set[ClassKey]] = {}
        self._relatives: dict[ClassKey, frozenset[ClassKey]] = {}

    def add(self, name: str, key: ClassKey) -> None:
        """Note that a class has something of interest under *name*."""
        self._classes.setdefault(name, set()).add(key)

    def is_idle(self, path: str, operation: Any) -> bool:
        """Whether ``self.name`` cannot be of interest: neither the class nor a relative has anything by that name."""
        program, name = self._program, operation[2]
        owner = stores.owner_of_self(program, path, operation[1])
        if owner is None or name in self.anyones or name.startswith("__"):
            return False
        if not stores.is_method(program, path, operation[1]):
            return False
        return self._of(owner).isdisjoint(self._classes.get(name, ())) and not self._inherits(owner, name)

    def _of(self, owner: ClassKey) -> frozenset[ClassKey]:
        known = self._relatives.get(owner)
        if known is None:
            line, heirs = classes.ancestry(self._program, owner), classes.subclasses(self._program, owner)
            known = self._relatives[owner] = frozenset((*line, *heirs))
        return known

    def _inherits(self, owner: ClassKey, name: str) -> bool:
        """Whether a base defines it: a method of a base may see more of this class than it sees of its own."""
        return any(
            name in self._program.class_(*base).members
            for base in classes.ancestry(self._program, owner)[1:]
            if not isinstance(base, str) and base[0] in self._program.facts
        )
