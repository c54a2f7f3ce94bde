"""The command line: parse, call the engine, print."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> NoReturn:
    """Be the program ``asset-lint``."""
    gc.disable()  # a run makes much that stays and next to no cycles; that begins with what is imported
    from asset_lint.cli.program import run

    try:
        status = run()
    except Exception:  # noqa: BLE001 - a fault of ours: shown, and not to be taken for "findings"
        import traceback

        traceback.print_exc()
        status = 2
    _leave(status)


def _leave(status: int) -> NoReturn:
    """
    End the process without taking everything apart, object by object: the system is faster at giving memory back.

    What others have asked to be done at the end is done.
    """
    import atexit

    atexit._run_exitfuncs()  # noqa: SLF001 - the only way; multiprocessing leaves its workers like this, too
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(status)
