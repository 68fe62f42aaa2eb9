"""Fingerprints of the package's own source: what a rule of the workflow must rerun for, and nothing more.

Snakemake sees changed inputs and parameters, not changed modules. Each rule therefore carries, as a parameter, the
hash of the modules that its command reaches by import: an edit of a figure reruns that figure, not the fits.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["code_hash", "reached"]

_PACKAGE: Final = Path(__file__).resolve().parent
_NAME: Final = _PACKAGE.name


def code_hash(*modules: str) -> str:
    """Hash of these modules and of every module of the package that they reach by import (16 hex digits).

    Parameters
    ----------
    modules
        Dotted names, e.g. ``cartpk.cli.figure``. A name that ends in ``.*`` means a folder with all its modules, for
        registries that discover their entries.

    Raises
    ------
    ValueError
        Where a name is no module of the package.
    """
    digest = hashlib.sha256()
    for file in reached(*modules):
        digest.update(str(file.relative_to(_PACKAGE)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def reached(*modules: str) -> list[Path]:
    """Files of these modules and of all modules of the package that they import, directly or not, sorted."""
    waiting = [file for name in modules for file in _files(name)]
    found: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        waiting += [f for name in _imports(file) for f in _resolve(name)]
    return sorted(found)


def _files(name: str) -> list[Path]:
    """Files that a declared name stands for, the ``__init__`` of its packages among them."""
    if name.endswith(".*"):
        folder = _PACKAGE.joinpath(*name.split(".")[1:-1])
        files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    else:
        files = _resolve(name)
    if not files:
        raise ValueError(f"{name} is no module of {_NAME} ({_PACKAGE})")
    return files


def _resolve(name: str) -> list[Path]:
    """The module's file and the ``__init__`` files that run when it is imported; empty where there is none."""
    parts = name.split(".")[1:]
    folder = _PACKAGE.joinpath(*parts)
    own = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    if not parts or not own.is_file():
        return []
    above = [_PACKAGE.joinpath(*parts[:i]) / "__init__.py" for i in range(len(parts))]
    return [own, *[p for p in above if p.is_file()]]


@cache
def _imports(file: Path) -> tuple[str, ...]:
    """Dotted names of the package that this file imports, wherever in the file."""
    if file.suffix != ".py":
        return ()
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in names if name.split(".")[0] == _NAME)
