"""``asset-lint fix``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asset_lint.cli.options import split_codes, split_globs
from asset_lint.cli.printing import emit, emit_bytes, style_for
from asset_lint.cli.progress import Progress
from asset_lint.config import Overrides
from asset_lint.errors import UsageError

if TYPE_CHECKING:
    from asset_lint.findings import Finding
    from asset_lint.fixing import Change, FixReport

EPILOG = """
\b
Examples:
  asset-lint fix --diff                     show what would change, change nothing
  asset-lint fix                            apply the safe fixes
  asset-lint fix --unsafe --interactive     be asked about each fix
  asset-lint fix src --unsafe --select MGR101
  asset-lint fix --diff --unsafe > fixes.patch && git apply fixes.patch

Exit status: 0 nothing is left, 1 findings are left, 2 the invocation or some file could not be handled. With --diff
nothing is changed, so that findings which could be fixed count as left.
"""
FILE = click.Path(path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--diff", is_flag=True, help="Print the changes as a unified diff and write nothing.")
@click.option("--unsafe", is_flag=True, help="Apply the fixes, too, that a person should look at.")
@click.option("--interactive", "-i", is_flag=True, help="Show each fix and ask.")
@click.option("--select", multiple=True, callback=split_codes, metavar="CODES", help="Codes, or beginnings, to fix.")
@click.option("--ignore", multiple=True, callback=split_codes, metavar="CODES", help="Codes not to fix.")
@click.option("--exclude", multiple=True, callback=split_globs, metavar="GLOBS", help="Files and folders to leave out.")
@click.option("--config", type=FILE, metavar="FILE", help="Use this configuration instead of the nearest one.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Worker processes.  [default: as many as pay]")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--allow-dirty", is_flag=True, help="Write although git could not give back what is there now.")
@click.option("--quiet", "-q", is_flag=True, help="What is left only, no summary.")
@click.option("--verbose", "-v", is_flag=True, help="Name every finding that was fixed, too.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.pass_context
def fix(context: click.Context, /, paths: tuple[Path, ...], **options: Any) -> None:
    """
    Rewrite what gets past the managers in PATH to calls of the managers.

    Only fixes that are proved or declared to be safe are applied, unless --unsafe is given. A file is changed when it
    parses and compiles with its fixes, the findings are gone, and no others have come; otherwise it stays as it is.
    What could not be fixed is listed with the reason.
    """
    _require_sense(options)
    overrides = Overrides(
        config=options["config"], select=options["select"], ignore=options["ignore"], exclude=options["exclude"]
    )
    if not options["diff"] and not options["allow_dirty"]:
        _require_clean(paths)
    outcome = _worked_out(paths, overrides, options)
    if not options["diff"]:
        outcome = _written(outcome, options["allow_dirty"])
    _show(outcome, options)
    context.exit(_status(outcome, changed=not options["diff"]))


def _require_sense(options: dict[str, Any]) -> None:
    if options["diff"] and options["format_name"] != "text":
        raise UsageError("--diff prints a diff and nothing else; leave out --format")
    if options["interactive"] and not (sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError("--interactive needs a terminal to ask on; leave it out, or use --diff to look first")


def _worked_out(paths: Sequence[Path], overrides: Overrides, options: dict[str, Any]) -> FixReport:
    from asset_lint import fixing  # after the command line has turned out to be usable

    choose = _Asking() if options["interactive"] else None
    with Progress(sys.stderr) as progress:
        return fixing.fix(
            paths,
            overrides,
            unsafe=options["unsafe"],
            jobs=options["jobs"],
            progress=None if choose else progress,
            choose=choose,
        )


class _Asking:
    """Shows a fix and asks about it; "a" and "q" answer for all that follow."""

    def __init__(self) -> None:
        self.always: bool | None = None

    def __call__(self, finding: Finding, before: bytes, after: bytes) -> bool:
        if self.always is not None:
            return self.always
        from asset_lint.outputs.diff import unified_diff

        assert finding.fix is not None
        click.echo(f"\n{finding.path}:{finding.span.line}: {finding.code} {finding.message}")
        click.echo(f"{finding.fix.safety.value} fix: {finding.fix.message}")
        emit_bytes(unified_diff([(finding.path, before, after)]))
        answer = click.prompt("Apply?", type=click.Choice(["y", "n", "a", "q"]), default="n")
        if answer in {"a", "q"}:
            self.always = answer == "a"
        return answer in {"y", "a"}


def _require_clean(paths: Sequence[Path]) -> None:
    """Refuse to write over what git does not have: mistakes of ours, too, have to be undone by one command."""
    from asset_lint.worktree import uncommitted

    root = paths[0] if paths else Path.cwd()
    found = uncommitted(os.path.abspath(root if root.is_dir() else root.parent), ())
    if found:
        _refuse_dirty(found)


def _refuse_dirty(found: Sequence[str]) -> None:
    shown = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    raise UsageError(
        f"git has changes that are not committed, so that a fix could not be told from them: {shown}; commit or stash "
        "them, look first with --diff, or give --allow-dirty"
    )


def _written(outcome: FixReport, allow_dirty: bool) -> FixReport:
    """Write the changed files; one that cannot be written is a problem, and its findings are left."""
    from asset_lint.findings import Problem
    from asset_lint.worktree import uncommitted
    from asset_lint.writing import Refused, replace_file, sweep

    if outcome.changes and not allow_dirty:
        folder = os.path.dirname(outcome.changes[0].path)
        found = uncommitted(folder, [change.path for change in outcome.changes])
        if found:
            _refuse_dirty(found)
    sweep(sorted({os.path.dirname(change.path) for change in outcome.changes} | set(outcome.folders)))
    refused: dict[str, Problem] = {}
    for change in outcome.changes:
        try:
            replace_file(change.path, change.before, change.after, change.root)
        except Refused as problem:
            refused[change.shown] = Problem(change.shown, 0, f"was not fixed: it {problem.reason}")
    return _without(outcome, refused) if refused else outcome


def _without(outcome: FixReport, refused: dict[str, Any]) -> FixReport:
    kept = tuple(finding for finding in outcome.fixed if finding.path not in refused)
    back = [
        replace(finding, fix=None, no_fix_reason=refused[finding.path].message)
        for finding in outcome.fixed
        if finding.path in refused
    ]
    findings = tuple(sorted((*outcome.report.findings, *back), key=lambda item: item.sort_key))
    problems = tuple(sorted((*outcome.report.problems, *refused.values())))
    changes: tuple[Change, ...] = tuple(change for change in outcome.changes if change.shown not in refused)
    return replace(
        outcome, fixed=kept, changes=changes, report=replace(outcome.report, findings=findings, problems=problems)
    )


def _show(outcome: FixReport, options: dict[str, Any]) -> None:
    from asset_lint.outputs.fixes import render_fixes, render_fixes_json

    style = style_for(options["color"], to_file=False, quiet=options["quiet"], verbose=options["verbose"])
    if options["diff"]:
        from asset_lint.outputs.diff import unified_diff

        emit_bytes(unified_diff((change.shown, change.before, change.after) for change in outcome.changes))
        click.echo(render_fixes(outcome, replace(style, frames=False), written=False), err=True, nl=False)
    elif options["format_name"] == "json":
        emit(render_fixes_json(outcome, style), None)
    else:
        emit(render_fixes(outcome, style, written=True), None)


def _status(outcome: FixReport, *, changed: bool) -> int:
    status = outcome.report.exit_code
    return 1 if status == 0 and outcome.fixed and not changed else status
