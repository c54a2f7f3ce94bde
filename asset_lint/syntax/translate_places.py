"""Where the nodes of a LibCST tree stand, in lines and bytes as ``ast`` counts them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import libcst as cst
from libcst._nodes.internal import CodegenState

from asset_lint.syntax.placing import Lines

P = TypeVar("P", bound=ast.AST)
_BLANK = " \t\f\r\n\\"
_BLANKS = re.compile(r"[ \t\f\r\n\\]*")
_BLANKS_AND_COMMENTS = re.compile(r"(?:[ \t\f\r\n\\]|#[^\r\n]*)*")


class _Stretch:
    """The tokens of one node, told by the context that LibCST writes them in."""

    __slots__ = ("end", "start", "tokens")

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def __enter__(self) -> None:
        self.start = len(self.tokens)

    def __exit__(self, *_: object) -> None:
        self.end = len(self.tokens)


class _Writing(CodegenState):
    """LibCST's own code generation: its tokens, and which of them belong to which node."""

    __slots__ = ("stretches",)

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.stretches: dict[int, _Stretch] = {}

    def record_syntactic_position(self, node: Any, *, start_node: Any = None, end_node: Any = None) -> Any:
        stretch = self.stretches[id(node)] = _Stretch(self.tokens)
        return stretch

    def pop_trailing_newline(self) -> None:
        """Nothing is taken back: a newline that is not in the text does no harm behind everything."""


class Places:
    """
    The tokens of a module, the places between them, and the stretches of them that nodes take up.

    The places are counted by the tokens before them. LibCST tells them without the parentheses around an expression.
    """

    def __init__(self, module: cst.Module, text: str) -> None:
        writing = _Writing(module)
        module._codegen(writing)  # noqa: SLF001 - the public ways copy the whole tree for it
        self.tokens = writing.tokens
        self._stretches = writing.stretches
        # LibCST leaves out what is odd at the start of lines: form feeds, continued lines, indents of their own.
        written_as_read = "".join(self.tokens).startswith(text)
        self._marks = _counted(self.tokens) if written_as_read else _found(self.tokens, text)

    def start(self, node: cst.CSTNode) -> int:
        """The place at which *node* begins."""
        return self._stretches[id(node)].start

    def end(self, node: cst.CSTNode) -> int:
        """The place at which *node* ends."""
        return self._stretches[id(node)].end

    def trimmed_end(self, node: cst.CSTNode) -> int:
        """The place at which *node* ends, without blanks and comments before that."""
        place = self.end(node)
        while not (token := self.tokens[place - 1]).strip(_BLANK) or token[0] == "#":
            place -= 1
        return place

    def outer_start(self, node: cst.BaseExpression | cst.MatchPattern) -> int:
        """The place at which *node* begins with the parentheses around it."""
        place = self.start(node)
        for _ in node.lpar:
            place = self.before(place, "(")
        return place

    def outer_end(self, node: cst.BaseExpression | cst.MatchPattern) -> int:
        """The place at which *node* ends with the parentheses around it."""
        place = self.end(node)
        for _ in node.rpar:
            place = self.behind(place, ")")
        return place

    def before(self, place: int, token: str) -> int:
        """The place before the last *token* before *place*."""
        place -= 1
        while self.tokens[place] != token:
            place -= 1
        return place

    def behind(self, place: int, token: str) -> int:
        """The place behind the first *token* from *place* on."""
        return self.tokens.index(token, place) + 1

    def listed_end(self, end: int, items: Sequence[Any]) -> int:
        """Where a list without brackets ends: with its last item, which ends at *end*, or with the comma behind it."""
        return self.behind(end, ",") if isinstance(items[-1].comma, cst.Comma) else end

    def put(self, new: P, node: cst.CSTNode) -> P:
        """Give *new* the place of *node*."""
        stretch = self._stretches[id(node)]
        return self.put_between(new, stretch.start, stretch.end)

    def put_trimmed(self, new: P, node: cst.CSTNode) -> P:
        """Give *new* the place of *node*, to which LibCST counts blanks and comments at its end."""
        return self.put_between(new, self.start(node), self.trimmed_end(node))

    def put_between(self, new: P, start: int, end: int) -> P:
        """Let *new* stand from *start* to *end*."""
        placed: Any = new
        placed.lineno, placed.col_offset = self._marks[start]
        placed.end_lineno, placed.end_col_offset = self._marks[end]
        return new


def _counted(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """The line of each place, and the bytes before it in that line."""
    line, column = 1, 0
    marks = [(line, column)]
    for token in tokens:
        if "\n" in token or "\r" in token:
            line += token.count("\n") + token.count("\r") - token.count("\r\n")
            column = len(token[max(token.rfind("\n"), token.rfind("\r")) + 1 :].encode())
        else:
            column += len(token) if token.isascii() else len(token.encode())
        marks.append((line, column))
    return marks


def _found(tokens: Sequence[str], text: str) -> list[tuple[int, int]]:
    """The same, where the tokens do not make up the text: some blanks and comments are missing or others."""
    lines, index = Lines(text), 0
    marks = []
    for token in tokens:
        if not text.startswith(token, index) and (code := token.strip(_BLANK)):
            index = next((place for place in _behind_gap(text, index) if text.startswith(code, place)), index)
        marks.append(lines.place(index))
        index += len(token) if text.startswith(token, index) else 0
    return [*marks, lines.place(index)]


def _behind_gap(text: str, index: int) -> Iterator[int]:
    """Where the next token may begin: a comment may be the token, or may be missing."""
    for gap in (_BLANKS, _BLANKS_AND_COMMENTS):
        match = gap.match(text, index)
        assert match is not None
        yield match.end()
