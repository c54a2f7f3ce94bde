"""
The codemod as a command of LibCST: ``python -m libcst.tool codemod -x asset_lint.codemod.UseManager PATH``.

LibCST's runner makes a command anew for every file, in one of several processes, while a fix needs the whole project.
So all fixes are worked out once, when the runner has read its command line and has not started a process yet. The plan
is kept in a private file as JSON, and the commands are given the name of that file.
"""

from __future__ import annotations

import argparse
import atexit
import os
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from libcst import Module, parse_module
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile, gather_files

from asset_lint.errors import AssetLintError

if TYPE_CHECKING:
    from asset_lint.fixing import Change

EXAMPLES = """\
examples:
  python -m libcst.tool codemod -x asset_lint.codemod.UseManager --no-format src
  python -m libcst.tool codemod -x asset_lint.codemod.UseManager src tests --unsafe --unified-diff
  python -m libcst.tool codemod -x asset_lint.codemod.UseManager --config ci/asset-lint.toml src
"""
NO_PATH = "standard input was left as it is: what is wrong in it depends on the project around; give the path of a file"
STALE = "was changed after its fixes had been worked out; run the codemod again"
LOSSY = "LibCST does not give this file back byte by byte, and would change more than the fixes; use asset-lint fix"


class UseManager(CodemodCommand):
    """
    Gives one file the fixes of ``asset-lint fix``.

    *plan* is where LibCST's own command line has them; without it each file is worked out anew, with its project.
    """

    DESCRIPTION = "Rewrite what gets past the managers to calls of the managers, as 'asset-lint fix' does."

    def __init__(
        self, context: CodemodContext, *, unsafe: bool = False, config: str | None = None, plan: str | None = None
    ) -> None:
        super().__init__(context)
        self._unsafe = unsafe
        self._config = config
        self._plan = plan

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add our options, and have the plan made when all options are known."""
        arg_parser.add_argument(
            "--unsafe", action="store_true", help="Apply the fixes, too, that a person should look at."
        )
        arg_parser.add_argument(
            "--config", metavar="FILE", help="Use this configuration of asset-lint instead of the nearest one."
        )
        arg_parser.epilog = EXAMPLES
        arg_parser.formatter_class = argparse.RawDescriptionHelpFormatter
        # The runner tells a command neither the paths nor that it begins. Both are known when it has parsed them.
        parse = partial(_parsed_and_planned, arg_parser, arg_parser.parse_args)
        arg_parser.parse_args = parse  # type: ignore[method-assign, assignment]

    def transform_module(self, tree: Module) -> Module:
        """Leave out what LibCST prepares for visitors, such as a copy of every tree."""
        return self.transform_module_impl(tree)

    def transform_module_impl(self, tree: Module) -> Module:
        """Give the file with its fixes, or the same tree where there are none."""
        path = self.context.filename
        if path is None:
            self.warn(NO_PATH)
            return tree
        todo = self._todo(path)
        for warning in todo.warnings:
            self.warn(warning)
        data = Path(path).read_bytes()
        if todo.after is not None and todo.before == data:
            return _lossless(parse_module(todo.after), todo.after)
        if todo.after is not None:
            self.warn(f"{path} {STALE}")
        return _lossless(tree, data)

    def _todo(self, path: str) -> _ToDo:
        if self._plan is None:
            plan = _worked_out([path], self._config, unsafe=self._unsafe, jobs=1)
        else:
            plan = _read(self._plan)
        return plan.get(_key(path)) or _ToDo(b"")


def _lossless(tree: Module, data: bytes) -> Module:
    """Pass *tree* on if the runner will write *data* for it."""
    if tree.bytes != data:
        raise SkipFile(LOSSY)
    return tree


class _ToDo(msgspec.Struct):
    """What a file gets: *warnings*, and *after* in the place of *before* where that is not None."""

    key: bytes
    warnings: list[str] = []
    before: bytes | None = None
    after: bytes | None = None


def _key(path: str) -> bytes:
    """The absolute path, which need not be text."""
    return os.fsencode(os.path.abspath(path))


def _parsed_and_planned(
    parser: argparse.ArgumentParser, parse: Callable[..., argparse.Namespace], *arguments: Any, **options: Any
) -> argparse.Namespace:
    """Parse the command line, work out the fixes for it, and add where they are kept."""
    given = parse(*arguments, **options)
    if "-" not in given.path:
        try:
            plan = _worked_out(given.path, given.config, unsafe=given.unsafe, jobs=given.jobs)
        except AssetLintError as error:
            parser.exit(2, "".join(f"asset-lint: {line}\n" for line in str(error).splitlines()))
        _tell_of_others(plan.values(), gather_files(given.path, include_stubs=given.include_stubs))
        given.plan = _kept(plan.values())
    return given


def _worked_out(paths: Iterable[str], config: str | None, *, unsafe: bool, jobs: int | None) -> dict[bytes, _ToDo]:
    """What ``asset-lint fix`` would do with *paths*, by file."""
    # The processes that carry out the plan do not need these.
    from asset_lint.config import Overrides
    from asset_lint.fixing import fix
    from asset_lint.outputs.printable import printable
    from asset_lint.outputs.text import render_problem, told

    outcome = fix(
        [Path(path) for path in paths], Overrides(config=Path(config) if config else None), unsafe=unsafe, jobs=jobs
    )
    plan: dict[bytes, _ToDo] = {}

    def todo(path: str) -> _ToDo:
        return plan.setdefault(_key(path), _ToDo(_key(path)))

    for problem in outcome.report.problems:
        todo(problem.path).warnings.append(render_problem(problem))
    for finding in outcome.report.findings:
        place = f"{printable(finding.path)}:{finding.span.line}"
        todo(finding.path).warnings.append(f"{place}: {finding.code} {told(finding)}")
    for change in outcome.changes:
        if _leads_outside(change):
            text = f"{change.shown} was not fixed: it is reached by a link to a place outside {change.root}"
            todo(change.path).warnings.append(printable(text))
        else:
            todo(change.path).before, todo(change.path).after = change.before, change.after
    return plan


def _leads_outside(change: Change) -> bool:
    """Whether writing would follow a link out of the project, as LibCST's runner does."""
    real = os.path.realpath(change.path)
    return real != os.path.abspath(change.path) and not Path(real).is_relative_to(os.path.realpath(change.root))


def _tell_of_others(plan: Iterable[_ToDo], visited: Iterable[str]) -> None:
    """Say what there is to say of files that the runner does not come to."""
    keys = {_key(path) for path in visited}
    for todo in plan:
        if todo.key not in keys:
            change = [] if todo.after is None else [f"{os.fsdecode(todo.key)!a} is not fixed: LibCST leaves it out"]
            sys.stderr.writelines(f"WARNING: {line}\n" for line in [*todo.warnings, *change])


def _kept(plan: Iterable[_ToDo]) -> str:
    """Write the plan where only this user can read it, for as long as this process lives."""
    from tempfile import mkstemp

    opened, name = mkstemp(prefix="asset-lint-", suffix=".json")
    atexit.register(_remove, name, os.getpid())
    with open(opened, "wb") as file:
        file.write(msgspec.json.encode([*plan]))
    return name


def _remove(name: str, owner: int) -> None:
    """Remove a plan, unless this is a forked copy of the process that made it."""
    if os.getpid() == owner:
        Path(name).unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _read(name: str) -> dict[bytes, _ToDo]:
    """The plan, read once in each process."""
    return {todo.key: todo for todo in msgspec.json.decode(Path(name).read_bytes(), type=list[_ToDo])}
