"""Match patterns: what they capture, and what a class pattern says of its subject."""

from __future__ import annotations

import ast
from typing import Any

from asset_lint.semantics.builder import Builder
from asset_lint.semantics.expressions import lower


def bind_pattern(builder: Builder, pattern: ast.pattern, subject: int, syntax: Any) -> None:
    """Bind what *pattern* captures of node *subject*; *syntax* is the subject's expression, for narrowing its name."""
    kind = _class_of(builder, pattern)
    if kind is not None and not builder.dry:
        subject = builder.emit("narrow", subject, kind)
        if isinstance(syntax, ast.Name) and builder.frame.env is not None:
            builder.frame.env[syntax.id] = (subject,)
    _capture(builder, pattern, subject)


def _class_of(builder: Builder, pattern: ast.pattern) -> int | None:
    while isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    if isinstance(pattern, ast.MatchClass):
        return lower(builder, pattern.cls)
    if isinstance(pattern, ast.MatchOr):
        kinds = [_class_of(builder, part) for part in pattern.patterns]
        known = [kind for kind in kinds if kind is not None]
        if known and len(known) == len(kinds):
            return builder.emit("seq", "tuple", tuple(known))
    return None


def _capture(builder: Builder, pattern: ast.pattern, subject: int) -> None:
    if isinstance(pattern, ast.MatchAs):
        _capture_as(builder, pattern, subject)
    elif isinstance(pattern, ast.MatchSequence):
        _capture_sequence(builder, pattern, subject)
    elif isinstance(pattern, ast.MatchMapping):
        for key, value in zip(pattern.keys, pattern.patterns, strict=True):
            bind_pattern(builder, value, builder.emit("item", subject, lower(builder, key)), None)
        if pattern.rest is not None:
            builder.bind(pattern.rest, pattern, "same", subject)
    elif isinstance(pattern, ast.MatchClass):
        _capture_class(builder, pattern, subject)
    elif isinstance(pattern, ast.MatchOr):
        for option in pattern.patterns:
            bind_pattern(builder, option, subject, None)


def _capture_as(builder: Builder, pattern: ast.MatchAs, subject: int) -> None:
    if pattern.pattern is not None:
        bind_pattern(builder, pattern.pattern, subject, None)
        kind = _class_of(builder, pattern.pattern)
        subject = subject if kind is None or builder.dry else builder.emit("narrow", subject, kind)
    if pattern.name is not None:
        builder.bind(pattern.name, pattern, "same", subject)


def _capture_class(builder: Builder, pattern: ast.MatchClass, subject: int) -> None:
    for part in pattern.patterns:
        bind_pattern(builder, part, builder.emit("unknown"), None)
    for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        bind_pattern(builder, part, builder.emit("attr", subject, name), None)


def _capture_sequence(builder: Builder, pattern: ast.MatchSequence, subject: int) -> None:
    count = len(pattern.patterns)
    starred = False
    for index, part in enumerate(pattern.patterns):
        if isinstance(part, ast.MatchStar):
            starred = True
            if part.name is not None:
                builder.bind(part.name, part, "unpack", subject, (index, count - index - 1), count)
        else:
            place = index - count if starred else index
            bind_pattern(builder, part, builder.emit("unpack", subject, place, count), None)
