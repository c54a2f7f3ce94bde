"""The state of an extraction: the facts so far, the scopes that are open, and the definitions that reach this point."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterable
from typing import Any, NamedTuple

from asset_lint.semantics.facts import NONE, ClassFacts, Condition, Facts, FunctionFacts, Node, Scope, Site
from asset_lint.semantics.names import Bound
from asset_lint.syntax.placing import Lines

Env = dict[str, tuple[int, ...]]
"""For each name the nodes that may be its value at this point."""

UNBOUND_NODE, UNKNOWN_NODE, NONE_NODE = 0, 1, 2


def joined(*envs: Env | None) -> Env | None:
    """What holds where several ways meet; ``None`` is a way that does not get there."""
    alive = [env for env in envs if env is not None]
    if len(alive) < 2:
        return dict(alive[0]) if alive else None
    result: Env = {}
    for name in set().union(*alive):
        values: set[int] = set()
        for env in alive:
            values.update(env.get(name, (UNBOUND_NODE,)))
        result[name] = tuple(sorted(values))
    return result


class Frame:
    """
    An open scope.

    *env* is ``None`` behind a ``return``, where *dead* is what was known before it; *log* and *trail* collect every
    definition, for closures and exception handlers; *loops* holds the environments at ``break`` and ``continue`` of the
    loops around the current statement; *overlays* are the names of the comprehensions around the current expression;
    *conditions* are what parameters have been asked for to get here; *blocks* counts the blocks around this place;
    *looked_at* are, where this *is_initial* (an ``__init__``), the attributes of the instance that were looked at.
    """

    def __init__(self, kind: str, index: int, owner: int, bound: Bound, env: Env | None = None) -> None:
        self.kind = kind
        self.index = index
        self.owner = owner
        self.local = bound.local()
        self.globals = bound.globals
        self.nonlocals = bound.nonlocals
        self.env: Env | None = {} if env is None else env
        self.dead: Env = {}
        self.log: dict[str, list[int]] = {}
        self.trail: list[tuple[str, int]] = []
        self.loops: list[tuple[list[Env | None], list[Env | None]]] = []
        self.overlays: list[dict[str, int]] = []
        self.conditions: list[Condition] = []
        self.blocks = 0
        self.is_initial = False
        self.looked_at: set[str] = set()

    @property
    def visible(self) -> Env:
        """The definitions that code here sees; code that cannot be reached sees those before it."""
        return self.dead if self.env is None else self.env

    def stop(self) -> None:
        """Note that what follows is not reached."""
        if self.env is not None:
            self.dead = self.env
        self.env = None


def _seen(frame: Frame) -> SeenScope:
    """The scope as it is now."""
    overlays = {name: node for overlay in frame.overlays for name, node in overlay.items()}
    known = (dict(frame.visible), overlays, frozenset(frame.local), frozenset(frame.globals))
    return SeenScope(frame.kind, frame.owner, *known)


def _overlaid(frame: Frame, name: str) -> int | None:
    """What a comprehension around this place binds."""
    for overlay in reversed(frame.overlays):
        if name in overlay:
            return overlay[name]
    return None


class SeenScope(NamedTuple):
    """
    A scope as a site sees it: the definitions that reach the site, and the names that live there.

    *owner* is the index of the function or class, *env* holds definitions by name, *overlays* those of comprehensions.
    """

    kind: str
    owner: int
    env: Env
    overlays: dict[str, int]
    local: frozenset[str]
    globals: frozenset[str]


class Sighting(NamedTuple):
    """A site with its syntax and the scopes around it, the module first."""

    syntax: ast.expr
    scopes: tuple[SeenScope, ...]


class Builder:
    """
    Grows the facts of one module.

    Of the sites in *watched* it keeps, in *sightings*, what code there can see; *typing_only* are the definitions that
    only a type checker sees.
    """

    def __init__(self, path: str, lines: Lines) -> None:
        self.facts = Facts(path, nodes=[("unbound",), ("unknown",), ("const", None)])
        self.frames: list[Frame] = []
        self.lines = lines
        self.walrus = lines.holding(":=")
        self.dry = 0
        self.quoted: ast.expr | None = None
        self.typing_only: set[int] = set()
        self.watched: Container[int] = ()
        self.sightings: dict[int, Sighting] = {}
        self.deleted: set[str] = set()
        self.global_writes: dict[str, list[int]] = {}
        self.annotation: Callable[[Builder, Any], int] = lambda builder, node: UNKNOWN_NODE
        self._kept: dict[int, int] = {}
        self._entries: dict[int, int] = {}

    @property
    def frame(self) -> Frame:
        """The innermost open scope."""
        return self.frames[-1]

    def emit(self, *node: Any) -> int:
        """Add a node and return its index."""
        self.facts.nodes.append(node)
        return len(self.facts.nodes) - 1

    def definition(self, syntax: Any, *node: Any) -> int:
        """
        The node that *syntax* defines, the same one whenever it is met.

        A loop's body is walked twice: a dry run finds the definitions that come round, and leaves them empty.
        """
        known = self._kept.get(id(syntax))
        if known is None:
            known = self._kept[id(syntax)] = self.emit(*(("unknown",) if self.dry else node))
        elif not self.dry:
            self.facts.nodes[known] = node
        return known

    def definition_of(self, syntax: Any) -> int:
        """The node that *syntax* has defined before."""
        return self._kept[id(syntax)]

    def join(self, nodes: Iterable[int], *how: str) -> int:
        """One node for any of *nodes*; *how* they came together, where that tells more."""
        unique = tuple(dict.fromkeys(nodes))
        return unique[0] if len(unique) == 1 else self.emit("join", unique, *how) if unique else UNKNOWN_NODE

    def node(self, index: int) -> Node:
        """The node at *index*."""
        return self.facts.nodes[index]

    def note_initial(self, target: ast.expr) -> None:
        """
        Note an attribute that ``__init__`` gives every instance.

        It does so at the top level, before anything returns, and without having looked at what was there before.
        """
        frame = self.frame
        if self.dry or not frame.is_initial or frame.blocks != 1 or not isinstance(target, ast.Attribute):
            return
        function = self.facts.functions[frame.owner]
        own = self.facts.nodes[self.facts.attribute_stores[-1][0]]
        if own == ("param", frame.owner, 0) and target.attr not in frame.looked_at and not function.returns:
            self.facts.classes[function.owner].always_set.add(target.attr)

    def note_look(self, base: int, name: str) -> None:
        """Note that ``__init__`` looks at an attribute."""
        if self.frame.is_initial and self.facts.nodes[base] == ("param", self.frame.owner, 0):
            self.frame.looked_at.add(name)

    # -- names ------------------------------------------------------------------------------------------------

    def bind(self, name: str, syntax: Any, *node: Any) -> None:
        """Let *name* be *node* from here on, in the scope that Python puts it in; *syntax* is what binds it."""
        frame = self.frame
        value = self.definition(syntax, *node)
        if name in frame.globals:
            self.global_writes.setdefault(name, []).append(value)
            if len(self.frames) == 1:
                self._set(frame, name, value)
        elif name in frame.nonlocals:
            owner = self._enclosing(name)
            if owner is not None:
                owner.log.setdefault(name, []).append(value)
                if owner.env is not None:
                    owner.env[name] = tuple({*owner.env.get(name, ()), value})
        else:
            self._set(frame, name, value)

    def _set(self, frame: Frame, name: str, value: int) -> None:
        frame.visible[name] = (value,)
        frame.log.setdefault(name, []).append(value)
        frame.trail.append((name, value))

    def unbind(self, name: str) -> None:
        """``del name``."""
        if self.frame.env is not None and name not in self.frame.globals:
            self.frame.env[name] = (UNBOUND_NODE,)

    def lookup(self, name: str) -> int:
        """The node for a use of *name* here."""
        frame = self.frame
        if frame.overlays and (overlaid := _overlaid(frame, name)) is not None:
            return overlaid
        if frame.kind == "module":
            return self._at_module_level(name, frame)
        reaching = self._reaching(frame, name)
        return reaching if reaching is not None else self._outside(frame, name)

    def _reaching(self, frame: Frame, name: str) -> int | None:
        """The definitions in this function or class that reach this place; ``None`` where it does not bind the name."""
        env = frame.visible
        if frame.kind == "class":
            hidden = name in frame.globals or bool(frame.overlays)  # comprehensions do not see a class's names
            here = (UNBOUND_NODE,) if hidden else env.get(name, (UNBOUND_NODE,))
            return self.join(here) if here != (UNBOUND_NODE,) else None
        if name in frame.local:
            return self.join(env.get(name, (UNBOUND_NODE,)))
        return self.join(env[name]) if name in env else None  # narrowed here

    def _outside(self, frame: Frame, name: str) -> int:
        if name not in frame.globals:
            for outer in reversed(self.frames[:-1]):
                if outer.overlays and (overlaid := _overlaid(outer, name)) is not None:
                    return overlaid
                if outer.kind == "function" and name in outer.local:
                    return self.emit("free", outer.index, name)
        late = any(outer.kind == "function" for outer in self.frames)
        return self.emit("global", name) if late else self._at_module_level(name, self.frames[0])

    def _enclosing(self, name: str) -> Frame | None:
        for frame in reversed(self.frames[1:-1]):
            if frame.kind == "function" and name in frame.local:
                return frame
        return None

    def _at_module_level(self, name: str, frame: Frame) -> int:
        reaching = frame.visible.get(name)
        later = self.facts.stars
        if reaching is None or reaching == (UNBOUND_NODE,):
            fallback = self.emit("builtin", name)
            return self.emit("star", name, tuple(later), fallback) if later else fallback
        later = [star for star in later if star > max(reaching)]
        value = self.join(reaching)
        return self.emit("star", name, tuple(later), value) if later else value

    # -- scopes -----------------------------------------------------------------------------------------------

    def open(self, kind: str, name: str, owner: int, bound: Bound) -> int:
        """Enter a scope; returns its index in the facts."""
        if self.frames:
            parent = self.frame
            outer = self.facts.scopes[parent.index]
            symbol = f"{outer.symbol}.{name}" if outer.symbol else name
            self.facts.scopes.append(Scope(kind, symbol, parent.index, owner))
        else:
            self.facts.scopes.append(Scope(kind, "", NONE))
        self.frames.append(Frame(kind, len(self.facts.scopes) - 1, owner, bound))
        return self.frame.index

    def close(self) -> Frame:
        """Leave the innermost scope."""
        return self.frames.pop()

    def new_function(self, name: str, syntax: Any) -> tuple[int, FunctionFacts]:
        """A function's entry, the same one when a loop brings us here again."""
        facts = self.facts
        owner = self.frame.owner if self.frame.kind == "class" else NONE
        function = FunctionFacts(name, NONE, owner)
        known = self._entries.get(id(syntax))
        if known is None:
            facts.functions.append(function)
            known = self._entries[id(syntax)] = len(facts.functions) - 1
        else:
            facts.functions[known] = function
        return known, function

    def new_class(self, name: str, syntax: Any) -> tuple[int, ClassFacts]:
        """A class's entry, the same one when a loop brings us here again."""
        entry = ClassFacts(name, NONE)
        known = self._entries.get(id(syntax))
        if known is None:
            self.facts.classes.append(entry)
            known = self._entries[id(syntax)] = len(self.facts.classes) - 1
        else:
            self.facts.classes[known] = entry
        return known, entry

    def exit(self, kind: str, value: int, where: int, syntax: ast.AST) -> None:
        """Note where a value leaves."""
        line: int = getattr(syntax, "lineno", 0)
        column = self.lines.column(line, getattr(syntax, "col_offset", 0)) if line else 0
        self.facts.exits.append((kind, value, where, line, column))

    def item(self, node: int, syntax: ast.expr) -> int:
        """Note where something is taken out of a container."""
        if not self.dry and self.quoted is None:
            self.facts.items.append(Site(node, self.frame.index, self.lines.span(syntax)))
        return node

    def site(self, node: int, syntax: ast.expr, *, decorator: bool = False) -> int:
        """Note a call for the rules."""
        place = self.quoted or syntax
        if len(self.facts.sites) in self.watched:
            self.sightings[len(self.facts.sites)] = Sighting(place, tuple(map(_seen, self.frames)))
        span = self.lines.decorator_span(place) if decorator else self.lines.span(place)
        self.facts.sites.append(Site(node, self.frame.index, span))
        return len(self.facts.sites) - 1
