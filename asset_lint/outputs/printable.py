"""Makes text from checked code safe to print: it must not be able to talk to the terminal."""

from __future__ import annotations

TAB = "    "
WIDE_SPACE = "\u3000"


def printable(text: str) -> str:
    """Escape what is not visible: control characters, changes of direction, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def printable_code(text: str) -> str:
    """Escape like :func:`printable`, but show tabs with a fixed width, so that parts of a line can be measured."""
    return "".join(TAB if character == "\t" else _visible(character) for character in text)


def _visible(character: str) -> str:
    if character.isprintable() or character == WIDE_SPACE:
        return character
    return character.encode("unicode_escape").decode("ascii")
