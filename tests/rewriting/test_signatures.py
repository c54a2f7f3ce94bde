"""The signatures of constructors are those that Python has."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import types
from typing import Any

import pytest

from asset_lint.rewriting.signatures import of_constructor
from tests.linking import linked

MODULE = "signature_of_asset"
HEAD = {
    "dataclasses": "from dataclasses import KW_ONLY, InitVar, dataclass, field\nfrom typing import ClassVar\n",
    "attr": "import attr\nimport attrs\n",
    "pydantic": "import pydantic\nfrom pydantic import BaseModel, Field\nfrom typing import Annotated\n",
    "msgspec": "import msgspec\n",
    "typing": "from typing import NamedTuple\n",
}

SOURCES = {
    "dataclasses": """
@dataclass
class Base: a: int; b: int
@dataclass
class Asset(Base): a: int
---
@dataclass
class Base: a: int; b: int; c: int
@dataclass
class Asset(Base):
    a: int = field(init=False, default=9)
    b: int = 7
    c: int = 8
---
@dataclass
class Base: a: int = field(init=False, default=9); b: int = 2
@dataclass
class Asset(Base): a: int = 1
---
@dataclass
class Base: a: int; b: int
@dataclass
class Asset(Base): a: ClassVar[int] = 3
---
@dataclass
class Base: a: int; b: int
@dataclass
class Asset(Base): c: int; a: InitVar[int]
---
@dataclass(init=False)
class Base: a: int
@dataclass
class Asset(Base): b: int
---
@dataclass
class Base: a: int; b: int
@dataclass(init=False)
class Asset(Base): c: int
---
class Base:
    def __init__(self, b, a): ...
@dataclass
class Asset(Base): a: int; b: int
---
@dataclass
class Base: a: int; b: int
class Mixin:
    def __init__(self, b, a): ...
class Asset(Base, Mixin): ...
---
@dataclass
class Base: a: int; b: int
class Mixin:
    def __init__(self, b, a): ...
class Asset(Mixin, Base): ...
---
@dataclass
class Base: a: int; b: int
class Asset(Base):
    c: int
---
@dataclass
class Base: a: int
class Between(Base): b: int
@dataclass
class Asset(Between): c: int
---
@dataclass
class Asset:
    a: int
    def __init__(self, b): ...
---
@dataclass(kw_only=True)
class Asset: a: int = field(kw_only=False); b: int
---
@dataclass
class Asset: a: int; _: KW_ONLY; b: int; c: int = field(kw_only=False)
---
@dataclass(kw_only=True)
class Base: a: int; b: int
@dataclass
class Asset(Base): c: int; a: int
---
@dataclass
class Top: x: int = 1
@dataclass
class Left(Top): x: int = field(default=2, kw_only=True)
@dataclass
class Right(Top): y: int = 3
@dataclass
class Asset(Right, Left): z: int = 4
---
@dataclass
class Top: x: int = 1
@dataclass
class Left(Top): x: int = field(default=2, init=False)
class Right(Top): ...
@dataclass
class Asset(Right, Left): z: int = 4
---
@dataclass
class Asset:
    __a: int
    _b: int
---
class Asset:
    def __new__(cls, b, a): return super().__new__(cls)
---
class Base:
    def __new__(cls, b, a): return super().__new__(cls)
class Asset(Base):
    c: int
---
class Asset: ...
""",
    "attr": """
@attrs.define
class Base: a: int; b: int
@attrs.define
class Asset(Base): a: int
---
@attr.s
class Base: a = attr.ib(); b = attr.ib()
@attr.s
class Asset(Base): a = attr.ib()
---
@attr.s
class Left: a = attr.ib(); b = attr.ib()
@attr.s
class Right: c = attr.ib(); a = attr.ib()
@attr.s
class Asset(Left, Right): d = attr.ib()
---
@attr.s
class Left: a = attr.ib(); b = attr.ib()
@attr.s
class Right: c = attr.ib(); a = attr.ib()
@attr.s(collect_by_mro=True)
class Asset(Left, Right): d = attr.ib()
---
@attr.s
class Asset:
    b: int = attr.ib()
    x: int = 3
    a: int = attr.ib(default=5)
---
@attr.s(auto_attribs=True)
class Asset:
    b: int = attr.ib()
    x: int = 3
    a: int = attr.ib(default=5)
---
@attr.dataclass
class Asset:
    b: int
    x: int = 3
---
@attrs.define
class Asset:
    x: int
    y = attrs.field()
---
@attrs.define
class Asset:
    x: int = attrs.field()
    y = 3
    z: int = 4
---
@attr.s
class Asset:
    a = attr.ib()
    def __init__(self, q): ...
---
@attr.s(auto_detect=True)
class Asset:
    a = attr.ib()
    def __init__(self, q): ...
---
@attrs.define
class Asset:
    a: int
    def __init__(self, q): ...
---
@attrs.define(init=True)
class Asset:
    a: int
    def __init__(self, q): ...
---
@attr.dataclass
class Asset:
    a: int
    def __init__(self, q): ...
