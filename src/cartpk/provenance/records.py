"""Files as an auditor checks them: hash, size, shape; JSON whose equal values give equal text."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = [
    "FileRecord",
    "canonical_json",
    "describe_file",
    "hashes",
    "log_files",
    "result_files",
    "sha256_file",
    "sha256_text",
]

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
    """Rows and columns of a CSV, read line by line: results of very many subjects are larger than memory should be."""
    with path.open("rb") as stream:
        wide = stream.read(2) in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as stream:
                header = stream.readline()
            with path.open(encoding=encoding, newline="") as stream:
                lines = csv.reader(stream, delimiter=max(",;\t", key=header.count))
                columns = len(next(lines, []))
                return sum(1 for line in lines if line), columns
        except UnicodeDecodeError:
            continue
    return None, None


def result_files(folder: Path) -> tuple[FileRecord, ...]:
    """Every output of a run below its results folder, by path; the manifest itself, logs and hidden files left out."""
    found = [(name, path) for name, path in _files(folder) if name.split("/")[0] not in _NOT_RESULTS]
    return tuple(describe_file(path, name) for name, path in found)


def log_files(folder: Path) -> tuple[FileRecord, ...]:
    """What the jobs of a run said, file by file below ``log/``."""
    return tuple(describe_file(path, name) for name, path in _files(folder) if name.startswith("log/"))


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Files below the folder that are not hidden, with their names there, in the order of their names."""
    found = []
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") for part in parts):
            found.append(("/".join(parts), path))
    return sorted(found)
