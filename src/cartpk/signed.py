"""Signed decisions of people: a CSV whose every row says who decided what, when and why.

One shape for all of them (points of lambda_z, corrections of records): the columns WHO, WHEN and WHY beside those of
the matter. The file is an input like any other: nothing in it is guessed, every row keeps its line.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

__all__ = ["SIGNATURE", "SignedRow", "read_signed"]

SIGNATURE: Final = ("WHO", "WHEN", "WHY")
"""Columns that every file of decisions has."""

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class SignedRow:
    """One row of the file, as it stands there."""

    line: int
    """Line of the file (header = line 1)."""
    cells: Mapping[str, str]
    """Column -> text without outer spaces; every required and optional column is there."""

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Columns of the signature that are empty, or hold no date where one belongs."""
        missing = [name for name in SIGNATURE if not self.cells[name]]
        if self.cells["WHEN"] and not _is_date(self.cells["WHEN"]):
            missing.append("WHEN")
        return tuple(missing)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_signed(
    path: Path, file: str, required: Sequence[str], optional: Sequence[str], what: str
) -> tuple[SignedRow, ...]:
    """The rows of a signed file: a CSV in UTF-8 (or GB18030) with ``,``, ``;`` or a tab between its cells.

    Parameters
    ----------
    path
        Where the file lies.
    file
        Its name in the config, for the messages.
    required, optional
        Columns that must and may be there; more may stand beside them.
    what
        What the file holds, for the messages.

    Raises
    ------
    ValueError
        The file is no table with the columns needed: names every column that is missing or stands there twice, and
        every line whose cells do not fit the header.
    """
    try:
        lines = list(_cells(_decoded(path.read_bytes(), file)))
    except csv.Error as error:
        raise ValueError(f"{file}: {what} cannot be used: {error}") from error
    if not lines:
        raise ValueError(f"{file}: the file is empty; it needs the columns {', '.join(required)}")
    header = [name.strip() for name in lines[0][1]]
    found = [*_column_problems(header, required, optional), *_ragged(lines[1:], len(header))]
    if found:
        raise ValueError("\n  ".join([f"{file}: {what} cannot be used:", *found]))
    empty = dict.fromkeys((*required, *optional), "")
    return tuple(SignedRow(n, empty | dict(zip(header, map(str.strip, row), strict=True))) for n, row in lines[1:])


def _decoded(raw: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError(f"{file}: the text is neither UTF-8 nor GB18030; save it as CSV UTF-8")


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins on; empty lines are left out."""
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield start, row
        start = reader.line_num + 1


def _column_problems(header: list[str], required: Sequence[str], optional: Sequence[str]) -> Iterator[str]:
    known = (*required, *optional)
    strange = [name for name in header if name not in known]  # more columns may stand beside
    for name in required:
        if name not in header:
            near = difflib.get_close_matches(name, [s.upper() for s in strange], n=1)
            meant = next((s for s in strange if near and s.upper() == near[0]), None)
            yield f"there is no column {name}" + (f" (is {meant!r} it?)" if meant else "")
    for name in sorted({name for name in header if header.count(name) > 1 and name in known}):
        yield f"the column {name} stands there twice"


def _ragged(lines: list[tuple[int, list[str]]], width: int) -> Iterator[str]:
    for n, row in lines:
        if len(row) != width:
            yield f"line {n} has {len(row)} cells, the header has {width}"