---
class Base:
    def __init__(self, b, a): ...
@attrs.define
class Asset(Base): a: int; b: int
---
@attrs.define
class Base: a: int; b: int
@attrs.define
class Asset(Base): a: int = attrs.field(init=False, default=3)
---
@attrs.define
class Base: a: int; b: int
class Between(Base): c: int
@attrs.define
class Asset(Between): d: int
---
@attrs.define
class Base: a: int; b: int
@attrs.define(init=False)
class Between(Base): c: int
class Asset(Between): d: int
---
@attrs.define
class Base: a: int; b: int
@attrs.define(init=False)
class Between(Base): c: int
@attrs.define
class Asset(Between): d: int
---
from dataclasses import dataclass
@dataclass
class Base: a: int; b: int
@attrs.define
class Asset(Base): c: int
---
from dataclasses import dataclass
@attrs.define
class Base: a: int; b: int
@dataclass
class Asset(Base): c: int
---
@attr.s
class Asset:
    __p = attr.ib()
    _q = attr.ib()
---
class Base: x: int = attr.ib()
@attrs.define
class Asset(Base): y: int
---
@attrs.define
class Top: x: int = 1
@attrs.define
class Left(Top): x: int = 2
@attrs.define
class Right(Top): y: int = 3
@attrs.define
class Asset(Right, Left): z: int = 4
""",
    "pydantic": """
class Asset(BaseModel):
    a: Annotated[int, Field(alias="x", default=3)]
    b: Annotated[int, Field(validation_alias="x2")] = Field(alias="x3")
    c: Annotated[int, "words", Field(alias="x4")] = 3
    d: Annotated[int, Field(alias="x5"), Field(alias="x6")]
    _e: int = 3
---
class Base(BaseModel): a: Annotated[int, Field(alias="x")]; b: int
class Asset(Base): a: int
---
class Mixin: z: int
class Asset(Mixin, BaseModel): a: int
---
class Mixin:
    def __init__(self, q): ...
class Asset(Mixin, BaseModel): a: int
---
class Mixin:
    def __init__(self, q): ...
class Asset(BaseModel, Mixin): a: int
---
@pydantic.dataclasses.dataclass
class Asset:
    b: Annotated[int, Field(alias="y")]
    a: int = Field(alias="x")
    c: int = Field(init=False, default=2)
    d: int = Field(kw_only=True, default=2)
---
@pydantic.dataclasses.dataclass
class Asset:
    a: int
    b: int
    def __init__(self, b, a): ...
---
from dataclasses import dataclass
@dataclass
class Base: a: int; b: int
@pydantic.dataclasses.dataclass
class Asset(Base): c: int; a: int
""",
    "msgspec": """
class Base(msgspec.Struct): a: int; b: int
class Asset(Base): a: int
---
class Base(msgspec.Struct): a: int; b: int
class Asset(Base, kw_only=True): z: int; y: int = 3
---
class Base(msgspec.Struct): a: int; b: int = 2
class Asset(Base, kw_only=True): a: int
---
class Base(msgspec.Struct, kw_only=True): z: int; a: int
class Asset(Base): z: int
---
class Mixin: q: int
class Asset(Mixin, msgspec.Struct): r: int
""",
    "typing": """
class Base(NamedTuple): a: int; b: int = 3
class Asset(Base): c: int; a: int
---
class Base(NamedTuple): a: int; b: int = 3
class Asset(Base):
    def __new__(cls, b): return super().__new__(cls, 1, b)
---
class Asset(NamedTuple): a: int; b: int = 3
""",
}
CASES = [(home, source) for home, text in SOURCES.items() for source in text.split("---\n")]
KINDS = {
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "",
    inspect.Parameter.POSITIONAL_ONLY: "/",
    inspect.Parameter.KEYWORD_ONLY: "=",
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}


def real(source: str) -> list[tuple[str, str, bool]]:
    """(name, kind, whether it is required) of the parameters that Python gives the class."""
    module: Any = types.ModuleType(MODULE)
    sys.modules[MODULE] = module  # where dataclasses look names up
    try:
        exec(compile(source, MODULE, "exec", dont_inherit=True), module.__dict__)
        found = inspect.signature(module.Asset).parameters.values()
    finally:
        del sys.modules[MODULE]
    return [
        (item.name, KINDS[item.kind], item.default is item.empty and KINDS[item.kind] not in {"*", "**"})
        for item in found
    ]


@pytest.mark.parametrize(("home", "source"), CASES, ids=[f"{home}-{number}" for number, (home, _) in enumerate(CASES)])
def test_it_is_the_signature_that_python_shows(home: str, source: str) -> None:
    if importlib.util.find_spec(home) is None:
        pytest.skip(f"{home} is not installed")
    program = linked({"assets.py": HEAD[home] + source})
    path = next(iter(program.facts))
    index = max(at for at, entry in enumerate(program.facts[path].classes) if entry.name == "Asset")

    found = of_constructor(program, (path, index))

    assert found is not None
    assert [(slot.name, slot.kind, slot.is_required) for slot in found.slots] == real(HEAD[home] + source)
