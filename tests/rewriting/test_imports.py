"""Imports come to stand where a tidy author would write them, and go without leaving traces."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asset_lint.findings import Span
from asset_lint.rewriting.imports.changing import added, changed, removed
from asset_lint.rewriting.imports.inside import added_locally
from asset_lint.rewriting.imports.spelling import relative_spelling, style_for
from asset_lint.rewriting.imports.statements import Wanted
from asset_lint.rewriting.imports.uses import unused
from asset_lint.syntax.module import Module, analyse
from asset_lint.syntax.placing import Lines
from asset_lint.syntax.source import NEWLINE

OWN = frozenset({"proj"})
RUFF = shutil.which("ruff", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]))
LONG = "proj.a_package_with_a_name.and_a_module_with_a_longer_name"
WRAPPED = f"from {LONG}er import (\n    asset,\n    asset_key,\n    manager,\n)\n"
WIDE = "x = 'a line that is longer than eighty-eight columns, so that the file is one of those with 120'\n"


def module_of(text: str) -> Module:
    return Module(ast.parse(text), Lines(text))


def applied(text: str, edits: Sequence[tuple[Span, str]]) -> str:
    lines, end = Lines(text), len(text)
    for span, new in sorted(edits, key=lambda edit: edit[0], reverse=True):
        start = lines.starts[span.line - 1] + span.column - 1
        stop = lines.starts[span.end_line - 1] + span.end_column - 1
        assert start <= stop <= end, "edits overlap"
        text, end = text[:start] + new + text[stop:], start
    return text


def want(statement: str) -> list[Wanted]:
    """What a statement imports."""
    (node,) = ast.parse(statement).body
    if isinstance(node, ast.Import):
        return [Wanted(alias.name, "", alias.asname or "", plain=True) for alias in node.names]
    assert isinstance(node, ast.ImportFrom)
    return [Wanted(node.module or "", alias.name, alias.asname or "", node.level) for alias in node.names]


def wants(*statements: str) -> list[Wanted]:
    return [item for statement in statements for item in want(statement)]


def with_added(text: str, *statements: str) -> str:
    return applied(text, added(module_of(text), wants(*statements), OWN))


def with_removed(text: str, *names: str) -> str:
    return applied(text, removed(module_of(text), names))


MERGES = {
    "alone": ("from m import b\n", "from m import a", "from m import a, b\n"),
    "behind": ("from m import b\n", "from m import c", "from m import b, c\n"),
    "between": ("from m import a, c\n", "from m import b", "from m import a, b, c\n"),
    "unsorted": ("from m import c, a\n", "from m import b", "from m import c, a, b\n"),
    "constants, classes, functions": (
        "from m import MAX, Zebra, apple\n",
        "from m import Asset",
        "from m import MAX, Asset, Zebra, apple\n",
    ),
    "a constant": ("from m import Asset\n", "from m import MAX", "from m import MAX, Asset\n"),
    "one letter is no constant": ("from m import Asset, Z\n", "from m import B", "from m import Asset, B, Z\n"),
    "without regard to case": (
        "from m import apple, Banana, cherry\n",
        "from m import Cat",
        "from m import apple, Banana, Cat, cherry\n",
    ),
    "by code points": ("from m import B, _a, a\n", "from m import C", "from m import B, C, _a, a\n"),
    "numbers": ("from m import a2, a10\n", "from m import a9", "from m import a2, a9, a10\n"),
    "as the rest of the file": (
        "from m import apple\nfrom n import b, C, d\n",
        "from m import Banana",
        "from m import apple, Banana\nfrom n import b, C, d\n",
    ),
    "several": ("from m import b\n", "from m import c, a", "from m import a, b, c\n"),
    "relative": (
        "from .m import b\nfrom ..m import c\n",
        "from ..m import a",
        "from .m import b\nfrom ..m import a, c\n",
    ),
    "from the package": ("from . import b\n", "from . import a", "from . import a, b\n"),
    "not of another level": ("from .m import b\n", "from ..m import a", "from ..m import a\nfrom .m import b\n"),
    "comment": ("from m import b  # why\n", "from m import a", "from m import a, b  # why\n"),
    "in brackets": ("from m import (b, c)\n", "from m import a", "from m import (a, b, c)\n"),
    "in spaced brackets": ("from m import ( b, d )\n", "from m import c", "from m import ( b, c, d )\n"),
    "one on each line": (
        "from m import (\n    a,\n    c,\n)\n",
        "from m import b",
        "from m import (\n    a,\n    b,\n    c,\n)\n",
    ),
    "first of its lines": (
        "from m import (\n    b,\n    c,\n)\n",
        "from m import a",
        "from m import (\n    a,\n    b,\n    c,\n)\n",
    ),
    "last of its lines": ("from m import (\n    a,\n)\n", "from m import b", "from m import (\n    a,\n    b,\n)\n"),
    "last without comma": ("from m import (\n    a\n)\n", "from m import b", "from m import (\n    a,\n    b\n)\n"),
    "comments behind": (
        "from m import (  # all\n    a,  # one\n    c,  # three\n)  # end\n",
        "from m import b, d",
        "from m import (  # all\n    a,  # one\n    b,\n    c,  # three\n    d,\n)  # end\n",
    ),
    "comment behind the last without comma": (
        "from m import (\n    a,\n    b  # two\n)\n",
        "from m import c",
        "from m import (\n    a,\n    b,  # two\n    c\n)\n",
    ),
    "comments above": (
        "from m import (\n    # about b\n    b,\n    # about d\n    d,\n    # end\n)\n",
        "from m import a, c, e",
        "from m import (\n    a,\n    # about b\n    b,\n    c,\n    # about d\n    d,\n    e,\n    # end\n)\n",
    ),
    "hanging": (
        "from m import (a,\n               c)\n",
        "from m import b",
        "from m import (a,\n               b,\n               c)\n",
    ),
    "hanging, first": (
        "from m import (b,\n               c)\n",
        "from m import a",
        "from m import (a,\n               b,\n               c)\n",
    ),
    "hanging, last": (
        "from m import (a,\n               b)\n",
        "from m import c",
        "from m import (a,\n               b,\n               c)\n",
    ),
    "packed": (
        "from m import (\n    a, b, d,\n    e, f,\n)\n",
        "from m import c",
        "from m import (\n    a, b, c, d,\n    e, f,\n)\n",
    ),
    "packed, first of a line": (
        "from m import (\n    a, b,\n    d, e,\n)\n",
        "from m import c",
        "from m import (\n    a, b,\n    c, d, e,\n)\n",
    ),
    "tabs": ("from m import (\n\ta,\n\tc,\n)\n", "from m import b", "from m import (\n\ta,\n\tb,\n\tc,\n)\n"),
    "CRLF": (
        "from m import (\r\n    a,\r\n    c,\r\n)\r\n",
        "from m import b",
        "from m import (\r\n    a,\r\n    b,\r\n    c,\r\n)\r\n",
    ),
    "no line end": ("from m import a", "from m import b", "from m import a, b"),
    "wrapped at 88": (
        f"from {LONG} import asset, asset_key\n",
        f"from {LONG} import asset_manager",
        f"from {LONG} import (\n    asset,\n    asset_key,\n    asset_manager,\n)\n",
    ),
    "not wrapped below 120": (
        f"from {LONG} import asset, asset_key\n\n{WIDE}",
        f"from {LONG} import asset_manager",
        f"from {LONG} import asset, asset_key, asset_manager\n\n{WIDE}",
    ),
    "wrapped at 120": (
        f"from {LONG} import asset, asset_key, asset_key_failure\n\n{WIDE}",
        f"from {LONG} import asset_manager",
        f"from {LONG} import (\n    asset,\n    asset_key,\n    asset_key_failure,\n    asset_manager,\n)\n\n{WIDE}",
    ),
    "wrapped at 88, as other imports tell": (
        f"from {LONG} import asset, asset_key\n{WRAPPED}\n{WIDE}",
        f"from {LONG} import asset_manager",
        f"from {LONG} import (\n    asset,\n    asset_key,\n    asset_manager,\n)\n{WRAPPED}\n{WIDE}",
    ),
    "wrapped brackets": (
        f"from {LONG} import (asset, asset_id)\n",
        f"from {LONG} import asset_manager",
        f"from {LONG} import (\n    asset,\n    asset_id,\n    asset_manager,\n)\n",
    ),
    "wrapped with tabs and CRLF": (
        f"from {LONG} import asset, asset_key\r\n\r\n\r\ndef f():\r\n\tx\r\n",
        f"from {LONG} import asset_manager",
        f"from {LONG} import (\r\n\tasset,\r\n\tasset_key,\r\n\tasset_manager,\r\n)\r\n\r\n\r\ndef f():\r\n\tx\r\n",
    ),
    "noqa": ("from m import b  # noqa: F401\n", "from m import a", "from m import b  # noqa: F401\nfrom m import a\n"),
    "noqa inside": (
        "from m import (\n    b,  # noqa\n)\nx = 1\n",
        "from m import a",
        "from m import (\n    b,  # noqa\n)\nfrom m import a\nx = 1\n",
    ),
    "type comment": (
        "from m import b  # type: ignore\n",
        "from m import a",
        "from m import b  # type: ignore\nfrom m import a\n",
    ),
    "isort comment": (
        "from m import b  # isort:skip\n",
        "from m import a",
        "from m import b  # isort:skip\nfrom m import a\n",
    ),
    "backslash": (
        "from m import b, \\\n    c\nimport n\n",
        "from m import a",
        "from m import b, \\\n    c\nfrom m import a\nimport n\n",
    ),
    "semicolon": ("from m import b; x = 1\n", "from m import a", "from m import b; x = 1\nfrom m import a\n"),
    "star": ("from m import *\n", "from m import a", "from m import *\nfrom m import a\n"),
    "there already": ("from m import a\n", "from m import a", "from m import a\n"),
    "there already, renamed": ("from m import a as b\n", "from m import a as b", "from m import a as b\n"),
    "renamed apart": ("from m import c\n", "from m import a as b", "from m import a as b\nfrom m import c\n"),
    "renamed together": (
        "from m import c, d as e\n",
        "from m import a as b",
        "from m import a as b, c, d as e\n",
    ),
    "one in each statement": (
        "from m import a\nfrom m import c\n",
        "from m import b",
        "from m import a\nfrom m import b\nfrom m import c\n",
    ),
    "only for type checkers": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from m import a\n",
        "from m import b",
        "from typing import TYPE_CHECKING\n\nfrom m import b\n\nif TYPE_CHECKING:\n    from m import a\n",
    ),
    "in try": (
        "import os\n\ntry:\n    from m import a\nexcept ImportError:\n    a = None\n",
        "from m import b",
        "import os\n\nfrom m import b\n\ntry:\n    from m import a\nexcept ImportError:\n    a = None\n",
    ),
    "in a function": (
        "import os\n\n\ndef f():\n    from m import a\n",
        "from m import b",
        "import os\n\nfrom m import b\n\n\ndef f():\n    from m import a\n",
    ),
    "wide letters": ("from m import ä, ö\n", "from m import z", "from m import z, ä, ö\n"),
    "dots in words": ("from .important import b\n", "from .important import a", "from .important import a, b\n"),
}


@pytest.mark.parametrize(("before", "statement", "after"), MERGES.values(), ids=MERGES)
def test_a_name_joins_the_statement_of_its_module(before: str, statement: str, after: str) -> None:
    assert with_added(before, statement) == after


PLACES = {
    "empty": ("", "import a", "import a\n"),
    "blank": ("\n\n", "import a", "import a\n"),
    "docstring only": ('"""Doc."""\n', "import a", '"""Doc."""\n\nimport a\n'),
    "docstring only, no line end": ('"""Doc."""', "import a", '"""Doc."""\n\nimport a'),
    "docstring and CRLF": ('"""Doc."""\r\n', "import a", '"""Doc."""\r\n\r\nimport a\r\n'),
    "docstring and code": ('"""Doc."""\n\nx = 1\n', "import a", '"""Doc."""\n\nimport a\n\nx = 1\n'),
    "docstring and code at once": ('"""Doc."""\nx = 1\n', "import a", '"""Doc."""\n\nimport a\n\nx = 1\n'),
    "docstring far from code": ('"""Doc."""\n\n\nx = 1\n', "import a", '"""Doc."""\n\nimport a\n\nx = 1\n'),
    "docstring of lines": ('"""\nDoc.\n"""\n\nx = 1\n', "import a", '"""\nDoc.\n"""\n\nimport a\n\nx = 1\n'),
    "docstring and semicolon": ('"""Doc."""; x = 1\ny = 2\n', "import a", '"""Doc."""; x = 1\n\nimport a\n\ny = 2\n'),
    "code": ("x = 1\n", "import a", "import a\n\nx = 1\n"),
    "code without line end": ("x = 1", "import a", "import a\n\nx = 1"),
    "function": ("def f(): ...\n", "import a", "import a\n\n\ndef f(): ...\n"),
    "decorated class": ("@d\nclass C: ...\n", "import a", "import a\n\n\n@d\nclass C: ...\n"),
    "docstring and function": (
        '"""Doc."""\n\n\ndef f(): ...\n',
        "import a",
        '"""Doc."""\n\nimport a\n\n\ndef f(): ...\n',
    ),
    "function with comment": ("# about f\ndef f(): ...\n", "import a", "import a\n\n\n# about f\ndef f(): ...\n"),
    "comment far from a function": (
        '"""Doc."""\n\n\n# about\n\n\ndef f(): ...\n',
        "import a",
        '"""Doc."""\n\nimport a\n\n# about\n\n\ndef f(): ...\n',
    ),
    "old Mac": ("x = 1\ry = 2\r", "import a", "import a\r\rx = 1\ry = 2\r"),
    "shebang": ("#!/usr/bin/python\nx = 1\n", "import a", "#!/usr/bin/python\n\nimport a\n\nx = 1\n"),
    "shebang and coding": (
        "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n\nx = 1\n",
        "import a",
        "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n\nimport a\n\nx = 1\n",
    ),
    "licence": (
        "# Copyright Somebody\n# Licence: MIT\n\n# about x\nx = 1\n",
        "import a",
        "# Copyright Somebody\n# Licence: MIT\n\nimport a\n\n# about x\nx = 1\n",
    ),
    "shebang, then licence": (
        "#!/usr/bin/python\n\n# SPDX-License-Identifier: MIT\n\ndef f(): ...\n",
        "import a",
        "#!/usr/bin/python\n\n# SPDX-License-Identifier: MIT\n\nimport a\n\n\ndef f(): ...\n",
    ),
    "licence behind docstring": (
        '"""Doc."""\n# Copyright Somebody\n\nx = 1\n',
        "import a",
        '"""Doc."""\n# Copyright Somebody\n\nimport a\n\nx = 1\n',
    ),
    "only comments": ("# about\n", "import a", "# about\n\nimport a\n"),
    "licence above imports": (
        "# Copyright Somebody\nimport b\n",
        "import a",
        "# Copyright Somebody\nimport a\nimport b\n",
    ),
    "future": (
        "from __future__ import annotations\n\nx = 1\n",
        "import a",
        "from __future__ import annotations\n\nimport a\n\nx = 1\n",
    ),
    "future behind docstring": (
        '"""Doc."""\n\nfrom __future__ import annotations\n',
        "import os",
        '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n',
    ),
    "future and no blank line": (
        "from __future__ import annotations\nimport os\n",
        "import abc",
        "from __future__ import annotations\nimport abc\nimport os\n",
    ),
    "future, then code": (
        'from __future__ import annotations\n\n__all__ = ["x"]\n\nimport os\n',
        "import abc",
        'from __future__ import annotations\n\n__all__ = ["x"]\n\nimport abc\nimport os\n',
    ),
    "sorted": ("import abc\nimport sys\n", "import os", "import abc\nimport os\nimport sys\n"),
    "unsorted": ("import sys\nimport abc\n", "import os", "import sys\nimport abc\nimport os\n"),
    "imports first": ("import sys\nfrom abc import A\n", "import zlib", "import sys\nimport zlib\nfrom abc import A\n"),
    "from first": (
        "from sys import A\nimport os\n",
        "from zlib import Z",
        "from sys import A\nfrom zlib import Z\nimport os\n",
    ),
    "mixed": (
        "from abc import A\nimport os\nfrom sys import argv\n",
        "from pathlib import Path",
        "from abc import A\nimport os\nfrom pathlib import Path\nfrom sys import argv\n",
    ),
    "dotted": (
        "import os.path\nimport sys as s\n",
        "import os as o",
        "import os as o\nimport os.path\nimport sys as s\n",
    ),
    "group": (
        "import os\n\nimport requests\n\nfrom proj import a\n",
        "import attrs",
        "import os\n\nimport attrs\nimport requests\n\nfrom proj import a\n",
    ),
    "missing group between": (
        "import os\n\nfrom proj import a\n",
        "import requests",
        "import os\n\nimport requests\n\nfrom proj import a\n",
    ),
    "missing group behind": ("import os\n\n\nx = 1\n", "import proj.a", "import os\n\nimport proj.a\n\n\nx = 1\n"),
    "missing group before": ("import proj.a\n", "import os", "import os\n\nimport proj.a\n"),
    "missing group at the end of the file": ("import os", "from proj import a", "import os\n\nfrom proj import a"),
    "several groups": (
        "import os\n",
        "from .x import y; from proj import a; import requests",
        "import os\n\nimport requests\n\nfrom proj import a\n\nfrom .x import y\n",
    ),
    "groups without blank lines": (
        "import os\nimport requests\nfrom .a import b\n",
        "from proj import c",
        "import os\nimport requests\nfrom proj import c\nfrom .a import b\n",
    ),
    "third-party and own in one group": (
        "import os\n\nimport attrs\nimport proj.b\n\nx = 1\n",
        "import proj.a",
        "import os\n\nimport attrs\nimport proj.a\nimport proj.b\n\nx = 1\n",
    ),
    "further parents first": (
        "from ..b import c\nfrom .a import d\n",
        "from ...z import e",
        "from ...z import e\nfrom ..b import c\nfrom .a import d\n",
    ),
    "nearest first": (
        "from .a import d\nfrom ..b import c\n",
        "from ...z import e",
        "from .a import d\nfrom ..b import c\nfrom ...z import e\n",
    ),
    "package itself": ("from .a import b\n", "from . import c", "from . import c\nfrom .a import b\n"),
    "heading": (
        "# Standard library\nimport os\n\n# Third party\nimport requests\n",
        "import attrs",
        "# Standard library\nimport os\n\n# Third party\nimport attrs\nimport requests\n",
    ),
    "comment of an import": (
        "import os\n\n# needed early\nimport requests\n",
        "import attrs",
        "import os\n\nimport attrs\n\n# needed early\nimport requests\n",
    ),
    "comment inside of a group": (
        "import abc\n\n# first\nimport os\n",
        "import argparse",
        "import abc\nimport argparse\n\n# first\nimport os\n",
    ),
    "comment behind": (
        "import abc  # a\nimport os  # o\n",
        "import json",
        "import abc  # a\nimport json\nimport os  # o\n",
    ),
    "semicolons": (
        "import abc; import sys\nimport zlib\n",
        "import os",
        "import abc; import sys\nimport os\nimport zlib\n",
    ),
    "semicolons, before": ("import os; import sys\n", "import abc", "import abc\nimport os; import sys\n"),
    "semicolons over lines": (
        "import abc; \\\n    import sys\nx = 1\n",
        "import os",
        "import abc; \\\n    import sys\nimport os\nx = 1\n",
    ),
    "code on the line of the import": (
        'import sys; sys.path.insert(0, "x")\nfrom proj.b import c\n',
        "from proj.a import d",
        'import sys; sys.path.insert(0, "x")\nfrom proj.a import d\nfrom proj.b import c\n',
    ),
    "path": (
        'import sys\n\nsys.path.insert(0, "x")\n\nfrom proj.b import c\n\ny = c()\n',
        "from proj.d import e",
        'import sys\n\nsys.path.insert(0, "x")\n\nfrom proj.b import c\nfrom proj.d import e\n\ny = c()\n',
    ),
    "path twice": (
        'import sys\nsys.path.append("x")\nimport proj\nsys.path.append("y")\nimport proj.z\n',
        "import proj.a",
        'import sys\nsys.path.append("x")\nimport proj\nsys.path.append("y")\nimport proj.a\nimport proj.z\n',
    ),
    "the project at the end, because of a cycle": (
        "import os\n\n\nclass C: ...\n\n\nfrom proj.b import D\n",
        "from proj.a import Base",
        "import os\n\nfrom proj.a import Base\n\n\nclass C: ...\n\n\nfrom proj.b import D\n",
    ),
    "path, but another module": (
        'import sys\n\nsys.path.insert(0, "x")\n\nfrom proj.b import c\n',
        "import os",
        'import os\nimport sys\n\nsys.path.insert(0, "x")\n\nfrom proj.b import c\n',
    ),
    "code first": ("__version__ = '1'\n\nimport sys\n", "import os", "__version__ = '1'\n\nimport os\nimport sys\n"),
    "definition first": (
        "def f(): ...\n\n\nimport sys\n",
        "import os",
        "import os\n\n\ndef f(): ...\n\n\nimport sys\n",
    ),
    "conditional imports only": (
        "if x:\n    import a\nelse:\n    import b\n",
        "import os",
        "import os\n\nif x:\n    import a\nelse:\n    import b\n",
    ),
    "between conditional imports": (
        "try:\n    import a\nexcept ImportError:\n    pass\nimport c\n",
        "import b",
        "try:\n    import a\nexcept ImportError:\n    pass\nimport b\nimport c\n",
    ),
    "no blank line behind": ("import os\nx = 1\n", "import sys", "import os\nimport sys\nx = 1\n"),
    "no line end": ("import os", "import sys", "import os\nimport sys"),
    "CRLF": ("import os\r\n\r\nx = 1\r\n", "import req", "import os\r\n\r\nimport req\r\n\r\nx = 1\r\n"),
    "continued": ("import os\\\n\nx = 1\n", "import sys", "import os\\\n\nimport sys\nx = 1\n"),
    "long": (
        "import os\n",
        f"from {LONG} import asset_manager_and_more_words",
        f"import os\n\nfrom {LONG} import (\n    asset_manager_and_more_words,\n)\n",
    ),
    "several names": ("import os\n", "from proj import b, a, C", "import os\n\nfrom proj import C, a, b\n"),
    "same module, renamed": (
        "import os\n",
        "from proj import b, a as c",
        "import os\n\nfrom proj import a as c\nfrom proj import b\n",
    ),
}


@pytest.mark.parametrize(("before", "statements", "after"), PLACES.values(), ids=PLACES)
def test_a_new_statement_finds_its_place(before: str, statements: str, after: str) -> None:
    assert with_added(before, *statements.split("; ")) == after


LOCAL = {
    "code": ("def f():\n    x\n", 2, "def f():\n    import a\n\n    x\n"),
    "docstring": ('def f():\n    """D."""\n    x\n', 3, 'def f():\n    """D."""\n    import a\n\n    x\n'),
    "docstring and blank": ('def f():\n    """D."""\n\n    x\n', 4, 'def f():\n    """D."""\n    import a\n\n    x\n'),
    "only a docstring": ('def f():\n    """D."""\n', 2, 'def f():\n    """D."""\n    import a\n'),
    "no line end": ('def f():\n    """D."""', 2, 'def f():\n    """D."""\n    import a'),
    "imports": ("def f():\n    import b\n    x\n", 3, "def f():\n    import b\n    import a\n    x\n"),
    "there already": ("def f():\n    import a\n    x\n", 3, "def f():\n    import a\n    x\n"),
    "tabs": ("def f():\n\tx\n", 2, "def f():\n\timport a\n\n\tx\n"),
    "CRLF": ("def f():\r\n    x\r\n", 2, "def f():\r\n    import a\r\n\r\n    x\r\n"),
    "async": ("async def f():\n    x\n", 2, "async def f():\n    import a\n\n    x\n"),
    "method": (
        "class C:\n    def f(self):\n        # why\n        x\n",
        4,
        "class C:\n    def f(self):\n        import a\n\n        # why\n        x\n",
    ),
    "type comment": (
        "def f(p):\n    # type: (int) -> int\n    x\n",
        3,
        "def f(p):\n    # type: (int) -> int\n    import a\n\n    x\n",
    ),
    "inner": (
        "def f():\n    def g():\n        x\n    return g\n",
        3,
        "def f():\n    def g():\n        import a\n\n        x\n    return g\n",
    ),
    "outer": (
        "def f():\n    y\n    def g():\n        x\n    return g\n",
        5,
        "def f():\n    import a\n\n    y\n    def g():\n        x\n    return g\n",
    ),
    "decorator of an inner function": (
        "def f():\n    @x\n    def g():\n        y\n",
        2,
        "def f():\n    import a\n\n    @x\n    def g():\n        y\n",
    ),
    "default of an inner function": (
        "def f():\n    def g(\n        p=x,\n    ):\n        y\n",
        3,
        "def f():\n    import a\n\n    def g(\n        p=x,\n    ):\n        y\n",
    ),
    "lambda": (
        "def f():\n    return lambda: (\n        x\n    )\n",
        3,
        "def f():\n    import a\n\n    return lambda: (\n        x\n    )\n",
    ),
    "class inside": ("def f():\n    class C:\n        x\n", 3, "def f():\n    import a\n\n    class C:\n        x\n"),
    "semicolons": ("def f():\n    x; y\n", 2, "def f():\n    import a\n\n    x; y\n"),
}


@pytest.mark.parametrize(("before", "line", "after"), LOCAL.values(), ids=LOCAL)
def test_an_import_goes_into_a_function(before: str, line: int, after: str) -> None:
    edits = added_locally(module_of(before), want("import a"), line)

    assert edits is not None
    assert applied(before, edits) == after


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x\n", 1),
        ("def f(): return x\n", 1),
        ("def f(p): x(); y()\n", 1),
        ("def f(): \\\n    return x\n", 2),
        ("def f():\n    def g(): return x\n", 2),
        ('def f():\n    """D."""; x\n', 2),
        ("@x\ndef f():\n    y\n", 1),
        ("def f(p=x):\n    y\n", 1),
        ("def f(\n    p: x,\n):\n    y\n", 2),
        ("class C:\n    x\n", 2),
        ("g = lambda: x\n", 1),
        ("def f():\n    global a\n    x\n", 3),
    ],
)
def test_some_functions_have_no_room_for_an_import(text: str, line: int) -> None:
    assert added_locally(module_of(text), want("import a"), line) is None


REMOVALS = {
    "the first name": ("from m import a, b\n", "a", "from m import b\n"),
    "the last name": ("from m import a, b\n", "b", "from m import a\n"),
    "the middle name": ("from m import a, b, c\n", "b", "from m import a, c\n"),
    "a renamed name": ("from m import a as x, b\n", "x", "from m import b\n"),
    "by the local name": ("from m import a as x, b\n", "a", "from m import a as x, b\n"),
    "of modules": ("import a, b\n", "a", "import b\n"),
    "in brackets": ("from m import (a, b)\n", "a", "from m import (b)\n"),
    "a line": ("from m import (\n    a,\n    b,\n)\n", "a", "from m import (\n    b,\n)\n"),
    "the last line": ("from m import (\n    a,\n    b\n)\n", "b", "from m import (\n    a\n)\n"),
    "a line with comment": (
        "from m import (\n    a,  # one\n    b,  # two\n)\n",
        "b",
        "from m import (\n    a,  # one\n)\n",
    ),
    "comments above stay": (
        "from m import (\n    # one\n    a,\n    # two\n    b,\n)\n",
        "a b",
        "",
    ),
    "a comment above stays": (
        "from m import (\n    # one\n    a,\n    # two\n    b,\n)\n",
        "a",
        "from m import (\n    # one\n    # two\n    b,\n)\n",
    ),
    "the last comment above stays": (
        "from m import (\n    a,\n    # two\n    b)\n",
        "b",
        "from m import (\n    a\n    # two\n)\n",
    ),
    "hanging": ("from m import (a,\n               b)\n", "a", "from m import (b)\n"),
    "hanging with comment": ("from m import (a,  # one\n               b)\n", "b", "from m import (a  # one\n)\n"),
    "packed": ("from m import (\n    a, b,\n    c, d,\n)\n", "c", "from m import (\n    a, b,\n    d,\n)\n"),
    "backslash": ("from m import a, \\\n    b\n", "b", "from m import a\n"),
    "backslash, first": ("from m import a, \\\n    b\n", "a", "from m import b\n"),
    "CRLF": ("from m import (\r\n    a,\r\n    b,\r\n)\r\n", "a", "from m import (\r\n    b,\r\n)\r\n"),
    "leading commas stay": ("from m import (\n    a\n    , b\n)\n", "a", "from m import (\n    a\n    , b\n)\n"),
    "a statement": ("import a\nimport b\n", "a", "import b\n"),
    "a statement and its comment": ("import a  # why\nimport b\n", "a", "import b\n"),
    "a statement of lines": ("from m import (\n    a,\n)\nimport b\n", "a", "import b\n"),
    "the only one": ("import a\n", "a", ""),
    "the first before a function": ("import a\n\n\ndef f(): ...\n", "a", "def f(): ...\n"),
    "the last before a function": ("import a\nimport b\n\n\ndef f(): ...\n", "b", "import a\n\n\ndef f(): ...\n"),
    "behind a docstring": ('"""D."""\n\nimport a\n\n\ndef f(): ...\n', "a", '"""D."""\n\n\ndef f(): ...\n'),
    "behind a docstring, nothing else": ('"""D."""\n\nimport a\n', "a", '"""D."""\n'),
    "without line end": ("import a\nimport b", "b", "import a"),
    "without line end, CRLF": ("import a\r\n\r\nimport b", "b", "import a"),
    "a group": ("import a\n\nimport b\nimport c\n\nimport d\n", "b c", "import a\n\nimport d\n"),
    "two groups": ("import a\n\nimport b\n\nimport c\n\nx = 1\n", "b c", "import a\n\nx = 1\n"),
    "a comment of its own stays": (
        "import a\n\n# about b\nimport b\n\nx = 1\n",
        "b",
        "import a\n\n# about b\n\nx = 1\n",
    ),
    "of semicolons, first": ("import a; import b; x = 1  # c\n", "a", "import b; x = 1  # c\n"),
    "of semicolons, two": ("import a; import b; x = 1\n", "a b", "x = 1\n"),
    "of semicolons, last": ("x = 1; import a; import b\n", "a b", "x = 1\n"),
    "of semicolons, all": ("import a; import b\nx = 1\n", "a b", "x = 1\n"),
    "of semicolons, a name": ("from m import a, b; x = 1\n", "a", "from m import b; x = 1\n"),
    "of semicolons over lines": ("import a; \\\n    import b\nx = 1\n", "a b", "x = 1\n"),
    "for type checkers": (
        "import os\n\nif TYPE_CHECKING:\n    from m import a\n\n\nclass C: ...\n",
        "a",
        "import os\n\n\nclass C: ...\n",
    ),
    "for type checkers, one of two": (
        "if TYPE_CHECKING:\n    from m import a\n\n    from n import b\n",
        "a",
        "if TYPE_CHECKING:\n    from n import b\n",
    ),
    "for type checkers, one line": ("if typing.TYPE_CHECKING: import a\nx = 1\n", "a", "x = 1\n"),
    "for type checkers, else": (
        "if TYPE_CHECKING:\n    from m import a\nelse:\n    a = None\n",
        "a",
        "if TYPE_CHECKING:\n    pass\nelse:\n    a = None\n",
    ),
    "for type checkers, comment": (
        "if TYPE_CHECKING:\n    # why\n    from m import a\nx = 1\n",
        "a",
        "if TYPE_CHECKING:\n    # why\n    pass\nx = 1\n",
    ),
    "not for type checkers": (
        "if not TYPE_CHECKING:\n    from m import a\n",
        "a",
        "if not TYPE_CHECKING:\n    from m import a\n",
    ),
    "in a function": ("def f():\n    import a\n\n    x\n", "a", "def f():\n    x\n"),
    "in a function, all": (
        "def f():\n    import a  # why\n    import b\n\n\ny = 1\n",
        "a b",
        "def f():\n    pass\n\n\ny = 1\n",
    ),
    "in a function, one line": ("def f(): import a\n", "a", "def f(): pass\n"),
    "in a function, one line with more": ("def f(): import a; x\n", "a", "def f(): x\n"),
    "in a function, behind a docstring": (
        'def f():\n    """D."""\n    import a\n',
        "a",
        'def f():\n    """D."""\n',
    ),
    "in a function, for type checkers": (
        "def f():\n    if TYPE_CHECKING:\n        import a\n",
        "a",
        "def f():\n    pass\n",
    ),
    "in a method": (
        "class C:\n    def f(self):\n        import a\n        return 1\n",
        "a",
        "class C:\n    def f(self):\n        return 1\n",
    ),
    "everywhere": (
        "from m import a\n\n\ndef f():\n    from m import a\n    return 1\n",
        "a",
        "def f():\n    return 1\n",
    ),
    "in try": (
        "try:\n    import a\nexcept E:\n    import b as a\n",
        "a",
        "try:\n    import a\nexcept E:\n    import b as a\n",
    ),
    "in if": ("if x:\n    import a\n", "a", "if x:\n    import a\n"),
    "in a class": ("class C:\n    import a\n", "a", "class C:\n    import a\n"),
    "noqa": (
        "import a  # noqa: F401\nimport b  # pragma: no cover\n",
        "a b",
        "import a  # noqa: F401\nimport b  # pragma: no cover\n",
    ),
    "noqa inside": (
        "from m import (\n    a,  # noqa: F401\n    b,\n)\n",
        "a b",
        "from m import (\n    a,  # noqa: F401\n)\n",
    ),
    "noqa at the end": (
        "from m import (\n    a,\n    b,\n)  # noqa\n",
        "a",
        "from m import (\n    a,\n    b,\n)  # noqa\n",
    ),
    "explicit re-export": ("import a as a\nfrom m import b as b\n", "a b", "import a as a\nfrom m import b as b\n"),
    "future": ("from __future__ import annotations\n", "annotations", "from __future__ import annotations\n"),
    "star": ("from m import *\n", "m", "from m import *\n"),
    "dotted": ("import a.b.c\nimport d\n", "a", "import d\n"),
    "dotted, by its last part": ("import a.b.c\n", "c b", "import a.b.c\n"),
    "dotted, one of several": ("import a.b\nimport a.c\n", "a", "import a.b\nimport a.c\n"),
    "dotted beside its package": ("import a\nimport a.c\n", "a", "import a\nimport a.c\n"),
    "dotted and renamed": ("import a.b as c\nimport a.d as e\n", "c", "import a.d as e\n"),
    "unknown": ("import a\n", "z", "import a\n"),
    "behind a backslash": ("\\\nimport a\nx = 1\n", "a", "x = 1\n"),
}


@pytest.mark.parametrize(("before", "names", "after"), REMOVALS.values(), ids=REMOVALS)
def test_an_import_goes_away(before: str, names: str, after: str) -> None:
    assert with_removed(before, *names.split()) == after


CHANGES = {
    "in one statement": ("from m import Old, b\n", "from m import New", "Old", "from m import New, b\n"),
    "the only name of it": ("from m import Old\n", "from m import New", "Old", "from m import New\n"),
    "on a line of it": (
        "from m import (\n    Old,  # why\n    b,\n)\n",
        "from m import New",
        "Old",
        "from m import (\n    New,\n    b,\n)\n",
    ),
    "another module": (
        "import os\n\nfrom proj.old import Old\n\n\nclass C: ...\n",
        "from proj.new import New",
        "Old",
        "import os\n\nfrom proj.new import New\n\n\nclass C: ...\n",
    ),
    "another module, without line end": (
        "from proj.old import Old",
        "from proj.new import New",
        "Old",
        "from proj.new import New",
    ),
    "another group": (
        "import os\n\nimport old\n\n\nclass C: ...\n",
        "from proj.new import New",
        "old",
        "import os\n\nfrom proj.new import New\n\n\nclass C: ...\n",
    ),
    "the only group": ("import old\n\nx = 1\n", "from proj import New", "old", "from proj import New\n\nx = 1\n"),
    "before the only group": ("from proj import Old\n\nx = 1\n", "import os", "Old", "import os\n\nx = 1\n"),
    "out of what type checkers see": (
        "import typing as t\n\nif t.TYPE_CHECKING:\n    from proj import Asset, Manager\n\nx = 1\n",
        "from proj import Manager",
        "Manager",
        "import typing as t\n\nfrom proj import Manager\n\nif t.TYPE_CHECKING:\n    from proj import Asset\n\nx = 1\n",
    ),
    "all of what type checkers see": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from proj import Manager\n\n\ndef f(): ...\n",
        "from proj import Manager",
        "Manager TYPE_CHECKING",
        "from proj import Manager\n\n\ndef f(): ...\n",
    ),
    "nothing but what type checkers see": (
        '"""D."""\n\nif TYPE_CHECKING:\n    from proj import Manager\n\n\ndef f(): ...\n',
        "from proj import Manager",
        "Manager",
        '"""D."""\n\nfrom proj import Manager\n\n\ndef f(): ...\n',
    ),
    "what is wanted stays": ("from m import a\n", "from m import a", "a", "from m import a\n"),
    "the same name from elsewhere": (
        "from old import a\n\nx = a\n",
        "from new import a",
        "a",
        "from new import a\n\nx = a\n",
    ),
    "the last of a file": ('"""D."""\n\nimport old\n', "import new", "old", '"""D."""\n\nimport new\n'),
    "on a shared line": ("import old; x = 1\n", "import new", "old", "import new\n\nx = 1\n"),
    "too long, then short enough": (
        f"from {LONG} import asset, asset_key\n",
        f"from {LONG} import asset_manager",
        "asset_key asset",
        f"from {LONG} import asset_manager\n",
    ),
}


@pytest.mark.parametrize(("before", "statement", "names", "after"), CHANGES.values(), ids=CHANGES)
def test_one_import_takes_the_place_of_another(before: str, statement: str, names: str, after: str) -> None:
    assert applied(before, changed(module_of(before), want(statement), names.split(), OWN)) == after


def test_edits_count_columns_in_code_points() -> None:
    edits = removed(module_of("ä = 'ö'; import a; import ü\n"), ["a"])

    assert edits == [(Span(1, 10, 1, 20), "")]


def test_edits_leave_room_for_others_on_their_line() -> None:
    text = "import old; x = old.C()\n"
    edits = [*removed(module_of(text), ["old"]), (Span(1, 17, 1, 24), "f()")]

    assert applied(text, edits) == "x = f()\n"


def test_newer_syntax_is_read_as_well() -> None:
    text = "from m import (\n    b,\n)\ntype X = int\ndef f[T](x: T) -> T:\n    import a\n    return t'{x}'\n"

    def work(module: Module) -> tuple[str, str]:
        inside = added_locally(module, want("import c"), 7)
        return applied(text, changed(module, want("from m import c"), ["a"], OWN)), applied(text, inside or [])

    outside, inside = analyse(text.encode(), work)
    assert outside == text.replace("    b,\n", "    b,\n    c,\n").replace("    import a\n", "")
    assert inside == text.replace("import a\n", "import a\n    import c\n")


@pytest.mark.parametrize(
    ("text", "is_used"),
    [
        ("import a\n", False),
        ("import a\na\n", True),
        ("import a\ndef f():\n    del a\n", True),
        ("import a\nx: 'list[a]'\n", True),
        ("import a\nx: 'list[ab]'\n", False),
        ("import a\n__all__ = ['a']\n", True),
        ('"""About a."""\nimport a\n', False),
        ('import a\ndef f():\n    """About a."""\n', False),
        ('import a\nclass C:\n    """About a."""\n    x = "a.b"\n', True),
        ("import a\nx = b.a\n", False),
        ("import a\ndef f(a): ...\n", False),
        ("import a\ndef f():\n    global a\n", True),
        ("import a\nx = []  # type: list[a]\n", True),
        ("import a\nx = []  # about a\n", False),
        ("import a.b\na.b\n", True),
    ],
)
def test_what_nothing_uses(text: str, is_used: bool) -> None:
    assert unused(module_of(text), ["a", "z"]) == ({"z"} if is_used else {"a", "z"})


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("", "absolute"),
        ("from . import x\n", "relative"),
        ("def f():\n    from ..x import y\n", "relative"),
        ("from . import x\nfrom proj.a import b\n", "absolute"),
        ("from . import x\nimport proj.a as b\n", "absolute"),
        ("from . import x\nimport other\n", "relative"),
        ("from proj.a import b\n", "absolute"),
    ],
)
def test_how_a_file_imports_from_its_own_package(text: str, style: str) -> None:
    assert style_for(module_of(text), "proj.sub", "proj.sub.m") == style
    assert style_for(module_of(text), "proj.sub", "other.m") == "absolute"


@pytest.mark.parametrize(
    ("package", "source", "spelled"),
    [
        ("proj", "proj.a", (1, "a")),
        ("proj", "proj", (1, "")),
        ("proj.sub", "proj.sub.a.b", (1, "a.b")),
        ("proj.sub", "proj.sub", (1, "")),
        ("proj.sub", "proj.a", (2, "a")),
        ("proj.sub", "proj", (2, "")),
        ("proj.sub.more", "proj.a.b", (3, "a.b")),
        ("proj", "project.a", None),
        ("", "proj", None),
    ],
)
def test_a_relative_spelling(package: str, source: str, spelled: tuple[int, str] | None) -> None:
    assert relative_spelling(package, source) == spelled


NAMES = ["a", "b", "Asset", "MAX", "manager", "zebra", "Über"]
MODULES = ["os", "abc", "requests", "proj", "proj.b", "proj.z"]
FROMS = [*MODULES, ".", ".m", "..", "..m.n"]


@st.composite
def import_lines(draw: st.DrawFn) -> str:
    """A statement in one of the layouts that people use."""
    if draw(st.booleans()):
        modules = draw(st.lists(st.sampled_from(MODULES), min_size=1, max_size=3, unique=True))
        return f"import {', '.join(modules)}{draw(st.sampled_from(['', '  # why', '  # noqa', ';']))}"
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    names = [name + draw(st.sampled_from(["", "", "", " as other"])) for name in names]
    layout = draw(
        st.sampled_from(
            [
                "{0}",
                "({0})",
                "({0},)  # why",
                "(\n    {1},\n)",
                "(\n    {1}\n)",
                "({2})",
                "(  # why\n    {3},  # last\n    # end\n)",
                "{4}",
                "{0}; import sys",
            ]
        )
    )
    separators = [", ", ",\n    ", ",\n      ", ",  # one\n\n    # next\n    ", ", \\\n    "]
    written = layout.format(*(separator.join(names) for separator in separators))
    return f"from {draw(st.sampled_from(FROMS))} import {written}"


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A module with imports at its top, and maybe below."""
    head = draw(
        st.sampled_from(["", "#!/usr/bin/python\n", '"""Doc."""\n\n', "# Copyright\n\n", "\n", '"""a"""\n# b\n'])
    )
    future = draw(
        st.sampled_from(["", "from __future__ import annotations\n", "from __future__ import annotations\n\n"])
    )
    ends = st.sampled_from(["\n", "\n", "\n\n", "\n# about\n", "\n\n# Third party\n"])
    block = "".join(line + draw(ends) for line in draw(st.lists(import_lines(), max_size=6)))
    rest = draw(
        st.sampled_from(
            [
                "",
                "\n\ndef f():\n    return a\n",
                "x = 1\n",
                "if TYPE_CHECKING:\n    from proj import a\n\n\nclass C:\n    def f(self):\n        import os\n",
                "try:\n    import os\nexcept ImportError:\n    pass\n",
                'sys.path.insert(0, "x")\nfrom proj import b\n\nx = 1',
            ]
        )
    )
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    return f"{head}{future}{block}{rest}".replace("\n", newline)


