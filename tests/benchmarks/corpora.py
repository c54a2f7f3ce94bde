"""
Make the corpora that asset-lint is evaluated on: large public projects at pinned versions, and the standard library.

    python tests/benchmarks/corpora.py [FOLDER] [--only NAME]... [--with-tests]

Every wheel is checked against the digest that is written here, and every unpacked tree against what it held when it
was unpacked, so that two runs on two machines see the same bytes (the standard library is that of the running Python).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import stat
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from places import cache_folder, outside_repository

STANDARD_LIBRARY = "stdlib"
TEST_FOLDERS = frozenset({"test", "tests", "idle_test"})
LEFT_OUT = frozenset({"site-packages", "dist-packages", "__pycache__", "lib-dynload"})
RECORD = ".corpus.json"

# Pure wheels have no compiler or processor in their name, so that every machine gets the same file.
DOWNLOAD = ["--no-deps", "--only-binary=:all:", "--platform=any", "--abi=none", "--implementation=py"]
# Home Assistant needs a newer Python than the one that we may run on; we only read it.
DOWNLOAD += ["--python-version=3.14", "--ignore-requires-python", "--disable-pip-version-check", "--quiet"]


@dataclass(frozen=True)
class Project:
    """A project at the version that the figures in the documentation were taken with."""

    name: str
    version: str
    sha256: str


PROJECTS = (
    # The tree of the figures in the documentation; a tenth of its files have syntax that is newer than Python 3.11.
    Project("homeassistant", "2026.2.0", "084c208100519755d1f4f60b38695b797929697ba20a43a8dd603c00eb99041e"),
    Project("django", "6.1.3", "a0530e3fdac55d34ccc5893c36f6c57d7a7083064f3d414537e51473648b3290"),
    Project("wagtail", "8.0.1", "1e6ad5c7891a54efce1400e168298b5a2cc343b642cee89c31bf5ec30c98b26c"),
    Project("sqlalchemy", "2.1.9", "449fed5c2caa3b278cc57499d09db001fb3f28dc7f18affc48142aee4dcc0cdf"),
    Project("apache-airflow-core", "3.3.2", "99258922bccec15be4700ff89f3c942b8acd93407e263c287ce863e671bb3c50"),
    Project("prefect", "3.9.1", "0c662e26e971b617993eed1f3d02fb8bc3c2dd47bee521b495f6e4dfeb38ae74"),
    Project("celery", "5.7.0", "18310a9c919f9029e4735367484d93e6a25cdfd30afdc474622cc263d9b35f6e"),
    Project("twisted", "26.10.0", "3732f42af218925a0fe78d6668db55853f7fb532245a89a2669babe7d3000fa8"),
    Project("scrapy", "2.19.0", "44c1ad4b008f1976e946c75b2adce0e448cbfe470c584b1b59469abf270e8013"),
    Project("distributed", "2026.8.0", "3bd8882861a2cf497453f28c6b61135fa8ef2bb1d6885ad3b9f27e887e9c0e01"),
    Project("sphinx", "9.2.0", "4c3ec13b612712c0d3ce4cbdd9e3eb91e68577e07a8e31f32f21cf178453578c"),
    Project("botocore", "1.44.5", "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921"),
    Project("boto3", "1.44.5", "70c3e0409794b29ec1900bcaff0695b73234a2d32ffaed35045b94caa26212a5"),
    Project("requests", "2.34.2", "2a0d60c172f83ac6ab31e4554906c0f3b3588d37b5cb939b1c061f4907e278e0"),
    # Those that cache or decode objects, for the rules about cached data.
    Project("conan", "2.34.0", "4e268bb9ad38614141c7274a769c7226122e3660e4d5eb545a0c7f7170b53272"),
    Project("mopidy", "4.0.5", "be93131f31b9604bd3fda02e8691d237bfa155bca0ead9dcdf6dbe204fbe71de"),
    Project("nltk", "3.10.4", "769ba5413f265b7d3e87cd163cc28efa01e29eeef8bb6080bc907949d9fcfb51"),
    Project("parso", "0.8.7", "a8926eb2a1b915486941fdbd31e86a4baf88fe8c210f25f2f35ecec5b574ca1c"),
    Project("poetry", "2.5.1", "3f7910abc667ce0c33a67e306baf017acdec1c8eeec4aa64d176e530d8338a61"),
    Project("pip", "26.3", "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"),
    Project("beets", "2.14.1", "1a28161462f757ee34672585109597f3973105f24db8fb6ca91ff7e9e339cfc1"),
    Project("osxphotos", "0.77.2", "423c5418dafaead6f08101480e87259fd7d74f864b3e743584431b410c9b3684"),
    Project("ansible-core", "2.21.5", "08886f9f3e23d129aa98a01271c4a47833516e1cb7c737a246788cb474f41222"),
    Project("apache-airflow-task-sdk", "1.3.2", "5ff196842b7bc203e13332592ab78ed82cfa1225368a16bb91bf9d5705c62293"),
    Project("jupyter-server", "2.21.1", "2a6467606af7dbae2e7e31640030025969e15db6a649eae334af90415dc71dca"),
)


@dataclass(frozen=True)
class Count:
    """How much Python a tree holds."""

    files: int
    lines: int

    def __add__(self, other: Count) -> Count:
        return Count(self.files + other.files, self.lines + other.lines)


class Mismatch(Exception):
    """What was downloaded is not what is pinned here."""


def count(folder: Path) -> Count:
    """Count the Python files under a folder, and their lines."""
    files = lines = 0
    for path in folder.rglob("*.py"):
        if path.is_file():
            files += 1
            lines += path.read_bytes().count(b"\n")
    return Count(files, lines)


def recorded(folder: Path) -> tuple[str, Count] | None:
    """Return from what a folder was made and what it held then; None where it was not finished."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return record["origin"], Count(record["files"], record["lines"])
    except (OSError, ValueError, KeyError):
        return None


