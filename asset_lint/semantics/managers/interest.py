"""Which calls build, and which functions of the manager are worth following: the others are passed over."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from asset_lint.findings import Certainty, Span
from asset_lint.semantics import members
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.managers.tables import FILLING
from asset_lint.semantics.managers.trees import Tree, Trees
from asset_lint.semantics.managers.units import Method, Unit, methods_of
from asset_lint.semantics.program import Program
from asset_lint.semantics.sites import Call
from asset_lint.semantics.values import SELF, ClassKey, class_key, instance

Made = tuple[ClassKey, Certainty]
_STORING = FILLING | {"setdefault"}


class _Content(NamedTuple):
    """What a function does by itself, and the words in it, by which it may call others."""

    builds: bool
    stores: bool
    words: frozenset[str]


class Interest:
    """Of one manager; *calls* gives the calls of a module that can matter to a guard."""

    def __init__(
        self, program: Program, guard: Guard, trees: Trees, unit: Unit, calls: Callable[[str], list[Call]]
    ) -> None:
        self._program = program
        self._guard = guard
        self._trees = trees
        self._unit = unit
        self._calls = calls
        self._made: dict[str, dict[Span, Made]] = {}
        self._contents: dict[tuple[str, int], _Content] = {}
        self._helpers: dict[tuple[str, ...], tuple[ClassKey, ...]] = {}
        self._decided: dict[tuple[str, int, frozenset[str] | None], bool] = {}

    # -- constructions ----------------------------------------------------------------------------------------

    def made(self, tree: Tree, node: ast.Call) -> Made | None:
        """The guarded class that a call makes an instance of, and how sure that is."""
        if tree.path not in self._made:
            self._made[tree.path] = dict(self._constructions(tree.path))
        return self._made[tree.path].get(tree.module.lines.span(node))

    def _constructions(self, path: str) -> Iterator[tuple[Span, Made]]:
        calls = self._calls(path)
        if self._unit.key in self._guard.classes or not self._unit.classes:  # its own cls() is told to nobody
            calls = [
                Call(self._program, path, site)
                for site in self._program.facts[path].sites
                if self._program.facts[path].nodes[site.node][0] == "call"
            ]
        for call in calls:
            if call.is_decorator:
                continue
            match = call.constructed(self._guard) or call.made(self._guard)
            if match is not None:
                yield call.span, (match.key, match.certainty)
                continue
            own = [class_key(atom) for atom in call.callees if atom[0] == "class"]
            if any(self._guard.matches(self._program, key) for key in own):
                yield call.span, (own[0], "certain")

    # -- functions --------------------------------------------------------------------------------------------

    @cached_property
    def _functions(self) -> dict[str, list[Method]]:
        """The functions that the manager may call, by name."""
        found: dict[str, list[Method]] = defaultdict(list)
        for path in self._unit.paths:
            tree = self._trees.of(path)
            for index, node in tree.functions.items() if tree is not None else ():
                owner = self._program.function(path, index).owner
                if owner == NONE or (path, owner) in self._unit.classes:
                    found[node.name].append(Method(path, index, node))
        for key in {key for keys in self._helper_classes().values() for key in keys}:
            for method in methods_of(self._trees, key):
                found[method.name].append(method)
        return found

    def _helper_classes(self) -> dict[str, tuple[ClassKey, ...]]:
        names = {
            node.func.value.attr
            for method in self._unit.methods.values()
            for node in ast.walk(method.node)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Attribute)
        }
        return {name: self.classes_at((name,)) for name in sorted(names)}

    def classes_at(self, names: tuple[str, ...]) -> tuple[ClassKey, ...]:
        """The classes of the project, and their bases, of what an attribute of the manager holds."""
        if names not in self._helpers:
            outer = self.classes_at(names[:-1]) if len(names) > 1 else self._unit.classes
            found: dict[ClassKey, None] = {}
            for key in outer[:1]:
                for atom in members.attribute(self._program, frozenset((instance(key, SELF),)), names[-1]):
                    if atom[0] == "inst" and atom[1] not in self._guard.classes and atom[1] not in self._unit.classes:
                        found.update(dict.fromkeys(ancestry(self._program, atom[1])))
            self._helpers[names] = tuple(key for key in found if not isinstance(key, str))
        return self._helpers[names]

    def builds(self, method: Method) -> bool:
        """Whether a function makes instances, by itself or by what it calls."""
        return self._reaches(method, None)

    def matters(self, method: Method, maps: frozenset[str] | None) -> bool:
        """Whether a function has to do with the maps, or with what may turn out to be one, or makes instances."""
        return self._reaches(method, maps if maps is not None else frozenset(("",)))

    def mentions(self, method: Method, maps: frozenset[str]) -> bool:
        """Whether a function names one of the maps itself, or calls a private one that does."""
        words = self._content(method).words
        return bool(words & maps) or any(
            self._content(other).words & maps
            for word in words
            if word.startswith("_")
            for other in self._functions.get(word, ())
        )

    def _reaches(self, method: Method, maps: frozenset[str] | None) -> bool:
        key = (method.path, method.place, maps)
        if key in self._decided:
            return self._decided[key]
        seen = {method[:2]}
        pending = [method]
        found = False
        while pending and not found:
            current = pending.pop()
            content = self._content(current)
            found = content.builds or (
                maps is not None and (content.stores if "" in maps else bool(content.words & maps))
            )
            for word in content.words:
                for other in self._functions.get(word, ()):
                    if other[:2] not in seen:
                        seen.add(other[:2])
                        pending.append(other)
        self._decided[key] = found
        return found

    def _content(self, method: Method) -> _Content:
        key = method[:2]
        if key not in self._contents:
            self._contents[key] = self._read(method)
        return self._contents[key]

    def _read(self, method: Method) -> _Content:
        tree = self._trees.of(method.path)
        builds = stores = False
        words: set[str] = set()
        for node in ast.walk(method.node):
            if isinstance(node, ast.Attribute):
                words.add(node.attr)
                stores = stores or node.attr in _STORING
            elif isinstance(node, ast.Name):
                words.add(node.id)
            elif isinstance(node, ast.Subscript):
                stores = stores or isinstance(node.ctx, ast.Store)
            elif isinstance(node, ast.Call) and tree is not None:
                builds = builds or self.made(tree, node) is not None or _allocates(node, method.name)
        return _Content(builds, stores, frozenset(words))


def _allocates(node: ast.Call, name: str) -> bool:
    """Whether a call in a function of that name may be the one that makes the object itself."""
    return isinstance(node.func, ast.Attribute) and node.func.attr == name and name in {"__new__", "__call__"}
