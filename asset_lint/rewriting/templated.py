"""The call that takes the place of a construction where the configuration has a template for it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from asset_lint.config.model import Rewrite
from asset_lint.config.templates import MANAGER
from asset_lint.findings import Safety
from asset_lint.rewriting.arranging import Part, arranged
from asset_lint.rewriting.expressions import Expression, Filling, Missing, signature_of
from asset_lint.rewriting.inferred import NoRewriting, Rewriting
from asset_lint.rewriting.layout import has_comment, span_of
from asset_lint.rewriting.names import Import
from asset_lint.rewriting.places import Place
from asset_lint.rewriting.rendering import Unwritable
from asset_lint.rewriting.signatures import Signature
from asset_lint.rewriting.templates import (
    Captured,
    Captures,
    Template,
    captured,
    dotted,
    parsed,
    placeholder,
    rest,
    uses_manager,
)
from asset_lint.rewriting.ways import Way
from asset_lint.semantics.values import UNKNOWNS, Values, instance

_PRIMARY = (ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.Dict)
_OPEN_PARENTS = (ast.stmt, ast.keyword)


def templated(
    place: Place, rewrites: Sequence[Rewrite], names: Sequence[str], manager_ways: Iterable[Way]
) -> Rewriting | None:
    """
    Rewrite a site by the first template that matches it; None where none does.

    *names* are what the called thing may be called in a template. Raises NoRewriting where a template matches and
    cannot be carried out, with what is missing.
    """
    for rewrite in rewrites:
        call = parsed(rewrite.pattern).tree
        assert isinstance(call, ast.Call)
        if dotted(call.func) not in names:
            continue
        captures = captured(rewrite.pattern, place.signature, list(place.arguments))
        if captures is not None:
            return _carried_out(place, rewrite, captures, manager_ways)
    return None


def _carried_out(place: Place, rewrite: Rewrite, captures: Captures, manager_ways: Iterable[Way]) -> Rewriting:
    template = parsed(rewrite.replacement)
    needs_manager = uses_manager(template) and MANAGER not in captures.names
    problem = "no way from here to the manager"
    found: Iterable[Way | None] = manager_ways if needs_manager else (None,)
    for way in found:
        try:
            return _Filled(place, template, captures, way).rewriting(rewrite.safety)
        except (Missing, Unwritable) as reason:
            problem = reason.reason
            break  # the nearest manager is the one that is meant; another one would not have other methods
    raise NoRewriting(f'the template "{rewrite.replacement}" cannot be used: {problem}')


class _Filled:
    """A template whose placeholders have been found out."""

    def __init__(self, place: Place, template: Template, captures: Captures, way: Way | None) -> None:
        self.place = place
        self.template = template
        self.captures = captures
        self.way = way
        self._require_single_use()
        self.expression = Expression(place.scope, place.guard, template, self._fillings())

    def rewriting(self, safety: Safety) -> Rewriting:
        """The edits; raises Missing or Unwritable where something is not there."""
        self.expression.values()
        self._require_rest_to_fit()
        text = self._arranged() if isinstance(self.template.tree, ast.Call) else self._whole()
        text, start, end = self._awaited(text)
        edit = (span_of(self.place.file.module.lines, start, end), text)
        needs = self._needs()
        doubt = self.way.doubt if self.way is not None else ""
        unsafe = bool(needs) or bool(doubt) or safety is Safety.UNSAFE
        message = "rewrite as the configuration says"
        if needs and safety is Safety.SAFE:
            doubt = f"it needs an import of {needs[0].name or needs[0].module}"
        message = f"{message}; look at it: {doubt}" if doubt else message
        return Rewriting((edit,), needs, Safety.UNSAFE if unsafe else Safety.SAFE, message)

    def _needs(self) -> tuple[Import, ...]:
        own = self.way.needs if self.way is not None else ()
        return tuple(dict.fromkeys((*own, *self.expression.needs)))

    def _fillings(self) -> dict[str, Filling]:
        found = {name: self._filling(name, item) for name, item in self.captures.names.items()}
        if self.way is not None:
            found[MANAGER] = Filling(self.way.text, self._manager_values())
        return found

    def _manager_values(self) -> Values:
        keys = [key for key in self.place.guard.managers if not isinstance(key, str)]
        return frozenset(instance(key, "any") for key in keys) or UNKNOWNS

    def _filling(self, name: str, item: Captured) -> Filling:
        if item.argument is None:
            return Filling(item.text, UNKNOWNS)
        written = item.argument.written
        text = self.place.file.module.lines.text[written.value_start : written.end]
        simple = isinstance(written.value, _PRIMARY) or self._stands_alone(name)
        return Filling(text if simple else f"({text})", self.place.values(written))

    def _stands_alone(self, name: str) -> bool:
        """Whether everything that is put for a placeholder is a whole argument."""
        for node in ast.walk(self.template.tree):
            if isinstance(node, (ast.Attribute, ast.Subscript)) and placeholder(node.value) == name:
                return False
            if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Await)):
                return False
            if isinstance(node, ast.Call) and placeholder(node.func) == name:
                return False
        return True

    def _require_single_use(self) -> None:
        uses = [placeholder(node) for node in ast.walk(self.template.tree) if isinstance(node, ast.expr)]
        for name, item in self.captures.names.items():
            if item.argument is None or isinstance(item.argument.written.value, (ast.Name, ast.Constant)):
                continue
            if uses.count(name) > 1 and not isinstance(item.argument.written.value, ast.Attribute):
                raise Unwritable(f"${name} would be evaluated twice")

    def _require_rest_to_fit(self) -> None:
        """What ``$...rest`` stands for has to be parameters of the new call."""
        call = self.template.tree
        if not isinstance(call, ast.Call) or not any(rest(node) is not None for node in call.args):
            return
        for atom in self.expression.values(call.func):
            signature = signature_of(self.place.program, atom)
            if signature is None or any(slot.kind == "**" for slot in signature.slots):
                continue
            for item in self.captures.rest:
                if signature.slot(item.name) is None:
                    where = f"{signature.name} ({self.place.where(signature)})"
                    raise Missing(f"{where} has no place for {item.name}")
            self._require_all(signature, call)

    def _require_all(self, signature: Signature, call: ast.Call) -> None:
        """Raise Missing where a parameter gets nothing, neither from the template nor from ``$...rest``."""
        plain = sum(rest(node) is None for node in call.args)
        given = {slot.name for slot in [slot for slot in signature.slots if slot.kind in {"", "/"}][:plain]}
        given |= {keyword.arg or "" for keyword in call.keywords} | {item.name for item in self.captures.rest}
        for slot in signature.slots:
            if slot.is_required and slot.name not in given:
                raise Missing(f"{signature.name} ({self.place.where(signature)}) needs {slot.name}")

    def _arranged(self) -> str:
        """A call whose arguments are laid out as those of the old one."""
        call = self.template.tree
        assert isinstance(call, ast.Call)
        parts = [part for node in call.args for part in self._parts("", node)]
        for keyword in call.keywords:
            parts += self._parts(f"{keyword.arg}=" if keyword.arg else "**", keyword.value)
        return arranged(self.place.file, self.place.layout, self.expression.text(call.func), _in_order(parts))

    def _parts(self, prefix: str, node: ast.expr) -> list[Part]:
        if rest(node) is not None:
            return [
                Part(f"{item.name}=", item.argument.written) for item in self.captures.rest if item.argument is not None
            ]
        name = placeholder(node)
        item = self.captures.names.get(name) if name is not None else None
        if item is not None and item.argument is not None:
            return [Part(prefix, item.argument.written)]
        return [Part(prefix, None, self.expression.text(node))]

    def _whole(self) -> str:
        """The text of a template that is no call."""
        layout, text = self.place.layout, self.place.file.module.lines.text
        if has_comment(text[layout.start : layout.end]):
            raise Unwritable("a comment stands inside the call")
        found = self.expression.text(self.template.tree)
        bare = isinstance(self.template.tree, _PRIMARY) or isinstance(self.place.parent, _OPEN_PARENTS)
        return found if bare else f"({found})"

    def _awaited(self, text: str) -> tuple[str, int, int]:
        """The text with ``await`` where what it calls is async, and the part of the file that it takes the place of."""
        layout = self.place.layout
        call = self.template.tree
        is_async = isinstance(call, ast.Call) and any(
            atom[0] in {"func", "bound"} and self.place.program.function(atom[1], atom[2]).is_async
            for atom in self.expression.values(call.func)
        )
        if isinstance(call, ast.Await):
            self.place.awaits(not self.place.original_is_async, "what the template awaits")  # whether it may stand here
        awaits = self.place.awaits(is_async, "what the template calls")
        if awaits.startswith("("):
            return f"{awaits} {text})", layout.start, layout.end
        return (f"{awaits} {text}" if awaits else text), layout.start, layout.end


def _in_order(parts: list[Part]) -> list[Part]:
    """Arguments without a keyword have to come first."""
    return sorted(parts, key=lambda part: part.prefix.endswith("=") or part.prefix == "**")
