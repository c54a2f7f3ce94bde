"""Where cached data becomes an object: the calls with which a way begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from asset_lint.semantics import parameters, typeforms
from asset_lint.semantics.classes import ancestry
from asset_lint.semantics.facts import NONE, Site
from asset_lint.semantics.flows.candidates import Candidates
from asset_lint.semantics.flows.carriers import HOLDER, Carriers
from asset_lint.semantics.flows.filling import filling
from asset_lint.semantics.flows.graph import THROUGH, Graph
from asset_lint.semantics.flows.sources import TEXT, Assumed, Raw, Sources, parameter_places
from asset_lint.semantics.flows.tables import DATA, MAPPING, OBJECTS, TEXT_HYDRATORS, hydrates, typed_kind
from asset_lint.semantics.guards import Guard, is_allowed
from asset_lint.semantics.values import EMPTY, MANAGED, UNKNOWNS, Atom, ClassKey, Values, class_key, instance, is_open

_MOST_USERS = 60
_HOOKS = frozenset({"object_hook", "object_pairs_hook", "cls", "list_hook", "ext_hook", "object_decoder"})


@dataclass(frozen=True)
class Origin:
    """
    A call that makes objects of cached data.

    *key* is the class of the objects, *source* what they are decoded from, *unpickled* whether they come as they are
    out of something like a pickle.
    """

    path: str
    site: Site
    key: ClassKey
    source: Raw
    unpickled: bool
    is_certain: bool


class Origins:
    """Finds the origins in a module; *naming* are the files of the project that name a followed class."""

    def __init__(
        self,
        graph: Graph,
        guard: Guard,
        carriers: Carriers,
        sources: Sources,
        candidates: Candidates,
        naming: frozenset[str],
    ) -> None:
        self._graph = graph
        self._program = graph.program
        self._guard = guard
        self._carriers = carriers
        self._sources = sources
        self._candidates = candidates
        self._naming = naming
        self._making: dict[tuple[str, int, Assumed], ClassKey | None] = {}

    def of_module(self, path: str) -> Iterator[Origin]:
        """Yield the origins in a module, in the order of its calls; those in code that may build do not count."""
        for site in self._graph.facts(path).sites:
            call = self._graph.node(path, site.node)
            if call[0] != "call" or not self._is_candidate(path, site, call):
                continue
            if not is_allowed(self._program, self._guard, path, site.scope):
                origin = self._origin(path, site, call)
                if origin is not None:
                    yield origin
        for site in self._graph.facts(path).items:
            if not is_allowed(self._program, self._guard, path, site.scope):
                origin = self._taken_out(path, site)
                if origin is not None:
                    yield origin

    def _is_candidate(self, path: str, site: Site, call: Any) -> bool:
        """Whether a call may make objects of cached data, as far as names and declared types tell."""
        if self._candidates.may_make(path, call) or any(name in _HOOKS for _, name, _ in call[2]):
            return True
        if not self._candidates.may_decode(path, call):
            return False
        return self._carriers.first_in(self._declared(path, site.node)) is not None

    def _taken_out(self, path: str, site: Site) -> Origin | None:
        """An item of a persistent mapping, which is decoded when it is looked up."""
        base = self._graph.plain(path, self._graph.node(path, site.node)[1])
        source = self._sources.mapping(path, base)
        return None if source is None else self._typed(path, site, source)

    def _origin(self, path: str, site: Site, call: Any) -> Origin | None:
        values = self._program.value(path, site.node)
        if any(atom[0] == "inst" and atom[2] == MANAGED for atom in values):
            return None
        if self._carriers.first_in(values) is None and not self._may_be_followed(path, site, call, values):
            return None
        made = self._made(path, site.node, call, values)
        if made is not None and not self._is_made_of_made(path, call):
            key, source = made
            certain = not source.may_be_other and self._is_sure(path, call, values)
            return Origin(path, site, key, source, unpickled=False, is_certain=certain)
        return self._decoded(path, site, call)

    def _may_be_followed(self, path: str, site: Site, call: Any, values: Values) -> bool:
        """Whether what a call gives, which its value does not tell, may be a followed object all the same."""
        callees = self._program.value(path, call[1])
        if any(self._may_make(path, call, atom) for atom in callees):
            return True
        unknown = all(is_open(atom) or atom[0] in {"param", "dep", "none", "alloc"} for atom in values)
        return unknown and self._carriers.first_in(self._declared(path, site.node)) is not None

    def _may_make(self, path: str, call: Any, atom: Atom) -> bool:
        if atom[0] == "meth":
            owner = atom[1]
            followed = owner[0] in {"class", "ext"} and self._carriers.role(class_key(owner)) is not None
            return hydrates(atom[2]) and (owner[0] == "inst" or followed)
        if atom[0] == "ext":
            return (
                self._carriers.role(atom[1]) is not None
                or self._carriers.role(atom[1].rpartition(".")[0]) is not None
                or typed_kind(atom[1].replace("()", "")) is not None
                or any(name in _HOOKS for _, name, _ in call[2])
            )
        if atom[0] == "stub":
            self._want_maker(path, call, atom)
        return False

    def _want_maker(self, path: str, call: Any, atom: Atom) -> None:
        """Ask for the module of a function, not read so far, that is given decoded data and may make objects of it."""
        if atom[1] in self._naming and any(self._sources.raw(path, argument) for _, _, argument in call[2]):
            self._program.wanted.add(atom[1])

    def _is_sure(self, path: str, call: Any, values: Values) -> bool:
        """Whether nothing else may be called: where that is outside the project, nothing is known of what it gives."""
        callees = [atom for atom in self._program.value(path, call[1]) if atom[0] not in {"param", "dep", "none"}]
        outside = all(atom[0] in {"ext", "meth"} for atom in callees) and len(callees) == 1
        return outside or self._carriers.is_sure(values)

    def _is_made_of_made(self, path: str, call: Any) -> bool:
        """Whether an argument is made of decoded data by itself: the way begins there."""
        return any(self._built(path, argument, frozenset()) is not None for _, _, argument in call[2])

    # -- objects made of data ---------------------------------------------------------------------------------

    def _made(
        self, path: str, node: int, call: Any, values: Values, assumed: Assumed = frozenset()
    ) -> tuple[ClassKey, Raw] | None:
        """The class of the objects that a call makes of decoded data, and that data."""
        for atom in sorted(self._program.value(path, call[1]), key=repr):
            key = self._made_by(path, call, atom, values, assumed)
            if key is not None and (source := self._source(path, node, call, atom, assumed)) is not None:
                return key, source
        return None

    def _made_by(self, path: str, call: Any, atom: Atom, values: Values, assumed: Assumed) -> ClassKey | None:
        if atom[0] == "class":
            return class_key(atom) if self._carriers.role(class_key(atom)) is not None else None
        if atom[0] == "meth" and atom[1][0] == "class" and hydrates(atom[2]):
            key = class_key(atom[1])
            return key if self._carriers.role(key) is not None else None
        if atom[0] == "meth" and atom[1][0] == "inst" and atom[2] in {"load", "loads"}:
            return self._loaded_by_schema(atom[1][1])
        if atom[0] == "ext":
            return self._made_outside(path, call, atom, values)
        if atom[0] in {"func", "bound"} and atom[1] in self._program.facts:
            key = self._made_inside(path, call, atom, assumed)
            return key if key is None else self._carriers.first_in(values) or key
        return None

    def _loaded_by_schema(self, key: ClassKey) -> ClassKey | None:
        """What the hook of a schema (``@post_load``) makes of what has been loaded."""
        for owner in ancestry(self._program, key):
            if isinstance(owner, str) or owner[0] not in self._program.facts:
                continue
            names = parameters.decorator_names(self._program, owner[0])
            for index, function in enumerate(self._program.facts[owner[0]].functions):
                if function.owner == owner[1] and "post_load" in names.get(index, ()):
                    hook = ("bound", owner[0], index, None, instance(key, "any"))
                    return self._carriers.first_in(self._program.call(frozenset((hook,)), ()))
        return None

    def _hooked(self, path: str, call: Any) -> ClassKey | None:
        """What the hook of a decoder (``json.load(file, object_hook=C.from_dict)``) makes."""
        for _, name, argument in call[2]:
            if name in _HOOKS:
                found = self._program.call(self._program.value(path, argument), (("", "", UNKNOWNS),))
                if (key := self._carriers.first_in(found)) is not None:
                    return key
        return None

    def _made_outside(self, path: str, call: Any, atom: Atom, values: Values) -> ClassKey | None:
        owner, _, name = atom[1].rpartition(".")
        if self._carriers.role(atom[1]) is not None:
            return str(atom[1])
        if self._carriers.role(owner) is not None and hydrates(name):
            return owner
        dotted = atom[1].replace("()", "")
        if dotted in MAPPING:
            return self._carriers.first_in(values)
        if self._sources.decodes(path, call) is not None:
            return self._hooked(path, call)
        return self._type_among(path, call) if typed_kind(dotted) is not None else None

    def _type_among(self, path: str, call: Any, depth: int = 3) -> ClassKey | None:
        """The followed class that is named, as a type, among the arguments of a call and of those that it hangs on."""
        for _, _, argument in call[2]:
            found = self._carriers.classes_in(self._program.value(path, argument))
            if found is not None:
                return found
        callee = self._graph.node(path, call[1])
        where, inner = self._definition(path, callee[1]) if callee[0] == "attr" else (path, callee)
        return self._type_among(where, inner, depth - 1) if inner[0] == "call" and depth else None

    def _definition(self, path: str, node: int) -> tuple[str, Any]:
        """What a name of a module, maybe imported, was defined as."""
        operation = self._graph.node(path, self._graph.plain(path, node))
        if operation[0] == "global":
            found = self._graph.facts(path).exports.get(operation[1], NONE)
            return (
                (path, self._graph.node(path, self._graph.plain(path, found))) if found != NONE else (path, operation)
            )
        if operation[0] == "from":
            modules = self._program.modules
            level, module, name = operation[1:4]
            source = modules.relative(path, level, module) if level else modules.absolute(path, module)
            if source in self._program.facts:
                assert source is not None
                found = self._graph.facts(source).exports.get(name, NONE)
                return source, self._graph.node(
                    source, self._graph.plain(source, found)
                ) if found != NONE else operation
        return path, operation

    def _made_inside(self, path: str, call: Any, atom: Atom, assumed: Assumed) -> ClassKey | None:
        """The class of the objects that a function of the project makes of the data that it is given."""
        if (atom[1], atom[2]) in self._program.managed_functions:
            return None
        taken = frozenset(self._sources.taken(path, call, atom, assumed))
        if not taken or (all(item[3] == TEXT for item in taken) and self._returned(atom[1], atom[2], frozenset())):
            return None  # it reads for itself, and the way begins there
        return self._returned(atom[1], atom[2], taken)

    def _returned(self, path: str, index: int, assumed: Assumed) -> ClassKey | None:
        """The class of what a function returns, made of what it is *assumed* to be given."""
        key = (path, index, assumed)
        if key in self._making:
            return self._making[key]
        self._making[key] = None
        function = self._program.function(path, index)
        for node in (*function.returns, *function.yields):
            found = self._built(path, node, assumed)
            if found is not None:
                self._making[key] = found
                return found
        return None

    def _built(self, path: str, node: int, assumed: Assumed, depth: int = 12) -> ClassKey | None:
        """The class of what *node* is, where it is made of decoded data inside this function."""
        operation = self._graph.node(path, node)
        if depth == 0:
            return None
        if operation[0] in THROUGH or operation[0] in {"elem", "starred", "enter", "unpack", "item", "attr"}:
            return self._built(path, operation[1], assumed, depth - 1)
        if operation[0] in {"join", "seq", "comp", "dict", "binop"}:
            for part in _parts(operation):
                if part != NONE and (found := self._built(path, part, assumed, depth - 1)) is not None:
                    return found
            return self._put_in(path, node, assumed, depth) if operation[0] in {"seq", "dict"} else None
        if operation[0] != "call":
            return None
        values = self._program.value(path, node)
        made = self._made(path, node, operation, values, assumed)
        if made is not None:
            return made[0]
        for _, _, argument in operation[2]:
            if self._carriers.first_in(values) is not None:
                found = self._built(path, argument, assumed, depth - 1)
                if found is not None:
                    return found
        return None

    def _put_in(self, path: str, node: int, assumed: Assumed, depth: int) -> ClassKey | None:
        """The class of what is put into a container after it was made."""
        for user in self._graph.links(path).users.get(node, ())[:_MOST_USERS]:
            method = self._graph.node(path, user)
            if method[0] != "attr" or method[2] not in {"append", "add", "extend", "insert", "update", "setdefault"}:
                continue
            for caller in self._graph.links(path).users.get(user, ()):
                call = self._graph.node(path, caller)
                for argument in [part for _, _, part in call[2]] if call[0] == "call" else ():
                    if (found := self._built(path, argument, assumed, depth - 1)) is not None:
                        return found
        for base, _, value in self._graph.facts(path).item_stores:
            if self._graph.plain(path, base) == node and (found := self._built(path, value, assumed, depth - 1)):
                return found
        return None

    def _source(self, path: str, node: int, call: Any, atom: Atom, assumed: Assumed) -> Raw | None:
        """The decoded data among the arguments of a call; the call itself, where it decodes a text."""
        taking = self._carriers.role(class_key(atom)) == HOLDER if atom[0] == "class" else False
        for place, (kind, name, argument) in enumerate(call[2]):
            if taking and not self._carriers.takes(class_key(atom), place if kind == "" else name, kind):
                continue
            found = self._sources.raw(path, argument, assumed)
            if found is not None:
                return found
        if atom[0] == "class" and not taking:
            for value in filling(self._graph, path, node):
                if (found := self._sources.raw(path, value, assumed)) is not None:
                    return found
        if atom[0] == "ext" and self._sources.decodes(path, call) is not None:
            return self._sources.raw(path, node)
        own = atom[0] in {"func", "bound"} and self._sources.is_of_carrier(atom[1], atom[2])
        if own:
            return Raw(DATA, path, node)
        if not self._decodes_text(atom) or any(map(partial(self._is_elsewhere, path), call[2])):
            return None
        return Raw(DATA, path, node) if not assumed else None

    def _is_elsewhere(self, path: str, argument: tuple[str, str, int]) -> bool:
        """Whether a text was not cached: another machine has sent it, or it stands in the code."""
        return self._sources.is_remote(path, argument[2]) or self._sources.is_written(path, argument[2])

    @staticmethod
    def _decodes_text(atom: Atom) -> bool:
        if atom[0] == "meth":
            return atom[2] in TEXT_HYDRATORS
        if atom[0] != "ext":
            return False
        return typed_kind(atom[1].replace("()", "")) == "text" or atom[1].rpartition(".")[2] in TEXT_HYDRATORS

    # -- objects that come as they are ------------------------------------------------------------------------

    def _decoded(self, path: str, site: Site, call: Any) -> Origin | None:
        """An origin that a declaration makes known: ``assets: list[C] = pickle.load(file)``."""
        if self._carriers.first_in(self._declared(path, site.node)) is None:
            return None
        source = None if self._sources.mapping(path, site.node) else self._sources.raw(path, site.node)
        if source is None or (source.node != site.node and source.path == path):
            return None
        return self._typed(path, site, source)

    def _typed(self, path: str, site: Site, source: Raw) -> Origin | None:
        """The origin at *site*, whose class is that which is declared for what comes out of *source*."""
        key = self._carriers.first_in(self._declared(path, site.node))
        if key is None:
            return None
        if source.kind == DATA and not self._may_be_data(key):
            return None
        guarded = self._carriers.holds_guarded(key)
        return Origin(path, site, key, source, unpickled=guarded and source.kind == OBJECTS, is_certain=True)

    def _may_be_data(self, key: ClassKey) -> bool:
        """Whether decoded data can be an instance of a class as it is: a typed dictionary."""
        return isinstance(key, str) or any(
            atom[0] == "ext" and atom[1].rpartition(".")[2] == "TypedDict"
            for base in self._program.class_(*key).bases
            for atom in self._program.value(key[0], base)
        )

    def _declared(self, path: str, node: int) -> Values:
        """What the code around says of the type of a value: the first declaration on its ways."""
        seen = {node}
        stack = [node]
        while stack:
            current = stack.pop()
            found = self._declared_by_exits(path, current)
            if self._carriers.first_in(found) is not None:
                return found
            for user in self._graph.links(path).users.get(current, ())[:_MOST_USERS]:
                operation = self._graph.node(path, user)
                found = self._declared_by(path, current, operation)
                if self._carriers.first_in(found) is not None:
                    return found
                if (
                    user not in seen and operation[0] in {"same", "join", "await", "elem", "item", "unpack", "starred"}
                ) or (user not in seen and operation[0] in {"seq", "comp", "dict", "enter"}):
                    seen.add(user)
                    stack.append(user)
        return EMPTY

    def _declared_by(self, path: str, node: int, operation: Any) -> Values:
        if operation[0] == "typed" and operation[1] == node:
            return typeforms.types(self._program, path, operation[2])
        if operation[0] == "narrow" and operation[1] == node:
            return typeforms.types_of_values(self._program, self._program.value(path, operation[2]))
        if operation[0] == "call" and operation[1] != node:
            return self._declared_by_call(path, node, operation)
        return EMPTY

    def _declared_by_call(self, path: str, node: int, call: Any) -> Values:
        """``cast(C, value)``, and parameters with a declared type."""
        for atom in self._program.value(path, call[1]):
            if atom == ("ext", "typing.cast", 0) and len(call[2]) == 2 and call[2][1][2] == node:
                return typeforms.types_of_values(self._program, self._program.value(path, call[2][0][2]))
            target = self._initialiser(atom)
            if target is None:
                continue
            function = self._program.function(target[0], target[1])
            for place, argument in parameter_places(function.parameters, call[2], bound=target[2]):
                if argument == node:
                    return typeforms.types(self._program, target[0], function.parameters[place].annotation)
        return EMPTY

    def _initialiser(self, atom: Atom) -> tuple[str, int, bool] | None:
        """(path, function, whether its first parameter is given) of what a call runs."""
        if atom[0] in {"func", "bound"} and atom[1] in self._program.facts:
            return atom[1], atom[2], atom[0] == "bound"
        if atom[0] == "class":
            for index, function in enumerate(self._program.facts[atom[1]].functions):
                if function.owner == atom[2] and function.name == "__init__":
                    return atom[1], index, True
        return None

    def _declared_by_exits(self, path: str, node: int) -> Values:
        """What the annotation of the function that returns a value, or of what it is stored in, says."""
        for kind, _, where, _, _ in self._graph.exits(path, node):
            if kind in {"return", "yield"}:
                function = self._program.function(path, where)
                types = typeforms.types(self._program, path, function.annotation)
            else:
                base = self._program.value(path, where)
                types = frozenset(atom for atom in base if atom[0] in {"coll", "map"}) if kind == "item" else EMPTY
            if types:
                return types
        return EMPTY


def _parts(operation: Any) -> list[int]:
    if operation[0] == "dict":
        return [part for pair in operation[1] for part in pair[1:]]
    if operation[0] == "join":
        return list(operation[1])
    return list(operation[2]) if operation[0] == "seq" else [part for part in operation[1:3] if isinstance(part, int)]
