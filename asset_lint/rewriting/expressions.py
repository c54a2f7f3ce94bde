"""An expression of the configuration at a site: how its names are written there, and whether it makes sense."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from dataclasses import dataclass

from asset_lint.rewriting.evaluation import bound_names
from asset_lint.rewriting.kinds import note_unread
from asset_lint.rewriting.names import Import, Reference, class_reference, reference
from asset_lint.rewriting.reachable import never_none, without_none
from asset_lint.rewriting.scope import Scope
from asset_lint.rewriting.signatures import Signature, of_function
from asset_lint.rewriting.templates import Template, dotted, placeholder
from asset_lint.semantics import members
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import UNKNOWNS, Atom, ClassKey, Values

_OBJECT_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"})


class Missing(Exception):
    """Something that an expression names is not there; *reason* is a part of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Filling:
    """What takes the place of a placeholder: its text, and what it is."""

    text: str
    values: Values


class Expression:
    """
    A template at a site, with *fillings* for its placeholders.

    *needs* are the imports that it cannot do without. Raises Missing where a name cannot be found, or an attribute is
    not there.
    """

    def __init__(self, scope: Scope, guard: Guard, template: Template, fillings: Mapping[str, Filling]) -> None:
        self._scope = scope
        self._guard = guard
        self._fillings = fillings
        self._template = template
        self._own = bound_names(template.tree)
        self._replaced: list[tuple[ast.expr, str]] = []
        self.needs: tuple[Import, ...] = ()

    @property
    def _program(self) -> Program:
        return self._scope.file.program

    def values(self, node: ast.expr | None = None) -> Values:
        """What *node*, the whole where it is None, may be."""
        node = self._template.tree if node is None else node
        found = self._values(node)
        note_unread(self._program, found)
        return found

    def text(self, node: ast.expr) -> str:
        """The code of *node* at the site; the names in it have been looked up by ``values``."""
        data = self._template.code.encode()
        start, end = _offset(data, node.lineno, node.col_offset), _end(data, node)
        inside = [
            (_offset(data, part.lineno, part.col_offset), _end(data, part), text) for part, text in self._replaced
        ]
        for first, last, text in sorted(set(inside), reverse=True):
            if start <= first and last <= end:
                data = data[:first] + text.encode() + data[last:]
                end += len(text.encode()) - (last - first)
        return data[start:end].decode()

    def _values(self, node: ast.expr) -> Values:
        name = placeholder(node)
        if name is not None:
            filling = self._fillings.get(name)
            if filling is None:
                raise Missing(f"nothing stands for ${name} here")
            self._replaced.append((node, filling.text))
            return filling.values
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        self._look_inside(node)
        return frozenset((("const", node.value),)) if isinstance(node, ast.Constant) else UNKNOWNS

    def _look_inside(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._values(child)
            else:
                self._look_inside(child)  # the heads of comprehensions and lambdas

    def _name(self, node: ast.Name) -> Values:
        if node.id in self._own:
            return UNKNOWNS
        found = self._known(node.id)
        if found is not None:
            values, place = found
            self._refer(node, place)
            return values
        binding = self._scope.binding(node.id)
        if binding is not None:
            return binding.values
        if hasattr(builtins, node.id) and not self._scope.is_taken(node.id):
            return frozenset((("ext", f"builtins.{node.id}", 0),))
        raise Missing(f"{node.id} is not known here")

    def _where(self, path: str, line: int) -> str:
        """Where something is defined, as people write it."""
        return f"({self._scope.file.shown.get(path, path)}:{line})"

    def _known(self, name: str) -> tuple[Values, Reference | None] | None:
        """What a bare name of the configuration means: a manager, a guarded class, or what the manager's module has."""
        program = self._program
        keys = [key for key in (*self._guard.managers, *self._guard.classes) if not isinstance(key, str)]
        for key in sorted(keys):
            if program.class_(*key).name == name:
                return frozenset((("class", *key, 0),)), class_reference(self._scope, key)
        for path, index in sorted(self._guard.functions):
            if program.function(path, index).name == name:
                return frozenset((("func", path, index, None),)), reference(self._scope, path, name)
        for key in sorted(key for key in self._guard.managers if not isinstance(key, str)):
            exports = program.facts[key[0]].exports
            if name in exports and self._scope.binding(name) is None:
                return program.value(key[0], exports[name]), reference(self._scope, key[0], name)
        return None

    def _refer(self, node: ast.expr, place: Reference | None) -> None:
        if place is None:
            raise Missing(f"{ast.unparse(node)} cannot be imported here")
        self._replaced.append((node, place.text))
        self.needs = tuple(dict.fromkeys((*self.needs, *place.needs)))

    def _attribute(self, node: ast.Attribute) -> Values:
        full = dotted(node)
        if full in self._guard.external_functions and self._scope.binding(full.partition(".")[0]) is None:
            return self._external(node, full)
        if full is not None and (found := self._in_module(node, full)) is not None:
            return found
        base = self._values(node.value)
        found = members.attribute(self._program, base, node.attr)
        for atom in base:
            if _is_missing(self._program, atom, node.attr):
                raise Missing(f"{self._named(atom)} has no {node.attr}")
        return found

    def _external(self, node: ast.Attribute, full: str) -> Values:
        """A manager of another library, whose module has to be imported."""
        module = full.rpartition(".")[0]
        if self._scope.is_taken(module.partition(".")[0]):
            raise Missing(f"{module.partition('.')[0]} means something else here")
        self._refer(node, Reference(full, (Import("", module, "", module.partition(".")[0]),)))
        return frozenset((("ext", full, 0),))

    def _named(self, atom: Atom) -> str:
        """The class of an object, and where it is defined."""
        key = atom[1] if atom[0] == "inst" else (atom[1], atom[2])
        name = self._program.name_of_class(key).rpartition(".")[2]
        return f"{name} {self._where(key[0], self._program.class_(*key).line)}"

    def _in_module(self, node: ast.Attribute, full: str) -> Values | None:
        """What a full dotted name stands for: a name of a module of the project."""
        module, _, name = full.rpartition(".")
        head = full.partition(".")[0]
        if self._scope.binding(head) is not None or self._known(head) is not None:
            return None
        path = self._program.modules.absolute(None, module)
        if path is None:
            return None
        if path not in self._program.facts:
            self._program.wanted.add(path)
            return UNKNOWNS
        exports = self._program.facts[path].exports
        if name not in exports:
            return None
        values = self._program.value(path, exports[name])
        classes = [atom for atom in values if atom[0] == "class"]
        same = classes[0] if len(values) == 1 and classes else None
        self._refer(node, reference(self._scope, path, name, same))
        return values

    def _call(self, node: ast.Call) -> Values:
        callees = self.values(node.func)
        arguments = [("", "", self._values(item)) for item in node.args if not isinstance(item, ast.Starred)]
        arguments += [("=", item.arg, self._values(item.value)) for item in node.keywords if item.arg]
        for atom in callees:
            signature = signature_of(self._program, atom)
            if signature is not None:
                _require_fit(signature, node, self._where(signature.path, signature.line))
        found = self._program.call(callees, tuple(arguments))
        return without_none(found) if never_none(self._program, callees) else found


def signature_of(program: Program, atom: Atom) -> Signature | None:
    """The signature of a function or method of the project."""
    if atom[0] not in {"func", "bound"}:
        return None
    bound = atom[0] == "bound"
    owner = program.function(atom[1], atom[2]).owner
    prefix = f"{program.class_(atom[1], owner).name}." if owner >= 0 else ""
    name = f"{prefix}{program.function(atom[1], atom[2]).name}"
    return of_function(program, atom[1], atom[2], bound=bound, name=name)


def _require_fit(signature: Signature, call: ast.Call, where: str) -> None:
    """Raise Missing where the call of a template does not fit the signature of what it calls."""
    name = f"{signature.name} {where}"
    if any(isinstance(item, ast.Starred) for item in call.args) or any(item.arg is None for item in call.keywords):
        return
    positional = [slot.name for slot in signature.slots if slot.kind in {"", "/"}]
    if len(call.args) > len(positional) and not any(slot.kind == "*" for slot in signature.slots):
        raise Missing(f"{name} takes fewer arguments without a keyword")
    given = set(positional[: len(call.args)])
    for keyword in call.keywords:
        slot = signature.slot(keyword.arg or "")
        if slot is None and not any(other.kind == "**" for other in signature.slots):
            raise Missing(f"{name} has no parameter {keyword.arg}")
        if keyword.arg in given or (slot is not None and slot.kind == "/"):
            raise Missing(f"{name} does not take {keyword.arg} like that")
        given.add(keyword.arg or "")
    for slot in signature.slots:
        if slot.is_required and slot.name not in given:
            raise Missing(f"{name} needs {slot.name}")


def _is_missing(program: Program, atom: Atom, name: str) -> bool:
    """Whether an object of the project, all of whose bases are known, has no such attribute."""
    key: ClassKey | None = atom[1] if atom[0] == "inst" else (atom[1], atom[2]) if atom[0] == "class" else None
    if key is None or isinstance(key, str):
        return False
    line = ancestry(program, key)
    if any(isinstance(base, str) and base not in _OBJECT_BASES for base in line):
        return False
    found = members.attribute(program, frozenset((atom,)), name)
    return all(part[0] == "meth" for part in found) and not name.startswith("__")


def _offset(data: bytes, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = data.index(b"\n", start) + 1
    return start + column


def _end(data: bytes, node: ast.expr) -> int:
    return _offset(data, node.end_lineno or node.lineno, node.end_col_offset or 0)
