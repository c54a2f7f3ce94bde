"""What decodes because the configuration says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from asset_lint.config.model import Decoder
from asset_lint.semantics.flows.tables import OBJECTS
from asset_lint.semantics.guards import dotted
from asset_lint.semantics.program import Program


@dataclass(frozen=True)
class Declared:
    """
    Functions of the project, by their places, and others, by their dotted names, with what they give.

    *words* are the last parts of their names, by which files mention them.
    """

    functions: Mapping[tuple[str, int], str]
    outside: Mapping[str, str]
    words: frozenset[str]


def declared(program: Program, readers: Iterable[str], decoders: Iterable[Decoder]) -> Declared:
    """Look up the ``cache-readers`` of a guard, which may give anything, and the ``[[decoder]]`` tables."""
    gives = {decoder.call: decoder.gives for decoder in decoders} | dict.fromkeys(readers, OBJECTS)
    functions = {
        (atom[1], atom[2]): kind
        for name, kind in gives.items()
        for atom in dotted(program, name)
        if atom[0] in {"func", "bound"}
    }
    return Declared(functions, gives, frozenset(name.rpartition(".")[2] for name in gives))
