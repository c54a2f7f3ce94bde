"""What somebody who writes Semgrep rules for a project knows of its guard: its classes, methods and fields by name."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fixture_cases import DEFAULT_CLASS, DEFAULT_MANAGER, Case

Names = tuple[str, ...]
Table = dict[str, Any]

_TRANSFER_OBJECT = re.compile(r"(?:Dto|Data|Record|Response|Row|Model)$")
# Methods of these names cannot be told from those of a dictionary.
_EVERYBODYS = frozenset({"get", "load", "pop", "items", "values", "add", "update"})
_TEXTS_AND_NUMBERS = frozenset({"str", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple"})


@dataclass(frozen=True)
class CachedGuard:
    """
    A guard as rules about cached data are written for it; cases of equal ones share their rules.

    *spellings* are the dotted names that modules import the class and its transfer objects by, *asking* the methods and
    functions that give managed instances, *taking* those that are given something, *holders* the classes that have a
    transfer object or an instance inside, *instances* those with an instance that pickles have in them too, *plain*
    what gives texts and numbers of a transfer object or holder, *inner* the same of an instance, *telling* the
    functions that give texts and numbers, *decoders* what the configuration calls a decoder.
    """

    cls: str
    managers: Names
    transfer_objects: Names
    spellings: Names
    asking: Names
    taking: Names
    subclasses: Names
    holders: Names
    instances: Names
    plain: Names
    inner: Names
    telling: Names
    decoders: Names
    reduces: bool
    allowed: Names


def bare(name: str) -> str:
    """Return the last part of a dotted name."""
    return name.rpartition(".")[2]


def cached_guards(case: Case) -> Iterator[CachedGuard]:
    """Yield the guards of a case, with what its modules say about them."""
    table: Table = tomllib.loads(case.config.read_text(encoding="utf-8")) if case.config else {}
    project = _Project.read(case)
    for guard in table.get("guard") or [{"class": DEFAULT_CLASS, "manager": DEFAULT_MANAGER}]:
        decoders = (*_names(guard, "cache-readers"), *(decoder["call"] for decoder in table.get("decoder", ())))
        allowed = (*_names(table, "allow-in"), *_names(guard, "allow-in"))
        yield project.guard(guard["class"], _names(guard, "manager"), _names(guard, "dto"), decoders, allowed)


@dataclass(frozen=True)
class _Project:
    """The classes and functions of a case, by their bare names."""

    classes: dict[str, ast.ClassDef]
    dotted: dict[str, str]
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]
    imports: list[tuple[str, str, str]]

    @classmethod
    def read(cls, case: Case) -> _Project:
        project = cls({}, {}, {}, [])
        for root in case.roots():
            for file in sorted(root.rglob("*.py")):
                module = ".".join(part for part in file.relative_to(root).with_suffix("").parts if part != "__init__")
                project.add(module, file.read_bytes())
        return project

    def add(self, module: str, text: bytes) -> None:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                self.classes.setdefault(node.name, node)
                self.dotted.setdefault(node.name, f"{module}.{node.name}")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions.setdefault(node.name, node)
            elif isinstance(node, ast.Import):
                self.imports.extend((module, f"{a.name}.", "") for a in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                self.imports.extend((module, f"{node.module}.{a.name}", a.asname or a.name) for a in node.names)

    def guard(self, name: str, managers: Names, configured: Names, decoders: Names, allowed: Names) -> CachedGuard:
        """Return the guard with what is known of it."""
        cls = name if "." in name else self.dotted.get(name, name)
        own = bare(cls)
        named = configured or self._taken(own)
        transfer = tuple(dto if "." in dto else self.dotted.get(dto, dto) for dto in named)
        managing = {bare(manager) for manager in managers}
        methods = [f for manager in managing for f in self._methods(manager) if not f.name.startswith("_")]
        asked = [*methods, *(self.functions[manager] for manager in managing if manager in self.functions)]
        transferred = {bare(dto) for dto in transfer}
        holders = self._having({own, *transferred}, managing)
        plain = {n for name in holders - {own} for n in self._attributes(name, holders)}
        return CachedGuard(
            cls,
            managers,
            transfer,
            self._spellings({cls, *transfer}),
            _sorted({f.name for f in asked if own in _words(f.returns)} - _EVERYBODYS),
            _sorted({f.name for f in asked if len(f.args.args) > 1 or f not in methods} - _EVERYBODYS),
            _sorted(self._subclasses(own)),
            _sorted(holders),
            _sorted(n for n in self._having({own}, managing) if n == own or not self._pickles_itself(n)),
            _sorted(plain),
            _sorted(plain | set(self._attributes(own, {own}))),
            _sorted(name for name, f in self.functions.items() if name not in plain and _tells(f, holders)),
            decoders,
            self._pickles_itself(own),
            allowed,
        )

    def _spellings(self, names: set[str]) -> Names:
        """Return the names with those of facades: modules that import them for others."""
        found = set(names)
        asked = {origin.rpartition(".")[0] for _, origin, _ in self.imports}
        facades = [entry for entry in self.imports if entry[0] in asked]
        while True:
            more = {f"{module}.{name}" for module, origin, name in facades if origin in found}
            for module, origin, name in facades:
                if name == "*":
                    more |= {f"{module}.{bare(f)}" for f in found if f.rpartition(".")[0] == origin.removesuffix(".*")}
            if more <= found:
                return _sorted(found)
            found |= more

    def _subclasses(self, cls: str) -> set[str]:
        bases = {name: {w for base in node.bases for w in _words(base)} for name, node in self.classes.items()}
        found = {cls}
        while more := {name for name, words in bases.items() if words & found} - found:
            found |= more
        return found - {cls}

    def _pickles_itself(self, cls: str) -> bool:
        """Return whether a class says what is pickled, and does not say that another one is built."""
        said = [f for f in self._methods(cls) if f.name.startswith("__reduce")]
        holder = [f for f in self._methods(cls) if f.name == "__getstate__" and "del " in ast.unparse(f)]
        return any("type(self)" not in ast.unparse(f) for f in said) or bool(holder)

    def _methods(self, cls: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        body = self.classes[cls].body if cls in self.classes else []
        return [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    def _taken(self, cls: str) -> list[str]:
        """Return the transfer objects that the constructor takes, or the fields of a data class hold."""
        annotations = [a.annotation for f in self._methods(cls) if f.name == "__init__" for a in f.args.args]
        body = self.classes[cls].body if cls in self.classes else []
        annotations += [node.annotation for node in body if isinstance(node, ast.AnnAssign)]
        words = [word for annotation in annotations for word in sorted(_words(annotation))]
        return [word for word in dict.fromkeys(words) if _TRANSFER_OBJECT.search(word)]

    def _having(self, names: set[str], without: set[str]) -> set[str]:
        """Return these classes, their subclasses, and those with annotated attributes of them."""
        names = set(names)
        while more := {n for n, node in self.classes.items() if n not in names | without and names & _inside(node)}:
            names |= more
        return names

    def _attributes(self, cls: str, same: set[str]) -> Iterator[str]:
        """Yield the attributes and methods of a class that give something other than one of its kind."""
        for node in self.classes[cls].body if cls in self.classes else []:
            annotated = isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            if annotated and not same & _words(node.annotation):
                yield node.target.id
        for f in self._methods(cls):
            if not f.name.startswith("__") and not (same | {"None"}) & (_words(f.returns) or {"None"}):
                yield f.name
            if f.name == "__init__":
                taken = {a.arg for a in f.args.args if same & _words(a.annotation)}
                yield from _kept(f, same, taken)


def _tells(function: ast.FunctionDef | ast.AsyncFunctionDef, holders: set[str]) -> bool:
    """Return whether a function is given one of these classes, and gives a text or a number."""
    taken = {word for a in function.args.args for word in _words(a.annotation)}
    return bool(taken & holders and function.returns) and _words(function.returns) <= _TEXTS_AND_NUMBERS


def _kept(init: ast.FunctionDef | ast.AsyncFunctionDef, same: set[str], taken: set[str]) -> Iterator[str]:
    """Yield the attributes that a constructor sets to something else than these classes."""
    for node in ast.walk(init):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            words = _words(node.value) | (_words(node.annotation) if isinstance(node, ast.AnnAssign) else set())
            if not words & (same | taken):
                yield from (target.attr for target in targets if isinstance(target, ast.Attribute))


def _inside(cls: ast.ClassDef) -> set[str]:
    """Return the names in the bases of a class and in the annotations of its attributes."""
    found = {word for base in cls.bases for word in _words(base)}
    for node in ast.walk(cls):
        if isinstance(node, ast.AnnAssign):
            found |= _words(node.annotation)
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            found |= {word for a in node.args.args for word in _words(a.annotation)}
        elif isinstance(node, ast.FunctionDef) and "post_load" in map(ast.unparse, node.decorator_list):
            found |= _words(node.returns)
    return found


def _words(annotation: ast.expr | None) -> set[str]:
    return set(re.findall(r"\w+", ast.unparse(annotation))) if annotation else set()


def _names(table: Table, key: str) -> Names:
    value = table.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _sorted(names: Iterable[str]) -> Names:
    return tuple(sorted(set(names)))
