"""Whether the code around a construction relies on an object that nobody else has: the manager's is shared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from asset_lint.rewriting.scope import File
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Values

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Module)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DISPLAYS = (ast.Tuple, ast.List, ast.Set)
_TELLING = (ast.Attribute, ast.Call, ast.Compare, ast.Assign, ast.AnnAssign, ast.For, ast.AsyncFor)
_LOOKING_INSIDE = frozenset({"setattr", "delattr", "vars"})
_AT_ONCE = "it is changed at once, and the manager's object is shared"
_MOST_NAMES = 30
_WORD = re.compile(r"\w+")


def counts_on_fresh(file: File, call: ast.Call, written: str) -> str | None:
    """
    Say what the code does that is right for a new object only; None where nothing of the kind is seen.

    It changes the object, under whatever name of this function it is kept, compares its identity, or makes several
    of them from the same arguments. *written* is what takes the place of *call*.
    """
    if (found := _done_at_once(file, call)) is not None:
        return found
    if _is_repeated(file, call, written):
        return "it would be the same object each time"
    nodes = _telling(file, _body_around(file, call))
    names = _names(file, call, nodes)
    for node in nodes:
        if (name := _changed(node, names)) is not None:
            return f"{name} is changed afterwards, and the manager's object is shared"
        if (name := _identified(node, names)) is not None:
            return f"{name} is told from others by its identity, and the manager's object is shared"
        if isinstance(node, ast.Call) and (name := _passed_to_change(file, node, call, names)) is not None:
            return f"{ast.unparse(node.func)} changes {name}, and the manager's object is shared"
    return None


def _telling(file: File, body: ast.AST) -> list[ast.AST]:
    """The nodes of a body that may tell something of an object."""
    return file.once(("telling", body), lambda: [node for node in ast.walk(body) if isinstance(node, _TELLING)])


def _passed_to_change(file: File, node: ast.Call, made: ast.Call, names: frozenset[str]) -> str | None:
    """What a call passes, the new object or one of *names*, to a function of the project that changes it."""
    passed: list[tuple[int | str, ast.expr]] = list(enumerate(node.args))
    passed += [(keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg]
    for place, value in passed:
        name = "it" if value is made else _rooted(value, names)
        if name is not None and (site := file.site(node)) is not None:
            callees = file.program.value(file.path, file.program.facts[file.path].nodes[site.node][1])
            if _is_changed_by(file.program, callees, place):
                return name
    return None


def _is_changed_by(program: Program, callees: Values, place: int | str) -> bool:
    """Whether a function of the project, one of *callees*, sets attributes of the argument at *place*."""
    for atom in callees:
        if atom[0] not in {"func", "bound"}:
            continue
        path, index = atom[1], atom[2]
        parameters = program.function(path, index).parameters
        number = place + (atom[0] == "bound") if isinstance(place, int) else None
        for slot, parameter in enumerate(parameters):
            if (slot == number or parameter.name == place) and _stores_to(program, path, ("param", index, slot)):
                return True
    return False


def _stores_to(program: Program, path: str, parameter: tuple[str, int, int]) -> bool:
    facts = program.facts[path]
    return any(facts.nodes[store[0]] == parameter for store in facts.attribute_stores)


def _outermost(file: File, call: ast.expr) -> tuple[ast.expr, ast.AST]:
    """The expression whose value is the object, and what that is a part of."""
    node: ast.expr = call
    parent = file.parent(node)
    while True:
        chosen = isinstance(parent, ast.IfExp) and node is not parent.test
        if not (chosen or isinstance(parent, (ast.Await, ast.NamedExpr, ast.BoolOp))):
            return node, parent
        assert isinstance(parent, ast.expr)
        node, parent = parent, file.parent(parent)


def _done_at_once(file: File, call: ast.Call) -> str | None:
    """What is done to the object where it is made."""
    node, parent = _outermost(file, call)
    if isinstance(parent, ast.Attribute) and (
        isinstance(parent.ctx, (ast.Store, ast.Del)) or parent.attr == "__dict__"
    ):
        return _AT_ONCE
    if isinstance(parent, ast.Compare) and _is_identity(parent):
        return "its identity is compared, and the manager's object is shared"
    if isinstance(parent, ast.Call) and node in parent.args and isinstance(parent.func, ast.Name):
        if parent.func.id == "id":
            return "its identity is taken, and the manager's object is shared"
        if parent.func.id in _LOOKING_INSIDE and parent.args[0] is node:
            return _AT_ONCE
    if isinstance(parent, ast.Set) and len(parent.elts) > 1:
        return "it is put into a set with others, and the manager's object may be there already"
    return None


def _is_identity(node: ast.Compare) -> bool:
    """Whether two objects are compared, and not one with a constant."""
    if not any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops):
        return False
    return not any(isinstance(part, ast.Constant) for part in (node.left, *node.comparators))


def _is_repeated(file: File, call: ast.Call, written: str) -> bool:
    """Whether a comprehension makes several objects from the same arguments, and asks the same manager."""
    for child, parent in file.around(call):
        if isinstance(parent, _COMPREHENSIONS) and not isinstance(child, ast.comprehension):
            targets = {
                node.id for part in parent.generators for node in ast.walk(part.target) if isinstance(node, ast.Name)
            }
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            inside = [node for argument in arguments for node in ast.walk(argument)]
            if any(isinstance(node, (ast.Call, ast.Await)) for node in inside):
                return False  # which may give something else each time
            own = any(isinstance(node, ast.Name) and node.id in targets for node in inside)
            return not own and targets.isdisjoint(_WORD.findall(written))
        if isinstance(parent, ast.stmt):
            return False
    return False


def _body_around(file: File, call: ast.expr) -> ast.AST:
    for _, parent in file.around(call):
        if isinstance(parent, _FUNCTIONS):
            return parent
    return file.module.tree


def _names(file: File, call: ast.Call, nodes: list[ast.AST]) -> frozenset[str]:
    """The names and attributes that the object is kept under in a function, other names for those included."""
    found = set(_kept_as(file, call))
    grown = bool(found)
    while grown and len(found) < _MOST_NAMES:
        more = {name for node in nodes for name in _further(node, found)} - found
        found |= more
        grown = bool(more)
    return frozenset(found)


def _kept_as(file: File, call: ast.Call) -> Iterator[str]:
    node: ast.expr = call
    parent = file.parent(node)
    while isinstance(parent, (ast.Await, ast.NamedExpr, ast.BoolOp, ast.IfExp, *_DISPLAYS)):
        if isinstance(parent, ast.NamedExpr):
            yield parent.target.id
        if isinstance(parent, _DISPLAYS) and isinstance(outer := file.parent(parent), ast.Assign):
            unpacked = [target for target in outer.targets if isinstance(target, (ast.Tuple, ast.List))]
            place = parent.elts.index(node)
            for target in unpacked:
                yield from _spelled(target.elts[place]) if place < len(target.elts) else ()
            if unpacked:
                return
        node, parent = parent, file.parent(parent)
    yield from _targets(node, parent)


def _targets(value: ast.expr, node: ast.AST) -> Iterator[str]:
    """What *node* binds to *value*."""
    if value is not _bound_value(node):
        return
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    for target in targets:
        if target is not None:
            yield from _spelled(target)


def _bound_value(node: ast.AST) -> ast.expr | None:
    """What an assignment or a loop takes its values from."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return node.value
    return node.iter if isinstance(node, (ast.For, ast.AsyncFor)) else None


