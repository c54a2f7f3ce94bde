"""A parsed file: its LibCST tree, and where its nodes stand."""

from __future__ import annotations

import ast
import gc
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from asset_lint.findings import Span
from asset_lint.syntax.limits import DEEPEST, SHALLOW, checked_nesting, too_deep
from asset_lint.syntax.source import Unreadable, decode

if TYPE_CHECKING:
    import libcst as cst

T = TypeVar("T")

_STACK = 512 * 1024 * 1024
_FRAMES_PER_LEVEL = 40


def analyse(data: bytes, work: Callable[[cst.Module, str], T]) -> T:
    """
    Parse *data* and return what *work* makes of its tree and its text.

    Deep trees are handled on a thread with a large stack. Raises Unreadable where the file has no tree.
    """
    text = decode(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in the checked code are not our business
        depth = checked_nesting(text)

    def run() -> T:
        return work(_parse(data, text), text)

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
        return libcst.parse_module(data)
    except libcst.ParserSyntaxError as error:
        raise _syntax_error(text, error) from error
    except RecursionError:
        raise
    except Exception as error:
        # The native parser reports a few unusual spellings as TypeError and the like (LibCST#1061).
        raise Unreadable(f"LibCST cannot read it ({type(error).__name__}: {error})") from error


def _syntax_error(text: str, error: Any) -> Unreadable:
    """Python's own words where Python refuses the text too: they are better than the grammar's."""
    try:
        ast.parse(text)
    except SyntaxError as own:
        return Unreadable(f"cannot be parsed: {own.msg}", own.lineno or 0)
    except ValueError as own:
        return Unreadable(f"cannot be parsed: {own}")
    return Unreadable("cannot be parsed by LibCST, though this Python takes it", error.raw_line)


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


def positions(module: cst.Module, wanted: dict[int, Any]) -> dict[int, Span]:
    """
    Where the expressions whose ``id`` is a key of *wanted* stand, without parentheses around them.

    One pass of LibCST's own code generation; only the wanted nodes cost more than counting.
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

    module._codegen(State())
    return found
