"""The trees that come from LibCST are those that Python's own parser makes."""

import ast
import os
import sys
import sysconfig
import warnings
from collections.abc import Iterator

import libcst
import pytest

from asset_lint.syntax import grammar
from asset_lint.syntax.translate import translate

PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")

EXPRESSIONS = (
    r"""
a or b or c and d and (e and f)
(a or b) or c
a or (b or c)
not a == b
a < b <= c is not d not in e in f is g != h > i >= j == k
- - ~x ** -y + +z
a @ b // c ** d >> e << f & g | h ^ i % j / k * l - m + n
((a))((b))
((a) . b)
(a).b.c(d)[e](f)
f((a for a in b))
f(a for a in b)
f((a for a in b), c)
f(*(a), c=(1), **(b))
f(a, *b, c, *d, e=1, **g, h=2)
f(a=1, *b)
f(a := 1, b=(c := 2))
a[1,]
a[1 , ]
a[(1,2)]
a[*b]
a[*b, 1:2, ::3, :]
a[b:=1]
a[:, (1):(2)]
a[(1), (2)]
lambda: 1
lambda a, /, b=1, *c, d, e=2, **f: (a)
lambda *, a: 1
lambda*a,**k:(a,k)
lambda:(yield)
'a' 'b'
b'a' b'\x00\n'
u'a' 'b'
'a' u'b'
r'\n' '\n'
rb'\n'
B'\d'
'\N{BULLET}\x41\101\u0041\U00000041\q\{\}'
'\N{LATIN SMALL LETTER A WITH ACUTE}'
'\\N{x}' '\\' '{{}}' '\400' '\é'
b'\400' b'\N{x}\u0041'
'''a"b\'''c''' '' ''''''
0x_ff + 0b1 + 0o17 + 1_000 + 00 + 1. + .5 + 1e10 + 1_0.0_1 + 1j + 1_0.5J + 0_0
...
None, True, False, __debug__
{**a, 'b': c, **(d)}
{a: b for a, b in c}
{a for a in b}
{*a, b}
[*a, (b)]
[a for b in c if d if e for f in g]
()
( )
(a,)
((a,))
[]
{}
(yield)
(yield a, b)
(yield from (a))
(a := 1)
a if b else c
(a) if (b) else (c)
1if 2else 3
é(f(é), g(é))
f"a{x}b"
f"{x!r:>{w}}"
"a" f"{x}" 'b' f"c"
rf"\n{x}\d"
f"\n{{{x}}}"
f"{x = }"
f"a{x=!s:>3}b"
f"{x:{y}{z}}"
f"{a['b']}"
f"" ""
f"{(lambda x: 1)}"
f"{x}" "{y}"
f"\N{BULLET}{x}\N{BULLET}"
f"{f(1)}é{f(2)}"
f"{a:b\n}"
f"{ {1: 2}[1] }"
f"{x,}{*y, z}"
f'{x:%H:%M}'
f"\{x}"
f"a\"{x}"
f\"""a"{x}\"""
f"{x:}"
f"{x!r:}"
fR"\{x}"
u"a" f"{x}" "b"
""".replace('\\"""', '"""')
    .strip("\n")
    .split("\n")
)

STATEMENTS = r"""
x = 1 ; y = 2,; z
x = 1, ; y
x = 1,  # c
a = b = (c, d) = [e, *f] = g
*a, b = c
*a, = c
(*a, b), c = d
a.b[c].d = e
x += yield
x = yield a, b
x @= y; x //= y; x **= y; x >>= y; x <<= y; x &= y; x |= y; x ^= y; x %= y; x /= y; x *= y; x -= y; x += y
x: int
x.y: int = 1
x[0]: (int) = (1)
x: int = 1, 2
del a, b
del (a, b)
del (a), b[1], c.d,
del(x)
global a, b
raise
raise a from b
raise(x)from(y)
assert a, b
assert (a, b)
import a . b as c, d
from . import a
from .. a . b import (c as d, e,)
from ... import *
from a import *  # c
from .a import b as c ;
for x in 1, : pass
for x, in (y): pass;
for x in *a, b: pass
for(a.b, c[d])in e: pass
while (a): b
with (a, b): pass
with (a): pass
with (a) as b: pass
with (a as b, c as d,): pass
with (a, b) as c: pass
with (a, b), c: pass
with a, (b): pass
with (yield): pass
with (a).b as c.d, e as f[0]: pass
with a as (b): pass
with (a) as [b, c]: pass
with open(a)as b,c:pass
if(x):pass
def f(a, /, b: int=1, *c: (int), d, e: 'x'=(2), **f: int) -> (int): pass
def f(a, b=1, /): pass
def f(a=1, /, *, b): pass
def f(*, a=1, b, **c,): pass
def f(*a: *b): pass
def f(): return
def f(): return (a), b,
class A(): pass
class A: pass
class A(B, *d, metaclass=C, **e): pass
lazy = 1; lazy.x; lazy(x); match = 1; match[a]; case = match(x); _ = type; type(x); type.x = 1
ﬁ = 1; f(ﬁ=2); x.ﬁ; import ﬁ.ﬁ as ﬁ
é = f(é); g()
""".strip("\n").split("\n")

