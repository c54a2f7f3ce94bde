"""Python expressions with ``$placeholders`` and ``$...rest``: ``access``, and ``from`` and ``to`` of a rewrite."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from asset_lint.spelling import did_you_mean

PLACEHOLDER = re.compile(r"\$([^\W\d]\w*)")
REST = re.compile(r"\$\.\.\.([^\W\d]\w*)")
MANAGER = "manager"


def template_problem(template: str) -> str | None:
    """Say why *template* is no expression; None where it is one."""
    return None if _parse(template) else "expected a Python expression in which $name stands for any expression"


def template_problems(pattern: str, replacement: str) -> Iterator[tuple[str, str]]:
    """Yield ``from`` or ``to`` with what is wrong with it; an empty template has been noted before."""
    if pattern and not isinstance(_parse(pattern), ast.Call):
        yield "from", f'found "{pattern}", expected a call in which $name stands for any expression'
    if not replacement:
        return
    if problem := template_problem(replacement):
        yield "to", f'found "{replacement}", {problem}'
        return
    yield from _rest_problems(pattern, replacement)
    bound = {*PLACEHOLDER.findall(pattern), MANAGER}
    for name in dict.fromkeys(PLACEHOLDER.findall(replacement)):
        if name not in bound:
            known = " and ".join(f"${word}" for word in sorted(bound))
            yield "to", f"found ${name}, which from does not bind, expected {known}{did_you_mean(name, bound)}"


def _rest_problems(pattern: str, replacement: str) -> Iterator[tuple[str, str]]:
    """``$...name`` stands for all other arguments: once in ``from``, and in ``to`` only where ``from`` has it."""
    taken = REST.findall(pattern)
    if len(taken) > 1:
        yield "from", f'found "{pattern}", expected one $...{taken[0]}, which stands for all other arguments'
    for name in REST.findall(replacement):
        if name not in taken:
            yield "to", f"found $...{name}, which from does not have"
    if taken and not REST.findall(replacement):
        yield "to", f"found no $...{taken[0]}, so that the arguments it stands for would be lost"


def _parse(template: str) -> ast.expr | None:
    try:
        code = PLACEHOLDER.sub(r"placeholder_\1", REST.sub(r"*placeholder_\1", template))
        return ast.parse(code.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