@st.composite
def needs(draw: st.DrawFn) -> list[Wanted]:
    froms = st.sampled_from(FROMS).map(lambda source: re.fullmatch(r"(\.*)(.*)", source))
    items: st.SearchStrategy[Wanted] = st.one_of(
        st.builds(
            lambda match, name, alias: Wanted(match[2], name, alias, len(match[1])),
            froms,
            st.sampled_from(NAMES),
            st.sampled_from(["", "", "other"]),
        ),
        st.builds(
            lambda name, alias: Wanted(name, "", alias, plain=True),
            st.sampled_from(MODULES),
            st.sampled_from(["", "o"]),
        ),
    )
    return draw(st.lists(items, min_size=1, max_size=3))


def other_lines(text: str) -> list[str]:
    """The lines without those of import statements and of what stands in their stead, and without blank ones."""
    hidden = {0}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            hidden.update(range(node.lineno, (node.end_lineno or 0) + 1))
        if isinstance(node, ast.If | ast.Pass):
            hidden.add(node.lineno)
    return [line for number, line in enumerate(NEWLINE.split(text), 1) if number not in hidden and line.strip()]


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"#[^\r\n]*", text))


hypothesised = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@hypothesised
@given(texts(), needs())
def test_what_is_added_is_there_and_nothing_else_changes(text: str, wanted: list[Wanted]) -> None:
    new = applied(text, added(module_of(text), wanted, OWN))

    assert all(item.is_there(ast.parse(new).body) for item in wanted)
    assert other_lines(new) == other_lines(text)
    assert comments(new) == comments(text)
    assert not added(module_of(new), wanted, OWN)
    assert set(NEWLINE.findall(new)) <= set(NEWLINE.findall(text)) | ({"\n"} if not NEWLINE.search(text) else set())
    assert new.endswith(("\n", "\r")) == text.endswith(("\n", "\r")) or not text