TEXTS = [
    "",
    "# c",
    "\n\n",
    "'doc'",
    "x;y;z\n",
    "@a.b(c)\n@(d)\n\n# c\nclass A(B): pass",
    "@x\nasync def f(): pass",
    "@x\n\n# c\n@y()\ndef f(): pass",
    "async def f():\n async for x in y: await z\n else: pass\n async with a as b, (c) as (d), e: pass\n",
    "async def f():\n return [x async for x in y if 1 if 2 for z in x], (await a) + await b, (x async for y in z)\n",
    "def f():\n nonlocal a ,b ; x",
    "try: pass\nexcept: pass",
    "try: pass\nexcept (A, B) as c: pass\nexcept A: x\nelse: y\nfinally: z;",
    "try: pass\nexcept* A as b: pass\nexcept*(B): pass",
    "try: pass\nfinally: pass",
    "while (a): b\nelse: c",
    "if a: b\nelif c: d\nelif (e): f\nelse: g\n",
    "if a:\n b\nelse:\n if c: d\n",
    "if 1:\n  x;\n",
    "if 1: x ;  # c\n",
    "if a:\n b;\nelif c:\n d;\n# e\n",
    "try:\n x\nexcept A:\n y; \n# c\nelse:\n z ; # d\n",
    "def f(): pass ; \n\n# c\n",
    "class A:\n class B:\n  x\n # foo\n\n# bar",
    "class A:\n def f(self):\n  with a:\n   b;\n",
    "if 1:\n    x\n  # odd\n    y\n",
    "if 1:\n  x \\\n\n\ny",
    "\\\nx\n\\\nif a:\n b\n",
    "x\\\n=\\\n1",
    "assert x, (\n 'a'\n 'b' # c\n)",
    "f( # c\n a for a in b)",
    "f(\n  a, # c\n  b\n  )\n",
    "x = [  # )(\n]\n(\n# (\na,\n b # )\n)",
    "a[\n1\n:\n2\n]",
    "a[\n:\n], a[ : ], a[ : : ], a[b, c : ], a[b, c : : # d\n ], a[ : , ], a[ # :\n : # :\n]",
    "def f(\n a, # c\n b=2,\n): pass",
    "\fx = 1\n",
    "if 1:\n \f x\n y\n",
    "x\f = \f1\n",
    "def f():\n\f\n    x = f(1)\n\f    y\n",
    "x = (\n\f 1,\n\f f(2))\n",
    '"""a\n\fb""" + f()\n',
    "x = 1\r\ny = '''a\r\nb'''\r\n",
    "x = 'a\\\r\nb'\r\nf(x)",
    "a\rb = '''\r'''\rf(b)\r",
    "if 1:\n\tx\t=\t(1)\n",
    "x = 'é' + f('é'); '''é\né'''; f(x)",
    "f'''{\nx\n}'''",
    "f'\\\n{x}' f'''a\n\nb{y}\n'''",
    "match x:\n case 1: a;\n",
    "match (x, y), :\n case (1) | -1 | 1+2j | -1-2j | 'a' 'b' | b'': pass\n",
    "match x:\n case None | True | (False): a;\n case a.b.c: pass\n case {'a': 1, 'b': (x), **rest}: pass\n",
    "match x:\n case {}: pass\n case {**rest,}: pass\n case {-1: _}: pass\n case 1,: pass\n case 1, *_: pass\n",
    "match x,:\n case *_ , : pass\n case (*a, b): pass\n case [*a]: pass\n case []: pass\n case (): pass\n",
    "match x:\n case (a, ): pass\n case (1), (2) , : pass\n case (None), : pass\n case [a, b],: pass\n",
    "match x:\n case (a): pass\n",
    "match *a, b:\n case A(): pass\n case a.B(1, x, c=2, d=(y),): pass\n case A( ): pass\n case (A()) if (x): pass\n",
    "match x:\n case (a|b) as c: pass\n case ((a) as c): pass\n case [a as b, c]: pass\n case _: pass\n",
]

# What these make depends on the version that runs; where it does not know them, `NEWER` has the answer.
SINCE_312 = [
    "def f[T: int, *Ts, **P](): pass",
    "async def f[T: (int)](a: T) -> T: pass",
    "class A[T: (int, str)](B): x",
    "type X = int",
    "type X[T] = (list[T]) ; y",
    "@a\ndef f[T](): pass",
    'f"{x["a"]}"',
    'f"{f"{1}"}"',
    'f"{"\\n".join(a)}"',
    "f'{\na # c\n=}'",
    'f"{x:{y!r:{z}}}"',
]
SINCE_313 = [
    "f'{x!r  :>{y!s }} { z }' + f(a)",
    "class A[T = int, *Ts = *tuple[int], **P = [int]]: pass",
    "type A[T: int = (str), *Ts = *(a)] = T",
]


