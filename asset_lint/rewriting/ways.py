"""
The ways from a site to a manager, in the order of the contract.

What is nearest comes first: a name that is bound to the manager, an attribute of ``self``, an attribute or getter of an
object at hand, a function or singleton of the manager's module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asset_lint.rewriting.initialising import doubt_about
from asset_lint.rewriting.kinds import note_unread
from asset_lint.rewriting.names import Import, Reference, class_reference, reference
from asset_lint.rewriting.nonetests import is_not_none
from asset_lint.rewriting.reachable import (
    MARKS,
    Path,
    Reachable,
    classes_of,
    getters,
    is_manager,
    may_be_none,
    only_class,
    shared_functions,
    without_none,
)
from asset_lint.rewriting.scope import Binding, Scope
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.values import OWN, SELF, ClassKey, Values, class_key

INSTANCE, CLASS = "instance", "class"
_NEAR = frozenset({"parameter", "local", "free"})


@dataclass(frozen=True)
class Way:
    """
    How the manager is written at a site.

    *kind* is INSTANCE, or CLASS where it is the manager's class itself. *uses* are the texts of the site's arguments
    that lie on the way. *doubt* says why a person has to look at it, empty where there is none; *is_shared* tells the
    one manager of the process. *classes* are those of the manager, empty where they are not known.
    """

    text: str
    kind: str = INSTANCE
    needs: tuple[Import, ...] = ()
    uses: frozenset[str] = frozenset()
    doubt: str = ""
    is_shared: bool = False
    classes: frozenset[ClassKey] = frozenset()

    @property
    def root(self) -> str:
        """The name that it begins with."""
        return self.text.partition(".")[0].partition("(")[0]


@dataclass(frozen=True)
class InHand:
    """An argument of the site: its syntax and what it is."""

    syntax: ast.expr
    values: Values


class Ways:
    """Ways that are looked for when somebody asks for the next one, and remembered."""

    def __init__(self, found: Iterator[Way]) -> None:
        self._found = found
        self._known: list[Way] = []

    def __iter__(self) -> Iterator[Way]:
        yield from self._known
        place = len(self._known)
        while True:
            if place == len(self._known):
                following = next(self._found, None)
                if following is None:
                    return
                self._known.append(following)
            yield self._known[place]
            place += 1


def ways(scope: Scope, guard: Guard, reachable: Reachable, in_hand: Sequence[InHand]) -> Iterator[Way]:
    """Yield the ways to the managers of *guard*, the best first."""
    yield from _names(scope, guard)
    yield from _of_self(scope, guard, reachable, direct=True)
    yield from _of_arguments(scope, reachable, in_hand)
    yield from _of_objects(scope, reachable)
    yield from _of_self(scope, guard, reachable, direct=False)
    yield from _shared(scope, guard)


def class_ways(scope: Scope, guard: Guard) -> Iterator[Way]:
    """Yield the ways to the managers' classes, for what is called on the class: the one at hand first."""
    managers = set(guard.managers)
    for binding in scope.bindings():
        keys = {class_key(atom) if atom[0] == "class" else None for atom in binding.values if atom[0] not in MARKS}
        if binding.kind in _NEAR and keys and all(key in managers for key in keys):
            yield Way(binding.name, CLASS, classes=frozenset(key for key in keys if key is not None))
    for key in _manager_classes(guard):
        found = class_reference(scope, key)
        if found is not None:
            yield Way(found.text, CLASS, found.needs, classes=frozenset((key,)))


def _names(scope: Scope, guard: Guard) -> Iterator[Way]:
    program = scope.file.program
    near = [binding for binding in scope.bindings() if binding.kind in _NEAR]
    for binding in near:
        note_unread(program, binding.values)
    found = [
        binding
        for binding in near
        if is_manager(program, guard, without_none(binding.values)) and _is_there(scope, binding)
    ]
    for binding in sorted(found, key=lambda item: ("manager" not in item.name, item.kind != "parameter")):
        yield Way(binding.name, classes=classes_of(binding.values))


def _is_there(scope: Scope, binding: Binding) -> bool:
    """Whether the name cannot be None at the site."""
    return not may_be_none(binding.values) or is_not_none(scope, binding.name)


