"""Which file an import means: packages, namespace packages, several roots, relative imports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

_SUFFIXES = (".py", ".pyw", ".pyi")
_ROOT_NAMES = frozenset({"src", "lib", "python"})


class ModuleMap:
    """
    The modules of a project.

    *paths* are its files, *base* its top folder and *src* its configured import roots, all absolute and with ``/``
    between their parts. A module is known by its path, since two roots may hold modules of one name.
    """

    def __init__(self, paths: Iterable[str], base: str, src: Sequence[str] = ()) -> None:
        self.base = base
        self.src = tuple(src)
        self._files: dict[str, str] = {}
        self._folders: set[str] = set()
        self._packages: set[str] = set()
        self._tops: dict[str, list[str]] = {}
        for path in sorted(paths, key=lambda item: item.endswith(".pyi")):
            self._add(path)
        self._found: dict[tuple[str, str], str | None] = {}
        self._roots: dict[str, tuple[str, ...]] = {}

    def _add(self, path: str) -> None:
        stem, suffix = os.path.splitext(path)
        if suffix not in _SUFFIXES:
            return
        folder, _, name = stem.rpartition("/")
        if name == "__init__":
            self._packages.add(folder)
            stem = folder
        self._files.setdefault(stem, path)
        while folder and folder not in self._folders:
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]

    def folder(self, path: str) -> str:
        """The folder that relative imports in *path* start from."""
        return path.rpartition("/")[0]

    def root_of(self, folder: str) -> str:
        """The import root of a package's folder: the first folder above it that is no package."""
        while folder in self._packages:
            folder = folder.rpartition("/")[0]
        return folder

    def name_of(self, path: str) -> str:
        """The dotted name by which *path* is imported, as far as the layout tells."""
        stem = os.path.splitext(path)[0]
        folder, _, name = stem.rpartition("/")
        root = self.root_of(folder)
        if root == folder or (name == "__init__" and root == folder.rpartition("/")[0]):
            root = root if root != folder else self._loose_root(folder)
        parts = stem[len(root) :].strip("/").split("/")
        if parts[-1] == "__init__":
            parts.pop()
        return ".".join(part for part in parts if part)

    def _loose_root(self, folder: str) -> str:
        for root in sorted(self.src, key=len, reverse=True):
            if folder == root or folder.startswith(root + "/"):
                return root
        part = folder
        while part.startswith(self.base) and part != self.base:
            if part.rpartition("/")[2] == "src":
                return part
            part = part.rpartition("/")[0]
        return self.base if (folder + "/").startswith(self.base + "/") else folder

    def relative(self, importer: str, level: int, dotted: str) -> str | None:
        """The path of ``from <level dots><dotted> import``, a folder for a namespace package."""
        folder = self.folder(importer)
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        return self._at(f"{folder}/{dotted.replace('.', '/')}" if dotted else folder)

    def absolute(self, importer: str | None, dotted: str) -> str | None:
        """The path of ``import dotted`` in *importer*; ``None`` where it is no module of the project."""
        folder = self.folder(importer) if importer else ""
        key = (folder, dotted)
        if key not in self._found:
            self._found[key] = self._search(folder, dotted)
        return self._found[key]

    def _search(self, folder: str, dotted: str) -> str | None:
        tail = dotted.replace(".", "/")
        top = dotted.partition(".")[0]
        own = self.root_of(folder) if folder else None
        if own is not None and (found := self._at(f"{own}/{tail}")):
            return found
        standard = bool(folder) and top in sys.stdlib_module_names  # a name in the configuration is meant as it is
        if not standard:
            for root in self._outer_roots(own):
                if found := self._at(f"{root}/{tail}"):
                    return found
        for root in self._package_roots(top):
            if root != own and not standard and (found := self._at(f"{root}/{tail}")):
                return found
        return None

    def _outer_roots(self, own: str | None) -> tuple[str, ...]:
        key = own or ""
        if key not in self._roots:
            roots = list(self.src)
            folder = own or self.base
            while folder.startswith(self.base) and len(folder) > len(self.base):
                folder = folder.rpartition("/")[0]
                roots.append(folder)
            roots += [self.base, f"{self.base}/src"]
            roots += sorted(folder for folder in self._folders if folder.rpartition("/")[2] in _ROOT_NAMES)
            self._roots[key] = tuple(dict.fromkeys(roots))
        return self._roots[key]

    def _package_roots(self, top: str) -> list[str]:
        if not self._tops and self._packages:
            for package in sorted(self._packages):
                root, _, name = package.rpartition("/")
                if root not in self._packages:
                    self._tops.setdefault(name, []).append(root)
        return self._tops.get(top, [])

    def _at(self, stem: str) -> str | None:
        return self._files.get(stem) or (stem if stem in self._folders else None)

    def child(self, module: str, name: str) -> str | None:
        """The submodule *name* of the package at *module*."""
        if module in self._folders:
            return self._at(f"{module}/{name}")
        stem = os.path.splitext(module)[0]
        folder, _, last = stem.rpartition("/")
        return self._at(f"{folder}/{name}") if last == "__init__" else None

    def package_file(self, folder: str) -> str | None:
        """The file that runs for the package in *folder*; None where it is none, or one without a file."""
        return self._files.get(folder) if folder in self._packages else None

    def package_of(self, path: str) -> str:
        """The dotted name of the package that ``__package__`` names in *path*."""
        name = self.name_of(path)
        return name if path.rpartition("/")[2].startswith("__init__.") else name.rpartition(".")[0]
