"""The imports that a fix needs: where they go, and the edits that put them there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from asset_lint.rewriting.importgraph import ImportGraph
from asset_lint.rewriting.imports.changing import changed
from asset_lint.rewriting.imports.inside import added_beside, added_locally
from asset_lint.rewriting.imports.spelling import relative_spelling, style_for
from asset_lint.rewriting.imports.statements import Wanted, origin_of
from asset_lint.rewriting.inferred import NoRewriting
from asset_lint.rewriting.layout import TextEdit
from asset_lint.rewriting.names import Import
from asset_lint.rewriting.replaced import Replaced, replaced_import
from asset_lint.rewriting.scope import File, Scope


def import_edits(
    file: File, scope: Scope, needs: Sequence[Import], graph: ImportGraph, edits: Sequence[TextEdit]
) -> list[TextEdit]:
    """
    The edits that make *needs* available at a site, which *edits* rewrite.

    They go where the import of what is replaced stands: at the top of the module, or inside of the function; there also
    where an import at the top would close a cycle. Raises NoRewriting where neither is possible.
    """
    for need in needs:
        if need.path:
            _require_importable(file, need)
    replaced = replaced_import(file, scope, edits) if needs else None
    if replaced is not None and replaced.function is not None:
        found = _inside(file, scope, needs, replaced)
        if found is not None:
            return found
    local = [need for need in needs if need.path and graph.closes_cycle(file.path, need.path)]
    above = [need for need in needs if need not in local]
    return [*_at_the_top(file, scope, above, replaced), *_against_cycles(file, scope, local)]


def _at_the_top(file: File, scope: Scope, needs: Sequence[Import], replaced: Replaced | None) -> list[TextEdit]:
    if not needs:
        return []
    moved = [need.alias for need in needs if need.moves]
    beside = replaced.statement if replaced is not None and replaced.function is None else None
    is_late = any(seen.kind == "function" for seen in scope.scopes)
    wanted = [_wanted(file, need, replaced) for need in needs]
    before = None if is_late else _outermost(file, scope)
    return file.once(
        ("imports", *wanted, *moved, beside, before),
        lambda: changed(file.module, wanted, moved, _own_packages(file), beside=beside, before=before),
    )


def _against_cycles(file: File, scope: Scope, needs: Sequence[Import]) -> list[TextEdit]:
    """The edits that put *needs* at the beginning of the function, which runs when all modules are there."""
    if not needs:
        return []
    if not any(seen.kind == "function" for seen in scope.scopes):
        raise NoRewriting(f"an import of {needs[0].module} here would close an import cycle")
    found = _inside(file, scope, needs, None)
    if found is None:
        raise NoRewriting(
            f"an import of {needs[0].module} at the top would close an import cycle, and there is no room for it "
            "in the function"
        )
    return found


def _inside(file: File, scope: Scope, needs: Sequence[Import], replaced: Replaced | None) -> list[TextEdit] | None:
    """The edits that put *needs* into the function, where there is room for them."""
    wanted = [_wanted(file, need, replaced) for need in needs]
    if replaced is None or replaced.function is None or replaced.statement is None:
        return added_locally(file.module, wanted, file.statement(scope.syntax).lineno)
    own = _own_packages(file)
    return added_beside(file.module, wanted, replaced.function, replaced.body, replaced.statement, own)


def _require_importable(file: File, need: Import) -> None:
    if file.program.modules.absolute(file.path, need.module) != need.path or not _is_dotted(need.module):
        raise NoRewriting(
            f"{need.name} cannot be imported from here: {file.shown.get(need.path, need.path)} has no name"
        )


def _is_dotted(module: str) -> bool:
    return bool(module) and all(part.isidentifier() for part in module.split("."))


def _wanted(file: File, need: Import, replaced: Replaced | None) -> Wanted:
    """The import in the style of the one that it replaces, or of the file."""
    if not need.path:
        return Wanted(module=need.module, name="", plain=True)
    alias = need.alias if need.alias != need.name else ""
    package = file.program.modules.package_of(file.path)
    spelled = relative_spelling(package, need.module) if package else None
    if spelled is not None and _is_relative(file, package, need, replaced):
        return Wanted(module=spelled[1], name=need.name, alias=alias, level=spelled[0])
    return Wanted(module=need.module, name=need.name, alias=alias)


def _is_relative(file: File, package: str, need: Import, replaced: Replaced | None) -> bool:
    origin = origin_of(replaced.statement) if replaced is not None and replaced.statement is not None else None
    if origin is not None and (origin.level or origin.top == package.partition(".")[0]):
        return bool(origin.level)
    return style_for(file.module, package, need.module) == "relative"


def _outermost(file: File, scope: Scope) -> ast.stmt:
    """The statement of the module that a site is in."""
    *_, (statement, _) = file.around(scope.syntax)
    assert isinstance(statement, ast.stmt)
    return statement


def _own_packages(file: File) -> frozenset[str]:
    """The top packages of the project."""
    modules = file.program.modules
    return frozenset(modules.name_of(path).partition(".")[0] for path in file.program.facts) - {""}
