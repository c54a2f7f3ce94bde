"""Whether an attribute of ``self`` is there already: while an object is being made, not all of them are."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from asset_lint.rewriting.scope import Scope
from asset_lint.rewriting.signatures import of_constructor
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.values import ClassKey

_MAKING = frozenset({"__init__", "__new__", "__post_init__", "__attrs_post_init__"})
_AFTERWARDS = ("__post_init__", "__attrs_post_init__")
_PREPARING = frozenset(
    "setUp setUpClass setUpTestData asyncSetUp setup_method setup_class setup setup_test on_start".split()
)
"""What test runners call before any other method."""
_MOST_HELPERS = 8
_FIELDS = frozenset({"field", "ib", "attrib", "Field", "PrivateAttr"})
_DEFAULTS = frozenset({"default", "default_factory", "factory"})

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def doubt_about(scope: Scope, receiver: str, suffix: str) -> str | None:
    """
    What there is to doubt about ``receiver.suffix`` having a value at the site: None where it may not be used at all.

    *suffix* may end in the brackets of a call.
    """
    found = _Class.around(scope, receiver)
    if found is None:
        return ""
    return found.doubt_about(suffix)


class _Class:
    """The class around a site, and the *method* that the site is in."""

    def __init__(self, scope: Scope, receiver: str, syntax: ast.ClassDef, method: _Function) -> None:
        self._scope = scope
        self._receiver = receiver
        self._methods = {node.name: node for node in syntax.body if isinstance(node, _Function)}
        self._syntax = syntax
        self._method = method

    @classmethod
    def around(cls, scope: Scope, receiver: str) -> _Class | None:
        """The class whose method the site is in; None where it is in no method."""
        for child, parent in scope.file.around(scope.syntax):
            if isinstance(parent, ast.ClassDef) and isinstance(child, _Function):
                return cls(scope, receiver, parent, child)
        return None

    def doubt_about(self, suffix: str) -> str | None:
        making = self._method.name in _MAKING
        if suffix.endswith("()"):
            return None if making else ""  # a getter may look at what is not there yet
        if self._is_deleted(suffix):
            return None
        if self._is_given_by_class(suffix) or (self._method.name != "__init__" and self._is_field(suffix)):
            return ""
        if making:
            return "" if suffix in self._set_in(self._before(self._method)) else None
        return self._doubt_in_method(suffix)

    def _doubt_in_method(self, name: str) -> str | None:
        initial = self._methods.get("__init__")
        if initial is not None and self._runs_before(initial, name):
            return None
        if name in self._always_set() or name in self._prepared():
            return ""
        return f"{self._receiver}.{name} may not be set yet"

    # -- what every instance has ------------------------------------------------------------------------------

    @property
    def _key(self) -> ClassKey:
        assert self._scope.method is not None
        path = self._scope.file.path
        return path, self._scope.file.program.function(path, self._scope.method).owner

    def _is_given_by_class(self, name: str) -> bool:
        """Whether the class, or a base, has a value for an attribute."""
        program = self._scope.file.program
        members = [(owner[0], program.class_(*owner).members.get(name, NONE)) for owner in self._own_line()]
        return any(node != NONE and not self._is_declaration(path, node) for path, node in members)

    def _is_declaration(self, path: str, node: int) -> bool:
        """Whether a class only describes an attribute by ``field()``, without a default."""
        program = self._scope.file.program
        operation = program.facts[path].nodes[node]
        while operation[0] in {"same", "typed"}:
            operation = program.facts[path].nodes[operation[1]]
        if operation[0] != "call" or _DEFAULTS & {keyword for _, keyword, _ in operation[2]}:
            return False
        made = program.value(path, operation[1])
        return any(atom[0] == "ext" and atom[1].rpartition(".")[2] in _FIELDS for atom in made)

    def _is_field(self, name: str) -> bool:
        """Whether a generated ``__init__`` sets an attribute, before it calls ``__post_init__``."""
        program = self._scope.file.program
        if any("__init__" in program.class_(*owner).members for owner in self._own_line()):
            return False
        slots = of_constructor(program, self._key)
        return slots is not None and slots.slot(name) is not None

    def _own_line(self) -> list[tuple[str, int]]:
        program = self._scope.file.program
        return [key for key in ancestry(program, self._key) if not isinstance(key, str) and key[0] in program.facts]

    def _always_set(self) -> set[str]:
        """What an instance is given when it is made."""
        found = self._set_in(self._methods["__init__"].body) if "__init__" in self._methods else self._set_by_bases()
        for name in _AFTERWARDS:
            if name in self._methods:
                found |= self._set_in(self._methods[name].body)
        return found

    def _prepared(self) -> set[str]:
        return {name for key in _PREPARING & set(self._methods) for name in self._set_in(self._methods[key].body)}

    def _set_by_bases(self) -> set[str]:
        """What the ``__init__`` of the nearest base that has one gives every instance."""
        program = self._scope.file.program
        for owner in self._own_line()[1:]:
            if "__init__" in program.class_(*owner).members:
                return set(program.class_(*owner).always_set)
        return set()

    def _is_deleted(self, name: str) -> bool:
        """Whether a method of the class takes the attribute away."""
        deleted = (node for node in ast.walk(self._syntax) if isinstance(node, ast.Delete))
        return any(isinstance(part, ast.Attribute) and part.attr == name for node in deleted for part in node.targets)

    def _before(self, function: _Function) -> list[ast.stmt]:
        """The statements that have run when the site is reached, those of the blocks around it included."""
        found: list[ast.stmt] = []
        for child, parent in self._scope.file.around(self._scope.syntax):
            for block in ("body", "orelse", "finalbody"):
                statements = getattr(parent, block, None)
                if isinstance(statements, list) and child in statements:
                    found = [*statements[: statements.index(child)], *found]
            if parent is function:
                break
        return found

    # -- what statements set ----------------------------------------------------------------------------------

    def _set_in(self, body: Iterable[ast.stmt], depth: int = _MOST_HELPERS) -> set[str]:
        """The attributes that have a value whichever way *body* is left."""
        found: set[str] = set()
        for statement in body:
            found |= self._set_by(statement, depth)
            if isinstance(statement, _LEAVING):
                break
            if any(isinstance(node, ast.Return) for node in _walked(statement)):
                break  # what comes later may not be reached
        return found

    def _set_by(self, statement: ast.stmt, depth: int) -> set[str]:
        if isinstance(statement, ast.If):
            ways = [block for block in (statement.body, statement.orelse) if not _leaves(block)]
            sets = [self._set_in(block, depth) for block in ways]
            return set.intersection(*sets) if sets else set()
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            return set() if _suppresses(statement) else self._set_in(statement.body, depth)
        if isinstance(statement, ast.Try):
            tried = self._set_in([*statement.body, *statement.orelse], depth)
            sets = [tried, *(self._set_in(item.body, depth) for item in statement.handlers if not _leaves(item.body))]
            return set.intersection(*sets) | self._set_in(statement.finalbody, depth)
        if _initialises_bases(statement):
            return self._set_by_bases()
        helper = self._called(statement) if depth else None
        if helper is not None:
            return self._set_in(helper.body, depth - 1)
        return set(self._assigned(statement))

    def _called(self, statement: ast.stmt) -> _Function | None:
        """The method of the class that a statement consists of a call of."""
        call = statement.value if isinstance(statement, ast.Expr) else None
        call = call.value if isinstance(call, ast.Await) else call
        name = self._own_method(call) if isinstance(call, ast.Call) else None
        return self._methods.get(name) if name is not None else None

    def _own_method(self, call: ast.Call) -> str | None:
        function = call.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            return function.attr if function.value.id == self._receiver else None
        return None

    def _assigned(self, statement: ast.stmt) -> Iterable[str]:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = list(statement.targets)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        while targets:
            target = targets.pop()
            if isinstance(target, (ast.Tuple, ast.List)):
                targets += target.elts
            elif isinstance(target, ast.Attribute) and ast.unparse(target.value) == self._receiver:
                yield target.attr

    def _runs_before(self, initial: _Function, name: str) -> bool:
        """Whether ``__init__`` calls the site's method before it has set the attribute."""
        for place, statement in enumerate(initial.body):
            if name in self._set_in(initial.body[: place + 1]):
                return False
            if self._method.name in self._reached(statement):
                return True
        return False

    def _reached(self, statement: ast.AST) -> set[str]:
        """The methods of the class that may run in a statement."""
        found: set[str] = set()
        stack = [statement]
        while stack:
            for node in ast.walk(stack.pop()):
                own = self._own_method(node) if isinstance(node, ast.Call) else None
                if own is not None and own not in found:
                    found.add(own)
                    stack += [self._methods[own]] if own in self._methods else []
        return found


def _walked(statement: ast.stmt) -> Iterable[ast.AST]:
    """The nodes of a statement but for those of functions in it."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(node))


def _leaves(block: list[ast.stmt]) -> bool:
    return bool(block) and isinstance(block[-1], _LEAVING)


def _suppresses(statement: ast.With | ast.AsyncWith) -> bool:
    """Whether an error inside the block may be taken for nothing."""
    return any(
        isinstance(item.context_expr, ast.Call) and ast.unparse(item.context_expr.func).rpartition(".")[2] == "suppress"
        for item in statement.items
    )


def _initialises_bases(statement: ast.stmt) -> bool:
    """``super().__init__(...)``."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    method = call.func if isinstance(call, ast.Call) else None
    if not isinstance(method, ast.Attribute) or method.attr != "__init__" or not isinstance(method.value, ast.Call):
        return False
    return isinstance(method.value.func, ast.Name) and method.value.func.id == "super"
