"""Whether a value is decoded from a cache, followed backwards from where it is used to the call that decodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from asset_lint.semantics import parameters
from asset_lint.semantics.facts import NONE
from asset_lint.semantics.flows.carriers import Carriers
from asset_lint.semantics.flows.declared import Declared
from asset_lint.semantics.flows.graph import THROUGH, Graph
from asset_lint.semantics.flows.tables import (
    DATA,
    FLATTENING,
    HANDING,
    MAPPING,
    OBJECTS,
    PASSING,
    PERSISTENT,
    READING,
    decoder_kind,
    is_remote,
    sounds_like_remote_class,
    sounds_remote,
)
from asset_lint.semantics.guards import want_bases
from asset_lint.semantics.values import Atom, class_key

_DEEPEST = 40
_MOST_CALLS = 4
_TEXT_DECODERS = frozenset({"loads", "literal_eval", "decode", "safe_load", "parse", "unpackb"})
TEXT = "text"
REMOTE = "remote"
_SAME = re.compile(r"^(?:str|bytes|BytesIO|StringIO|next)$|(?:^|_)(?:text|native|decoded?|unicode)(?:_|$)")
"""The names of what gives the same in another form."""
_SENDERS = frozenset("requester request response http websocket ws socket sock".split())
_PROPERTIES = frozenset({"property", "cached_property"})
_PARTS = frozenset({"starred", "enter", "elem", "comp", "item", "unpack", "attr"})

Assumed = frozenset[tuple[str, int, int, str]]
"""Parameters of which something is taken for granted: path, function, place, and one of DATA, TEXT and REMOTE."""


@dataclass(frozen=True)
class Raw:
    """
    Decoded data: DATA or OBJECTS, and the call that decodes it, NONE where it came in by a parameter.

    It *may_be_other* where it has come from elsewhere on another way.
    """

    kind: str
    path: str
    node: int
    may_be_other: bool = False


_ENCODERS = frozenset({"dumps", "packb"})


class Sources:
    """
    Answers whether nodes hold decoded data; *declared* is what the configuration names.

    *unread* are the modules that would have said more.
    """

    def __init__(self, graph: Graph, carriers: Carriers, declared: Declared) -> None:
        self._graph = graph
        self._program = graph.program
        self._carriers = carriers
        self._declared = declared
        self._known: dict[tuple[str, int, Assumed], Raw | None] = {}
        self.unread: set[str] = set()
        self._depth = 0
        self._calls = 0

    def raw(self, path: str, node: int, assumed: Assumed = frozenset()) -> Raw | None:
        """The decoded data that *node* is, or is a part of; None where it is none."""
        key = (path, node, assumed)
        if key in self._known:
            return self._known[key]
        if self._depth > _DEEPEST:
            return None
        self._known[key] = None  # a question that leads back to itself adds nothing
        self._depth += 1
        try:
            found = self._raw(path, node, assumed)
        finally:
            self._depth -= 1
        self._known[key] = found
        return found

    def decodes(self, path: str, call: Any, assumed: Assumed = frozenset()) -> str | None:
        """
        What a call itself decodes: DATA or OBJECTS; not of what another machine has sent.

        A method of a followed class that decodes its own parameter is a way to make one, for any text: what it gets is
        decided where it is called.
        """
        if (taken := self._own_parameter(path, call)) is not None and assumed.isdisjoint(
            ((*taken, TEXT), (*taken, DATA))
        ):
            return None
        for atom in self._program.value(path, call[1]):
            if atom[0] in {"func", "bound"} and (atom[1], atom[2]) in self._declared.functions:
                return self._declared.functions[atom[1], atom[2]]
        for name in self._graph.callee_names(path, call):
            if name in self._declared.outside:
                return self._declared.outside[name]
            kind = decoder_kind(name)
            if kind is not None:
                return None if self._is_remote_call(path, call, assumed) else kind
        return self._by_name(path, call)

    def is_of_carrier(self, path: str, index: int) -> bool:
        """Whether a function is a method of a followed class."""
        owner = self._program.function(path, index).owner
        return owner != NONE and self._carriers.role((path, owner)) is not None

    def _own_parameter(self, path: str, call: Any) -> tuple[str, int, int] | None:
        """The parameter of a followed class's method that a call is given first."""
        if not call[2]:
            return None
        operation = self._graph.node(path, self._graph.plain(path, call[2][0][2]))
        if operation[0] == "param" and self.is_of_carrier(path, operation[1]):
            return (path, operation[1], operation[2]) if operation[2] else None
        return None

    def is_remote(self, path: str, node: int, assumed: Assumed = frozenset(), depth: int = 8) -> bool:
        """Whether a value comes from elsewhere: from another machine, by its library or its name, or from the code."""
        node = self._graph.plain(path, node)
        operation = self._graph.node(path, node)
        if depth == 0:
            return False
        if any(atom[0] == "ext" and is_remote(atom[1]) for atom in self._program.value(path, node)):
            return True
        if operation[0] == "attr" and operation[2].strip("_") in _SENDERS:
            return True
        if operation[0] in {"attr", "item", "elem", "enter", "starred", "unpack"}:
            return self.is_remote(path, operation[1], assumed, depth - 1)
        if operation[0] == "join":
            return any(self.is_remote(path, part, assumed, depth - 1) for part in operation[1])
        if operation[0] == "param" and (path, *operation[1:3], REMOTE) in assumed:
            return True
        if operation[0] == "call":
            return self._is_remote_made(path, operation, assumed, depth)
        return operation[0] in {"param", "global", "free"} and sounds_remote(self._graph.spelled(path, node))

    def _is_remote_made(self, path: str, call: Any, assumed: Assumed, depth: int) -> bool:
        callee = self._graph.node(path, call[1])
        if callee[0] == "attr" and self.is_remote(path, callee[1], assumed, depth - 1):
            return True
        functions = [atom for atom in self._program.value(path, call[1]) if atom[0] in {"func", "bound"}]
        for atom in functions:
            for node in self._program.function(atom[1], atom[2]).returns if atom[1] in self._program.facts else ():
                if self.is_remote(atom[1], node, frozenset(), depth - 1):
                    return True
        passes = _SAME.search(self._graph.spelled(path, call[1])) is not None
        return passes and any(self.is_remote(path, node, assumed, depth - 1) for _, _, node in call[2])

    def _is_remote_call(self, path: str, call: Any, assumed: Assumed) -> bool:
        texts = self._graph.spelled(path, call[1]) in _TEXT_DECODERS
        return any(
            self.is_remote(path, node, assumed) or (texts and self.is_written(path, node)) for _, _, node in call[2][:1]
        )

    def _is_of_unknown_text(self, path: str, call: Any, assumed: Assumed) -> bool:
        """Whether a text is decoded that somebody passes: nothing says that it was cached."""
        if not call[2] or self._graph.spelled(path, call[1]) not in _TEXT_DECODERS:
            return False
        operation = self._graph.node(path, self._graph.plain(path, call[2][0][2]))
        known = any((path, *operation[1:3], what) in assumed for what in (DATA, TEXT))
        return operation[0] == "param" and not known

    def is_written(self, path: str, node: int) -> bool:
        """Whether a text stands in the code, or has just been made by what a decoder undoes: it was not cached."""
        operation = self._graph.node(path, self._graph.plain(path, node))
        if operation[0] == "call":
            return self._graph.spelled(path, operation[1]) in _ENCODERS
        return operation[0] == "const" and isinstance(operation[1], (str, bytes)) and len(operation[1]) > 0

    def _by_name(self, path: str, call: Any) -> str | None:
        """Rows of a database whose connection is not known."""
        callee = self._graph.node(path, call[1])
        if callee[0] != "attr" or callee[2] not in {"fetchall", "fetchone", "fetchmany"}:
            return None
        unknown = all(atom[0] in {"unknown", "param", "dep", "meth"} for atom in self._program.value(path, call[1]))
        return DATA if unknown else None

    # -- backwards --------------------------------------------------------------------------------------------

    def _raw(self, path: str, node: int, assumed: Assumed) -> Raw | None:
        operation = self._graph.node(path, node)
        tag = operation[0]
        if tag in THROUGH:
            return self.raw(path, operation[1], assumed)
        if tag in _PARTS:
            return self._part(path, node, operation, assumed)
        if tag == "join":
            return self._joined(path, operation[1], assumed)
        if tag in {"seq", "binop"}:
            return self._any(path, operation[2] if tag == "seq" else operation[1:3], assumed)
        if tag == "dict":
            return self._any(path, [value for _, value in operation[1]], assumed)
        if tag == "call":
            return self._call(path, node, operation, assumed)
        if tag == "param":
            taken = (path, operation[1], operation[2], DATA) in assumed
            return Raw(DATA, path, NONE) if taken else self._default(path, operation, assumed)
        if tag == "free":
            owner = self._graph.facts(path).scopes[operation[1]].owner
            return self._any(path, self._program.function(path, owner).defs.get(operation[2], ()), assumed)
        if tag in {"global", "from"}:
            return self._name(path, operation)
        return None

    def _any(self, path: str, nodes: Iterable[int], assumed: Assumed) -> Raw | None:
        for node in nodes:
            if node != NONE and (found := self.raw(path, node, assumed)) is not None:
                return found
        return None

    def _joined(self, path: str, nodes: Iterable[int], assumed: Assumed) -> Raw | None:
        """One of several: what comes from another machine on one way is decoded data on another."""
        found = self._any(path, nodes, assumed)
        if found is None:
            return None
        remote = any(self.raw(path, node, assumed) is None and self.is_remote(path, node) for node in nodes)
        return replace(found, may_be_other=True) if remote else found

    def _default(self, path: str, operation: Any, assumed: Assumed) -> Raw | None:
        default = self._program.function(path, operation[1]).parameters[operation[2]].default
        return self.raw(path, default, assumed) if default != NONE else None

    def _part(self, path: str, node: int, operation: Any, assumed: Assumed) -> Raw | None:
        if operation[0] == "comp":
            return self.raw(path, operation[2], assumed)
        if operation[0] == "attr":
            stored = self._attribute(path, operation, assumed)
            if stored is not None:
                return stored
        if operation[0] == "item" and self._carries(path, node):
            return None
        base = self._graph.plain(path, operation[1])
        if operation[0] in {"item", "elem"} and (found := self.mapping(path, base)) is not None:
            return found
        return self.raw(path, operation[1], assumed)

    def mapping(self, path: str, base: int) -> Raw | None:
        """An item of a persistent mapping: ``shelve.open(p)[key]``, ``Cache(folder)[key]``."""
        for atom in self._program.value(path, base):
            name = atom[1] if atom[0] == "ext" else atom[1] if atom[0] == "inst" and isinstance(atom[1], str) else ""
            dotted = str(name).replace("()", "").replace("[]", "")
            if dotted in PERSISTENT:
                return Raw(decoder_kind(dotted) or DATA, path, base)
        return None

    def _attribute(self, path: str, operation: Any, assumed: Assumed) -> Raw | None:
        """``self.name``, as far as the class itself stores decoded data there."""
        owner = self._graph.node(path, self._graph.plain(path, operation[1]))
        if owner[0] != "param" or owner[2] != 0:
            return None
        cls = self._program.function(path, owner[1]).owner
        if cls == NONE:
            return None
        facts = self._graph.facts(path)
        for base, name, value, _ in facts.attribute_stores:
            target = self._graph.node(path, self._graph.plain(path, base))
            same = name == operation[2] and target[0] == "param" and target[2] == 0
            if same and facts.functions[target[1]].owner == cls and (found := self.raw(path, value)) is not None:
                return found
        return self._property(path, cls, operation[2])

    def _property(self, path: str, cls: int, name: str) -> Raw | None:
        """What a property of a class gives."""
        names = parameters.decorator_names(self._program, path)
        for index, function in enumerate(self._graph.facts(path).functions):
            if function.owner == cls and function.name == name and not _PROPERTIES.isdisjoint(names.get(index, ())):
                return self._any(path, function.returns, frozenset())
        return None

    def _name(self, path: str, operation: Any) -> Raw | None:
        """A name of this module, or of the one that it is imported from."""
        if operation[0] == "global":
            node = self._graph.facts(path).exports.get(operation[1], NONE)
            return self.raw(path, node) if node != NONE else None
        modules = self._program.modules
        level, module, name = operation[1:4]
        source = modules.relative(path, level, module) if level else modules.absolute(path, module)
        if source is None or source not in self._program.facts:
            return None
        node = self._graph.facts(source).exports.get(name, NONE)
        return self.raw(source, node) if node != NONE else None

    def _call(self, path: str, node: int, call: Any, assumed: Assumed) -> Raw | None:
        kind = self.decodes(path, call, assumed)
        if kind is not None:
            whole = kind == OBJECTS and self._carries(path, node)
            return None if whole else Raw(kind, path, node, self._is_of_unknown_text(path, call, assumed))
        if (found := self._handed_over(path, node, call, assumed)) is not None:
            return found
        callees = self._program.value(path, call[1])
        callee = self._graph.node(path, call[1])
        module = self._program.value(path, callee[1]) if callee[0] == "attr" else ()
        self.unread |= {atom[1] for atom in (*callees, *module) if atom[0] == "stub"}
        self._want_bases(path, call)
        for atom in sorted(callees, key=repr):
            found = self._called(path, node, call, atom, assumed)
            if found is not None:
                return found
        if callee[0] == "attr" and callee[2] in READING:
            return self._any(path, [callee[1]], assumed)
        return None

    def _handed_over(self, path: str, node: int, call: Any, assumed: Assumed) -> Raw | None:
        """What a function gives that is called elsewhere: ``loop.run_in_executor(None, read, path)``."""
        if self._graph.spelled(path, call[1]) not in HANDING:
            return None
        for place, (kind, _, argument) in enumerate(call[2][:2]):
            inner = ("call", argument, call[2][place + 1 :])
            callees = self._program.value(path, argument) if kind == "" else ()
            self.unread |= {atom[1] for atom in callees if atom[0] == "stub"}
            if callees and (decoded := self.decodes(path, inner, assumed)) is not None:
                return Raw(decoded, path, node)
            for atom in sorted(callees, key=repr):
                if atom[0] in {"func", "bound", "partial"}:
                    found = self._called(path, node, inner, atom, assumed)
                    if found is not None:
                        return found
        return None

    def _want_bases(self, path: str, call: Any) -> None:
        """Ask for the bases of a class whose method, which is called, none of its known bases has."""
        callee = self._graph.node(path, call[1])
        if callee[0] == "attr":
            owners = [atom[1] for atom in self._program.value(path, callee[1]) if atom[0] == "inst"]
            want_bases(
                self._program, [key for key in owners if not isinstance(key, str) and key[0] in self._program.facts]
            )

    def _called(self, path: str, node: int, call: Any, atom: Atom, assumed: Assumed) -> Raw | None:
        if atom[0] == "ext":
            name = atom[1].replace("()", "")
            if name in PASSING or name in MAPPING or name in FLATTENING:
                return None if self._carries(path, node) else self._arguments(path, call, assumed)
            return None
        if atom[0] == "class":
            known = self._carriers.role(class_key(atom)) is not None
            return None if known else self._arguments(path, call, assumed)
        if atom[0] in {"func", "bound"} and atom[1] in self._program.facts:
            return self._function(path, node, call, atom, assumed)
        if atom[0] == "partial":
            inner = (self._called(path, node, call, part, assumed) for part in sorted(atom[1], key=repr))
            return next((found for found in inner if found is not None), None)
        return None

    def _arguments(self, path: str, call: Any, assumed: Assumed) -> Raw | None:
        return self._any(path, [argument for _, _, argument in call[2]], assumed)

    def _function(self, path: str, node: int, call: Any, atom: Atom, assumed: Assumed) -> Raw | None:
        """A function of the project that returns decoded data, its own or what it is given."""
        if self._calls >= _MOST_CALLS or self._carries(path, node) or self._is_of_remote_class(atom):
            return None
        self._calls += 1
        try:
            taken = self.taken(path, call, atom, assumed) | self._passed_remote(path, call, atom, assumed)
            function = self._program.function(atom[1], atom[2])
            found = self._any(atom[1], (*function.returns, *function.yields), frozenset(taken))
        finally:
            self._calls -= 1
        if found is None:
            return None
        return Raw(found.kind, path, node) if found.node == NONE or found.path != path else found

    def _is_of_remote_class(self, atom: Atom) -> bool:
        owner = self._program.function(atom[1], atom[2]).owner
        return owner != NONE and sounds_like_remote_class(self._program.class_(atom[1], owner).name)

    def taken(self, path: str, call: Any, atom: Atom, assumed: Assumed) -> set[tuple[str, int, int, str]]:
        """The parameters of a function of the project at which a call passes decoded data, or a text to be decoded."""
        function = self._program.function(atom[1], atom[2])
        own = self.is_of_carrier(atom[1], atom[2])
        found = set()
        for place, argument in parameter_places(function.parameters, call[2], bound=atom[0] == "bound"):
            if self.raw(path, argument, assumed) is not None:
                found.add((atom[1], atom[2], place, DATA))
            elif own and not self.is_remote(path, argument):
                found.add((atom[1], atom[2], place, TEXT))
        return found

    def _passed_remote(self, path: str, call: Any, atom: Atom, assumed: Assumed) -> set[tuple[str, int, int, str]]:
        """The parameters of a function of the project at which a call passes what another machine has sent."""
        places = parameter_places(
            self._program.function(atom[1], atom[2]).parameters, call[2], bound=atom[0] == "bound"
        )
        return {(atom[1], atom[2], place, REMOTE) for place, node in places if self.is_remote(path, node, assumed)}

    def _carries(self, path: str, node: int) -> bool:
        return self._carriers.first_in(self._program.value(path, node)) is not None


def parameter_places(parameters: list[Any], arguments: Any, *, bound: bool) -> list[tuple[int, int]]:
    """(place of the parameter, node of the argument) of a call; stars go to all that they may reach."""
    positional = [place for place, item in enumerate(parameters) if item.kind in {"", "/"}][bound:]
    rest = next((place for place, item in enumerate(parameters) if item.kind == "*"), None)
    extra = next((place for place, item in enumerate(parameters) if item.kind == "**"), None)
    names = {item.name: place for place, item in enumerate(parameters) if item.kind in {"", "="}}
    found: list[tuple[int, int]] = []
    count = 0
    for kind, name, node in arguments:
        if kind == "":
            place = positional[count] if count < len(positional) else rest
            count += 1
            found += [(place, node)] if place is not None else []
        elif kind == "=":
            place = names.get(name, extra)
            found += [(place, node)] if place is not None else []
        else:
            open_places = positional[count:] if kind == "*" else sorted(set(names.values()) - set(positional[:count]))
            star = rest if kind == "*" else extra
            found += [(place, node) for place in (*open_places, *([star] if star is not None else []))]
    return found
