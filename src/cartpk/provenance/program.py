"""The program that ran: its version, code, commit, packages and lock."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

from cartpk.provenance.records import sha256_file
from cartpk.runs.fingerprints import code_hash

__all__ = ["Lock", "Source", "lock", "locked", "package_versions", "runtime", "source"]

PACKAGE: Final = Path(__file__).resolve().parents[1]
LOCK: Final = "requirements.lock"
NAMED: Final = "CARTPK_LOCK"
"""Environment variable that names the lock of an installation that lies apart from the project."""


@dataclass(frozen=True)
class Source:
    """The program that ran: version, fingerprint of its code (16 hex digits), and the commit of its working tree.

    ``commit`` and ``modified`` are None for a package that was not run out of a git working tree.
    """

    version: str
    code: str
    commit: str | None
    modified: bool | None


@dataclass(frozen=True)
class Lock:
    """The lock of the environment.

    Attributes
    ----------
    file, sha256
        Name and hash of the file with the pinned versions.
    differs
        Packages that are installed in another version than it says, as ``name found != pinned``; sorted.
    """

    file: str
    sha256: str
    differs: tuple[str, ...]


def source() -> Source:
    """The running program: version, code hash, and git commit where there is one."""
    commit, modified = _commit(PACKAGE)
    return Source(metadata.version("cartpk"), code_hash("cartpk.*"), commit, modified)


def _commit(package: Path) -> tuple[str | None, bool | None]:
    """Commit of the working tree that tracks the package, and whether the package differs from it."""
    # an environment may lie inside somebody else's repository: the package must be tracked there
    if _git(package, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None, None
    commit, status = _git(package, "rev-parse", "HEAD"), _git(package, "status", "--porcelain", "--", ".")
    return (None, None) if commit is None or status is None else (commit, bool(status))


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            check=True,
            text=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def package_versions() -> dict[str, str]:
    """Installed version of every package cartpk requires, and of those that draw and compute beneath them."""
    names = {"matplotlib"}
    for requirement in metadata.requires("cartpk") or []:
        if "extra ==" not in requirement:
            names.add(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower())
    versions = {}
    for name in sorted(names):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def runtime() -> dict[str, str]:
    """Interpreter and machine: ``python`` and ``platform``."""
    return {"python": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"}


def lock(file: Path | None = None) -> Lock | None:
    """A lock against what is installed; None where there is none.

    Parameters
    ----------
    file
        Default: the one that the environment variable CARTPK_LOCK names, as the container does, else
        ``requirements.lock`` of the project the package is run from.

    Raises
    ------
    ValueError
        Where the file that is named is missing, or the file is no lock.
    """
    if file is None:
        named = os.environ.get(NAMED)
        file = Path(named) if named else PACKAGE.parents[1] / LOCK
        if not named and not file.is_file():
            return None
    differs = []
    for name, pinned in locked(file).items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "missing"
        if found != pinned:
            differs.append(f"{name} {found} != {pinned}")
    return Lock(file.name, sha256_file(file), tuple(differs))


def locked(lock: Path) -> dict[str, str]:
    """Package -> the version locked for this interpreter and platform, sorted by name.

    Raises
    ------
    ValueError
        Where the file is missing, or a line is no pinned requirement.
    """
    try:
        lines = lock.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise ValueError(f"{lock} is missing: name the lock of the release with --lock or {NAMED}") from None
    versions = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith((" ", "#")):
            continue
        try:
            requirement = Requirement(line.rstrip("\\ "))
        except InvalidRequirement:
            raise ValueError(f"{lock}:{number}: no pinned requirement: {line!r}") from None
        if requirement.marker is None or requirement.marker.evaluate():
            versions[requirement.name.lower()] = str(requirement.specifier).removeprefix("==")
    if not versions:
        raise ValueError(f"{lock} locks nothing: it is no requirements.lock")
    return dict(sorted(versions.items()))
