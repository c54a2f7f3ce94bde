"""Edits that put a lookup before what the manager builds, for statements whose right form is mechanical."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from asset_lint.findings import Span
from asset_lint.semantics.managers.trees import FunctionNode, Tree
from asset_lint.semantics.managers.values import Spot

Edits = tuple[tuple[Span, str], ...]

NO_PLACE = "the statement is part of a larger one; take it apart first"
NOT_SIMPLE = "map and key would be evaluated twice, and that may change what happens; give them names first"
LONG_TEXT = "a string over several lines would be indented with the statement; give it a name first"
WAITS = "it waits between lookup and store; look once more afterwards, or hold a lock over both"
FROM_THE_OBJECT = "the key is taken from the new object; say by what else it can be looked up"


class Block(NamedTuple):
    """A statement with those beside it, and its place among them."""

    body: list[ast.stmt]
    place: int

    @property
    def statement(self) -> ast.stmt:
        """The statement itself."""
        return self.body[self.place]


def block_around(function: FunctionNode, spot: Spot) -> Block | None:
    """The innermost statement at a place."""
    found: Block | None = None
    for node in ast.walk(function):
        for _, body in ast.iter_fields(node):
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                for place, statement in enumerate(body):
                    if _holds(statement, spot) and statement is not function:
                        found = Block(body, place)
    return found


def _holds(node: ast.stmt, spot: Spot) -> bool:
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    return start <= spot[1:3] and spot[3:5] <= end


# -- setdefault(key, C(...)) ------------------------------------------------------------------------------------


def looked_up_first(tree: Tree, function: FunctionNode, spot: Spot) -> Edits | str:
    """``x = map.setdefault(key, C(...))`` behind a lookup; a reason where that cannot be."""
    block = block_around(function, spot)
    if block is None:
        return NO_PLACE
    statement = block.statement
    value = statement.value if isinstance(statement, (ast.Return, ast.Assign)) else None
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute) or value.func.attr != "setdefault":
        return NO_PLACE
    name = _free_name(function) if isinstance(statement, ast.Return) else _target(statement)
    if not name or len(value.args) != 2 or value.keywords:
        return NO_PLACE
    problem = _problem(tree, [statement], [value.func.value, value.args[0]])
    if problem:
        return problem
    text, indent = _texts(tree), _indent(tree, statement)
    place, key = text(value.func.value), text(value.args[0])
    lines = [f"{name} = {place}.get({key})", f"if {name} is None:", f"    {name} = {_further_in(text(value))}"]
    lines += [f"return {name}"] if isinstance(statement, ast.Return) else []
    return ((tree.module.lines.span(statement), _joined(tree, lines, indent)),)


# -- map[key] = C(...) ------------------------------------------------------------------------------------------


def asked_first(tree: Tree, function: FunctionNode, spot: Spot) -> Edits | str:
    """``map[key] = C(...)``, or the same with a name, only where nothing lies under the key."""
    block = block_around(function, spot)
    statement = block.statement if block is not None else None
    if block is None or not isinstance(statement, ast.Assign) or not _stores(statement, spot):
        return NO_PLACE
    target = next(item for item in statement.targets if isinstance(item, ast.Subscript))
    statements, name = _with_construction(block, statement)
    if not statements:
        return NO_PLACE
    if name and any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target)):
        return FROM_THE_OBJECT
    problem = _problem(tree, statements, [target.value, target.slice])
    if problem:
        return problem
    text = _texts(tree)
    place, key = text(target.value), _argument(text, target.slice)
    head = [f"{name} = {place}.get({key})", f"if {name} is None:"] if name else [f"if {key} not in {place}:"]
    return _wrapped(tree, statements, head)


def _stores(statement: ast.Assign, spot: Spot) -> bool:
    """Whether the statement's one item is what stands at a place."""
    items = [item for item in statement.targets if isinstance(item, ast.Subscript)]
    others = [item for item in statement.targets if not isinstance(item, (ast.Subscript, ast.Name))]
    return len(items) == 1 and not others and (items[0].lineno, items[0].col_offset) == spot[1:3]


def _with_construction(block: Block, statement: ast.Assign) -> tuple[list[ast.stmt], str]:
    """The statements to be carried out where nothing was found, and the name that the object has."""
    names = [item.id for item in statement.targets if isinstance(item, ast.Name)]
    if isinstance(statement.value, ast.Call):
        return ([statement], names[0] if names else "") if len(names) < 2 else ([], "")
    before = block.body[block.place - 1] if block.place else None
    if not isinstance(statement.value, ast.Name) or names or not isinstance(before, ast.Assign):
        return [], ""
    name = statement.value.id
    return ([before, statement], name) if _target(before) == name and isinstance(before.value, ast.Call) else ([], "")


# -- map[key] = x after an await --------------------------------------------------------------------------------


def kept_by_setdefault(tree: Tree, function: FunctionNode, spot: Spot) -> Edits | str:
    """``map[key] = x`` as ``x = map.setdefault(key, x)``, which keeps what somebody else has stored."""
    block = block_around(function, spot)
    statement = block.statement if block is not None else None
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not _stores(statement, spot):
        return NO_PLACE
    target = statement.targets[0]
    assert isinstance(target, ast.Subscript)
    if not isinstance(statement.value, ast.Name) or isinstance(target.slice, ast.Slice):
        return "the object has no name; give it one, store it with setdefault, and use what that gives"
    text = _texts(tree)
    name = statement.value.id
    new = f"{name} = {text(target.value)}.setdefault({_argument(text, target.slice)}, {name})"
    return ((tree.module.lines.span(statement), new),)


