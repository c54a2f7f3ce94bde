"""
Type parameters and type aliases (PEP 695) for Pythons that do not know them.

They are by far the most frequent syntax that is newer than the running Python, and LibCST, which knows it, costs 0.2 s
to load. So they are taken out of the text, every other character staying where it was, and put into the tree again.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asset_lint.syntax.grammar import ParamSpec, TypeAlias, TypeVar, TypeVarTuple, extend
from asset_lint.syntax.parsing import parsed
from asset_lint.syntax.parts import spans_of_long_texts
from asset_lint.syntax.placing import Lines

_INNER = r"[^\[\]#]*"
_HEAD = re.compile(
    r"^[ \t]*+(?:(?P<word>type)[ \t]++(?P<alias>[^\W\d]\w*+)|(?:async[ \t]+)?(?:def|class)[ \t]++[^\W\d]\w*+)[ \t]*+"
    rf"(?P<parameters>\[{_INNER}(?:\[{_INNER}(?:\[{_INNER}\]{_INNER})*\]{_INNER})*\])?(?P<rest>[ \t]*+(?:=(?!=)|[(:]))",
    re.MULTILINE,
)
_VISIBLE = re.compile(r"[^\r\n]")
_SIGN = re.compile(r"[\[\](){},]|'[^'\n]*'|\"[^\"\n]*\"")
_PREFIX = "def _("


@dataclass(frozen=True)
class _Taken:
    """What was taken out: type parameters, and the name of an alias; each with its index in the text."""

    parameters: tuple[str, int] | None
    alias: tuple[str, int] | None


def older_tree(text: str, lines: Lines) -> ast.Module | None:
    """
    The tree of *text*, which *lines* are of, without a newer grammar; ``None`` where it takes one after all.

    Heads that are not ASCII are left alone: what is moved in them would shift the columns, which count bytes.
    """
    taken: dict[int, _Taken] = {}
    older = _older(text, spans_of_long_texts(text), taken)
    if not taken:
        return None
    try:
        tree = parsed(older)
        heads = {lines.place(start)[0]: found for start, found in taken.items()}
        tree.body = [_restored(node, heads, lines) for node in tree.body]
    except (SyntaxError, ValueError, IndexError):
        return None  # looks like it and is something else
    return None if heads else tree


def _older(text: str, inside: list[tuple[int, int]], taken: dict[int, _Taken]) -> str:
    def without(match: re.Match[str]) -> str:
        start, end = match.span()
        parameters, alias, rest = match["parameters"], match["alias"], match["rest"]
        meant = rest.endswith("=") if alias else parameters and not rest.endswith("=")
        meant = meant and (not parameters or parameters[1:-1].strip())
        if not meant or not match.group().isascii() or any(first < start < last for first, last in inside):
            return match.group()
        place, begin = match.start("parameters"), match.start("word") if alias else start
        taken[begin] = _Taken(
            (parameters[1:-1], place + 1) if parameters else None, (alias, match.start("alias")) if alias else None
        )
        if alias:
            return f"{text[start:begin]}{_target(text[begin : end - len(rest)], alias)}{rest}"
        return f"{text[start:place]}{_brackets(parameters, rest)}"

    return _HEAD.sub(without, text)


def _target(head: str, alias: str) -> str:
    """``type Alias[T]`` as the target of an assignment, which begins where the statement begins."""
    return f"({alias}{_VISIBLE.sub(' ', head)[len(alias) + 1 : -1]})"


def _brackets(parameters: str, rest: str) -> str:
    """``[T](`` and ``[T]:`` with the brackets that a function or class has."""
    hidden = _VISIBLE.sub(" ", parameters[1:-1])
    return f"({hidden} {rest[:-1]} " if rest.endswith("(") else f"({hidden}){rest}"


def _restored(node: ast.stmt, heads: dict[int, _Taken], lines: Lines) -> ast.stmt:
    """The statement with what was taken out of it and of the statements inside it."""
    for _, value in ast.iter_fields(node):
        if isinstance(value, list):
            for place, part in enumerate(value):
                if isinstance(part, ast.stmt):
                    value[place] = _restored(part, heads, lines)
                elif isinstance(part, (ast.ExceptHandler, ast.match_case)):
                    part.body = [_restored(inner, heads, lines) for inner in part.body]
    found = heads.get(node.lineno)
    if found is None:
        return node
    if found.alias is not None and isinstance(node, ast.Assign) and len(node.targets) == 1:
        del heads[node.lineno]
        return _alias(node, found.alias, _parameters(found, lines), lines)
    if found.alias is None and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        del heads[node.lineno]
        extend(node, type_params=_parameters(found, lines))
    return node


def _alias(node: ast.Assign, alias: tuple[str, int], parameters: list[ast.AST], lines: Lines) -> ast.stmt:
    name, index = alias
    line, column = lines.place(index)
    width = len(name.encode())
    target = ast.Name(name, ast.Store(), lineno=line, col_offset=column, end_lineno=line, end_col_offset=column + width)
    kind: Any = TypeAlias
    new: ast.stmt = ast.copy_location(kind(target, parameters, node.value), node)
    return new


def _parameters(found: _Taken, lines: Lines) -> list[ast.AST]:
    if found.parameters is None:
        return []
    text, index = found.parameters
    return [_parameter(item, index + start, lines) for start, item in _items(text) if item.strip()]


def _items(text: str) -> Iterator[tuple[int, str]]:
    """What stands between the commas, with its index."""
    start = depth = 0
    for match in _SIGN.finditer(text):
        sign = match.group()
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            yield start, text[start : match.start()]
            start = match.end()
    yield start, text[start:]


def _parameter(text: str, index: int, lines: Lines) -> ast.AST:
    """A type parameter: spelled as a parameter of a function is, with its bound for an annotation."""
    blank = len(text) - len(text.lstrip(" \t\r\n*"))
    stars = text[:blank].count("*")
    line, column = lines.place(index + blank)
    function = parsed(f"{_PREFIX}{text[blank:]}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    (name,) = function.args.args
    for node in ast.walk(function.args):
        if isinstance(node, (ast.expr, ast.arg)):
            node.col_offset += column - len(_PREFIX) if node.lineno == 1 else 0
            node.end_col_offset = (node.end_col_offset or 0) + (column - len(_PREFIX) if node.end_lineno == 1 else 0)
            node.lineno += line - 1
            node.end_lineno = (node.end_lineno or 1) + line - 1
    return _variable(name, function.args.defaults, stars)


def _variable(name: ast.arg, defaults: list[ast.expr], stars: int) -> ast.AST:
    kind: Any = (TypeVar, TypeVarTuple, ParamSpec)[stars]
    node: ast.expr = ast.copy_location(kind(name.arg) if stars else kind(name.arg, name.annotation), name)
    node.col_offset -= stars
    extend(node, default_value=defaults[0] if defaults else None)
    if defaults:
        node.end_lineno, node.end_col_offset = defaults[0].end_lineno, defaults[0].end_col_offset
    return node
