"""The call that takes the place of a construction where the configuration has a template for it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from asset_lint.config.model import Rewrite
from asset_lint.config.templates import MANAGER
from asset_lint.findings import Safety
from asset_lint.rewriting.arranging import Part, arranged
from asset_lint.rewriting.evaluation import (
    Times,
    binds_or_yields,
    bound_names,
    does_something,
    has_scope,
    is_in_order,
    is_repeatable,
    uses,
)
from asset_lint.rewriting.expressions import Expression, Filling, Missing, signature_of
from asset_lint.rewriting.inferred import NoRewriting, Rewriting
from asset_lint.rewriting.layout import Written, has_comment, span_of
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
_BRACKETED = (ast.NamedExpr, ast.Yield, ast.YieldFrom)
_OPEN_PARENTS = (ast.stmt, ast.keyword)
_DISPLAYS = (ast.Tuple, ast.List, ast.Set)


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
        self._doubts: list[str] = []
        self._require_single_use()
        self._require_own_names()
        self.expression = Expression(place.scope, place.guard, template, self._fillings())

    def rewriting(self, safety: Safety) -> Rewriting:
        """The edits; raises Missing or Unwritable where something is not there."""
        self.expression.values()
        self._require_rest_to_fit()
        text = self._arranged() if isinstance(self.template.tree, ast.Call) else self._whole()
        text, start, end = self._awaited(text)
        edit = (span_of(self.place.file.module.lines, start, end), text)
        needs = self._needs()
        doubts = [*([self.way.doubt] if self.way is not None and self.way.doubt else []), *self._doubts]
        unsafe = bool(needs) or bool(doubts) or safety is Safety.UNSAFE
        if needs and safety is Safety.SAFE:
            doubts = [f"it needs an import of {needs[0].name or needs[0].module}", *self._doubts]
        message = "rewrite as the configuration says"
        message = f"{message}; look at it: {'; '.join(dict.fromkeys(doubts))}" if doubts else message
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
            value: ast.expr = ast.parse(item.text, mode="eval").body
            text, values = item.text, UNKNOWNS
        else:
            written = item.argument.written
            value, values = written.value, self.place.values(written)
            text = self.place.file.module.lines.text[written.value_start : written.end]
        is_number = isinstance(value, ast.Constant) and not isinstance(value.value, (str, bytes))
        simple = (isinstance(value, _PRIMARY) and not is_number) or self._stands_alone(name)
        return Filling(text if simple else f"({text})", values)

    def _stands_alone(self, name: str) -> bool:
        """Whether a placeholder is, wherever it stands, a whole argument or the whole of an element."""
        alone = [self.template.tree]
        for node in ast.walk(self.template.tree):
            if isinstance(node, ast.Call):
                alone += [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg is not None)]
            elif isinstance(node, _DISPLAYS):
                alone += node.elts
        found = [node for node in ast.walk(self.template.tree) if isinstance(node, ast.expr)]
        return all(node in alone for node in found if placeholder(node) == name)

    def _require_single_use(self) -> None:
        """Raise Unwritable where something would be evaluated twice; notes what would not be evaluated."""
        used = list(uses(self.template.tree))
        for name, item in self.captures.names.items():
            times = [how for other, how in used if other == name]
            value = item.argument.written.value if item.argument is not None else None
            if value is None or is_repeatable(value):
                continue
            if len(times) > 1:
                raise Unwritable(f"${name} would be evaluated twice")
            if not does_something(value):
                continue
            if times == [Times.OFTEN]:
                raise Unwritable(f"${name} would not be evaluated exactly once")
            if not times and binds_or_yields(value):
                raise Unwritable(f"what is passed for {item.name} does something that would be lost")
            if times != [Times.ONCE]:
                self._doubts.append(f"what is passed for {item.name} is {'perhaps ' if times else ''}not evaluated")

    def _require_own_names(self) -> None:
        """Raise Unwritable where a name that the template binds means something else in what is put into it."""
        own = bound_names(self.template.tree)
        scope = self.place.scope
        if has_scope(self.template.tree) and scope.scopes[-1].kind == "class":
            raise Unwritable("names of a class are not seen inside the template's own scope")
        inside = {
            node.id
            for item in (*self.captures.names.values(), *self.captures.rest)
            if item.argument is not None
            for node in ast.walk(item.argument.written.value)
            if isinstance(node, ast.Name)
        }
        if self.way is not None:
            found = ast.walk(ast.parse(self.way.text, mode="eval"))
            inside |= {node.id for node in found if isinstance(node, ast.Name)}
        stored = {node.target.id for node in ast.walk(self.template.tree) if isinstance(node, ast.NamedExpr)}
        taken = {name for name in stored if scope.is_taken(name)}
        for name in sorted((own & inside) | taken):
            raise Unwritable(f"{name}, which the template binds, is another name at this place")

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
        before = self._evaluated(call.func)
        parts = [pair for node in call.args for pair in self._parts("", node)]
        for keyword in call.keywords:
            parts += self._parts(f"{keyword.arg}=" if keyword.arg else "**", keyword.value)
        parts = _in_order(parts)
        if not is_in_order(self.place.scope, [*before, *_flat(parts)]):
            parts = _as_at_the_site(parts)
        if not is_in_order(self.place.scope, [*before, *_flat(parts)]):
            self._note_order()
        callee = self.expression.text(call.func)
        callee = callee if isinstance(call.func, _PRIMARY) else f"({callee})"
        return arranged(self.place.file, self.place.layout, callee, [part for part, _ in parts])

    def _note_order(self) -> None:
        self._doubts.append("its arguments are evaluated in another order")

    def _evaluated(self, node: ast.expr) -> list[Written]:
        """The arguments of the site that an expression of the template evaluates, in its order."""
        found = [self.captures.names.get(name) for name, _ in uses(node)]
        return [item.argument.written for item in found if item is not None and item.argument is not None]

    def _parts(self, prefix: str, node: ast.expr) -> list[_Evaluated]:
        """The arguments that one of the template becomes, each with what it evaluates."""
        if rest(node) is not None:
            found = [(item.name, item.argument.written) for item in self.captures.rest if item.argument is not None]
            return [(Part(f"{name}=", written), (written,)) for name, written in found]
        name = placeholder(node)
        item = self.captures.names.get(name) if name is not None else None
        if item is not None and item.argument is not None:
            return [(Part(prefix, item.argument.written), (item.argument.written,))]
        text = self.expression.text(node)
        text = f"({text})" if isinstance(node, _BRACKETED) else text
        return [(Part(prefix, None, text), tuple(self._evaluated(node)))]

    def _whole(self) -> str:
        """The text of a template that is no call."""
        layout, text = self.place.layout, self.place.file.module.lines.text
        if has_comment(text[layout.start : layout.end]):
            raise Unwritable("a comment stands inside the call")
        tree = self.template.tree
        if not is_in_order(self.place.scope, self._evaluated(tree)):
            self._note_order()
        found = self.expression.text(tree)
        is_open = isinstance(self.place.parent, _OPEN_PARENTS) and not isinstance(tree, _BRACKETED)
        bare = isinstance(tree, _PRIMARY) or is_open
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


_Evaluated = tuple[Part, tuple[Written, ...]]
"""An argument of the new call with the arguments of the site that it evaluates."""


def _in_order(parts: list[_Evaluated]) -> list[_Evaluated]:
    """Arguments without a keyword have to come first."""
    return sorted(parts, key=lambda pair: _has_keyword(pair) or pair[0].prefix == "**")


def _has_keyword(pair: _Evaluated) -> bool:
    return pair[0].prefix.endswith("=")


def _flat(parts: list[_Evaluated]) -> list[Written]:
    return [written for _, evaluated in parts for written in evaluated]


def _as_at_the_site(parts: list[_Evaluated]) -> list[_Evaluated]:
    """The arguments with a keyword in the order in which the site evaluates them; the others stay where they are."""
    movable = [pair for pair in parts if _has_keyword(pair) and pair[1]]
    ordered = iter(sorted(movable, key=lambda pair: pair[1][0].start))
    return [next(ordered) if pair in movable else pair for pair in parts]
