"""How Semgrep is run on cached data: with rules for each case's own guard, and its lines joined where two rules ask."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from cached_guards import CachedGuard, cached_guards
from cached_rules import cached_rules
from fixture_cases import Case, Site
from peer_tools import semgrep_results

_CODES = {
    "arrives": ("MGR201",),
    "leaves": ("MGR201",),
    "unpickled": ("MGR201", "MGR202"),
    "written": ("MGR203",),
    "remembered": ("MGR204",),
    "kept": ("MGR204",),
}


def semgrep_cached(cases: Sequence[Case], commands: Path, codes: str) -> frozenset[Site]:
    """Run the rules of those codes, topic by topic: the rules of all cases at once would take gigabytes."""
    sites: set[Site] = set()
    for _, group in groupby(cases, key=lambda case: case.topic):
        topic = list(group)
        results = semgrep_results(topic[0].fixtures, {"rules": list(_rules(topic, codes))}, commands)
        sites |= _joined(results, topic[0].fixtures)
    return frozenset(sites)


def _rules(cases: Sequence[Case], codes: str) -> Iterator[dict[str, Any]]:
    """Yield the rules for each guard, bound to the folders of its cases."""
    sharing: defaultdict[CachedGuard, list[Case]] = defaultdict(list)
    for case in cases:
        for guard in cached_guards(case):
            sharing[guard].append(case)
    for number, (guard, users) in enumerate(sharing.items()):
        modules = [module.removesuffix(".*").replace(".", "/") for module in guard.allowed]
        allowed = [f"{case.path}/{module}{end}" for case in users for module in modules for end in (".py", "/**")]
        paths = {"include": [f"{case.path}/**" for case in users], "exclude": allowed}
        for kind, rule in cached_rules(guard).items():
            if any(code.startswith(codes) for code in _CODES[kind]):
                yield {"id": f"{kind}-{number}", **rule, "paths": paths}


def _joined(results: Sequence[dict[str, Any]], fixtures: Path) -> set[Site]:
    by_kind: defaultdict[str, set[Site]] = defaultdict(set)
    for item in results:
        kind = item["check_id"].rpartition(".")[2].partition("-")[0]
        path = (fixtures.parent / item["path"]).relative_to(fixtures).as_posix()
        by_kind[kind].add(Site(path, item["start"]["line"]))
    kept = {_beginning(site, fixtures) for site in by_kind["kept"]}
    arriving_and_leaving = by_kind["arrives"] & by_kind["leaves"]
    return arriving_and_leaving | by_kind["unpickled"] | by_kind["written"] | by_kind["remembered"] | kept


def _beginning(site: Site, fixtures: Path) -> Site:
    """Return where the function or statement begins that fills a mapping: that is where a cache is marked."""
    tree = ast.parse((fixtures / site.path).read_bytes())
    spans = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _covers(node, site.line)]
    functions = [node for node in spans if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    statements = [node for node in spans if not isinstance(node, ast.ClassDef)]
    found = max(functions, key=lambda node: node.lineno) if functions else min(statements, key=lambda node: node.lineno)
    return Site(site.path, found.lineno)


def _covers(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)
