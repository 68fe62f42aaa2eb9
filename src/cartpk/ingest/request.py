"""What is asked of a file, and what a reader of any format hands back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.config import TrialConfig

__all__ = ["MAX_BYTES", "Request", "Table", "UnreadableError"]

MAX_BYTES: Final = 256_000_000
"""Default of ``data.max_file_mb``, bytes."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a file.

    Attributes
    ----------
    root, file
        Folder of the project and the path below it, as the config has it.
    required
        Columns without which the file cannot be used.
    encoding
        Declared encoding; None = found out (BOM, UTF-8, then strict GB18030).
    skip_rows
        Lines above the header.
    header_rows
        Rows of the header.
    may_be_empty
        Whether a header without a row says something (no event was seen) instead of being a mistake.
    sheet
        Sheet of a workbook; None = the only one that is not empty.
    decimal
        Decimal mark of the config: numbers that a file has as numbers are written with it, as its texts are.
    max_bytes
        Size, uncompressed, beyond which a file is not read.
    """

    root: Path
    file: str
    required: tuple[str, ...]
    encoding: str | None = None
    skip_rows: int = 0
    header_rows: int = 1
    may_be_empty: bool = False
    sheet: str | None = None
    decimal: str = "."
    max_bytes: int = MAX_BYTES

    @classmethod
    def of(
        cls,
        config: TrialConfig,
        root: Path,
        file: str,
        required: tuple[str, ...],
        kind: str,
        *,
        header_rows: int = 1,
        may_be_empty: bool = False,
    ) -> Request:
        """What a trial asks of a file of this kind (a key of ``data.sheets``)."""
        return cls(
            root,
            file,
            required,
            encoding=config.data.encoding,
            skip_rows=config.data.skip_rows,
            header_rows=header_rows,
            may_be_empty=may_be_empty,
            sheet=config.data.sheets.get(kind),
            decimal=config.intake.decimal,
            max_bytes=int(config.data.max_file_mb * 1_000_000),
        )


class Table(Protocol):
    """Rows of text with the line each begins on; the first one is the header."""

    def head(self, number: int) -> list[tuple[int, list[str]]]:
        """Line and cells of the first rows."""

    def widths(self) -> list[tuple[int, int]]:
        """Line and number of cells of the header, then of every row, or only of those of another width."""

    def empty(self) -> NDArray[np.bool_]:
        """Of every row but the header: whether it has no cell with content."""

    def frame(self, header: list[str], keep: NDArray[np.bool_]) -> pd.DataFrame:
        """The rows that are kept under these names, index = line; all rows are of one width."""


class UnreadableError(Exception):
    """A file that gives no rows: the rule that says so and what it found."""

    def __init__(self, rule: str, found: str) -> None:
        super().__init__(found)
        self.rule = rule
        self.found = found
