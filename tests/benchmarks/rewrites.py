"""
Let `asset-lint fix --unsafe` rewrite public code bases to a manager, and see whether they still work.

    python tests/benchmarks/rewrites.py [FOLDER] [--only NAME]... [--program FILE]

Each code base is downloaded at a pinned version and gets a guard, and the manager that a team would add; nobody wrote
it with asset-lint in mind. Its tests run before and after; in between all files that were changed are compiled, and
all their modules imported. The diffs, and the reasons of what is left, are in the folder, to be read: that tests pass
does not tell that an edit is right. Without `--program` asset-lint is built from this repository.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from places import REPOSITORY, cache_folder, environment, outside_repository

PYTEST = ("pytest==8.3.4",)
CONFIGURATION = "asset-lint.toml"
# Each module in a process that is forked from one that has imported nothing of the code base.
IMPORTER = """
import importlib, json, os, signal, sys
good = []
for name in json.load(sys.stdin):
    child = os.fork()
    if not child:
        signal.alarm(60)
        sys.argv[1:] = []
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        try:
            importlib.import_module(name)
        except BaseException:
            os._exit(1)
        os._exit(0)
    if not os.waitpid(child, 0)[1]:
        good.append(name)
json.dump(good, sys.stdout)
"""


class Broken(Exception):
    """A step of the experiment could not be made at all."""


@dataclass(frozen=True)
class CodeBase:
    """A project, the manager that it gets, and what of its tests is run."""

    name: str
    version: str
    source: str  # "wheel" or "sdist", whichever has the tests
    package: str
    guard: str
    tests: Sequence[str]
    requirements: Sequence[str] = ()
    added: Mapping[str, str] | None = None  # file: text
    replaced: Sequence[tuple[str, str, str]] = ()  # file, what is there once, what takes its place

    @property
    def title(self) -> str:
        """The name with the version, as pip takes it."""
        return f"{self.name}=={self.version}"


CODE_BASES = (
    # A singleton behind a getter: imports are added all over the tree.
    CodeBase(
        "twisted",
        "24.11.0",
        "wheel",
        "twisted",
        """
        [[guard]]
        class = "twisted.python.filepath.FilePath"
        manager = "twisted.python.pathmanager.FilePathManager"
        """,
        [
            "test/test_paths.py",
            "test/test_dirdbm.py",
            "test/test_modules.py",
            "python/test",
            "web/test/test_static.py",
            "web/test/test_template.py",
            "web/test/test_cgi.py",
            "conch/test/test_knownhosts.py",
            "logger/test",
            "conch/test/test_checkers.py",
            "trial/test/test_util.py",
            "application/test",
            "positioning/test",
        ],
        ["pyhamcrest==2.1.0", "hypothesis==6.122.3"],
        added={
            "twisted/python/pathmanager.py": '''
            """
            The one place that file paths come from.
            """

            from __future__ import annotations

            from typing import AnyStr

            from twisted.python.filepath import FilePath


            class FilePathManager:
                """
                Hand out file paths.
                """

                _instance: FilePathManager | None = None

                @classmethod
                def get_instance(cls) -> FilePathManager:
                    if cls._instance is None:
                        cls._instance = cls()
                    return cls._instance

                def get(self, path: AnyStr, alwaysCreate: bool = False) -> FilePath[AnyStr]:
                    return FilePath(path, alwaysCreate)
            '''
        },
    ),
    # A function as the manager, in the module of the class; star imports, and imports in functions against cycles.
    CodeBase(
        "sympy",
        "1.13.3",
        "wheel",
        "sympy",
        """
        [[guard]]
        class = "sympy.core.symbol.Dummy"
        manager = "sympy.core.symbol.new_dummy"
        """,
        [
            "core/tests/test_symbol.py",
            "core/tests/test_subs.py",
            "core/tests/test_function.py",
            "concrete/tests",
            "utilities/tests/test_lambdify.py",
            "utilities/tests/test_codegen.py",
            "simplify/tests/test_cse.py",
            "sets/tests/test_sets.py",
            "solvers/tests/test_polysys.py",
            "calculus/tests/test_util.py",
            "polys/tests/test_rootoftools.py",
            "tensor/tests/test_indexed.py",
            "core/tests/test_match.py",
        ],
        ["mpmath==1.3.0"],
        replaced=[
            (
                "sympy/core/symbol.py",
                "class Wild(Symbol):\n",
                (
                    "def new_dummy(name=None, dummy_index=None, **assumptions) -> Dummy:\n"
                    '    """Return a new dummy symbol."""\n'
                    "    return Dummy(name, dummy_index, **assumptions)\n\n\n"
                    "class Wild(Symbol):\n"
                ),
            )
        ],
    ),
    # Functions as managers, the package itself included; star imports, and classes that are handed over to `map`.
    CodeBase(
        "pyparsing",
        "3.2.0",
        "sdist",
        "pyparsing",
        """
        [[guard]]
        class = "pyparsing.core.Suppress"
        manager = "pyparsing.makers.suppressed"

        [[guard]]
        class = "pyparsing.core.Word"
        manager = "pyparsing.makers.word_of"
        """,
        ["tests"],
        ["matplotlib==3.9.3", "railroad-diagrams==3.0.1", "jinja2==3.1.4"],
        added={
            "pyparsing/makers.py": """
            from __future__ import annotations

            from .core import ParserElement, Suppress, Word


            def suppressed(expr: ParserElement | str, savelist: bool = False) -> Suppress:
                return Suppress(expr, savelist)


            def word_of(
                init_chars: str = "",
                body_chars: str | None = None,
                min: int = 1,
                max: int = 0,
                exact: int = 0,
                as_keyword: bool = False,
                exclude_chars: str | None = None,
            ) -> Word:
                return Word(init_chars, body_chars, min, max, exact, as_keyword, exclude_chars)
            """
        },
    ),
    # A template with `$...rest`; the class comes through star imports, and is handed over as a default.
    CodeBase(
        "networkx",
        "3.4.2",
        "wheel",
        "networkx",
        """
        [[guard]]
        class = "networkx.classes.graph.Graph"
        manager = "networkx.classes.factory.new_graph"

        [[guard.rewrite]]
        from = "Graph($...rest)"
        to = "new_graph($...rest)"
        """,
        [
            "classes/tests",
            "generators/tests",
            "readwrite/tests",
            "algorithms/tests",
            "algorithms/centrality/tests",
            "algorithms/components/tests",
            "algorithms/operators/tests",
            "algorithms/tree/tests",
            "utils/tests",
        ],
        added={
            "networkx/classes/factory.py": '''
            """Where undirected graphs come from."""

            from networkx.classes.graph import Graph

            __all__ = ["new_graph"]


            def new_graph(incoming_graph_data=None, **attr) -> Graph:
                """Return a graph of the given data."""
                return Graph(incoming_graph_data, **attr)
            '''
        },
    ),
    # A real identity map, behind a function; alternate constructors of the class lead past it.
    CodeBase(
        "babel",
        "2.16.0",
        "sdist",
        "babel",
        """
        [[guard]]
        class = "babel.core.Locale"
        manager = "babel.locales.locale_of"
        """,
        ["tests"],
        ["pytz==2024.2", "freezegun==1.5.1", "setuptools==75.6.0"],
        added={
            "babel/locales.py": '''
            from __future__ import annotations

            from babel.core import Locale

            _locales: dict[tuple[str | None, ...], Locale] = {}


            def locale_of(
                language: str,
                territory: str | None = None,
                script: str | None = None,
                variant: str | None = None,
                modifier: str | None = None,
            ) -> Locale:
                """Return the one locale of these subtags."""
                key = language, territory, script, variant, modifier
                if key not in _locales:
                    _locales[key] = Locale(*key)
                return _locales[key]
            '''
        },
    ),
    # A coroutine function as the manager, which only other coroutine functions can call.
    CodeBase(
        "starlette",
        "0.41.3",
        "sdist",
        "starlette",
        """
        [[guard]]
        class = "starlette.requests.Request"
        manager = "starlette.accepting.request_of"
        """,
        ["tests"],
        [
            "anyio==4.6.2",
            "httpx==0.27.2",
            "itsdangerous==2.2.0",
            "jinja2==3.1.4",
            "python-multipart==0.0.18",
            "pyyaml==6.0.2",
            "trio==0.27.0",
            "typing_extensions==4.12.2",
        ],
        added={
            "starlette/accepting.py": """
            from __future__ import annotations

            from starlette.requests import Request, empty_receive, empty_send
            from starlette.types import Receive, Scope, Send


            async def request_of(scope: Scope, receive: Receive = empty_receive, send: Send = empty_send) -> Request:
                return Request(scope, receive, send)
            """
        },
    ),
    # A manager that objects of the project carry as an attribute, and functions reach by a getter.
    CodeBase(
        "mypy",
        "1.13.0",
        "sdist",
        "mypy",
        """
        [[guard]]
        class = "mypy.types.AnyType"
        manager = "mypy.anytypes.AnyTypes"
        """,
        [
            "mypy/test/testtypes.py",
            "mypy/test/testsolve.py",
            "mypy/test/testconstraints.py",
            "mypy/test/testgraph.py",
            "mypy/test/testsubtypes.py",
            "mypy/test/testinfer.py",
            "mypy/test/testsemanal.py",
            "mypy/test/testtransform.py",
        ],
        [
            "attrs==24.3.0",
            "typing_extensions==4.12.2",
            "mypy_extensions==1.0.0",
            "filelock==3.16.1",
            "lxml==5.3.0",
            "setuptools==75.6.0",
            "pytest-xdist==3.6.1",
        ],
        added={
            "mypy/anytypes.py": """
            from __future__ import annotations

            from mypy.types import AnyType


            class AnyTypes:
                _instance: AnyTypes | None = None

                @classmethod
                def instance(cls) -> AnyTypes:
                    if cls._instance is None:
                        cls._instance = cls()
                    return cls._instance

                def get(
                    self,
                    type_of_any: int,
                    source_any: AnyType | None = None,
                    missing_import_name: str | None = None,
                    line: int = -1,
                    column: int = -1,
                ) -> AnyType:
                    return AnyType(type_of_any, source_any, missing_import_name, line, column)
            """
        },
        replaced=[
            (
                "mypy/checker.py",
                "        self.errors = errors\n        self.modules = modules\n",
                "        self.errors = errors\n        self.any_types = AnyTypes()\n        self.modules = modules\n",
            ),
            (
                "mypy/checker.py",
                "from mypy.checkmember import (",
                "from mypy.anytypes import AnyTypes\nfrom mypy.checkmember import (",
            ),
        ],
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one code base: a row of the table."""

    title: str
    files: int
    findings: int
    safe: int
    unsafe: int
    left: int
    changed: int
    uncompiled: Sequence[str]
    imported: int
    unimportable: Sequence[str]
    before: Mapping[str, int]
    after: Mapping[str, int]
    differing: Sequence[str]
    check_seconds: float
    diff_seconds: float

    def row(self) -> str:
        """Return the row; findings that are neither fixed nor left have gone with those that were fixed."""
        compiled = "all" if not self.uncompiled else f"not {', '.join(self.uncompiled)}"
        imports = f"{self.imported} of {self.imported + len(self.unimportable)}"
        tests = " | ".join(", ".join(f"{n} {kind}" for kind, n in sorted(t.items())) for t in (self.before, self.after))
        figures = f"{self.files} | {self.findings} | {self.safe} / {self.unsafe} | {self.left} | {self.changed}"
        more = 1000 * (self.diff_seconds - self.check_seconds) / max(self.changed, 1)
        seconds = f"{self.check_seconds:.1f} | {self.diff_seconds:.1f} | {more:.0f} ms"
        return f"| {self.title} | {figures} | {compiled} | {imports} | {tests} | {seconds} |"


