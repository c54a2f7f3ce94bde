"""The imports that a fix needs: where they go, and the edits that put them there."""

from __future__ import annotations

from collections.abc import Sequence

from asset_lint.rewriting import imports
from asset_lint.rewriting.importgraph import ImportGraph
from asset_lint.rewriting.imports import Wanted
from asset_lint.rewriting.inferred import NoRewriting
from asset_lint.rewriting.layout import TextEdit
from asset_lint.rewriting.names import Import
from asset_lint.rewriting.scope import File, Scope


def import_edits(file: File, scope: Scope, needs: Sequence[Import], graph: ImportGraph) -> list[TextEdit]:
    """
    The edits that make *needs* available at a site.

    At the top of the module, or inside the function where an import there would close a cycle. Raises NoRewriting where
    neither is possible.
    """
    for need in needs:
        if need.path:
            _require_importable(file, need)
    local = [need for need in needs if need.path and graph.closes_cycle(file.path, need.path)]
    if local and not any(seen.kind == "function" for seen in scope.scopes):
        raise NoRewriting(f"an import of {local[0].module} here would close an import cycle")
    edits: list[TextEdit] = []
    above = [need for need in needs if need not in local]
    if above:
        moved = [need.alias for need in above if need.moves]
        edits += imports.changed(file.module, [_wanted(file, need) for need in above], moved, _own_packages(file))
    if local:
        statement = file.statement(scope.syntax)
        inside = imports.added_locally(file.module, [_wanted(file, need) for need in local], statement.lineno)
        if inside is None:
            raise NoRewriting(
                f"an import of {local[0].module} at the top would close an import cycle, and there is no room for it "
                "in the function"
            )
        edits += inside
    return edits


def _require_importable(file: File, need: Import) -> None:
    if file.program.modules.absolute(file.path, need.module) != need.path or not _is_dotted(need.module):
        raise NoRewriting(
            f"{need.name} cannot be imported from here: {file.shown.get(need.path, need.path)} has no name"
        )


def _is_dotted(module: str) -> bool:
    return bool(module) and all(part.isidentifier() for part in module.split("."))


def _wanted(file: File, need: Import) -> Wanted:
    """The import in the style of the file."""
    if not need.path:
        return Wanted(module=need.module, name="", plain=True)
    modules = file.program.modules
    alias = need.alias if need.alias != need.name else ""
    package = modules.package_of(file.path)
    is_package = file.path.rpartition("/")[2].startswith("__init__.")
    if package and imports.style_for(file.module, package, need.module, is_package) == "relative":
        spelled = imports.relative_spelling(package, need.module)
        if spelled is not None:
            return Wanted(module=spelled[1], name=need.name, alias=alias, level=spelled[0])
    return Wanted(module=need.module, name=need.name, alias=alias)


def _own_packages(file: File) -> frozenset[str]:
    """The top packages of the project."""
    modules = file.program.modules
    return frozenset(modules.name_of(path).partition(".")[0] for path in file.program.facts) - {""}
