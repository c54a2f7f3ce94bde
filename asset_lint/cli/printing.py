"""Where output goes and what it may look like there."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from asset_lint.errors import UsageError
from asset_lint.outputs import Style


def style_for(
    color: str,
    *,
    to_file: bool,
    quiet: bool = False,
    verbose: bool = False,
    statistics: bool = False,
    texts: Mapping[str, str] | None = None,
) -> Style:
    """
    Choose a style for where the output goes.

    Frames are for people: on a terminal, or where colour is asked for. https://no-color.org is respected.
    """
    terminal = not to_file and sys.stdout is not None and sys.stdout.isatty()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    colored = color == "always" or (color == "auto" and terminal and not plain)
    width = 80
    if terminal:
        from shutil import get_terminal_size

        width = get_terminal_size().columns
    return Style(
        frames=terminal or colored,
        color=colored,
        width=width,
        quiet=quiet,
        verbose=verbose,
        statistics=statistics,
        texts=texts or {},
    )


def emit(text: str, output: Path | None) -> None:
    """Write *text* to *output* or standard output, without failing where a reader has gone or an encoding is small."""
    if output is not None:
        try:
            output.write_bytes(text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from error
        return
    encoding = "utf-8" if sys.stdout is None else sys.stdout.encoding or "utf-8"
    emit_bytes(text.encode(encoding, "backslashreplace"))


def emit_bytes(data: bytes) -> None:
    """Write *data* to standard output as it is."""
    if sys.stdout is None:
        raise UsageError("standard output is closed; name a file with --output")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader, such as head, has seen enough. Python would complain again when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise UsageError(f"standard output: cannot be written: {error.strerror or error}") from error
