"""Python expressions with ``$placeholders``: ``access``, and ``from`` and ``to`` of a rewrite."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from asset_lint.spelling import did_you_mean

PLACEHOLDER = re.compile(r"\$([^\W\d]\w*)")
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
    bound = {*PLACEHOLDER.findall(pattern), MANAGER}
    for name in dict.fromkeys(PLACEHOLDER.findall(replacement)):
        if name not in bound:
            known = " and ".join(f"${word}" for word in sorted(bound))
            yield "to", f"found ${name}, which from does not bind, expected {known}{did_you_mean(name, bound)}"


def _parse(template: str) -> ast.expr | None:
    try:
        return ast.parse(PLACEHOLDER.sub(r"placeholder_\1", template).strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
