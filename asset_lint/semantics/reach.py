"""
Which nodes can matter to the rules, so that nothing needs to be asked about the others.

It begins at the guarded classes and follows the graph from operands to what is made of them, over names where modules
and attributes lie between. Every node on the way is evaluated, and the way goes on only where its value is one that
matters: something that builds or is built, or something that hangs on a parameter and may be so in some call.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asset_lint.semantics import classes, containers
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.links import DISPLAYS, OPERANDS, Linked, puts
from asset_lint.semantics.owners import Owners
from asset_lint.semantics.program import Program
from asset_lint.semantics.sites import Call, builders
from asset_lint.semantics.values import ClassKey, class_key
from asset_lint.semantics.weights import BUILDS, GIVEN, HOLDS, LOOKS, LOOKUPS, NAMED, OPEN, TURNS, Node, Weights

_MATTERS = BUILDS | GIVEN | LOOKS | NAMED
_DEEP = frozenset({"loads", "to_thread", "submit", "model_copy"})
"""The names of functions that may copy what is inside of something."""
_LEARNED = BUILDS | TURNS | GIVEN

_LOOKUP_NAMES = tuple(name.rpartition(".")[2] for name in sorted(LOOKUPS))
_PROTOCOL = frozenset(
    """__call__ __new__ __get__ __enter__ __aenter__ __iter__ __next__ __aiter__ __anext__ __getitem__
    __await__""".split()
)


class Reach:
    """
    The nodes that can matter, for all guards together.

    *linked* has the links of modules that were read before, and is added to.
    """

    def __init__(self, program: Program, guards: Iterable[Guard], linked: Linked | None = None) -> None:
        self._program = program
        self._guards = [guard for guard in guards if guard.classes]
        self._linked = linked or Linked()
        self._linked.add(program.facts)
        self._links = self._linked.modules
        self._weights = Weights(program, self._guards)
        self.marks = self._weights.marks
        self._functions = self._weights.functions
        self._classes = self._weights.classes
        self._waiting: list[Node] = []
        self._queued: set[Node] = set()
        self._names: set[tuple[str, str]] = set()
        self._fields: set[str] = set()
        self._changed: set[str] = set()
        self._owners = Owners(program)
        self._attributes: set[str] = set()
        self._holding = _stored_values(program)
        if self._guards:
            self._begin()
            self._run()

    # -- answers ----------------------------------------------------------------------------------------------

    def sites(self, path: str) -> list[Any]:
        """The sites of a module about which there is something to ask."""
        marks = self.marks.get(path)
        if not marks:
            return []
        facts = self._program.facts[path]
        return [site for site in facts.sites if self._is_of_interest(marks, facts.nodes, site.node)]

    @staticmethod
    def _is_of_interest(marks: dict[int, int], nodes: list[Any], index: int) -> bool:
        operation = nodes[index]
        if marks.get(index, 0) & _MATTERS:
            return True
        callee = nodes[operation[1]]
        while callee[0] == "same":
            callee = nodes[callee[1]]
        wanted = _MATTERS | HOLDS if callee[-1] in _DEEP else _MATTERS
        if callee[-1] == "deepcopy" or any(marks.get(one, 0) & wanted for one in OPERANDS[operation[0]](operation)):
            return True
        return callee[0] == "attr" and bool(marks.get(callee[1], 0) & wanted)

    def calls(self, path: str) -> list[Call]:
        """The same, evaluated."""
        table: dict[tuple[str, int], Call] = self._program.tables.setdefault("calls", {})
        found = []
        for site in self.sites(path):
            key = (path, id(site))
            if key not in table:
                table[key] = Call(self._program, path, site)
            found.append(table[key])
        return found

    def new_calls(self) -> list[Call]:
        """The calls in the modules where anything has changed since this was last asked."""
        changed, self._changed = sorted(self._changed), set()
        return [call for path in changed for call in self.calls(path)]

    def may_be_learned(self, path: str, node: int) -> bool:
        """Whether what is bound to *node* may build, or give an instance."""
        return bool(self.marks[path].get(node, 0) & _LEARNED)

    def may_hold(self, path: str, node: int) -> bool:
        """Whether *node* may be, give or contain an instance of one of the classes of ``hold``."""
        return bool(self.marks[path].get(node, 0) & (HOLDS | TURNS))

    def may_be_attribute(self, name: str) -> bool:
        """Whether an attribute of this name may build, give or hold anything."""
        return name in self._attributes

    def classes(self, bits: int) -> list[tuple[str, int]]:
        """The classes of the project that are marked with one of *bits*."""
        return sorted(key for key, known in self._classes.items() if known & bits and not isinstance(key, str))

    def want_stores(self) -> None:
        """Ask for the modules, not read so far, that something that builds is put into, or decorated by."""
        program = self._program
        for path, facts in program.facts.items():
            for receiver, value in puts(facts):
                if self._puts_builder(path, value):
                    program.wanted |= {atom[1] for atom in program.value(path, receiver) if atom[0] == "stub"}

    def _puts_builder(self, path: str, node: int) -> bool:
        if not self.marks[path].get(node, 0) & BUILDS:
            return False
        values = self._program.value(path, node)
        return any(builders(self._program, guard, values) for guard in self._guards)

    # -- where it begins --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        for guard in self._guards:
            for key in guard.classes:
                self._mark_class(key, BUILDS)
            for name in (guard.spec.class_name, *guard.spec.managers, *guard.external_functions):
                self._name(name.rpartition(".")[2])
            for part in guard.spec.class_name.split("."):
                self._names.add(("module", part))
        for name in (*_LOOKUP_NAMES, "__dict__"):
            self._name(name)

    def _name(self, name: str) -> None:
        self._owners.anyones.add(name)
        self._names.add(("attribute", name))
        self._names.add(("anywhere", name))

    def give(self, places: Iterable[Any]) -> None:
        """Follow the parameters at *places* as well."""
        self._stir_given(places)
        self._run()

    def _stir_given(self, places: Iterable[Any]) -> None:
        new = set(places) - self._weights.given
        self._weights.given |= new
        for path, function, place in sorted(new):
            if path in self._links:
                for node in self._links[path].parameters.get((function, place), ()):
                    self._stir(path, node)

    def call_field(self, name: str) -> None:
        """Let all calls of attributes of this name count."""
        if name in self._fields:
            return
        self._fields.add(name)
        for path in self._linked.attributes.get(name, ()):
            self._changed.add(path)
            for node in self._links[path].attributes.get(name, ()):
                self.marks[path][node] = self.marks[path].get(node, 0) | GIVEN

    def hold(self, keys: Iterable[ClassKey]) -> None:
        """Follow the instances of these classes as well."""
        for key in keys:
            self._mark_class(key, HOLDS)
        self._run()

    def seek(self, words: frozenset[str]) -> None:
        """Follow the names *words* of modules that have not been read as well."""
        self._weights.words = words
        for word in words:
            self._name(word)
        self._run()

    # -- the way on -------------------------------------------------------------------------------------------

    def _stir(self, path: str, node: int) -> None:
        key = (path, node)
        if key not in self._queued:
            self._queued.add(key)
            self._waiting.append(key)

    def _run(self) -> None:
        while self._waiting or self._names:
            while self._waiting:
                key = self._waiting.pop()
                self._queued.discard(key)
                self._mark(*key, self._transfer(*key))
            names, self._names = sorted(self._names), set()
            self._attributes.update(name for kind, name in names if kind == "attribute")
            for kind, name in names:
                self._stir_name(kind, name)

    def _stir_name(self, kind: str, name: str) -> None:
        """Weigh all that looks *name* up."""
        if kind == "attribute":
            for path in self._linked.attributes.get(name, ()):
                self._stir_all(path, self._links[path].attributes.get(name, ()))
            return
        for path in self._linked.imports.get(name, ()):
            self._stir_all(path, self._links[path].imports.get(name, ()))
        if kind == "module":
            for path in self._linked.attributes.get(name, ()):
                nodes = self._program.facts[path].nodes
                found = self._links[path].attributes.get(name, ())
                self._stir_all(path, (node for node in found if nodes[nodes[node][1]][0] in {"module", "from"}))
            return
        for path in self._linked.globals.get(name, ()):
            if kind == "anywhere" or self._program.facts[path].stars:
                self._stir_all(path, self._links[path].globals.get(name, ()))

    def _mark(self, path: str, node: int, bits: int) -> None:
        marks = self.marks[path]
        known = marks.get(node, 0)
        if not bits & ~known:
            return
        marks[node] = known | bits
        if bits & _MATTERS:
            self._changed.add(path)
        self._tell(("alloc", path, node))
        links = self._links[path]
        for user in links.users.get(node, ()):
            self._stir(path, user)
        for kind, subject, detail in links.sinks.get(node, ()):
            self._bind(path, kind, subject, detail, known | bits)
        for alloc in self._holding.get((path, node), ()):
            self._mark(*alloc, bits & ~OPEN)

    def _bind(self, path: str, kind: str, subject: Any, detail: Any, bits: int) -> None:
        links = self._links[path]
        if kind == "return":
            self._mark_function(path, subject, bits & ~OPEN | (TURNS if bits & OPEN else 0))
        elif kind == "parameter":
            self._stir_all(path, links.parameters.get((subject, detail), ()))
        elif kind == "free":
            self._stir_all(path, links.frees.get((subject, detail), ()))
        elif kind == "base":
            self._inherit((path, subject))
        elif bits & ~OPEN:
            self._names.add(("attribute", subject))
            if kind != "member":
                self._names.add(("anywhere" if kind == "store" else "import", subject))
            if kind == "export":
                self._stir_all(path, links.globals.get(subject, ()))
                if bits & (BUILDS | TURNS):
                    self._mark_module(path)
            if kind == "store":
                self._store(path, subject, detail, bits)
            if kind == "member":
                self._member(path, subject, detail, bits)
            if subject == "__getattr__" and bits & BUILDS:
                self._everything()

    def _stir_all(self, path: str, nodes: Iterable[int]) -> None:
        for node in nodes:
            self._stir(path, node)

    def _member(self, path: str, name: str, index: int, bits: int) -> None:
        self._owners.add(name, (path, index))
        if bits & (BUILDS | TURNS):
            self._mark_class((path, index), HOLDS)
        if name in _PROTOCOL:
            self._mark_class((path, index), BUILDS if bits & BUILDS else bits & (TURNS | HOLDS))
        if self._program.class_(path, index).bases and classes.is_enum(self._program, (path, index)):
            self._owners.anyones |= {"value", "_value_"}
            self._names |= {("attribute", "value"), ("attribute", "_value_")}
            self._give_all(path, index, "__init__")

    def _store(self, path: str, name: str, base: int, bits: int) -> None:
        """Something of interest is stored as an attribute."""
        for atom in self._program.value(path, base):
            if atom[0] in {"inst", "class"}:
                key = atom[1] if atom[0] == "inst" else class_key(atom)
                self._owners.add(name, key)
                self._mark_class(key, HOLDS if bits & (BUILDS | TURNS) else 0)
            elif atom[0] == "mod" and bits & (BUILDS | TURNS):
                self._mark_module(atom[1])

    def _mark_module(self, path: str) -> None:
        """A module that is passed on may be asked for something of interest."""
        if path in self._weights.modules or path not in self._links:
            return
        self._weights.modules.add(path)
        self._tell(("mod", path))
        self._names.add(("module", self._program.modules.name_of(path).rpartition(".")[2]))

    def _give_all(self, path: str, index: int, name: str) -> None:
        """Something of interest arrives at the parameters of the methods called *name* of a class and its bases."""
        for base in classes.ancestry(self._program, (path, index)):
            for place, function in enumerate(self._program.facts[base[0]].functions if base[0] in self._links else ()):
                if function.owner == base[1] and function.name == name:
                    self._stir_given((base[0], place, number) for number in range(1, len(function.parameters)))

    def _everything(self) -> None:
        """Any name may be anything of interest now."""
        for links in self._links.values():
            self._owners.anyones.update(links.attributes)
            self._names |= {("attribute", name) for name in links.attributes}
            self._names |= {("import", name) for name in links.imports}

    def _inherit(self, key: tuple[str, int]) -> None:
        line = classes.ancestry(self._program, key)
        bits = 0
        for base in line[1:]:
            bits |= self._classes.get(base, 0)
        for name, node in self._program.class_(*key).keywords.items():
            given = self.marks[key[0]].get(node, 0) & ~OPEN
            if name == "metaclass":
                bits |= given
            elif given:
                self._give_all(*key, "__init_subclass__")
        self._mark_class(key, bits)

    def _tell(self, key: Any) -> None:
        for path, node in list(self._weights.watching.get(key, ())):
            self._stir(path, node)

    def _mark_class(self, key: ClassKey, bits: int) -> None:
        known = self._classes.get(key, 0)
        if not bits & ~known:
            return
        self._classes[key] = known | bits
        self._tell(key)
        if isinstance(key, str):
            return
        path, index = key
        for node in self._links[path].classes.get(index, ()):
            self._mark(path, node, bits)
        links = self._links[path]
        for number in links.methods.get(index, ()):
            self._stir_all(path, links.parameters.get((number, 0), ()))

    def _mark_function(self, path: str, index: int, bits: int) -> None:
        known = self._functions.get((path, index), 0)
        if not bits & ~known:
            return
        self._functions[path, index] = known | bits
        self._tell(("func", path, index))
        for node in self._links[path].functions.get(index, ()):
            self._mark(path, node, bits)

    def _transfer(self, path: str, node: int) -> int:
        operation = self._program.facts[path].nodes[node]
        tag = operation[0]
        if tag in DISPLAYS:
            return self._of_operands(path, operation)
        if tag == "func":
            return self._functions.get((path, operation[1]), 0)
        if tag == "class":
            return self._classes.get((path, operation[1]), 0)
        if tag == "attr" and self._owners.is_idle(path, operation):
            return 0
        values = self._program.value(path, node)
        bits = self._weights.weigh(path, node, values)
        if bits & OPEN and not self._is_looked_up(path, operation):
            bits &= ~OPEN
        if tag == "call" and any(atom[0] == "alloc" and atom[1:3] == (path, node) for atom in values):
            bits |= self._of_operands(path, operation)
            for kind, name, argument in operation[2]:
                if kind == "=" and self.marks[path].get(argument, 0) & ~OPEN:
                    self._names.add(("attribute", name))
        return bits

    def _is_looked_up(self, path: str, operation: Any) -> bool:
        """Whether what hangs on a parameter is found by a name that hangs on it: of arguments calls take care."""
        if operation[0] == "free":
            owner = self._program.facts[path].scopes[operation[1]].owner
            nodes: Iterable[int] = self._program.function(path, owner).defs.get(operation[2], ())
        else:
            nodes = OPERANDS[operation[0]](operation) if operation[0] in OPERANDS else ()
        return any(self.marks[path].get(node, 0) & (OPEN | LOOKS) for node in nodes)

    def _of_operands(self, path: str, operation: Any) -> int:
        marks, bits = self.marks[path], 0
        for operand in OPERANDS[operation[0]](operation):
            bits |= marks.get(operand, 0)
        return bits


def _stored_values(program: Program) -> dict[Node, list[Node]]:
    """For each node that is stored into displays, these displays."""
    found: dict[Node, list[Node]] = {}
    for alloc, entries in containers.stored_table(program).items():
        for path, _, value, _ in entries:
            found.setdefault((path, value), []).append(alloc)
    return found
