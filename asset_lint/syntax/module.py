"""A parsed file: its LibCST tree, and where its nodes stand."""

from __future__ import annotations

import ast
import gc
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from asset_lint.findings import Span
from asset_lint.syntax.limits import DEEPEST, SHALLOW, checked_nesting, too_deep
from asset_lint.syntax.prune import Keep, Pruned, prune
from asset_lint.syntax.source import NEWLINE, Unreadable, decode, encoding_of

if TYPE_CHECKING:
    import libcst as cst

T = TypeVar("T")

_PLACE = re.compile(r"error at (\d+):")
_STACK = 512 * 1024 * 1024
_FRAMES_PER_LEVEL = 40


def analyse(data: bytes, work: Callable[[cst.Module, Pruned], T], keep: Keep | None = None) -> T:
    """
    Parse *data* and return what *work* makes of its tree and its text.

    With *keep* the bodies that it does not ask for are left out. Deep trees are handled on a thread with a large
    stack. Raises Unreadable where the file has no tree.
    """
    text = decode(data)
    if keep is not None:
        pruned = prune(text, keep)
        if pruned.dropped:
            try:
                return _analyse(data, pruned, work)
            except Unreadable:
                pass  # wrong by our own doing, or wrong anyway: the whole text tells
    return _analyse(data, Pruned(text), work)


def _analyse(data: bytes, pruned: Pruned, work: Callable[[cst.Module, Pruned], T]) -> T:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in the checked code are not our business
        depth = checked_nesting(pruned.text)

        def run() -> T:
            return work(_parse(data, pruned.text), pruned)

        with _collector_paused():
            if depth <= SHALLOW:
                try:
                    return run()
                except RecursionError:
                    # Chains that are flat for Python (implicit concatenation, "or") are deep in a LibCST tree.
                    depth = DEEPEST
            return _on_large_stack(run, depth)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Trees have no cycles: the collector only walks over them, again and again, at half the time of a parse."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _parse(data: bytes, text: str) -> cst.Module:
    import libcst

    try:
        return libcst.parse_module(text, libcst.PartialParserConfig(encoding=encoding_of(data)))
    except libcst.ParserSyntaxError as error:
        place = _PLACE.search(error.message)
        raise _syntax_error(text, int(place.group(1)) if place else error.raw_line) from error
    except (TypeError, ValueError, libcst.CSTValidationError) as error:
        # The native parser reports a few unusual spellings as TypeError and the like (LibCST#1061).
        raise _syntax_error(text, 0) from error


def _syntax_error(text: str, line: int) -> Unreadable:
    """Python's own words where Python refuses the text too: they are better than the grammar's."""
    try:
        tree = ast.parse(text)
    except SyntaxError as own:
        first = own.lineno or line
        # Python stops at the first thing that is too new for it; the grammar gets further.
        further = line > first and _is_taken(NEWLINE.split(text)[:first])
        return Unreadable(f"cannot be parsed: {own.msg}", line if further else first)
    except ValueError as own:
        return Unreadable(f"cannot be parsed: {own}", line)
    message = "cannot be parsed by LibCST, though this Python takes it; write the statement in another way"
    return Unreadable(message, _refused_line(tree, text) or line)


def _refused_line(tree: ast.Module, text: str) -> int:
    """Where the innermost statement begins that LibCST does not take; 0 where it takes each on its own."""
    found = 0
    lines = NEWLINE.split(text)
    body: list[ast.stmt] = tree.body
    while refused := next((node for node in body if not _is_taken(lines[_first(node) - 1 : node.end_lineno])), None):
        found = refused.lineno
        body = [child for child in ast.iter_child_nodes(refused) if isinstance(child, ast.stmt)]
    return found


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def _is_taken(lines: list[str]) -> bool:
    """Whether LibCST can read *lines*, which may be indented, and may end where a block begins."""
    import libcst

    part = "\n".join(lines)
    part = f"{part} pass\n" if part.endswith(":") else f"{part}\n"
    try:
        libcst.parse_module(f"if 1:\n{part}" if part[:1].isspace() else part)
    except (libcst.ParserSyntaxError, TypeError, ValueError, libcst.CSTValidationError):
        return False
    return True


def _on_large_stack(run: Callable[[], T], depth: int) -> T:
    result: list[T] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            result.append(run())
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread and raised there
            failure.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(max(limit, depth * _FRAMES_PER_LEVEL))
    try:
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    if failure:
        if isinstance(failure[0], RecursionError):
            raise too_deep(f"more than {depth}") from failure[0]
        raise failure[0]
    return result[0]


def positions(module: cst.Module, wanted: dict[int, Any], text: str = "") -> dict[int, Span]:
    """
    Where the expressions whose ``id`` is a key of *wanted* stand, without parentheses around them.

    One pass of LibCST's own code generation; only the wanted nodes cost more than counting. *text* is what *module*
    was parsed from.
    """
    from libcst._nodes.internal import CodegenState

    found: dict[int, Span] = {}
    nothing = nullcontext()

    class State(CodegenState):
        __slots__ = ("column", "line")

        def __init__(self) -> None:
            super().__init__(module.default_indent, module.default_newline)
            self.line = 1
            self.column = 1

        def add_token(self, value: str) -> None:
            if "\n" in value or "\r" in value:
                self.line += value.count("\n") + value.count("\r") - value.count("\r\n")
                self.column = len(value) - max(value.rfind("\n"), value.rfind("\r"))
            else:
                self.column += len(value)

        def add_indent_tokens(self) -> None:
            for token in self.indent_tokens:
                self.column += len(token)

        def pop_trailing_newline(self) -> None:
            """Nothing is kept, so there is nothing to take back."""

        def record_syntactic_position(self, node: Any, *, start_node: Any = None, end_node: Any = None) -> Any:
            return self._recorded(node) if id(node) in wanted else nothing

        @contextmanager
        def _recorded(self, node: Any) -> Iterator[None]:
            line, column = self.line, self.column
            yield
            found[id(node)] = Span(line, column, self.line, self.column)

    module._codegen(State())  # noqa: SLF001 - the public ways build the whole text as well
    return _shifted(found, _dropped(module, text)) if "\f" in text else found


def _dropped(module: cst.Module, text: str) -> dict[int, int]:
    """How many characters LibCST leaves out at the start of which lines: a form feed and what stands before it."""
    before, after = (NEWLINE.split(version) for version in (text, module.code))
    pairs = enumerate(zip(before, after, strict=False), 1)
    return {line: len(old) - len(new) for line, (old, new) in pairs if len(old) > len(new) and old.endswith(new)}


def _shifted(spans: dict[int, Span], dropped: dict[int, int]) -> dict[int, Span]:
    return {
        key: Span(
            span.line,
            span.column + dropped.get(span.line, 0),
            span.end_line,
            span.end_column + dropped.get(span.end_line, 0),
        )
        for key, span in spans.items()
    }
