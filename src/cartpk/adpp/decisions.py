"""The signed file of an analyst's decisions on samples (``nca.lambda_z_points``): its rows as text, with their lines.

One row is one decision on one sample. The file is an input like any other: nothing in it is guessed, every row that
does not hold is a finding with its line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from cartpk.signed import SignedRow, read_signed

__all__ = ["OPTIONAL", "REQUIRED", "Action", "Decision", "Decisions", "read_decisions"]

REQUIRED: Final = ("USUBJID", "AFRLT", "ACTION", "WHO", "WHEN", "WHY")
"""Columns the file must have."""
OPTIONAL: Final = ("PPCAT", "PPSPEC", "ATPTREF")
"""Columns that tell profiles of one subject apart; a cell may be empty where the subject has one."""


class Action(StrEnum):
    """What is decided on a sample."""

    INCLUDE = "include"
    """It is a point of lambda_z: a profile with such rows has these points and no others."""
    EXCLUDE = "exclude"
    """It is no point of lambda_z; the others are chosen automatically."""
    EXCLUDE_SAMPLE = "exclude_sample"
    """It is no part of the analysis at all; the listings and the summaries by visit still show it."""


@dataclass(frozen=True, slots=True)
class Decision(SignedRow):
    """One row of the file; ``cells`` has every column of :data:`REQUIRED` and :data:`OPTIONAL`."""

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


@dataclass(frozen=True, slots=True)
class Decisions:
    """All rows of one file."""

    file: str
    """The file as the config names it."""
    rows: tuple[Decision, ...]
    tolerance_days: float = 0.05
    """A row is on the sample nearest to its AFRLT, at most this far from it, days."""


def read_decisions(path: Path, file: str, tolerance_days: float = 0.05) -> Decisions:
    """The rows of a signed file (:func:`cartpk.signed.read_signed`).

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
    rows = read_signed(path, file, REQUIRED, OPTIONAL, "the analyst's decisions")
    return Decisions(file, tuple(Decision(row.line, row.cells) for row in rows), tolerance_days)
