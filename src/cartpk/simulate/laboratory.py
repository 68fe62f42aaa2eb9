"""Safety laboratory of the virtual subjects: it agrees with their adverse events.

Reference ranges and the bounds of the grades are ASSUMED: they make the sample's results and grades hang together and
are no grading scale. While an adverse event of a test goes on, a result lies in the band of the event's grade; without
one, it lies inside the reference range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.simulate.course import Course
from cartpk.simulate.course_events import adverse_events
from cartpk.simulate.trials import VirtualTrial

__all__ = ["DAYS", "TESTS", "Test", "laboratory", "true_grades"]

DAYS: Final = (-7, 3, 7, 14, 21, 28, 60, 91)
"""Planned days of the laboratory."""


@dataclass(frozen=True)
class Test:
    """A test of the safety laboratory.

    Attributes
    ----------
    code, name, unit, decimals
        As printed.
    low, high
        Reference range; one of them may be missing.
    usual
        Least and largest result of a subject without an event.
    event
        Preferred term of the adverse event whose grade the results follow; empty = none.
    bands
        Least and largest result of each grade from 1 on; empty = not graded.
    """

    code: str
    name: str
    unit: str
    decimals: int
    low: float | None
    high: float | None
    usual: tuple[float, float]
    event: str = ""
    bands: tuple[tuple[float, float], ...] = ()


TESTS: Final = (
    Test("NEUT", "Neutrophils", "10^9/L", 2, 2.0, 7.0, (2.1, 6.0), "Neutrophil count decreased",
         ((1.5, 1.95), (1.0, 1.45), (0.5, 0.95), (0.02, 0.45))),
    Test("PLAT", "Platelets", "10^9/L", 0, 150.0, 400.0, (155.0, 340.0), "Platelet count decreased",
         ((76.0, 148.0), (51.0, 74.0), (26.0, 49.0), (5.0, 24.0))),
    Test("HGB", "Hemoglobin", "g/L", 0, 115.0, 165.0, (116.0, 155.0), "Anaemia",
         ((101.0, 114.0), (81.0, 99.0), (62.0, 79.0))),
    Test("ALT", "Alanine Aminotransferase", "U/L", 0, None, 40.0, (10.0, 38.0), "Alanine aminotransferase increased",
         ((44.0, 115.0), (125.0, 195.0), (205.0, 780.0), (820.0, 1300.0))),
    Test("K", "Potassium", "mmol/L", 1, 3.5, 5.3, (3.6, 5.0), "Hypokalaemia",
         ((3.1, 3.4), (3.0, 3.4), (2.5, 2.9), (2.0, 2.4))),
    Test("CRP", "C Reactive Protein", "mg/L", 1, None, 10.0, (0.4, 9.0)),
)  # fmt: skip
"""Tests of the sample, in the order of a visit. CRP has no grade: its place in the range is all that is known."""
_RISE: Final = 40.0
"""CRP in mg/L per grade of CRS (ASSUMED)."""


def laboratory(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """One row per test and visit, until the subject is no longer seen."""
    events = adverse_events(trial, course)
    n = course.exposure.size
    u = course.streams.uniform("laboratory", n, len(DAYS), len(TESTS))
    shift = np.round(course.streams.between("laboratory day", -1.0, 1.0, n, len(DAYS)))
    rows: list[dict[str, Any]] = []
    for k, subject in enumerate(trial.subjects["USUBJID"]):
        mine = events[events["subject"].eq(subject)]
        for v, nominal in enumerate(DAYS):
            day = float(nominal) if nominal < 0 else float(nominal + shift[k, v])
            if day > course.seen[k]:
                break
            for t, test in enumerate(TESTS):
                grade = _grade(mine, test.event, day)
                low, high = _band(test, grade, _grade(mine, "Cytokine release syndrome", day))
                value = round(low + (high - low) * float(u[k, v, t]), test.decimals)
                rows.append(_row(test, subject, day, nominal, value, grade))
    return pd.DataFrame(rows)


def _grade(events: pd.DataFrame, term: str, day: float) -> int:
    """Highest grade of this event on this day; 0 = none goes on."""
    own = events[events["decoded"].eq(term) & events["start_day"].le(day) & ~events["end_day"].lt(day)]
    return int(own["grade"].max()) if len(own) else 0


def _band(test: Test, grade: int, crs: int) -> tuple[float, float]:
    if test.code == "CRP" and crs:
        return _RISE * crs, 2.0 * _RISE * crs
    return test.bands[min(grade, len(test.bands)) - 1] if grade and test.bands else test.usual


def _row(test: Test, subject: str, day: float, nominal: int, value: float, grade: int) -> dict[str, Any]:
    below = test.low is not None and value < test.low
    above = test.high is not None and value > test.high
    return {
        "subject": subject,
        "test": test.code,
        "test_name": test.name,
        "category": "HEMATOLOGY" if test.code in {"NEUT", "PLAT", "HGB"} else "CHEMISTRY",
        "value": value,
        "unit": test.unit,
        "low": np.nan if test.low is None else test.low,
        "high": np.nan if test.high is None else test.high,
        "indicator": "LOW" if below else "HIGH" if above else "NORMAL",
        "grade": str(min(grade, len(test.bands))) if test.bands else "",
        "specimen": "BLOOD" if test.code in {"NEUT", "PLAT", "HGB"} else "SERUM",
        "day": day,
        "visit": f"DAY {nominal}",
        "visit_day": float(nominal),
    }


def true_grades(trial: VirtualTrial, course: Course) -> dict[str, list[str]]:
    """``LB_NEUT`` ...: highest grade of each graded test at its visits after the infusion, by subject."""
    table = laboratory(trial, course)
    after = table[(table["day"] > 0) & (table["grade"] != "")]
    worst = after.assign(grade=after["grade"].astype("int64")).groupby(["test", "subject"])["grade"].max()
    subjects = list(trial.subjects["USUBJID"])
    return {f"LB_{test.code}": [str(worst.get((test.code, s), "")) for s in subjects] for test in TESTS if test.bands}
