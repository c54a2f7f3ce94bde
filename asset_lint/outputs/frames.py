"""Findings with the code that they are about, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from asset_lint.findings import Finding
from asset_lint.outputs.printable import printable, printable_code
from asset_lint.outputs.style import Style
from asset_lint.syntax.source import Unreadable, decode, read

MAX_LINES = 5
NARROWEST = 20
CONTEXT = 8


def render_frames(findings: Sequence[Finding], style: Style) -> str:
    """Show each finding as headline, code with the span underlined, the way of the value, and the fix or why not."""
    texts = _Texts(style)
    blocks = [_frame(finding, texts.lines(finding.path), style.width) for finding in findings]
    target = StringIO()
    console = Console(
        file=target,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        legacy_windows=False,
        width=style.width,
    )
    for position, block in enumerate(blocks):
        if position:
            console.print()
        console.print(Text("\n").join(block), soft_wrap=True, highlight=False)
    return target.getvalue()


class _Texts:
    """The lines of files; a file with several findings is read once."""

    def __init__(self, style: Style) -> None:
        self.given = style.texts
        self.path = ""
        self.current: list[str] = []

    def lines(self, path: str) -> list[str]:
        if path != self.path:
            self.path = path
            self.current = _split(self.given[path] if path in self.given else _text(path))
        return self.current


def _text(path: str) -> str:
    try:
        return decode(read(path))
    except Unreadable:  # gone since it was checked: the finding is shown without its code
        return ""


def _split(text: str) -> list[str]:
    # Not splitlines(), which also splits where Python code goes on: at form feeds, for one.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _frame(finding: Finding, lines: Sequence[str], width: int) -> list[Text]:
    span = finding.span
    place = Text(f"{printable(finding.path)}:{span.line}:{span.column}", "bold")
    message = Text.assemble(place, " ", (finding.code, "bold red"), " ", printable(finding.message))
    if finding.certainty == "possible":
        message.append(" (possible)", "yellow")
    last = min(span.end_line, len(lines))
    gutter = len(str(max(span.line, last)))
    block = [message, *_code(finding, lines, gutter, width)]
    margin = " " * (gutter + 1)
    for step in finding.flow:
        where = f"{printable(step.path)}:{step.line}:{step.column}"
        block.append(Text.assemble(margin, ("-> ", "cyan"), (where, "bold"), " ", printable(step.message)))
    if finding.fix is not None:
        label = f"fix ({finding.fix.safety.value}): "
        block.append(Text.assemble(margin, "= ", (label, "bold green"), printable(finding.fix.message)))
    elif finding.no_fix_reason is not None:
        block.append(Text.assemble(margin, "= ", ("no fix: ", "bold"), printable(finding.no_fix_reason)))
    return block


def _code(finding: Finding, lines: Sequence[str], gutter: int, width: int) -> Iterator[Text]:
    span = finding.span
    numbers = list(range(span.line, min(span.end_line, len(lines)) + 1))
    bar = ("| ", "blue")
    empty = " " * (gutter + 1)
    if numbers:
        yield Text.assemble(empty, ("|", "blue"))
    for number in numbers:
        if len(numbers) > MAX_LINES and MAX_LINES - 2 <= number - span.line < len(numbers) - 1:
            if number - span.line == MAX_LINES - 2:
                yield Text.assemble(empty, ("...", "blue"))
            continue
        line = lines[number - 1]
        first = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(line.rstrip())
        code, before, marked = _cut(line, first, max(first, end), max(width - gutter - 3, NARROWEST))
        yield Text.assemble((f"{number:>{gutter}} ", "blue"), bar, code)
        yield Text.assemble(empty, bar, " " * before, ("^" * marked, "bold red"))


def _cut(line: str, first: int, end: int, room: int) -> tuple[str, int, int]:
    """
    Give what fits of a line, the cells before the marked part, and the cells that are marked.

    What is marked stays in sight: a long line loses its beginning, but for some context, and its end.
    """
    start = 0
    if _cells(line[:end]) > room:
        start = max(0, first - CONTEXT)
    ahead = "..." if start else ""
    shown, used, stop = [ahead], len(ahead), start
    for character in line[start:]:
        piece = printable_code(character)
        if used + cell_len(piece) > room:
            shown.append("...")
            break
        shown.append(piece)
        used += cell_len(piece)
        stop += 1
    before = len(ahead) + _cells(line[start:first])
    return "".join(shown).rstrip(), before, max(1, _cells(line[first : min(end, stop)]))


def _cells(text: str) -> int:
    return cell_len(printable_code(text))
