"""The project as a whole: what each node may be, asked one at a time and remembered."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable
from typing import Any

from asset_lint.semantics.facts import NONE, ClassFacts, Facts, FunctionFacts
from asset_lint.semantics.modules import ModuleMap
from asset_lint.semantics.values import EMPTY, UNKNOWNS, Atom, Context, Values

Bindings = tuple[tuple[int, Values], ...]
Frame = tuple[str, int, Bindings, Context]
"""Path and index of a function, what its parameters are, and the context around it."""
Place = tuple[str, int, int]
"""A parameter: path, function, index."""
Arguments = tuple[tuple[str, str, Values], ...]
"""Arguments of a call: kind ("", "=", "*" or "**"), name, values."""

DEEPEST = 600
"""How far one question may lead to others before the answer is "unknown"."""

_LEAVES = frozenset({"const", "func", "class", "module", "dict", "seq", "comp", "unknown", "unbound"})
"""What is its own answer: quicker given than remembered."""

_ROUNDS = 12
_WIDEST = 150


class Program:
    """
    The facts of all modules read so far, and what follows from them.

    Values are computed on demand. A question that comes back to itself is answered with what is known so far and
    asked again until the answer stays: the usual fixpoint, bounded by ``_ROUNDS`` and ``DEEPEST``; *bounded* holds
    the places where a bound was hit.
    """

    def __init__(
        self,
        modules: ModuleMap,
        handlers: dict[str, Callable[..., Values]],
        caller: Callable[[Program, Values, Arguments], Values],
        *,
        star_paths: Container[str] = frozenset(),
    ) -> None:
        self.modules = modules
        self._handlers = handlers
        self._caller = caller
        self.star_paths = star_paths
        self.facts: dict[str, Facts] = {}
        self.wanted: set[str] = set()
        self.bounded: set[tuple[str, int]] = set()
        self.managed_functions: frozenset[tuple[str, int]] = frozenset()
        self.guarded: frozenset[Any] = frozenset()
        self.managed_names: dict[str, tuple[Any, ...]] = {}
        self.nesting = 0
        self._frames: list[Frame] = []
        self._frame_ids: dict[Frame, int] = {}
        self.external_classes: frozenset[str] = frozenset()
        self.memo: dict[Hashable, Values] = {}
        self.tables: dict[str, Any] = {}
        self._active: dict[Hashable, int] = {}
        self._partial: dict[Hashable, Values] = {}
        self._provisional: dict[Hashable, int] = {}
        self._waiting: list[Hashable] = []
        self._changes = 0
        self._lowest: list[int] = []

    @property
    def is_settled(self) -> bool:
        """Whether what was asked so far inside the current question does not depend on an open one."""
        return not self._lowest or self._lowest[-1] >= len(self._active)

    def add(self, facts: Iterable[Facts]) -> None:
        """Take the facts of further modules; answers that are known so far are forgotten."""
        for module in facts:
            self.facts[module.path] = module
        self.forget()

    def forget(self) -> None:
        """Forget every answer."""
        self.memo.clear()
        self.tables.clear()

    def function(self, path: str, index: int) -> FunctionFacts:
        """A function of the project."""
        return self.facts[path].functions[index]

    def class_(self, path: str, index: int) -> ClassFacts:
        """A class of the project."""
        return self.facts[path].classes[index]

    def symbol(self, path: str, scope: int) -> str:
        """The dotted name of a scope inside its module."""
        return self.facts[path].scopes[scope].symbol if scope != NONE else ""

    def name_of_class(self, key: Any) -> str:
        """The full dotted name of the class with *key*."""
        if isinstance(key, str):
            return key
        path, index = key
        module = self.modules.name_of(path)
        symbol = self.symbol(path, self.class_(path, index).scope)
        return f"{module}.{symbol}" if module else symbol

    def value(self, path: str, node: int, context: Context = None) -> Values:
        """What *node* of the module at *path* may be in *context*."""
        known = self.memo.get((path, node, context))
        if known is not None:
            return known
        nodes = self.facts[path].nodes
        operation = nodes[node]
        while operation[0] == "same":
            node = operation[1]
            operation = nodes[node]
        handler = self._handlers[operation[0]]
        if operation[0] in _LEAVES:
            return handler(self, path, node, operation, context)
        return self.ask((path, node, context), lambda: handler(self, path, node, operation, context))

    def ask(self, key: Hashable, compute: Callable[[], Values]) -> Values:
        """
        The answer to the question *key*, which *compute* works out; remembered, and safe where it leads to itself.

        Keys that are not nodes start with a word that names the kind of question.
        """
        known = self.memo.get(key)
        if known is not None:
            return known
        depth = self._active.get(key)
        if depth is None and key in self._provisional:
            depth = self._provisional[key]
        if depth is not None:
            self._lowest[-1] = min(self._lowest[-1], depth)
            return self._partial.get(key, EMPTY)
        if len(self._active) >= DEEPEST:
            self._bound(key)
            return UNKNOWNS
        return self._fixpoint(key, compute)

    def _bound(self, key: Any) -> None:
        if isinstance(key[1], int):
            self.bounded.add((key[0], key[1]))

    def _fixpoint(self, key: Hashable, compute: Callable[[], Values]) -> Values:
        """
        Answer *key*; if it leads to itself, again and again until no answer changes that depends on it.

        What depends on an open question further out stays provisional: it is used as it is until that question goes
        round once more, and final when that one is answered.
        """
        depth = len(self._active)
        self._active[key] = depth
        first = len(self._waiting)
        unfinished: Values = EMPTY
        for left in reversed(range(_ROUNDS)):
            changes = self._changes
            self._lowest.append(depth + 1)
            result = self._bounded(compute())
            lowest = self._lowest.pop()
            if lowest > depth:
                break
            result = self._grown(key, result)
            if lowest < depth or changes == self._changes:
                break
            if left:
                self._release(first)
        else:
            self._bound(key)
            unfinished = UNKNOWNS
        del self._active[key]
        if lowest < depth:
            self._lowest[-1] = min(self._lowest[-1], lowest)
            self._waiting.append(key)
            for waiting in self._waiting[first:]:  # what depends on this one depends on what this one depends on
                if self._provisional.get(waiting, depth) >= lowest:
                    self._provisional[waiting] = lowest
            return result
        for waiting in self._release(first):
            self.memo[waiting] = self._partial.pop(waiting) | unfinished
        self._partial.pop(key, None)
        self.memo[key] = result | unfinished
        return self.memo[key]

    @staticmethod
    def _bounded(result: Values) -> Values:
        """So many possibilities are no knowledge any more; what can be called or passed on is kept a little longer."""
        if len(result) <= _WIDEST:
            return result
        kept = frozenset(atom for atom in result if atom[0] in {"class", "func", "param"})
        return (kept if len(kept) <= 2 * _WIDEST else EMPTY) | UNKNOWNS

    def _grown(self, key: Hashable, result: Values) -> Values:
        before = self._partial.get(key)
        grown = result if before is None else result | before
        if grown != before:
            self._partial[key] = grown
            self._changes += 1
        return grown

    def _release(self, first: int) -> list[Hashable]:
        """Take back the provisional answers given since the list of them had *first* entries."""
        waiting = self._waiting[first:]
        del self._waiting[first:]
        for key in waiting:
            self._provisional.pop(key, None)
        return waiting

    def context(self, path: str, function: int, bindings: Bindings, outer: Context) -> Context:
        """The context of a call of a function: a number, since it is part of many keys."""
        frame = (path, function, bindings, outer)
        known = self._frame_ids.get(frame)
        if known is None:
            known = self._frame_ids[frame] = len(self._frames)
            self._frames.append(frame)
        return known

    def frame(self, context: Context) -> Frame | None:
        """What is known in a context."""
        return None if context is None else self._frames[context]

    def depth_of(self, context: Context) -> int:
        """How many contexts lie around each other."""
        depth = 0
        while (frame := self.frame(context)) is not None:
            depth, context = depth + 1, frame[3]
        return depth

    def call(self, callees: Values, arguments: Arguments) -> Values:
        """What calling any of *callees* may give."""
        return self._caller(self, callees, arguments)

    def union(self, path: str, nodes: Iterable[int], context: Context = None) -> Values:
        """What any of *nodes* may be."""
        result: set[Atom] = set()
        for node in nodes:
            result |= self.value(path, node, context)
        return frozenset(result)
