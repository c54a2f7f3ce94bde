"""How each peer is run on the fixture cases: a function from the cases to the lines that the tool reports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fixture_cases import Case, Site
from peer_rules import ast_grep_rule, semgrep_rules
from places import environment

RUFF = "ruff==0.17.6"
REQUIREMENTS = (RUFF, "ast-grep-cli==0.51.1", "semgrep==1.182.0")
WORKERS = 2


class ToolFailed(Exception):
    """A peer ended with an error instead of a report."""


def commands_folder() -> Path:
    """Return where the pinned peers are installed, and install them the first time."""
    return environment("peers", REQUIREMENTS)


def command_for(tool: str, commands: Path) -> str | None:
    """Return the program of a tool; ours is the one that is installed beside the running Python or on the path."""
    name = tool.partition(" ")[0]
    ours = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return shutil.which(name, path=ours if name == "asset-lint" else str(commands))


def version(tool: str, commands: Path) -> str:
    """Return the version that a tool says it has."""
    program = command_for(tool, commands)
    if program is None:
        raise ToolFailed("it is not installed")
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise ToolFailed(f"--version ended with {answer.returncode}: {answer.stderr[-500:]}")
    return answer.stdout.split()[-1]


def _json_of(command: Sequence[str], folder: Path, accepted: Sequence[int]) -> Any:
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if answer.returncode in accepted:
        try:
            return json.loads(answer.stdout)
        except ValueError:
            pass  # an exception ends a program with 1, as a finding does, but not with a report
    said = answer.stderr.strip() or answer.stdout
    raise ToolFailed(f"{Path(command[0]).name} ended with {answer.returncode}: {said[-500:]}")


def ruff_arguments(classes: Sequence[str], roots: Sequence[Path]) -> list[str]:
    """Return the arguments that make ruff report every reference to these classes, with no other settings and cold."""
    banned = ", ".join(f'"{name}" = {{ msg = "banned" }}' for name in classes)
    sources = json.dumps([str(root) for root in roots])
    settings = [f"lint.flake8-tidy-imports.banned-api = {{ {banned} }}", f"src = {sources}"]
    options = [part for setting in settings for part in ("--config", setting)]
    selection = ["--select", "TID251", "--target-version", "py314"]
    return ["check", "--isolated", "--no-cache", "--no-respect-gitignore", *selection, *options]


def ruff(cases: Sequence[Case], commands: Path) -> frozenset[Site]:
    """Ban the guarded class's dotted names with TID251, for each case on its own."""
    program = str(command_for("ruff", commands))
    fixtures = cases[0].fixtures

    def check(case: Case) -> list[Site]:
        command = [program, *ruff_arguments(case.dotted_classes(), case.roots()), "--output-format", "json", "."]
        found = _json_of(command, case.folder, accepted=(0, 1))
        reports = [item for item in found if item["code"] == "TID251"]  # the rest are syntax errors
        return [_site(Path(item["filename"]), item["location"]["row"], fixtures) for item in reports]

    return _for_each(check, cases)


def ast_grep(cases: Sequence[Case], commands: Path) -> frozenset[Site]:
    """Look for the class's name before a bracket, in one run over all cases."""
    rule = json.dumps(ast_grep_rule(*_names(cases)))
    fixtures = cases[0].fixtures
    command = [str(command_for("ast-grep", commands)), "scan", "--inline-rules", rule, "--json=compact"]
    found = _json_of([*command, "--no-ignore", "vcs", "--no-ignore", "hidden", "."], fixtures, accepted=(0, 1))
    return frozenset(_site(fixtures / item["file"], item["range"]["start"]["line"] + 1, fixtures) for item in found)


def semgrep(cases: Sequence[Case], commands: Path) -> frozenset[Site]:
    """Run the offline rule in one run over all cases."""
    fixtures = cases[0].fixtures
    found = semgrep_results(fixtures, semgrep_rules(*_names(cases)), commands)
    return frozenset(_site(fixtures.parent / item["path"], item["start"]["line"], fixtures) for item in found)


def semgrep_results(fixtures: Path, rules: dict[str, Any], commands: Path) -> list[dict[str, Any]]:
    """Return what the open engine reports by these rules, offline."""
    folder = fixtures.parent
    (folder / "rules.yaml").write_text(json.dumps(rules), encoding="utf-8")
    # Without a file of its own, Semgrep leaves out every folder that is called tests.
    (folder / ".semgrepignore").write_text("# nothing is left out\n", encoding="utf-8")
    offline = ["--metrics", "off", "--disable-version-check", "--no-git-ignore", "--disable-nosem"]
    command = [
        str(command_for("semgrep", commands)),
        "scan",
        "--config",
        "rules.yaml",
        *offline,
        "--jobs",
        str(WORKERS),
    ]
    results: list[dict[str, Any]] = _json_of([*command, "--quiet", "--json", fixtures.name], folder, (0,))["results"]
    return results


def asset_lint(cases: Sequence[Case], commands: Path, codes: str) -> frozenset[Site]:
    """Run our own command, for each case on its own."""
    program = str(command_for("asset-lint", commands))
    fixtures = cases[0].fixtures

    def check(case: Case) -> list[Site]:
        # Without --select, which would override what the cases about configuration select themselves.
        command = [program, "check", "--format", "json", case.path]
        found = _json_of(command, fixtures, accepted=(0, 1, 2))
        reports = [item for item in found["findings"] if item["code"].startswith(codes)]
        return [_site(fixtures / item["path"], item["line"], fixtures) for item in reports]

    return _for_each(check, cases)


def _names(cases: Sequence[Case]) -> tuple[list[str], list[str]]:
    classes = [name for case in cases for name in case.dotted_classes()]
    managers = [name for case in cases for _, names in case.guards() for name in names]
    return list(dict.fromkeys(classes)), list(dict.fromkeys(managers))


def _site(file: Path, line: int, fixtures: Path) -> Site:
    return Site(file.relative_to(fixtures).as_posix(), line)


def _for_each(check: Callable[[Case], list[Site]], cases: Sequence[Case]) -> frozenset[Site]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return frozenset(site for sites in pool.map(check, cases) for site in sites)
