"""Dose-limiting toxicity subject by subject: with a DLT, observed to the end of the window, or still inside it.

A subject with two DLTs is one DLT subject. What the data do not say (window, data cut, follow-up) is a reason, never
a guess.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.safety_set import outside_safety
from cartpk.once_per_trial import once_per_trial
from cartpk.terms import NOT_STATED, ClinicalEvent

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["DltStatus", "derive", "dlt_subjects"]

_COLUMNS: Final = (
    "STUDYID", "USUBJID", "COHORT", "COHORTN", "WINFIRST", "WINLAST", "NDLT", "DLTTERM", "LASTDY", "DAYSLEFT",
    "LEFTSRC", "STATUS", "REASON",
)  # fmt: skip


class DltStatus(StrEnum):
    """Where a subject stands in the assessment of DLT."""

    DLT = "DLT"
    OBSERVED = "NO DLT, OBSERVED"
    """Without DLT to the end of the window."""
    IN_WINDOW = "IN WINDOW"
    NOT_OBSERVED = "NOT OBSERVED"
    """The window ended, or the subject left, before it was observed to its end."""
    NO_WINDOW = "WINDOW NOT STATED"
    OUTSIDE = "NOT IN SAFETY SET"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known of one subject.

    Attributes
    ----------
    last
        Last day on which the subject is known of; nan = not known.
    ended
        Event that ended the follow-up for good (death, withdrawal); empty = none.
    left
        Days of the window left at the data cut; nan = not known.
    """

    last: float
    ended: str
    left: float


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject that came in, as :data:`cartpk.schemas.derived.ADDLT`."""
    return dlt_subjects(data, config)


@once_per_trial
def dlt_subjects(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject that came in: window, DLTs, follow-up, status and why it is not evaluable.

    Parameters
    ----------
    data
        The trial's tables.
    config
        ``escalation`` and ``sets.dlt_observed_to``.

    Returns
    -------
    DataFrame
        ``WINFIRST``, ``WINLAST`` days of the window; ``NDLT`` events that count; ``DLTTERM`` terms with grades;
        ``LASTDY`` last day known of; ``DAYSLEFT`` while in the window and ``LEFTSRC`` what it counts from;
        ``STATUS`` (:class:`DltStatus`); ``REASON`` why not evaluable, missing = evaluable.
    """
    outside, follow, left = outside_safety(data.adsl), _follow_up(data), _days_left(data)
    events = data.clinical.adae
    counted = events[events["DLTFL"].eq("Y")].sort_values(["ASTDY", "AEDECOD"], kind="stable")
    by_subject = {str(subject): own for subject, own in counted.groupby("USUBJID", sort=False)}
    said = data.clinical.has("adverse_events")
    rows = []
    for study, subject, cohort, level in data.adsl[["STUDYID", "USUBJID", "COHORT", "COHORTN"]].itertuples(index=False):
        window = config.escalation.window(level)
        own = by_subject.get(subject)
        last, ended = follow.get(subject, (math.nan, ""))
        seen = _Seen(last, ended, left.get(subject, math.nan))
        first, end = window or (math.nan, math.nan)
        needed = first if config.sets.dlt_observed_to == "first" else end
        why = outside.get(subject)
        if isinstance(why, str):
            status, reason = DltStatus.OUTSIDE, why
        elif not said:
            status, reason = DltStatus.NO_WINDOW, "no adverse events were delivered"
        elif window is None:
            status, reason = DltStatus.NO_WINDOW, f"DLT window {NOT_STATED}"
        elif own is not None:
            status, reason = DltStatus.DLT, ""
        else:
            status, reason = _without_dlt(seen, needed, end)
        inside = status is DltStatus.IN_WINDOW
        cut = not math.isnan(seen.left)
        days = (seen.left if cut else end - last) if inside else math.nan
        source = ("data cut" if cut else "last record of the subject") if inside else ""
        named = [] if own is None else own[["AEDECOD", "ATOXGR", "ASTDY"]].itertuples(index=False)
        terms = [_term(*cells) for cells in named]
        rows.append(
            (
                *(study, subject, cohort, level, first, end, float(len(terms)), "; ".join(terms)),
                *(last, days, source, str(status), reason),
            )
        )
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    words = ["DLTTERM", "LEFTSRC", "STATUS", "REASON"]
    texts = {c: table[c].astype("str").where(table[c] != "") for c in words}
    return table.assign(**texts)


def _without_dlt(seen: _Seen, needed: float, end: float) -> tuple[DltStatus, str]:
    """Status and reason of a subject without DLT, whose level has a window."""
    if math.isnan(seen.last):
        return DltStatus.NOT_OBSERVED, "no day of last contact"
    if seen.last >= needed:
        return DltStatus.OBSERVED, ""
    until = f"observed to day {seen.last:.4g} of a window to day {end:g}"
    if seen.ended:
        return DltStatus.NOT_OBSERVED, f"{seen.ended}; {until}"
    if seen.left <= 0:  # nan: the data cut is not known
        return DltStatus.NOT_OBSERVED, f"the window ended before the data cut; {until}"
    return DltStatus.IN_WINDOW, f"in the window; {until}"


def _term(term: str, grade: float, day: float) -> str:
    level = "grade not given" if math.isnan(grade) else f"grade {grade:.0f}"
    return f"{term} ({level}, {'day not known' if math.isnan(day) else f'day {day:.4g}'})"


def _follow_up(data: TrialData) -> dict[str, tuple[float, str]]:
    """Last day a subject is known of, and death or withdrawal if that is what ended it."""
    rows = data.clinical.adevent
    first = rows[rows["FIRSTFL"].eq("Y") & rows["ANLFL"].eq("Y")]
    contact = first[first["EVENT"].eq(str(ClinicalEvent.LAST_CONTACT))].groupby("USUBJID")["ADY"].max()
    names = {str(ClinicalEvent.DEATH): "died", str(ClinicalEvent.WITHDRAWAL): "left the trial"}
    ends = first[first["EVENT"].isin(list(names))].sort_values("ADY", kind="stable").drop_duplicates("USUBJID")
    known = {str(s): names[str(e)] for s, e in zip(ends["USUBJID"], ends["EVENT"], strict=True)}
    return {str(s): (float(d), known.get(str(s), "")) for s, d in contact.items()}


def _days_left(data: TrialData) -> dict[str, float]:
    """Days of the DLT window left at the data cut, where the intake could tell."""
    if "DLTLEFT" not in data.adsl:
        return {}
    return {str(s): float(d) for s, d in zip(data.adsl["USUBJID"], data.adsl["DLTLEFT"], strict=True)}