HEADING = (
    "| code base | files | findings | fixed safe / unsafe | left | files changed | compile | import as before "
    "| tests before | tests after | `check`, CPU s | `fix --diff`, CPU s | more per changed file |\n"
    "|---|---:|---:|---:|---:|---:|---|---|---|---|---:|---:|---:|"
)


def unpacked(base: CodeBase, folder: Path) -> Path:
    """Download the code base unless it is there, and return the folder that holds the package, unpacked anew."""
    downloads = folder / "downloads" / base.name
    if not downloads.is_dir() or not any(downloads.iterdir()):
        kind = "--only-binary=:all:" if base.source == "wheel" else "--no-binary=:all:"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind]
        _run([*command, "--disable-pip-version-check", "--dest", str(downloads), base.title])
    archive = next(downloads.iterdir())
    root = folder / base.name
    shutil.rmtree(root, ignore_errors=True)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(root)
        return root
    with tarfile.open(archive) as sdist:
        sdist.extractall(root, filter="data")
    return next(root.iterdir())


def prepare(base: CodeBase, root: Path) -> None:
    """Write the manager and the guard into the code base."""
    for name, text in (base.added or {}).items():
        (root / name).write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    for name, old, new in base.replaced:
        text = (root / name).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise Broken(f"{base.title}: {name} has {text.count(old)} times {old!r}, expected once")
        (root / name).write_text(text.replace(old, new), encoding="utf-8")
    configuration = 'select = ["MGR1"]\n' + textwrap.dedent(base.guard)
    (root / CONFIGURATION).write_text(configuration, encoding="utf-8")


