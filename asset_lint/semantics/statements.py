"""Statements in the order in which they run, with the definitions that reach each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import libcst as cst

from asset_lint.semantics.annotations import lower_annotation
from asset_lint.semantics.builder import NONE_NODE, UNBOUND_NODE, UNKNOWN_NODE, Builder, Env, joined
from asset_lint.semantics.definitions import define_class, define_function
from asset_lint.semantics.expressions import lower, narrowed, spread
from asset_lint.semantics.names import import_binding
from asset_lint.semantics.patterns import bind_pattern
from asset_lint.syntax.children import children


def run(builder: Builder, statements: Iterable[Any]) -> None:
    """Walk over a block; afterwards ``builder.frame.env`` holds behind it."""
    for statement in statements:
        handler = _HANDLERS.get(type(statement))
        if handler is not None:
            handler(builder, statement)
        else:
            for child in children(statement):
                if isinstance(child, (cst.BaseExpression, cst.Arg)):
                    lower(builder, child)


def run_suite(builder: Builder, suite: Any) -> None:
    """Walk over the body of a compound statement."""
    for statement in suite.body:
        run(builder, statement.body if isinstance(statement, cst.SimpleStatementLine) else (statement,))


def _assign(builder: Builder, node: cst.Assign) -> None:
    value = lower(builder, node.value)
    for target in node.targets:
        assign(builder, target.target, value)
        if isinstance(target.target, cst.Name) and target.target.value == "__all__" and builder.frame.kind == "module":
            builder.facts.dunder_all = [value]


def assign(builder: Builder, target: Any, value: int) -> None:
    """Assign node *value* to a target."""
    spread(builder, target, value, lambda name, syntax, part: builder.bind(name, syntax, "same", part))


def _annotated(builder: Builder, node: cst.AnnAssign) -> None:
    annotation = lower_annotation(builder, node.annotation.annotation)
    frame = builder.frame
    if frame.kind == "class" and isinstance(node.target, cst.Name) and not builder.dry:
        builder.facts.classes[frame.owner].annotations[node.target.value] = annotation
    if node.value is not None:
        value = lower(builder, node.value)
        assign(builder, node.target, builder.emit("typed", value, annotation))
    elif isinstance(node.target, cst.Attribute):
        assign(builder, node.target, builder.emit("typed", UNBOUND_NODE, annotation))
    elif isinstance(node.target, cst.Name) and frame.kind == "module" and node.target.value not in (frame.env or {}):
        builder.bind(node.target.value, node.target, "typed", UNBOUND_NODE, annotation)


def _augmented(builder: Builder, node: cst.AugAssign) -> None:
    value = lower(builder, node.value)
    if isinstance(node.target, cst.Name):
        before = builder.lookup(node.target.value)
        if node.target.value == "__all__" and builder.frame.kind == "module":
            builder.facts.dunder_all.append(value)
        if isinstance(node.operator, (cst.AddAssign, cst.BitOrAssign)):
            builder.bind(node.target.value, node.target, "binop", before, value)
        else:
            builder.bind(node.target.value, node.target, "unknown")
    elif not builder.dry:
        base = lower(builder, node.target)
        if isinstance(node.operator, (cst.AddAssign, cst.BitOrAssign)):
            builder.facts.item_stores.append((base, UNKNOWN_NODE, builder.emit("elem", value)))


def _expression(builder: Builder, node: cst.Expr) -> None:
    if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
        return
    value = lower(builder, node.value)
    if builder.frame.kind == "module" and isinstance(node.value, cst.Call) and not builder.dry:
        _grow_all(builder, node.value, value)


def _grow_all(builder: Builder, call: cst.Call, value: int) -> None:
    """``__all__.append(x)`` and ``__all__.extend(xs)``."""
    method = call.func
    if not isinstance(method, cst.Attribute) or not isinstance(method.value, cst.Name) or len(call.args) != 1:
        return
    if method.value.value == "__all__" and method.attr.value in {"append", "extend"}:
        argument = builder.node(value)[2][0][2]
        whole = method.attr.value == "extend"
        builder.facts.dunder_all.append(argument if whole else builder.emit("seq", "list", (argument,)))


def _return(builder: Builder, node: cst.Return) -> None:
    value = lower(builder, node.value) if node.value is not None else NONE_NODE
    if builder.frame.kind == "function" and not builder.dry:
        function = builder.facts.functions[builder.frame.owner]
        function.returns.append(value)
        if builder.frame.conditions:
            function.conditions[value] = tuple(builder.frame.conditions)
    builder.frame.stop()


def _raise(builder: Builder, node: cst.Raise) -> None:
    for part in (node.exc, node.cause.item if node.cause else None):
        if part is not None:
            lower(builder, part)
    builder.frame.stop()


def _break(builder: Builder, _: cst.Break) -> None:
    if builder.frame.loops:
        builder.frame.loops[-1][0].append(builder.frame.env)
    builder.frame.stop()


def _continue(builder: Builder, _: cst.Continue) -> None:
    if builder.frame.loops:
        builder.frame.loops[-1][1].append(builder.frame.env)
    builder.frame.stop()


def _assert(builder: Builder, node: cst.Assert) -> None:
    lower(builder, node.test)
    if node.msg is not None:
        lower(builder, node.msg)
    builder.frame.env = narrowed(builder, node.test, True)


def _delete(builder: Builder, node: cst.Del) -> None:
    target = node.target
    parts = [element.value for element in target.elements] if hasattr(target, "elements") else [target]
    for part in parts:
        if isinstance(part, cst.Name):
            builder.unbind(part.value)
        else:
            lower(builder, part)


def _import(builder: Builder, node: cst.Import) -> None:
    for alias in node.names:
        dotted = dotted_name(alias.name)
        target = dotted if alias.asname is not None else dotted.partition(".")[0]
        builder.bind(import_binding(alias), alias, "module", target)


def _import_from(builder: Builder, node: cst.ImportFrom) -> None:
    level = len(node.relative)
    module = dotted_name(node.module) if node.module is not None else ""
    if isinstance(node.names, cst.ImportStar):
        if not builder.dry:
            builder.facts.stars.append(builder.emit("starfrom", level, module))
        return
    for alias in node.names:
        builder.bind(import_binding(alias), alias, "from", level, module, str(alias.name.value))


def dotted_name(node: Any) -> str:
    """``a.b.c`` as it is written in an import."""
    parts = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return ".".join([node.value, *reversed(parts)])


def _if(builder: Builder, node: cst.If) -> None:
    frame = builder.frame
    ends: list[Env | None] = []
    part: Any = node
    if (checking := _is_type_checking(node.test)) is not None:
        _type_checking(builder, node, checking)
        return
    while isinstance(part, cst.If):
        lower(builder, part.test)
        before = frame.env
        frame.env = narrowed(builder, part.test, True)
        condition = _compared_parameter(builder, part.test)
        frame.conditions += condition
        run_suite(builder, part.body)
        del frame.conditions[len(frame.conditions) - len(condition) :]
        ends.append(frame.env)
        frame.env = before
        frame.env = narrowed(builder, part.test, False)
        part = part.orelse
    if part is not None:
        run_suite(builder, part.body)
    frame.env = joined(*ends, frame.env)


def _compared_parameter(builder: Builder, test: Any) -> list[tuple[int, str]]:
    """``parameter == "text"`` as the parameter's place and the text."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1 or builder.frame.kind != "function":
        return []
    other = test.comparisons[0]
    if not isinstance(other.operator, cst.Equal) or not isinstance(other.comparator, cst.SimpleString):
        return []
    names = [item.name for item in builder.facts.functions[builder.frame.owner].parameters]
    if isinstance(test.left, cst.Name) and test.left.value in names:
        return [(names.index(test.left.value), str(other.comparator.evaluated_value))]
    return []


