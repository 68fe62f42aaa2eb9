"""Files that are written whole or not at all: to a temporary name beside the target, then renamed onto it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_bytes", "write_chunks", "write_table", "write_text"]


def write_bytes(path: Path | str, content: bytes) -> None:
    """Write the file whole, or leave what was there: a killed job never leaves half a file under this name.

    Parameters
    ----------
    path
        Target; its folder is made where it is missing.
    content
        All of the file.

    Raises
    ------
    OSError
        Where the folder cannot be written or the disk is full; the old file then stands untouched.
    """
    write_chunks(path, (content,))


def write_chunks(path: Path | str, chunks: Iterable[bytes]) -> None:
    """Write the file whole from its pieces, none of which is kept in memory.

    Parameters
    ----------
    path
        Target; its folder is made where it is missing.
    chunks
        The file, piece by piece.

    Raises
    ------
    OSError
        Where the folder cannot be written or the disk is full; the old file then stands untouched.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(chunks)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes private files; results are read by colleagues
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def write_text(path: Path | str, text: str) -> None:
    """Write this text as UTF-8 with the line ends it has, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_table(path: Path | str, table: pd.DataFrame) -> None:
    """Write this table as CSV (UTF-8, LF, shortest text that reads back to the same number), whole or not at all."""
    write_bytes(path, table.to_csv(index=False, lineterminator="\n").encode("utf-8"))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
