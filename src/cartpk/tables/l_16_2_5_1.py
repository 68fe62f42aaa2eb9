"""Infusions by subject: planned and actual dose, later infusions, events that end the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set, by_subject
from cartpk.tables.listing import SUBJECT, optional
from cartpk.tables.printing import count, dose, event_day, fixed, measured_dose, percent, unit_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("planned", "Planned dose", "number"),
    Column("actual", "Actual dose", "number"),
    Column("unit", "Unit", "text"),
    Column("of_planned", "Actual, % of planned", "number"),
    Column("weight", "Body weight (kg)", "number", unit="kg"),
    Column("n", "Infusions", "number"),
    Column("reinfusion", "Re-infusion (day)", "number", unit="day"),
    Column("event", "Profile cut at (day)", "number", unit="day"),
    Column("event_text", "by", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    rows = []
    outside = 0
    weighed = data.adsl["WEIGHT"].notna().any()
    for s in by_subject(data).to_dict("records"):
        share = 100.0 * s["DOSEA"] / s["DOSEP"] if s["DOSEP"] else float("nan")
        outside += abs(share - 100.0) > config.dosing.tolerance_pct
        cells = (
            words(s["USUBJID"]),
            words(s["COHORT"]),
            optional(s["DOSEP"], dose),
            optional(s["DOSEA"], measured_dose),
            words(unit_text(s["DOSEU"]) if isinstance(s["DOSEU"], str) else None),
            optional(share, percent),
            *((optional(s["WEIGHT"], lambda v: fixed(v, 1)),) if weighed else ()),
            optional(s["NINF"], count),
            optional(s["REINFDY"], event_day),
            optional(s["EVENTDY"], event_day),
            words(s["EVENTTXT"]),
        )
        rows.append(Row(cells))
    notes = ["Days from the start of the first infusion. Split doses are added."]
    if data.adsl["DOSEP"].notna().any():
        limit = f"±{config.dosing.tolerance_pct:g} %"
        notes.append(f"Outside {limit} of the planned dose: {outside} of {len(rows)} subjects.")
    columns = tuple(column for column in _COLUMNS if weighed or column.key != "weight")
    return Body(columns, tuple(rows), analysis_set(data, "all").text, tuple(notes), "adsl.csv")


SPEC: Final = TableSpec("l_16_2_5_1", "16.2.5-1", "Infusions: planned and actual dose by subject", table)
