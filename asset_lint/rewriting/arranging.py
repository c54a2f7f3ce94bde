"""Writes a call with its arguments in another order; comments and line breaks go with the arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from asset_lint.rewriting.layout import Layout, Written, has_comment
from asset_lint.rewriting.rendering import NEEDS_BRACKETS, Unwritable
from asset_lint.rewriting.scope import File
from asset_lint.syntax.source import NEWLINE

_TAIL = re.compile(r"[ \t]*,?[ \t]*(#[^\r\n]*)?")


@dataclass(frozen=True)
class Part:
    """An argument of the new call: what stands before its value, and the old argument or the text that is the value."""

    prefix: str
    argument: Written | None
    text: str = ""


def arranged(file: File, layout: Layout, callee: str, parts: Sequence[Part]) -> str:
    """
    The text of a call of *callee* with *parts*, laid out as the old call is.

    Raises Unwritable where a comment would be lost.
    """
    text = file.module.lines.text
    if has_comment(text[layout.start : layout.opening]):
        raise Unwritable("a comment stands inside what is called")
    values = [part.prefix + (_value(file, part) if part.argument else part.text) for part in parts]
    outside = _outside(text, layout)
    if not any(NEWLINE.search(gap) for gap in outside):
        return f"{callee}({', '.join(values)})"
    _require_no_lost_comment(text, layout, parts)
    return _on_lines(text, layout, callee, parts, values)


def _value(file: File, part: Part) -> str:
    argument = part.argument
    assert argument is not None
    text = file.module.lines.text[argument.value_start : argument.end]
    bare = file.indices(argument.value)[0] == argument.value_start
    return f"({text})" if part.prefix and bare and isinstance(argument.value, NEEDS_BRACKETS) else text


def _outside(text: str, layout: Layout) -> list[str]:
    """What stands between the arguments."""
    places = [layout.opening + 1]
    for argument in layout.arguments:
        places += [argument.start, argument.end]
    places.append(layout.end - 1)
    return [text[start:end] for start, end in zip(places[::2], places[1::2], strict=True)]


def _lead(text: str, layout: Layout, place: int) -> str:
    """The comments on lines of their own before an argument."""
    start = layout.opening + 1 if place == 0 else _tail_end(text, layout.arguments[place - 1])
    gap = text[start : layout.arguments[place].start]
    lines = NEWLINE.split(gap)[1:-1]
    return "\n".join(line.strip() for line in lines if line.strip())


def _tail_end(text: str, argument: Written) -> int:
    found = _TAIL.match(text, argument.end)
    return found.end() if found else argument.end


def _tail(text: str, argument: Written) -> str:
    """The comment behind an argument on its line."""
    found = _TAIL.match(text, argument.end)
    return (found.group(1) or "").rstrip() if found else ""


def _require_no_lost_comment(text: str, layout: Layout, parts: Sequence[Part]) -> None:
    kept = {part.argument.place for part in parts if part.argument is not None}
    for place, argument in enumerate(layout.arguments):
        if argument.place not in kept and (_lead(text, layout, place) or _tail(text, argument)):
            raise Unwritable("a comment belongs to an argument that is not passed any more")
    last = _tail_end(text, layout.arguments[-1]) if layout.arguments else layout.opening + 1
    first = layout.arguments[0].start if layout.arguments else layout.end
    if "#" in text[last : layout.end] or "#" in NEWLINE.split(text[layout.opening + 1 : first])[0]:
        raise Unwritable("a comment stands beside the brackets of the call")


def _on_lines(text: str, layout: Layout, callee: str, parts: Sequence[Part], values: Sequence[str]) -> str:
    """One argument on each line, with the indentation, the closing bracket and the last comma of the old call."""
    newline = _newline(text, layout)
    first = layout.arguments[0].start
    hanging = NEWLINE.search(text[layout.opening + 1 : first]) is not None
    line_start = max(text.rfind("\n", 0, first), text.rfind("\r", 0, first)) + 1
    written = text[line_start:first]
    indent = written if hanging else " " * (len(_line_before(text, layout.start)) + len(callee) + 1)
    indent = indent if not indent.strip() else " " * len(indent)
    order = {argument.place: place for place, argument in enumerate(layout.arguments)}
    lines: list[str] = []
    closing = text[layout.arguments[-1].end : layout.end - 1]
    comma = "," if "," in closing else ""
    for number, (part, value) in enumerate(zip(parts, values, strict=True)):
        place = order[part.argument.place] if part.argument is not None else None
        lead = _lead(text, layout, place) if place is not None else ""
        lines += [f"{indent}{line}" for line in lead.split("\n") if line]
        tail = _tail(text, part.argument) if part.argument is not None else ""
        separator = "," if number + 1 < len(parts) else comma
        lines.append(f"{indent}{value}{separator}{'  ' + tail if tail else ''}")
    body = newline.join(lines)
    if not hanging:
        body = body.lstrip()
    closed = NEWLINE.search(closing)
    end = newline + NEWLINE.split(closing)[-1] if closed else ""
    if not closed and "#" in lines[-1] and has_comment(lines[-1].rstrip(",")):
        end = newline + indent
    return f"{callee}({newline if hanging else ''}{body}{end})"


def _line_before(text: str, start: int) -> str:
    return text[max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1 : start]


def _newline(text: str, layout: Layout) -> str:
    found = NEWLINE.search(text, layout.opening)
    return found.group() if found else "\n"
