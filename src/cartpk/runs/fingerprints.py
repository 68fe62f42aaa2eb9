"""Fingerprints of the package's own source: what a rule of the workflow must rerun for, and nothing more.

Snakemake sees changed inputs and parameters, not changed modules. Each rule therefore carries, as a parameter, the
hash of the modules that its command reaches by import: an edit of a figure reruns that figure, not the fits.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["code_hash", "imported_names", "reached"]

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_NAME: Final = _PACKAGE.name
_COMMENT: Final = re.compile(r"#[^\n]*")
_FROM: Final = re.compile(
    rf"^[ \t]*from[ \t]+({_NAME}(?:\.\w+)*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n]*))", re.MULTILINE
)
_IMPORT: Final = re.compile(r"^[ \t]*import[ \t]+([^\n]*)", re.MULTILINE)


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
        if file not in found:
            found.add(file)
            waiting += _imported(file, _PACKAGE)
    return sorted(found)


def _files(name: str) -> list[Path]:
    """Files that a declared name stands for, the ``__init__`` of its packages among them."""
    if name.endswith(".*"):
        folder = _PACKAGE.joinpath(*name.split(".")[1:-1])
        files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    else:
        files = list(_resolve(name, _PACKAGE))
    if not files:
        raise ValueError(f"{name} is no module of {_NAME} ({_PACKAGE})")
    return files


@cache
def _resolve(name: str, package: Path) -> tuple[Path, ...]:
    """The module's file and the ``__init__`` files that run when it is imported; empty where there is none."""
    parts = name.split(".")[1:]
    folder = package.joinpath(*parts)
    own = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    if not parts or not own.is_file():
        return ()
    above = [package.joinpath(*parts[:i]) / "__init__.py" for i in range(len(parts))]
    return (own, *(p for p in above if p.is_file()))


@cache
def _imported(file: Path, package: Path) -> tuple[Path, ...]:
    """Files of the package that this file imports, wherever in it."""
    return tuple(found for name in imported_names(file) for found in _resolve(name, package))


def imported_names(file: Path) -> tuple[str, ...]:
    """Dotted names of the package that this file imports; ``from a import b`` gives ``a`` and ``a.b``.

    Read from the text: to parse 600 files takes two seconds each time that the workflow starts. A line of a docstring
    that looks like an import counts as one.
    """
    if file.suffix != ".py":
        return ()
    text = _COMMENT.sub("", file.read_text(encoding="utf-8"))
    names: list[str] = []
    for module, several, line in _FROM.findall(text):
        names += [module, *(f"{module}.{what.split()[0]}" for what in (several or line).split(",") if what.strip())]
    for line in _IMPORT.findall(text):
        names += [what.split()[0] for what in line.split(",") if what.strip().startswith(f"{_NAME}.")]
    return tuple(dict.fromkeys(names))
