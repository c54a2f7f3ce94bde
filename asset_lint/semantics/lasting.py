"""
Whether a mapping outlives the call that fills it, and serves as a cache.

Those of modules, classes, functions and closures do. One of an object counts only where it is used as a cache: somebody
looks whether a thing is there before it is put in, or returns what is, or takes out by its identity what was put in
under it. Else it is what the object works with: drafts, a list of members.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asset_lint.semantics import containers
from asset_lint.semantics.caching import MAPPINGS
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE, Facts
from asset_lint.semantics.fills import Fill, is_by_identity, made, plain, taken_from
from asset_lint.semantics.flows.graph import dotted_name
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.makers import MAPPINGS as MAKERS
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Atom, ClassKey, class_key

_DEEPEST = 3


class Lasting:
    """Tells of the mappings of a program, but for those of a guard's manager, whether they are caches."""

    def __init__(self, program: Program, guard: Guard) -> None:
        self._program = program
        self._guard = guard
        self._made: dict[str, dict[int, str]] = {}

    def __call__(self, fill: Fill) -> bool:
        """Whether what is put in stays, in a cache beside the manager."""
        facts = self._program.facts[fill.path]
        if fill.base == NONE:
            return True
        if fill.attribute:
            return self._counts(fill, facts, fill.base, fill.attribute, NONE)
        return self._lasts(fill, facts, plain(facts, fill.base), 0)

    def _lasts(self, fill: Fill, facts: Facts, node: int, depth: int) -> bool:
        operation = facts.nodes[node]
        if node in self._made.setdefault(fill.path, made(facts)):
            return True
        if (outer := taken_from(facts, node)) != NONE:
            return depth < _DEEPEST and self._lasts(fill, facts, outer, depth + 1)
        if operation[0] == "free":
            return _is_kept_by_closure(facts, operation)
        if operation[0] == "param":
            return self._is_own_default(fill.path, facts, operation) or self._is_mapping_itself(fill.path, operation)
        if operation[0] == "attr" and not self._counts(fill, facts, operation[1], operation[2], node):
            return False
        if operation[0] == "attr" and self._is_on_function(fill.path, facts, operation):
            return True
        if operation[0] not in {"attr", "global", "from", "star"}:
            return False
        return any(self._is_mapping(atom) for atom in self._program.value(fill.path, node))

    # -- attributes -------------------------------------------------------------------------------------------

    def _counts(self, fill: Fill, facts: Facts, base: int, name: str, node: int) -> bool:
        """Whether an attribute is that of a module, of a class that may not build, or serves as a cache of objects."""
        for atom in self._program.value(fill.path, base):
            if atom[0] in {"mod", "func"}:
                return True
            if atom[0] in {"inst", "class"}:
                line = ancestry(self._program, atom[1] if atom[0] == "inst" else class_key(atom))
                if self._is_part_of_manager(line) or any(one in self._guard.classes for one in line):
                    return False
                return self._is_of_class(line, name) or self._serves(fill, facts, name, node)
        return False

    def _serves(self, fill: Fill, facts: Facts, name: str, node: int) -> bool:
        if fill.key >= 0 and facts.nodes[plain(facts, fill.key)][0] == "const":
            return False  # a place for one thing of a kind
        if node != NONE and (_is_looked_up(facts, node) or _is_served(facts, node)):
            return True
        return is_by_identity(facts, fill) and name in self._taken()

    def _taken(self) -> set[str]:
        """The attributes out of which something is taken by a key."""
        known: set[str] | None = self._program.tables.get("taken by key")
        if known is None:
            known = self._program.tables["taken by key"] = set()
            for facts in self._program.facts.values():
                for site in (*facts.items, *facts.sites):
                    if facts.nodes[site.node][0] != "decorate" and (base := taken_from(facts, site.node)) != NONE:
                        known.update(facts.nodes[base][2:3] if facts.nodes[base][0] == "attr" else ())
        return known

    def _is_part_of_manager(self, line: tuple[ClassKey, ...]) -> bool:
        """Whether a class, with its bases, is a manager or a base of one, whose mappings are the manager's."""
        managers = self._guard.managers
        return any(manager in line or line[0] in ancestry(self._program, manager) for manager in managers)

    def _is_of_class(self, line: tuple[ClassKey, ...], name: str) -> bool:
        """Whether all instances share what lies under a name."""
        own = (base for base in line if not isinstance(base, str) and base[0] in self._program.facts)
        return any(name in self._program.class_(*base).members for base in own)

    def _is_on_function(self, path: str, facts: Facts, operation: Any) -> bool:
        """``load.known[key] = ...`` beside ``load.known = {}``."""
        return any(atom[0] == "func" for atom in self._program.value(path, operation[1])) and any(
            name == operation[2] and _is_display(facts, value) for _, name, value, _ in facts.attribute_stores
        )

    # -- mappings ---------------------------------------------------------------------------------------------

    def _is_own_default(self, path: str, facts: Facts, operation: Any) -> bool:
        """A parameter that is a mapping, made once, where nobody passes one."""
        default = facts.functions[operation[1]].parameters[operation[2]].default
        return default != NONE and _is_display(facts, default)

    def _is_mapping_itself(self, path: str, operation: Any) -> bool:
        """``self``, in a class that is a mapping."""
        owner = self._program.function(path, operation[1]).owner
        if operation[2] != 0 or owner == NONE:
            return False
        line = ancestry(self._program, (path, owner))
        return self._is_mapping_class(line) and not self._is_part_of_manager(line)

    def _is_mapping_class(self, line: tuple[ClassKey, ...]) -> bool:
        return any(name in MAKERS or name in MAPPINGS for owner in line for name in self._bases(owner))

    def _bases(self, key: ClassKey) -> Iterator[str]:
        """The dotted names of the bases of a class that are outside, with those that annotations read as types."""
        if isinstance(key, str) or key[0] not in self._program.facts:
            return
        facts = self._program.facts[key[0]]
        for node in facts.classes[key[1]].bases:
            base = facts.nodes[plain(facts, node)]
            values = self._program.value(key[0], base[1] if base[0] == "item" else node)
            yield from (str(atom[1]) for atom in values if atom[0] == "ext")

    def _is_mapping(self, atom: Atom) -> bool:
        if atom[0] == "map":
            return True
        if atom[0] == "alloc":
            operation = self._program.facts[atom[1]].nodes[atom[2]]
            if operation[0] == "call":
                return containers.is_mapping(self._program, atom[1], operation)
            return bool(operation[0] == "dict" or operation[:2] == ("comp", "dictcomp"))
        if atom[0] == "inst" and not isinstance(atom[1], str):
            line = ancestry(self._program, atom[1])
            return self._is_mapping_class(line) and not self._is_part_of_manager(line)
        return dotted_name(atom) in MAPPINGS


