"""Reports for programs: the shape that users script against."""

from __future__ import annotations

import json

from asset_lint import __version__
from asset_lint.findings import BlindSpot, Edit, Finding, Fix, Problem, Report, Safety, Span, Stats, Step
from asset_lint.outputs import Style, render

FIX = Fix(Safety.SAFE, "call the manager", (Edit("a.py", Span(1, 5, 1, 12), "m.get(é)"),))
REPORT = Report(
    findings=(
        Finding("MGR101", "direct-construction", "built", "a.py", Span(1, 5, 1, 12), "f", "p.Asset", fix=FIX),
        Finding(
            "MGR201",
            "unmanaged-deserialization",
            "decoded",
            "b.py",
            Span(3, 1, 4, 2),
            "",
            "p.Asset",
            certainty="possible",
            flow=(Step("c.py", 9, 2, "returned"),),
            no_fix_reason="no manager",
        ),
    ),
    problems=(Problem("bad.py", 2, "is no Python"),),
    stats=Stats(3, 2, 1, 40, 1, 1, (BlindSpot("d.py", 8, "computed name"),)),
)


def test_the_shape_is_that_of_the_contract() -> None:
    assert json.loads(render("json", REPORT)) == {
        "version": __version__,
        "findings": [
            {
                "code": "MGR101",
                "name": "direct-construction",
                "message": "built",
                "path": "a.py",
                "line": 1,
                "column": 5,
                "end_line": 1,
                "end_column": 12,
                "symbol": "f",
                "target": "p.Asset",
                "certainty": "certain",
                "flow": [],
                "fix": {
                    "safety": "safe",
                    "message": "call the manager",
                    "edits": [
                        {"path": "a.py", "line": 1, "column": 5, "end_line": 1, "end_column": 12, "text": "m.get(é)"}
                    ],
                },
                "no_fix_reason": None,
            },
            {
                "code": "MGR201",
                "name": "unmanaged-deserialization",
                "message": "decoded",
                "path": "b.py",
                "line": 3,
                "column": 1,
                "end_line": 4,
                "end_column": 2,
                "symbol": "",
                "target": "p.Asset",
                "certainty": "possible",
                "flow": [{"path": "c.py", "line": 9, "column": 2, "message": "returned"}],
                "fix": None,
                "no_fix_reason": "no manager",
            },
        ],
        "errors": [{"path": "bad.py", "line": 2, "message": "is no Python"}],
        "stats": {
            "files": 3,
            "parsed": 2,
            "rounds": 1,
            "calls": 40,
            "suppressed": 1,
            "unused_suppressions": 1,
            "blind_spots": [{"path": "d.py", "line": 8, "message": "computed name"}],
            "baselined": 0,
            "stale": [],
        },
    }


def test_the_style_changes_nothing() -> None:
    loud = Style(frames=True, color=True, quiet=True, verbose=True, statistics=True, width=10)

    assert render("json", REPORT, loud) == render("json", REPORT)
    assert render("json", REPORT).endswith("}\n")


def test_names_that_are_no_text_do_not_stop_it() -> None:
    report = Report(problems=(Problem("caf\udce9.py", 0, "\x1b\u202e"),))

    assert json.loads(render("json", report))["errors"] == [
        {"path": r"caf\udce9.py", "line": 0, "message": "\x1b\u202e"}
    ]
    assert "\x1b" not in render("json", report)
