"""Expressions to nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from asset_lint.semantics.builder import NONE_NODE, UNKNOWN_NODE, Builder, Env, joined
from asset_lint.semantics.facts import NONE, OR, Parameter
from asset_lint.semantics.names import Bound, has_walrus
from asset_lint.semantics.narrowing import certain_walrus, type_tests
from asset_lint.syntax.grammar import Interpolation, TemplateStr
from asset_lint.syntax.placing import placed_values


def lower(builder: Builder, node: Any) -> int:
    """The node for expression *node*; its calls become sites. In a dry run only what ``:=`` binds is noted."""
    if builder.dry:
        if builder.walrus and has_walrus(node, builder.walrus):
            _dry_walrus(builder, node)
        return UNKNOWN_NODE
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(builder, node)
    for child in ast.iter_child_nodes(node):
        lower(builder, child)
    return UNKNOWN_NODE


def _dry_walrus(builder: Builder, root: ast.AST) -> None:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.NamedExpr):
            builder.bind(node.target.id, node, "unknown")
        if not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def _name(builder: Builder, node: ast.Name) -> int:
    return builder.lookup(node.id)


def _attribute(builder: Builder, node: ast.Attribute) -> int:
    base = lower(builder, node.value)
    builder.note_look(base, node.attr)
    return builder.emit("attr", base, node.attr)


def _constant(builder: Builder, node: ast.Constant) -> int:
    value = node.value
    return builder.emit("const", value) if value is None or isinstance(value, (str, int)) else UNKNOWN_NODE


def _formatted(builder: Builder, node: ast.JoinedStr | Any) -> int:
    for part in placed_values(node, builder.lines):
        if not isinstance(part, ast.Constant):
            lower(builder, part)
    return UNKNOWN_NODE


def _field(builder: Builder, node: ast.FormattedValue | Any) -> int:
    """What stands in the braces of a formatted string: the value, then its format, which may have braces too."""
    lower(builder, node.value)
    if node.format_spec is not None:
        lower(builder, node.format_spec)
    return UNKNOWN_NODE


def _unary(builder: Builder, node: ast.UnaryOp) -> int:
    value = lower(builder, node.operand)
    if isinstance(node.op, ast.USub) and builder.node(value)[0] == "const":
        number = builder.node(value)[1]
        if isinstance(number, int):
            return builder.emit("const", -number)
    return UNKNOWN_NODE


def _binary(builder: Builder, node: ast.BinOp) -> int:
    left, right = lower(builder, node.left), lower(builder, node.right)
    return builder.emit("binop", left, right) if isinstance(node.op, (ast.Add, ast.BitOr)) else UNKNOWN_NODE


def _boolean(builder: Builder, node: ast.BoolOp) -> int:
    both = isinstance(node.op, ast.And)
    values = _operands(builder, node.values, both)
    if both:
        return values[-1]  # the others are results only where they are false, and no class is
    return _either(builder, values)


def _operands(builder: Builder, operands: list[ast.expr], holds: bool) -> list[int]:
    """Each operand where the ones before it were true (``and``) or false (``or``)."""
    before = builder.frame.env
    values = []
    for operand in operands:
        values.append(lower(builder, operand))
        builder.frame.env = narrowed(builder, operand, holds)
    builder.frame.env = _with_walrus(builder, before)
    return values


def _with_walrus(builder: Builder, before: Env | None) -> Env | None:
    """The environment *before*, with what ``:=`` has bound since."""
    after = builder.frame.env
    if before is None or after is None or not builder.walrus:
        return before
    after = joined(before, after) or {}
    return {name: values for name, values in after.items() if name in builder.frame.local or name in before}


def narrowed(builder: Builder, test: Any, holds: bool) -> Env | None:
    """The environment where *test* is true (*holds*) or false, copied; the current one stays as it is."""
    env = builder.frame.env
    if env is None or builder.dry:
        return None if env is None else dict(env)
    result = dict(env)
    if builder.walrus:
        for name, syntax in certain_walrus(test, holds):
            result[name] = (builder.definition_of(syntax),)
    for name, kind, positive in type_tests(test, holds):
        base = builder.join(result[name]) if name in result else builder.lookup(name)
        result[name] = (builder.emit("narrow" if positive else "exclude", base, lower(builder, kind)),)
    return result


def _either(builder: Builder, values: list[int]) -> int:
    """The operands of ``or`` up to the first that is always true."""
    for count, value in enumerate(values, 1):
        if builder.node(value)[0] in {"func", "class"}:
            return builder.join(values[:count])
    return builder.join(values, OR)


def _conditional(builder: Builder, node: ast.IfExp) -> int:
    lower(builder, node.test)
    before = builder.frame.env
    builder.frame.env = narrowed(builder, node.test, True)
    first = lower(builder, node.body)
    builder.frame.env = before
    builder.frame.env = narrowed(builder, node.test, False)
    second = lower(builder, node.orelse)
    builder.frame.env = before
    chosen = _default_for_none(node)
    return builder.join((first, second) if chosen is not node.orelse else (second, first), *([OR] if chosen else []))


def _default_for_none(node: ast.IfExp) -> ast.expr | None:
    """The branch that gives the tested name where that is not None: ``x if x is not None else y``."""
    test = node.test
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.comparators[0], ast.Constant):
        if test.comparators[0].value is not None or not isinstance(test.ops[0], (ast.Is, ast.IsNot)):
            return None
        chosen = node.body if isinstance(test.ops[0], ast.IsNot) else node.orelse
        return chosen if ast.dump(chosen) == ast.dump(test.left) else None
    return node.body if isinstance(test, ast.Name) and ast.dump(node.body) == ast.dump(test) else None


def _walrus(builder: Builder, node: ast.NamedExpr) -> int:
    value = lower(builder, node.value)
    name = node.target.id
    for overlay in builder.frame.overlays:
        overlay.pop(name, None)
    builder.bind(name, node, "same", value)
    return value


def _subscript(builder: Builder, node: ast.Subscript) -> int:
    base = lower(builder, node.value)
    key = lower(builder, node.slice)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if any(isinstance(part, ast.Slice) for part in parts):
        return builder.emit("same", base)  # a slice holds what the whole holds
    return builder.item(builder.emit("item", base, key), node)


def _call(builder: Builder, node: ast.Call) -> int:
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        method = _method(builder)
        if method is not None:
            return builder.emit("super", method)
    callee = lower(builder, node.func)
    arguments = tuple([_argument(builder, node.func, *each) for each in _arguments(node)])
    index = builder.emit("call", callee, arguments, NONE)
    site = builder.site(index, node)
    builder.facts.nodes[index] = ("call", callee, arguments, site)
    return index


def _arguments(node: ast.Call) -> list[tuple[int, str, str, ast.expr]]:
    """(place, kind, name, value) of each argument; those without a keyword first, as Python keeps them."""
    found = []
    for place, value in enumerate(node.args):
        starred = isinstance(value, ast.Starred)
        found.append((place, "*" if starred else "", "", value.value if isinstance(value, ast.Starred) else value))
    return found + [(NONE, "=" if item.arg else "**", item.arg or "", item.value) for item in node.keywords]


def _argument(
    builder: Builder, function: ast.expr, place: int, kind: str, name: str, value: ast.expr
) -> tuple[str, str, int]:
    quoted = isinstance(value, ast.Constant) and isinstance(value.value, str) and _takes_type(function, place, name)
    return kind, name, builder.annotation(builder, value) if quoted else lower(builder, value)


def _takes_type(function: ast.expr, place: int, name: str) -> bool:
    """Whether a text at this place is a type: ``cast("C", x)``, ``TypeVar("T", bound="C")``."""
    word = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return (word == "cast" and place == 0) or (word == "TypeVar" and name == "bound")


def _method(builder: Builder) -> int | None:
    for frame in reversed(builder.frames):
        if frame.kind == "function" and builder.facts.functions[frame.owner].owner != NONE:
            return frame.owner
        if frame.kind == "class":
            return None
    return None


def _await(builder: Builder, node: ast.Await) -> int:
    return builder.emit("await", lower(builder, node.value))


def _yield(builder: Builder, node: ast.Yield) -> int:
    return _yielded(builder, node, lower(builder, node.value) if node.value is not None else NONE_NODE)


def _yield_from(builder: Builder, node: ast.YieldFrom) -> int:
    return _yielded(builder, node, builder.emit("elem", lower(builder, node.value)))


def _yielded(builder: Builder, node: ast.Yield | ast.YieldFrom, value: int) -> int:
    if builder.frame.kind == "function":
        function = builder.facts.functions[builder.frame.owner]
        function.is_generator = True
        function.yields.append(value)
        if not builder.dry:
            builder.exit("yield", value, builder.frame.owner, node)
    return UNKNOWN_NODE


def _sequence(builder: Builder, node: ast.Tuple | ast.List | ast.Set) -> int:
    kind = type(node).__name__.lower()
    return builder.emit("seq", kind, tuple([lower(builder, element) for element in node.elts]))


def _starred(builder: Builder, node: ast.Starred) -> int:
    return builder.emit("starred", lower(builder, node.value))


def _dict(builder: Builder, node: ast.Dict) -> int:
    pairs = []
    for key, value in zip(node.keys, node.values, strict=True):
        pairs.append((lower(builder, key) if key is not None else NONE, lower(builder, value)))
    return builder.emit("dict", tuple(pairs))


def _comprehension(builder: Builder, node: Any) -> int:
    depth = len(builder.frame.overlays)
    before = None if builder.frame.env is None else dict(builder.frame.env)
    for part in node.generators:
        _for_in(builder, part)
    if isinstance(node, ast.DictComp):
        lower(builder, node.key)
        value = lower(builder, node.value)
    else:
        value = lower(builder, node.elt)
    del builder.frame.overlays[depth:]
    if builder.walrus:
        builder.frame.env = joined(before, builder.frame.env)  # the body may not run at all
    return builder.emit("comp", type(node).__name__.lower(), value)


def _for_in(builder: Builder, part: ast.comprehension) -> None:
    source = builder.emit("elem", lower(builder, part.iter))
    overlay: dict[str, int] = {}
    spread(builder, part.target, source, lambda name, _, value: overlay.__setitem__(name, value))
    builder.frame.overlays.append(overlay)
    for condition in part.ifs:
        lower(builder, condition)
        _narrow_overlay(builder, condition, overlay)


def _narrow_overlay(builder: Builder, test: ast.expr, overlay: dict[str, int]) -> None:
    for name, kind, positive in type_tests(test, True):
        if name in overlay:
            operation = "narrow" if positive else "exclude"
            overlay[name] = builder.emit(operation, overlay[name], lower(builder, kind))


def spread(builder: Builder, target: Any, value: int, bind: Callable[[str, Any, int], None]) -> None:
    """Give each name of an assignment target its part of *value*; stores to attributes and items are noted."""
    if isinstance(target, ast.Name):
        bind(target.id, target, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _spread_sequence(builder, target, value, bind)
    elif builder.dry:
        return
    elif isinstance(target, ast.Attribute):
        base = lower(builder, target.value)
        builder.facts.attribute_stores.append((base, target.attr, value, builder.frame.index))
        builder.exit("attribute", value, base, target)
    elif isinstance(target, ast.Subscript):
        base = lower(builder, target.value)
        key = lower(builder, target.slice)
        builder.facts.item_stores.append((base, key, value))
        builder.exit("item", value, base, target)


def _spread_sequence(
    builder: Builder, target: ast.Tuple | ast.List, value: int, bind: Callable[[str, Any, int], None]
) -> None:
    count = len(target.elts)
    starred = False
    for index, element in enumerate(target.elts):
        if isinstance(element, ast.Starred):
            starred = True
            part = builder.emit("unpack", value, (index, count - index - 1), count)
            spread(builder, element.value, part, bind)
        else:
            part = builder.emit("unpack", value, index - count if starred else index, count)
            spread(builder, element, part, bind)


def _lambda(builder: Builder, node: ast.Lambda) -> int:
    parameters = lower_parameters(builder, node.args)
    index, function = builder.new_function("<lambda>", node)
    function.parameters, function.line = parameters, node.lineno
    bound = Bound()
    bound.names.update(parameter.name for parameter in parameters)
    function.scope = builder.open("function", "<lambda>", index, bound)
    bind_parameters(builder, index, node.args)
    function.returns.append(lower(builder, node.body))
    builder.exit("return", function.returns[-1], index, node.body)
    close_function(builder, index)
    return builder.emit("func", index)


def lower_parameters(builder: Builder, arguments: ast.arguments) -> list[Parameter]:
    """The parameters of a function, with defaults and annotations as nodes of the scope around it."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    missing = [None] * (positional - len(arguments.defaults))
    defaults = [*missing, *arguments.defaults, *([None] if arguments.vararg else []), *arguments.kw_defaults, None]
    result = []
    for (kind, syntax), default in zip(parameter_syntax(arguments), defaults, strict=False):
        result.append(Parameter(syntax.arg, kind, lower(builder, default) if default is not None else NONE))
    return result