# -- a line in the log ------------------------------------------------------------------------------------------


def logged_before(tree: Tree, function: FunctionNode, spot: Spot, name: str) -> Edits | str:
    """A line that tells of the construction, in front of its statement."""
    logger = tree.logger
    block = block_around(function, spot)
    if not logger or any(isinstance(node, ast.Name) and node.id == logger for node in _bound(function)):
        return "the module has no logger; give it one: log = logging.getLogger(__name__)"
    if block is None or not _begins_a_line(tree, block.statement):
        return NO_PLACE
    indent = _indent(tree, block.statement)
    text = f'{indent}{logger}.debug("new {name}"){_newline(tree)}'
    return (_inserted(block.statement.lineno, text),)


def _bound(function: FunctionNode) -> Iterator[ast.AST]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node
        elif isinstance(node, ast.arg):
            yield ast.Name(node.arg, ast.Store())


def _begins_a_line(tree: Tree, statement: ast.stmt) -> bool:
    """Whether a statement can have another one in front of it, and is not the ``elif`` of one."""
    lines = tree.module.lines
    before = lines.line(statement.lineno)[: lines.span(statement).column - 1]
    return not before.strip() and not lines.line(statement.lineno).lstrip().startswith(("elif", "@"))


# -- all of them ------------------------------------------------------------------------------------------------


def _argument(text: _Texts, key: ast.expr) -> str:
    """A key as an argument: a tuple has brackets there."""
    written = text(key)
    return f"({written})" if isinstance(key, ast.Tuple) and not written.startswith("(") else written


def _problem(tree: Tree, statements: list[ast.stmt], twice: list[ast.expr]) -> str:
    if any(isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom)) for one in statements for node in ast.walk(one)):
        return WAITS
    if any(map(_is_not_simple, twice)):
        return NOT_SIMPLE
    if not all(_stands_alone(tree, one) for one in statements):
        return NO_PLACE
    return LONG_TEXT if any(map(_has_long_text, statements)) else ""


def _is_not_simple(node: ast.expr) -> bool:
    """Whether evaluating *node* twice may do something."""
    if isinstance(node, (ast.Name, ast.Constant)):
        return False
    if isinstance(node, ast.Attribute):
        return _is_not_simple(node.value)
    return not isinstance(node, ast.Tuple) or any(map(_is_not_simple, node.elts))


def _further_in(text: str) -> str:
    """A text over several lines, all but the first of them one step further in."""
    return "".join(
        f"    {line}" if number and line.strip() else line
        for number, line in enumerate(re.split(r"(?<=\n)|(?<=\r)(?!\n)", text))
    )


def _stands_alone(tree: Tree, statement: ast.stmt) -> bool:
    """Whether nothing else stands on the lines of a statement but a comment."""
    lines = tree.module.lines
    span = lines.span(statement)
    before = lines.line(span.line)[: span.column - 1]
    after = lines.line(span.end_line)[span.end_column - 1 :].strip()
    return not before.strip() and (not after or after.startswith("#"))


def _has_long_text(statement: ast.stmt) -> bool:
    return any(
        isinstance(node, (ast.Constant, ast.JoinedStr)) and node.lineno != node.end_lineno
        for node in ast.walk(statement)
    )


def _target(statement: ast.stmt) -> str:
    """The one name that a statement assigns."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else ""
    return ""


def _free_name(function: FunctionNode) -> str:
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    used |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    return next((name for name in ("found", "known", "kept", "existing") if name not in used), "")


class _Texts:
    """The text of expressions of one module."""

    def __init__(self, tree: Tree) -> None:
        self._lines = tree.module.lines

    def __call__(self, node: ast.expr) -> str:
        start = self._lines.index(node.lineno, node.col_offset)
        return self._lines.text[start : self._lines.index(node.end_lineno or 0, node.end_col_offset or 0)]


def _texts(tree: Tree) -> _Texts:
    return _Texts(tree)


def _indent(tree: Tree, statement: ast.stmt) -> str:
    lines = tree.module.lines
    return lines.line(statement.lineno)[: lines.span(statement).column - 1]


def _joined(tree: Tree, lines: list[str], indent: str) -> str:
    return f"{_newline(tree)}{indent}".join(lines)


def _newline(tree: Tree) -> str:
    first = tree.module.lines.line(1)
    return "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"


def _wrapped(tree: Tree, statements: list[ast.stmt], head: list[str]) -> Edits:
    """The head before the statements, and every line of them one step further in."""
    first, last = statements[0], statements[-1]
    indent = _indent(tree, first)
    edits = [_inserted(first.lineno, "".join(f"{indent}{line}{_newline(tree)}" for line in head))]
    edits += _indented(tree, first.lineno, last.end_lineno or last.lineno)
    return tuple(edits)


def _indented(tree: Tree, first: int, last: int) -> Iterator[tuple[Span, str]]:
    for number in range(first, last + 1):
        if tree.module.lines.line(number).strip():
            yield _inserted(number, "    ")


def _inserted(line: int, text: str) -> tuple[Span, str]:
    return Span(line, 1, line, 1), text
