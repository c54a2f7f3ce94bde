"""The program as a library."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest
from expectations import ROOT

import asset_lint
from asset_lint import Config, ConfigError, Report, UsageError, check_paths, check_text, load_config

CHAPTER = (ROOT / "docs/api.md").read_text(encoding="utf-8")
SHOP = "from catalog import Product\n\n\ndef basket(keys):\n    return [Product(key) for key in keys]\n"


def blocks(language: str) -> list[str]:
    """The fenced blocks of the chapter."""
    return re.findall(rf"^```{language}\n(.*?)^```$", CHAPTER, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that the chapter speaks of."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "catalog.py": blocks("python")[0],
        "asset-lint.toml": blocks("toml")[0],
        "shop.py": SHOP,
        "broken.py": "def (",
    }.items():
        Path(name).write_text(text, encoding="utf-8")


def script() -> None:
    Path("script.py").write_text(blocks("python")[-1], encoding="utf-8")


def test_the_examples_of_the_chapter_show_what_happens() -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    scope: dict[str, object] = {}
    for block in blocks("pycon"):
        test = doctest.DocTestParser().get_doctest(block, scope, "api.md", None, 0)
        runner.run(test, clear_globs=False)
        scope.update(test.globs)

    assert runner.summarize().attempted > 10
    assert runner.summarize().failed == 0


def test_the_script_of_the_chapter_runs() -> None:
    script()

    done = subprocess.run([sys.executable, "script.py", "shop.py"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    Path("shop.py").write_text(SHOP * 2, encoding="utf-8")
    done = subprocess.run([sys.executable, "script.py", "shop.py"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "shop.py 5:MGR101 10:MGR101\n", "")


def test_the_script_of_the_chapter_is_typed() -> None:
    pytest.importorskip("mypy", reason="needs mypy: pip install mypy")
    script()

    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "script.py"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.stdout == "Success: no issues found in 1 source file\n"


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(asset_lint.__file__).with_name("py.typed").is_file()


def test_every_public_name_is_there_and_in_the_chapter() -> None:
    for name in asset_lint.__all__:
        assert getattr(asset_lint, name) is not None
        assert name in dir(asset_lint)
    documented = set(re.findall(r"\w+", CHAPTER))
    assert set(asset_lint.__all__) - documented == {"__version__"}


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="chekc"):
        _ = asset_lint.chekc


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, asset_lint; print(*sorted(name for name in sys.modules if name.startswith('asset_lint')))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout == "asset_lint\n"


def test_a_string_is_no_list_of_paths_or_codes() -> None:
    with pytest.raises(UsageError, match=r"paths: found 'shop\.py', expected a list"):
        check_paths("shop.py")
    with pytest.raises(UsageError, match="select: found 'MGR1', expected a list"):
        check_paths(["shop.py"], select="MGR1")


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(UsageError, match="ignore: MRG101: no rule has a code that begins so"):
        check_text("", "shop.py", ignore=["MRG101"])


def test_without_paths_the_configured_sources_are_checked() -> None:
    Path("asset-lint.toml").write_text(f"src = ['src']\n{blocks('toml')[0]}", encoding="utf-8")
    Path("src").mkdir()
    for name in ("catalog.py", "shop.py"):
        Path(name).rename(Path("src", name))

    assert [finding.path for finding in check_paths().findings] == ["src/shop.py"]


def test_excluded_files_are_left_out() -> None:
    report = check_paths(["."], exclude=["broken.py", "shop.py"])

    assert (report.findings, report.problems, report.stats.files) == ((), (), 1)


def test_several_processes_find_the_same() -> None:
    assert check_paths(["shop.py"], jobs=2) == check_paths(["shop.py"])


@pytest.mark.parametrize("given", ["asset-lint.toml", Path("asset-lint.toml"), Path(), Path.cwd])
def test_a_configuration_is_read_from_a_file_or_found_for_a_folder(given: object) -> None:
    config = load_config(given() if callable(given) else given)

    assert config.path == Path.cwd() / "asset-lint.toml"
    assert config.guards[0].class_name == "catalog.Product"


def test_where_there_is_no_configuration_the_default_holds(tmp_path: Path) -> None:
    Path("asset-lint.toml").unlink()

    assert load_config() == Config(root=tmp_path)


def test_a_configuration_may_be_given_in_place_of_a_file() -> None:
    config = load_config()
    Path("asset-lint.toml").unlink()

    assert len(check_paths(["shop.py"], config=config).findings) == 1
    assert check_paths(["shop.py"]).findings == ()
    assert check_paths(["shop.py"], config=config, select=["MGR102"]).findings == ()


def test_what_is_wrong_with_a_configuration_is_said_at_once() -> None:
    Path("asset-lint.toml").write_text("selct = []\nsrc = 1", encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config()
    assert len(str(caught.value).splitlines()) == 2


def test_a_text_takes_the_place_of_its_file() -> None:
    assert len(check_text(SHOP, "shop.py").findings) == 1
    assert check_text("", "shop.py").findings == ()


def test_a_text_that_is_no_python_is_a_problem() -> None:
    report = check_text("from catalog import Product\nProduct(", "new.py")

    assert isinstance(report, Report)
    assert [(problem.path, problem.line) for problem in report.problems] == [("new.py", 2)]
    assert report.exit_code == 2
