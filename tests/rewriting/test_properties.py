"""What holds for the fixes of every file: it parses, a second run changes nothing, and nothing else is touched."""

from __future__ import annotations

import ast
import os
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asset_lint.engine import check
from asset_lint.fixing import fix
from asset_lint.rewriting.proof import problem_of

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
MANY = settings(
    max_examples=5_000 if NIGHTLY else 100,
    deadline=30_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
CONFIG = '[[guard]]\nclass = "app.assets.Asset"\nmanager = "app.manager.Manager"\n'
ASSETS = """\
class Context:
    manager: "Manager"


class Asset:
    def __init__(self, context: Context, key: str, *, size: int = 0) -> None:
        self.key = key
"""
MANAGER = """\
from app.assets import Asset, Context


class Manager:
    def get(self, key: str, context: Context) -> Asset:
        return Asset(context, key)


manager = Manager()
"""
STANDARD = Path(sysconfig.get_paths()["stdlib"])

calls = st.sampled_from(
    [
        "Asset(context, key)",
        "Asset(context=context, key=key)",
        "Asset(key=key, context=context)",
        "Asset(context, key=f'{key}#')",
        "Asset(context, key, size=1)",
        "Asset(\n@        context,  # the session\n@        # what it is called\n@        key=key,\n@    )",
        "Asset(context,\n@          key)",
        "Asset( context , key , )",
        "(Asset)(context, (key))",
        "Asset(context, (lambda: key)())",
        "Asset(context, key=key if key else '')",
        "Asset(*[context, key])",
        "Asset(context, Asset(context, key).key)",
        "assets.Asset(context, key)",
    ]
)
statements = st.sampled_from(
    [
        "return %s",
        "asset = %s",
        "return [%s for key in keys]",
        "return {key: %s for key in keys}",
        "return (%s for key in keys)",
        "return lambda key: %s",
        "return %s.key.upper()",
        "return f'{%s.key!r:>10}'",
        "if %s:\n@    pass",
        "with open(%s.key) as file:\n@    file.read()",
        "asset = None if not key else %s  # nothing",
        "print(%s, %s)",
        "yield %s; pass",
        "assert %s, 'überall 😀'",
        "return keys[%s.key:]",
        "for part in %s.key: print(part)",
        "try:\n@    return %s\n@except KeyError:\n@    return None",
    ]
)
heads = st.sampled_from(
    [
        "def load(context: Context, key: str, keys):",
        "def load(manager: Manager, context: Context, key: str, keys):",
        "async def load(context: Context, key: str, keys):",
        "def load(self, context: Context, key: str, keys, manager: Manager | None = None):",
        "def load(context: Context, key: str, keys, *, other=1):\n@'''What it does: Asset(context, key).'''",
    ]
)
headers = st.sampled_from(
    [
        "",
        '"""Loads assets."""\n\n',
        "# -*- coding: utf-8 -*-\n# Asset\n",
        "from __future__ import annotations\n\n",
        '"""Loads."""\nfrom __future__ import annotations\nimport os, sys\n\n',
        "import os\nimport sys\n\n",
    ]
)
imports = st.sampled_from(
    [
        "from app import assets\nfrom app.assets import Asset, Context\nfrom app.manager import Manager\n",
        "from app import assets\nfrom app.assets import (\n    Asset,\n    Context,\n)\nfrom app.manager import *\n",
        "import app.assets as assets\nfrom app.assets import *\nfrom app.manager import Manager, manager\n",
        "from app import assets\nfrom app.assets import Asset; from app.assets import *\nfrom app.manager import *\n",
    ]
)


@st.composite
def modules(draw: st.DrawFn) -> bytes:
    """The text of a module that builds assets in many ways, in the layout of many people."""
    indent = draw(st.sampled_from(["    ", "\t", "  "]))
    functions = []
    for number in range(draw(st.integers(1, 4))):
        head = draw(heads).replace("load", f"load_{number}")
        lines = [draw(statements) for _ in range(draw(st.integers(1, 3)))]
        body = [line % tuple(draw(calls) for _ in range(line.count("%s"))) for line in lines]
        functions.append("\n@".join([head, *body]).replace("@", indent))
    text = draw(headers) + draw(imports) + "\n\n" + "\n\n\n".join(functions) + draw(st.sampled_from(["", "\n", "\n\n"]))
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    mark = b"\xef\xbb\xbf" if draw(st.booleans()) else b""
    return mark + text.replace("\n", newline).encode()


@contextmanager
def project(files: dict[str, bytes]) -> Iterator[None]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            write(files)
            yield
        finally:
            os.chdir(before)


def write(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)


def application(use: bytes) -> dict[str, bytes]:
    return {
        "asset-lint.toml": CONFIG.encode(),
        "app/__init__.py": b"",
        "app/assets.py": ASSETS.encode(),
        "app/manager.py": MANAGER.encode(),
        "use.py": use,
    }


def untouched(before: bytes) -> list[bytes]:
    """The lines that no finding has to do with, and that hold no import."""
    findings = check([Path()], jobs=1).findings
    touched = {line for item in findings for line in range(item.span.line, item.span.end_line + 1)}
    lines = before.splitlines(keepends=True)
    return [line for number, line in enumerate(lines, 1) if number not in touched and not holds_import(line)]


def holds_import(line: bytes) -> bool:
    return b"import" in line or line.strip() in {b"Asset,", b"Context,", b")", b"(", b""}


def is_subsequence(part: list[bytes], whole: list[bytes]) -> bool:
    rest = iter(whole)
    return all(any(line == other for other in rest) for line in part)


def require_sound(before: bytes) -> None:
    kept = untouched(before)
    outcome = fix([Path()], unsafe=True, jobs=1)
    after = {change.shown: change.after for change in outcome.changes}.get("use.py", before)
    assert problem_of(before, after) is None
    assert after.startswith(b"\xef\xbb\xbf") is before.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\r\n") >= before.count(b"\r\n") - 6
    assert is_subsequence(kept, after.splitlines(keepends=True))
    for item in outcome.report.findings:
        assert item.no_fix_reason, item
        assert "taken back" not in item.no_fix_reason, item
    write({"use.py": after})
    assert fix([Path()], unsafe=True, jobs=1).changes == ()


@MANY
@given(modules())
def test_generated_modules(text: bytes) -> None:
    try:
        compile(text, "use.py", "exec")
    except SyntaxError:
        return  # "return" with a value in an async generator, and the like
    with project(application(text)):
        require_sound(text)


def candidates() -> list[Path]:
    return sorted(path for path in STANDARD.glob("*.py") if 2_000 < path.stat().st_size < 25_000)


def places(tree: ast.Module) -> list[ast.stmt]:
    """The statements in functions that begin a line."""
    return [
        statement
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for statement in node.body[1:]
        if statement.col_offset and statement.lineno > node.body[0].end_lineno  # type: ignore[operator]
    ]


@MANY
@given(st.data())
def test_mutations_of_real_files(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(candidates()))
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    found = places(ast.parse(text))
    if not found or "\f" in text:
        return
    chosen = data.draw(st.lists(st.sampled_from(range(len(found))), min_size=1, max_size=3, unique=True))
    for place in sorted({found[number].lineno for number in chosen}, reverse=True):
        line = lines[place - 1]
        indent = line[: len(line) - len(line.lstrip())]
        call = data.draw(calls).replace("@", indent)
        made = f"{indent}context, key = Context(), 'é'\n{indent}made = {call}\n"
        lines.insert(place - 1, made)
    first = next((node.lineno for node in ast.parse(text).body if isinstance(node, (ast.Import, ast.ImportFrom))), None)
    future = "__future__" in text
    if first is None or future:
        return
    lines.insert(first - 1, "from app import assets\nfrom app.assets import Asset, Context\n")
    mutated = "".join(lines).encode()
    try:
        compile(mutated, "use.py", "exec")
    except SyntaxError:
        return
    with project(application(mutated)):
        require_sound(mutated)


if not candidates():
    pytest.skip("the standard library is not there as text", allow_module_level=True)
