"""Shows that a long run is getting on."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

DELAY = 1.0


class Progress:
    """A bar on *stream* for each phase, once a second has passed, and only on a terminal."""

    def __init__(self, stream: TextIO, delay: float = DELAY) -> None:
        self.stream = stream
        self.enabled = stream.isatty()
        self.shown_from = time.monotonic() + delay
        self.bars: Bars | None = None
        self.phases: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bars is not None:
            self.bars.stop()

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Take note that *done* of *total* files have been through *phase*."""
        if not self.enabled or time.monotonic() < self.shown_from:
            return
        if self.bars is None:
            self.bars = self._start()
        if phase not in self.phases:
            self.phases[phase] = self.bars.add_task(phase, total=total)
        self.bars.update(self.phases[phase], completed=done, total=total)

    def _start(self) -> Bars:
        from rich.console import Console  # most runs are over before this would be needed
        from rich.progress import Progress as Bars

        bars = Bars(console=Console(file=self.stream), transient=True)
        bars.start()
        return bars