def make(folder: Path, origin: str, files: Iterable[tuple[PurePosixPath, bytes]]) -> Count:
    """Write the files into the folder unless it already holds what this origin gave."""
    if (before := recorded(folder)) and before == (origin, count(folder)):
        return before[1]
    shutil.rmtree(folder, ignore_errors=True)
    for relative, content in files:
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    made = count(folder)
    # Written last: a run that was cut off leaves a folder without a record, and the next run begins it anew.
    (folder / RECORD).write_text(json.dumps({"origin": origin, **asdict(made)}), encoding="utf-8")
    return made


def members(wheel: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield the files of a wheel, refusing any that would land outside of the folder it is unpacked into."""
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            path = PurePosixPath(info.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
                raise Mismatch(f"{wheel.name}: {info.filename} points out of the archive")
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Mismatch(f"{wheel.name}: {info.filename} is a symbolic link")
            if not info.is_dir():
                yield path, archive.read(info)  # raises BadZipFile where the checksum is wrong


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(project: Project, wheels: Path) -> Path:
    """Return the project's wheel, downloaded if it is not there yet, with the digest that is pinned."""
    pattern = f"{project.name.replace('-', '_')}-{project.version}-*.whl"
    if not any(wheels.glob(pattern)):
        requirement = f"{project.name}=={project.version}"
        command = [sys.executable, "-m", "pip", "download", *DOWNLOAD, "--dest", str(wheels), requirement]
        subprocess.run(command, check=True, stdout=sys.stderr)
    found = next(wheels.glob(pattern), None)
    if found is None:
        raise Mismatch(f"{project.name}: pip left no file like {pattern}")
    if (actual := digest(found)) != project.sha256:
        found.unlink()
        raise Mismatch(f"{found.name}: SHA-256 is {actual}, not {project.sha256}; the file was removed")
    return found


def standard_library(with_tests: bool) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield the modules of the running interpreter's standard library, without what was installed beside it."""
    root = Path(sysconfig.get_path("stdlib"))
    left_out = LEFT_OUT if with_tests else LEFT_OUT | TEST_FOLDERS
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if left_out.isdisjoint(relative.parts):
            yield PurePosixPath(relative.as_posix()), path.read_bytes()


def make_all(folder: Path, only: Iterable[str], with_tests: bool) -> dict[str, Count]:
    """Make the corpora that were asked for, all where none was named, and say what each holds."""
    wanted = set(only)
    counts: dict[str, Count] = {}
    for project in PROJECTS:
        if not wanted or project.name in wanted:
            wheel = download(project, folder / "wheels")
            counts[project.name] = make(folder / project.name, project.sha256, members(wheel))
    if not wanted or STANDARD_LIBRARY in wanted:
        origin = f"{sys.implementation.name} {sys.version} {'with' if with_tests else 'without'} tests"
        counts[STANDARD_LIBRARY] = make(folder / STANDARD_LIBRARY, origin, standard_library(with_tests))
    return counts


def table(counts: dict[str, Count]) -> str:
    """Return the counts as a Markdown table."""
    versions = {project.name: project.version for project in PROJECTS} | {STANDARD_LIBRARY: sys.version.split()[0]}
    rows = [f"| {name} | {versions[name]} | {c.files:,} | {c.lines:,} |" for name, c in counts.items()]
    total = sum(counts.values(), Count(0, 0))
    rows.append(f"| together | | {total.files:,} | {total.lines:,} |")
    return "\n".join(["| corpus | version | files | lines |", "|---|---|---:|---:|", *rows])


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=cache_folder() / "corpora", help="default: %(default)s")
    names = [project.name for project in PROJECTS] + [STANDARD_LIBRARY]
    parser.add_argument("--only", action="append", default=[], choices=names, metavar="NAME", help="just this corpus")
    parser.add_argument("--with-tests", action="store_true", help="keep the standard library's tests")
    return parser.parse_args()


def main() -> None:
    """Make the corpora and print what they hold."""
    options = arguments()
    folder = outside_repository(options.folder)
    (folder / "wheels").mkdir(parents=True, exist_ok=True)
    try:
        counts = make_all(folder, options.only, options.with_tests)
    except (Mismatch, zipfile.BadZipFile, subprocess.CalledProcessError) as problem:
        raise SystemExit(f"corpora: {problem}") from None
    print(table(counts))


if __name__ == "__main__":
    main()
