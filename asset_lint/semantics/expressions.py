"""Expressions to nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from asset_lint.semantics.builder import NONE_NODE, UNKNOWN_NODE, Builder, Env, joined
from asset_lint.semantics.facts import NONE, Parameter
from asset_lint.semantics.names import Bound, target_names
from asset_lint.semantics.narrowing import certain_walrus, type_tests
from asset_lint.syntax.children import children


def lower(builder: Builder, node: Any) -> int:
    """The node for expression *node*; its calls become sites. In a dry run only what ``:=`` binds is noted."""
    if builder.dry:
        if builder.walrus:
            _dry_walrus(builder, node)
        return UNKNOWN_NODE
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(builder, node)
    for child in children(node):
        if isinstance(child, _EXPRESSION_PARTS):
            lower(builder, child)
    return UNKNOWN_NODE


def _dry_walrus(builder: Builder, root: Any) -> None:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.NamedExpr):
            for name in target_names(node.target):
                builder.bind(name, node, "unknown")
        if not isinstance(node, cst.Lambda):
            stack.extend(children(node))


def _name(builder: Builder, node: cst.Name) -> int:
    if node.value in _CONSTANTS:
        return builder.emit("const", _CONSTANTS[node.value])
    return builder.lookup(node.value)


def _attribute(builder: Builder, node: cst.Attribute) -> int:
    return builder.emit("attr", lower(builder, node.value), node.attr.value)


def _string(builder: Builder, node: cst.SimpleString | cst.ConcatenatedString) -> int:
    try:
        value = node.evaluated_value
    except (SyntaxError, ValueError):
        return UNKNOWN_NODE  # LibCST reads a few literals that are none
    return builder.emit("const", value) if isinstance(value, str) else UNKNOWN_NODE


def _concatenated(builder: Builder, node: cst.ConcatenatedString) -> int:
    part: Any = node
    plain = True
    while isinstance(part, cst.ConcatenatedString):
        plain = plain and isinstance(part.left, cst.SimpleString)
        lower(builder, part.left)
        part = part.right
    lower(builder, part)
    return _string(builder, node) if plain and isinstance(part, cst.SimpleString) else UNKNOWN_NODE


def _formatted(builder: Builder, node: Any) -> int:
    for part in node.parts:
        if hasattr(part, "expression"):
            lower(builder, part.expression)
            if part.format_spec:
                for inner in part.format_spec:
                    if hasattr(inner, "expression"):
                        lower(builder, inner.expression)
    return UNKNOWN_NODE


def _integer(builder: Builder, node: cst.Integer) -> int:
    try:
        return builder.emit("const", node.evaluated_value)
    except (SyntaxError, ValueError):
        return UNKNOWN_NODE  # longer than Python converts


def _unary(builder: Builder, node: cst.UnaryOperation) -> int:
    value = lower(builder, node.expression)
    if isinstance(node.operator, cst.Minus) and builder.node(value)[0] == "const":
        number = builder.node(value)[1]
        if isinstance(number, int):
            return builder.emit("const", -number)
    return UNKNOWN_NODE


def _binary(builder: Builder, node: cst.BinaryOperation) -> int:
    left, right = lower(builder, node.left), lower(builder, node.right)
    if isinstance(node.operator, (cst.Add, cst.BitOr)):
        return builder.emit("binop", left, right)
    return UNKNOWN_NODE


def _boolean(builder: Builder, node: cst.BooleanOperation) -> int:
    operands = [node.right]
    part: Any = node.left
    while isinstance(part, cst.BooleanOperation) and type(part.operator) is type(node.operator) and not part.lpar:
        operands.append(part.right)
        part = part.left
    operands.append(part)
    values = _operands(builder, list(reversed(operands)), isinstance(node.operator, cst.And))
    if isinstance(node.operator, cst.And):
        return values[-1]  # the others are results only where they are false, and no class is
    return _either(builder, values)


def _operands(builder: Builder, operands: list[Any], holds: bool) -> list[int]:
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
    return builder.join(values)


def _conditional(builder: Builder, node: cst.IfExp) -> int:
    lower(builder, node.test)
    before = builder.frame.env
    builder.frame.env = narrowed(builder, node.test, True)
    first = lower(builder, node.body)
    builder.frame.env = before
    builder.frame.env = narrowed(builder, node.test, False)
    second = lower(builder, node.orelse)
    builder.frame.env = before
    return builder.join((first, second))


def _walrus(builder: Builder, node: cst.NamedExpr) -> int:
    value = lower(builder, node.value)
    for name in target_names(node.target):
        for overlay in builder.frame.overlays:
            overlay.pop(name, None)
        builder.bind(name, node, "same", value)
    return value


def _subscript(builder: Builder, node: cst.Subscript) -> int:
    base = lower(builder, node.value)
    keys = []
    for element in node.slice:
        part = element.slice
        if isinstance(part, cst.Index):
            keys.append(lower(builder, part.value))
        else:
            for bound in (getattr(part, name, None) for name in ("lower", "upper", "step")):
                if bound is not None:
                    lower(builder, bound)
            return builder.emit("same", base)  # a slice holds what the whole holds
    key = keys[0] if len(keys) == 1 else builder.emit("seq", "tuple", tuple(keys))
    return builder.emit("item", base, key)


def _call(builder: Builder, node: cst.Call) -> int:
    if isinstance(node.func, cst.Name) and node.func.value == "super" and not node.args:
        method = _method(builder)
        if method is not None:
            return builder.emit("super", method)
    callee = lower(builder, node.func)
    arguments = []
    for place, argument in enumerate(node.args):
        name = argument.keyword.value if argument.keyword else ""
        kind = argument.star or ("=" if name else "")
        quoted = isinstance(argument.value, cst.SimpleString) and _takes_type(node.func, place, name)
        value = builder.annotation(builder, argument.value) if quoted else lower(builder, argument.value)
        arguments.append((kind, name, value))
    index = builder.emit("call", callee, tuple(arguments), NONE)
    site = builder.site(index, node)
    builder.facts.nodes[index] = ("call", callee, tuple(arguments), site)
    return index


def _takes_type(function: Any, place: int, name: str) -> bool:
    """Whether a text at this place is a type: ``cast("C", x)``, ``TypeVar("T", bound="C")``."""
    word = function.attr.value if isinstance(function, cst.Attribute) else getattr(function, "value", "")
    return (word == "cast" and place == 0) or (word == "TypeVar" and name == "bound")


def _method(builder: Builder) -> int | None:
    for frame in reversed(builder.frames):
        if frame.kind == "function" and builder.facts.functions[frame.owner].owner != NONE:
            return frame.owner
        if frame.kind == "class":
            return None
    return None


def _await(builder: Builder, node: cst.Await) -> int:
    return builder.emit("await", lower(builder, node.expression))


def _yield(builder: Builder, node: cst.Yield) -> int:
    if node.value is None:
        value = NONE_NODE
    elif isinstance(node.value, cst.From):
        value = builder.emit("elem", lower(builder, node.value.item))
    else:
        value = lower(builder, node.value)
    if builder.frame.kind == "function":
        function = builder.facts.functions[builder.frame.owner]
        function.is_generator = True
        function.yields.append(value)
    return UNKNOWN_NODE


def _sequence(builder: Builder, node: Any) -> int:
    kind = type(node).__name__.lower()
    return builder.emit("seq", kind, tuple(lower(builder, element) for element in node.elements))


def _element(builder: Builder, node: cst.Element) -> int:
    return lower(builder, node.value)


def _starred(builder: Builder, node: Any) -> int:
    return builder.emit("starred", lower(builder, node.value))


def _dict(builder: Builder, node: cst.Dict) -> int:
    pairs = []
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            pairs.append((lower(builder, element.key), lower(builder, element.value)))
        else:
            pairs.append((NONE, lower(builder, element.value)))
    return builder.emit("dict", tuple(pairs))


def _comprehension(builder: Builder, node: Any) -> int:
    kind = type(node).__name__
    depth = len(builder.frame.overlays)
    before = None if builder.frame.env is None else dict(builder.frame.env)
    _for_in(builder, node.for_in)
    if isinstance(node, cst.DictComp):
        lower(builder, node.key)
        value = lower(builder, node.value)
    else:
        value = lower(builder, node.elt)
    del builder.frame.overlays[depth:]
    if builder.walrus:
        builder.frame.env = joined(before, builder.frame.env)  # the body may not run at all
    return builder.emit("comp", kind.lower(), value)


def _for_in(builder: Builder, part: cst.CompFor) -> None:
    source = builder.emit("elem", lower(builder, part.iter))
    overlay: dict[str, int] = {}
    spread(builder, part.target, source, lambda name, _, value: overlay.__setitem__(name, value))
    builder.frame.overlays.append(overlay)
    for condition in part.ifs:
        lower(builder, condition.test)
        _narrow_overlay(builder, condition.test, overlay)
    if part.inner_for_in is not None:
        _for_in(builder, part.inner_for_in)


def _narrow_overlay(builder: Builder, test: Any, overlay: dict[str, int]) -> None:
    for name, kind, positive in type_tests(test, True):
        if name in overlay:
            operation = "narrow" if positive else "exclude"
            overlay[name] = builder.emit(operation, overlay[name], lower(builder, kind))


def spread(builder: Builder, target: Any, value: int, bind: Callable[[str, Any, int], None]) -> None:
    """Give each name of an assignment target its part of *value*; stores to attributes and items are noted."""
    if isinstance(target, cst.Name):
        bind(target.value, target, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _spread_sequence(builder, target, value, bind)
    elif builder.dry:
        return
    elif isinstance(target, cst.Attribute):
        base = lower(builder, target.value)
        builder.facts.attribute_stores.append((base, target.attr.value, value, builder.frame.index))
    elif isinstance(target, cst.Subscript):
        base = lower(builder, target.value)
        index = target.slice[0].slice
        key = lower(builder, index.value) if isinstance(index, cst.Index) and len(target.slice) == 1 else UNKNOWN_NODE
        builder.facts.item_stores.append((base, key, value))


def _spread_sequence(builder: Builder, target: Any, value: int, bind: Callable[[str, Any, int], None]) -> None:
    count = len(target.elements)
    starred = False
    for index, element in enumerate(target.elements):
        if isinstance(element, cst.StarredElement):
            starred = True
            part = builder.emit("unpack", value, (index, count - index - 1), count)
        else:
            part = builder.emit("unpack", value, index - count if starred else index, count)
        spread(builder, element.value, part, bind)


def _lambda(builder: Builder, node: cst.Lambda) -> int:
    parameters = lower_parameters(builder, node.params)
    index, function = builder.new_function("<lambda>", node)
    function.parameters = parameters
    bound = Bound()
    bound.names.update(parameter.name for parameter in parameters)
    function.scope = builder.open("function", "<lambda>", index, bound)
    bind_parameters(builder, index, node.params)
    function.returns.append(lower(builder, node.body))
    close_function(builder, index)
    return builder.emit("func", index)


def lower_parameters(builder: Builder, params: cst.Parameters) -> list[Parameter]:
    """The parameters of a function, with defaults and annotations as nodes of the scope around it."""
    result = []
    groups: tuple[tuple[str, Any], ...] = (
        ("/", params.posonly_params),
        ("", params.params),
        ("*", (params.star_arg,) if isinstance(params.star_arg, cst.Param) else ()),
        ("=", params.kwonly_params),
        ("**", (params.star_kwarg,) if params.star_kwarg else ()),
    )
    for kind, group in groups:
        for param in group:
            default = lower(builder, param.default) if param.default is not None else NONE
            result.append(Parameter(param.name.value, kind, default))
    return result


def parameter_syntax(params: cst.Parameters) -> list[cst.Param]:
    """The parameters in the order of ``lower_parameters``."""
    star = [params.star_arg] if isinstance(params.star_arg, cst.Param) else []
    last = [params.star_kwarg] if params.star_kwarg else []
    return [*params.posonly_params, *params.params, *star, *params.kwonly_params, *last]


def bind_parameters(builder: Builder, index: int, params: cst.Parameters) -> None:
    """Bind the parameters in the scope that was just opened."""
    for place, param in enumerate(parameter_syntax(params)):
        builder.bind(param.name.value, param, "param", index, place)


def close_function(builder: Builder, index: int) -> None:
    """Leave a function's scope and keep what closures may see of it."""
    frame = builder.close()
    function = builder.facts.functions[index]
    function.defs = {name: tuple(dict.fromkeys(values)) for name, values in frame.log.items()}


_CONSTANTS: dict[str, Any] = {"None": None, "True": True, "False": False}

_EXPRESSION_PARTS = (
    cst.BaseExpression,
    cst.BaseElement,
    cst.BaseDictElement,
    cst.Arg,
    cst.ComparisonTarget,
    cst.BaseSlice,
    cst.SubscriptElement,
)

_HANDLERS: dict[type, Callable[[Builder, Any], int]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.Integer: _integer,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.IfExp: _conditional,
    cst.NamedExpr: _walrus,
    cst.Subscript: _subscript,
    cst.Call: _call,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.Tuple: _sequence,
    cst.List: _sequence,
    cst.Set: _sequence,
    cst.Element: _element,
    cst.StarredElement: _starred,
    cst.Dict: _dict,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _comprehension,
    cst.Lambda: _lambda,
}
for _optional in ("TemplatedString",):  # newer LibCST only
    if hasattr(cst, _optional):
        _HANDLERS[getattr(cst, _optional)] = _formatted
