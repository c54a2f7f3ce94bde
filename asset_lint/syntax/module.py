"""
A parsed file: its tree, and where its nodes stand.

The tree is that of ``ast``. Syntax that the running Python does not know is parsed by LibCST and translated to the same
kind of tree.
"""

from __future__ import annotations

import ast
import gc
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from asset_lint.syntax.limits import DEEPEST, SHALLOW, checked_nesting, too_deep
from asset_lint.syntax.older import older_tree
from asset_lint.syntax.parsing import parsed
from asset_lint.syntax.parts import parts
from asset_lint.syntax.placing import Lines, mark_placed
from asset_lint.syntax.source import NEWLINE, Unreadable, decode

T = TypeVar("T")

_PLACE = re.compile(r"error at (\d+):")
_STACK = 512 * 1024 * 1024
_FRAMES_PER_LEVEL = 40
_FRAMES = 50_000
"""Python's own parser bounds the depth of its trees; walking over them takes a few frames for each level."""
_HOPELESS = ("too many nested parentheses", "too many levels of indentation")


@dataclass(frozen=True)
class Module:
    """A tree, and the lines it was read from."""

    tree: ast.Module
    lines: Lines


def analyse(data: bytes, work: Callable[[Module], T]) -> T:
    """Parse *data* and return what *work* makes of it. Raises Unreadable where the file has no tree."""
    text = decode(data)
    with _quietly(), _recursion_limit(_FRAMES):
        try:
            try:
                tree = parsed(text)
            except SyntaxError as error:
                return _with_newer_syntax(text, error, work)
            except ValueError as error:
                raise Unreadable(f"cannot be parsed: {error}") from error
            return work(Module(tree, Lines(text)))
        except (RecursionError, MemoryError) as error:
            raise too_deep(text) from error


@contextmanager
def _quietly() -> Iterator[None]:
    """
    Without warnings and without the collector.

    Invalid escapes in the checked code are not our business. Trees have no cycles: the collector only walks over them,
    again and again, at half the time of a parse.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _recursion_limit(frames: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, frames))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _with_newer_syntax(text: str, error: SyntaxError, work: Callable[[Module], T]) -> T:
    """Let LibCST read what this Python cannot, on a stack that is large enough for its recursion."""
    if error.msg in _HOPELESS:  # in every version of Python
        raise Unreadable(f"cannot be parsed: {error.msg}; split the statement", error.lineno or 0) from None
    lines = Lines(text)
    try:
        tree = older_tree(text, lines) or _joined(text)
    except (SyntaxError, Unreadable, RecursionError, MemoryError):
        depth = checked_nesting(text)
        return _on_stack(text, lambda: work(Module(_translated(text, error), lines)), depth)
    return work(Module(tree, lines))


def _joined(text: str) -> ast.Module:
    """The tree of *text*, of which only the parts that Python cannot read are read by LibCST, which is slower."""
    body: list[ast.stmt] = []
    for part in parts(text):
        try:
            tree = parsed(part.text)
        except SyntaxError as error:
            tree = _on_stack(part.text, partial(_translated, part.text, error), checked_nesting(part.text))
        body += ast.increment_lineno(tree, part.before).body
    return ast.Module(body, [])


def _translated(text: str, error: SyntaxError) -> ast.Module:
    import libcst

    from asset_lint.syntax.translate import translate

    try:
        tree = translate(libcst.parse_module(text), text)
    except _refusals() as refusal:
        raise _syntax_error(text, error, _line_of(refusal)) from refusal
    mark_placed(tree)
    return tree


def _line_of(refusal: Exception) -> int:
    """The line that LibCST stopped at, 0 where it does not say."""
    import libcst

    if not isinstance(refusal, libcst.ParserSyntaxError):
        return 0
    place = _PLACE.search(refusal.message)
    return int(place.group(1)) if place else refusal.raw_line


def _refusals() -> tuple[type[Exception], ...]:
    """What LibCST raises, also by mistake (LibCST#1061), and what the translation raises for what LibCST lets pass."""
    import libcst

    return (
        libcst.ParserSyntaxError,
        libcst.CSTLogicError,
        libcst.CSTValidationError,
        TypeError,
        ValueError,
        AttributeError,
        SyntaxError,
    )


def _syntax_error(text: str, error: SyntaxError, line: int) -> Unreadable:
    """Python's own words; where LibCST got further, since Python stops at what is too new for it, LibCST's line."""
    first = error.lineno or line
    further = line > first and _is_taken(NEWLINE.split(text)[:first])
    return Unreadable(f"cannot be parsed: {error.msg}", line if further else first)


def _is_taken(lines: list[str]) -> bool:
    """Whether LibCST can read *lines*, which may be indented, and may end where a block begins."""
    import libcst

    part = "\n".join(lines)
    part = f"{part} pass\n" if part.endswith(":") else f"{part}\n"
    try:
        libcst.parse_module(f"if 1:\n{part}" if part[:1].isspace() else part)
    except _refusals():
        return False
    return True


def _on_stack(text: str, run: Callable[[], T], depth: int) -> T:
    """Do *run* on this thread's stack, or on a larger one where *depth* asks for it."""
    if depth <= SHALLOW:
        try:
            return run()
        except RecursionError:
            depth = DEEPEST  # deeper than its tokens tell
    return _on_large_stack(text, run, depth)


def _on_large_stack(text: str, run: Callable[[], T], depth: int) -> T:
    result: list[T] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            result.append(run())
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread and raised there
            failure.append(error)

    size = threading.stack_size(_STACK)
    try:
        with _recursion_limit(depth * _FRAMES_PER_LEVEL):
            thread = threading.Thread(target=target)
            try:
                thread.start()
            except RuntimeError as error:  # there is no memory for such a stack
                raise too_deep(text) from error
            thread.join()
    finally:
        threading.stack_size(size)
    if failure:
        if isinstance(failure[0], (RecursionError, MemoryError)):
            raise too_deep(text) from failure[0]
        raise failure[0]
    return result[0]
