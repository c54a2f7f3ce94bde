"""Reports for people."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from asset_lint.findings import BlindSpot, Edit, Finding, Fix, GuardSummary, Problem, Report, Safety, Span, Stats, Step
from asset_lint.outputs import Style, render

MESSAGE = "Asset is constructed directly; call AssetManager.get(key)"
FINDING = Finding("MGR101", "direct-construction", MESSAGE, "src/app.py", Span(2, 9, 2, 19), "load", "photos.Asset")
FRAMES = Style(frames=True)


def text(*findings: Finding, style: Style = Style(), **parts: object) -> str:
    return render("text", replace(Report(findings=findings), **parts), style)  # type: ignore[arg-type]


def frame(code: str, finding: Finding = FINDING, width: int = 80) -> list[str]:
    """Show *finding* in the file *code*, and give the lines below the headline."""
    shown = text(finding, style=Style(frames=True, quiet=True, width=width, texts={"src/app.py": code}))
    return shown.splitlines()[1:]


def span(line: int, column: int, end_line: int, end_column: int) -> Finding:
    return replace(FINDING, span=Span(line, column, end_line, end_column))


class TestPlain:
    def test_a_finding_is_one_line_and_a_summary_follows(self) -> None:
        other = replace(FINDING, path="src/b.py", code="MGR201", fix=Fix(Safety.SAFE, "call the manager", ()))

        assert text(FINDING, other, stats=Stats(files=1234)) == (
            f"src/app.py:2:9: MGR101 {MESSAGE}\n"
            f"src/b.py:2:9: MGR201 {MESSAGE} [asset-lint fix: call the manager]\n"
            "2 findings in 2 of 1,234 files, 1 fix known.\n"
        )

    @pytest.mark.parametrize(("files", "expected"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
    def test_nothing_found_is_said(self, files: int, expected: str) -> None:
        assert text(stats=Stats(files=files)) == f"No findings in {expected}.\n"

    def test_quiet_leaves_findings_and_problems(self) -> None:
        problems = (Problem("a.py", 3, "is no Python"), Problem("b.py", 0, "cannot be read"))

        assert text(style=Style(quiet=True)) == ""
        assert text(FINDING, style=Style(quiet=True), problems=problems) == (
            f"src/app.py:2:9: MGR101 {MESSAGE}\na.py:3: error: is no Python\nb.py: error: cannot be read\n"
        )

    @pytest.mark.parametrize(
        ("parts", "line"),
        [
            ({"problems": (Problem("a", 0, "b"),)}, "1 problem: what could not be handled was not checked."),
            ({"stats": Stats(unused_suppressions=1)}, "1 suppression silences nothing; --select MGR0 shows where."),
            ({"stats": Stats(unused_suppressions=2)}, "2 suppressions silence nothing; --select MGR0 shows where."),
            (
                {"stats": Stats(blind_spots=(BlindSpot("a.py", 1, "b"),))},
                "1 blind spot: code that could not be followed; --verbose shows where.",
            ),
        ],
    )
    def test_the_summary_says_what_else_is_to_be_known(self, parts: dict[str, object], line: str) -> None:
        assert text(**parts).splitlines()[-1] == line

    def test_statistics_count_codes_the_most_frequent_first(self) -> None:
        findings = [replace(FINDING, code=f"MGR{n}", name=f"rule-{n}") for n in (102, 101, 103, 101, *[103] * 9)]
        shown = text(*findings, style=Style(quiet=True, statistics=True))

        assert shown.splitlines()[len(findings) :] == ["10 MGR103 rule-103", " 2 MGR101 rule-101", " 1 MGR102 rule-102"]

    def test_verbose_shows_guards_blind_spots_and_numbers(self) -> None:
        guard = GuardSummary(("p.Asset",), ("p.Manager", "p.get"), ("get(key)",), ("p.Dto",), ("dto",))
        stats = Stats(
            files=9, parsed=2, rounds=1, calls=7, suppressed=1, blind_spots=(BlindSpot("a.py", 4, "computed"),)
        )

        assert text(style=Style(verbose=True, quiet=True), stats=stats, guards=(guard,)) == textwrap.dedent("""\
            guard p.Asset
              manager   p.Manager
              manager   p.get
              method    get(key)
              dto       p.Dto
              inferred  dto
            a.py:4: blind spot: computed
            9 files found, 2 parsed in 1 round, 7 calls looked at, 1 finding suppressed
            """)

    def test_verbose_says_when_no_guarded_class_was_found(self) -> None:
        assert text(style=Style(verbose=True)).startswith("no guard: the guarded class was not found")

    @pytest.mark.parametrize("style", [Style(), Style(frames=True)])
    def test_checked_code_cannot_talk_to_the_terminal(self, style: Style) -> None:
        evil = "\x1b[31m\x07\u202e\u2066\ud800[bold]:smile:\r\n"
        finding = replace(
            FINDING, message=evil, path=f"a{evil}.py", flow=(Step(f"b{evil}", 1, 1, evil),), no_fix_reason=evil
        )
        report = replace(style, texts={finding.path: f"x = 1\n  '''{evil}'''\n"})
        shown = text(finding, style=report, problems=(Problem(evil, 1, evil),))

        assert all(character.isprintable() or character == "\n" for character in shown)
        assert r"\x1b[31m\x07\u202e\u2066\ud800[bold]:smile:\r\n" in shown


class TestFrames:
    def test_the_span_is_underlined(self) -> None:
        assert text(FINDING, style=replace(FRAMES, texts={"src/app.py": "def f():\n    x = Asset(key)\n"})) == (
            f"src/app.py:2:9 MGR101 {MESSAGE}\n"
            "  |\n"
            "2 |     x = Asset(key)\n"
            "  |         ^^^^^^^^^^\n"
            "\n"
            "1 finding in 1 of 0 files.\n"
        )

    @pytest.mark.parametrize(
        ("line", "name", "expected"),
        [
            ("\tx = A(k)", "A(k)", ["    x = A(k)", "        ^^^^"]),
            ("x['日本'] = A(k)", "A(k)", ["x['日本'] = A(k)", "            ^^^^"]),
            ("x = A('日本')", "A('日本')", ["x = A('日本')", "    ^^^^^^^^^"]),
            ("x['\U0001f600'] = A()", "A()", ["x['\U0001f600'] = A()", "          ^^^"]),
            ("é = A()", "A()", ["é = A()", "    ^^^"]),
            ("e\u0301 = A()", "A()", ["e\u0301 = A()", "    ^^^"]),
            ("x\x0c = A()", "A()", [r"x\x0c = A()", "        ^^^"]),
            ("a = b  # \x1b", "b", [r"a = b  # \x1b", "    ^"]),
        ],
    )
    def test_wide_and_invisible_characters_do_not_shift_the_mark(
        self, line: str, name: str, expected: list[str]
    ) -> None:
        start = line.index(name)
        finding = span(1, start + 1, 1, start + 1 + len(name))

        assert frame(line, finding) == [
            "  |",
            *(f"{number} | {shown}" for number, shown in zip("1 ", expected, strict=True)),
        ]

    def test_all_lines_of_a_span_are_shown(self) -> None:
        assert frame("x = A(\r\n    key,\r\n)\r\n", span(1, 5, 3, 2)) == [
            "  |",
            "1 | x = A(",
            "  |     ^^",
            "2 |     key,",
            "  |     ^^^^",
            "3 | )",
            "  | ^",
        ]

    def test_a_long_span_is_shortened_in_the_middle(self) -> None:
        shown = frame("A(\n" + "    x,\n" * 20 + ")\n", span(1, 1, 22, 2))

        assert [line for line in shown if "^" not in line] == [
            "   |",
            " 1 | A(",
            " 2 |     x,",
            " 3 |     x,",
            "   ...",
            "22 | )",
        ]

    def test_a_long_line_is_cut_but_the_mark_stays_in_sight(self) -> None:
        line = "x = [" + "0, " * 100 + "Asset(key)" + ", 0" * 100 + "]"
        start = line.index("Asset")
        _, code, mark = frame(line, span(1, start + 1, 1, start + 11), width=60)

        assert len(code) <= 70
        assert code.startswith("1 | ...")
        assert code.endswith("...")
        assert code[mark.index("^") : mark.rindex("^") + 1] == "Asset(key)"

    def test_a_mark_longer_than_the_line_ends_with_it(self) -> None:
        line = "x = Asset(" + "0, " * 100 + ")"
        _, code, mark = frame(line, span(1, 5, 1, len(line) + 1), width=60)

        assert code.endswith("...")
        assert mark.rindex("^") < len(code) <= 70

    def test_the_way_of_a_value_and_the_fix_are_told(self) -> None:
        fix = Fix(Safety.UNSAFE, "call manager.get(key)", (Edit("src/app.py", FINDING.span, "manager.get(key)"),))
        flow = (Step("src/io.py", 7, 3, "decoded here"), Step("src/app.py", 2, 9, "returned here"))

        assert frame("\n        Asset(key)", replace(FINDING, flow=flow, fix=fix))[3:] == [
            "  -> src/io.py:7:3 decoded here",
            "  -> src/app.py:2:9 returned here",
            "  = fix (unsafe): call manager.get(key)",
        ]

    def test_the_reason_for_no_fix_and_the_doubt_are_told(self) -> None:
        finding = replace(FINDING, no_fix_reason="no manager in scope", certainty="possible")
        shown = text(finding, style=replace(FRAMES, quiet=True, texts={"src/app.py": ""})).splitlines()

        assert shown[0].endswith(" (possible)")
        assert shown[-1] == "  = no fix: no manager in scope"

    def test_code_is_read_from_the_disk_in_its_encoding(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("a.py").write_bytes("# coding: latin-1\né = Asset('ü')\n".encode("latin-1"))
        shown = text(replace(FINDING, path="a.py", span=Span(2, 5, 2, 15)), style=FRAMES)

        assert "2 | é = Asset('ü')\n  |     ^^^^^^^^^^\n" in shown

    def test_a_file_that_has_gone_leaves_the_headline(self) -> None:
        shown = text(replace(FINDING, path="gone.py"), style=replace(FRAMES, quiet=True))

        assert shown == f"gone.py:2:9 MGR101 {MESSAGE}\n"

    def test_color_is_only_color(self) -> None:
        style = Style(frames=True, texts={"src/app.py": "\nx = 1234Asset(key)"})
        colored = text(FINDING, FINDING, style=replace(style, color=True))

        assert "\x1b[1;31mMGR101\x1b[0m" in colored
        assert _without_escapes(colored) == text(FINDING, FINDING, style=style)


def _without_escapes(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
