"""Deaths by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, optional, subject_cells
from cartpk.tables.printing import event_day
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import ClinicalEvent, Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("day", "Died on (day)", "number", unit="day"),
    Column("said", "On record as", "text"),
    Column("source", "Domain", "text"),
    Column("event", "Fatal adverse event", "text"),
    Column("related", "Related", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject who died and fatal adverse event."""
    events = data.clinical.adevent
    died = events[events["EVENT"].eq(str(ClinicalEvent.DEATH)) & events["FIRSTFL"].eq("Y")]
    if died.empty:
        return NoTable("No death is on record.")
    fatal = data.clinical.adae[data.clinical.adae["AESDTH"].eq("Y")][["USUBJID", "AEDECOD", "AREL"]]
    doses = dose_levels(data)
    rows = [
        Row(
            (
                *subject_cells(d["USUBJID"], doses),
                optional(d["ADY"], event_day),
                *map(words, (d["EVENTTXT"], d["SRCDOM"], d["AEDECOD"], d["AREL"])),
            )
        )
        for d in in_order(died.merge(fatal, on="USUBJID", how="left"), data, "ADY").to_dict("records")
    ]
    notes = ("Days from the infusion. The cause is shown where an adverse event is marked as fatal.",)
    text = analysis_set(data, "all", config).text
    return Body(_COLUMNS, tuple(rows), text, notes, "work/adevent.csv, work/adae.csv")


SPEC: Final = TableSpec("l_16_2_7_3", "16.2.7-3", "Deaths by subject", table, (Endpoint.ADVERSE_EVENTS, Endpoint.OS))
