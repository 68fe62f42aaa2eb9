"""Dose-limiting toxicity by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.dlt import DltStatus, dlt_subjects
from cartpk.tables.cells import counted, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, in_order, optional
from cartpk.tables.printing import event_day
from cartpk.tables.safety import no_events
from cartpk.tables.t_14_3_1 import cut_note, window_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("window", "DLT window", "text"),
    Column("last", "Known of until (day)", "number", unit="day"),
    Column("n", "DLT events", "number"),
    Column("terms", "DLT (grade, day of onset)", "text"),
    Column("status", "Status", "text"),
    Column("left", "Days left", "number", unit="day"),
    Column("why", "Why not evaluable", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject of the safety set."""
    if (nothing := no_events(data)) is not None:
        return nothing
    own = dlt_subjects(data, config)
    own = in_order(own[own["STATUS"].ne(str(DltStatus.OUTSIDE))], data)
    if own.empty:
        return NoTable("Nobody is in the safety set.")
    rows = []
    for s in own.to_dict("records"):
        cells = (
            words(s["USUBJID"]),
            words(s["COHORT"]),
            words(window_text(s["WINFIRST"], s["WINLAST"])),
            optional(s["LASTDY"], event_day),
            counted(s["NDLT"]),
            words(s["DLTTERM"]),
            words(s["STATUS"].lower().replace("dlt", "DLT")),
            optional(s["DAYSLEFT"], event_day),
            words(s["REASON"]),
        )
        rows.append(Row(cells))
    events = data.clinical.adae
    uncounted = events[events["AEDLT"].eq("Y") & events["DLTFL"].ne("Y")]
    notes = [cut_note(config)]
    notes += [f"Marked as DLT, not counted: {s}, {t}: {w}." for s, t, w in _uncounted(uncounted)]
    who = analysis_set(data, "SAF", config)
    return Body(_COLUMNS, tuple(rows), who.text, tuple(notes), "work/addlt.csv, work/adae.csv")


def _uncounted(rows: pd.DataFrame) -> list[tuple[str, str, str]]:
    why = rows["DLTRS"].fillna(rows["ANLRS"]).fillna("not used")
    return [(str(s), str(t), str(w)) for s, t, w in zip(rows["USUBJID"], rows["AEDECOD"], why, strict=True)]


SPEC: Final = TableSpec("l_16_2_7_1", "16.2.7-1", "Dose-limiting toxicity by subject", table, (Endpoint.DLT,))
