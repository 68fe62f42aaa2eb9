"""The signed file of an analyst's decisions on samples (``nca.lambda_z_points``): its rows as text, with their lines.

One row is one decision on one sample. The file is an input like any other: nothing in it is guessed, every row that
does not hold is a finding with its line.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

__all__ = ["OPTIONAL", "REQUIRED", "Action", "Decision", "Decisions", "read_decisions"]

REQUIRED: Final = ("USUBJID", "AFRLT", "ACTION", "WHO", "WHEN", "WHY")
"""Columns the file must have."""
OPTIONAL: Final = ("PPCAT", "PPSPEC", "ATPTREF")
"""Columns that tell profiles of one subject apart; a cell may be empty where the subject has one."""

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Action(StrEnum):
    """What is decided on a sample."""

    INCLUDE = "include"
    """It is a point of lambda_z: a profile with such rows has these points and no others."""
    EXCLUDE = "exclude"
    """It is no point of lambda_z; the others are chosen automatically."""
    EXCLUDE_SAMPLE = "exclude_sample"
    """It is no part of the analysis at all; the listings and the summaries by visit still show it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the file, as it stands there."""

    line: int
    """Line of the file (header = line 1)."""
    cells: Mapping[str, str]
    """Column -> text without outer spaces; every column of :data:`REQUIRED` and :data:`OPTIONAL` is there."""

    @property
    def day(self) -> float:
        """AFRLT, days; NaN where it is no finite number."""
        try:
            value = float(self.cells["AFRLT"])
        except ValueError:
            return math.nan
        return value if math.isfinite(value) else math.nan

    @property
    def action(self) -> Action | None:
        """What is decided; None where the cell is no action."""
        try:
            return Action(self.cells["ACTION"].lower())
        except ValueError:
            return None

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Columns of the signature that are empty, or hold no date where one belongs."""
        missing = [name for name in ("WHO", "WHEN", "WHY") if not self.cells[name]]
        if self.cells["WHEN"] and not _is_date(self.cells["WHEN"]):
            missing.append("WHEN")
        return tuple(missing)


@dataclass(frozen=True, slots=True)
class Decisions:
    """All rows of one file."""

    file: str
    """The file as the config names it."""
    rows: tuple[Decision, ...]
    tolerance_days: float = 0.05
    """A row is on the sample nearest to its AFRLT, at most this far from it, days."""


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_decisions(path: Path, file: str, tolerance_days: float = 0.05) -> Decisions:
    """The rows of a signed file: a CSV in UTF-8 (or GB18030) with ``,``, ``;`` or a tab between its cells.

    Parameters
    ----------
    path
        Where the file lies.
    file
        Its name in the config, for the findings.
    tolerance_days
        As :attr:`Decisions.tolerance_days`.

    Raises
    ------
    ValueError
        The file is no table with the columns needed: names every column that is missing or unknown, and every line
        whose cells do not fit the header.
    """
    text = _decoded(path.read_bytes(), file)
    lines = list(_cells(text))
    if not lines:
        raise ValueError(f"{file}: the file is empty; it needs the columns {', '.join(REQUIRED)}")
    header = [name.strip() for name in lines[0][1]]
    found = [*_column_problems(header), *_ragged(lines[1:], len(header))]
    if found:
        raise ValueError("\n  ".join([f"{file}: the analyst's decisions cannot be used:", *found]))
    empty = dict.fromkeys((*REQUIRED, *OPTIONAL), "")
    rows = [Decision(n, empty | dict(zip(header, map(str.strip, row), strict=True))) for n, row in lines[1:]]
    return Decisions(file, tuple(rows), tolerance_days)


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


def _column_problems(header: list[str]) -> Iterator[str]:
    known = (*REQUIRED, *OPTIONAL)
    strange = [name for name in header if name not in known]  # more columns may stand beside
    for name in REQUIRED:
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
