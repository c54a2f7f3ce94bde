"""The text of a call that takes the place of another: only what changes is edited, so that comments stay in place."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from asset_lint.rewriting.layout import Layout, TextEdit, Written, has_comment, span_of
from asset_lint.rewriting.scope import File
from asset_lint.rewriting.signatures import Signature

_LAST_LINE = re.compile(r"([ \t]*,[ \t]*(?:#[^\r\n]*)?)(\r\n|\r|\n)")
"""What follows the last argument of a call that has a comma there and goes on in the next line."""
_POSITIONAL = frozenset({"", "/"})
NEEDS_BRACKETS = (ast.NamedExpr, ast.Yield, ast.YieldFrom)
"""What cannot stand behind a keyword as it is."""


class Unwritable(Exception):
    """A call that cannot be written; *reason* is a part of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def renamed(
    file: File,
    layout: Layout,
    callee: str,
    signature: Signature,
    taken: Mapping[int, str],
    lent: Mapping[str, str],
    *,
    awaits: str = "",
) -> list[TextEdit]:
    """
    The edits that turn a call into one of *callee*.

    *taken* gives for the place of each argument that is kept the parameter that takes it, *lent* further arguments by
    parameter. *awaits* is "await" or "(await" where the new call has to be awaited. Raises Unwritable where a comment
    would be lost or a parameter can only be passed by its position.
    """
    lines = file.module.lines
    text = lines.text
    if has_comment(text[layout.start : layout.opening]):
        raise Unwritable("a comment stands inside what is called")
    prefix = f"{awaits} " if awaits else ""
    between = text[layout.start : layout.opening]
    end = layout.opening if "\\" in between else layout.start + len(between.rstrip())  # spaces before the bracket stay
    edits = [(span_of(lines, layout.start, end), prefix + callee)]
    if "\n" not in between:
        edits += _aligned(file, layout, len(prefix + callee) - (end - layout.start))
    kept = [argument for argument in layout.arguments if argument.place in taken]
    edits += _keywords(file, kept, signature, taken, layout)
    edits += _removals(file, layout, taken)
    edits += _additions(file, layout, lent, bool(kept))
    if awaits.startswith("("):
        edits.append((span_of(lines, layout.end, layout.end), ")"))
    return edits


def _aligned(file: File, layout: Layout, shift: int) -> list[TextEdit]:
    """The edits that keep arguments in a column with the first one, which moves by *shift*."""
    lines = file.module.lines
    column = span_of(lines, layout.opening, layout.opening)
    edits: list[TextEdit] = []
    for argument in layout.arguments:
        span = span_of(lines, argument.start, argument.start)
        before = lines.line(span.line)[: span.column - 1]
        if span.line == column.line or before.strip(" ") or span.column != column.column + 1:
            continue
        begin = lines.starts[span.line - 1]
        edits.append((span_of(lines, begin, begin + max(0, -shift)), " " * max(0, shift)))
    return edits


def _keywords(
    file: File, kept: Sequence[Written], signature: Signature, taken: Mapping[int, str], layout: Layout
) -> list[TextEdit]:
    """The edits that give each argument its keyword; those that stand where they belong need none."""
    positional = [slot.name for slot in signature.slots if slot.kind in _POSITIONAL]
    lines = file.module.lines
    edits: list[TextEdit] = []
    in_order = True
    for place, argument in enumerate(kept):
        name = taken[argument.place]
        fits = place < len(positional) and positional[place] == name
        slot = signature.slot(name)
        by_position = slot is not None and slot.kind == "/"
        in_order = in_order and fits and (argument.kind == "" or by_position)
        if by_position and not in_order:
            raise Unwritable(f"{signature.name} takes {name} by its position only")
        if argument.kind == "=" and by_position:
            edits.append((span_of(lines, argument.start, argument.value_start), ""))
            continue
        if in_order or (argument.kind == "=" and argument.name == name):
            continue
        if argument.kind == "=":
            edits.append((span_of(lines, argument.start, argument.start + len(argument.name)), name))
        else:
            edits += _named(file, argument, name, layout)
    return edits


def _named(file: File, argument: Written, name: str, layout: Layout) -> list[TextEdit]:
    lines = file.module.lines
    start, end = span_of(lines, argument.start, argument.start), span_of(lines, argument.end, argument.end)
    if argument.start == layout.opening:  # a generator expression, whose brackets are those of the call
        return [(start, f"({name}="), (end, ")")]
    bare = file.indices(argument.value)[0] == argument.start
    if bare and isinstance(argument.value, NEEDS_BRACKETS):
        return [(start, f"{name}=("), (end, ")")]
    return [(start, f"{name}=")]


def _removals(file: File, layout: Layout, taken: Mapping[int, str]) -> list[TextEdit]:
    """The edits that take away arguments, with the comma that belongs to each of them."""
    lines, arguments = file.module.lines, layout.arguments
    edits: list[TextEdit] = []
    for place, argument in enumerate(arguments):
        if argument.place in taken:
            continue
        later = next((other for other in arguments[place + 1 :] if other.place in taken), None)
        earlier = later is None and any(other.place in taken for other in arguments[:place])
        start = arguments[place - 1].end if earlier else argument.start
        end = argument.end if earlier else arguments[place + 1].start if place + 1 < len(arguments) else argument.end
        if not earlier and place + 1 == len(arguments):
            end = _behind_comma(lines.text, argument.end, layout.end - 1)
        outside = lines.text[start : argument.start] + lines.text[argument.end : end]
        if "#" in outside or has_comment(lines.text[argument.start : argument.end]):
            raise Unwritable("a comment belongs to an argument that is not passed any more")
        edits.append((span_of(lines, start, end), ""))
    return edits


def _behind_comma(text: str, place: int, end: int) -> int:
    """The index behind a comma that follows, and the spaces behind that; *place* where there is none."""
    rest = text[place:end]
    stripped = rest.lstrip()
    if not stripped.startswith(","):
        return place
    return place + len(rest) - len(stripped[1:].lstrip(" \t"))


def _additions(file: File, layout: Layout, lent: Mapping[str, str], some: bool) -> list[TextEdit]:
    """The edit that adds arguments behind the last one."""
    if not lent:
        return []
    lines = file.module.lines
    added = ", ".join(f"{name}={value}" for name, value in lent.items())
    place = layout.arguments[-1].end if layout.arguments else layout.opening + 1
    if layout.arguments and layout.arguments[-1].end == layout.end:
        raise Unwritable("a generator expression cannot stand beside other arguments")
    line = _line_for_more(lines.text, layout) if some else None
    if line is not None:
        place, indent = line
        return [(span_of(lines, place, place), "".join(f"{indent}{name}={value}," for name, value in lent.items()))]
    return [(span_of(lines, place, place), f", {added}" if some else added)]


def _line_for_more(text: str, layout: Layout) -> tuple[int, str] | None:
    """Where further arguments go that get lines of their own, and what begins such a line; None where they do not."""
    last = layout.arguments[-1]
    found = _LAST_LINE.match(text, last.end, layout.end)
    start = max(text.rfind("\n", 0, last.start), text.rfind("\r", 0, last.start)) + 1
    indent = text[start : last.start]
    if found is None or indent.strip():
        return None
    return found.end(1), found.group(2) + indent
