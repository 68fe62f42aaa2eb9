"""What the listings share: the subject's columns, plain cells, the order of rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import BLANK, number, words
from cartpk.tables.groups import by_subject
from cartpk.tables.table import DOSE, Cell, Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from cartpk.tables.printing import Style
    from cartpk.trial_data import TrialData

__all__ = ["SUBJECT", "dose_levels", "in_order", "optional", "subject_cells"]

SUBJECT: Final = (Column("subject", "Subject", "group"), DOSE)
"""First columns of every listing by subject."""


def dose_levels(data: TrialData) -> dict[str, str]:
    """Subject -> dose level as printed."""
    return dict(zip(data.adsl["USUBJID"], data.adsl["COHORT"], strict=True))


def subject_cells(subject: object, doses: Mapping[str, str]) -> tuple[Cell, Cell]:
    """The subject and its dose level."""
    return words(subject), words(doses.get(str(subject)))


def optional(value: object, style: Style) -> Cell:
    """A number, or a blank where there is none (nothing was to be expected there: no reason is due)."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return BLANK
    return number(float(str(value)), style)


def in_order(rows: pd.DataFrame, data: TrialData, *then: str) -> pd.DataFrame:
    """The rows by dose level, subject and these columns."""
    place = {subject: i for i, subject in enumerate(by_subject(data)["USUBJID"])}
    placed = rows.assign(_PLACE=rows["USUBJID"].map(place).fillna(len(place)))
    return placed.sort_values(["_PLACE", *then], kind="stable").drop(columns="_PLACE").reset_index(drop=True)
