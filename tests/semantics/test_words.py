"""Which files are read at all: the words that are searched for, and what is learned from what was read."""

from __future__ import annotations

from pathlib import Path

import pytest
from linking import linked

from asset_lint import check_paths
from asset_lint.reading import Files
from asset_lint.semantics import guards
from asset_lint.semantics.guards import GuardSpec
from asset_lint.semantics.words import Needs, guard_words, learned

ASSETS = """\
class Asset:
    def __init__(self, key): self.key = key
    @classmethod
    def from_key(cls, key): return cls(key)
class Manager:
    def __init__(self): self.assets = {}
    def asset(self, key): return self.assets.get(key) or self.assets.setdefault(key, Asset(key))
    def forget(self, key): del self.assets[key]
"""
SPEC = GuardSpec("assets.Asset", ("assets.Manager",))


def needs_of(**modules: str) -> Needs:
    """What is searched for when *modules* have been read."""
    program = linked({"assets.py": ASSETS, **{f"{name}.py": text for name, text in modules.items()}})
    return learned(program, guards.resolve(program, [SPEC]), guard_words(["assets.Asset"]))


def test_the_search_begins_with_the_last_part_of_the_name() -> None:
    assert guard_words(["assets.Asset", "Bare"]) == {"Asset", "Bare"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("from assets import Asset as A", "A"),
        ("import assets\nbuild = assets.Asset", "build"),
        ("from assets import Asset\nclass Video(Asset): pass", "Video"),
        ("from assets import Asset\ndef load(key): return Asset(key)", "load"),
        ("from assets import Asset\nKINDS = {'asset': Asset}", "KINDS"),
        ("from functools import partial\nfrom assets import Asset\nmake = partial(Asset, 1)", "make"),
        ("from assets import Asset\nclass Loader:\n def load(self): return Asset(1)", "Loader"),
        ("from assets import Asset\nclass Loader:\n kind = Asset", "kind"),
        ("from assets import Asset\nclass Loader:\n def __init__(self): self.kind = Asset", "kind"),
    ],
)
def test_names_that_lead_to_a_construction_are_learned(text: str, word: str) -> None:
    assert word in needs_of(use=text).words


def test_names_that_do_not_are_not() -> None:
    text = (
        "from assets import Asset, Manager\ncount = 1\ndef helper(): return 'a'\nclass Other: pass\nmanager = Manager()"
    )

    assert {"count", "helper", "Other", "manager"}.isdisjoint(needs_of(use=text).words)


@pytest.mark.parametrize(
    ("data", "matters"),
    [
        (b"Asset", True),
        (b"x.Asset(", True),
        (b"# about Asset.", True),
        (b"AssetList MyAsset Asset2 _Asset", False),
        ("Assetäö".encode(), True),
        (b"", False),
        (b"asset", False),
        (b"manager.asset(1)", False),
        (b"import copy\ncopy.copy(manager.asset(1))", True),
        (b"manager.asset(1).again()", True),
        (b"import copy", False),
        (b"asset = manager.asset(1)\ntype(asset)()", True),
    ],
)
def test_a_file_matters(data: bytes, matters: bool) -> None:
    """``asset`` gives instances, which only matters beside a copy or a method that builds: here ``again``."""
    files = Files(["/a.py"], {"/a.py": data})
    more_givers = frozenset(f"giver{number}" for number in range(20))

    for givers in (frozenset({"asset"}), frozenset({"asset"}) | more_givers):
        needs = Needs(frozenset({"Asset"}), givers, frozenset({"again"}))
        assert needs.mattering(files) == ({"/a.py"} if matters else set())


def test_no_word_matches_nothing() -> None:
    assert Needs(frozenset()).mattering(Files(["/a.py"], {"/a.py": b"anything"})) == set()


def test_a_chain_of_names_is_followed_file_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file mentions only the name that the one before it made up, and the last one builds."""
    monkeypatch.chdir(tmp_path)
    Path("assets.py").write_text(ASSETS, encoding="utf-8")
    Path("asset-lint.toml").write_text(
        "[[guard]]\nclass = 'assets.Asset'\nmanager = 'assets.Manager'", encoding="utf-8"
    )
    Path("link0.py").write_text("from assets import Asset as name0\n", encoding="utf-8")
    for number in range(1, 6):
        text = f"from link{number - 1} import name{number - 1} as name{number}\n"
        Path(f"link{number}.py").write_text(text, encoding="utf-8")
    Path("use.py").write_text("from link5 import name5\nname5(1)\n", encoding="utf-8")
    for number in range(20):
        Path(f"other{number}.py").write_text("from link9 import name9\nname9(1)\n", encoding="utf-8")

    report = check_paths(["."])

    assert [(one.path, one.code) for one in report.findings] == [("use.py", "MGR101")]
    assert report.stats.parsed == 8, "and none of the others is parsed"
    assert report.stats.rounds >= 6
