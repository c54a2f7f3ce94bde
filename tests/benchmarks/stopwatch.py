"""Measure commands side by side: interleaved, after a warm-up, with the processor time and peak memory of each."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True)
class Contestant:
    """A command to measure, with which exit codes it has done its work, and whether it writes reports as JSON."""

    name: str
    command: tuple[str, ...]
    folder: Path
    accepted: tuple[int, ...] = (0,)
    json: bool = False


class Trial(NamedTuple):
    """What the first run told: bytes at the peak, and how many reports were written; None where that is not known."""

    peak: int | None
    reports: int | None


class Run(NamedTuple):
    """What one run took: seconds by the clock, and seconds of all processors."""

    wall: float
    cpu: float


class CommandFailed(Exception):
    """A measured command ended with an error, so that its time means nothing."""


def measure(contestant: Contestant) -> Run:
    """Run the command once."""
    start = time.perf_counter()
    process = subprocess.Popen(
        contestant.command, cwd=contestant.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    # wait4 tells the figures of this very child, where getrusage would mix up all that ran before.
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in contestant.accepted:
        raise CommandFailed(f"{contestant.name} ended with {process.returncode}: {' '.join(contestant.command)}")
    return Run(wall, usage.ru_utime + usage.ru_stime)


def trial(contestant: Contestant) -> Trial:
    """
    Run the command once to warm up, and look at what it says and needs.

    A program that dies of an exception ends with 1, as one with findings does, and would be the fastest of all.
    """
    with tempfile.NamedTemporaryFile(mode="r") as peak:
        # A child's own resource usage begins at the peak of the process that it was forked from, which is us; GNU time
        # is small enough for that not to matter.
        timer = shutil.which("time") if sys.platform == "linux" else None
        prefix = [timer, "--quiet", "--format=%M", f"--output={peak.name}"] if timer else []
        command = [*prefix, *contestant.command]
        answer = subprocess.run(command, cwd=contestant.folder, capture_output=True, text=True, check=False)
        kibibytes = int(peak.read() or 0)
    if answer.returncode not in contestant.accepted or "Traceback (most recent call last)" in answer.stderr:
        last = answer.stderr.strip().rpartition("\n")[2]
        raise CommandFailed(f"{contestant.name} ended with {answer.returncode}: {last}")
    return Trial(kibibytes * 1024 or None, _count(answer.stdout) if contestant.json else None)


def _count(output: str) -> int:
    reports = json.loads(output)
    return len(reports["findings"] if isinstance(reports, dict) else reports)


def race(contestants: Sequence[Contestant], rounds: int) -> dict[Contestant, list[Run]]:
    """Measure all of them in turns, so that whatever else the machine does falls on all alike."""
    runs: dict[Contestant, list[Run]] = {contestant: [] for contestant in contestants}
    for number in range(rounds):
        # Forwards and backwards: nobody always runs after the same other one.
        for contestant in contestants if number % 2 == 0 else reversed(contestants):
            runs[contestant].append(measure(contestant))
    return runs


def table(runs: Mapping[Contestant, Sequence[Run]], trials: Mapping[Contestant, Trial]) -> list[str]:
    """Return a Markdown table; ratios are to the first contestant's medians."""
    lines = ["| command | median | min–max | ratio | processor time | ratio | peak memory | reports |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    medians = {contestant: _median(measured) for contestant, measured in runs.items()}
    first = next(iter(medians.values()), None)
    for contestant, middle in medians.items():
        walls = [run.wall for run in runs[contestant]]
        wall = (
            f"{middle.wall:.3f} s | {min(walls):.3f}–{max(walls):.3f} s | {_ratio(middle.wall, first and first.wall)}"
        )
        cpu = f"{middle.cpu:.3f} s | {_ratio(middle.cpu, first and first.cpu)}"
        peak, reports = trials[contestant]
        memory = f"{peak / 2**20:.0f} MiB" if peak else "–"
        lines.append(f"| {contestant.name} | {wall} | {cpu} | {memory} | {'–' if reports is None else reports} |")
    return lines


def _median(runs: Sequence[Run]) -> Run:
    return Run(statistics.median(run.wall for run in runs), statistics.median(run.cpu for run in runs))


def _ratio(value: float, base: float | None) -> str:
    return f"{value / base:.2f}" if base else "–"
