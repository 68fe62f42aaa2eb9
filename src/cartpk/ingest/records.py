"""How a person names one record of a file: by its line, or by subject, time and analyte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.ingest.text import identifier, key, mapped, plain
from cartpk.signed import SignedRow

__all__ = ["Names", "Record", "fits", "is_file"]

T = TypeVar("T")

_NOT_GIVEN: Final = frozenset({"", "na"})
"""Cells that are empty, or empty as R writes them."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a file calls the columns by which a record is named; None = it has no such column.

    Attributes
    ----------
    subject, time, analyte
        Columns of the file.
    only
        Names of the analyte that every row is of, where no column says it.
    results
        Columns of the result, the one that is read first.
    samples
        Whether its rows are samples.
    """

    subject: str
    time: str | None = None
    analyte: str | None = None
    only: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    samples: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file.

    Attributes
    ----------
    file, line
        Where it begins.
    subject
        Its identifier, normalised.
    results
        Columns of its result.
    read
        The one of them that is read: the first that holds something.
    """

    file: str
    line: int
    subject: str
    results: tuple[str, ...]
    read: str | None

    @classmethod
    def of(cls, frame: pd.DataFrame, file: str, line: int, names: Names) -> Record:
        """The row on this line of the file's cells."""
        given = (c for c in names.results if c in frame and key(str(frame.loc[line, c])) not in _NOT_GIVEN)
        subject = identifier(str(frame.loc[line, names.subject]))
        return cls(file, line, subject, names.results, next(given, None))

    @property
    def key(self) -> tuple[str, int]:
        """File and line."""
        return self.file, self.line

    def __str__(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"


def is_file(given: str, file: str) -> bool:
    """Whether a person who writes ``given`` means this file: its path or its name; nothing means every file.

    Examples
    --------
    >>> is_file("pc.csv", "data/pc.csv"), is_file("", "data/pc.csv"), is_file("ex.csv", "data/pc.csv")
    (True, True, False)
    """
    return given in {"", file, PurePosixPath(file).name}


def fits(row: SignedRow, frame: pd.DataFrame, names: Names) -> NDArray[np.bool_]:
    """Which rows of the file (cells as text, index = line) a decision names, shape (n,)."""
    cells = row.cells
    out = np.ones(len(frame), dtype=np.bool_)
    if cells["ROW"]:
        out &= frame.index.to_numpy() == int(cells["ROW"])
    if cells["USUBJID"]:
        out &= _where(frame, names.subject, identifier(cells["USUBJID"]), identifier)
    if cells["TIME"]:
        out &= _where(frame, names.time, _time(cells["TIME"]), _time)
    if cells["ANALYTE"] and names.analyte is None:
        out &= key(cells["ANALYTE"]) in {key(name) for name in names.only}
    elif cells["ANALYTE"]:
        out &= _where(frame, names.analyte, key(cells["ANALYTE"]), key)
    return out


def _where(frame: pd.DataFrame, column: str | None, wanted: T, read: Callable[[str], T]) -> NDArray[np.bool_]:
    """Rows whose cell, read so, is what is wanted."""
    if column is None or column not in frame:
        return np.zeros(len(frame), dtype=np.bool_)
    return np.array([value == wanted for value in mapped(frame[column], read)], dtype=np.bool_)


def _time(text: str) -> float | str:
    """A time as a number where it is one, else as a reader sees it: 7 and 7.0 are one time."""
    try:
        return float(text)
    except ValueError:
        return plain(text)
