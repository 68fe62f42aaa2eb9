"""Adverse events, therapies and disposition of the virtual subjects, under the names of the intake's vocabulary."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import FloatArray
from cartpk.simulate.course import Course
from cartpk.simulate.trials import VirtualTrial

__all__ = ["adverse_events", "disposition", "medications", "procedures"]

Row = dict[str, Any]

_ASTCT: Final = "ASTCT 2019"
_CTCAE: Final = "CTCAE v5.0"
_BLOOD: Final = "Blood and lymphatic system disorders"
_USUAL: Final = (
    ("Neutrophil count decreased", "Investigations", 0.85, (3, 4), (1.0, 6.0), (7.0, 24.0), True),
    ("Platelet count decreased", "Investigations", 0.60, (2, 4), (2.0, 8.0), (8.0, 30.0), True),
    ("Anaemia", _BLOOD, 0.45, (1, 3), (1.0, 9.0), (7.0, 28.0), True),
    ("Pyrexia", "General disorders and administration site conditions", 0.35, (1, 2), (0.0, 5.0), (1.0, 4.0), True),
    ("Nausea", "Gastrointestinal disorders", 0.30, (1, 2), (-4.0, 6.0), (1.0, 5.0), False),
    ("Hypokalaemia", "Metabolism and nutrition disorders", 0.30, (1, 3), (2.0, 16.0), (2.0, 8.0), False),
    ("Pneumonia", "Infections and infestations", 0.18, (2, 3), (12.0, 80.0), (7.0, 20.0), True),
    ("Cytomegalovirus infection reactivation", "Infections and infestations", 0.20, (1, 2), (20.0, 90.0), (10.0, 30.0),
     True),
    ("Rash", "Skin and subcutaneous tissue disorders", 0.15, (1, 2), (5.0, 30.0), (3.0, 12.0), False),
    ("Headache", "Nervous system disorders", 0.25, (1, 2), (1.0, 40.0), (1.0, 3.0), False),
)  # fmt: skip
"""Preferred term, class, part of the subjects, lowest and highest grade, onset, duration (days), related."""


def adverse_events(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """One row per event; CRS and ICANS by ASTCT, all others by CTCAE."""
    rows: list[Row] = []
    for k, subject in enumerate(trial.subjects["USUBJID"]):
        mine = [*_immune(course, k), *_usual(course, k), *_dlt(course, k), *_gvhd(trial, course, k), *_fatal(course, k)]
        seen = sorted((e for e in mine if e["start_day"] <= course.last[k]), key=lambda e: (e["start_day"], e["term"]))
        rows += [{"subject": subject, **_cut(event, float(course.last[k]), float(course.death[k]))} for event in seen]
    return pd.DataFrame(rows)


def _event(term: str, system: str, grade: int, start: float, length: float, **more: object) -> Row:
    scale = _ASTCT if "category" in more else _CTCAE
    first = float(np.floor(start))
    return {
        "term": term.lower().capitalize(),
        "decoded": term,
        "system": system,
        "category": "",
        "grade": grade,
        "scale": scale,
        "serious": "Y" if grade >= 4 else "N",
        "related": "RELATED",
        "outcome": "RECOVERED/RESOLVED",
        "start_day": first,
        "end_day": first + max(float(np.floor(length)), 0.0),
        "dlt": "N",
        **more,
    }


def _cut(event: Row, last: float, death: float) -> Row:
    """The event as it is known at the end: one that outlasts the follow-up goes on."""
    if event["end_day"] <= last and event["end_day"] <= death:
        return event
    return {**event, "end_day": np.nan, "outcome": "NOT RECOVERED/NOT RESOLVED"}


def _immune(course: Course, k: int) -> list[Row]:
    """CRS in the days before the peak, ICANS after it began."""
    u = course.streams.uniform("clinical immune", course.exposure.size, 4)[k]
    found = []
    crs, icans = int(min(course.crs[k], 4)), int(min(course.icans[k], 4))
    onset = float(np.clip(course.peak[k] - 2.0 - 4.0 * u[0], 1.0, 14.0))
    if crs:
        name, system = "Cytokine release syndrome", "Immune system disorders"
        serious = "Y" if crs >= 3 else "N"
        found.append(_event(name, system, crs, onset, 1.0 + 1.6 * crs + 2.0 * u[1], category="CRS", serious=serious))
    if icans and crs:
        name = "Immune effector cell-associated neurotoxicity syndrome"
        start, length = onset + 1.0 + 3.0 * u[2], 1.0 + 1.5 * icans + 2.0 * u[3]
        found.append(_event(name, "Nervous system disorders", icans, start, length, category="ICANS", serious="Y"))
    return found


def _usual(course: Course, k: int) -> list[Row]:
    n = course.exposure.size
    u = course.streams.uniform("clinical usual", n, len(_USUAL), 4)[k]
    mild = course.design.disease == "sclerosis"
    found = []
    for (term, system, share, grades, onset, length, related), (is_there, grade, start, days) in zip(
        _USUAL, u, strict=True
    ):
        if is_there < share * (0.7 if mild else 1.0):
            low, high = grades
            g = low + int(grade * (high - low + 1))
            begin = onset[0] + (onset[1] - onset[0]) * start
            long = length[0] + (length[1] - length[0]) * days
            more = {} if related else {"related": "NOT RELATED" if start < 0.6 else "POSSIBLE"}
            found.append(_event(term, system, g, begin, long, **more))
    return found


def _dlt(course: Course, k: int) -> list[Row]:
    return [
        _event(term, system, grade, day, 6.0, dlt="Y", serious="Y")
        for term, system, grade, day in course.design.dlt.get(k + 1, ())
    ]


def _fatal(course: Course, k: int) -> list[Row]:
    """Sepsis of those who die without progression."""
    death = float(course.death[k])
    if not np.isfinite(death) or course.progression[k] <= death:
        return []
    sepsis = _event("Sepsis", "Infections and infestations", 5, death - 4.0, 4.0, serious="Y", related="POSSIBLE")
    return [sepsis | {"outcome": "FATAL"}]


def _gvhd(trial: VirtualTrial, course: Course, k: int) -> list[Row]:
    share = course.design.gvhd.get(str(trial.subjects["ARMCD"].iloc[k]), 0.0)
    u = course.streams.uniform("clinical gvhd", course.exposure.size, 3)[k]
    if u[0] >= share:
        return []
    name, grade = "Acute graft versus host disease", 1 + int(u[1] < 0.45)
    return [_event(name, "Immune system disorders", grade, 14.0 + 40.0 * u[2], 21.0)]


def medications(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """Tocilizumab and steroids for CRS and ICANS, new therapy after progression."""
    n = course.exposure.size
    u = course.streams.uniform("clinical medication", n, 4)
    events = adverse_events(trial, course)
    rows: list[Row] = []
    for k, subject in enumerate(trial.subjects["USUBJID"]):
        mine = events[(events["subject"] == subject) & (events["category"] == "CRS")]["start_day"]
        crs = float(mine.iloc[0]) if len(mine) else np.nan
        grade, neuro = int(min(course.crs[k], 4)), int(min(course.icans[k], 4))
        if np.isfinite(crs) and (grade >= 3 or (grade == 2 and u[k, 0] < 0.75)):
            reason = "Cytokine release syndrome"
            rows.append(_drug(subject, "Tocilizumab", "TOCILIZUMAB", (crs + 1.0, 0.0), reason, (8.0, "mg/kg")))
        if np.isfinite(crs) and (grade >= 3 or neuro >= 2):
            span = (crs + 2.0, 2.0 + np.floor(4.0 * u[k, 1]))
            rows.append(_drug(subject, "Dexamethasone", "DEXAMETHASONE", span, "CRS or ICANS", (10.0, "mg")))
        day = float(course.progression[k]) + 7.0 + np.floor(20.0 * u[k, 2])
        if day < course.last[k] and u[k, 3] < 0.6:
            row = _drug(subject, "Salvage chemotherapy", "", (day, 27.0), "Progression", (np.nan, ""))
            rows.append(row | {"category": "NEW ANTI-CANCER THERAPY"})
        rows.append(_drug(subject, "Paracetamol", "PARACETAMOL", (0.0, 0.0), "Premedication", (500.0, "mg")))
    table = pd.DataFrame(rows)
    past = table["end_day"] > table["subject"].map(_by_subject(trial, course.last))
    return table.assign(end_day=table["end_day"].mask(past)).sort_values(
        ["subject", "start_day", "treatment"], kind="stable", ignore_index=True
    )


def _drug(subject: str, name: str, decoded: str, span: tuple[float, float], why: str, dose: tuple[float, str]) -> Row:
    """A medication; ``span``: day of its start and days it lasts."""
    return {
        "subject": subject, "treatment": name, "decoded": decoded, "category": "CONCOMITANT", "indication": why,
        "dose": dose[0], "dose_unit": dose[1], "start_day": span[0], "end_day": sum(span),
    }  # fmt: skip


def _by_subject(trial: VirtualTrial, value: FloatArray) -> dict[str, float]:
    return dict(zip(trial.subjects["USUBJID"], value.tolist(), strict=True))


def procedures(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """Transplantations after the infusion; without rows where there is none."""
    given = np.flatnonzero(np.isfinite(course.hsct))
    return pd.DataFrame(
        {
            "subject": trial.subjects["USUBJID"].to_numpy()[given],
            "treatment": "Allogeneic hematopoietic stem cell transplantation",
            "decoded": "HSCT",
            "category": "TRANSPLANTATION",
            "indication": "Consolidation",
            "start_day": course.hsct[given],
            "end_day": course.hsct[given],
        }
    )


def disposition(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """Death, loss to follow-up or completion, and the last contact of every subject."""
    rows: list[Row] = []
    for k, subject in enumerate(trial.subjects["USUBJID"]):
        day = float(course.last[k])
        if np.isfinite(course.death[k]):
            rows.append({"subject": subject, "term": "DEATH", "category": "DISPOSITION EVENT", "day": course.death[k]})
        elif course.left[k]:
            rows.append({"subject": subject, "term": "LOST TO FOLLOW-UP", "category": "DISPOSITION EVENT", "day": day})
        elif day >= course.design.follow_up:
            rows.append({"subject": subject, "term": "COMPLETED", "category": "DISPOSITION EVENT", "day": day})
        rows.append({"subject": subject, "term": "LAST CONTACT", "category": "OTHER EVENT", "day": day})
    return pd.DataFrame(rows)
