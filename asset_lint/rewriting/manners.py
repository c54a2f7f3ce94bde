"""How something that is handed over will be called."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum
from typing import Any

from asset_lint.rewriting.layout import Layout, Written
from asset_lint.rewriting.scope import File
from asset_lint.semantics.facts import FunctionFacts
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Atom, Values

_FACTORIES = frozenset({"default_factory", "factory"})
_INLINE = {"functools.partial": 0, "asyncio.to_thread": 0, "operator.call": 0}
_INLINE_METHODS = {"submit": 0}
_WITHOUT_KEYWORDS = {"run_in_executor": 1, "run_sync": 0, "call_soon": 0, "call_soon_threadsafe": 0, "call_later": 1}
_TESTS = ("isinstance", "issubclass")
_POSITIONAL = frozenset({"map", "imap", "imap_unordered", "starmap", "map_async", "starmap_async", "accumulate"})


class Manner(Enum):
    """The ways in which a receiver calls what it is given."""

    PARTIAL = "partial"
    INLINE = "with what stands beside it"
    EACH = "for each item"
    NOTHING = "without arguments"
    POSITIONAL = "without keywords"
    ANY = "any"


@dataclass(frozen=True)
class Handing:
    """
    A call that hands something over: the argument that is *given*, the *manner*, and the arguments passed on with it.

    *takes_keywords*: what stands beside it may be passed by keyword. *looks*: the receiver does more with a class than
    to call it, so that a function will not do.
    """

    given: Written
    manner: Manner
    beside: tuple[Written, ...] = ()
    takes_keywords: bool = True
    looks: bool = False


def handing_of(program: Program, callees: Values, layout: Layout, given: Written) -> Handing:
    """Find out how the receiver, one of *callees*, calls the argument *given*."""
    for atom in sorted(callees, key=repr):
        found = _of_receiver(program, atom, layout, given)
        if found is not None:
            return found
    return Handing(given, Manner.ANY)


def _of_receiver(program: Program, atom: Atom, layout: Layout, given: Written) -> Handing | None:
    if atom[0] in {"ext", "meth"}:
        dotted = str(atom[1]) if atom[0] == "ext" else str(atom[2])
        return _of_library(dotted, layout, given)
    if atom[0] in {"func", "bound"}:
        return _of_function(program, atom, layout, given)
    return None


def _of_library(dotted: str, layout: Layout, given: Written) -> Handing:
    name = dotted.rpartition(".")[2]
    if given.name in _FACTORIES or dotted in {"collections.defaultdict", "attr.Factory", "attrs.Factory"}:
        return Handing(given, Manner.NOTHING)
    plain = given.kind == ""
    if dotted == "builtins.map" and plain and given.place == 0:
        return Handing(given, Manner.EACH, _after(layout, given))
    if dotted == "functools.partial" and plain and given.place == 0:
        return Handing(given, Manner.PARTIAL, _after(layout, given))
    place = _INLINE.get(dotted, _INLINE_METHODS.get(name) if dotted not in _INLINE else None)
    if place is not None and plain and given.place == place:
        return Handing(given, Manner.INLINE, _after(layout, given))
    if plain and _WITHOUT_KEYWORDS.get(name) == given.place:
        return Handing(given, Manner.INLINE, _after(layout, given), takes_keywords=False)
    return Handing(given, Manner.POSITIONAL if name in _POSITIONAL else Manner.ANY)


def _after(layout: Layout, given: Written) -> tuple[Written, ...]:
    return tuple(argument for argument in layout.arguments if argument.start > given.start)


def _of_function(program: Program, atom: Atom, layout: Layout, given: Written) -> Handing:
    """A function of the project: whether it passes on what stands beside, or calls its parameter without keywords."""
    path, index = atom[1], atom[2]
    function = program.function(path, index)
    place = _parameter(function, given, bound=atom[0] == "bound")
    if place is not None and _looks_at(program, path, index, place):
        return Handing(given, Manner.ANY, looks=True)
    calls = [] if place is None else _calls_of(program, path, index, place)
    if place is not None and calls and all(_passes_on(function, program.facts[path].nodes, call) for call in calls):
        rest = function.parameters[place + 1 :]
        if [item.kind for item in rest] == ["*", "**"] and given.kind == "":
            return Handing(given, Manner.INLINE, _after(layout, given))
        if [item.kind for item in rest] == ["*"] and given.kind == "":
            return Handing(given, Manner.INLINE, _after(layout, given), takes_keywords=False)
    plain = bool(calls) and all(kind in {"", "*"} for call in calls for kind, _, _ in call[2])
    if plain and all(not call[2] for call in calls):
        return Handing(given, Manner.NOTHING)
    return Handing(given, Manner.POSITIONAL if plain else Manner.ANY)


def _parameter(function: FunctionFacts, given: Written, *, bound: bool) -> int | None:
    if given.kind == "=":
        return next((place for place, item in enumerate(function.parameters) if item.name == given.name), None)
    place = given.place + bound
    is_there = place < len(function.parameters) and function.parameters[place].kind in {"", "/"}
    return place if given.kind == "" and is_there else None


def _calls_of(program: Program, path: str, index: int, place: int) -> list[Any]:
    """The calls of a parameter in its function."""
    facts = program.facts[path]
    return [
        node
        for node in facts.nodes
        if node[0] == "call" and ("param", path, index, place) in program.value(path, node[1])
    ]


def _looks_at(program: Program, path: str, index: int, place: int) -> bool:
    """Whether a function takes an attribute of a parameter, or tests whether something is an instance of it."""
    nodes = program.facts[path].nodes

    def is_it(node: int) -> bool:
        while nodes[node][0] in {"same", "typed", "narrow"}:
            node = nodes[node][1]
        return nodes[node] == ("param", index, place)

    for node in nodes:
        if (node[0] == "attr" and is_it(node[1])) or (node[0] == "narrow" and is_it(node[2])):
            return True
        tests = node[0] == "call" and nodes[node[1]][-1] in _TESTS and len(node[2]) == 2
        if tests and is_it(node[2][1][2]):
            return True
    return False


def _passes_on(function: FunctionFacts, nodes: list[Any], call: Any) -> bool:
    """Whether a call passes on exactly what ``*args`` and ``**kwargs`` have taken."""
    passed = [(kind, nodes[node]) for kind, _, node in call[2]]
    if any(kind not in {"*", "**"} or node[0] != "param" for kind, node in passed):
        return False
    return [function.parameters[node[2]].kind for _, node in passed] == [kind for kind, _ in passed]


def is_called_plainly(file: File, call: ast.expr) -> bool:
    """Whether what a call gives, a partial, is called without keywords wherever it can be seen to go."""
    parent = file.parent(call)
    if isinstance(parent, ast.Call) and call in parent.args:
        name = parent.func.attr if isinstance(parent.func, ast.Attribute) else getattr(parent.func, "id", "")
        return name in _POSITIONAL and parent.args[0] is call
    uses = _uses(file, call)
    return uses is not None and all(_is_plain_use(file, node) for node in uses)


def is_called_by_keyword(file: File, call: ast.expr) -> bool:
    """Whether what a call gives, a partial, is called with nothing but keywords wherever it can be seen to go."""
    uses = _uses(file, call)
    parents = [(node, file.parent(node)) for node in uses or ()]
    calls = [parent for node, parent in parents if isinstance(parent, ast.Call) and parent.func is node]
    return uses is not None and len(calls) == len(uses) and not any(parent.args for parent in calls)


def _uses(file: File, call: ast.expr) -> list[ast.Name] | None:
    """Where the name of a function is used that *call* is assigned to; None where it may go elsewhere."""
    parent = file.parent(call)
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1 or not isinstance(parent.targets[0], ast.Name):
        return None
    name = parent.targets[0].id
    scope = next((node for _, node in file.around(parent) if isinstance(node, _SCOPES)), file.module.tree)
    uses = [node for node in ast.walk(scope) if isinstance(node, ast.Name) and node.id == name]
    loads = [node for node in uses if isinstance(node.ctx, ast.Load)]
    return None if len(uses) - len(loads) != 1 or isinstance(scope, ast.Module) else loads


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)


def _is_plain_use(file: File, node: ast.Name) -> bool:
    parent = file.parent(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        return not parent.keywords
    return isinstance(parent, ast.Call) and is_called_plainly(file, node)