def translated(text: str) -> ast.Module:
    return translate(libcst.parse_module(text), text)


def parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def dump(tree: ast.Module) -> str:
    """Everything, except for what versions make differently of formatted strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            # 3.12 has empty texts in formats, and before it nothing inside has a place or a kind of its own.
            node.values = [item for item in node.values if getattr(item, "value", None) != ""]
            if sys.version_info < (3, 12):
                for inner in ast.walk(node):
                    if inner is not node and hasattr(inner, "lineno"):
                        vars(inner).update(dict.fromkeys(PLACE, 0))
                    if isinstance(inner, ast.Constant):
                        inner.kind = None
    return ast.dump(tree, include_attributes=True)


@pytest.mark.parametrize("text", [*EXPRESSIONS, *STATEMENTS, *TEXTS])
def test_trees_are_those_of_ast(text):
    assert dump(translated(text)) == dump(parsed(text))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python does not know the syntax")
@pytest.mark.parametrize("text", SINCE_312)
def test_trees_are_those_of_ast_since_3_12(text):
    assert dump(translated(text)) == dump(parsed(text))


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Python does not know the syntax")
@pytest.mark.parametrize("text", SINCE_313)
def test_trees_are_those_of_ast_since_3_13(text):
    assert dump(translated(text)) == dump(parsed(text))


def everything(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes from *node* on, also in fields that the running Python does not know."""
    yield node
    for field in vars(node).values():
        for item in field if isinstance(field, list) else [field]:
            if isinstance(item, ast.AST):
                yield from everything(item)


def sources(text: str, kind: type) -> list[str | None]:
    return [ast.get_source_segment(text, node) for node in everything(translated(text)) if isinstance(node, kind)]


NEWER = [
    ("def f[é, T: (int) = (g()), *Ts, **P](): pass", grammar.TypeVar, ["é", "T: (int) = (g())"]),
    ("class A[*Ts = *(a), **P = [b]]: pass", grammar.TypeVarTuple, ["*Ts = *(a)"]),
    ("class A[*Ts = *(a), **P = [b]]: pass", grammar.ParamSpec, ["**P = [b]"]),
    ("class A[*Ts = *(a), **P = [b]]: pass", ast.Starred, ["*(a)"]),
    ("type X[T] = (f(T)) ; y", grammar.TypeAlias, ["type X[T] = (f(T))"]),
    ("type X[T] = (f(T)) ; y", ast.Call, ["f(T)"]),
    ("type é = 'é'; f(1)", ast.Call, ["f(1)"]),
    ('x = "é" f"é{f("a")!r:>{g("b")}}é" + h()', ast.Call, ['f("a")', 'g("b")', "h()"]),
    ('f"{f"{f(1)}"}"', ast.Call, ["f(1)"]),
    ('f"a{ x }"', ast.FormattedValue, ["{ x }"]),
    ('f"a{{{x:b{{y}}}c" "d" f"{z=}"', ast.Constant, ["a{{", "b", 'c" "d" f"{z=']),
    ('t"é{f(x)!r:>{w}}b" + c', grammar.TemplateStr, ['t"é{f(x)!r:>{w}}b"']),
    ('t"é{f(x)!r:>{w}}b" + c', grammar.Interpolation, ["{f(x)!r:>{w}}"]),
    ('t"é{f(x)!r:>{g(w)}}b"', ast.Call, ["f(x)", "g(w)"]),
    ("try:\n a\nexcept A, b.B:\n c()\n", ast.Tuple, ["A, b.B"]),
    ("try:\n a\nexcept A, b.B:\n c()\n", ast.ExceptHandler, ["except A, b.B:\n c()"]),
    ("try:\n a\nexcept* A, B:\n c\n", ast.Tuple, ["A, B"]),
    ("lazy import a.b as c, d; e", ast.Import, ["lazy import a.b as c, d"]),
    ("lazy from . import (a, b)", ast.alias, ["a", "b"]),
    ("[*a() for a in b]", ast.Starred, ["*a()"]),
    ("{**f(a) for a in b}", ast.Call, ["f(a)"]),
]


@pytest.mark.parametrize(("text", "kind", "expected"), NEWER)
def test_newer_syntax_stands_where_it_is_written(text, kind, expected):
    assert sources(text, kind) == expected


def only(text: str) -> ast.stmt:
    (statement,) = translated(text).body
    return statement


