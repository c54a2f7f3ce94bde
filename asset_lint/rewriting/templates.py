"""Rewrite and access templates: Python expressions in which ``$name`` and ``$...name`` stand for what a site has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from asset_lint.config.templates import MANAGER, PLACEHOLDER, REST
from asset_lint.rewriting.binding import Bound
from asset_lint.rewriting.signatures import Signature, Slot

_MARK, _REST_MARK = "placeholder_", "placeholder_rest_"
_POSITIONAL = frozenset({"", "/"})
_MAKING = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.ListComp, ast.SetComp, ast.DictComp)


@dataclass(frozen=True)
class Template:
    """An expression with marks for its placeholders: *tree*, and *code*, which is its text with the marks."""

    tree: ast.expr
    code: str


@cache
def parsed(template: str) -> Template:
    """Parse a template that the configuration has checked."""
    code = PLACEHOLDER.sub(rf"{_MARK}\1", REST.sub(rf"*{_REST_MARK}\1", template)).strip()
    return Template(ast.parse(code, mode="eval").body, code)


def placeholder(node: ast.expr) -> str | None:
    """The name of the placeholder that *node* is."""
    if isinstance(node, ast.Name) and node.id.startswith(_MARK) and not node.id.startswith(_REST_MARK):
        return node.id.removeprefix(_MARK)
    return None


def rest(node: ast.expr) -> str | None:
    """The name of the ``$...name`` that *node* is."""
    if isinstance(node, ast.Starred) and isinstance(node.value, ast.Name) and node.value.id.startswith(_REST_MARK):
        return node.value.id.removeprefix(_REST_MARK)
    return None


def dotted(node: ast.expr) -> str | None:
    """A chain of names as text; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    base = dotted(node.value) if isinstance(node, ast.Attribute) else None
    return f"{base}.{node.attr}" if base is not None and isinstance(node, ast.Attribute) else None


@dataclass(frozen=True)
class Captured:
    """What a placeholder stands for: an argument of the site, or the text of a default; *name* is its parameter."""

    name: str
    argument: Bound | None
    text: str = ""


@dataclass(frozen=True)
class Captures:
    """What the placeholders of a pattern stand for, and the arguments that ``$...rest`` takes."""

    names: dict[str, Captured]
    rest: tuple[Captured, ...]


def captured(pattern: str, signature: Signature | None, arguments: list[Bound]) -> Captures | None:
    """Match the arguments of a site with those of a pattern, each by its parameter; None where they do not match."""
    call = parsed(pattern).tree
    assert isinstance(call, ast.Call)
    by_name = {argument.name: argument for argument in arguments}
    names: dict[str, Captured] = {}
    used: set[str] = set()
    takes_rest = False
    for name, node in _parameters(call, signature):
        if node is None:
            takes_rest = True
            continue
        argument = by_name.get(name)
        found = _captured(name, node, argument, signature.slot(name) if signature else None)
        if found is None:
            return None
        used.add(name)
        wanted = placeholder(node)
        if wanted is not None and wanted in names and not _same(names[wanted], found):
            return None
        if wanted is not None:
            names[wanted] = found
    others = tuple(Captured(argument.name, argument) for argument in arguments if argument.name not in used)
    return Captures(names, others) if takes_rest or not others else None


def _parameters(call: ast.Call, signature: Signature | None) -> Iterator[tuple[str, ast.expr | None]]:
    """(parameter, expression) of the arguments of a pattern; None for the ``$...rest``."""
    positional = [slot.name for slot in signature.slots if slot.kind in _POSITIONAL] if signature else []
    for place, node in enumerate(call.args):
        if rest(node) is not None:
            yield "", None
        else:
            yield (positional[place] if place < len(positional) else f"#{place}"), node
    for keyword in call.keywords:
        yield keyword.arg or "", keyword.value


def _captured(name: str, node: ast.expr, argument: Bound | None, slot: Slot | None) -> Captured | None:
    """What a parameter of the pattern takes: what the site passes, else a constant default."""
    if argument is None:
        if slot is None or slot.default is None:
            return None
        matches = placeholder(node) is not None or ast.dump(node) == ast.dump(ast.parse(slot.default, mode="eval").body)
        return Captured(name, None, slot.default) if matches else None
    if placeholder(node) is None and ast.dump(node) != ast.dump(argument.written.value):
        return None
    return Captured(name, argument)


def _same(first: Captured, second: Captured) -> bool:
    """Whether two arguments that one placeholder stands for are the same: written alike, and not made anew."""
    if first.argument is None or second.argument is None:
        return first.argument is second.argument and first.text == second.text
    if any(isinstance(node, _MAKING) for node in ast.walk(first.argument.written.value)):
        return False
    return ast.dump(first.argument.written.value) == ast.dump(second.argument.written.value)


def filled(template: Template, texts: dict[str, str]) -> str:
    """The code of *template* with the placeholders in *texts* filled in."""
    return re.sub(rf"\b{_MARK}(\w+)", lambda match: texts.get(match.group(1), match.group()), template.code)


def uses_manager(template: Template) -> bool:
    """Whether ``$manager`` stands in the template."""
    return any(placeholder(node) == MANAGER for node in ast.walk(template.tree) if isinstance(node, ast.expr))
