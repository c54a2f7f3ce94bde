"""Statements in the order in which they run, with the definitions that reach each of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from asset_lint.semantics.annotations import is_alias, lower_annotation
from asset_lint.semantics.builder import NONE_NODE, UNBOUND_NODE, UNKNOWN_NODE, Builder, Env, joined
from asset_lint.semantics.conditions import asked, case_tests, parameter_tests
from asset_lint.semantics.definitions import define_class, define_function, type_parameters
from asset_lint.semantics.expressions import lower, narrowed, spread
from asset_lint.semantics.names import import_binding
from asset_lint.semantics.patterns import bind_pattern
from asset_lint.syntax.grammar import TypeAlias


def run(builder: Builder, statements: Iterable[ast.stmt]) -> None:
    """Walk over a block; afterwards ``builder.frame.env`` holds behind it."""
    frame = builder.frame
    known = len(frame.conditions)
    frame.blocks += 1
    for statement in statements:
        handler = _HANDLERS.get(type(statement))
        if handler is not None:
            handler(builder, statement)
    frame.blocks -= 1
    del frame.conditions[known:]


def _assign(builder: Builder, node: ast.Assign) -> None:
    value = lower(builder, node.value)
    for target in node.targets:
        assign(builder, target, value)
        builder.note_initial(target)
        if isinstance(target, ast.Name) and target.id == "__all__" and builder.frame.kind == "module":
            builder.facts.dunder_all = [value]


def assign(builder: Builder, target: Any, value: int) -> None:
    """Assign node *value* to a target."""
    spread(builder, target, value, lambda name, syntax, part: builder.bind(name, syntax, "same", part))


def _annotated(builder: Builder, node: ast.AnnAssign) -> None:
    annotation = lower_annotation(builder, node.annotation)
    frame = builder.frame
    if frame.kind == "class" and isinstance(node.target, ast.Name) and not builder.dry:
        builder.facts.classes[frame.owner].annotations[node.target.id] = annotation
    if node.value is not None and is_alias(node.annotation) and isinstance(node.value, ast.Constant):
        assign(builder, node.target, lower_annotation(builder, node.value))
    elif node.value is not None:
        value = lower(builder, node.value)
        assign(builder, node.target, builder.emit("typed", value, annotation))
        builder.note_initial(node.target)
    elif isinstance(node.target, ast.Attribute):
        assign(builder, node.target, builder.emit("typed", UNBOUND_NODE, annotation))
    elif isinstance(node.target, ast.Name) and frame.kind == "module" and node.target.id not in (frame.env or {}):
        builder.bind(node.target.id, node.target, "typed", UNBOUND_NODE, annotation)


def _augmented(builder: Builder, node: ast.AugAssign) -> None:
    value = lower(builder, node.value)
    grows = isinstance(node.op, (ast.Add, ast.BitOr))
    if isinstance(node.target, ast.Name):
        before = builder.lookup(node.target.id)
        if node.target.id == "__all__" and builder.frame.kind == "module":
            builder.facts.dunder_all.append(value)
        if grows:
            builder.bind(node.target.id, node.target, "binop", before, value)
        else:
            builder.bind(node.target.id, node.target, "unknown")
    elif not builder.dry:
        base = lower(builder, node.target)
        if grows:
            element = builder.emit("elem", value)
            builder.facts.item_stores.append((base, UNKNOWN_NODE, element))
            builder.exit("item", element, base, node)


def _expression(builder: Builder, node: ast.Expr) -> None:
    if isinstance(node.value, ast.Constant):
        return
    value = lower(builder, node.value)
    if builder.frame.kind == "module" and isinstance(node.value, ast.Call) and not builder.dry:
        _grow_all(builder, node.value, value)


def _grow_all(builder: Builder, call: ast.Call, value: int) -> None:
    """``__all__.append(x)`` and ``__all__.extend(xs)``."""
    method = call.func
    if not isinstance(method, ast.Attribute) or not isinstance(method.value, ast.Name) or len(call.args) != 1:
        return
    if method.value.id == "__all__" and method.attr in {"append", "extend"}:
        argument = builder.node(value)[2][0][2]
        whole = method.attr == "extend"
        builder.facts.dunder_all.append(argument if whole else builder.emit("seq", "list", (argument,)))


def _return(builder: Builder, node: ast.Return) -> None:
    value = lower(builder, node.value) if node.value is not None else NONE_NODE
    if builder.frame.kind == "function" and not builder.dry:
        function = builder.facts.functions[builder.frame.owner]
        function.returns.append(value)
        builder.exit("return", value, builder.frame.owner, node)
        if builder.frame.conditions:
            function.conditions[value] = tuple(builder.frame.conditions)
    builder.frame.stop()


def _raise(builder: Builder, node: ast.Raise) -> None:
    for part in (node.exc, node.cause):
        if part is not None:
            value = lower(builder, part)
            if builder.frame.kind == "function" and not builder.dry:
                builder.exit("raise", value, builder.frame.owner, node)
    builder.frame.stop()


def _break(builder: Builder, _: ast.Break) -> None:
    if builder.frame.loops:
        builder.frame.loops[-1][0].append(builder.frame.env)
    builder.frame.stop()


def _continue(builder: Builder, _: ast.Continue) -> None:
    if builder.frame.loops:
        builder.frame.loops[-1][1].append(builder.frame.env)
    builder.frame.stop()


def _assert(builder: Builder, node: ast.Assert) -> None:
    lower(builder, node.test)
    if node.msg is not None:
        lower(builder, node.msg)
    builder.frame.env = narrowed(builder, node.test, True)


def _delete(builder: Builder, node: ast.Delete) -> None:
    targets: list[ast.expr] = list(node.targets)
    while targets:
        target = targets.pop(0)
        if isinstance(target, ast.Name):
            builder.unbind(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            targets += target.elts
        else:
            lower(builder, target)
            builder.deleted.update([target.attr] if isinstance(target, ast.Attribute) else ())


def _import(builder: Builder, node: ast.Import) -> None:
    for alias in node.names:
        target = alias.name if alias.asname is not None else alias.name.partition(".")[0]
        builder.bind(import_binding(alias), alias, "module", target)


def _import_from(builder: Builder, node: ast.ImportFrom) -> None:
    level, module = node.level, node.module or ""
    for alias in node.names:
        if alias.name != "*":
            builder.bind(import_binding(alias), alias, "from", level, module, alias.name)
        elif not builder.dry:
            builder.facts.stars.append(builder.emit("starfrom", level, module))


def _if(builder: Builder, node: ast.If) -> None:
    frame = builder.frame
    ends: list[Env | None] = []
    if (checking := _is_type_checking(node.test)) is not None:
        _type_checking(builder, node, checking)
        return
    known, afterwards = len(frame.conditions), []
    part: list[ast.stmt] = [node]
    while len(part) == 1 and isinstance(branch := part[0], ast.If) and _is_type_checking(branch.test) is None:
        lower(builder, branch.test)
        before = frame.env
        frame.env = narrowed(builder, branch.test, True)
        failing = parameter_tests(builder, branch.test, False)
        with asked(frame, parameter_tests(builder, branch.test)):
            run(builder, branch.body)
        ends.append(frame.env)
        frame.env = before
        frame.env = narrowed(builder, branch.test, False)
        frame.conditions += failing
        afterwards += failing if ends[-1] is None else []
        part = branch.orelse
    run(builder, part)
    frame.conditions[known:] = afterwards  # they hold up to the end of the block
    frame.env = joined(*ends, frame.env)


def _is_type_checking(test: ast.expr) -> bool | None:
    """True for ``TYPE_CHECKING``, False for ``not TYPE_CHECKING``, ``None`` for any other condition."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _is_type_checking(test.operand)
        return None if inner is None else not inner
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return True if name == "TYPE_CHECKING" else None


