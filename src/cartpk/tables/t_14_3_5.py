"""CRS, ICANS and other events of special interest: grade by their own scale, onset, duration, treatment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.safety import emergent, onset_and_duration, therapy_users, worst
from cartpk.tables.cells import several, words
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.printing import event_day
from cartpk.tables.safety import no_events, safety_notes, subject_row
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint, TherapyClass, class_text

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_SEVERE: Final = 3.0
_RANGE: Final = ("Median", "Minimum", "Maximum")
_DRUGS: Final = {TherapyClass.TOCILIZUMAB: "tocilizumab", TherapyClass.STEROID: "a steroid"}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Rows by class of event, one column per dose level."""
    if (nothing := no_events(data)) is not None:
        return nothing
    rows = emergent(data)
    who = analysis_set(data, "SAF", config)
    columns = (
        Column("class", "Class", "group"),
        Column("what", "What", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    own = config.clinical.adverse_events
    seen = set(rows["AESI"].dropna())
    classes = [c for c in own.special_interest if c in seen or c in own.own_scale]
    body = tuple(row for name in classes for row in _class_rows(name, rows[rows["AESI"].eq(name)], data, who.groups))
    notes = (
        *safety_notes(config),
        "Grades are those of the scale that the data name; CRS and ICANS are never merged with CTCAE grades.",
        "Onset: day of the first event. Duration: from it to the end of the last, both days counted, where all ended.",
        "Tocilizumab and steroids: given on or after the infusion, whatever for, to a subject with an event.",
    )
    return Body(columns, body, who.text, notes, "work/adae.csv, work/adcm.csv")


def _class_rows(name: str, rows: pd.DataFrame, data: TrialData, groups: Sequence[Group]) -> Iterator[Row]:
    have, printed = set(rows["USUBJID"]), class_text(name)

    def subjects(label: str, key: str, who: set[str]) -> Row:
        return subject_row((printed, label, "n (%)"), {"class": name, "what": key}, who, groups)

    yield subjects("Any", "any", have)
    grades = worst(rows)
    for (scale, grade), had in grades.groupby(["SCALE", "ATOXGR"], sort=True):
        yield subjects(f"Worst grade {grade:.0f} ({scale})", f"{scale} {grade:.0f}", set(had["USUBJID"]))
    for scale, had in grades[grades["ATOXGR"].ge(_SEVERE)].groupby("SCALE", sort=True):
        yield subjects(f"Grade 3 or higher ({scale!s})", f"{scale!s} severe", set(had["USUBJID"]))
    if rows.empty:
        return
    yield subjects("Grade not given", "no_grade", have - set(grades["USUBJID"]))
    yield subjects("Serious", "serious", set(rows.loc[rows["AESER"].eq("Y"), "USUBJID"]))
    times = onset_and_duration(rows)
    yield _times(name, "First onset (day)", "onset", times.set_index("USUBJID")["ONSET"], groups)
    yield _times(name, "Duration (days)", "duration", times.set_index("USUBJID")["DURATION"], groups)
    going_on = set(times.loc[~times["ENDED"], "USUBJID"])
    yield subjects("Not ended, or end not known", "ongoing", going_on)
    if data.clinical.has("medications"):
        for kind, drug in _DRUGS.items():
            yield subjects(f"Given {drug}", kind.lower(), have & therapy_users(data, kind))


def _times(name: str, label: str, key: str, values: pd.Series[float], groups: Sequence[Group]) -> Row:
    def cell(group: Group) -> Cell:
        own = values.reindex(group.subjects).dropna()
        if own.empty:
            return words("none")
        return several("{} [{}; {}]", [float(own.median()), float(own.min()), float(own.max())], [event_day] * 3)

    labels = (words(class_text(name)), words(label), words("Median [min; max]"))
    return Row((*labels, *(cell(group) for group in groups)), _RANGE, {"class": name, "what": key})


SPEC: Final = TableSpec(
    "t_14_3_5", "14.3-5", "CRS, ICANS and other events of special interest", table, (Endpoint.SPECIAL_INTEREST,)
)