def _is_type_checking(test: Any) -> bool | None:
    """True for ``TYPE_CHECKING``, False for ``not TYPE_CHECKING``, ``None`` for any other condition."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        inner = _is_type_checking(test.expression)
        return None if inner is None else not inner
    name = test.attr if isinstance(test, cst.Attribute) else test
    return True if isinstance(name, cst.Name) and name.value == "TYPE_CHECKING" else None


def _type_checking(builder: Builder, node: cst.If, checking: bool) -> None:
    """What runs decides what a name is; the checker's branch only adds the names that nothing else binds."""
    frame = builder.frame
    before = None if frame.env is None else dict(frame.env)
    ends: list[Env | None] = []
    for part in (node.body, node.orelse):
        frame.env = None if before is None else dict(before)
        if isinstance(part, cst.If):
            _if(builder, part)
        elif part is not None:
            run_suite(builder, part.body if isinstance(part, cst.Else) else part)
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
    if node.orelse is not None:
        run_suite(builder, node.orelse.body)
    frame.env = joined(frame.env, *breaks)


def _iteration(builder: Builder, node: Any, begin: Callable[[], None]) -> tuple[list[Env | None], list[Env | None]]:
    frame = builder.frame
    frame.env = None if frame.env is None else dict(frame.env)
    frame.loops.append(([], []))
    begin()
    run_suite(builder, node.body)
    breaks, continues = frame.loops.pop()
    return breaks, [frame.env, *continues]