def _spelled(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        yield ast.unparse(node)


def _further(node: ast.AST, names: set[str]) -> Iterator[str]:
    """Other names that *node* gives what is kept under *names*, or something taken out of it."""
    value = inner = _bound_value(node)
    while isinstance(inner, (ast.Subscript, ast.NamedExpr)):
        inner = inner.value
    if value is not None and inner is not None and names.intersection(_spelled(inner)):
        yield from _targets(value, node)


def _rooted(node: ast.expr, names: frozenset[str]) -> str | None:
    """Which of *names* an expression is, or an item of."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return next((name for name in _spelled(node) if name in names), None)


def _changed(node: ast.AST, names: frozenset[str]) -> str | None:
    """Which of *names* is changed by *node*: an attribute is set or deleted, or its dictionary is looked into."""
    if isinstance(node, ast.Attribute):
        if isinstance(node.ctx, (ast.Store, ast.Del)) or node.attr == "__dict__":
            return _rooted(node.value, names)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LOOKING_INSIDE:
        return _rooted(node.args[0], names) if node.args else None
    return None


def _identified(node: ast.AST, names: frozenset[str]) -> str | None:
    if isinstance(node, ast.Compare) and _is_identity(node):
        parts = (node.left, *node.comparators)
        return next((name for part in parts if (name := _rooted(part, names)) is not None), None)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "id" and node.args:
        return _rooted(node.args[0], names)
    return None
