"""How much is shown, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Style:
    """
    What somebody wants to see of a report.

    *frames* shows the code of every finding, *color* allows escape sequences, *width* is that of the terminal, and
    *texts* holds files that are not what the disk says, by the path that findings give them.
    """

    frames: bool = False
    color: bool = False
    width: int = 80
    quiet: bool = False
    verbose: bool = False
    statistics: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
