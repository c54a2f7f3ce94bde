"""Expressions of LibCST trees as ``ast`` has them."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import libcst as cst

from asset_lint.syntax.translate_places import Places
from asset_lint.syntax.translate_strings import literal

LOAD, STORE, DELETE = ast.Load(), ast.Store(), ast.Del()
_KEYWORDS = {"None": None, "True": True, "False": False}

_BINARY: dict[type, ast.operator] = {
    cst.Add: ast.Add(),
    cst.AddAssign: ast.Add(),
    cst.BitAnd: ast.BitAnd(),
    cst.BitAndAssign: ast.BitAnd(),
    cst.BitOr: ast.BitOr(),
    cst.BitOrAssign: ast.BitOr(),
    cst.BitXor: ast.BitXor(),
    cst.BitXorAssign: ast.BitXor(),
    cst.Divide: ast.Div(),
    cst.DivideAssign: ast.Div(),
    cst.FloorDivide: ast.FloorDiv(),
    cst.FloorDivideAssign: ast.FloorDiv(),
    cst.LeftShift: ast.LShift(),
    cst.LeftShiftAssign: ast.LShift(),
    cst.MatrixMultiply: ast.MatMult(),
    cst.MatrixMultiplyAssign: ast.MatMult(),
    cst.Modulo: ast.Mod(),
    cst.ModuloAssign: ast.Mod(),
    cst.Multiply: ast.Mult(),
    cst.MultiplyAssign: ast.Mult(),
    cst.Power: ast.Pow(),
    cst.PowerAssign: ast.Pow(),
    cst.RightShift: ast.RShift(),
    cst.RightShiftAssign: ast.RShift(),
    cst.Subtract: ast.Sub(),
    cst.SubtractAssign: ast.Sub(),
}
_BOOLEAN: dict[type, ast.boolop] = {cst.And: ast.And(), cst.Or: ast.Or()}
_UNARY: dict[type, ast.unaryop] = {
    cst.BitInvert: ast.Invert(),
    cst.Minus: ast.USub(),
    cst.Not: ast.Not(),
    cst.Plus: ast.UAdd(),
}
_COMPARING: dict[type, ast.cmpop] = {
    cst.Equal: ast.Eq(),
    cst.GreaterThan: ast.Gt(),
    cst.GreaterThanEqual: ast.GtE(),
    cst.In: ast.In(),
    cst.Is: ast.Is(),
    cst.IsNot: ast.IsNot(),
    cst.LessThan: ast.Lt(),
    cst.LessThanEqual: ast.LtE(),
    cst.NotEqual: ast.NotEq(),
    cst.NotIn: ast.NotIn(),
}


def expression(places: Places, node: cst.BaseExpression) -> ast.expr:
    """The expression that *node* is, to be loaded."""
    return _KINDS[type(node)](places, node)


def optional(places: Places, node: cst.BaseExpression | None) -> ast.expr | None:
    """The expression that *node* is, if there is one."""
    return None if node is None else expression(places, node)


def target(places: Places, node: cst.BaseExpression, context: ast.expr_context = STORE) -> ast.expr:
    """The expression that *node* is, to be stored or deleted."""
    new = expression(places, node)
    _set_context(new, context)
    return new


def _set_context(node: ast.expr, context: ast.expr_context) -> None:
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        node.ctx = context
    elif isinstance(node, (ast.Tuple, ast.List)):
        node.ctx = context
        for item in node.elts:
            _set_context(item, context)
    elif isinstance(node, ast.Starred):
        node.ctx = context
        _set_context(node.value, context)


def identifier(node: cst.Name) -> str:
    """The name that *node* stands for; Python takes different spellings in Unicode for one name."""
    name = node.value
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def operator(node: cst.BaseBinaryOp | cst.BaseAugOp) -> ast.operator:
    """The binary operator that *node* is, or assigns with."""
    return _BINARY[type(node)]


def passed(places: Places, args: Iterable[cst.Arg]) -> tuple[list[ast.expr], list[ast.keyword]]:
    """The arguments of a call by position and by keyword."""
    positional: list[ast.expr] = []
    keywords: list[ast.keyword] = []
    for arg in args:
        value = expression(places, arg.value)
        if arg.keyword is not None:
            keywords.append(places.put(ast.keyword(identifier(arg.keyword), value), arg))
        elif arg.star == "**":
            keywords.append(places.put(ast.keyword(None, value), arg))
        elif arg.star:
            positional.append(places.put(ast.Starred(value, LOAD), arg))
        else:
            positional.append(value)
    return positional, keywords


def parameters(places: Places, node: cst.Parameters) -> ast.arguments:
    """The parameters of a function, with their annotations and defaults."""
    by_position = [*node.posonly_params, *node.params]
    return ast.arguments(
        [_parameter(places, item) for item in node.posonly_params],
        [_parameter(places, item) for item in node.params],
        _parameter(places, node.star_arg) if isinstance(node.star_arg, cst.Param) else None,
        [_parameter(places, item) for item in node.kwonly_params],
        [optional(places, item.default) for item in node.kwonly_params],
        None if node.star_kwarg is None else _parameter(places, node.star_kwarg),
        [expression(places, item.default) for item in by_position if item.default is not None],
    )


def _parameter(places: Places, node: cst.Param) -> ast.arg:
    written = node.annotation
    annotation = None if written is None else expression(places, written.annotation)
    end = places.end(node.name if written is None else written)
    return places.put_between(ast.arg(identifier(node.name), annotation, None), places.start(node.name), end)


def _name(places: Places, node: cst.Name) -> ast.expr:
    if node.value in _KEYWORDS:
        return places.put(ast.Constant(_KEYWORDS[node.value], None), node)
    return places.put(ast.Name(identifier(node), LOAD), node)


def _attribute(places: Places, node: cst.Attribute) -> ast.expr:
    return places.put(ast.Attribute(expression(places, node.value), identifier(node.attr), LOAD), node)


def _call(places: Places, node: cst.Call) -> ast.expr:
    function = expression(places, node.func)
    return places.put(ast.Call(function, *passed(places, node.args)), node)


def _subscript(places: Places, node: cst.Subscript) -> ast.expr:
    value = expression(places, node.value)
    return places.put(ast.Subscript(value, _slices(places, node.slice), LOAD), node)


def _slices(places: Places, nodes: Sequence[cst.SubscriptElement]) -> ast.expr:
    items = [_slice(places, node) for node in nodes]
    last = nodes[-1]
    if len(items) == 1 and not isinstance(last.comma, cst.Comma) and not isinstance(items[0], ast.Starred):
        return items[0]
    end = places.listed_end(places.trimmed_end(last), nodes)
    return places.put_between(ast.Tuple(items, LOAD), places.start(nodes[0]), end)


def _slice(places: Places, node: cst.SubscriptElement) -> ast.expr:
    inner = node.slice
    if isinstance(inner, cst.Slice):
        parts = [optional(places, part) for part in (inner.lower, inner.upper, inner.step)]
        return places.put_trimmed(ast.Slice(*parts), node)
    assert isinstance(inner, cst.Index)
    value = expression(places, inner.value)
    return places.put(ast.Starred(value, LOAD), node) if inner.star else value


def _binary(places: Places, node: cst.BinaryOperation) -> ast.expr:
    left = expression(places, node.left)
    return places.put(ast.BinOp(left, operator(node.operator), expression(places, node.right)), node)


def _boolean(places: Places, node: cst.BooleanOperation) -> ast.expr:
    kind = type(node.operator)
    values = [expression(places, item) for item in _flat(node, kind)]
    return places.put(ast.BoolOp(_BOOLEAN[kind], values), node)


def _flat(node: cst.BooleanOperation, kind: type) -> Iterator[cst.BaseExpression]:
    """The operands of a chain, which LibCST has as nested pairs."""
    found = []
    left: cst.BaseExpression = node
    while left is node or (isinstance(left, cst.BooleanOperation) and type(left.operator) is kind and not left.lpar):
        assert isinstance(left, cst.BooleanOperation)
        found.append(left.right)
        left = left.left
    found.append(left)
    return reversed(found)


def _unary(places: Places, node: cst.UnaryOperation) -> ast.expr:
    return places.put(ast.UnaryOp(_UNARY[type(node.operator)], expression(places, node.expression)), node)


def _comparison(places: Places, node: cst.Comparison) -> ast.expr:
    left = expression(places, node.left)
    operators = [_COMPARING[type(item.operator)] for item in node.comparisons]
    comparators = [expression(places, item.comparator) for item in node.comparisons]
    return places.put(ast.Compare(left, operators, comparators), node)


def _conditional(places: Places, node: cst.IfExp) -> ast.expr:
    parts = [expression(places, part) for part in (node.test, node.body, node.orelse)]
    return places.put(ast.IfExp(*parts), node)


def _lambda(places: Places, node: cst.Lambda) -> ast.expr:
    return places.put(ast.Lambda(parameters(places, node.params), expression(places, node.body)), node)


def _named(places: Places, node: cst.NamedExpr) -> ast.expr:
    name: Any = target(places, node.target)
    return places.put(ast.NamedExpr(name, expression(places, node.value)), node)


def _await(places: Places, node: cst.Await) -> ast.expr:
    return places.put(ast.Await(expression(places, node.expression)), node)


def _yield(places: Places, node: cst.Yield) -> ast.expr:
    value = node.value
    if isinstance(value, cst.From):
        return places.put(ast.YieldFrom(expression(places, value.item)), node)
    return places.put(ast.Yield(optional(places, value)), node)


def _starred(places: Places, node: cst.StarredElement) -> ast.expr:
    return places.put(ast.Starred(expression(places, node.value), LOAD), node)


def _elements(places: Places, nodes: Sequence[cst.BaseElement]) -> list[ast.expr]:
    return [
        _starred(places, node) if isinstance(node, cst.StarredElement) else expression(places, node.value)
        for node in nodes
    ]


def _tuple(places: Places, node: cst.Tuple) -> ast.expr:
    new = ast.Tuple(_elements(places, node.elements), LOAD)
    if node.lpar:
        return _within_parentheses(places, new, node)
    end = places.listed_end(places.end(node.elements[-1]), node.elements)
    return places.put_between(new, places.start(node), end)


def _within_parentheses(places: Places, new: ast.expr, node: cst.BaseExpression) -> ast.expr:
    return places.put_between(new, places.before(places.start(node), "("), places.behind(places.end(node), ")"))


def _list(places: Places, node: cst.List) -> ast.expr:
    return places.put(ast.List(_elements(places, node.elements), LOAD), node)


def _set(places: Places, node: cst.Set) -> ast.expr:
    return places.put(ast.Set(_elements(places, node.elements)), node)


def _dict(places: Places, node: cst.Dict) -> ast.expr:
    keys = [expression(places, item.key) if isinstance(item, cst.DictElement) else None for item in node.elements]
    return places.put(ast.Dict(keys, [expression(places, item.value) for item in node.elements]), node)


def _generator(places: Places, node: cst.GeneratorExp) -> ast.expr:
    new = ast.GeneratorExp(expression(places, node.elt), _comprehensions(places, node.for_in))
    # As the only argument it shares the parentheses of the call.
    return _within_parentheses(places, new, node)


def _list_comprehension(places: Places, node: cst.ListComp) -> ast.expr:
    return places.put(ast.ListComp(expression(places, node.elt), _comprehensions(places, node.for_in)), node)


def _set_comprehension(places: Places, node: cst.SetComp) -> ast.expr:
    return places.put(ast.SetComp(expression(places, node.elt), _comprehensions(places, node.for_in)), node)


def _dict_comprehension(places: Places, node: cst.DictComp) -> ast.expr:
    key, value = expression(places, node.key), expression(places, node.value)
    return places.put(ast.DictComp(key, value, _comprehensions(places, node.for_in)), node)


def _unpacking_comprehension(places: Places, node: cst.StarredDictComp) -> ast.expr:
    """Where PEP 798 unpacks dictionaries, the key is what is unpacked, and there is no value."""
    nothing: Any = None
    new = ast.DictComp(expression(places, node.value), nothing, _comprehensions(places, node.for_in))
    return places.put(new, node)


def _comprehensions(places: Places, node: cst.CompFor) -> list[ast.comprehension]:
    found = []
    inner: cst.CompFor | None = node
    while inner is not None:
        stored, iterated = target(places, inner.target), expression(places, inner.iter)
        conditions = [expression(places, item.test) for item in inner.ifs]
        found.append(ast.comprehension(stored, iterated, conditions, int(inner.asynchronous is not None)))
        inner = inner.inner_for_in
    return found


def _ellipsis(places: Places, node: cst.Ellipsis) -> ast.expr:
    return places.put(ast.Constant(..., None), node)


def _integer(places: Places, node: cst.Integer) -> ast.expr:
    try:
        value = int(node.value, 0)
    except ValueError as error:  # octal as in Python 2, or more digits than Python takes
        raise SyntaxError(str(error)) from error
    return places.put(ast.Constant(value, None), node)


def _float(places: Places, node: cst.Float) -> ast.expr:
    return places.put(ast.Constant(float(node.value), None), node)


def _imaginary(places: Places, node: cst.Imaginary) -> ast.expr:
    return places.put(ast.Constant(complex(node.value), None), node)


def _string(places: Places, node: cst.BaseString) -> ast.expr:
    return literal(places, node, expression)


_KINDS: dict[type, Callable[[Places, Any], ast.expr]] = {
    cst.Attribute: _attribute,
    cst.Await: _await,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.Call: _call,
    cst.Comparison: _comparison,
    cst.ConcatenatedString: _string,
    cst.Dict: _dict,
    cst.DictComp: _dict_comprehension,
    cst.Ellipsis: _ellipsis,
    cst.Float: _float,
    cst.FormattedString: _string,
    cst.GeneratorExp: _generator,
    cst.IfExp: _conditional,
    cst.Imaginary: _imaginary,
    cst.Integer: _integer,
    cst.Lambda: _lambda,
    cst.List: _list,
    cst.ListComp: _list_comprehension,
    cst.Name: _name,
    cst.NamedExpr: _named,
    cst.Set: _set,
    cst.SetComp: _set_comprehension,
    cst.SimpleString: _string,
    cst.StarredDictComp: _unpacking_comprehension,
    cst.StarredElement: _starred,
    cst.Subscript: _subscript,
    cst.TemplatedString: _string,
    cst.Tuple: _tuple,
    cst.UnaryOperation: _unary,
    cst.Yield: _yield,
}
