"""A file's cells in memory: row by row where a format is written so, column by column where it is typed so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import compress
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.ingest.request import Request, UnreadableError

__all__ = ["Columns", "Rows", "check_size", "number_text"]

_MEGABYTE: Final = 1e6
_WHOLE_BELOW: Final = 1e15
"""Whole numbers below this are written without a decimal mark; all of them are exact as floats."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as rows of cells with the line each begins on; the first one is the header."""

    lines: list[int]
    cells: list[list[str]]

    def head(self, number: int) -> list[tuple[int, list[str]]]:
        """Line and cells of the first rows."""
        return list(zip(self.lines[:number], self.cells[:number], strict=True))

    def widths(self) -> list[tuple[int, int]]:
        """Line and number of cells of every row."""
        return [(line, len(row)) for line, row in zip(self.lines, self.cells, strict=True)]

    def empty(self) -> NDArray[np.bool_]:
        """Of every row but the header: whether it has no cell with content."""
        return np.array([not "".join(row).strip() for row in self.cells[1:]], dtype=np.bool_)

    def frame(self, header: list[str], keep: NDArray[np.bool_]) -> pd.DataFrame:
        """The rows that are kept under these names, index = line."""
        kept = keep.tolist()
        rows = list(compress(self.cells[1:], kept))
        columns = {
            name: pd.array(cells, dtype="str") for name, cells in zip(header, zip(*rows, strict=True), strict=True)
        }
        return pd.DataFrame(columns, index=pd.Index(list(compress(self.lines[1:], kept)), name="LINE"))


@dataclass(frozen=True, slots=True)
class Columns:
    """A table as named columns of one length: its names stand for line 1, its first record for line 2."""

    names: list[str]
    cells: list[list[str]]

    def _records(self) -> int:
        return len(self.cells[0]) if self.cells else 0

    def head(self, number: int) -> list[tuple[int, list[str]]]:
        """Line and cells of the first rows."""
        rows = zip(*(column[: number - 1] for column in self.cells), strict=True)
        return [(1, self.names), *((line, list(row)) for line, row in enumerate(rows, start=2))]

    def widths(self) -> list[tuple[int, int]]:
        """Line and number of cells: all rows have the same."""
        return [(1, len(self.names))]

    def empty(self) -> NDArray[np.bool_]:
        """Of every record: whether it has no cell with content."""
        none = [True] * self._records()
        for column in self.cells:
            none = [e and not cell.strip() for e, cell in zip(none, column, strict=True)]
            if not any(none):
                break
        return np.array(none, dtype=np.bool_)

    def frame(self, header: list[str], keep: NDArray[np.bool_]) -> pd.DataFrame:
        """The records that are kept under these names, index = line."""
        lines = pd.Index(np.flatnonzero(keep) + 2, name="LINE")
        kept = keep.tolist()
        columns = {
            name: pd.array(list(compress(column, kept)), dtype="str")
            for name, column in zip(header, self.cells, strict=True)
        }
        return pd.DataFrame(columns, index=lines)


def number_text(number: float, decimal: str = ".") -> str:
    """The number as the shortest text that reads back as the same number; a missing one is an empty text.

    >>> number_text(12500.0), number_text(0.1, ","), number_text(float("nan"))
    ('12500', '0,1', '')
    """
    if math.isnan(number):
        return ""
    if abs(number) < _WHOLE_BELOW and number == int(number):
        return f"{number:.0f}"
    return repr(float(number)).replace(".", decimal)


def check_size(found: int, request: Request) -> None:
    """Refuse a file of this size, bytes, where it is beyond the limit (CP-007): nothing of it is unpacked then.

    Raises
    ------
    UnreadableError
        The file is larger than ``data.max_file_mb``.
    """
    if found > request.max_bytes:
        raise UnreadableError("CP-007", f"{found / _MEGABYTE:.4g} MB, allowed are {request.max_bytes / _MEGABYTE:g} MB")
