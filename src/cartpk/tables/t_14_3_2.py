"""Adverse events: overview."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.safety import before_infusion, emergent
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.safety import event_row, no_events, safety_notes, subject_row
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_SEVERE: Final = 3.0


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Subjects with an event and events, by kind; one column per dose level."""
    if (nothing := no_events(data)) is not None:
        return nothing
    who = analysis_set(data, "SAF", config)
    columns = (
        Column("phase", "Phase", "group"),
        Column("kind", "Adverse events", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    rows = [*_emergent(emergent(data), who.groups), *_before(before_infusion(data, config), who.groups)]
    notes = (
        *safety_notes(config),
        "CRS and ICANS count among all events and are shown by their own grades in Table 14.3-5.",
        *_phases(config, before_infusion(data, config)),
        f"Relation and seriousness as delivered; one that is not given counts as no ({_unknown(data)}).",
    )
    return Body(columns, tuple(rows), who.text, notes, "work/adae.csv")


def _emergent(rows: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    severe = rows["ATOXGR"].ge(_SEVERE)
    related, serious = rows["AREL"].eq("Y"), rows["AESER"].eq("Y")
    kinds = [
        ("Any", "any", rows),
        *((f"Grade 3 or higher ({s})", f"severe {s}", rows[severe & rows["SCALE"].eq(s)]) for s in _scales(rows)),
        ("Serious", "serious", rows[serious]),
        ("Related to the product", "related", rows[related]),
        *(
            (f"Related, grade 3 or higher ({s})", f"related severe {s}", rows[related & severe & rows["SCALE"].eq(s)])
            for s in _scales(rows[related])
        ),
        ("Related and serious", "related serious", rows[related & serious]),
        ("Fatal", "fatal", rows[rows["AESDTH"].eq("Y")]),
        ("Counted as dose-limiting", "dlt", rows[rows["DLTFL"].eq("Y")]),
        ("Of special interest", "special", rows[rows["AESI"].notna()]),
    ]
    for label, key, own in kinds:
        yield from _pair("From the infusion", label, {"phase": "emergent", "kind": key}, own, groups)


def _before(rows: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    """Events that began before the infusion: apart, by the phase they began in."""
    names = {"lymphodepletion": "Lymphodepletion", "earlier": "Before lymphodepletion", "": "Before the infusion"}
    for phase, own in rows.groupby("PHASE", sort=True):
        yield from _pair(names[str(phase)], "Any", {"phase": str(phase) or "before", "kind": "any"}, own, groups)


def _phases(config: TrialConfig, before: pd.DataFrame) -> tuple[str, ...]:
    """What is said of the events before the infusion, where there are any."""
    start = config.pharmacodynamics.lymphodepletion_start_day
    if before.empty:
        return ()
    phase = "" if start is None else f" Lymphodepletion: begun from day {start:g} on and before the infusion."
    return (f"Events that began before the infusion stand apart and count in no other row.{phase}",)


def _pair(phase: str, label: str, key: dict[str, str], rows: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    yield subject_row((phase, label, "Subjects, n (%)"), {**key, "of": "subjects"}, set(rows["USUBJID"]), groups)
    yield event_row((phase, label, "Events, n"), {**key, "of": "events"}, rows, groups)


def _scales(rows: pd.DataFrame) -> list[str]:
    return sorted({str(s) for s in rows["SCALE"].dropna()})


def _unknown(data: TrialData) -> str:
    rows = emergent(data)
    return (
        f"relation not given: {int(rows['AREL'].isna().sum())}, seriousness: {int(rows['AESER'].isna().sum())} events"
    )


SPEC: Final = TableSpec(
    "t_14_3_2", "14.3-2", "Adverse events: overview", table, (Endpoint.ADVERSE_EVENTS, Endpoint.RELATED_EVENTS)
)
