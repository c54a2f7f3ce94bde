"""MGR304."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asset_lint.rules.base import GuardRule, Hit, Placed, Surroundings, called, short
from asset_lint.semantics.managers.forgetting import forgets
from asset_lint.semantics.managers.judging import gives_instances
from asset_lint.semantics.managers.making import Made, endless_memory, holds_weakly, is_strong, made
from asset_lint.semantics.managers.reading import Reading
from asset_lint.semantics.sites import Match

_MOST_FILES = 80


class NeverForgets(GuardRule):
    """
    Let the map forget what nobody uses any more.

    An ordinary dictionary keeps every object that was ever asked for until the program ends. A
    ``weakref.WeakValueDictionary`` keeps an object for as long as somebody else does; ``cachetools.LRUCache``,
    ``TTLCache`` and ``lru_cache(maxsize=...)`` keep a number of them; and a method that removes does where it is known
    when an object is done with.

    Nothing is reported where anything in the project removes from the map: ``pop``, ``popitem``, ``clear``, ``del``,
    another map in the place of the first, or a call that is given the whole map.
    """

    code = "MGR304"
    name = "never-forgets"
    summary = "The manager's map is strong and nothing in the project ever removes from it."
    no_fix = (
        "use a weakref.WeakValueDictionary if somebody else holds what is in use, a bounded cache if not,"
        " or remove what is done with"
    )

    bad = """
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            def __init__(self):
                super().__init__()
                self._covers = {}  # MGR304

            def cover(self, dto, context):
                if dto.id not in self._covers:
                    self._covers[dto.id] = AssetResponseWrapper(context, dto)
                return self._covers[dto.id]
    """
    good = """
        from weakref import WeakValueDictionary
        from app import AssetManager, AssetResponseWrapper

        class Albums(AssetManager):
            def __init__(self):
                super().__init__()
                self._covers = WeakValueDictionary()
                self._recent = {}

            def cover(self, dto, context):
                cover = self._covers.get(dto.id)
                if cover is None:
                    cover = self._covers[dto.id] = AssetResponseWrapper(context, dto)
                return cover

            def recent(self, dto, context):
                if dto.id not in self._recent:
                    self._recent[dto.id] = AssetResponseWrapper(context, dto)
                return self._recent[dto.id]

            def leave(self):
                self._recent.clear()
    """

    def check(self, around: Surroundings) -> Iterator[Placed]:
        """Report strong maps from which nothing removes."""
        yield from _memories(around)
        seen: set[tuple[str, int, int]] = set()
        for reading in around.managers:
            for names, depth in sorted(reading.maps.items()):
                places = made(around.program, reading.trees, reading.unit, names) if depth > 0 else []
                if not places or not all(is_strong(place.node, depth) for place in places):
                    continue
                first = places[0]
                where = (first.tree.path, first.node.lineno, first.node.col_offset)
                if where not in seen and not _may_forget(around, reading, names, depth):
                    seen.add(where)
                    yield _placed(around, reading, names, first)


def _memories(around: Surroundings) -> Iterator[Placed]:
    """Yield the decorators of manager functions that keep every result."""
    seen: set[tuple[str, int]] = set()
    for reading in around.managers:
        for method in (*reading.unit.own, *reading.unit.entries):
            tree = reading.trees.of(method.path)
            memory = endless_memory(around.program, method)
            if tree is None or memory is None or method[:2] in seen or not gives_instances(reading, method):
                continue
            seen.add(method[:2])
            if not around.mentioning(["cache_clear"]):
                key = min(around.guard.classes, key=repr)
                name = short(around.program.name_of_class(key))
                text = f"{method.name} remembers every {name} that was ever asked for: nothing makes it forget"
                span = tree.module.lines.decorator_span(memory)
                yield Placed(
                    method.path, span, reading.symbol(method), Hit(Match(around.guard, key, 0, "certain"), text)
                )


def _may_forget(around: Surroundings, reading: Reading, names: tuple[str, ...], depth: int) -> bool:
    """Whether anything in the project removes from a map, or may do so."""
    if holds_weakly(reading.trees, reading.unit):
        return True
    name = names[-1].rpartition(":")[2]
    aliases = frozenset((name, *_shown_as(reading, name)))
    paths = around.mentioning(sorted(aliases))
    if len(paths) > _MOST_FILES:
        return True
    for path in sorted(paths):
        module = around.module(path)
        if module is not None and (forgets(module.tree, aliases) or (depth > 1 and "Weak" in module.lines.text)):
            return True
    return False


def _shown_as(reading: Reading, name: str) -> Iterator[str]:
    """The methods and properties that give the map itself."""
    for method in reading.unit.methods.values():
        for node in ast.walk(method.node):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Attribute) and node.value.attr == name:
                yield method.name


def _placed(around: Surroundings, reading: Reading, names: tuple[str, ...], place: Made) -> Placed:
    key = min(around.guard.classes, key=repr)
    name = short(around.program.name_of_class(key))
    text = f"{called(names)} keeps every {name} that was ever asked for: nothing removes from it"
    hit = Hit(Match(around.guard, key, 0, "certain"), text)
    return Placed(place.tree.path, place.tree.module.lines.span(place.node), place.symbol, hit)
