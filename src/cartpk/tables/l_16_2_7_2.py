"""Adverse events by subject: every delivered one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, in_order, optional
from cartpk.tables.printing import count, event_day
from cartpk.tables.safety import no_events
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint, class_text

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("term", "Preferred term", "text"),
    Column("system", "System organ class", "text"),
    Column("class", "Special interest", "text"),
    Column("grade", "Grade", "number"),
    Column("scale", "Scale", "text"),
    Column("start", "Start (day)", "number", unit="day"),
    Column("end", "End (day)", "number", unit="day"),
    Column("serious", "Serious", "text"),
    Column("related", "Related", "text"),
    Column("outcome", "Outcome", "text"),
    Column("flags", "Marks", "text"),
    Column("why", "Not used because", "text"),
)
_MARKS: Final = {"DLTFL": "DLT", "AESDTH": "fatal"}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per delivered adverse event, used or not."""
    if (nothing := no_events(data)) is not None:
        return nothing
    events = in_order(data.clinical.adae, data, "ASTDY", "AEDECOD")
    if events.empty:
        return NoTable("Adverse events were delivered: none occurred.")
    rows = []
    for e in events.to_dict("records"):
        marks = [text for column, text in _MARKS.items() if e[column] == "Y"]
        marks += ["before the infusion"] if e["TRTEMFL"] != "Y" else []
        kind = class_text(e["AESI"]) if isinstance(e["AESI"], str) else None
        cells = (
            *map(words, (e["USUBJID"], e["COHORT"], e["AEDECOD"], e["AESOC"], kind)),
            optional(e["ATOXGR"], count),
            words(e["SCALE"]),
            optional(e["ASTDY"], event_day),
            optional(e["AENDY"], event_day),
            *map(words, (e["AESER"], e["AREL"], e["AEOUT"], "; ".join(marks), e["ANLRS"])),
        )
        rows.append(Row(cells))
    notes = (
        "Days from the infusion (infusion = day 0). Without an end: goes on, or the end is not known.",
        "Related: as the configuration reads the delivered relation; blank = not given.",
    )
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all", config).text, notes, "work/adae.csv")


SPEC: Final = TableSpec("l_16_2_7_2", "16.2.7-2", "Adverse events by subject", table, (Endpoint.ADVERSE_EVENTS,))