def copied(root: Path, target: Path) -> None:
    """Copy the code base, in place of an earlier copy."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(root, target, symlinks=True)


def tested(base: CodeBase, root: Path, python: Path) -> dict[str, str]:
    """Run the chosen tests, and return how each came out."""
    report = root / "report.xml"
    report.unlink(missing_ok=True)
    inside = "" if base.source == "sdist" else f"{base.package}/"
    paths = [inside + path for path in base.tests]
    options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    if "pytest-xdist" in " ".join(base.requirements):
        options += ["-n", "2"]
    command = [str(python), "-m", "pytest", *options, *paths]
    answer = subprocess.run(command, cwd=root, env=_environment(root), capture_output=True, text=True, check=False)
    if not report.is_file():
        raise Broken(f"{base.title}: the tests left no report\n{answer.stdout[-2000:]}{answer.stderr[-2000:]}")
    outcomes = {}
    for case in ET.parse(report).iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        kind = {"failure": "failed", "error": "failed"}.get(min(kinds, default=""), min(kinds, default="passed"))
        outcomes[f"{case.get('classname')}.{case.get('name')}"] = kind
    return outcomes


def importable(modules: Sequence[str], root: Path, python: Path) -> set[str]:
    """Return those of the modules that can be imported first of all, each in a process of its own."""
    command = [str(python), "-c", IMPORTER]
    answer = subprocess.run(
        command, cwd=root, env=_environment(root), input=json.dumps(modules), capture_output=True, text=True, check=True
    )
    return set(json.loads(answer.stdout))


def uncompiled(names: Sequence[str], root: Path, python: Path) -> list[str]:
    """Return those of the files that do not compile."""
    bad = []
    for name in names:
        command = [str(python), "-c", "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')", name]
        if subprocess.run(command, cwd=root, capture_output=True, check=False).returncode:
            bad.append(name)
    return bad


def module_of(name: str) -> str:
    """Return the dotted name of a file."""
    parts = PurePosixPath(name).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def texts(root: Path) -> dict[str, bytes]:
    """Return all Python files."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.py"))}


