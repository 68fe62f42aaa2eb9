"""Subjects outside an analysis set, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.analysis_sets import analysis_sets
from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set, by_subject, set_label, shown
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


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject and analysis set that it is not in."""
    reasons = {name: why for name, why in analysis_sets(data, config).items() if shown(name, config)}
    rows = []
    for subject, cohort in by_subject(data)[["USUBJID", "COHORT"]].itertuples(index=False):
        for name, why in reasons.items():
            if isinstance(why[subject], str):
                rows.append(Row(tuple(words(cell) for cell in (subject, cohort, set_label(name), why[subject]))))
    if not rows:
        return NoTable("Every subject that came in is in every analysis set.")
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all").text, (), "work/adset.csv")


SPEC: Final = TableSpec("l_16_2_3", "16.2.3", "Subjects excluded from an analysis set", table)
