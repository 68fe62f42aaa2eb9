"""Disposition by subject: infusions, analysis sets, how and when the follow-up ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.analysis_sets import analysis_sets
from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set, by_subject, shown
from cartpk.tables.listing import SUBJECT, optional
from cartpk.tables.printing import count, days, event_day
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import SubjectSet

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("infusions", "Infusions", "number"),
    Column("sets", "Analysis sets", "text"),
    Column("last_result", "Last kinetic result (day)", "number", unit="day"),
    Column("end", "Follow-up ended by", "text"),
    Column("end_day", "on day", "number", unit="day"),
    Column("contact", "Last contact (day)", "number", unit="day"),
    Column("why", "Outside the analysis because", "text"),
)
_ENDS: Final = {"DEATH": "death", "WITHDRAWAL": None, "COMPLETED": "completed"}
"""Events that end the follow-up, in the order in which they count; None = as delivered."""
_SHORT: Final = {
    SubjectSet.SAFETY: "safety",
    SubjectSet.PK: "PK",
    SubjectSet.PD: "PD",
    SubjectSet.EFFICACY: "efficacy",
    SubjectSet.EFFICACY_EVALUABLE: "evaluable for efficacy",
    SubjectSet.DLT: "DLT",
    SubjectSet.ADA: "antibodies",
}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject that came in."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    inside = {name: why.isna() for name, why in analysis_sets(data, config).items() if shown(name, config)}
    analyte = config.primary_analyte
    own = data.adnca[data.adnca["PCTESTCD"].eq(analyte.code) & data.adnca["ANLFL"].eq("Y")]
    last = own.groupby("USUBJID")["AFRLT"].max()
    events = data.clinical.adevent
    events = events[events["FIRSTFL"].eq("Y") & events["ANLFL"].eq("Y")]
    rows = []
    for s in by_subject(data).to_dict("records"):
        mine = events[events["USUBJID"].eq(s["USUBJID"])]
        end, day = _end(mine)
        contact = mine.loc[mine["EVENT"].eq("LAST_CONTACT"), "ADY"]
        cells = (
            words(s["USUBJID"]),
            words(s["COHORT"]),
            optional(s["NINF"], count),
            words("; ".join(_SHORT[name] for name, holds in inside.items() if holds[s["USUBJID"]])),
            optional(last.get(s["USUBJID"]), days),
            words(end),
            optional(day, event_day),
            optional(contact.iloc[0] if len(contact) else None, event_day),
            words(s["EXCLRS"]),
        )
        rows.append(Row(cells))
    notes = (
        f"Days from the start of the first infusion. Last kinetic result: {analyte.label}.",
        "Blank end: the follow-up goes on, or no disposition was delivered.",
        "Definitions of the sets: Table 14.1-1; reasons: Listing 16.2.3.",
    )
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all").text, notes, "adsl.csv, work/adset.csv, adevent.csv")


def _end(events: pd.DataFrame) -> tuple[str | None, float | None]:
    """What ended the subject's follow-up, and its day."""
    for name, said in _ENDS.items():
        found = events[events["EVENT"].eq(name)]
        if len(found):
            first = found.iloc[0]
            return said or str(first["EVENTTXT"]).lower(), float(first["ADY"])
    return None, None


SPEC: Final = TableSpec("l_16_2_1", "16.2.1", "Disposition by subject", table)
