"""Where a result comes from: hashes of what went in, of what came out, of the code and of the settings.

Everything here is a function of files and of the installed packages. The clock is read once, by the caller that
writes ``manifest.json``; no other output of a run holds a time.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from cartpk.sources import code_hash

__all__ = [
    "FileRecord",
    "Source",
    "canonical_json",
    "describe_file",
    "hashes",
    "manifest",
    "package_versions",
    "result_files",
    "sha256_file",
    "sha256_text",
    "source",
]

PACKAGE: Final = Path(__file__).parent
_NOT_RESULTS: Final = frozenset({"manifest.json", "log", "logs", "benchmarks"})
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class FileRecord:
    """One file of a run as an auditor checks it.

    Attributes
    ----------
    path
        As the config names it (inputs) or below the results folder (outputs), with forward slashes.
    sha256
        SHA-256 of its bytes, lower-case hexadecimal.
    size
        Bytes.
    rows, columns
        Of a CSV file, without its header; None for any other file and for text that cannot be decoded.
    """

    path: str
    sha256: str
    size: int
    rows: int | None = None
    columns: int | None = None


@dataclass(frozen=True)
class Source:
    """The program that ran: version, fingerprint of its code (16 hex digits), and the commit of its working tree.

    ``commit`` and ``modified`` are None for a package that was not run out of a git working tree.
    """

    version: str
    code: str
    commit: str | None
    modified: bool | None


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, lower-case hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sha256_text(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes.

    Examples
    --------
    >>> sha256_text("cartpk")[:16]
    '3f6adf7b12a132c9'
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def hashes(names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of every file of these that exists, by name."""
    return {name: sha256_file(Path(name)) for name in names if Path(name).is_file()}


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spare space: equal values give equal text.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": [2.0, None]})
    '{"a":[2.0,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def describe_file(path: Path, name: str) -> FileRecord:
    """Hash, size and (of a CSV file) shape of a file, recorded under this name."""
    rows, columns = _shape(path) if path.suffix.lower() in {".csv", ".tsv"} else (None, None)
    return FileRecord(name, sha256_file(path), path.stat().st_size, rows, columns)


def _shape(path: Path) -> tuple[int | None, int | None]:
    text = _decoded(path.read_bytes())
    if text is None:
        return None, None
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = len(next(lines, []))
    return sum(1 for line in lines if line), columns


def _decoded(raw: bytes) -> str | None:
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def result_files(folder: Path) -> tuple[FileRecord, ...]:
    """Every output of a run below its results folder, by path; the manifest itself, logs and hidden files left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not hidden and parts[0] not in _NOT_RESULTS:
            found.append(describe_file(path, "/".join(parts)))
    return tuple(found)


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


def manifest(
    *,
    trial: str,
    created: str,
    command: str,
    config: Mapping[str, Any],
    inputs: Iterable[FileRecord],
    outputs: Iterable[FileRecord],
) -> str:
    """The text of ``manifest.json``: what ran, on what, with which settings, and what came out.

    Parameters
    ----------
    trial
        Registry number.
    created
        Time of writing, ISO 8601 with offset: the only clock of a run.
    command
        Command line that wrote the report.
    config
        File name and hash of the trial's config, and every setting as resolved.
    inputs, outputs
        Records of files.
    """
    content = {
        "manifest": 1,
        "trial": trial,
        "created": created,
        "command": command,
        "cartpk": asdict(source()),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": package_versions(),
        "config": dict(config),
        "inputs": [asdict(record) for record in inputs],
        "outputs": [asdict(record) for record in outputs],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
