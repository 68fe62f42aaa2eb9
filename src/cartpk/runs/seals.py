"""Seals: what each job of a run wrote, so that a file that was cut or edited later is never taken for whole.

A run leaves intermediate files for the next step. Their times say that they are new, not that they are whole: half a
table is a table. Each job therefore leaves, under ``results/<trial>/.seals``, the hashes of what it wrote, taken from
the bytes before they reached the disk; whoever reads looks first. What a job wrote last time and does not write any
more (the config asks for less) it removes: a folder of results is that of its last run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from cartpk.files import watched, write_text

__all__ = ["SHARES", "Damage", "damaged", "drop", "refuse_damaged", "sealed", "sealed_jobs"]

SHARES: Final = "work/shares"
"""Where jobs that share one rule's subjects put their parts: files ``..._<share>.csv``."""
_FOLDER: Final = ".seals"
_BLOCK: Final = 1 << 20

_Seal: TypeAlias = dict[str, dict[str, Any]]
"""File below the results -> ``sha256``, ``size`` and ``mtime`` (ns) when it was written."""


@dataclass(frozen=True)
class Damage:
    """One file that is not what a job wrote."""

    path: Path
    job: str
    size: int
    """Bytes when it was written."""
    now: int
    """Bytes now."""

    def __str__(self) -> str:
        """The same as a sentence, with the remedy."""
        change = f"{self.size} bytes then, {self.now} now" if self.size != self.now else "as long, with other content"
        return (
            f"{self.path} is not what `cartpk {self.job}` wrote ({change}). A file that was cut or edited is never "
            f"used. Remove it and start again, it is then made anew: rm '{self.path}'"
        )


@dataclass
class _Writer:
    """Takes note of what one job writes."""

    results: Path
    job: str
    written: dict[str, _Seal] = field(default_factory=dict)

    def begins(self, path: Path) -> None:
        """Break the seal before the file changes: a job that is killed between the two leaves no seal behind."""
        name = _name(self.results, path)
        if name is not None and (key := _key(name, self.job)) not in self.written:
            self.written[key] = {}
            seal = _seal(self.results, key)
            if seal.is_file():
                seal.replace(seal.with_suffix(".old"))

    def ends(self, path: Path, sha256: str, size: int) -> None:
        """Keep the hash of the bytes that were to be written."""
        name = _name(self.results, path)
        if name is not None:
            now = path.stat().st_mtime_ns
            self.written[_key(name, self.job)][name] = {"sha256": sha256, "size": size, "mtime": now}

    def close(self) -> None:
        """Seal everything, and remove what the job wrote last time and not this time."""
        for key, seal in sorted(self.written.items()):
            old = _seal(self.results, key).with_suffix(".old")
            for name in (_read(old) or {}).keys() - seal.keys():
                (self.results / name).unlink(missing_ok=True)
            content = {"job": self.job, "files": seal}
            write_text(_seal(self.results, key), json.dumps(content, indent=1, sort_keys=True) + "\n")
            old.unlink(missing_ok=True)


@contextmanager
def sealed(results: Path, job: str) -> Iterator[None]:
    """Run a job of the workflow: it starts from whole files only, and what it writes is sealed when it ends well.

    Parameters
    ----------
    results
        Folder of the run, ``results/<trial>``.
    job
        Command of ``cartpk`` that writes.

    Raises
    ------
    ValueError
        A file that an earlier job wrote is not what it wrote.
    """
    refuse_damaged(results)
    writer = _Writer(results, job)
    with watched(writer):
        yield
    writer.close()


def refuse_damaged(results: Path) -> None:
    """Stop where a sealed file of the run is not what was written.

    Raises
    ------
    ValueError
        Names every such file and how to mend it.
    """
    if found := damaged(results):
        raise ValueError("\n".join(str(damage) for damage in found))


def damaged(results: Path) -> tuple[Damage, ...]:
    """Files of the run that are not what the job that wrote them left; a file that is gone is made again, and is none.

    A file whose size and time are as they were is not read: ``cartpk verify`` reads them all.
    """
    found = []
    for seal in sorted((results / _FOLDER).glob("*.json")):
        for name, was in sorted((_read(seal) or {}).items()):
            path = results / name
            if _differs(path, was) and _read(seal).get(name) == was and _differs(path, was):
                # the seal is still there: no other job is writing the file at this moment
                found.append(Damage(path, _job(seal), was["size"], path.stat().st_size))
    return tuple(found)


def sealed_jobs(results: Path) -> dict[str, tuple[str, ...]]:
    """Files that each seal of the run holds, by the name of the seal (a command, or a figure's id)."""
    seals = sorted((results / _FOLDER).glob("*.json"))
    return {seal.stem: tuple(sorted(_read(seal))) for seal in seals}


def drop(results: Path, key: str) -> None:
    """Remove the files of a seal, and the seal: the trial does not have them any more."""
    seal = _seal(results, key)
    for name in _read(seal):
        (results / name).unlink(missing_ok=True)
    seal.unlink(missing_ok=True)


def _name(results: Path, path: Path) -> str | None:
    """The file's name below the results; None where it lies elsewhere."""
    with suppress(ValueError):
        return path.resolve().relative_to(results.resolve()).as_posix()
    return None


def _key(name: str, job: str) -> str:
    """A figure has a seal of its own, whoever draws it, and so has a share of the subjects; else a job has one."""
    folder, stem = name.rpartition("/")[0], Path(name).stem
    if folder == SHARES:
        return f"{job}_{stem.rpartition('_')[2]}"
    return stem if folder == "figures" else job


def _seal(results: Path, key: str) -> Path:
    return results / _FOLDER / f"{key}.json"


def _content(seal: Path) -> dict[str, Any]:
    """Content of a seal; nothing where it is gone, or is no seal (a disk that lost its power)."""
    try:
        content = json.loads(seal.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _read(seal: Path) -> _Seal:
    files = _content(seal).get("files", {})
    return files if isinstance(files, dict) else {}


def _job(seal: Path) -> str:
    return str(_content(seal).get("job"))


def _differs(path: Path, was: dict[str, Any]) -> bool:
    try:
        now = path.stat()
        if now.st_size == was["size"] and now.st_mtime_ns == was["mtime"]:
            return False
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return False
    return digest.hexdigest() != str(was["sha256"])
