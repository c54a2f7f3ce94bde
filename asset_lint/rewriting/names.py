"""Names of other modules at a site: what is bound there already, and what has to be imported."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from asset_lint.rewriting.scope import Scope
from asset_lint.semantics.values import Atom, ClassKey, Values


@dataclass(frozen=True)
class Import:
    """
    ``from`` the module at *path* ``import`` *name* ``as`` *alias*; *module* is its dotted name.

    Outside the project, where *path* and *name* are empty, the module itself is imported. It *moves* where the name is
    bound already, but for type checkers only.
    """

    path: str
    module: str
    name: str
    alias: str
    moves: bool = False


@dataclass(frozen=True)
class Reference:
    """How something is written at a site, and the import without which it cannot be."""

    text: str
    needs: tuple[Import, ...] = ()


def class_reference(scope: Scope, key: ClassKey) -> Reference | None:
    """How to write a class of the project; None where no module offers it."""
    program = scope.file.program
    facts = program.facts[key[0]]
    place = facts.scopes[program.class_(*key).scope]
    outer = place.parent
    while outer > 0:
        if facts.scopes[outer].kind != "class":
            return None
        outer = facts.scopes[outer].parent
    top, _, rest = place.symbol.partition(".")
    found = reference(scope, key[0], top, None if rest else ("class", *key, 0))
    return Reference(f"{found.text}.{rest}", found.needs) if found is not None and rest else found


def reference(scope: Scope, path: str, name: str, atom: Atom | None = None) -> Reference | None:
    """
    How to write the top-level *name* of the module at *path*; None where it cannot be imported.

    *atom* is what the name stands for, where other names for the same thing will do.
    """
    known = _bound(scope, path, name, atom)
    if known is not None:
        return Reference(known)
    if path == scope.file.path or not scope.file.program.modules.name_of(path):
        return None
    module = scope.file.program.modules.name_of(path)
    moves = _is_for_types(scope, name, path, name, atom)
    alias = name
    while not moves and scope.is_taken(alias):
        alias = f"_{alias}"
    return Reference(alias, (Import(path, module, name, alias, moves),))


def _bound(scope: Scope, path: str, name: str, atom: Atom | None) -> str | None:
    """What is bound at the site to the same thing, or to the module that has it."""
    program = scope.file.program
    wanted = frozenset((atom,)) if atom is not None else _exported(scope, path, name)
    if path == scope.file.path:
        binding = scope.binding(name)
        return name if binding is not None and binding.kind == "global" else None
    modules = _dotted_imports(scope, path)
    same = scope.binding(name)  # which a star import may have bound
    for binding in (*([same] if same is not None else []), *scope.bindings()):
        if binding.kind in {"parameter", "local", "free"} and not is_import(scope, binding.name):
            continue
        if atom is not None and _plain(binding.values) == wanted:
            return binding.name
        if atom is None and _imports(scope, binding.name, path, name):
            return binding.name
        if binding.values == frozenset((("mod", path, 0),)) and is_import(scope, binding.name):
            modules.append(binding.name)
    return f"{modules[0]}.{name}" if modules and program.facts.get(path) is not None else None


def _dotted_imports(scope: Scope, path: str) -> list[str]:
    """How the module at *path* is written where ``import a.b`` at the top of the file has imported it."""
    program, own = scope.file.program, scope.file.path
    found = []
    for statement in scope.file.module.tree.body:
        for alias in statement.names if isinstance(statement, ast.Import) else ():
            root = scope.binding(alias.name.partition(".")[0])
            if alias.asname is None and root is not None and root.kind == "global" and is_import(scope, root.name):
                found += [alias.name] if program.modules.absolute(own, alias.name) == path else []
    return found


def _is_for_types(scope: Scope, name: str, path: str, wanted: str, atom: Atom | None) -> bool:
    """Whether *name* is bound to the same thing, by an import that only a type checker sees."""
    nodes = _definitions(scope, name)
    if not nodes or not scope.file.view.typing_only.issuperset(nodes):
        return False
    if atom is not None:
        return _plain(scope.file.program.union(scope.file.path, nodes)) == frozenset((atom,))
    return _imports(scope, name, path, wanted)


def _plain(values: Values) -> Values:
    return frozenset((*atom[:3], 0) if atom[0] == "class" else atom for atom in values)


def _exported(scope: Scope, path: str, name: str) -> Values:
    facts = scope.file.program.facts[path]
    return scope.file.program.value(path, facts.exports[name]) if name in facts.exports else frozenset()


def _definitions(scope: Scope, name: str) -> tuple[int, ...]:
    """The definitions of *name* that reach the site."""
    for seen in reversed(scope.scopes[1:]):
        if name in seen.env:
            return seen.env[name]
    exports = scope.file.program.facts[scope.file.path].exports
    return (exports[name],) if name in exports else scope.scopes[0].env.get(name, ())


def is_import(scope: Scope, name: str) -> bool:
    """Whether every definition of *name* at the site is an import."""
    facts = scope.file.program.facts[scope.file.path]
    return all(facts.nodes[node][0] in {"from", "module"} for node in _definitions(scope, name))


def _imports(scope: Scope, binding: str, path: str, name: str) -> bool:
    """Whether *binding* is an import of *name* from the module at *path* itself."""
    program, own = scope.file.program, scope.file.path
    nodes = _definitions(scope, binding)
    for node in nodes:
        operation = program.facts[own].nodes[node]
        if operation[0] != "from" or operation[3] != name:
            return False
        level, module = operation[1], operation[2]
        found = program.modules.relative(own, level, module) if level else program.modules.absolute(own, module)
        if found != path:
            return False
    return bool(nodes)
