"""Installation qualification: what this machine holds beside what the lock says, and two sums that it must do."""

from __future__ import annotations

import base64
import hashlib
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np

from cartpk.core.nca import NcaSettings, Profiles, calculate
from cartpk.provenance import locked, sha256_file, source

__all__ = ["Check", "changed_since", "holds", "installation", "record"]

_PYTHON: Final = (3, 11)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    group
        Interpreter, program, package, files, arithmetic, platform.
    name
        What.
    expected, found
        As text; ``expected`` is empty where anything may be found (facts of the platform).
    passed
        None where nothing is expected.
    """

    group: str
    name: str
    expected: str
    found: str
    passed: bool | None


def installation(lock: Path) -> tuple[Check, ...]:
    """Every check of this installation, in the order of the page.

    Parameters
    ----------
    lock
        ``requirements.lock`` of the release that is meant to be installed.

    Raises
    ------
    ValueError
        Where the lock is missing or is none.
    """
    wanted = locked(lock)
    return (
        *_interpreter(),
        *_program(lock),
        *_packages(wanted),
        *_files(wanted),
        *_arithmetic(),
        *_platform(),
    )


def holds(checks: Sequence[Check]) -> bool:
    """Whether no check failed."""
    return all(check.passed is not False for check in checks)


def record(lock: Path, checks: Sequence[Check]) -> dict[str, Any]:
    """What ``cartpk iq --out`` keeps: the checks, and the hash of the lock they were made with. No clock."""
    return {"iq": 1, "lock_sha256": sha256_file(lock), "passed": holds(checks), "checks": [asdict(c) for c in checks]}


def changed_since(before: dict[str, Any], now: dict[str, Any]) -> tuple[str, ...]:
    """One sentence per fact that differs between two records of :func:`record`.

    Examples
    --------
    >>> a = {"checks": [{"group": "package", "name": "numpy", "found": "2.4.0"}], "lock_sha256": "0"}
    >>> b = {"checks": [{"group": "package", "name": "numpy", "found": "2.4.1"}], "lock_sha256": "0"}
    >>> changed_since(a, a), changed_since(a, b)
    ((), ('package numpy: was 2.4.0, is 2.4.1',))
    """
    old, new = ({(c["group"], c["name"]): c["found"] for c in r["checks"]} for r in (before, now))
    said = ["the lock is another one"] if before["lock_sha256"] != now["lock_sha256"] else []
    for key in dict.fromkeys([*old, *new]):
        was, found = old.get(key, "absent"), new.get(key, "absent")
        if was != found:
            said.append(f"{' '.join(key)}: was {was}, is {found}")
    return tuple(said)


def _interpreter() -> Iterator[Check]:
    least = ".".join(map(str, _PYTHON))
    yield Check("interpreter", "Python", f">= {least}", platform.python_version(), sys.version_info >= _PYTHON)


def _program(lock: Path) -> Iterator[Check]:
    own = source()
    state = "not in a git working tree" if own.commit is None else f"commit {own.commit}"
    yield Check("program", "cartpk", "", own.version, None)
    yield Check("program", "hash of the code", "", own.code, None)
    yield Check("program", "commit", "", state + (", modified" if own.modified else ""), None)
    yield Check("program", f"SHA-256 of {lock.name}", "", sha256_file(lock), None)


def _packages(wanted: dict[str, str]) -> Iterator[Check]:
    for name, version in wanted.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "absent"
        yield Check("package", name, version, found, found == version)


def _files(wanted: dict[str, str]) -> Iterator[Check]:
    """Installed files against the hashes that their wheels declare (RECORD): spoiled, edited or missing ones."""
    for name in wanted:
        try:
            files = metadata.files(name)
        except metadata.PackageNotFoundError:
            continue  # absent packages are told above
        if files is None:
            yield Check("files", name, "", "no list of files (not installed from a wheel)", None)
            continue
        listed = [file for file in files if file.hash is not None]
        wrong = sorted(str(file) for file in listed if not _intact(file))
        found = f"{len(wrong)} of {len(listed)} differ: {', '.join(wrong[:3])}" if wrong else f"{len(listed)} intact"
        yield Check("files", name, f"{len(listed)} intact", found, not wrong)


def _intact(file: metadata.PackagePath) -> bool:
    declared = file.hash
    if declared is None:
        return True
    try:
        digest = hashlib.new(declared.mode, Path(str(file.locate())).read_bytes())
    except (OSError, ValueError):
        return False
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode() == declared.value


def _arithmetic() -> Iterator[Check]:
    """Two closed forms through the engine: numpy's arithmetic on this processor, and the program on top of it."""
    rate, peak, end = 0.11, 2.0e4, 28.0
    day = np.arange(0.0, end + 1.0, 2.0)
    result = calculate(Profiles.from_arrays(np.zeros(len(day)), day, peak * np.exp(-rate * day)), NcaSettings())
    area = peak / rate * -np.expm1(-rate * end)
    for code, exact, what in (("AUCLST", area, "area of an exponential"), ("LAMZ", rate, "its rate")):
        value = float(result.value[code][0])
        near = bool(abs(value / exact - 1) < 1e-12)
        yield Check("arithmetic", f"{what} ({code})", f"{exact:.12g} to 1e-12", f"{value:.12g}", near)
    bits = float(np.sum(np.arange(1, 1001, dtype=np.float64) ** -2)).hex()
    yield Check("arithmetic", "bits of a sum of 1000 terms", "", bits, None)


def _platform() -> Iterator[Check]:
    yield Check("platform", "system", "", f"{platform.system()} {platform.release()}", None)
    yield Check("platform", "machine", "", platform.machine(), None)
    yield Check(
        "platform", "Python build", "", f"{platform.python_implementation()}, {platform.python_compiler()}", None
    )
    yield Check("platform", "byte order", "", sys.byteorder, None)
