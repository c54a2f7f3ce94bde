"""The keys of a configuration: what each has to hold, and what becomes of it."""

from __future__ import annotations

import re
from pathlib import Path

from asset_lint.config.codes import code_problem
from asset_lint.config.model import DEFAULT_GUARD, Config, Decoder, Guard, PerFileIgnores, Rewrite
from asset_lint.config.table import Table
from asset_lint.config.templates import template_problem, template_problems
from asset_lint.findings import Safety

DOTTED = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
DOTTED_PATTERN = r"[\w*?]+(\.[\w*?]+)*"
PREFIX_HINT = "; here the keys stand without the prefix tool.asset-lint"


def read_config(table: Table, path: Path) -> Config:
    """Read the top table of the file *path*; what is wrong with it ends up in the problems of *table*."""
    guards = _guards(table)
    decoders = tuple(map(_decoder, table.tables("decoder", "an array of tables, written [[decoder]]")))
    config = Config(
        root=path.parent,
        path=path,
        src=table.strings("src"),
        exclude=table.strings("exclude"),
        select=_codes(table, "select") if "select" in table.values else None,
        ignore=_codes(table, "ignore"),
        per_file_ignores=_per_file_ignores(table),
        baseline=table.string("baseline"),
        require_reason=table.take("require-reason", bool, False, "true or false"),
        guards=guards or (DEFAULT_GUARD,),
        decoders=decoders,
        guards_configured=bool(guards),
    )
    table.known.add("select")
    table.finish(PREFIX_HINT if "tool" in table.values else "")
    return config


def _codes(table: Table, key: str) -> tuple[str, ...]:
    codes = table.strings(key)
    for index, code in enumerate(codes):
        if problem := code_problem(code):
            table.note(f"{key}[{index}]", f'found "{code}", {problem}')
    return codes


def _per_file_ignores(table: Table) -> PerFileIgnores:
    ignores = table.table("per-file-ignores")
    if ignores is None:
        return ()
    return tuple((pattern, _codes(ignores, pattern)) for pattern in ignores.values)


def _guards(table: Table) -> tuple[Guard, ...]:
    guards: list[Guard] = []
    for guard_table in table.tables("guard", "an array of tables, written [[guard]]"):
        guard = _guard(guard_table)
        seen = [other.class_name for other in guards]
        if guard.class_name and guard.class_name in seen:
            first = seen.index(guard.class_name)
            guard_table.note("class", f'found "{guard.class_name}", which guard[{first}] guards already')
        guards.append(guard)
    return tuple(guards)


def _guard(table: Table) -> Guard:
    if "class" not in table.values:
        table.note("class", "missing, expected the dotted or bare name of the guarded class")
    guard = Guard(
        class_name=table.string("class") or "",
        managers=table.string_or_strings("manager"),
        dtos=table.strings("dto"),
        cache_readers=table.strings("cache-readers"),
        allow_in=table.strings("allow-in"),
        access=table.strings("access"),
        rewrites=tuple(_rewrite(rewrite) for rewrite in table.tables("rewrite", "tables, written [[guard.rewrite]]")),
    )
    table.finish()
    if isinstance(table.values.get("class"), str):
        _check_names(table, "class", (guard.class_name,), DOTTED, "a name such as photos.assets.Asset")
    _check_names(table, "manager", guard.managers, DOTTED, "a name such as photos.manager.AssetManager")
    _check_names(table, "dto", guard.dtos, DOTTED, "a name such as photos.api.AssetDto")
    _check_names(table, "cache-readers", guard.cache_readers, DOTTED, "a name such as photos.cache.load")
    _check_names(table, "allow-in", guard.allow_in, DOTTED_PATTERN, "a module or function such as photos.testing.*")
    for index, access in enumerate(guard.access):
        if problem := template_problem(access):
            table.note(f"access[{index}]", f'found "{access}", {problem}')
    return guard


def _decoder(table: Table) -> Decoder:
    if "call" not in table.values:
        table.note("call", "missing, expected the dotted name of a function or method such as mylib.load")
    call = table.string("call") or ""
    gives = table.string("gives") or "data"
    table.finish()
    if isinstance(table.values.get("call"), str):
        _check_names(table, "call", (call,), DOTTED, "a name such as mylib.load")
    if gives not in {"data", "objects"}:
        table.note("gives", f'found "{gives}", expected "data" or "objects"')
    return Decoder(call, gives)


def _rewrite(table: Table) -> Rewrite:
    for key in ("from", "to"):
        if key not in table.values:
            table.note(key, "missing, expected an expression such as Asset(dto=$dto)")
    pattern, replacement = table.string("from") or "", table.string("to") or ""
    safety = table.string("safety") or Safety.UNSAFE.value
    table.finish()
    if safety not in {"safe", "unsafe"}:
        table.note("safety", f'found "{safety}", expected "safe" or "unsafe"')
        safety = Safety.UNSAFE.value
    for key, problem in template_problems(pattern, replacement):
        table.note(key, problem)
    return Rewrite(pattern, replacement, Safety(safety))


def _check_names(table: Table, key: str, names: tuple[str, ...], form: str, expected: str) -> None:
    for index, name in enumerate(names):
        if not re.fullmatch(form, name):
            where = f"{key}[{index}]" if isinstance(table.values[key], list) else key
            table.note(where, f'found "{name}", expected {expected}')