def _of_self(scope: Scope, guard: Guard, reachable: Reachable, *, direct: bool) -> Iterator[Way]:
    """Yield ways through ``self``; *direct* those of one step, else those through objects that it has."""
    name = scope.receiver
    if name is None or scope.method is None:
        return
    program, path = scope.file.program, scope.file.path
    key = (path, program.function(path, scope.method).owner)
    if direct and ("class", *key, OWN) in scope.binding(name).values:  # type: ignore[union-attr]
        for suffix, sure in getters(program, guard, key):
            if sure:
                yield Way(name + suffix)
    if ("inst", key, SELF) not in scope.binding(name).values:  # type: ignore[union-attr]
        return
    for found in reachable.paths(key, own=True):
        parts = found.suffix.strip(".").split(".")
        text = name + found.suffix
        if _leads_back(scope, found.suffix):
            continue
        if (len(parts) == 1) is not direct or not (found.is_sure or is_not_none(scope, text)):
            continue
        doubt = doubt_about(scope, name, parts[0])
        if doubt is not None:
            yield Way(text, doubt=doubt, classes=found.classes)


def _of_arguments(scope: Scope, reachable: Reachable, in_hand: Sequence[InHand]) -> Iterator[Way]:
    """Yield ways through what the site passes: the context that the new object was to belong to."""
    for argument in in_hand:
        if not is_pure(argument.syntax):
            continue
        text = scope.file.text(argument.syntax)
        if may_be_none(argument.values) and not is_not_none(scope, text):
            continue
        key = only_class(without_none(argument.values))
        for found in reachable.paths(key) if key is not None else ():
            yield from _through(scope, text, found)


def _through(scope: Scope, start: str, path: Path) -> Iterator[Way]:
    """The way along *path*; none where an attribute on it may be None."""
    text = start + path.suffix
    sure = path.is_sure or is_not_none(scope, text)
    if _leads_back(scope, path.suffix):
        return
    if sure or text.endswith("()"):
        yield Way(text, uses=frozenset((start,)), doubt=_doubt(sure, text), classes=path.classes)


def _leads_back(scope: Scope, suffix: str) -> bool:
    """Whether a way goes through the function that the site is in, which would call itself."""
    facts = scope.file.program.facts[scope.file.path]
    around = {facts.functions[seen.owner].name for seen in scope.scopes if seen.kind == "function"}
    return not around.isdisjoint(suffix.replace("()", "").split("."))


def is_pure(node: ast.expr) -> bool:
    """Whether the text of *node* can be written once more without doing more: a name and its attributes."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _doubt(is_sure: bool, text: str) -> str:
    return "" if is_sure else f"{text} may be None"


def _of_objects(scope: Scope, reachable: Reachable) -> Iterator[Way]:
    for binding in scope.bindings():
        if binding.kind not in _NEAR or binding.name == scope.receiver or not _is_there(scope, binding):
            continue
        key = only_class(without_none(binding.values))
        for found in reachable.paths(key) if key is not None else ():
            yield from _through(scope, binding.name, found)


def _shared(scope: Scope, guard: Guard) -> Iterator[Way]:
    """Yield the one manager of the process: a global, a getter of the manager's class, what its module offers."""
    program = scope.file.program
    for binding in scope.bindings():
        if binding.kind == "global" and is_manager(program, guard, binding.values):
            doubt = f"{binding.name} is one for all"
            yield Way(binding.name, doubt=doubt, is_shared=True, classes=classes_of(binding.values))
    for key in _manager_classes(guard):
        owner = class_reference(scope, key)
        if owner is not None:
            for suffix, sure in getters(program, guard, key):
                yield _singleton(owner, owner.text + suffix, sure, key)
        for name, text, sure in shared_functions(program, guard, key[0]):
            found = reference(scope, key[0], name)
            if found is not None:
                yield _singleton(found, found.text + text.removeprefix(name), sure, key)


def _singleton(found: Reference, text: str, sure: bool, key: ClassKey) -> Way:
    doubt = _doubt(sure, text) or f"{text} is one for all"
    return Way(text, needs=found.needs, doubt=doubt, is_shared=True, classes=frozenset((key,)))


def _manager_classes(guard: Guard) -> list[ClassKey]:
    return sorted(key for key in guard.managers if not isinstance(key, str))
