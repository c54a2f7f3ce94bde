"""Files are replaced as a whole or not at all, and nothing is left beside them."""

from __future__ import annotations

import errno
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import asset_lint
from asset_lint import writing
from asset_lint.writing import Refused, replace_file, sweep

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such thing")
NOBODY = 65534
KILLS = int(os.environ.get("ASSET_LINT_KILLS", "10"))
STRAY = ".a.py.asset-lint-123-0123456789abcdef.tmp"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(b"old\r\n")
    return path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder in which everybody may write: that of pytest lets nobody but its user in."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        folder.chmod(0o777)
        yield folder


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may do everything, so that it has to become somebody else to be refused."""
    if sys.platform == "win32" or os.geteuid():
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def replaced(path: Path, *, root: Path | None = None) -> None:
    replace_file(str(path), b"old\r\n", b"new\r\n", str(root or path.parent))


def refusal(path: Path, *, root: Path | None = None) -> str:
    with pytest.raises(Refused) as caught:
        replaced(path, root=root)
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_gets_its_new_bytes(file: Path) -> None:
    replaced(file)

    assert file.read_bytes() == b"new\r\n"
    assert names(file.parent) == ["a.py"]


@pytest.mark.parametrize("after", [b"", b"\0\r\n\x1a" * 1_000_000], ids=["nothing", "much"])
def test_any_bytes_can_be_written(file: Path, after: bytes) -> None:
    replace_file(str(file), b"old\r\n", after, str(file.parent))

    assert file.read_bytes() == after


def test_a_relative_path_will_do(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    replace_file("a.py", b"old\r\n", b"new\r\n", ".")

    assert file.read_bytes() == b"new\r\n"


@pytest.mark.parametrize("now", [b"old\n", b"ol", b"", b"odd\r\n"])
def test_a_file_that_somebody_changed_is_left_alone(file: Path, now: bytes) -> None:
    file.write_bytes(now)

    assert refusal(file) == "was changed by somebody else meanwhile; run fix again"
    assert file.read_bytes() == now
    assert names(file.parent) == ["a.py"]


@pytest.mark.parametrize("same", [False, True], ids=["text", "file"])
def test_a_change_while_the_new_file_is_written_is_noticed(
    file: Path, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(opened: int) -> None:
        file.rename(file.with_name("b.py"))
        file.write_bytes(b"old\r\n" if same else b"mine\n")

    monkeypatch.setattr(os, "fsync", change)

    assert "was changed by somebody else" in refusal(file)
    assert file.read_bytes() == (b"old\r\n" if same else b"mine\n")
    assert names(file.parent) == ["a.py", "b.py"]


def test_a_longer_name_than_the_file_system_takes_is_shortened(tmp_path: Path) -> None:
    for name in ("a" * 252 + ".py", "\u00e9" * 126 + ".py", "\u00e9.py"):
        path = tmp_path / name
        path.write_bytes(b"old\r\n")
        replaced(path)
        assert path.read_bytes() == b"new\r\n"


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o666, 0o4755, 0o2750])
def test_the_mode_survives_and_the_time_does_not(file: Path, mode: int) -> None:
    file.chmod(mode)
    os.utime(file, (1, 1))
    replaced(file)

    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert abs(file.stat().st_mtime - time.time()) < 60


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="there are no extended attributes")
def test_extended_attributes_survive(file: Path) -> None:
    try:
        os.setxattr(file, "user.note", b"mine")
    except OSError as error:
        pytest.skip(f"the file system has no extended attributes: {error}")
    replaced(file)

    assert os.getxattr(file, "user.note") == b"mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_owner_and_group_survive(file: Path) -> None:
    os.chown(file, NOBODY, 12345)
    file.chmod(0o4755)
    replaced(file)

    status = file.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (NOBODY, 12345, 0o4755)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_whose_owner_would_change_is_left_alone(open_folder: Path) -> None:
    path = open_folder / "a.py"
    path.write_bytes(b"old\r\n")
    path.chmod(0o666)
    before = path.stat()
    with unprivileged():
        reason = refusal(path)

    assert "has an owner, a group or a mode that cannot be given to the new file" in reason
    assert path.read_bytes() == b"old\r\n"
    assert path.stat() == before
    assert names(open_folder) == ["a.py"]


@pytest.mark.parametrize("mode", [0o444, 0o244], ids=["not to be written", "not to be read"])
@posix
def test_a_file_without_permission_is_left_alone_though_its_folder_would_allow_it(open_folder: Path, mode: int) -> None:
    path = open_folder / "a.py"
    path.write_bytes(b"old\r\n")
    path.chmod(mode)
    if not os.geteuid():
        os.chown(path, NOBODY, NOBODY)
    with unprivileged():
        assert refusal(path) == "cannot be written: Permission denied"

    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_a_folder_without_permission_is_told(open_folder: Path) -> None:
    path = open_folder / "a.py"
    path.write_bytes(b"old\r\n")
    path.chmod(0o666)
    open_folder.chmod(0o555)
    try:
        with unprivileged():
            assert refusal(path) == "cannot be written: Permission denied"
    finally:
        open_folder.chmod(0o777)
    assert path.read_bytes() == b"old\r\n"


@posix
def test_a_link_is_followed_inside_the_root_and_stays(file: Path) -> None:
    (file.parent / "folder").mkdir()
    link = file.parent / "folder" / "link.py"
    link.symlink_to(Path("..", "a.py"))
    replaced(link, root=file.parent)

    assert file.read_bytes() == b"new\r\n"
    assert link.is_symlink()
    assert names(link.parent) == ["link.py"]


@posix
@pytest.mark.parametrize("through", ["a file", "a folder"])
def test_no_link_leads_out_of_the_root(file: Path, through: str) -> None:
    root = file.parent / "root"
    root.mkdir()
    (root / "link.py").symlink_to(file)
    (root / "link").symlink_to(file.parent)

    reason = refusal(root / "link.py" if through == "a file" else root / "link" / "a.py", root=root)

    assert reason == f"is reached by a link to a place outside {root}; name the file itself to change it"
    assert file.read_bytes() == b"old\r\n"


@posix
def test_a_root_that_is_a_link_is_where_it_leads(file: Path) -> None:
    link = file.parent.parent / f"{file.parent.name}-link"
    link.symlink_to(file.parent)
    replaced(link / "a.py", root=link)

    assert file.read_bytes() == b"new\r\n"


def test_a_file_that_is_named_itself_may_be_anywhere(file: Path, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    replaced(file, root=tmp_path / "root")

    assert file.read_bytes() == b"new\r\n"


@posix
def test_links_that_lead_nowhere_are_told(file: Path) -> None:
    (file.parent / "circle.py").symlink_to("circle.py")
    (file.parent / "lost.py").symlink_to("nowhere.py")

    assert refusal(file.parent / "circle.py") == "cannot be written: Too many levels of symbolic links"
    assert refusal(file.parent / "lost.py") == "cannot be written: No such file or directory"


def test_one_name_of_several_is_not_replaced(file: Path) -> None:
    os.link(file, file.with_name("b.py"))

    assert refusal(file) == "has 2 hard links, which would no longer be one file; change it by hand"
    assert file.samefile(file.with_name("b.py"))


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.py") == "cannot be written: No such file or directory"
    assert refusal(tmp_path / "folder" / "a.py") == "cannot be written: No such file or directory"


def test_what_is_no_regular_file_is_told(tmp_path: Path) -> None:
    assert "cannot be written: " in refusal(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        assert refusal(tmp_path / "pipe.py") == "is not a regular file"


STEPS: list[tuple[Any, str]] = [(os, "fsync"), (os, "replace"), (os, "utime"), (shutil, "copystat")]


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_whatever_fails_is_told_and_leaves_nothing(
    file: Path, module: Any, step: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module, step, fail)

    assert refusal(file) == f"cannot be written: {os.strerror(code)}"
    assert file.read_bytes() == b"old\r\n"
    assert names(file.parent) == ["a.py"]


@posix
def test_a_folder_that_cannot_be_synchronised_is_no_failure(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def only_files(opened: int) -> None:
        if stat.S_ISDIR(os.fstat(opened).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sync(opened)

    monkeypatch.setattr(os, "fsync", only_files)
    replaced(file)

    assert file.read_bytes() == b"new\r\n"


@posix
def test_the_file_and_then_its_folder_are_synchronised(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def record(opened: int) -> None:
        status = os.fstat(opened)
        done.append("folder" if stat.S_ISDIR(status.st_mode) else f"file of {status.st_size}")
        sync(opened)

    def record_replace(before: str, after: str) -> None:
        done.append("replace")
        replace(before, after)

    monkeypatch.setattr(os, "fsync", record)
    monkeypatch.setattr(os, "replace", record_replace)
    replaced(file)

    assert done == ["file of 5", "replace", "folder"]


def interrupted_at(line_event: int, action: Callable[[], None]) -> bool:
    """Whether *action* ended before an interrupt came at this line, counted as the module runs them."""
    left = line_event

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename != writing.__file__:
            return None
        if event == "line":
            left -= 1
            if not left:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return False
    finally:
        sys.settrace(before)
    return True


@posix
@pytest.mark.filterwarnings("ignore:.*unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_at_any_line_leaves_the_file_old_or_new_and_nothing_beside_it(file: Path) -> None:
    line_event, seen = 1, set()
    while not interrupted_at(line_event, lambda: replaced(file)):
        seen.add(file.read_bytes())
        assert names(file.parent) == ["a.py"], f"at line {line_event}"
        file.write_bytes(b"old\r\n")
        line_event += 1

    assert seen == {b"old\r\n", b"new\r\n"}
    assert line_event > 30


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / STRAY).touch()
    (tmp_path / STRAY.replace("a.py", "\u00e9.py" if sys.platform == "win32" else "\u00e9\n.py")).touch(mode=0o600)

    assert sweep([str(tmp_path), str(tmp_path), str(tmp_path / "missing")]) == 2
    assert names(tmp_path) == []


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    kept = [
        "a.py",
        STRAY[1:],
        f"{STRAY}~",
        f"{STRAY}\n",
        STRAY.replace("123-", "x-"),
        STRAY.replace("abcdef", "ABCDEF"),
        STRAY.replace("abcdef", ""),
        ".asset-lint-123-0123456789abcdef.tmp",
        ".a.py.tmp",
    ]
    for name in kept if sys.platform != "win32" else [*kept[:3], *kept[4:]]:
        (tmp_path / name).touch()
    (tmp_path / STRAY).mkdir()
    before = names(tmp_path)

    assert sweep([str(tmp_path)]) == 0
    assert names(tmp_path) == before


@posix
def test_links_and_pipes_are_not_removed(file: Path) -> None:
    (file.parent / STRAY).symlink_to(file)
    os.mkfifo(file.parent / STRAY.replace("123", "124"))

    assert sweep([str(file.parent)]) == 0
    assert len(names(file.parent)) == 3


@pytest.mark.parametrize("step", ["fsync", "replace"])
@posix
def test_the_file_of_a_living_writer_stays(file: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = getattr(os, step)
    swept: list[int] = []

    def sweep_first(*arguments: Any) -> Any:
        swept.append(sweep([str(file.parent)]))
        return real(*arguments)

    monkeypatch.setattr(os, step, sweep_first)
    replaced(file)

    assert set(swept) == {0}
    assert file.read_bytes() == b"new\r\n"


@pytest.mark.parametrize("times", [1, 2, writing._ATTEMPTS])
@posix
def test_a_writer_whose_file_was_swept_tries_again(file: Path, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl  # here, because Windows has none

    lock = fcntl.flock
    swept: list[int] = []

    def sweep_first(opened: int, operation: int) -> None:
        if operation == fcntl.LOCK_EX and len(swept) < times:
            swept.append(sweep([str(file.parent)]))
        lock(opened, operation)

    monkeypatch.setattr(fcntl, "flock", sweep_first)
    if times < writing._ATTEMPTS:
        replaced(file)
    else:
        assert refusal(file) == "cannot be written: somebody removes the temporary file beside it"

    assert swept == [1] * times
    assert file.read_bytes() == (b"new\r\n" if times < writing._ATTEMPTS else b"old\r\n")
    assert names(file.parent) == ["a.py"]


@posix
def test_a_file_system_without_locks_is_written_and_not_swept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", fail)
    (file.parent / STRAY).touch()
    replaced(file)

    assert file.read_bytes() == b"new\r\n"
    assert sweep([str(file.parent)]) == 0


OLD, NEW = b"old = 1\n" * 2500, b"new = 2\n" * 3000
WRITER = """
import os, sys
from asset_lint.writing import replace_file

