"""Files that are written whole or not at all: to a temporary name beside the target, then renamed onto it.

Two kinds of tables leave a run. Data for programs (``adsl.csv``, ``adnca.csv``, ``adpd.csv``, ``adpp.csv`` and
everything under ``work/``) are written as they are (:func:`write_table`): the next step reads them back. Tables for
people (``findings.csv``, ``tables/``, ``figures/*.csv``) are read by no step and open in a spreadsheet:
:func:`write_published` guards their texts.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Watcher",
    "guarded",
    "watched",
    "write_bytes",
    "write_chunks",
    "write_published",
    "write_table",
    "write_table_parts",
    "write_text",
]

_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters by which a spreadsheet takes a text for a formula (CWE-1236), full-width forms among them."""
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_ROWS_AT_ONCE: Final = 200_000
"""Rows of a table that are text at one time."""
_LINES: Final = ("ROW", "SRCROW")
"""Columns that hold the line of a file."""


class Watcher(Protocol):
    """Who is told of every file that is written (:func:`watched`)."""

    def begins(self, path: Path) -> None:
        """Note that the file is about to be replaced."""

    def ends(self, path: Path, sha256: str, size: int) -> None:
        """Note that the file stands, with hash and length of the bytes that it was given."""


_WATCHER: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell the watcher of every file that is written inside the block."""
    token = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(token)


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
    target, watcher = Path(path), _WATCHER.get()
    target.parent.mkdir(parents=True, exist_ok=True)
    if watcher is not None:
        watcher.begins(target)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            for chunk in chunks:
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes private files; results are read by colleagues
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    if watcher is not None:
        watcher.ends(target, digest.hexdigest(), size)


def write_text(path: Path | str, text: str) -> None:
    """Write this text as UTF-8 with the line ends it has, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_table(path: Path | str, table: pd.DataFrame) -> None:
    """Write this table as CSV (:func:`table_text`), whole or not at all."""
    if len(table) <= _ROWS_AT_ONCE:
        write_bytes(path, table_text(table).encode("utf-8"))
    else:
        starts = range(0, len(table), _ROWS_AT_ONCE)
        texts = (table_text(table.iloc[at : at + _ROWS_AT_ONCE], header=at == 0) for at in starts)
        write_chunks(path, (text.encode("utf-8") for text in texts))


def write_table_parts(path: Path | str, parts: Iterable[pd.DataFrame]) -> None:
    """Write these rows, with the same columns, as one CSV (:func:`table_text`), whole or not at all."""
    texts = (table_text(part, header=place == 0) for place, part in enumerate(parts))
    write_chunks(path, (text.encode("utf-8") for text in texts))


def table_text(table: pd.DataFrame, *, header: bool = True) -> str:
    """Return a table as CSV: LF, the shortest text that reads back to the same number; with or without its header.

    Lines of files, numbers with a gap where there is none, are written as the whole numbers that they are.
    """
    lines = [name for name in _LINES if name in table.columns and table[name].dtype.kind == "f"]
    table = table.astype(dict.fromkeys(lines, "Int64"))
    text = table.to_csv(index=False, header=header, lineterminator="\n")
    if "\r" in text:
        # a lone carriage return in a cell is no line end to the writer, and one to every reader: quoted, it stays
        text = table.to_csv(index=False, header=header, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    return text


def write_published(path: Path | str, table: pd.DataFrame) -> None:
    """Write this table as CSV for people: as :func:`write_table`, its texts guarded, its numbers as they are."""
    safe = table.rename(columns=lambda name: guarded(str(name)))
    for position, kind in enumerate(table.dtypes):
        if kind.kind == "O":  # text, of the type str or of mixed cells
            column = table.iloc[:, position]
            cells = column.map(lambda cell: guarded(cell) if isinstance(cell, str) else cell)
            safe.isetitem(position, cells.tolist())
    write_table(path, safe)


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it as a formula (CWE-1236).

    Examples
    --------
    >>> guarded("=HYPERLINK(A1)"), guarded("-12.5"), guarded("+"), guarded("<50")
    ("'=HYPERLINK(A1)", '-12.5', "'+", '<50')
    """
    return f"'{text}" if text.startswith(_RISKY) and not _NUMBER.fullmatch(text) else text


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