def experiment(base: CodeBase, folder: Path, program: Path) -> Outcome:
    """Do all of it with one code base."""
    root = unpacked(base, folder)
    prepare(base, root)
    python = environment(f"rewrites-{base.name}", [*PYTEST, *base.requirements, *_dependencies(base)]) / "python"
    # Tests leave files where they run, which must not be checked.
    before = folder / f"{base.name}-before"
    after = folder / f"{base.name}-after"
    copied(root, before)
    checked, check_seconds = _asset_lint(program, root, "check", "--no-cache", "--format", "json")
    diff, diff_seconds = _asset_lint(program, root, "fix", "--unsafe", "--diff")
    (folder / f"{base.name}.diff").write_bytes(diff.encode("utf-8"))
    told = json.loads(_asset_lint(program, root, "fix", "--unsafe", "--allow-dirty", "--format", "json")[0])
    (folder / f"{base.name}.told").write_text(_told(told["findings"]), encoding="utf-8")
    copied(root, after)
    old, new = texts(before), texts(after)
    changed = [name for name in new if old[name] != new[name]]
    modules = [module_of(name) for name in changed]
    then, now = (importable(modules, side, python) for side in (before, after))
    bad = uncompiled(changed, after, python)
    first, second = (tested(base, side, python) for side in (before, after))
    safe = sum(finding["fix"]["safety"] == "safe" for finding in told["fixed"])
    differing = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    return Outcome(
        base.title,
        len(old),
        len(json.loads(checked)["findings"]),
        safe,
        len(told["fixed"]) - safe,
        len(told["findings"]),
        len(changed),
        bad,
        len(then & now),
        sorted(then - now),
        _counted(first),
        _counted(second),
        differing,
        check_seconds,
        diff_seconds,
    )


