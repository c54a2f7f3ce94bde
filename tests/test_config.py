"""Reading a configuration, and what is said about one that cannot be used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from asset_lint.config import (
    DEFAULT_GUARD,
    Config,
    Decoder,
    Guard,
    Overrides,
    Rewrite,
    find_config,
    load_config,
    resolve_config,
)
from asset_lint.errors import ConfigError
from asset_lint.findings import Safety

DOCS = Path(__file__).parent.parent / "docs"
FENCED = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    pytest.param(example, id=f"{page.name}-{number}")
    for page in [*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md"]
    for number, example in enumerate(FENCED.findall(page.read_text(encoding="utf-8")))
    if "asset-lint" in example or "guard" in example or page.name == "configuration.md"
]
CONTRACT = """
[tool.asset-lint]
src = ["src"]
exclude = ["generated/*"]
select = ["MGR1", "MGR2"]
per-file-ignores = { "tests/*" = ["MGR1"] }
baseline = "asset-lint-baseline.txt"
require-reason = true

[[tool.asset-lint.decoder]]
call = "framestore.Frame.read"
gives = "objects"

[[tool.asset-lint.guard]]
class = "photos.assets.AssetResponseWrapper"
manager = "photos.manager.AssetManager"
dto = ["photos.api.AssetResponseDto"]
cache-readers = ["photos.cache.load_entity"]
allow-in = ["photos.testing.*"]
access = ["$context.get_asset_manager()", "AssetManager.get_instance()"]

