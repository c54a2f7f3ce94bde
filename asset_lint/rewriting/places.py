"""A construction that is to be rewritten: its syntax, what the code there sees, and what it passes."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property

from asset_lint.rewriting.binding import Bound
from asset_lint.rewriting.layout import Layout, Written
from asset_lint.rewriting.rendering import Unwritable
from asset_lint.rewriting.scope import File, Scope
from asset_lint.rewriting.signatures import Signature
from asset_lint.rewriting.ways import InHand
from asset_lint.semantics.facts import Site
from asset_lint.semantics.guards import Guard
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import ClassKey, Values

_PRIMARY_PARENTS = (ast.Attribute, ast.Subscript, ast.Call)


@dataclass(frozen=True)
class Place:
    """
    One site of a guard.

    *call* is its syntax, *layout* how it is written, *key* the class that it builds; *signature* is that of what it
    calls, None where that is outside the project, and *arguments* what it passes by parameter. *original_is_async*
    tells a call that has to be awaited as it is, *is_called* whether it is called here, and not handed over.
    """

    file: File
    scope: Scope
    guard: Guard
    key: ClassKey
    site: Site
    call: ast.Call
    layout: Layout
    signature: Signature | None
    arguments: tuple[Bound, ...]
    original_is_async: bool = False
    is_called: bool = True

    @property
    def program(self) -> Program:
        """The project."""
        return self.file.program

    def values(self, written: Written) -> Values:
        """What an argument of the call may be."""
        return argument_values(self.program, self.file.path, self.site, written)

    @cached_property
    def in_hand(self) -> tuple[InHand, ...]:
        """What the call passes."""
        return tuple(InHand(item.written.value, self.values(item.written)) for item in self.arguments)

    @property
    def parent(self) -> ast.AST:
        """What the call is a part of."""
        return self.file.parent(self.call)

    @property
    def is_awaited(self) -> bool:
        """Whether the call stands behind ``await``."""
        return isinstance(self.parent, ast.Await)

    def awaits(self, is_async: bool, where: str) -> str:
        """
        Give what has to be written before a call, of what *where* names: "", "await" or "(await".

        Raises Unwritable where it cannot be awaited here, or where something else awaits what it gives.
        """
        if is_async == self.original_is_async:
            return ""
        if not is_async:
            raise Unwritable(f"{where} is not async, and what this call gives is awaited")
        if not self.is_called:
            raise Unwritable(f"{where} is async, and what is handed over is not awaited")
        if not isinstance(self.scope.function, ast.AsyncFunctionDef) or self.scope.generator is not None:
            raise Unwritable(f"{where} is async, and this code is not in an async function")
        child, parent = self.call, self.parent
        inner = isinstance(parent, _PRIMARY_PARENTS) and child in (
            getattr(parent, "value", None),
            getattr(parent, "func", None),
        )
        return "(await" if inner else "await"

    def where(self, signature: Signature) -> str:
        """The place where something is defined, as people write it."""
        return f"{self.file.shown.get(signature.path, signature.path)}:{signature.line}"


def argument_values(program: Program, path: str, site: Site, written: Written) -> Values:
    """What an argument of the call at *site* may be; *written.place* counts as the facts do."""
    return program.value(path, program.facts[path].nodes[site.node][2][written.place][2])
