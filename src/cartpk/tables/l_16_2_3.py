"""Subjects outside an analysis set, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set, by_subject
from cartpk.tables.listing import SUBJECT
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("set", "Outside of", "text"),
    Column("reason", "Reason", "text"),
)
_MISSING: Final = {"PK": "no usable result after infusion", "PD": "no usable cell count"}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject and analysis set that it is not in."""
    sets = ["PK"] + (["PD"] if config.pharmacodynamics.measures else [])
    rows = []
    for subject in by_subject(data).to_dict("records"):
        excluded = subject["EXCLRS"] if isinstance(subject["EXCLRS"], str) else None
        outside = sets if excluded else [name for name in sets if subject[f"{name}FL"] != "Y"]
        for name in outside:
            cells = (subject["USUBJID"], subject["COHORT"], f"{name} set", excluded or _MISSING[name])
            rows.append(Row(tuple(words(cell) for cell in cells)))
    if not rows:
        return NoTable("Every subject that came in is in every analysis set.")
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all").text, (), "adsl.csv")


SPEC: Final = TableSpec("l_16_2_3", "16.2.3", "Subjects excluded from an analysis set", table)