def _dependencies(base: CodeBase) -> list[str]:
    """Return what the code base itself needs: installing it is the simplest way to get that."""
    return [base.title] if base.source == "wheel" else []


def _environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}


def _counted(outcomes: Mapping[str, str]) -> dict[str, int]:
    return {kind: list(outcomes.values()).count(kind) for kind in sorted(set(outcomes.values()))}


def _asset_lint(program: Path, root: Path, *arguments: str) -> tuple[str, float]:
    """Return what the program wrote, and the seconds of a processor that it took, whatever else the machine did."""
    start = sum(os.times()[2:4])
    answer = subprocess.run([str(program), *arguments, "."], cwd=root, capture_output=True, check=False)
    seconds = sum(os.times()[2:4]) - start
    errors = answer.stderr.decode("utf-8", "replace")
    if answer.returncode not in {0, 1} or "Traceback" in errors:
        raise Broken(f"asset-lint {' '.join(arguments)}: {answer.returncode}\n{errors[-2000:]}")
    return answer.stdout.decode("utf-8"), seconds  # with the line ends of the files, which a diff has, too


def _told(findings: Sequence[Mapping[str, Any]]) -> str:
    """Return what is left, a line for each finding, with the reason."""
    lines = (
        f"{item['path']}:{item['line']}:{item['column']}: {item['code']} {item['no_fix_reason']}" for item in findings
    )
    return "".join(f"{line}\n" for line in lines)


def _run(command: Sequence[str]) -> None:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise Broken(f"{' '.join(command)}\n{answer.stderr[-2000:]}")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=cache_folder() / "rewrites", help="default: %(default)s"
    )
    names = [base.name for base in CODE_BASES]
    parser.add_argument(
        "--only", action="append", default=[], choices=names, metavar="NAME", help="just this code base"
    )
    parser.add_argument("--program", type=Path, metavar="FILE", help="the asset-lint to use")
    return parser.parse_args()


def main() -> None:
    """Make the experiment and print the table."""
    options = arguments()
    folder = outside_repository(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    program = (
        options.program.absolute() if options.program else environment("rewrites", [str(REPOSITORY)]) / "asset-lint"
    )
    problems = []
    print(HEADING, flush=True)
    for base in CODE_BASES:
        if options.only and base.name not in options.only:
            continue
        try:
            outcome = experiment(base, folder, program)
        except Broken as problem:
            problems.append(str(problem))
            continue
        print(outcome.row(), flush=True)
        problems += [f"{base.title}: {name} can no longer be imported" for name in outcome.unimportable]
        problems += [f"{base.title}: {name} comes out differently" for name in outcome.differing]
    if problems:
        raise SystemExit("\n".join(["", *problems]))


if __name__ == "__main__":
    main()
