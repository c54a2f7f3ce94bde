"""What a configuration says, as frozen values."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from asset_lint import globs
from asset_lint.config.codes import on_by_default
from asset_lint.findings import Safety

PerFileIgnores = tuple[tuple[str, tuple[str, ...]], ...]
REASON_CODE = "MGR002"


@dataclass(frozen=True)
class Rewrite:
    """A declared equivalence: the construction *pattern* may become *replacement*; both hold ``$placeholders``."""

    pattern: str
    replacement: str
    safety: Safety = Safety.UNSAFE


@dataclass(frozen=True)
class Guard:
    """
    A class and the managers that its instances have to come from.

    *class_name* and the names in *managers* and *dtos* are dotted or bare; what is left empty is inferred.
    """

    class_name: str
    managers: tuple[str, ...] = ()
    dtos: tuple[str, ...] = ()
    cache_readers: tuple[str, ...] = ()
    allow_in: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()


@dataclass(frozen=True)
class Decoder:
    """A function or method that decodes cached data: *gives* is "data" (dictionaries, rows) or "objects"."""

    call: str
    gives: str = "data"


DEFAULT_GUARD = Guard("AssetResponseWrapper", ("AssetManager",))


@dataclass(frozen=True)
class Overrides:
    """
    What the command line or a caller says about the configuration; None and empty mean that it says nothing.

    *config* takes the place of the nearest file: a path, or what has been read already.
    """

    config: Path | Config | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: PerFileIgnores = ()
    exclude: tuple[str, ...] = ()
    baseline: Path | None = None


@dataclass(frozen=True)
class Config:
    """
    Everything that one configuration file says.

    *root* is the folder that paths and patterns are relative to, *path* the file itself where there is one, *select*
    None where the default selection holds. *guards_configured* tells guards that somebody wrote, whose class has to
    exist, from the default one, which may match nothing.
    """

    root: Path
    path: Path | None = None
    src: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    per_file_ignores: PerFileIgnores = ()
    baseline: str | None = None
    require_reason: bool = False
    guards: tuple[Guard, ...] = (DEFAULT_GUARD,)
    decoders: tuple[Decoder, ...] = ()
    guards_configured: bool = False

    def selects(self, code: str, path: str) -> bool:
        """Whether *code* is reported in *path*, a file as findings name it."""
        return self._on(code) and not self._ignored_in(code, path)

    def overridden(self, overrides: Overrides) -> Config:
        """
        Put what the command line says in the place of what the file says.

        A code selected in the one and ignored in the other would be settled by the longer prefix; where they are
        equal, or the command line ignores more generally than the file selects, the command line has to win.
        """
        select = overrides.select or self.select
        ignore = overrides.ignore or self.ignore
        if overrides.select and not overrides.ignore:
            ignore = tuple(prefix for prefix in ignore if prefix not in overrides.select)
        if overrides.ignore and not overrides.select and select is not None:
            select = tuple(prefix for prefix in select if not prefix.startswith(overrides.ignore))
        return replace(
            self,
            select=select,
            ignore=ignore,
            per_file_ignores=overrides.per_file_ignores or self.per_file_ignores,
            exclude=overrides.exclude or self.exclude,
            baseline=self.baseline if overrides.baseline is None else os.path.abspath(overrides.baseline),
        )

    def _on(self, code: str) -> bool:
        ignored = _longest(self.ignore, code)
        if self.require_reason and code == REASON_CODE:
            return ignored < len(code)
        if self.select is None:
            return on_by_default(code) and not ignored
        return _longest(self.select, code) > ignored

    def _ignored_in(self, code: str, path: str) -> bool:
        patterns = tuple(pattern for pattern, codes in self.per_file_ignores if code.startswith(codes))
        matches = globs.matcher(patterns)
        return matches is not None and matches(globs.relative(path, str(self.root)))


def _longest(prefixes: Iterable[str], code: str) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)
