"""Demographics and baseline characteristics by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import BLQ, words
from cartpk.tables.characteristics import NEEDS, absent, characteristics
from cartpk.tables.groups import analysis_set, by_subject
from cartpk.tables.listing import SUBJECT, optional
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.tables.characteristics import Characteristic
    from cartpk.trial_data import TrialData


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject that came in, one column per characteristic that the data bring."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    found = characteristics(data, config)
    if not found:
        return NoTable(NEEDS)
    columns = (*SUBJECT, *(Column(c.code.lower(), c.label, "text" if c.style is None else "number") for c in found))
    rows = tuple(
        Row((words(subject), words(cohort), *(_cell(c, subject) for c in found)))
        for subject, cohort in by_subject(data)[["USUBJID", "COHORT"]].itertuples(index=False)
    )
    lacking = absent(data, config)
    notes = ["Blank: no value before the infusion."]
    notes += [f"Not in the data: {', '.join(lacking)}."] if lacking else []
    return Body(columns, rows, analysis_set(data, "all").text, tuple(notes), "adsl.csv, work/pd_change.csv")


def _cell(each: Characteristic, subject: str) -> Cell:
    value = each.known[subject]
    if each.style is None:
        return words(value)
    if each.blq is not None and each.blq[subject]:
        return words(BLQ)
    return optional(value, each.style)


SPEC: Final = TableSpec("l_16_2_4", "16.2.4", "Demographics and baseline characteristics by subject", table)