def is_taken_around(facts: Facts, fill: Fill, scope: int) -> bool:
    """Whether the function that fills a mapping, in that scope, takes something out of it, too."""
    base = facts.nodes[plain(facts, fill.base)] if fill.base != NONE else None
    return base is not None and any(
        site.scope == scope
        and facts.nodes[site.node][0] != "decorate"
        and (other := taken_from(facts, site.node)) != NONE
        and facts.nodes[other] == base
        for site in (*facts.items, *facts.sites)
    )


def _is_display(facts: Facts, node: int) -> bool:
    operation = facts.nodes[plain(facts, node)]
    if operation[0] == "call":
        callee = facts.nodes[plain(facts, operation[1])]
        return callee[-1] in {"dict", "OrderedDict", "defaultdict", "WeakValueDictionary"}
    return bool(operation[0] == "dict" or operation[:2] == ("comp", "dictcomp"))


def _is_kept_by_closure(facts: Facts, operation: Any) -> bool:
    """Whether the function whose name it is returns a function that may see it, and binds it to a mapping."""
    function = facts.functions[facts.scopes[operation[1]].owner]
    if not any(_is_display(facts, node) for node in function.defs.get(operation[2], ())):
        return False
    return any(_is_function(facts, node) for node in function.returns)


def _is_function(facts: Facts, node: int) -> bool:
    operation = facts.nodes[plain(facts, node)]
    if operation[0] == "decorate":
        return _is_function(facts, operation[2])
    return bool(operation[0] == "func")


def _is_looked_up(facts: Facts, node: int) -> bool:
    """Whether a function looks at an attribute of its object before, at *node*, it stores into what lies there."""
    name, own = facts.nodes[node][2], _own(facts, node)
    return own is not None and any(
        operation[0] == "attr" and operation[2] == name and _own(facts, place) == own
        for place, operation in enumerate(facts.nodes[:node])
    )


def _is_served(facts: Facts, node: int) -> bool:
    """Whether a method of the class returns what it takes out of the mapping at *node*, an attribute."""
    name, own = facts.nodes[node][2], _own(facts, node)
    owner = facts.functions[own].owner if own is not None else NONE
    return owner != NONE and any(
        (base := taken_from(facts, value)) != NONE and facts.nodes[base][0] == "attr" and facts.nodes[base][2] == name
        for function in facts.functions
        if function.owner == owner
        for value in function.returns
    )


def _own(facts: Facts, node: int) -> int | None:
    """The method whose first parameter *node* is an attribute of."""
    base = facts.nodes[plain(facts, facts.nodes[node][1])]
    return int(base[1]) if base[0] == "param" and base[2] == 0 else None
