"""Fixes for a class, or an alternate constructor, that is handed over to something that calls it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from asset_lint.rewriting.inferred import Choice, NoRewriting, Rewriting, first_that_works, judged, with_doubts
from asset_lint.rewriting.kinds import kind_of, note_unread
from asset_lint.rewriting.lateness import Fate, fate_if_late
from asset_lint.rewriting.layout import TextEdit, Written, has_comment, span_of
from asset_lint.rewriting.manners import Handing, Manner, is_called_by_keyword, is_called_plainly
from asset_lint.rewriting.matching import Supply
from asset_lint.rewriting.offers import FUNCTION, Offer
from asset_lint.rewriting.places import Place
from asset_lint.rewriting.reachable import Reachable, only_class
from asset_lint.rewriting.rendering import Unwritable, renamed
from asset_lint.rewriting.signatures import Slot
from asset_lint.rewriting.timing import may_change
from asset_lint.rewriting.ways import Way, Ways
from asset_lint.semantics import containers

_POSITIONAL = frozenset({"", "/"})
_COUNTED_ON = "the receiver may count on a class"


@dataclass(frozen=True)
class Given:
    """What is handed over, at a place whose ``arguments`` are those that are passed on beside it."""

    place: Place
    handing: Handing
    offers: list[Offer]
    ways: Iterable[Way]
    reachable: Reachable

    def rewriting(self) -> Rewriting:
        """The fix; raises NoRewriting where there is none."""
        manner = self.handing.manner
        if self.handing.looks:
            name = self.place.file.text(self.place.call.func)
            raise NoRewriting(f"{name} needs the class itself, and does not only call it")
        if manner is Manner.INLINE:
            return self._work_out(self._passed(), self._beside)
        if manner is Manner.PARTIAL:
            return self._partial()
        if manner is Manner.EACH:
            return self._each()
        if manner is Manner.NOTHING:
            return self._work_out([], self._factory)
        return self._called()

    def _work_out(self, supplies: list[Supply], write: object, ways: Iterable[Way] | None = None) -> Rewriting:
        found = first_that_works(self.place, self.offers, supplies, self.ways if ways is None else ways, write)  # type: ignore[arg-type]
        return with_doubts(found, [_COUNTED_ON] if self.handing.manner is Manner.ANY else ["it is called elsewhere"])

    # -- what stands beside -----------------------------------------------------------------------------------

    def _passed(self) -> list[Supply]:
        """What is passed on beside what is handed over."""
        found = []
        for item in self.place.arguments:
            values = self.place.values(item.written)
            declared = item.slot.types if item.slot is not None else frozenset()
            note_unread(self.place.program, values | declared)
            found.append(
                Supply(item.name, kind_of(values), kind_of(declared), self.place.file.text(item.written.value))
            )
        return found

    def _open(self) -> list[Slot]:
        """The parameters that whoever calls it will pass."""
        signature = self.place.signature
        passed = {item.name for item in self.place.arguments}
        if signature is None:
            raise NoRewriting("the class is outside the project, so that its parameters are not known")
        return [slot for slot in signature.slots if slot.is_required and slot.name not in passed]

    def _beside(self, choice: Choice, way: Way) -> Rewriting:
        """The arguments beside are bound anew."""
        taken = {self.place.arguments[index].written.place: name for name, index in choice.matching.taken.items()}
        return self._judged(self._renamed(choice, way, taken), choice, way)

    def _renamed(self, choice: Choice, way: Way, taken: dict[int, str]) -> list[TextEdit]:
        if choice.matching.lent:
            raise Unwritable(f"{next(iter(choice.matching.lent))} would have to be passed, too")
        self.place.awaits(
            choice.offer.is_async, f"{choice.offer.signature.name} ({self.place.where(choice.offer.signature)})"
        )
        given = self.handing.given
        layout = replace(self.place.layout, start=given.value_start, opening=given.end, arguments=self.handing.beside)
        edits = renamed(self.place.file, layout, _callee(choice, way), choice.offer.signature, taken, {})
        if not self.handing.takes_keywords and any(text.endswith("=") for _, text in edits):
            raise Unwritable(f"{choice.offer.signature.name} takes its arguments in another order")
        return edits

    def _partial(self) -> Rewriting:
        """``partial(C, a)``: what the caller of the partial passes has to arrive at the right parameters."""
        passed, rest = self._passed(), self._open()
        supplies = [*passed, *map(_slot_supply, rest)]

        def write(choice: Choice, way: Way) -> Rewriting:
            names = {index: name for name, index in choice.matching.taken.items()}
            later = [names[len(passed) + number] for number in range(len(rest)) if len(passed) + number in names]
            first = {
                item.written.place: names[index] for index, item in enumerate(self.place.arguments) if index in names
            }
            if self._stays_partial(choice, later, [slot.name for slot in rest], first):
                return self._judged(self._renamed(choice, way, first), choice, way)
            return self._judged([self._lambda_for_partial(choice, way, rest, names)], choice, way)

        return self._work_out(supplies, write)

    def _stays_partial(self, choice: Choice, later: list[str], names: list[str], first: dict[int, str]) -> bool:
        """
        Whether a partial of the method can be called as the partial of the class is.

        What comes without a keyword later goes to the first parameters behind those that are passed by position now,
        also to one that a keyword has taken already.
        """
        if not choice.matching.taken:
            return False
        if later == names and is_called_by_keyword(self.place.file, self.place.call):
            return True
        order = [slot.name for slot in choice.offer.signature.slots if slot.kind in _POSITIONAL]
        placed = 0
        for argument in self.handing.beside:
            if argument.kind != "" or order[placed : placed + 1] != [first.get(argument.place)]:
                break
            placed += 1
        if order[placed : placed + len(later)] != later:
            return False
        return later == names or is_called_plainly(self.place.file, self.place.call)

    def _lambda_for_partial(self, choice: Choice, way: Way, rest: list[Slot], names: dict[int, str]) -> TextEdit:
        layout, file = self.place.layout, self.place.file
        if has_comment(file.module.lines.text[layout.start : layout.end]):
            raise Unwritable("a comment stands inside the partial")
        for item in self.place.arguments:
            if not isinstance(item.written.value, (ast.Name, ast.Constant, ast.Attribute)):
                raise Unwritable(f"{item.name} would be worked out again with each call")
        passed = [
            (names[index], file.text(item.written.value))
            for index, item in enumerate(self.place.arguments)
            if index in names
        ]
        own = [(names[len(self.place.arguments) + number], slot.name) for number, slot in enumerate(rest)]
        for name in _names_in([value for _, value in passed]):
            if fate_if_late(file, self.place.call, name) is not Fate.SAME or name in {slot.name for slot in rest}:
                raise Unwritable(f"{name} may be another one by the time that this runs")
        text = self._lambda([slot.name for slot in rest], choice, way, [*own, *passed])
        return span_of(file.module.lines, layout.start, layout.end), text

    # -- map --------------------------------------------------------------------------------------------------

    def _each(self) -> Rewriting:
        """``map(C, xs)`` becomes ``map(manager.get, xs)``, or a comprehension where the parameters do not line up."""
        signature = self.place.signature
        if signature is None:
            raise NoRewriting("the class is outside the project, so that its parameters are not known")
        slots = [slot for slot in signature.slots if slot.kind in _POSITIONAL][: len(self.handing.beside)]
        if any(item.kind != "" for item in self.handing.beside) or len(slots) < len(self.handing.beside):
            raise NoRewriting("it cannot be told what map passes")
        supplies = []
        for slot, item in zip(slots, self.handing.beside, strict=True):
            values = containers.element(self.place.program, self.place.values(item))
            note_unread(self.place.program, values)
            supplies.append(Supply(slot.name, kind_of(values), kind_of(slot.types)))

        def write(choice: Choice, way: Way) -> Rewriting:
            self.place.awaits(choice.offer.is_async, choice.offer.signature.name)
            order = [slot.name for slot in choice.offer.signature.slots if slot.kind in _POSITIONAL]
            names = {index: name for name, index in choice.matching.taken.items()}
            lines_up = order[: len(slots)] == [names.get(index) for index in range(len(slots))]
            if lines_up and not choice.matching.lent and way.root not in {slot.name for slot in slots}:
                edits = [self._in_place_of_given(_callee(choice, way))]
            else:
                edits = [self._comprehension(choice, way, slots)]
            return self._judged(edits, choice, way, "call")

        return first_that_works(self.place, self.offers, supplies, self._ways_with(slots), write)

    def _comprehension(self, choice: Choice, way: Way, slots: Sequence[Slot]) -> TextEdit:
        file, call = self.place.file, self.place.call
        text = file.module.lines.text
        if has_comment(text[self.place.layout.start : self.place.layout.end]):
            raise Unwritable("a comment stands inside the call")
        if self.place.scope.scopes[-1].kind == "class":
            raise Unwritable(f"a comprehension in the class body would not see {way.root}")
        own = way in self._through_parameters(slots)
        used = {node.id for node in ast.walk(ast.parse(way.text)) if isinstance(node, ast.Name)} if not own else set()
        names = [slot.name if slot.name not in used else f"{slot.name}_" for slot in slots]
        passed = [(name, names[index]) for name, index in choice.matching.in_order()]
        made = f"{_callee(choice, way)}({_arguments([*passed, *choice.matching.lent.items()])})"
        items = [text[item.start : item.end] for item in self.handing.beside]
        source = items[0] if len(items) == 1 else f"zip({', '.join(items)})"
        body = f"{made} for {', '.join(names)} in {source}"
        parent = self.place.parent
        is_list = isinstance(parent, ast.Call) and parent.args == [call] and not parent.keywords
        if is_list and isinstance(parent, ast.Call) and file.text(parent.func) == "list":
            start, end = file.indices(parent)
            return span_of(file.module.lines, start, end), f"[{body}]"
        return span_of(
            file.module.lines, self.place.layout.start, self.place.layout.end
        ), body if is_list else f"({body})"

    # -- something to call ------------------------------------------------------------------------------------

    def _factory(self, choice: Choice, way: Way) -> Rewriting:
        """A method that needs no arguments; a way to the manager that runs code is gone only when it is called."""
        self.place.awaits(choice.offer.is_async, choice.offer.signature.name)
        callee = _callee(choice, way)
        runs = "(" in way.text or self.place.scope.function is None
        arguments = _arguments(list(choice.matching.lent.items()))
        text = f"lambda: {callee}({arguments})" if runs or arguments else callee
        return self._judged([self._in_place_of_given(text)], choice, way)

    def _called(self) -> Rewriting:
        """A method that can be called as the class can, else a lambda with the parameters of the class."""
        rest = self._open()

        def write(choice: Choice, way: Way) -> Rewriting:
            self.place.awaits(choice.offer.is_async, choice.offer.signature.name)
            names = {index: name for name, index in choice.matching.taken.items()}
            order = [slot.name for slot in choice.offer.signature.slots if slot.kind in _POSITIONAL]
            lines_up = order[: len(rest)] == [names.get(index) for index in range(len(rest))]
            same = [slot.name for slot in rest] == order[: len(rest)]
            of_lambda = way.root in {slot.name for slot in rest}
            if (
                lines_up
                and (same or self.handing.manner is Manner.POSITIONAL)
                and not choice.matching.lent
                and not of_lambda
            ):
                text = _callee(choice, way)
            else:
                passed = [(name, rest[index].name) for name, index in choice.matching.in_order()]
                text = self._lambda([slot.name for slot in rest], choice, way, [*passed, *choice.matching.lent.items()])
            return self._judged([self._in_place_of_given(text)], choice, way)

        return self._work_out(list(map(_slot_supply, rest)), write, Ways(self._ways_with(rest, renames=False)))

    def _ways_with(self, slots: Sequence[Slot], *, renames: bool = True) -> Iterator[Way]:
        """
        The ways of the scope, then those through what is passed, then the one manager of the process.

        *renames*: what is passed can be called otherwise where its name hides one of the scope.
        """
        shared = []
        hidden = set() if renames else {slot.name for slot in slots}
        for way in self.ways:
            if way.root in hidden:
                continue
            if way.is_shared:
                shared.append(way)
            else:
                yield way
        yield from self._through_parameters(slots)
        yield from shared

    def _through_parameters(self, rest: Sequence[Slot]) -> list[Way]:
        """The ways to the manager through what the lambda will be given."""
        found: list[Way] = []
        for slot in rest:
            key = only_class(slot.types)
            paths = self.reachable.paths(key) if key is not None else ()
            found += [
                Way(slot.name + path.suffix, uses=frozenset((slot.name,)), classes=path.classes)
                for path in paths
                if path.is_sure
            ]
        return found

    def _lambda(self, names: Sequence[str], choice: Choice, way: Way, passed: Sequence[tuple[str, str]]) -> str:
        return f"lambda {', '.join(names)}: {_callee(choice, way)}({_arguments(passed)})".replace("lambda :", "lambda:")

    def _judged(self, edits: list[TextEdit], choice: Choice, way: Way, verb: str = "hand over") -> Rewriting:
        """
        The rewriting with its doubts.

        A function or generator that it makes looks up the manager when it runs. Raises Unwritable where it is gone
        by then.
        """
        found = judged(self.place, edits, f"{verb} {_callee(choice, way)}", choice, way)
        if not any(_is_late(text) for _, text in edits):
            return found
        own = way in self._through_parameters(self.place.signature.slots if self.place.signature is not None else ())
        fate = Fate.SAME if own else fate_if_late(self.place.file, self.place.call, way.root)
        if fate is Fate.DELETED:
            raise Unwritable(f"{way.root} is deleted before this runs")
        return with_doubts(found, [may_change(way.root)] if fate is Fate.CHANGED else [])

    def _in_place_of_given(self, text: str) -> TextEdit:
        given = self.handing.given
        source = self.place.file.module.lines
        if has_comment(source.text[given.value_start : given.end]):
            raise Unwritable("a comment stands inside what is handed over")
        return span_of(source, given.value_start, given.end), text


def _slot_supply(slot: Slot) -> Supply:
    kind = kind_of(slot.types)
    return Supply(slot.name, kind, kind, slot.name)


def _callee(choice: Choice, way: Way) -> str:
    return way.text if way.kind == FUNCTION else f"{way.text}.{choice.offer.name}"


def _is_late(text: str) -> bool:
    """Whether what is written is a function or a generator, and runs later than the code around it."""
    return text.startswith("lambda") or (" for " in text and not text.startswith("["))


def _names_in(texts: Iterable[str]) -> set[str]:
    """The names in some expressions."""
    return {node.id for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _arguments(passed: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={text}" for name, text in passed)


def given_argument(layout_arguments: Sequence[Written], builds: set[int]) -> Written:
    """The one argument that is handed over; raises NoRewriting where there are several."""
    found = [argument for argument in layout_arguments if argument.place in builds]
    if len(found) != 1:
        inside = "it is handed over inside a container, where it cannot be replaced"
        raise NoRewriting("several things that build are handed over" if found else inside)
    if found[0].kind in {"*", "**"}:
        raise NoRewriting("what is handed over is hidden in a star argument")
    return found[0]
