"""Who a subject is: dose, groups, infusions, analysis sets with the reason where it is outside one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.dose_words import has_dose_levels
from cartpk.report.prose import plural
from cartpk.report.subjects.coding import Texts
from cartpk.tables.groups import by_subject, set_label, shown
from cartpk.tables.printing import event_day, fixed, measured_dose, percent, unit_text
from cartpk.terms import SubjectSet

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["facts", "order", "people", "sets"]

_SEX: Final = {"F": "female", "M": "male"}


def order(data: TrialData) -> list[str]:
    """Subjects in the order of the listings: dose level, identifier."""
    return [str(s) for s in by_subject(data)["USUBJID"]]


def people(data: TrialData, config: TrialConfig, texts: Texts) -> dict[str, Any]:
    """Per subject, in the order of the listings: identifier, dose level, facts, analysis sets."""
    rows = by_subject(data).to_dict("records")
    inside = sets(data, config)
    return {
        "id": [str(row["USUBJID"]) for row in rows],
        "dose": texts.codes(row["COHORT"] if has_dose_levels(data) else None for row in rows),
        "excluded": texts.codes(row["EXCLRS"] for row in rows),
        "facts": [[texts.codes(pair) for pair in facts(row, config)] for row in rows],
        "sets": [[texts.codes(pair) for pair in inside.get(str(row["USUBJID"]), ())] for row in rows],
    }


def facts(row: Mapping[Hashable, Any], config: TrialConfig) -> Iterator[tuple[str, str]]:
    """What ADSL says of a subject, as (label, text); what it does not say is left out."""
    yield from _doses(row)
    for column, grouping in config.groupings.items():
        if isinstance(row.get(column), str):
            yield grouping.name, row[column]
    if pd.notna(row["NINF"]):
        yield "Infusions on record", f"{row['NINF']:.0f}"
    if pd.notna(row["REINFDY"]):
        yield "Re-infusion", f"day {event_day(row['REINFDY'])}"
    if pd.notna(row["EVENTDY"]):
        yield "Profile cut", f"day {event_day(row['EVENTDY'])}: {row['EVENTTXT']}"
    yield from _body(row)


def _doses(row: Mapping[Hashable, Any]) -> Iterator[tuple[str, str]]:
    """The dose of each infusion."""
    unit = unit_text(row["DOSEU"]) if isinstance(row["DOSEU"], str) else ""
    if pd.notna(row["DOSEA"]):
        share = f" ({percent(100.0 * row['DOSEA'] / row['DOSEP'])} % of planned)" if row["DOSEP"] > 0 else ""
        yield "Actual dose", f"{measured_dose(row['DOSEA'])} {unit}{share}".strip()
    for name, value in row.items():
        if str(name).startswith("DOSE") and str(name)[4:6].isdigit() and pd.notna(value):
            yield f"Dose of infusion {int(str(name)[4:6])}", f"{measured_dose(value)} {unit}".strip()


def _body(row: Mapping[Hashable, Any]) -> Iterator[tuple[str, str]]:
    """Age, sex, weight."""
    if pd.notna(row["AGE"]):
        yield "Age", plural(round(row["AGE"]), "year")
    if isinstance(row["SEX"], str):
        yield "Sex", _SEX.get(row["SEX"], row["SEX"])
    if pd.notna(row["WEIGHT"]):
        yield "Body weight", f"{fixed(row['WEIGHT'], 1)} kg"


def sets(data: TrialData, config: TrialConfig) -> dict[str, list[tuple[str, str]]]:
    """Subject -> analysis sets of the trial, each with the reason why the subject is outside; empty = is in it."""
    table = data.derived["adset"]
    if len(table):
        names = {str(name): set_label(name) for name in SubjectSet if shown(name, config)}
        own = table[table["SET"].isin(list(names))]
        found: dict[str, list[tuple[str, str]]] = {}
        for row in own.to_dict("records"):
            why = row["REASON"] if isinstance(row["REASON"], str) else "reason not given"
            said = "" if row["SETFL"] == "Y" else why
            found.setdefault(str(row["USUBJID"]), []).append((names[str(row["SET"])], said))
        return found
    return {str(row["USUBJID"]): list(_kinetic_sets(row, len(data.adpd) > 0)) for row in data.adsl.to_dict("records")}


def _kinetic_sets(row: Mapping[Hashable, Any], counts: bool) -> Iterator[tuple[str, str]]:
    """Sets that ADSL itself knows, where no clinical table was derived."""
    why = row["EXCLRS"] if isinstance(row["EXCLRS"], str) else ""
    yield set_label(SubjectSet.PK), why or ("" if row["PKFL"] == "Y" else "no usable result after the infusion")
    if counts:
        yield set_label(SubjectSet.PD), why or ("" if row["PDFL"] == "Y" else "no usable cell count")