def _for(builder: Builder, node: cst.For) -> None:
    source = lower(builder, node.iter)
    _loop(builder, node, lambda: assign(builder, node.target, builder.emit("elem", source)))


def _while(builder: Builder, node: cst.While) -> None:
    def begin() -> None:
        lower(builder, node.test)
        builder.frame.env = narrowed(builder, node.test, True)

    endless = isinstance(node.test, cst.Name) and node.test.value == "True"
    _loop(builder, node, begin, endless=endless)


def _with(builder: Builder, node: cst.With) -> None:
    for item in node.items:
        value = lower(builder, item.item)
        if item.asname is not None:
            assign(builder, item.asname.name, builder.emit("enter", value))
    run_suite(builder, node.body)


def _try(builder: Builder, node: Any) -> None:
    frame = builder.frame
    before = None if frame.env is None else dict(frame.env)
    mark = len(frame.trail)
    run_suite(builder, node.body)
    raised = _interrupted(before, frame.trail[mark:])
    if node.orelse is not None:
        run_suite(builder, node.orelse.body)
    ends = [frame.env]
    for handler in node.handlers:
        frame.env = None if raised is None else dict(raised)
        _handler(builder, handler)
        ends.append(frame.env)
    frame.env = joined(*ends)
    if node.finalbody is not None:
        _finally(builder, node.finalbody, _interrupted(before, frame.trail[mark:]))


def _finally(builder: Builder, node: cst.Finally, interrupted: Env | None) -> None:
    """The block runs whatever came before; what follows it runs only where nothing was raised."""
    frame = builder.frame
    normal = frame.env
    frame.env = joined(normal, interrupted)
    start = dict(frame.env or {})
    run_suite(builder, node.body)
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


def _handler(builder: Builder, handler: Any) -> None:
    kind = lower(builder, handler.type) if handler.type is not None else UNKNOWN_NODE
    name = handler.name.name.value if handler.name is not None else None
    if name is not None:
        builder.bind(name, handler.name, "except", kind)
    run_suite(builder, handler.body)
    if name is not None:
        builder.unbind(name)


def _match(builder: Builder, node: cst.Match) -> None:
    frame = builder.frame
    subject = lower(builder, node.subject)
    ends: list[Env | None] = []
    exhausted = False
    for case in node.cases:
        before = None if frame.env is None else dict(frame.env)
        bind_pattern(builder, case.pattern, subject, node.subject)
        if case.guard is not None:
            lower(builder, case.guard)
        run_suite(builder, case.body)
        ends.append(frame.env)
        frame.env = before
        exhausted = exhausted or (case.guard is None and _irrefutable(case.pattern))
    frame.env = joined(*ends, None if exhausted else frame.env)


def _irrefutable(pattern: Any) -> bool:
    return isinstance(pattern, cst.MatchAs) and pattern.pattern is None


def _type_alias(builder: Builder, node: cst.TypeAlias) -> None:
    builder.bind(node.name.value, node, "alias", lower_annotation(builder, node.value))


def _function(builder: Builder, node: cst.FunctionDef) -> None:
    define_function(builder, node, run_suite)


def _class(builder: Builder, node: cst.ClassDef) -> None:
    define_class(builder, node, run_suite)


_HANDLERS: dict[type, Callable[[Builder, Any], None]] = {
    cst.SimpleStatementLine: lambda builder, node: run(builder, node.body),
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Expr: _expression,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
    cst.TypeAlias: _type_alias,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
}
for _name, _handler_of_lazy in (("LazyImport", _import), ("LazyImportFrom", _import_from)):
    if hasattr(cst, _name):  # PEP 810, in newer LibCST only
        _HANDLERS[getattr(cst, _name)] = _handler_of_lazy
