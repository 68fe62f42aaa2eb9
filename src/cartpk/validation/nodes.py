"""Names of tests: which exist, and which results of a run belong to one.

A node is a folder (``tests/fuzz/``), a file (``tests/test_files.py``), a test in any parametrisation
(``tests/test_files.py::test_x``) or one of them (``tests/test_files.py::test_x[NCT06871644]``). A doctest is named by
its module: ``src/cartpk/files.py::cartpk.files.guarded``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["belongs", "missing"]

_GROUP: Final = re.compile(r"@[^@\]]+$")
"""What pytest-xdist adds to a node of a group."""


def belongs(result: str, node: str) -> bool:
    """Whether a test that ran is one of those that a node names.

    Examples
    --------
    >>> belongs("tests/a/test_b.py::test_c[1-x]", "tests/a/test_b.py::test_c")
    True
    >>> belongs("tests/a/test_b.py::test_cd", "tests/a/test_b.py::test_c")
    False
    >>> belongs("tests/a/test_b.py::test_c[NCT1]@NCT1", "tests/a/test_b.py::test_c[NCT1]")
    True
    >>> belongs("tests/a/test_b.py::test_c@sample run", "tests/a/test_b.py::test_c")
    True
    >>> belongs("tests/a/test_b.py::test_c", "tests/a/"), belongs("tests/a/test_b.py::test_c", "tests/a/test_b.py")
    (True, True)
    """
    plain = _GROUP.sub("", result)
    if node.endswith("/"):
        return plain.startswith(node)
    return plain == node or plain.startswith((f"{node}::", f"{node}["))


def missing(nodes: Iterable[str], root: Path) -> tuple[str, ...]:
    """The nodes that name no test below this folder, sorted; parameters are not looked at."""
    return tuple(sorted(node for node in set(nodes) if not _exists(node, root)))


def _exists(node: str, root: Path) -> bool:
    file, _, name = node.partition("::")
    path = root / file
    if node.endswith("/"):
        return path.is_dir() and any(path.rglob("test_*.py"))
    if not path.is_file():
        return False
    return not name or name.split("[", maxsplit=1)[0] in _names(path)


@cache
def _names(path: Path) -> frozenset[str]:
    """Tests and doctests of a file."""
    tree = ast.parse(path.read_bytes())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    own = [node for node in tree.body if isinstance(node, kinds)]
    inside = [(c.name, n) for c in own if isinstance(c, ast.ClassDef) for n in c.body if isinstance(n, kinds)]
    names = [node.name for node in own] + [f"{above}::{node.name}" for above, node in inside]
    if "src" in path.parts:
        parts = path.with_suffix("").parts
        module = ".".join(parts[parts.index("src") + 1 :]).removesuffix(".__init__")
        names = [module, *(f"{module}.{name.replace('::', '.')}" for name in names)]
    return frozenset(names)