def test_type_parameters_are_on_every_function_and_class():
    for text in ("def f(): pass", "async def f(): pass", "class A: pass"):
        assert only(text).type_params == []
    for text in (
        "def f[T: int = a, *Ts, **P](): pass",
        "class A[T: int = a, *Ts, **P]: pass",
        "type A[T, *Ts, **P] = 1",
    ):
        kinds = [type(item) for item in only(text).type_params]
        assert kinds == [grammar.TypeVar, grammar.TypeVarTuple, grammar.ParamSpec]
        assert [item.name for item in only(text).type_params] == ["T", "Ts", "P"]


def test_type_variables_have_bounds_and_defaults():
    first, second, third = only("def f[T: a = b, U: c, *Ts = *d](): pass").type_params
    assert [first.bound.id, first.default_value.id] == ["a", "b"]
    assert (second.bound.id, second.default_value) == ("c", None)
    assert third.default_value.value.id == "d"


def test_type_aliases_store_their_name():
    alias = only("type A[T] = list[T]")
    assert isinstance(alias, grammar.TypeAlias)
    assert isinstance(alias, ast.stmt)
    assert (alias.name.id, type(alias.name.ctx)) == ("A", ast.Store)
    assert ast.dump(alias.value) == ast.dump(ast.parse("list[T]", mode="eval").body)


def test_template_strings_keep_what_is_written():
    template = only(r't"\n{{{ a + b !r:>{w}}c{d=}"').value
    assert isinstance(template, grammar.TemplateStr)
    text, first, debugged, second = template.values
    assert text.value == "\n{"
    assert (first.str, first.conversion, ast.unparse(first.value)) == (" a + b", ord("r"), "a + b")
    # The fields of a format are those of a formatted string, not of a template.
    assert [type(item) for item in first.format_spec.values] == [ast.Constant, ast.FormattedValue]
    assert debugged.value == "cd="
    assert (second.str, second.conversion, second.format_spec) == ("d", ord("r"), None)


def test_lazy_imports_are_imports():
    assert ast.dump(only("lazy import a as b")).startswith("Import(names=[alias(name='a', asname='b')]")
    assert ast.dump(only("lazy from .a import b")).startswith("ImportFrom(module='a', names=[alias(name='b')]")
    assert only("lazy import a").is_lazy == only("lazy from a import *").is_lazy == 1
    assert not getattr(only("import a"), "is_lazy", 0)


def test_handlers_need_no_parentheses():
    newer, older = ("try: a\nexcept A, B: b", "try: a\nexcept (A, B): b")
    assert ast.dump(only(newer)) == ast.dump(only(older)) == ast.dump(ast.parse(older).body[0])


def test_unpacked_dictionaries_of_comprehensions_are_keys_without_values():
    comprehension = only("{**a for a in b}").value
    assert (comprehension.key.id, comprehension.value, len(comprehension.generators)) == ("a", None, 1)


@pytest.mark.parametrize("text", [r"'\N{no such letter}'", r"'\x1'", "b'é'", "9" * 5000])
def test_literals_that_python_refuses_are_syntax_errors(text):
    for parse in (parsed, translated):
        with pytest.raises(SyntaxError):
            parse(text)


def test_invalid_escapes_are_not_warned_about():
    assert translated(r"'\d'").body[0].value.value == r"\d"


@pytest.mark.parametrize("text", ["a" + " + a" * 300, "a" + " or a" * 300, "a" + ".b()" * 150, "'a' " * 300])
def test_long_chains_need_few_frames(text):
    module = libcst.parse_module(text)
    before = sys.getrecursionlimit()
    frame, depth = sys._getframe(), 0
    while frame := frame.f_back:
        depth += 1
    sys.setrecursionlimit(depth + 300 * 3)
    try:
        translate(module, text)
    finally:
        sys.setrecursionlimit(before)


LIBRARY = """
abc.py ast.py asyncio/locks.py asyncio/streams.py asyncio/taskgroups.py asyncio/timeouts.py bisect.py cmd.py codeop.py
colorsys.py compileall.py concurrent/futures/thread.py contextlib.py csv.py email/header.py fractions.py getopt.py
graphlib.py heapq.py html/parser.py importlib/metadata/__init__.py json/decoder.py keyword.py linecache.py operator.py
pprint.py quopri.py re/_parser.py reprlib.py shlex.py string.py tempfile.py textwrap.py types.py uuid.py wave.py
test/test_except_star.py test/test_fstring.py test/test_named_expressions.py test/test_patma.py
test/test_positional_only_arg.py
""".split()


@pytest.mark.parametrize("name", LIBRARY)
def test_trees_of_the_standard_library_are_those_of_ast(name):
    path = os.path.join(sysconfig.get_path("stdlib"), name)
    if not os.path.exists(path):
        pytest.skip("not in this installation")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert dump(translated(text)) == dump(parsed(text))
