"""Which modules run when a module is imported, to see whether one more import would close a cycle."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from asset_lint.rewriting.modulelevel import STARTING, imports_of_tree
from asset_lint.semantics.modules import ModuleMap


class ImportGraph:
    """
    The imports that run when modules are imported: not those inside functions, nor those for type checkers.

    *data* gives the bytes of a file of the project, None where it cannot be read.
    """

    def __init__(self, modules: ModuleMap, data: Callable[[str], bytes | None]) -> None:
        self._modules = modules
        self._data = data
        self._edges: dict[str, frozenset[str]] = {}
        self._closures: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._taken: dict[str, frozenset[str]] = {}

    def closes_cycle(self, importer: str, imported: str) -> bool:
        """
        Whether *imported*, once it runs, leads to *importer*.

        Packages that both are in have begun to run before either of them, so that no way through them counts. If
        *importer* is a package that *imported* is in, only what somebody takes from it counts.
        """
        if importer == imported:
            return True
        around = frozenset(self._packages(imported))
        common = frozenset(self._packages(importer)) & around
        if importer in around:
            return any(importer in self._sources(path) for path in self._closure(imported, common | {importer}))
        return importer in self._closure(imported, common - {importer, imported})

    def _closure(self, start: str, leaving_out: frozenset[str]) -> frozenset[str]:
        key = (start, leaving_out)
        if key not in self._closures:
            found = {start}
            stack = [start]
            while stack:
                for path in self.imports(stack.pop()):
                    if path not in found and path not in leaving_out:
                        found.add(path)
                        stack.append(path)
            self._closures[key] = frozenset(found)
        return self._closures[key]

    def imports(self, path: str) -> frozenset[str]:
        """The files of the project that run because the one at *path* does."""
        if path not in self._edges:
            self._edges[path] = frozenset(self._found(path)) - {path}
        return self._edges[path]

    def _sources(self, path: str) -> frozenset[str]:
        """The files from which the one at *path* takes more than the modules in them."""
        if path not in self._taken:
            found = {
                source
                for level, dotted, names in self._statements(path)
                if (source := self._source(path, level, dotted)) is not None
                and not (names and all(self._modules.child(source, name) is not None for name in names))
            }
            self._taken[path] = frozenset(found)
        return self._taken[path]

    def _found(self, path: str) -> Iterator[str]:
        for level, dotted, names in self._statements(path):
            yield from self._files(path, level, dotted, names)

    def _statements(self, path: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        data = self._data(path)
        if data is not None and not path.endswith(".pyi"):
            yield from _named(data.decode("utf-8-sig", "replace"))

    def _source(self, path: str, level: int, dotted: str) -> str | None:
        return self._modules.relative(path, level, dotted) if level else self._modules.absolute(path, dotted)

    def _files(self, path: str, level: int, dotted: str, names: Iterable[str]) -> Iterator[str]:
        """The files of an import: the module, the submodules among *names*, and the packages around them."""
        source = self._source(path, level, dotted)
        if source is None:
            return
        children = [child for name in names if (child := self._modules.child(source, name)) is not None]
        for found in (source, *children):
            if found.endswith((".py", ".pyw")):
                yield found
            yield from self._packages(found)

    def _packages(self, path: str) -> Iterator[str]:
        """The files of the packages that *path* is in, which run before it."""
        folder = path.rpartition("/")[0]
        while folder and (package := self._modules.package_file(folder)) is not None:
            if package != path:
                yield package
            folder = folder.rpartition("/")[0]


_LITERALS = re.compile(
    r"#[^\n]*"
    r"|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'"
    r"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'",
    re.DOTALL,
)
_IMPORT = re.compile(
    r"^(?P<indent>[ \t\f]*)(?:from(?P<dots>[ \t.]+)(?P<source>[\w.]*)[ \t]+import[ \t]*"
    r"(?P<names>\([^)]*\)|[^\n;(]+)|import[ \t]+(?P<modules>[^\n;]+))",
    re.MULTILINE,
)
_INSIDE_A_LINE = re.compile(r"[;:][ \t]*(?:from|import)\b")
_CONTINUED = re.compile(r"\b(?:from|import)\b[^\n]*\\\n")
_HEAD = re.compile(r"(?:async[ \t]+)?def[ \t]+(\w+)")
_NOT_NOW = re.compile(r"if[ \t]*\(?[\w.]*\bTYPE_CHECKING\b|if[ \t]*\(?[ \t]*__name__[ \t]*==")


def _named(text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """
    Yield (level, dotted name, imported names) of the imports that run with a module.

    They are told by their text, many times as fast as from a tree; one that only looks like an import closes a cycle
    too many at worst, and the import goes into the function then. The tree is asked where the text does not tell.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    code = _LITERALS.sub("", text)
    found = list(_of_text(code))
    around = {item for item in found if isinstance(item, str)}
    if _is_odd(code) or any(_is_called(code, name) for name in around):
        try:
            yield from imports_of_tree(ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # written for another Python
        else:
            return
    yield from (item for item in found if not isinstance(item, str))


def _is_odd(code: str) -> bool:
    """Whether imports may be written in ways that the text does not tell."""
    if "import_module(" in code or "__import__(" in code or _INSIDE_A_LINE.search(code):
        return True
    return "\\\n" in code and _CONTINUED.search(code) is not None


def _is_called(code: str, name: str) -> bool:
    """Whether a function may be called in its own module, or stand there as a decorator."""
    if not name:
        return False
    if name in STARTING:
        return True  # by the name of its class
    return code.count(f"{name}(") > code.count(f"def {name}(") or f"@{name}" in code


def _of_text(code: str) -> Iterator[tuple[int, str, tuple[str, ...]] | str]:
    """The imports that run, and the names of the functions that others are in; *code* has no literals any more."""
    lines = code.split("\n")
    for match in _IMPORT.finditer(code):
        if match.group("indent").strip("\f"):
            around = _around(lines, code.count("\n", 0, match.start()), len(match.group("indent")))
            if around is not None:
                yield around
                continue
        if match.group("modules"):
            yield from ((0, name, ()) for name in _words(match.group("modules")))
        else:
            yield match.group("dots").count("."), match.group("source"), _words(match.group("names"))


def _words(text: str) -> tuple[str, ...]:
    """The names in a list of imports, without what they are called here."""
    parts = text.strip("() \t\n").split(",")
    return tuple(words[0] for part in parts if (words := part.split()))


def _around(lines: list[str], number: int, indent: int) -> str | None:
    """
    What keeps an indented import from running with the module: the name of the function around it.

    It is "" where the import is for type checkers or scripts only, None where it runs.
    """
    for line in reversed(lines[:number]):
        code = line.lstrip()
        depth = len(line) - len(code)
        if not code or code[0] in ")]}" or depth >= indent:
            continue
        if (head := _HEAD.match(code)) is not None:
            return head.group(1)
        if _NOT_NOW.match(code):
            return ""
        indent = depth
        if not depth:
            break
    return None
