"""Nothing that is not asked about may matter: with and without the short cut, every fixture gets the same findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from expectations import ROOT

from asset_lint import check_paths
from asset_lint.semantics.reach import Reach

CASES = sorted(path.relative_to(ROOT) for path in (ROOT / "fixtures" / "cases").glob("*/*") if path.is_dir())
GROUPS = sorted({case.parent for case in CASES})


def _everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every node count as one that can matter."""

    def sites(self: Any, path: str) -> Any:
        return self._program.facts[path].sites

    def new_calls(self: Any) -> Any:
        return [call for path in sorted(self._program.facts) for call in self.calls(path)]

    monkeypatch.setattr(Reach, "sites", sites)
    monkeypatch.setattr(Reach, "new_calls", new_calls)
    for name in ("may_be_learned", "may_hold", "may_be_attribute"):
        monkeypatch.setattr(Reach, name, lambda *_: True)


@pytest.mark.parametrize("group", GROUPS, ids=lambda path: path.name)
def test_what_is_left_out_would_have_changed_nothing(group: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    cases = [case for case in CASES if case.parent == group]
    quick = [check_paths([case]).findings for case in cases]
    _everything(monkeypatch)

    assert [check_paths([case]).findings for case in cases] == quick