[[tool.asset-lint.guard.rewrite]]
from = "AssetResponseWrapper(context=$context, dto=$dto)"
to = "$manager.get_wrapper_for_asset_dto(asset_dto=$dto, context=$context)"
safety = "safe"
"""


def write(folder: Path, text: str, name: str = "asset-lint.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str, name: str = "asset-lint.toml") -> list[str]:
    """Load *text*, which has to fail, and give the lines of the message without the name of the file."""
    path = write(folder, text, name)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(path.as_posix()) for line in lines)
    return [line.removeprefix(path.as_posix()).removeprefix(": ") for line in lines]


def test_every_key_of_the_contract_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, CONTRACT, "pyproject.toml")

    assert load_config(path) == Config(
        root=tmp_path,
        path=path,
        src=("src",),
        exclude=("generated/*",),
        select=("MGR1", "MGR2"),
        ignore=(),
        per_file_ignores=(("tests/*", ("MGR1",)),),
        baseline="asset-lint-baseline.txt",
        require_reason=True,
        guards_configured=True,
        decoders=(Decoder("framestore.Frame.read", "objects"),),
        guards=(
            Guard(
                class_name="photos.assets.AssetResponseWrapper",
                managers=("photos.manager.AssetManager",),
                dtos=("photos.api.AssetResponseDto",),
                cache_readers=("photos.cache.load_entity",),
                allow_in=("photos.testing.*",),
                access=("$context.get_asset_manager()", "AssetManager.get_instance()"),
                rewrites=(
                    Rewrite(
                        "AssetResponseWrapper(context=$context, dto=$dto)",
                        "$manager.get_wrapper_for_asset_dto(asset_dto=$dto, context=$context)",
                        Safety.SAFE,
                    ),
                ),
            ),
        ),
    )


def test_the_standalone_file_has_the_same_keys_without_prefix(tmp_path: Path) -> None:
    standalone = CONTRACT.replace("tool.asset-lint.", "").replace("[tool.asset-lint]", "")
    pyproject = load_config(write(tmp_path, CONTRACT, "pyproject.toml"))
    config = load_config(write(tmp_path, standalone))

    assert (config.src, config.select, config.guards) == (pyproject.src, pyproject.select, pyproject.guards)


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    config = load_config(path)

    assert config == Config(root=tmp_path, path=path)
    assert config.guards == (DEFAULT_GUARD,)
    assert not config.guards_configured


def test_a_class_alone_is_enough_and_managers_may_be_several(tmp_path: Path) -> None:
    config = load_config(
        write(tmp_path, '[[guard]]\nclass = "Asset"\n[[guard]]\nclass = "Tag"\nmanager = ["A", "b.c"]\n')
    )

    assert config.guards == (Guard("Asset"), Guard("Tag", ("A", "b.c")))


def test_a_byte_order_mark_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "asset-lint.toml"
    path.write_bytes(b"\xef\xbb\xbfsrc = ['lib']\r\n")

    assert load_config(path).src == ("lib",)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_in_the_documentation_loads(example: str, tmp_path: Path) -> None:
    name = "pyproject.toml" if "tool" in tomllib.loads(example) else "asset-lint.toml"

    assert load_config(write(tmp_path, example, name)).root == tmp_path


def test_the_documentation_has_examples() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("src = 'lib'", 'src: found "lib" (a string), expected a list of strings'),
        ("src = ['a', 3]", "src[1]: found 3 (an integer), expected a string"),
        ("exclude = true", "exclude: found true (a boolean), expected a list of strings"),
        ("baseline = 1.5", "baseline: found 1.5 (a float), expected a string"),
        ("baseline = 2026-01-02", "baseline: found 2026-01-02 (a date or time), expected a string"),
        ("require-reason = 'yes'", 'require-reason: found "yes" (a string), expected true or false'),
        ("per-file-ignores = ['MGR1']", "per-file-ignores: found a list, expected a table"),
        (
            "per-file-ignores = {'tests/*' = 'MGR1'}",
            'per-file-ignores.tests/*: found "MGR1" (a string), expected a list of strings',
        ),
        ("[guard]\nclass = 'A'", "guard: found a table, expected an array of tables, written [[guard]]"),
        ("guard = ['A']", 'guard[0]: found "A" (a string), expected an array of tables, written [[guard]]'),
        ("[[guard]]\nmanager = 'M'", "guard[0].class: missing, expected the dotted or bare name of the guarded class"),
        ("[[guard]]\nclass = ['A']", "guard[0].class: found a list, expected a string"),
        ("[[guard]]\nclass = 'a b'", 'guard[0].class: found "a b", expected a name such as photos.assets.Asset'),
        ("[[guard]]\nclass = ''", 'guard[0].class: found "", expected a name such as photos.assets.Asset'),
        (
            "[[guard]]\nclass = 'A'\nmanager = 3",
            "guard[0].manager: found 3 (an integer), expected a string or a list of strings",
        ),
        (
            "[[guard]]\nclass = 'A'\nmanager = ['M', '1']",
            'guard[0].manager[1]: found "1", expected a name such as photos.manager.AssetManager',
        ),
        ("[[guard]]\nclass = 'A'\ndto = 'B'", 'guard[0].dto: found "B" (a string), expected a list of strings'),
        ("[[guard]]\nclass = 'A'\n[[guard]]\nclass = 'A'", 'guard[1].class: found "A", which guard[0] guards already'),
        (
            "[[guard]]\nclass = 'A'\nallow-in = ['tests/*']",
            'guard[0].allow-in[0]: found "tests/*", expected a module or function such as photos.testing.*',
        ),
        (
            "[[decoder]]\ngives = 'data'",
            "decoder[0].call: missing, expected the dotted name of a function or method such as mylib.load",
        ),
        ("[[decoder]]\ncall = 'a b'", 'decoder[0].call: found "a b", expected a name such as mylib.load'),
        ("[[decoder]]\ncall = 'a.b'\ngives = 'rows'", 'decoder[0].gives: found "rows", expected "data" or "objects"'),
        ("decoder = 3", "decoder: found 3 (an integer), expected an array of tables, written [[decoder]]"),
        (
            "[[guard]]\nclass = 'A'\naccess = ['$c.get(']",
            (
                'guard[0].access[0]: found "$c.get(", '
                "expected a Python expression in which $name stands for any expression"
            ),
        ),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_was_expected(text: str, expected: str, tmp_path: Path) -> None:
    assert problems(tmp_path, text) == [expected]


REWRITE = "[[guard]]\nclass = 'A'\n[[guard.rewrite]]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from = 'A($x)'", "to: missing, expected an expression such as Asset(dto=$dto)"),
        ("from = '$x'\nto = 'f($x)'", 'from: found "$x", expected a call in which $name stands for any expression'),
        (
            "from = 'A($dto)'\nto = '$manager.get($dtoo)'",
            "to: found $dtoo, which from does not bind, expected $dto and $manager",
        ),
        ("from = 'A()'\nto = 'get('", 'to: found "get(", expected a Python expression in which $name'),
        ("from = 'A()'\nto = 'get()'\nsafety = 'save'", 'safety: found "save", expected "safe" or "unsafe"'),
    ],
)
def test_a_rewrite_that_cannot_work_is_refused(text: str, expected: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, REWRITE + text)

    assert problem.startswith(f"guard[0].rewrite[0].{expected}")


@pytest.mark.parametrize(
    ("text", "key", "suggestion"),
    [
        ("selct = []", "selct", "did you mean select?"),
        ("per_file_ignores = {}", "per_file_ignores", "did you mean per-file-ignores?"),
        ("[[guard]]\nclass = 'A'\nmanger = 'M'", "guard[0].manger", "did you mean manager?"),
        (REWRITE + "from = 'A()'\nto = 'm()'\nsafty = 'safe'", "guard[0].rewrite[0].safty", "did you mean safety?"),
        ("[tool.asset-lint]\nsrc = []", "tool", "here the keys stand without the prefix tool.asset-lint"),
    ],
)
def test_an_unknown_key_brings_what_may_have_been_meant(text: str, key: str, suggestion: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, text)

    assert problem.startswith(f"{key}: unknown key, expected one of ")
    assert problem.endswith(suggestion)


@pytest.mark.parametrize(
    ("code", "suggestion"),
    [("mgr101", "MGR101"), ("MRG101", "MGR101"), ("direct-construction", "MGR101")],
)
def test_an_unknown_code_brings_what_may_have_been_meant(code: str, suggestion: str, tmp_path: Path) -> None:
    (selected,) = problems(tmp_path, f"select = ['MGR1', '{code}']")
    (ignored,) = problems(tmp_path, f"per-file-ignores = {{ 'a.py' = ['{code}'] }}")

    assert selected.startswith(f'select[1]: found "{code}"')
    assert ignored.startswith(f'per-file-ignores.a.py[0]: found "{code}"')
    assert re.search(rf"did you mean .*\b{suggestion}", selected)


def test_nothing_is_suggested_where_nothing_is_near(tmp_path: Path) -> None:
    assert problems(tmp_path, "select = ['MGR9']") == [
        'select[0]: found "MGR9", no rule has a code that begins so, expected one such as MGR101 or MGR1'
    ]


def test_all_problems_of_a_file_are_reported_together(tmp_path: Path) -> None:
    text = "src = 1\nselct = []\nselect = ['X1']\n[[guard]]\nmanager = 3\ndot = []\n"

    assert [problem.split(": ")[0] for problem in problems(tmp_path, text)] == [
        "guard[0].class",
        "guard[0].dot",
        "guard[0].manager",
        "selct",
        "select[0]",
        "src",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"src = [\n'a'\n", ":3: not valid TOML: "),
        (b"\nsrc = = 1\n", ":2: not valid TOML: "),
        (b"a = 1\na = 2\n", ":2: not valid TOML: "),
        (b"src = ['\xe9']\n", ":1: found the byte 0xe9, expected UTF-8"),
        ("src = []\n".encode("utf-16"), ":1: found the byte 0xff, expected UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_the_line(data: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "asset-lint.toml"
    path.write_bytes(data)

    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path.as_posix()}{expected}")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read: No such file"):
        load_config(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "found"),
    [("[tool.other]\n", "none"), ("tool = 1\n", "none"), ("[tool]\nasset-lint = 3\n", "another kind of value")],
)
def test_a_pyproject_without_the_table_cannot_be_asked_for(text: str, found: str, tmp_path: Path) -> None:
    assert problems(tmp_path, text, "pyproject.toml") == [
        f"tool.asset-lint: found {found}, expected a table [tool.asset-lint]"
    ]


def test_the_file_is_named_as_somebody_in_the_working_directory_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    path = write(tmp_path / "sub", "src = 1")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match=r"^sub/asset-lint\.toml: src: "):
        load_config(path)


class TestFindConfig:
    def test_the_nearest_one_wins(self, tmp_path: Path) -> None:
        inner = tmp_path / "a" / "b"
        inner.mkdir(parents=True)
        write(tmp_path, "")
        nearest = write(tmp_path / "a", "[tool.asset-lint]\n", "pyproject.toml")

        assert find_config(inner) == nearest
        assert find_config(inner / "module.py") == nearest

    def test_in_one_folder_the_standalone_file_wins(self, tmp_path: Path) -> None:
        pyproject = write(tmp_path, "[tool.asset-lint]\n", "pyproject.toml")
        assert find_config(tmp_path) == pyproject

        standalone = write(tmp_path, "")
        assert find_config(tmp_path) == standalone

    @pytest.mark.parametrize(
        "text",
        [
            "[tool.other]\n",
            "[project]\ndependencies = ['asset-lint']\n",
            "tool = 3 # asset-lint\n",
            "[broken # asset-lint\n",
        ],
    )
    def test_a_pyproject_of_somebody_else_is_passed_over(self, text: str, tmp_path: Path) -> None:
        inner = tmp_path / "inner"
        inner.mkdir()
        outer = write(tmp_path, "")
        write(inner, text, "pyproject.toml")

        assert find_config(inner) == outer

    def test_a_broken_file_that_is_meant_is_not_passed_over(self, tmp_path: Path) -> None:
        path = write(tmp_path, "[tool.asset-lint]\nsrc = [\n", "pyproject.toml")

        assert find_config(tmp_path) == path
        with pytest.raises(ConfigError, match=r"pyproject\.toml:3: not valid TOML"):
            resolve_config(tmp_path)

    @pytest.mark.parametrize(
        "text", ['[tool."asset-lint"]\n', "[tool]\nasset-lint = {}\n", "[[tool.asset-lint.guard]]\nclass='A'\n"]
    )
    def test_every_spelling_of_the_table_counts(self, text: str, tmp_path: Path) -> None:
        path = write(tmp_path, text, "pyproject.toml")

        assert find_config(tmp_path) == path


class TestResolveConfig:
    def test_without_a_file_the_folder_is_the_root(self, tmp_path: Path) -> None:
        assert find_config(tmp_path) is None
        assert resolve_config(tmp_path / "module.py") == Config(root=tmp_path)

    def test_a_given_file_is_used_whatever_is_nearer(self, tmp_path: Path) -> None:
        write(tmp_path, "src = ['near']")
        given = write(tmp_path, "src = ['given']", "other.toml")

        assert resolve_config(tmp_path, Overrides(config=given)).src == ("given",)

    def test_the_command_line_wins_over_the_file(self, tmp_path: Path) -> None:
        write(tmp_path, "select = ['MGR1']\nexclude = ['a']\nper-file-ignores = {'a.py' = ['MGR1']}")
        overrides = Overrides(select=("MGR2",), exclude=("b",), per_file_ignores=(("b.py", ("MGR2",)),))
        config = resolve_config(tmp_path, overrides)

        assert (config.select, config.exclude) == (("MGR2",), ("b",))
        assert config.per_file_ignores == (("b.py", ("MGR2",)),)
