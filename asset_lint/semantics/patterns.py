"""Match patterns: what they capture, and what a class pattern says of its subject."""

from __future__ import annotations

from typing import Any

import libcst as cst

from asset_lint.semantics.builder import Builder
from asset_lint.semantics.expressions import lower


def bind_pattern(builder: Builder, pattern: Any, subject: int, syntax: Any) -> None:
    """Bind what *pattern* captures of node *subject*; *syntax* is the subject's expression, for narrowing its name."""
    kind = _class_of(builder, pattern)
    if kind is not None and not builder.dry:
        subject = builder.emit("narrow", subject, kind)
        if isinstance(syntax, cst.Name) and builder.frame.env is not None:
            builder.frame.env[syntax.value] = (subject,)
    _capture(builder, pattern, subject)


def _class_of(builder: Builder, pattern: Any) -> int | None:
    while isinstance(pattern, cst.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    if isinstance(pattern, cst.MatchClass):
        return lower(builder, pattern.cls)
    if isinstance(pattern, cst.MatchOr):
        kinds = [_class_of(builder, part.pattern) for part in pattern.patterns]
        known = [kind for kind in kinds if kind is not None]
        if known and len(known) == len(kinds):
            return builder.emit("seq", "tuple", tuple(known))
    return None


def _capture(builder: Builder, pattern: Any, subject: int) -> None:
    if isinstance(pattern, cst.MatchAs):
        _capture_as(builder, pattern, subject)
    elif isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        _capture_sequence(builder, pattern, subject)
    elif isinstance(pattern, cst.MatchMapping):
        for element in pattern.elements:
            key = lower(builder, element.key)
            bind_pattern(builder, element.pattern, builder.emit("item", subject, key), None)
        if pattern.rest is not None:
            builder.bind(pattern.rest.value, pattern, "same", subject)
    elif isinstance(pattern, cst.MatchClass):
        _capture_class(builder, pattern, subject)
    elif isinstance(pattern, cst.MatchOr):
        for option in pattern.patterns:
            bind_pattern(builder, option.pattern, subject, None)


def _capture_as(builder: Builder, pattern: cst.MatchAs, subject: int) -> None:
    if pattern.pattern is not None:
        bind_pattern(builder, pattern.pattern, subject, None)
        kind = _class_of(builder, pattern.pattern)
        subject = subject if kind is None or builder.dry else builder.emit("narrow", subject, kind)
    if pattern.name is not None:
        builder.bind(pattern.name.value, pattern, "same", subject)


def _capture_class(builder: Builder, pattern: cst.MatchClass, subject: int) -> None:
    for part in pattern.patterns:
        bind_pattern(builder, part.value, builder.emit("unknown"), None)
    for keyword in pattern.kwds:
        bind_pattern(builder, keyword.pattern, builder.emit("attr", subject, keyword.key.value), None)


def _capture_sequence(builder: Builder, pattern: Any, subject: int) -> None:
    count = len(pattern.patterns)
    starred = False
    for index, part in enumerate(pattern.patterns):
        if isinstance(part, cst.MatchStar):
            starred = True
            if part.name is not None:
                builder.bind(part.name.value, part, "unpack", subject, (index, count - index - 1), count)
        else:
            place = index - count if starred else index
            bind_pattern(builder, part.value, builder.emit("unpack", subject, place, count), None)
