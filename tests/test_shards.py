"""What several machines find together is what one finds alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asset_lint.cli.program import run
from asset_lint.project import Shard

LIBRARY = Path("fixtures/photo_library").resolve()


def part(tmp_path: Path, shard: str, checked: Path | None = None) -> str:
    (tmp_path / "asset-lint.toml").touch()
    file = tmp_path / f"{shard.replace('/', '_')}.json"
    run(["check", str(checked or tmp_path), "--no-cache", "--shard", shard, "--format", "json", "--output", str(file)])
    return str(file)


@pytest.mark.parametrize("count", [1, 3])
def test_merged_is_as_undivided(tmp_path: Path, count: int) -> None:
    whole, merged = tmp_path / "whole.json", tmp_path / "merged.json"
    parts = [part(tmp_path, f"{index}/{count}", LIBRARY) for index in range(1, count + 1)]

    status = run(["check", str(LIBRARY), "--no-cache", "--format", "json", "--output", str(whole)])

    assert run(["merge", *parts, "--format", "json", "--output", str(merged)]) == status == 1
    assert merged.read_bytes() == whole.read_bytes()


def test_each_file_belongs_to_one_shard() -> None:
    paths = [f"{number}.py" for number in range(10)]
    shares = [Shard(index, 3).of(reversed(paths)) for index in (1, 2, 3)]

    assert sorted(path for share in shares for path in share) == paths


@pytest.mark.parametrize("value", ["0/2", "3/2", "1", "1/", "/2", "a/b", "1/0", "-1/2"])
def test_what_is_no_shard(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(LIBRARY), "--shard", value]) == 2
    assert "expected I/N, as in 2/4 for the second of four" in capsys.readouterr().err


class TestParts:
    def test_one_is_missing(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["merge", part(tmp_path, "2/3")]) == 2
        assert capsys.readouterr().err == "asset-lint: shard 1/3, 3/3 is missing\n"

    def test_one_is_there_twice(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["merge", *[part(tmp_path, "1/1")] * 2]) == 2
        assert capsys.readouterr().err == "asset-lint: a shard is given twice\n"

    def test_of_different_runs(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["merge", part(tmp_path, "1/2"), part(tmp_path, "2/3")]) == 2
        assert capsys.readouterr().err == "asset-lint: these are not the shards of one check: 1/2, 2/3\n"

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"", "is no report of asset-lint: Input data was truncated"),
            (b"{}", "is no report of asset-lint: Object missing required field"),
            (b"\xff", "is no report of asset-lint: "),
        ],
    )
    def test_what_is_no_report(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, complaint: str
    ) -> None:
        (tmp_path / "part.json").write_bytes(content)

        assert run(["merge", str(tmp_path / "part.json")]) == 2
        assert f"part.json: {complaint}" in capsys.readouterr().err

    def test_one_of_another_version(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        document = json.loads(Path(part(tmp_path, "1/1")).read_bytes())
        (tmp_path / "old.json").write_text(json.dumps({**document, "version": "0.0.1"}))

        assert run(["merge", str(tmp_path / "old.json")]) == 2
        assert "was written by asset-lint 0.0.1" in capsys.readouterr().err

    def test_one_that_is_not_there(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["merge", str(tmp_path / "gone.json")]) == 2
        assert "gone.json: cannot be read: No such file or directory" in capsys.readouterr().err
