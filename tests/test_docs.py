"""The documentation says what is so: its examples are run, its numbers and names compared with the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from expectations import ROOT

import asset_lint
from asset_lint import fix_paths, load_config
from asset_lint.cli.program import COMMANDS, run

DOCS = ROOT / "docs"
CHAPTERS = sorted([*DOCS.glob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))])
EACH_CHAPTER = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.name)


USE = "from fixtures.app import AssetResponseWrapper\ndef use(a: AssetResponseWrapper): id(a)\n"
MESSAGE = "the address of an instance of AssetResponseWrapper is no key for it; use what the manager looks it up by"


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class TestWritingARule:
    """The chapter on rules is followed to the letter, in a copy of the repository."""

    @pytest.fixture
    def copy(self, tmp_path: Path) -> Path:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(asset_lint.__file__).parent, tmp_path / "asset_lint", ignore=ignore)
        shutil.copytree(ROOT / "fixtures/app", tmp_path / "fixtures/app", ignore=ignore)
        (tmp_path / "tests").mkdir()
        for name in ("tests/test_rules.py", "tests/expectations.py"):
            shutil.copy(ROOT / name, tmp_path / name)
        shutil.copytree(DOCS, tmp_path / "docs")
        return tmp_path

    def follow(self, copy: Path) -> None:
        code, rule = blocks(text_of("writing-a-rule.md"), "python")
        codes = copy / "asset_lint/config/codes.py"
        before, start, after = codes.read_text(encoding="utf-8").partition("RULE_NAMES = {\n")
        codes.write_text(before + start + code + after, encoding="utf-8")
        (copy / "asset_lint/rules/address_as_key.py").write_text(rule, encoding="utf-8")

    def python(self, copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(copy), str(copy / "tests")])}
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=copy, env=env, encoding="utf-8")

    def test_its_rule_is_a_rule(self, copy: Path) -> None:
        self.follow(copy)
        (copy / "use.py").write_text(USE, encoding="utf-8")

        shown = self.python(copy, "asset_lint", "explain", "MGR701")
        found = self.python(copy, "asset_lint", "check", "--select", "MGR701", "--quiet", ".")

        assert shown.stdout.startswith("MGR701 address-as-key\n")
        assert found.stdout == f"use.py:2:35: MGR701 {MESSAGE} [no fix: this rule has no fix]\n"

    def test_its_commands_pass_the_tests_of_rules(self, copy: Path) -> None:
        self.follow(copy)
        commands = [line.removeprefix("python -m ") for line in _lines(text_of("writing-a-rule.md"), "python -m ")]
        tests, reference = (command.split() for command in commands)

        written = self.python(copy, *reference)
        done = self.python(copy, *tests, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--import-mode=importlib")

        assert written.returncode == 0, written.stderr
        assert "## MGR701 address-as-key" in (copy / "docs/rules.md").read_text(encoding="utf-8")
        assert done.returncode == 0, done.stdout

    def test_without_its_page_the_tests_fail(self, copy: Path) -> None:
        """So that nobody forgets the last step."""
        self.follow(copy)

        done = self.python(copy, "pytest", "tests/test_rules.py", "-q", "-p", "no:cacheprovider", "-k", "up_to_date")

        assert "1 failed" in done.stdout


def _lines(text: str, beginning: str) -> list[str]:
    return [line for block in blocks(text, "console") for line in block.splitlines() if line.startswith(beginning)]


class TestFixing:
    """What the chapter on fixes shows is what comes out."""

    @pytest.fixture(autouse=True)
    def _shop(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "shop").mkdir()
        (tmp_path / "shop/__init__.py").touch()
        (module,) = re.findall(
            r'^```python title="shop/catalog.py"\n(.*?)^```$', text_of("fixing.md"), re.MULTILINE | re.DOTALL
        )
        (tmp_path / "shop/catalog.py").write_text(module, encoding="utf-8")
        guard = '[[guard]]\nclass = "shop.catalog.Product"\nmanager = "shop.catalog.ProductRegistry"\n'
        (tmp_path / "asset-lint.toml").write_text(guard, encoding="utf-8")

    @pytest.mark.parametrize("diff", blocks(text_of("fixing.md"), "diff"))
    def test_its_examples(self, diff: str) -> None:
        before, after = (
            "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[0] in sign) for sign in (" -", " +")
        )
        Path("use.py").write_text(before, encoding="utf-8")

        outcome = fix_paths(["use.py"], unsafe=True)

        assert [change.after.decode() for change in outcome.changes] == [after]
        assert outcome.report.findings == ()

    def test_its_template(self) -> None:
        (template,) = (block for block in blocks(text_of("fixing.md"), "toml") if "rewrite" in block)
        Path("asset-lint.toml").unlink()
        Path("pyproject.toml").write_text(template, encoding="utf-8")
        use = (
            "from shop.catalog import Product\ndef one(shop, row, registry):\n    return Product(row=row, shop=shop)\n"
        )
        Path("use.py").write_text(use.replace("registry", "registry: ProductRegistry"), encoding="utf-8")

        outcome = fix_paths(["use.py"], unsafe=True)

        assert b".product(row, shop=shop)" in outcome.changes[0].after


class TestHowItWorks:
    def test_bounds_are_those_of_the_code(self) -> None:
        """Named, not copied: a number in two places is wrong in one of them."""
        rows = re.findall(r"^\| .* \| `(\w+)` in `([\w/]+)\.py` \|$", text_of("how-it-works.md"), re.MULTILINE)
        bounds = [getattr(import_module("asset_lint." + module.replace("/", ".")), name) for name, module in rows]

        assert len(bounds) == 8
        assert all(isinstance(bound, int) and bound > 1 for bound in bounds)

    def test_every_module_that_it_names_is_there(self) -> None:
        package = Path(asset_lint.__file__).parent
        names = set(re.findall(r"`([\w/]+\.py)`", text_of("how-it-works.md"))) - {"setup.py"}
        known = {path.relative_to(package).as_posix() for path in package.rglob("*.py")}

        assert len(names) > 20
        assert sorted(name for name in names if not any(f"/{one}".endswith(f"/{name}") for one in known)) == []

    def test_every_word_of_the_contract_is_explained(self) -> None:
        words = (
            "guarded class, manager, DTO, holder, construction, alternate constructor, hand-over, site, finding, fix, "
            "edit, span, rule, baseline, suppression, trace"
        )
        for word in words.split(", "):
            assert f"\n| {word} |" in text_of("how-it-works.md")


@EACH_CHAPTER
def test_links_lead_somewhere(chapter: Path) -> None:
    """MkDocs checks those inside the documentation; the README is read elsewhere."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]+`", "", chapter.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
        assert (chapter.parent / target).exists()


