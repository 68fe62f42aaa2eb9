"""Deaths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.safety_set import outside_safety
from cartpk.tables.groups import analysis_set
from cartpk.tables.safety import subject_row
from cartpk.tables.table import Body, Column, NoTable, TableSpec
from cartpk.terms import ClinicalEvent, Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_EARLY: Final = (30.0, 90.0)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Subjects who died, by time from the infusion and by whether an adverse event was fatal."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    clinical = data.clinical
    if not clinical.has("disposition") and not clinical.has("adverse_events"):
        return NoTable("Needs data: DS or AE (data.clinical). Neither disposition nor adverse events were delivered.")
    who = analysis_set(data, "SAF", config)
    outside = outside_safety(data.adsl)
    events = clinical.adevent
    first = events["EVENT"].eq(str(ClinicalEvent.DEATH)) & events["FIRSTFL"].eq("Y") & events["ANLFL"].eq("Y")
    died = events[first & events["USUBJID"].isin(outside.index[outside.isna()])]
    if died.empty:
        return NoTable("No death is on record.")
    fatal = set(clinical.adae.loc[clinical.adae["AESDTH"].eq("Y") & clinical.adae["ANLFL"].eq("Y"), "USUBJID"])
    related = clinical.adae["AREL"].eq("Y") & clinical.adae["AESDTH"].eq("Y")
    all_died = set(died["USUBJID"])
    lines = [
        ("Died", "died", all_died),
        *((f"Of these, up to day {d:g}", f"day_{d:g}", set(died.loc[died["ADY"].le(d), "USUBJID"])) for d in _EARLY),
        ("With a fatal adverse event", "fatal", all_died & fatal),
        ("Of these, related to the product", "related", all_died & set(clinical.adae.loc[related, "USUBJID"])),
        ("Without a fatal adverse event on record", "other", all_died - fatal),
    ]
    columns = (
        Column("death", "Deaths", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    rows = tuple(subject_row((label, "n (%)"), {"death": key}, subjects, who.groups) for label, key, subjects in lines)
    notes = (
        "Days count from the infusion; 30 and 90 days are this project's choice.",
        "Deaths from every table that names one (DM, DS, AE); by subject: Listing 16.2.7-3.",
    )
    return Body(columns, rows, who.text, notes, "work/adevent.csv, work/adae.csv")


SPEC: Final = TableSpec("t_14_3_7", "14.3-7", "Deaths", table, (Endpoint.ADVERSE_EVENTS, Endpoint.OS))
