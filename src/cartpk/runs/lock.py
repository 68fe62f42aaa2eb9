"""One run of a trial at a time, and a killed run that stands in nobody's way.

Snakemake locks its files by leaving a file behind; a run that was killed cannot take it away again, and Snakemake then
asks a person to. The lock here is the system's own (``flock``): it ends with the process that holds it, whatever ended
it. Who can take it knows that no run of this trial is alive, and may clear away what a killed one left.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

__all__ = ["BusyError", "UnwritableError", "clear", "hold"]

_NAME: Final = ".run.lock"
_SNAKEMAKE: Final = Path(".snakemake/locks")
_HELD: Final[list[IO[str]]] = []
"""Open files whose locks last as long as this process."""


class BusyError(Exception):
    """Another run of the same trial is at work."""


class UnwritableError(Exception):
    """The run could not write its results."""


def clear(results: Path, locks: Path = _SNAKEMAKE) -> tuple[str, ...]:
    """Names of the locks of Snakemake that a killed run of this trial left, which are removed.

    Nothing is removed while a run of the trial is alive, and no lock of another trial.

    Parameters
    ----------
    results
        Folder of the run, ``results/<trial>``.
    locks
        Folder of Snakemake's locks.

    Raises
    ------
    BusyError
        A run of the trial is alive, and the locks are its own: says which run.
    """
    left = [lock for lock in sorted(locks.glob("*.lock")) if _names(lock, results)]
    if not left:
        return ()
    taken = _take(results)
    if taken is None:  # a system without such locks: a person decides
        return ()
    for lock in left:
        lock.unlink(missing_ok=True)
    taken.close()
    return tuple(lock.name for lock in left)


def hold(results: Path) -> None:
    """Take the lock of this trial until this process ends.

    Raises
    ------
    BusyError
        Another run of the trial is at work: says which, and what to do.
    UnwritableError
        A folder of the results takes no file: says which, and what to do.
    """
    folders = dict.fromkeys((results, *results.glob("**/")))
    closed = [folder for folder in folders if folder.is_dir() and not os.access(folder, os.W_OK)]
    if closed:
        raise UnwritableError(
            f"no file can be written in {', '.join(map(str, closed))}: it is read-only, or belongs to "
            "somebody else. Nothing was changed. Make it writable, or move it away, and start again."
        )
    taken = _take(results)
    if taken is None:
        return
    taken.seek(0)
    taken.truncate()
    json.dump({"process": os.getpid(), "host": socket.gethostname()}, taken)
    taken.flush()
    _HELD.append(taken)


def _take(results: Path) -> IO[str] | None:
    """The lock file, open and locked; None on a system that has no such locks."""
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415

    results.mkdir(parents=True, exist_ok=True)
    file = (results / _NAME).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        said = file.read()
        file.close()
        raise BusyError(_busy(results, said)) from None
    except OSError:  # a file system without locks
        file.close()
        return None
    return file


def _busy(results: Path, said: str) -> str:
    who = "another process"
    with suppress(ValueError, KeyError, TypeError):
        holder = json.loads(said)
        who = f"process {holder['process']} on {holder['host']}"
    return (
        f"another run is writing {results} ({who}). Two runs never share a folder: wait until it has ended, or stop "
        f"it, and start again. Nothing was changed."
    )


def _names(lock: Path, results: Path) -> bool:
    """Whether a lock of Snakemake is on an output of this trial, or was left without a word."""
    try:
        files = lock.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return not files or any(Path(file).is_relative_to(results) for file in files)
