"""What holds for every text: no crash, the same answer twice, and names and blanks that change nothing."""

from __future__ import annotations

import ast
import io
import keyword
import os
import random
import re
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asset_lint.engine import check
from asset_lint.findings import Report

CASES = Path(__file__).parent.parent / "fixtures" / "cases"
settings.register_profile("ci", max_examples=60, deadline=10_000, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", max_examples=3_000, deadline=30_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

ASSETS = """\
class AssetResponseWrapper:
    @classmethod
    def from_key(cls, key):
        return cls(key)


class AssetManager:
    def get(self, key) -> AssetResponseWrapper:
        return self.assets[key]
"""


def sources() -> list[Path]:
    return sorted(path for path in CASES.rglob("*.py") if path.stat().st_size < 4_000)


@contextmanager
def project(files: dict[str, str]) -> Iterator[Path]:
    """Put *files* into a folder of their own, which is the working directory."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        os.chdir(folder)
        try:
            yield Path()
        finally:
            os.chdir(before)


def report_of(files: dict[str, str]) -> Report:
    with project(files) as folder:
        return check([folder], jobs=1)


def found_in(files: dict[str, str]) -> Counter[tuple[str, str, str, str]]:
    """What is found, without the lines and columns that a rewrite moves."""
    report = report_of(files)
    assert report.problems == ()
    return Counter((item.path, item.code, item.symbol, item.certainty) for item in report.findings)


def fixture(path: Path) -> dict[str, str]:
    """The files of the case that *path* belongs to."""
    case = path
    while case.parent.parent != CASES:
        case = case.parent
    return {
        one.relative_to(case).as_posix(): one.read_text(encoding="utf-8", errors="surrogateescape")
        for one in sorted(case.rglob("*"))
        if one.suffix in {".py", ".pyi", ".toml"}
    }


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]|\s+", text)


def mutated(parts: list[str], chance: random.Random) -> str:
    """Delete, repeat or swap a few of *parts*."""
    parts = list(parts)
    for _ in range(chance.randint(1, 4)):
        if len(parts) < 2:
            break
        first, second = chance.randrange(len(parts)), chance.randrange(len(parts))
        match chance.randrange(3):
            case 0:
                del parts[first]
            case 1:
                parts.insert(second, parts[first])
            case _:
                parts[first], parts[second] = parts[second], parts[first]
    return "".join(parts)


@given(st.sampled_from(sources()), st.booleans(), st.randoms(use_true_random=False))
def test_damaged_code_never_stops_a_run_and_gives_one_answer(path: Path, lines: bool, chance: random.Random) -> None:
    files = fixture(path)
    name = chance.choice([name for name in files if not name.endswith(".toml")])
    text = files[name]
    files[name] = mutated(text.splitlines(keepends=True) if lines else tokens(text), chance)
    files = {name: text for name, text in files.items() if not name.endswith(".toml")}

    with project(files) as folder:
        first, second = check([folder], jobs=1), check([folder], jobs=1)

    assert first == second
    assert first.stats.rounds < 10
    assert len({problem.path for problem in first.problems}) == len(first.problems)


USES = {
    "function": "from assets import AssetResponseWrapper\n\n\ndef load(key):\n    made = AssetResponseWrapper(key)\n"
    "    again = made\n    return again\n",
    "loop": "import assets\n\n\ndef load(keys):\n    result = []\n    for one in keys:\n"
    "        build = assets.AssetResponseWrapper\n        if one:\n            result.append(build(one))\n"
    "    return result\n",
    "closure": "from assets import AssetResponseWrapper as Asset\n\n\ndef outer(kind=None):\n    kind = kind or Asset\n"
    "    def inner(key):\n        return kind(key)\n    return inner\n",
    "handover": "from functools import partial\nfrom assets import AssetResponseWrapper\n\n\ndef load(keys):\n"
    "    build = partial(AssetResponseWrapper, extra=1)\n    made = build(keys)\n"
    "    return [*map(AssetResponseWrapper, keys), made]\n",
    "alternate": "from assets import AssetResponseWrapper\n\n\ndef load(key):\n"
    "    made = AssetResponseWrapper.from_key(key)\n    return made\n",
    "subclass": "from assets import AssetResponseWrapper\n\n\nclass Photo(AssetResponseWrapper):\n    pass\n\n\n"
    "def load(key):\n    kind = Photo\n    return kind(key)\n",
    "copy": "import copy\nfrom assets import AssetManager\n\n\ndef load(key):\n    one = AssetManager().get(key)\n"
    "    return copy.copy(one), type(one)(key)\n",
    "negative": "from assets import AssetManager\n\n\ndef load(key):\n    manager = AssetManager()\n"
    "    made = manager.get(key)\n    return made\n",
}  # fmt: skip


@cache
def found_in_use(use: str) -> Counter[tuple[str, str, str, str]]:
    return found_in({"assets.py": ASSETS, "use.py": USES[use]})


LOCALS = ("made", "again", "result", "one", "build", "kind", "key", "keys", "manager", "inner")
NAMES = st.from_regex(r"\A[a-zа-я_][a-z0-9а-я_]{0,8}\Z").filter(
    lambda name: not keyword.iskeyword(name) and not keyword.issoftkeyword(name) and name.isidentifier()
)


@given(st.sampled_from(sorted(USES)), st.lists(NAMES, min_size=len(LOCALS), max_size=len(LOCALS), unique=True))
def test_the_names_of_locals_say_nothing(use: str, names: list[str]) -> None:
    text = USES[use]
    taken = set(re.findall(r"\w+", text))
    renamed = {old: f"{new}_" if new in taken else new for old, new in zip(LOCALS, names, strict=True)}
    other = re.sub(r"(?<![.\w])(?:" + "|".join(LOCALS) + r")\b", lambda match: renamed[match.group()], text)

    before = found_in_use(use)
    after = found_in({"assets.py": ASSETS, "use.py": other})

    symbols: Counter[tuple[str, str, str, str]] = Counter()
    for (path, code, symbol, sure), count in after.items():
        parts = ["inner" if part == renamed["inner"] else part for part in symbol.split(".")]
        symbols[path, code, ".".join(parts), sure] += count
    assert symbols == before
    assert bool(before) == (use != "negative")


@given(st.sampled_from(sorted(USES)), st.randoms(use_true_random=False))
def test_blanks_and_comments_say_nothing(use: str, chance: random.Random) -> None:
    text = USES[use]

    other = loosened(text, chance)

    assert ast.dump(ast.parse(other)) == ast.dump(ast.parse(text))
    assert found_in({"assets.py": ASSETS, "use.py": other}) == found_in_use(use)


def loosened(text: str, chance: random.Random) -> str:
    """*text* with blanks between its tokens, and lines and comments between its lines."""
    result = []
    depth = 0
    lines = text.splitlines()
    end = (1, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in {tokenize.INDENT, tokenize.DEDENT}:
            continue
        same_line = token.start[0] == end[0]
        before = lines[token.start[0] - 1][end[1] if same_line else 0 : token.start[1]] if token.string else ""
        result.append(before + " " * (chance.randrange(3) if before and same_line else 0) + token.string)
        depth += token.string in tuple("([{")
        depth -= token.string in tuple(")]}")
        if token.type == tokenize.OP and depth and chance.random() < 0.3:
            result.append(chance.choice(["\n    ", "  # AssetResponseWrapper(1)\n", "\t", " \\\n "]))
        if token.type == tokenize.NEWLINE and chance.random() < 0.4:
            result.append(chance.choice(["\n", "# AssetResponseWrapper(1)\n", "\f\n", "        # deep\n"]))
        end = token.end
    return "".join(result)


SPELLINGS = (
    "from assets import AssetResponseWrapper as {0}\n",
    "import assets as {0}_module\n{0} = {0}_module.AssetResponseWrapper\n",
    "import assets\n{0}_first = assets.AssetResponseWrapper\n{0} = {0}_first\n",
    "from between import {0}\n",
    "from between import *\n{0} = Everything\n",
    "import between.deeper\n{0} = between.deeper.Asset\n",
    "try:\n    from assets import AssetResponseWrapper as {0}\nexcept ImportError:\n    {0} = None\n",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from assets import AssetResponseWrapper as {0}\n",
    "import assets\n{0} = {{'asset': assets.AssetResponseWrapper}}['asset']\n",
    "import assets\n{0}, {0}_other = assets.AssetResponseWrapper, 1\n",
    "import assets\n\n\nclass {0}_space:\n    kind = assets.AssetResponseWrapper\n\n\n{0} = {0}_space.kind\n",
    "import assets\n\n\ndef {0}_get():\n    return assets.AssetResponseWrapper\n\n\n{0} = {0}_get()\n",
)
BODY = """

def load(key, keys):
    one = {0}(key)
    two = {0}.from_key(key)
    return one, two, list(map({0}, keys)), isinstance(one, {0})


class Photo({0}):
    pass


def photo(key: {0}):
    return Photo(key)
"""


@given(st.sampled_from(SPELLINGS), st.from_regex(r"\A[A-Z][a-z]{2,9}\Z"), st.booleans())
def test_the_way_a_class_comes_does_not_matter(spelling: str, name: str, moved: bool) -> None:
    files = {
        "assets.py": ASSETS,
        "between/__init__.py": f"from .deeper import Asset as {name}\nfrom .deeper import Everything\n",
        "between/deeper.py": "from assets import AssetResponseWrapper as Asset\nEverything = Asset\n",
    }
    if moved:  # the class itself lives somewhere else
        files["store.py"] = ASSETS
        files["assets.py"] = "from store import *\nfrom store import AssetManager as AssetManager\n"
    use = spelling.format(name) + BODY.format(name)

    found = found_in(files | {"use.py": use})

    assert found == Counter(
        {
            ("use.py", "MGR101", "load", "certain"): 1,
            ("use.py", "MGR102", "load", "certain"): 1,
            ("use.py", "MGR103", "load", "certain"): 1,
            ("use.py", "MGR104", "photo", "certain"): 1,
        }
    )


def test_generated_modules_never_stop_a_run() -> None:
    hypothesmith = pytest.importorskip("hypothesmith", reason="needs hypothesmith: pip install hypothesmith")

    @given(hypothesmith.from_grammar())
    def holds(text: str) -> None:
        use = f"from assets import AssetResponseWrapper as W\nW(1)\n{text}\n"
        report = report_of({"assets.py": ASSETS, "use.py": use})
        assert report.problems or [item.code for item in report.findings][:1] == ["MGR101"]

    holds()
