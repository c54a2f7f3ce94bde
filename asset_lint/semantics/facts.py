"""
What one module says, as data: the facts that extraction writes and linking reads.

Values are nodes of a graph: ``Facts.nodes`` is a list of tuples, an operation followed by its operands, which are
indices into the same list (``NONE`` where there is none). Local names are already replaced by the definitions that
reach them, so the graph needs no names but those that other modules decide.

===========  ==============================  =================================================================
operation    operands                        meaning
===========  ==============================  =================================================================
unknown                                      nothing is known
unbound                                      a name that no definition reaches
const        value                           a string, number, boolean or ``None``
module       dotted                          ``import a.b as x``
from         level, module, name             ``from module import name``
join         nodes                           any of several values: definitions, ``or``, ``if``/``else``; may end in OR
global       name                            the module's name, as it is when the module has run
free         scope, name                     any definition in an enclosing function
builtin      name                            a name that the module does not bind
star         name, nodes, fallback           a name that one of the star imports may bind
starfrom     level, module                   ``from module import *``
param        function, index                 a parameter
attr         base, name                      ``base.name``
item         base, key                       ``base[key]``
elem         base                            what iteration over *base* gives
unpack       base, index, count              one target of an unpacking; index counts from the end where negative,
                                             and is (targets before, targets after) for ``*target``
call         callee, arguments, site         a call; arguments are (kind, name, node), kind "", "=", "*" or "**"
decorate     decorator, value, site          what the decorator makes of a function or class
dict         pairs                           a display; key ``NONE`` for ``**``
seq          kind, nodes                     list, tuple or set display
comp         kind, node                      comprehension; ``dictcomp`` has the value's node
starred      node                            ``*node`` in a display
func         function                        a function or lambda of this module
class        class                           a class of this module
typed        value, annotation               a value with a declared type
narrow       value, type                     a value after ``isinstance`` or a class pattern
exclude      value, type                     a value after ``not isinstance``
enter        node                            ``with node as ...``
except       type                            ``except type as ...``
super        function                        ``super()`` in a method
alias        node                            ``type X = node``
typevar      bound                           a type parameter
binop        left, right                     ``left + right`` and ``left | right``
await        node                            ``await node``
same         node                            the value itself under another node
===========  ==============================  =================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from asset_lint.findings import Span

NONE = -1
OR = "or"
"""Behind the nodes of a join of which only the last one can be None or false: ``a or b``."""

Node = tuple[Any, ...]

Condition = tuple[int, str, Any, bool]
"""A parameter's place, a test ("==", "true" or "callable"), the constant of "==", and whether the test succeeds."""


Exit = tuple[str, int, int, int, int]
"""
Where a value leaves: kind, value, whence or whereto, line, column.

The kinds are "return", "yield" and "raise", with the function, and "attribute" and "item", with the base that is stored
into.
"""


@dataclass(slots=True)
class Parameter:
    """A parameter: *kind* is "" (either way), "/" (positional only), "=" (keyword only), "*" or "**"."""

    name: str
    kind: str
    default: int = NONE
    annotation: int = NONE


@dataclass(slots=True)
class Scope:
    """Where code stands: *symbol* is its dotted name inside the module, *owner* the function's or class's index."""

    kind: str
    symbol: str
    parent: int
    owner: int = NONE


@dataclass(slots=True)
class FunctionFacts:
    """
    A function, method or lambda. *owner* is the class whose body defines it; *defs* what closures may see.

    *conditions* are for returned nodes what must hold for them to be returned.
    """

    name: str
    scope: int
    owner: int
    line: int = 0
    parameters: list[Parameter] = field(default_factory=list)
    returns: list[int] = field(default_factory=list)
    conditions: dict[int, tuple[Condition, ...]] = field(default_factory=dict)
    yields: list[int] = field(default_factory=list)
    annotation: int = NONE
    is_generator: bool = False
    is_async: bool = False
    defs: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class ClassFacts:
    """
    A class: its bases and keywords, and what its body binds and declares.

    *always_set* are the attributes that its ``__init__`` gives every instance, whatever happens; *parameters* the type
    parameters between brackets behind its name (PEP 695).
    """

    name: str
    scope: int
    line: int = 0
    bases: list[int] = field(default_factory=list)
    keywords: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    annotations: dict[str, int] = field(default_factory=dict)
    decorators: list[int] = field(default_factory=list)
    always_set: set[str] = field(default_factory=set)
    parameters: tuple[int, ...] = ()


@dataclass(slots=True)
class Site:
    """A call or a decorator in use: its *node*, the *scope* it stands in and its place in the text."""

    node: int
    scope: int
    span: Span


@dataclass(slots=True)
class Facts:
    """
    Everything linking and rules need to know of one module.

    *exports* are the module's names when it has run; *stars* its star imports, in order; *attribute_stores* are
    (base, attribute, value, scope) of ``base.attribute = value``, *item_stores* (base, key, value) of
    ``base[key] = value``, and *dunder_all* the sequences that make up ``__all__``. *exits* tell where in the text
    values leave: by ``return``, by ``yield``, by ``raise``, into attributes and items; *items* where some are taken
    out.
    """

    path: str
    nodes: list[Node] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    functions: list[FunctionFacts] = field(default_factory=list)
    classes: list[ClassFacts] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    exports: dict[str, int] = field(default_factory=dict)
    stars: list[int] = field(default_factory=list)
    dunder_all: list[int] = field(default_factory=list)
    attribute_stores: list[tuple[int, str, int, int]] = field(default_factory=list)
    item_stores: list[tuple[int, int, int]] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    items: list[Site] = field(default_factory=list)
