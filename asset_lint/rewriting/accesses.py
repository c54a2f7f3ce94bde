"""The ways to the manager that the configuration names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from asset_lint.config.templates import PLACEHOLDER
from asset_lint.rewriting.expressions import Expression, Filling, Missing
from asset_lint.rewriting.nonetests import is_not_none
from asset_lint.rewriting.places import Place
from asset_lint.rewriting.reachable import is_manager, may_be_none, without_none
from asset_lint.rewriting.templates import parsed
from asset_lint.rewriting.ways import Way, is_pure
from asset_lint.semantics import members
from asset_lint.semantics.values import is_open


def configured_ways(place: Place, accesses: Sequence[str]) -> Iterator[Way]:
    """Yield the configured ways that exist at a site, in their order."""
    for access in accesses:
        fillings: dict[str, Filling] = {}
        for name in PLACEHOLDER.findall(access):
            found = _standing_for(place, name)
            if found is None or (may_be_none(found.values) and not is_not_none(place.scope, found.text)):
                break
            fillings[name] = found
        else:
            way = _way(place, access, fillings)
            if way is not None:
                yield way


def _standing_for(place: Place, name: str) -> Filling | None:
    """What ``$name`` is at a site: an argument of that parameter, a name that is bound, an attribute of ``self``."""
    for item in place.arguments:
        if item.name == name and is_pure(item.written.value):
            return Filling(place.file.text(item.written.value), place.values(item.written))
    binding = place.scope.binding(name)
    if binding is not None:
        return Filling(name, binding.values)
    receiver = place.scope.receiver
    own = place.scope.binding(receiver) if receiver is not None else None
    if own is None:
        return None
    values = members.attribute(place.program, own.values, name)
    known = any(atom[0] not in {"meth", "param", "dep", "unknown"} for atom in values)
    return Filling(f"{receiver}.{name}", values) if known else None


def _way(place: Place, access: str, fillings: dict[str, Filling]) -> Way | None:
    template = parsed(access)
    expression = Expression(place.scope, place.guard, template, fillings)
    try:
        values = expression.values()
    except Missing:
        return None
    known = [atom for atom in values if atom[0] not in {"param", "dep", "none"}]
    if not is_manager(place.program, place.guard, without_none(values)) and not all(map(is_open, known)):
        return None
    text = expression.text(template.tree)
    uses = frozenset(filling.text for filling in fillings.values())
    root = place.scope.binding(text.partition(".")[0])
    shared = not fillings and (root is None or root.kind == "global")
    doubt = f"{text} may be None" if known and may_be_none(values) else f"{text} is one for all" if shared else ""
    classes = frozenset(atom[1] for atom in known if atom[0] == "inst")
    return Way(text, needs=expression.needs, uses=uses, doubt=doubt, is_shared=shared, classes=classes)