folder = sys.argv[1]
old, new = b"old = 1\\n" * 2500, b"new = 2\\n" * 3000
names = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
print("ready", flush=True)
while True:
    for name in names:
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            before = file.read()
        replace_file(path, before, new if before == old else old, folder)
"""


def kill_writer(folder: Path, delay: float) -> None:
    """Let a process replace all files of the folder again and again, and kill it after *delay* seconds."""
    package = Path(asset_lint.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(package)}
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready"
        time.sleep(delay)
        assert process.poll() is None, "the writer ended by itself"
        process.kill()


def test_a_run_that_is_killed_leaves_every_file_old_or_new(tmp_path: Path) -> None:
    files = [f"m{number:03}.py" for number in range(250)]
    for name in files:
        (tmp_path / name).write_bytes(OLD)
    choice = random.Random(7)
    strays, seen = 0, set()
    for _ in range(KILLS):
        kill_writer(tmp_path, choice.uniform(0, 0.15))
        seen |= {(tmp_path / name).read_bytes() for name in files}
        assert seen <= {OLD, NEW}
        strays += sweep([str(tmp_path)])
        assert names(tmp_path) == files

    assert seen == {OLD, NEW}, "the writer was killed before it wrote anything"
    print(f"{KILLS} kills left {strays} temporary files")  # noqa: T201 -- to be seen with -s
