"""What happened to a subject and when: one row per event, in the lanes of the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.report.subjects.coding import Texts, rounded, starts
from cartpk.tables.printing import days
from cartpk.terms import ClinicalEvent, TherapyClass, class_text

if TYPE_CHECKING:
    from cartpk.trial_data import TrialData

__all__ = ["LANES", "Event", "events", "timeline"]

LANES: Final = {
    "infusion": "Infusion",
    "samples": "Kinetic samples",
    "counts": "Cell counts",
    "response": "Response",
    "special": "CRS, ICANS, special interest",
    "dlt": "Dose-limiting toxicity",
    "tocilizumab": "Tocilizumab",
    "steroid": "Steroids",
    "therapy": "HSCT, new therapy",
    "end": "Status",
}
"""Lanes of the timeline, from top to bottom; ``samples`` and ``counts`` are drawn from the measurements."""

_THERAPY: Final = {
    str(TherapyClass.TOCILIZUMAB): "tocilizumab",
    str(TherapyClass.STEROID): "steroid",
}
_EVENTS: Final = {
    str(ClinicalEvent.DEATH): ("end", "Death"),
    str(ClinicalEvent.HSCT): ("therapy", "HSCT"),
    str(ClinicalEvent.NEW_THERAPY): ("therapy", "New therapy"),
    str(ClinicalEvent.WITHDRAWAL): ("end", "Withdrawal"),
    str(ClinicalEvent.COMPLETED): ("end", "Completed"),
    str(ClinicalEvent.LAST_CONTACT): ("end", "Last contact"),
}


@dataclass(frozen=True)
class Event:
    """One thing on the timeline.

    Attributes
    ----------
    subject, lane
        Whose, and in which lane.
    start, end
        Days from the first infusion; ``end`` is nan for what has no length, or goes on.
    label, detail
        A few letters beside the mark; the same in words.
    file, row
        Where it was delivered; empty and nan for what ADSL says.
    """

    subject: str
    lane: str
    start: float
    end: float
    label: str
    detail: str
    file: str = ""
    row: float = float("nan")


def timeline(data: TrialData, subjects: list[str], texts: Texts) -> dict[str, Any]:
    """The events of all subjects, by subject, lane and day; events without a day are named in ``undated``."""
    place = {subject: i for i, subject in enumerate(subjects)}
    lanes = list(LANES)
    found = [e for e in events(data) if e.subject in place]
    found.sort(key=lambda e: (place[e.subject], lanes.index(e.lane), e.start if e.start == e.start else 1e9, e.label))
    return {
        "lanes": list(LANES.values()),
        "names": lanes,
        "start": starts([place[e.subject] for e in found], len(subjects)),
        "lane": [lanes.index(e.lane) for e in found],
        "from": [rounded(e.start, 2) for e in found],
        "to": [rounded(e.end, 2) for e in found],
        "label": texts.codes(e.label for e in found),
        "detail": texts.codes(e.detail for e in found),
        "file": texts.codes(e.file for e in found),
        "row": [rounded(e.row, 0) for e in found],
    }


def events(data: TrialData) -> Iterator[Event]:
    """Everything that happened, measurements apart."""
    yield from _infusions(data)
    yield from _responses(data.clinical.adrs)
    yield from _toxicity(data.clinical.adae)
    yield from _therapies(data.clinical.adcm)
    yield from _status(data)


def _infusions(data: TrialData) -> Iterator[Event]:
    """The first infusion is day 0; later ones are where their own profile begins, or where ADSL has them."""
    later: dict[str, dict[float, str]] = {}
    shifted = data.adnca[data.adnca["ATPTREF"].ne("INFUSION 1") & data.adnca["ARRLT"].notna()]
    for subject, infusion, day, own in zip(
        shifted["USUBJID"], shifted["ATPTREF"], shifted["AFRLT"], shifted["ARRLT"], strict=True
    ):
        later.setdefault(str(subject), {}).setdefault(round(float(day) - float(own), 6), str(infusion).capitalize())
    for row in data.adsl.to_dict("records"):
        subject = str(row["USUBJID"])
        if row["NINF"] == 0:
            continue
        yield Event(subject, "infusion", 0.0, float("nan"), "1", f"First infusion, {row['COHORT']}")
        known = later.get(subject, {})
        if pd.notna(row["REINFDY"]) and not any(abs(day - row["REINFDY"]) < 0.01 for day in known):
            known = {**known, float(row["REINFDY"]): "Re-infusion"}
        for number, (day, name) in enumerate(sorted(known.items()), start=2):
            yield Event(subject, "infusion", day, float("nan"), str(number), name)


def _source(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"file": row["SRCFILE"] if isinstance(row["SRCFILE"], str) else "", "row": float(row["SRCROW"])}


def _responses(table: pd.DataFrame) -> Iterator[Event]:
    for row in table.to_dict("records"):
        code = row["AVALC"] if isinstance(row["AVALC"], str) else "not known"
        site = f", {row['SITE']}" if isinstance(row["SITE"], str) and row["SITE"] else ""
        why = "" if row["ANLFL"] == "Y" else f"; not used: {_text(row['ANLRS'])}"
        detail = f"Response {code}{site}{why}"
        yield Event(str(row["USUBJID"]), "response", float(row["AFRLT"]), float("nan"), code, detail, **_source(row))


def _toxicity(table: pd.DataFrame) -> Iterator[Event]:
    """Events of special interest and dose-limiting ones; all others are in the listings."""
    for row in table.to_dict("records"):
        grade = f" grade {row['ATOXGR']:.0f}" if pd.notna(row["ATOXGR"]) else ""
        name = _text(row["AEDECOD"]) or _text(row["AETERM"])
        start, end = float(row["ASTDY"]), float(row["AENDY"])
        if isinstance(row["AESI"], str):
            kind = class_text(row["AESI"])
            said = f"{kind}: {name}{grade}" if kind != name else f"{name}{grade}"
            short = f"{kind}{grade.replace(' grade', '')}"
            yield Event(str(row["USUBJID"]), "special", start, end, short, said, **_source(row))
        if row["DLTFL"] == "Y":
            yield Event(str(row["USUBJID"]), "dlt", start, end, "DLT", f"{name}{grade}", **_source(row))


def _therapies(table: pd.DataFrame) -> Iterator[Event]:
    """Tocilizumab and steroids; transplants and new therapies come from the events."""
    for row in table[table["ANLFL"].eq("Y")].to_dict("records"):
        lane = _THERAPY.get(str(row["CLASS"]))
        if lane is None:
            continue
        name = _text(row["CMDECOD"]) or _text(row["CMTRT"]) or str(row["CLASS"])
        much = f", {row['CMDOSE']}" if isinstance(row["CMDOSE"], str) else ""
        start, end = float(row["ASTDY"]), float(row["AENDY"])
        detail = f"{name.capitalize()}{much}"
        yield Event(str(row["USUBJID"]), lane, start, end, "", detail, **_source(row))


def _status(data: TrialData) -> Iterator[Event]:
    """Death, transplant, new therapy, withdrawal, last contact: from the events, else what ADSL knows."""
    told = set()
    for row in data.clinical.adevent[data.clinical.adevent["ANLFL"].eq("Y")].to_dict("records"):
        lane, name = _EVENTS[str(row["EVENT"])]
        said = _text(row["EVENTTXT"])
        more = f" ({said.lower()})" if said and said.lower() != name.lower() else ""
        told.add((str(row["USUBJID"]), round(float(row["ADY"]), 6)))
        detail = f"{name}{more}"
        yield Event(str(row["USUBJID"]), lane, float(row["ADY"]), float("nan"), name, detail, **_source(row))
    for row in data.adsl.to_dict("records"):
        subject, day = str(row["USUBJID"]), row["EVENTDY"]
        if pd.isna(day) or pd.notna(row["REINFDY"]) or (subject, round(float(day), 6)) in told:
            continue
        text = _text(row["EVENTTXT"]) or "event"
        detail = f"{text.capitalize()}, day {days(day)}: ends the profile"
        yield Event(subject, "end", float(day), float("nan"), text.capitalize(), detail)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
