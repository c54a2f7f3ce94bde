"""
An alternate constructor that no method of the manager matches, seen through.

``C.from_dict(context, data)``, with ``return cls(context, Dto.from_dict(data))`` for a body, passes to the manager what
it passes to the class: ``manager.get(context=context, dto=Dto.from_dict(data))``.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from asset_lint.rewriting.binding import Bound, Unbound, bound
from asset_lint.rewriting.expressions import signature_of
from asset_lint.rewriting.inferred import Choice, NoRewriting, Rewriting, first_that_works, judged
from asset_lint.rewriting.kinds import kind_of, note_unread
from asset_lint.rewriting.layout import Written, has_comment, span_of
from asset_lint.rewriting.matching import Supply
from asset_lint.rewriting.names import Import, class_reference
from asset_lint.rewriting.offers import FUNCTION, Offer
from asset_lint.rewriting.places import Place
from asset_lint.rewriting.rendering import Unwritable
from asset_lint.rewriting.signatures import Signature, of_constructor
from asset_lint.rewriting.ways import Way, is_pure
from asset_lint.semantics.values import Values
from asset_lint.syntax.module import Module

_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_RUNNING = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_PRIMARY = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.Dict)


@dataclass(frozen=True)
class Passed:
    """What the body passes for a parameter of the class: how it is written at the site, and what it is."""

    name: str
    text: str
    values: Values
    declared: Values


def unfolded(
    place: Place, function: tuple[str, int], module: Module, offers: list[Offer], manager_ways: Iterable[Way]
) -> Rewriting:
    """
    Rewrite a call of *function*, defined in *module*, to what its body does, with the manager in place of the class.

    Raises NoRewriting where the body does more than pass on what it gets.
    """
    try:
        passed, needs = _Body(place, function, module).passed()
    except Unbound as problem:
        raise NoRewriting(problem.reason) from problem
    for item in passed:
        note_unread(place.program, item.values | item.declared)
    supplies = [Supply(item.name, kind_of(item.values), kind_of(item.declared), item.text) for item in passed]

    def write(choice: Choice, way: Way) -> Rewriting:
        layout, text = place.layout, place.file.module.lines.text
        if has_comment(text[layout.start : layout.end]):
            raise Unwritable("a comment stands inside the call")
        callee = way.text if way.kind == FUNCTION else f"{way.text}.{choice.offer.name}"
        arguments = [f"{name}={passed[index].text}" for name, index in choice.matching.in_order()]
        arguments += [f"{name}={other}" for name, other in choice.matching.lent.items()]
        awaits = place.awaits(choice.offer.is_async, choice.offer.signature.name)
        call = f"{awaits} {callee}({', '.join(arguments)})".strip() + (")" if awaits.startswith("(") else "")
        edit = (span_of(place.file.module.lines, layout.start, layout.end), call)
        found = judged(place, [edit], f"call {callee}", choice, way)
        return Rewriting(found.edits, tuple(dict.fromkeys((*found.needs, *needs))), found.safety, found.message)

    return first_that_works(place, offers, supplies, manager_ways, write)


class _Body:
    """The body of an alternate constructor that is nothing but a call of its class."""

    def __init__(self, place: Place, function: tuple[str, int], module: Module) -> None:
        self._place = place
        self._path, self._index = function
        self._module = module
        self._needs: tuple[Import, ...] = ()
        self._texts = {item.name: _argument_text(place, item) for item in place.arguments}
        self._pure = {item.name for item in place.arguments if is_pure(item.written.value)}
        self._used: Counter[str] = Counter()

    def passed(self) -> tuple[list[Passed], tuple[Import, ...]]:
        """What the body passes for each parameter of the class, and what has to be imported for that."""
        call, operation = self._call()
        arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        written = [_written(place, item) for place, item in enumerate(arguments)]
        found = []
        for item in bound(self._signature(operation[1]), written):
            values = self._place.program.value(self._path, operation[2][item.written.place][2])
            declared = item.slot.types if item.slot is not None else frozenset()
            found.append(Passed(item.name, self._text(item.written.value), values, declared))
        for name in self._texts:
            if not self._used[name]:
                raise NoRewriting(f"{name} is used for something else than the new object")
            if self._used[name] > 1 and name not in self._pure:
                raise NoRewriting(f"{name} would be worked out twice")
        return found, self._needs

    def _call(self) -> tuple[ast.Call, tuple[object, object, tuple[tuple[str, str, int], ...]]]:
        program = self._place.program
        function = program.function(self._path, self._index)
        nodes = program.facts[self._path].nodes
        syntax = next(
            (node for node in ast.walk(self._module.tree) if self._is_it(node, function.name, function.line)), None
        )
        returned = _only_return(syntax) if syntax is not None else None
        if returned is None or len(function.returns) != 1 or nodes[function.returns[0]][0] != "call":
            raise NoRewriting(f"{function.name} does more than build the object")
        operation = nodes[function.returns[0]]
        return returned, (operation[0], operation[1], operation[2])

    @staticmethod
    def _is_it(node: ast.AST, name: str, line: int) -> bool:
        return isinstance(node, ast.FunctionDef) and node.name == name and node.lineno == line

    def _signature(self, callee: object) -> Signature | None:
        """The signature of what the body calls: the class, or another alternate constructor of it."""
        program = self._place.program
        assert isinstance(callee, int)
        atoms = [atom for atom in program.value(self._path, callee) if atom[0] not in {"param", "dep"}]
        if any(atom[0] == "class" for atom in atoms):
            return of_constructor(program, self._place.key)
        functions = [atom for atom in atoms if atom[0] == "bound" and atom[4][0] == "class"]
        if len(functions) != len(atoms) or not functions:
            raise NoRewriting("what it calls is not known")
        return signature_of(program, functions[0])

    def _text(self, expression: ast.expr) -> str:
        """The code of an expression of the body as it has to be written at the site."""
        if any(isinstance(node, (*_SCOPES, *_RUNNING, ast.JoinedStr)) for node in ast.walk(expression)):
            raise NoRewriting("its body cannot be taken over")
        start, end = self._indices(expression)
        text = self._module.lines.text[start:end]
        if has_comment(text):
            raise NoRewriting("a comment stands in its body")
        names = [node for node in ast.walk(expression) if isinstance(node, ast.Name)]
        for node in sorted(names, key=lambda node: (node.lineno, node.col_offset), reverse=True):
            first, last = self._indices(node)
            text = text[: first - start] + self._name(node.id) + text[last - start :]
        return text

    def _indices(self, node: ast.expr) -> tuple[int, int]:
        lines = self._module.lines
        start = lines.index(node.lineno, node.col_offset)
        return start, lines.index(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _name(self, name: str) -> str:
        """What stands for a name of the body at the site."""
        program = self._place.program
        function = program.function(self._path, self._index)
        if any(item.name == name for item in function.parameters):
            return self._parameter(name)
        exports = program.facts[self._path].exports
        values = program.value(self._path, exports[name]) if name in exports else frozenset()
        classes = [atom for atom in values if atom[0] == "class"]
        if len(values) == 1 and classes:
            reference = class_reference(self._place.scope, classes[0][1:3])
            if reference is not None:
                self._needs = (*self._needs, *reference.needs)
                return reference.text
        note_unread(program, values)
        if name not in exports and hasattr(builtins, name) and not self._place.scope.is_taken(name):
            return name
        raise NoRewriting(f"{name}, which its body uses, is not known here")

    def _parameter(self, name: str) -> str:
        self._used[name] += 1
        text = self._texts.get(name)
        if text is None:
            slot = self._place.signature.slot(name) if self._place.signature is not None else None
            text = slot.default if slot is not None else None
        if text is None:
            raise NoRewriting(f"{name} is not passed here")
        return text


def _argument_text(place: Place, item: Bound) -> str:
    text = place.file.module.lines.text[item.written.value_start : item.written.end]
    return text if isinstance(item.written.value, _PRIMARY) else f"({text})"


def _only_return(function: ast.AST) -> ast.Call | None:
    """The call in the one ``return`` that a function consists of."""
    assert isinstance(function, ast.FunctionDef)
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        body = body[1:]
    only = body[0] if len(body) == 1 else None
    return only.value if isinstance(only, ast.Return) and isinstance(only.value, ast.Call) else None


def _written(place: int, item: ast.expr | ast.keyword) -> Written:
    if isinstance(item, ast.keyword):
        return Written("=" if item.arg else "**", item.arg or "", item.value, place, 0, 0, 0)
    starred = isinstance(item, ast.Starred)
    return Written("*" if starred else "", "", item, place, 0, 0, 0)