def _type_checking(builder: Builder, node: ast.If, checking: bool) -> None:
    """What runs decides what a name is; the checker's branch only adds the names that nothing else binds."""
    frame = builder.frame
    before = None if frame.env is None else dict(frame.env)
    ends: list[Env | None] = []
    for part in (node.body, node.orelse):
        frame.env = None if before is None else dict(before)
        mark = len(frame.trail)
        run(builder, part)
        if (part is node.body) is checking:
            builder.typing_only.update(value for _, value in frame.trail[mark:])
        ends.append(frame.env)
    typed, real = ends if checking else reversed(ends)
    if typed is not None and real is not None:
        real = {**real, **{name: values for name, values in typed.items() if real.get(name, (0,)) == (UNBOUND_NODE,)}}
    frame.env = real if real is not None else typed


def _loop(builder: Builder, node: Any, begin: Callable[[], None], *, endless: bool = False) -> None:
    """Walk a loop's body, first dry to learn what comes round, then for real; *endless*: left by ``break`` only."""
    frame = builder.frame
    before = frame.env
    if not builder.dry:
        builder.dry += 1
        around = _iteration(builder, node, begin)
        builder.dry -= 1
        frame.env = joined(before, *around[1])
    head = None if frame.env is None else dict(frame.env)
    breaks, ends = _iteration(builder, node, begin)
    frame.env = None if endless else joined(head, *ends)
    run(builder, node.orelse)
    frame.env = joined(frame.env, *breaks)