@EACH_CHAPTER
def test_python_examples_are_python(chapter: Path) -> None:
    for number, block in enumerate(blocks(chapter.read_text(encoding="utf-8"), "python")):
        if not block.startswith('    "MGR'):  # one line of a dictionary
            compile(block, f"{chapter.name}[{number}]", "exec")


@EACH_CHAPTER
def test_toml_examples_are_configurations(chapter: Path, tmp_path: Path) -> None:
    for block in blocks(chapter.read_text(encoding="utf-8"), "toml"):
        if "[tool." in block and "[tool.asset-lint" not in block:
            continue  # what another tool is told
        name = "pyproject.toml" if "[tool.asset-lint" in block else "asset-lint.toml"
        (tmp_path / name).write_text(block, encoding="utf-8")

        assert load_config(tmp_path / name).root == tmp_path


@EACH_CHAPTER
def test_commands_and_options_exist(chapter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console = "".join(blocks(chapter.read_text(encoding="utf-8"), "console"))
    for line in re.findall(r"^(?:\$ )?asset-lint ([^#\n]+)", console, re.MULTILINE):
        command, *rest = line.split()
        assert command in COMMANDS
        assert run([command, "--help"]) == 0
        known = capsys.readouterr().out
        assert [word for word in rest if word.startswith("-") and word != "-" and word not in known] == []


def test_the_output_in_the_start_chapter_is_what_comes_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shown = blocks(text_of("index.md"), "text")[0].splitlines()

    assert run(["check", "fixtures/photo_library", "--select", "MGR104"]) == 1
    assert [line for line in shown if line not in capsys.readouterr().out.splitlines()] == []


def test_the_changelog_has_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(rf"^## {re.escape(asset_lint.__version__)}\b", text, re.MULTILINE)


def test_every_chapter_is_in_the_contents() -> None:
    contents = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")

    assert set(re.findall(r": ([\w-]+\.md)$", contents, re.MULTILINE)) == {path.name for path in DOCS.glob("*.md")}