def parameter_syntax(arguments: ast.arguments) -> list[tuple[str, ast.arg]]:
    """(kind, syntax) of the parameters in the order of ``lower_parameters``."""
    return [
        *(("/", item) for item in arguments.posonlyargs),
        *(("", item) for item in arguments.args),
        *([("*", arguments.vararg)] if arguments.vararg else []),
        *(("=", item) for item in arguments.kwonlyargs),
        *([("**", arguments.kwarg)] if arguments.kwarg else []),
    ]


def bind_parameters(builder: Builder, index: int, arguments: ast.arguments) -> None:
    """Bind the parameters in the scope that was just opened."""
    for place, (_, syntax) in enumerate(parameter_syntax(arguments)):
        builder.bind(syntax.arg, syntax, "param", index, place)


def close_function(builder: Builder, index: int) -> None:
    """Leave a function's scope and keep what closures may see of it."""
    frame = builder.close()
    function = builder.facts.functions[index]
    function.defs = {name: tuple(dict.fromkeys(values)) for name, values in frame.log.items()}


_HANDLERS: dict[type, Callable[[Builder, Any], int]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.FormattedValue: _field,
    TemplateStr: _formatted,
    Interpolation: _field,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.NamedExpr: _walrus,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Set: _sequence,
    ast.Starred: _starred,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Lambda: _lambda,
}
