"""String literals of LibCST trees as ``ast`` has them: adjacent ones are one, escapes are resolved."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import libcst as cst

from asset_lint.syntax.grammar import Interpolation, TemplateStr
from asset_lint.syntax.translate_places import Places

Translate = Callable[[Places, cst.BaseExpression], ast.expr]
"""How the expressions inside of formatted strings become those of ``ast``."""

_Field = cst.FormattedStringExpression | cst.TemplatedStringExpression
_Content = cst.BaseFormattedStringContent | cst.BaseTemplatedStringContent
_FORMATTED = (cst.FormattedString, cst.TemplatedString)
_TEXT = (cst.FormattedStringText, cst.TemplatedStringText)

_AFTER_EXPRESSION = f"={string.whitespace}"
_NEWLINES = re.compile(r"\r\n?")
_BRACES = re.compile(r"\{\{|\}\}")
_ESCAPE = r"x[^\\]{0,2}|[0-7]{1,3}"
_IN_BYTES = re.compile(rf"\\(?:{_ESCAPE}|.)", re.DOTALL)
_NAMED = r"N\{[^}]*\}|u[^\\]{0,4}|U[^\\]{0,8}"
_IN_TEXT = re.compile(rf"\\(?:{_NAMED}|{_ESCAPE}|.)", re.DOTALL)
# LibCST takes the name of a character in a format for a field.
_IN_FORMATTED = re.compile(rf"\{{\{{|\}}\}}|\\(?:{_NAMED}|{_ESCAPE}|[^{{}}N])", re.DOTALL)


def literal(places: Places, node: cst.BaseString, translate: Translate) -> ast.expr:
    """What one literal, or several adjacent ones, are together."""
    literals = list(_literals(node))
    if not any(isinstance(item, _FORMATTED) for item in literals):
        return places.put(_joined([_constant(places, item) for item in literals]), node)
    parts = [part for item in literals for part in _parts(places, item, translate)]
    values = list(_folded(parts))
    is_template = any(isinstance(item, cst.TemplatedString) for item in literals)
    kind: Any = TemplateStr if is_template else ast.JoinedStr
    new: ast.expr = kind(values)
    return places.put(new, node)


def _literals(node: cst.BaseString) -> Iterator[cst.BaseString]:
    while isinstance(node, cst.ConcatenatedString):
        yield node.left
        node = node.right
    yield node


def _parts(places: Places, node: cst.BaseString, translate: Translate) -> Sequence[ast.expr]:
    if not isinstance(node, _FORMATTED):
        return [_constant(places, node)]
    prefix = node.start.lower()
    reading = _Reading(translate, "r" in prefix, "t" in prefix)
    return _contents(places, node.parts, places.start(node) + 1, reading)[0]


def _folded(parts: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """Neighbouring constants as one, without those that are empty."""
    constants: list[ast.Constant] = []
    for part in parts:
        if isinstance(part, ast.Constant):
            constants.append(part)
            continue
        yield from _text_of(constants)
        constants = []
        yield part
    yield from _text_of(constants)


def _text_of(constants: Sequence[ast.Constant]) -> Iterator[ast.Constant]:
    if any(constant.value for constant in constants):
        new = _joined(constants)
        first, last = constants[0], constants[-1]
        new.lineno, new.col_offset = first.lineno, first.col_offset
        new.end_lineno, new.end_col_offset = last.end_lineno, last.end_col_offset
        yield new


def _joined(constants: Sequence[ast.Constant]) -> ast.Constant:
    first = constants[0]
    if len(constants) == 1:
        return first
    values: list[Any] = [constant.value for constant in constants]
    return ast.Constant(values[0][:0].join(values), first.kind)


def _constant(places: Places, node: cst.BaseString) -> ast.Constant:
    assert isinstance(node, cst.SimpleString)
    source = node.value
    quoted = source.lstrip(string.ascii_letters)
    prefix = source[: len(source) - len(quoted)].lower()
    width = 3 if quoted[:3] in {'"""', "'''"} else 1
    text = _unix(quoted[width:-width])
    raw = "\\" not in text or "r" in prefix
    if "b" in prefix:
        value: str | bytes = (text if raw else _IN_BYTES.sub(_resolved_byte, text)).encode("latin-1")
        if not text.isascii():
            raise SyntaxError("bytes can only contain ASCII literal characters")
    else:
        value = text if raw else _IN_TEXT.sub(_resolved, text)
    return places.put(ast.Constant(value, "u" if source[0] == "u" else None), node)


def _unix(text: str) -> str:
    return _NEWLINES.sub("\n", text) if "\r" in text else text


def _resolved(match: re.Match[str]) -> str:
    sign = match.group()
    return sign[0] if sign[0] in "{}" else _unescaped(f'"{sign}"')


def _resolved_byte(match: re.Match[str]) -> str:
    return _unescaped(f'b"{match.group()}"')


@lru_cache(maxsize=1024)
def _unescaped(source: str) -> str:
    """What Python makes of a literal with nothing but one escape; a wrong one is a SyntaxError, as it is there."""
    value: str | bytes = ast.literal_eval(source)
    return value if isinstance(value, str) else value.decode("latin-1")


@dataclass(frozen=True)
class _Reading:
    """How the contents of a formatted string are read."""

    translate: Translate
    raw: bool
    is_template: bool = False

    def text(self, source: str) -> str:
        source = _unix(source)
        if not self.raw and "\\" in source:
            return _IN_FORMATTED.sub(_resolved, source)
        return _BRACES.sub(lambda match: match.group()[0], source)


def _contents(
    places: Places, contents: Sequence[_Content], place: int, reading: _Reading
) -> tuple[list[ast.expr], int]:
    """The values of *contents*, which begin at *place*, and where they end."""
    values: list[ast.expr] = []
    for content in contents:
        if isinstance(content, _TEXT):
            values.append(places.put_between(ast.Constant(reading.text(content.value), None), place, place + 1))
            place += 1
        else:
            assert isinstance(content, _Field)
            found, place = _field(places, content, place, reading)
            values += found
    return values, place


def _field(places: Places, field: _Field, start: int, reading: _Reading) -> tuple[list[ast.expr], int]:
    """
    The value of a replacement field that begins at *start*, and where it ends.

    Before it stands its own source where it ends in an equals sign.
    """
    value = reading.translate(places, field.expression)
    end = places.outer_end(field.expression)
    while places.tokens[end] not in {"!", ":", "}"}:
        end += 1
    source = _unix("".join(token for token in places.tokens[start + 1 : end] if not token.startswith("#")))
    before = [places.put_between(ast.Constant(source, None), start + 1, end)] if field.equal else []
    place = end + 2 if field.conversion else end
    spec: ast.JoinedStr | None = None
    if field.format_spec is not None:
        # The format of a field in a template is a formatted string all the same.
        contents, last = _contents(places, field.format_spec, place + 1, replace(reading, is_template=False))
        spec = places.put_between(ast.JoinedStr(list(_folded(contents))), place, last)
        place = last
    conversion = ord(field.conversion) if field.conversion else -1
    if field.equal and not field.conversion and spec is None:
        conversion = ord("r")
    new: ast.expr = ast.FormattedValue(value, conversion, spec)
    if reading.is_template:
        kind: Any = Interpolation
        new = kind(value, source.rstrip(_AFTER_EXPRESSION), conversion, spec)
    return [*before, places.put_between(new, start, place + 1)], place + 1
