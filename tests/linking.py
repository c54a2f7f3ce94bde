"""Small projects for the tests of what names mean: modules given as texts, answers in words."""

from __future__ import annotations

import textwrap
from typing import Any

from asset_lint.semantics.calls import call_values
from asset_lint.semantics.evaluate import HANDLERS
from asset_lint.semantics.extract import extract
from asset_lint.semantics.modules import ModuleMap
from asset_lint.semantics.namespaces import exported
from asset_lint.semantics.program import Program
from asset_lint.semantics.values import Atom, class_key

BASE = "/project"


def linked(files: dict[str, str]) -> Program:
    """The program that *files*, by path below the project, make up; all of them are read."""
    paths = {f"{BASE}/{path}": textwrap.dedent(text) for path, text in files.items()}
    stars = frozenset(path for path, text in paths.items() if "import *" in text or "def __getattr__" in text)
    program = Program(ModuleMap(paths, BASE), HANDLERS, call_values, star_paths=stars)
    program.add(extract(path, text.encode()) for path, text in paths.items())
    return program


def meaning(text: str, name: str = "x", **others: str) -> str:
    """What *name* is when the module ``main`` with *text* has run, beside *others* by module name."""
    program = linked({"main.py": text, **{f"{module}.py": other for module, other in others.items()}})
    return meant(program, "main.py", name)


def meant(program: Program, path: str, name: str) -> str:
    """The values of a module's name in words, sorted: ``class C | 'a' | none``."""
    return in_words(program, exported(program, f"{BASE}/{path}", name))


def in_words(program: Program, values: frozenset[Atom]) -> str:
    """Each value as a reader would call it."""
    return " | ".join(sorted({_in_words(program, atom) for atom in values})) or "nothing"


def _in_words(program: Program, atom: Atom) -> str:
    tag = atom[0]
    if tag in {"class", "ext"}:
        return f"{'class' if tag == 'class' else 'outside'} {program.name_of_class(class_key(atom))}"
    if tag == "inst":
        return f"{atom[2]} {program.name_of_class(atom[1])}"
    if tag in {"func", "bound"}:
        return f"{'function' if tag == 'func' else 'method'} {program.function(atom[1], atom[2]).name}"
    if tag == "mod":
        return f"module {program.modules.name_of(atom[1])}"
    if tag == "const":
        return repr(atom[1])
    if tag in {"coll", "map"}:
        return f"{'collection' if tag == 'coll' else 'mapping'} of ({in_words(program, atom[1])})"
    return str(tag)


def files_of(*paths: str, src: tuple[str, ...] = ()) -> ModuleMap:
    """A project of empty files."""
    return ModuleMap([f"{BASE}/{path}" for path in paths], BASE, [f"{BASE}/{root}" for root in src])


def short(path: Any) -> Any:
    """A path as the tests write it."""
    return path.removeprefix(f"{BASE}/") if isinstance(path, str) else path
