"""
Reads the cases of the codemod: one small project in one text file, see ``fixtures/fixes/README.md``.

``--- safe: why`` comes first; then sections, each with a heading ``=== path`` or ``=== word path``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from expectations import ROOT

from asset_lint.findings import Report

CASES = ROOT / "fixtures" / "fixes"
CONFIG = "asset-lint.toml"

_TITLE = re.compile(r"--- (?P<kind>safe|unsafe|refused|untouched): (?P<title>\S.*)\n")
_HEADING = re.compile(r"^=== (?:(?P<word>fixed|safe) )?(?P<name>[^\s\[]+)(?: \[(?P<options>[^\]]*)\])?\n", re.MULTILINE)
_LEFT = re.compile(r"(?P<path>[^:]+):(?P<line>\d+): (?P<code>MGR\d{3}) (?P<reason>\S.*)")
_MORE = " ... "
_OPTIONS = {"crlf", "bom", "latin-1", "no-newline"}


@dataclass(frozen=True)
class Left:
    """A finding that has to be left; all *parts* have to occur in its reason, in their order."""

    path: str
    line: int
    code: str
    parts: tuple[str, ...]

    def is_told_by(self, reason: str) -> bool:
        place = 0
        for part in self.parts:
            place = reason.find(part, place)
            if place < 0:
                return False
            place += len(part)
        return True


@dataclass(frozen=True)
class FixCase:
    """
    A project with what fixing has to make of it.

    *fixed* are the files as they are with all fixes, *safe* with the safe ones alone, where that is neither everything
    nor nothing. *run* is a program that has to print the same before and after.
    """

    name: str
    kind: str
    title: str
    files: Mapping[str, bytes]
    fixed: Mapping[str, bytes] = field(default_factory=dict)
    safe: Mapping[str, bytes] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    run: str = ""

    @property
    def is_rewrite(self) -> bool:
        return bool(self.fixed)

    def with_safe_fixes(self) -> dict[str, bytes]:
        """The files that change without --unsafe, as they are then."""
        return dict(self.fixed if self.kind == "safe" else self.safe)


def case_files() -> list[Path]:
    return sorted(path for path in CASES.glob("*/*.txt") if not path.name.startswith("_"))


def load(path: Path) -> FixCase:
    """Read a case, with the sections of ``_base.txt`` beside it that it does not have itself."""
    text = path.read_bytes().decode()
    title = _TITLE.match(text)
    assert title is not None, f"{path}: expected a first line such as --- safe: what it is about"
    own = dict(_sections(text[title.end() :], path))
    base = path.parent / "_base.txt"
    shared = dict(_sections(base.read_bytes().decode(), base)) if base.exists() else {}
    return _case(path, title, {("", CONFIG): b"", **shared, **own})


def _case(path: Path, title: re.Match[str], sections: Mapping[tuple[str, str], bytes]) -> FixCase:
    words = {("", "left"), ("", "run")}
    case = FixCase(
        path.relative_to(CASES).with_suffix("").as_posix(),
        title["kind"],
        title["title"],
        {name: data for (word, name), data in sections.items() if not word and (word, name) not in words},
        {name: data for (word, name), data in sections.items() if word == "fixed"},
        {name: data for (word, name), data in sections.items() if word == "safe"},
        tuple(_left(sections.get(("", "left"), b"").decode(), path)),
        sections.get(("", "run"), b"").decode(),
    )
    _require_sense(case)
    return case


def _require_sense(case: FixCase) -> None:
    assert case.is_rewrite == (case.kind in {"safe", "unsafe"}), f"{case.name}: {case.kind} and its sections disagree"
    assert case.kind != "refused" or case.left, f"{case.name}: what is refused is left"
    assert case.kind != "untouched" or not case.left, f"{case.name}: what is left was not untouched"
    for name, data in {**case.fixed, **case.safe}.items():
        assert case.files.get(name, data) != data, f"{case.name}: {name} does not change"


def _sections(text: str, path: Path) -> Iterator[tuple[tuple[str, str], bytes]]:
    headings = list(_HEADING.finditer(text))
    assert text[: headings[0].start()].strip() == "", f"{path}: text before the first section"
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        options = set((heading["options"] or "").split())
        assert options <= _OPTIONS, f"{path}: {options - _OPTIONS} is no option of a section"
        yield (heading["word"] or "", heading["name"]), _encoded(text[heading.end() : end], options)


def _encoded(text: str, options: set[str]) -> bytes:
    """The bytes of a file; blank lines around a section only make the case more readable."""
    text = text.strip("\n")
    text = f"{text}\n" if text and "no-newline" not in options else text
    text = text.replace("\n", "\r\n") if "crlf" in options else text
    data = text.encode("latin-1" if "latin-1" in options else "utf-8")
    return b"\xef\xbb\xbf" + data if "bom" in options else data


def _left(text: str, path: Path) -> Iterator[Left]:
    for line in text.splitlines():
        match = _LEFT.fullmatch(line)
        assert match is not None, f"{path}: expected path:line: CODE reason, found {line}"
        yield Left(match["path"], int(match["line"]), match["code"], tuple(match["reason"].split(_MORE)))


def differences(report: Report, expected: tuple[Left, ...]) -> list[str]:
    """What is left and should not be, and the other way round, in words."""
    rest = list(expected)
    found = []
    for finding in report.findings:
        reason = finding.no_fix_reason or "(there is a fix)"
        place = (finding.path, finding.span.line, finding.code)
        fitting = [item for item in rest if (item.path, item.line, item.code) == place and item.is_told_by(reason)]
        if fitting:
            rest.remove(fitting[0])
        else:
            found.append(f"left: {finding.path}:{finding.span.line}: {finding.code} {reason}")
    return [*found, *(f"not left: {one.path}:{one.line}: {one.code} {_MORE.join(one.parts)}" for one in rest)]