@hypothesised
@given(texts(), needs(), st.sets(st.sampled_from(["os", "proj", "requests", "abc", "other", *NAMES])))
def test_what_is_changed_leaves_the_rest_alone(text: str, wanted: list[Wanted], unwanted: set[str]) -> None:
    new = applied(text, changed(module_of(text), wanted, unwanted, OWN))

    assert all(item.is_there(ast.parse(new).body) for item in wanted)
    assert other_lines(new) == other_lines(text)
    assert not added(module_of(new), wanted, OWN)


@hypothesised
@given(texts(), st.sets(st.sampled_from(["os", "requests", "abc", "other", *NAMES])))
def test_what_is_removed_is_gone(text: str, names: set[str]) -> None:
    new = applied(text, removed(module_of(text), names))

    assert other_lines(new) == other_lines(text)
    assert not removed(module_of(new), names)


def ruff_refuses(folder: Path, text: str) -> list[str]:
    assert RUFF is not None
    (folder / "case.py").write_text(text, encoding="utf-8")
    options = ["--isolated", "--select", "I", "--quiet", "--config", 'lint.isort.known-first-party=["proj"]']
    done = subprocess.run([RUFF, "check", *options, "case.py"], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


TIDY = [
    "",
    '"""Doc."""\n',
    '"""Doc."""\n\n\ndef f(): ...\n',
    '"""Doc."""\n\nx = 1\n',
    "#!/usr/bin/python\n\nx = 1\n",
    "from __future__ import annotations\n\nimport os\nfrom abc import ABC\n\nimport requests\n\n\nclass C: ...\n",
    "import os\n\nfrom proj import MAX, Asset, manager\n\nfrom . import local\n\nx = 1\n",
    "from proj.b import (\n    Asset,\n    manager,\n)\n\n\ndef f(): ...\n",
    "from .. import a\nfrom . import b\nfrom .m import c\n",
    "import os\n\n# about requests\nimport requests\n",
    f"from {LONG} import Asset, zebra\n",
]
TIDY_NEEDS = [
    "import abc",
    "import zlib as z",
    "from os import path",
    "from requests import Session",
    "import proj.a",
    "from proj import Zebra",
    "from proj.b import MAX_SIZE",
    f"from {LONG} import asset_manager",
    "from .m import a",
    "from . import Zebra",
    "from ..x import y as z",
]


@pytest.mark.skipif(RUFF is None, reason="there is no ruff to ask")
@pytest.mark.parametrize("text", TIDY, ids=range(len(TIDY)))
def test_ruff_takes_tidy_files_as_tidy_afterwards(text: str, tmp_path: Path) -> None:
    assert ruff_refuses(tmp_path, text) == []
    for first in TIDY_NEEDS:
        for second in TIDY_NEEDS[:: len(first) % 3 + 1]:
            new = with_added(text, first, second)
            assert ruff_refuses(tmp_path, new) == [], new