def _iteration(builder: Builder, node: Any, begin: Callable[[], None]) -> tuple[list[Env | None], list[Env | None]]:
    frame = builder.frame
    frame.env = None if frame.env is None else dict(frame.env)
    frame.loops.append(([], []))
    begin()
    run(builder, node.body)
    breaks, continues = frame.loops.pop()
    return breaks, [frame.env, *continues]


def _for(builder: Builder, node: ast.For | ast.AsyncFor) -> None:
    source = lower(builder, node.iter)
    _loop(builder, node, lambda: assign(builder, node.target, builder.emit("elem", source)))


def _while(builder: Builder, node: ast.While) -> None:
    def begin() -> None:
        lower(builder, node.test)
        builder.frame.env = narrowed(builder, node.test, True)

    endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    _loop(builder, node, begin, endless=endless)


_SUPPRESSING = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})


def _with(builder: Builder, node: ast.With | ast.AsyncWith) -> None:
    frame = builder.frame
    for item in node.items:
        value = lower(builder, item.context_expr)
        if item.optional_vars is not None:
            assign(builder, item.optional_vars, builder.emit("enter", value))
    before = None if frame.env is None else dict(frame.env)
    mark = len(frame.trail)
    run(builder, node.body)
    if any(map(_suppresses, node.items)):
        frame.env = joined(frame.env, _interrupted(before, frame.trail[mark:]))


def _suppresses(item: ast.withitem) -> bool:
    """Whether an error inside a ``with`` may end the block and nothing else."""
    function = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _SUPPRESSING


def _try(builder: Builder, node: ast.Try | ast.TryStar) -> None:
    frame = builder.frame
    before = None if frame.env is None else dict(frame.env)
    mark = len(frame.trail)
    run(builder, node.body)
    raised = _interrupted(before, frame.trail[mark:])
    run(builder, node.orelse)
    ends = [frame.env]
    for handler in node.handlers:
        frame.env = None if raised is None else dict(raised)
        _handler(builder, handler)
        ends.append(frame.env)
    frame.env = joined(*ends)
    if node.finalbody:
        _finally(builder, node.finalbody, _interrupted(before, frame.trail[mark:]))


def _finally(builder: Builder, body: list[ast.stmt], interrupted: Env | None) -> None:
    """The block runs whatever came before; what follows it runs only where nothing was raised."""
    frame = builder.frame
    normal = frame.env
    frame.env = joined(normal, interrupted)
    start = dict(frame.env or {})
    run(builder, body)
    if normal is None:
        frame.env = None
    elif frame.env is not None:
        for name, values in normal.items():
            if frame.env.get(name) == start.get(name):
                frame.env[name] = values


def _interrupted(before: Env | None, trail: list[tuple[str, int]]) -> Env | None:
    """What may hold where any statement of a block may have been the last that ran."""
    if before is None:
        return None
    result = dict(before)
    for name, value in trail:
        result[name] = tuple(sorted({*result.get(name, (UNBOUND_NODE,)), value}))
    return result


def _handler(builder: Builder, handler: ast.ExceptHandler) -> None:
    kind = lower(builder, handler.type) if handler.type is not None else UNKNOWN_NODE
    if handler.name is not None:
        builder.bind(handler.name, handler, "except", kind)
    run(builder, handler.body)
    if handler.name is not None:
        builder.unbind(handler.name)


def _match(builder: Builder, node: ast.Match) -> None:
    frame = builder.frame
    subject = lower(builder, node.subject)
    ends: list[Env | None] = []
    exhausted = False
    known = len(frame.conditions)
    for case in node.cases:
        before = None if frame.env is None else dict(frame.env)
        holding, failing = case_tests(builder, node.subject, case)
        bind_pattern(builder, case.pattern, subject, node.subject)
        if case.guard is not None:
            lower(builder, case.guard)
        with asked(frame, holding):
            run(builder, case.body)
        frame.conditions += failing
        ends.append(frame.env)
        frame.env = before
        exhausted = exhausted or (case.guard is None and _irrefutable(case.pattern))
    del frame.conditions[known:]
    frame.env = joined(*ends, None if exhausted else frame.env)


def _irrefutable(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _type_alias(builder: Builder, node: Any) -> None:
    with type_parameters(builder, node):
        value = lower_annotation(builder, node.value)
    builder.bind(node.name.id, node, "alias", value)


def _function(builder: Builder, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    define_function(builder, node, run)


def _class(builder: Builder, node: ast.ClassDef) -> None:
    define_class(builder, node, run)


_HANDLERS: dict[type, Callable[[Builder, Any], None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    TypeAlias: _type_alias,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
