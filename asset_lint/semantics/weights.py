"""What a node is worth to the rules: what its value has to do with guarded classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from asset_lint.semantics import calls, library
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.links import OPERANDS
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Atom, ClassKey, Context, Values, class_key

BUILDS = 1
"""Has to do with a guarded class: the class, an instance, what makes or carries them."""

OPEN = 2
"""Hangs on a parameter of the function it stands in."""

HOLDS = 4
"""A class with an attribute of interest, an instance of it, a module, or what gives or contains one."""

GIVEN = 8
"""A parameter at which something that builds arrives."""

TURNS = 16
"""A function whose result hangs on what it is given, in a way that can matter."""

LOOKS = 32
"""Looks things up by name."""

NAMED = 64
"""A name, of interest, of a module that has not been read."""

LOOKUPS = frozenset(
    """builtins.getattr inspect.getattr_static builtins.globals builtins.locals builtins.vars importlib.import_module
    builtins.__import__ pkgutil.resolve_name operator.attrgetter operator.methodcaller types.SimpleNamespace""".split()
)

Node = tuple[str, int]


class Weights:
    """
    Weighs values, given what is known of nodes (*marks*), *functions* and *classes* so far.

    *given* are parameters to be followed, *words* names of interest in modules that have not been read. *watching* has
    the nodes whose worth hangs on what is known of something.
    """

    def __init__(self, program: Program, guards: list[Guard]) -> None:
        self._program = program
        self._guards = guards
        self.marks: dict[str, dict[int, int]] = {path: {} for path in program.facts}
        self.functions: dict[tuple[str, int], int] = {}
        self.classes: dict[ClassKey, int] = {}
        self.given: set[Any] = set()
        self.words: frozenset[str] = frozenset()
        self.watching: dict[Any, dict[Node, None]] = {}
        self.modules: set[str] = set()
        self._homes = {
            home for guard in guards for key in guard.classes if isinstance(key, str) for home in _homes(key)
        }
        self._turning: dict[tuple[str, int], bool] = {}
        self._results: dict[Atom, Values] = {}
        self._calling = False
        self._current: Node = ("", NONE)
        self._inner: dict[Any, int] = {}
        self._ways: dict[str, Callable[[Atom], int]] = {
            **dict.fromkeys(("param", "dep"), self._of_parameter),
            **dict.fromkeys(("class", "ext"), self._of_class),
            "inst": self._of_instance,
            **dict.fromkeys(("func", "bound", "static", "cm", "prop"), self._of_function),
            **dict.fromkeys(("partial", "pmethod"), self._of_partial),
            "alloc": self._of_alloc,
            **dict.fromkeys(("coll", "map", "gives", "pickled"), lambda atom: self._within(atom[1])),
            "tuple": self._of_tuple,
            "meth": self._of_method,
            "super": lambda atom: self._worth(atom[2:3]),
            **dict.fromkeys(("ns", "getter", "caller"), lambda atom: LOOKS),
            "typex": self._of_type,
            "stub": self._of_stub,
            "mod": self._of_module,
        }

    def weigh(self, path: str, node: int, values: Values) -> int:
        """The worth of *values*, which a node has."""
        self._inner.clear()
        self._current = (path, node)
        return self._worth(values)

    def _watch(self, key: Any) -> None:
        """Let the node that is being weighed be weighed again when *key* is marked."""
        self.watching.setdefault(key, {})[self._current] = None

    def _within(self, values: Values) -> int:
        """The worth of values inside others, which may be there many times."""
        known = self._inner.get(values)
        if known is None:
            known = self._inner[values] = self._worth(values)
        return known

    def _worth(self, values: Iterable[Atom]) -> int:
        bits = 0
        for atom in values:
            way = self._ways.get(atom[0])
            if way is not None:
                bits |= way(atom)
        return bits

    def _of_parameter(self, atom: Atom) -> int:
        return OPEN | (GIVEN if atom[1:4] in self.given else 0)

    def _of_class(self, atom: Atom) -> int:
        key = class_key(atom)
        self._watch(key)
        bits = self.classes.get(key, 0)
        if any(guard.matches(self._program, key) for guard in self._guards):
            bits |= BUILDS
        if atom[0] == "ext":
            bits |= LOOKS if key in LOOKUPS else BUILDS if key in self._program.managed_names else 0
            bits |= HOLDS if key in self._homes else 0
        return bits

    def _of_module(self, atom: Atom) -> int:
        self._watch(("mod", atom[1]))
        return HOLDS if atom[1] in self.modules else 0

    def _of_instance(self, atom: Atom) -> int:
        self._watch(atom[1])
        bits = self.classes.get(atom[1], 0)
        if isinstance(atom[2], tuple):
            for _, values in atom[2][1]:
                bits |= self._within(values) & ~OPEN
        return bits | (BUILDS if any(guard.matches(self._program, atom[1]) for guard in self._guards) else 0)

    def _of_function(self, atom: Atom) -> int:
        self._watch(("func", atom[1], atom[2]))
        bits = self.functions.get((atom[1], atom[2]), 0) | self._of_context(atom[3])
        if atom[0] == "bound":
            receiver = self._worth(atom[4:5])
            if receiver & ~OPEN and self._turns(atom[1], atom[2]):
                bits |= TURNS | self._called(atom)
        return bits & ~OPEN

    def _called(self, atom: Atom) -> int:
        """What a call of a bound method gives; nothing is said of methods that it gives in turn."""
        if self._calling:
            return 0
        values = self._results.get(atom)
        if values is None:
            values = self._results[atom] = self._program.call(frozenset((atom,)), ())
        self._calling = True
        try:
            return self._worth(values)
        finally:
            self._calling = False

    def _of_context(self, context: Context) -> int:
        if context is None:
            return 0
        known = self._inner.get(context)
        if known is None:
            frame = self._program.frame(context)
            assert frame is not None
            known = self._of_context(frame[3])
            for _, values in frame[2]:
                known |= self._within(values)
            self._inner[context] = known
        return known & ~OPEN

    def _turns(self, path: str, index: int) -> bool:
        """Whether what a function gives hangs on its parameters."""
        known = self._turning.get((path, index))
        if known is None:
            program = self._program
            found = calls.returned(program, path, index, None)
            known = self._turning[path, index] = bool(calls.dependence(program, path, index, found, None))
        return known

    def _of_partial(self, atom: Atom) -> int:
        bits = self._within(atom[1])
        for _, _, values in atom[2]:
            bits |= self._within(values)
        return bits & ~OPEN

    def _of_alloc(self, atom: Atom) -> int:
        self._watch(("alloc", atom[1], atom[2]))
        return self.marks[atom[1]].get(atom[2], 0) & ~OPEN | self._of_context(atom[3])

    def _of_tuple(self, atom: Atom) -> int:
        bits = 0
        for values in atom[1]:
            bits |= self._within(values)
        return bits

    def _of_method(self, atom: Atom) -> int:
        receiver = atom[1]
        if receiver[0] == "inst" and atom[2] not in library.COPY_METHODS:
            return 0
        return self._worth((receiver,))

    def _of_type(self, atom: Atom) -> int:
        nodes = self._program.facts[atom[1]].nodes
        bits, stack, seen = 0, [atom[2]], set()
        while stack:
            node = stack.pop()
            if node in seen or node == NONE:
                continue
            seen.add(node)
            bits |= self.marks[atom[1]].get(node, 0)
            if nodes[node][0] in {"item", "binop", "seq", "same", "join"}:
                stack += OPERANDS[nodes[node][0]](nodes[node])
        return bits

    def _of_stub(self, atom: Atom) -> int:
        return NAMED if self.words and not self.words.isdisjoint(names_in(atom[2])) else 0


def _homes(dotted: str) -> Iterable[str]:
    """The modules and classes that a dotted name leads through."""
    parts = dotted.split(".")
    return (".".join(parts[:cut]) for cut in range(1, len(parts)))


def names_in(dotted: str) -> frozenset[str]:
    """The names in what a module that has not been read is asked for."""
    return frozenset(part.rstrip("()[]") for part in dotted.split("."))
