"""Laboratory shifts: where each subject stood before the infusion, and the worst after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.safety_set import outside_safety
from cartpk.schemas.derived import ADLBSHIFT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["GRADES", "PLACES", "derive", "worst_grade", "worst_place"]

PLACES: Final = ("LOW", "NORMAL", "HIGH", "ABNORMAL", "LOW AND HIGH")
"""Places in the reference range in the order of printing."""
GRADES: Final = tuple(f"Grade {n}" for n in range(6))
_TEST: Final = ["PARAMCD", "PCSPEC", "ATOX"]


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per infused subject, test and kind of shift; a subject without a result has an empty category.

    Returns
    -------
    DataFrame
        As :data:`cartpk.schemas.derived.ADLBSHIFT`.
    """
    rows = data.clinical.adlb
    outside = outside_safety(data.adsl)
    infused = data.adsl[data.adsl["USUBJID"].map(outside).isna()]
    used = rows[rows["ANLFL"].eq("Y") & rows["USUBJID"].isin(infused["USUBJID"])]
    used = used.assign(PCSPEC=used["PCSPEC"].fillna(""), ATOX=used["ATOX"].fillna(""))
    made = [row for shift, own in _kinds(used, config) for row in _shifts(shift, own, infused, config)]
    table = pd.DataFrame(made, columns=list(ADLBSHIFT.columns))
    text = table[["PCSPEC", "ATOX"]].astype("str")
    return table.assign(PCSPEC=text["PCSPEC"].where(text["PCSPEC"] != ""), ATOX=text["ATOX"].where(text["ATOX"] != ""))


def _kinds(used: pd.DataFrame, config: TrialConfig) -> Iterator[tuple[str, pd.DataFrame]]:
    """GRADE and RANGE, each with the results of the tests that are shown so."""
    wanted = config.clinical.laboratory.shifts
    graded = set(used.loc[used["ATOXGR"].notna(), "PARAMCD"])
    ranged = set(used.loc[used["ANRIND"].notna(), "PARAMCD"])
    if wanted == "grade_else_range":
        ranged -= graded
    if wanted != "range":
        yield "GRADE", used[used["PARAMCD"].isin(graded) & used["ATOXGR"].notna()]
    if wanted != "grade":
        # the range of a test is one, whatever is graded in it
        yield "RANGE", used[used["PARAMCD"].isin(ranged) & used["ANRIND"].notna()].assign(ATOX="")


def _shifts(shift: str, used: pd.DataFrame, infused: pd.DataFrame, config: TrialConfig) -> Iterator[dict[str, object]]:
    until = config.clinical.laboratory.until_day
    column = "ATOXGR" if shift == "GRADE" else "ANRIND"
    for test, rows in used.groupby(_TEST, sort=True):
        name = rows["PARAM"].dropna()
        head = dict(zip(_TEST, test, strict=True)) | {
            "PARAM": str(name.iloc[0]) if len(name) else str(test[0]),
            "SHIFT": shift,
        }
        for who in infused[["STUDYID", "USUBJID", "COHORT"]].to_dict("records"):
            mine = rows[rows["USUBJID"].eq(who["USUBJID"])].sort_values("AFRLT", kind="stable")
            before = mine[mine["AFRLT"] <= 0].tail(1)
            after = mine[(mine["AFRLT"] > 0) & (mine["AFRLT"] <= (float("inf") if until is None else until))]
            label = _grade if shift == "GRADE" else str
            worst, day = (worst_grade if shift == "GRADE" else worst_place)(after[column], after["AFRLT"])
            yield {
                **{str(name): text for name, text in who.items()},
                **head,
                "BASEC": label(before[column].iloc[0]) if len(before) else None,
                "BASEDY": float(before["AFRLT"].iloc[0]) if len(before) else float("nan"),
                "WORSTC": worst,
                "WORSTDY": day,
                "NAFTER": float(len(after)),
            }


def _grade(value: float) -> str:
    return GRADES[int(value)]


def worst_grade(grades: pd.Series[float], days: pd.Series[float]) -> tuple[str | None, float]:
    """The highest grade and its first day; None without a grade.

    Examples
    --------
    >>> import pandas as pd
    >>> worst_grade(pd.Series([1.0, 3.0, 3.0]), pd.Series([3.0, 7.0, 14.0]))
    ('Grade 3', 7.0)
    """
    if not len(grades):
        return None, float("nan")
    highest = grades.max()
    return _grade(highest), float(days[grades.eq(highest)].min())


def worst_place(places: pd.Series[str], days: pd.Series[float]) -> tuple[str | None, float]:
    """The place farthest from normal and its first day; one who was below and above the range was both.

    Examples
    --------
    >>> import pandas as pd
    >>> worst_place(pd.Series(["NORMAL", "HIGH", "LOW"]), pd.Series([3.0, 7.0, 14.0]))
    ('LOW AND HIGH', 7.0)
    """
    if not len(places):
        return None, float("nan")
    outside = places[places.ne("NORMAL")]
    if not len(outside):
        return "NORMAL", float(days.min())
    found = set(outside)
    both = {"LOW", "HIGH"} <= found
    # ABNORMAL says less than LOW or HIGH beside it
    named = "LOW AND HIGH" if both else next(place for place in ("LOW", "HIGH", "ABNORMAL") if place in found)
    return named, float(days[outside.index].min())
