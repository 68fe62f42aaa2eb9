"""Places in time: the infusion each sample belongs to, samples without a usable time, visits off their day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartpk.config.data import Time
from cartpk.ingest.findings import Findings
from cartpk.ingest.results import exclude
from cartpk.ingest.rules import RULES
from cartpk.ingest.text import looked_up
from cartpk.ingest.tidy_times import list_unit_doubts

__all__ = ["profile_starts", "with_places", "without_excluded_subjects"]

_LISTED_ONLY = frozenset({"CP-012"})
"""Rules of a time cell that is read nevertheless."""
_LISTED_BEFORE = frozenset({"BI-041", "BI-042"})
"""Rules that list a whole label at once, where the time is read."""


def profile_starts(infusions: pd.DataFrame, split_dose_days: float) -> dict[str, list[float]]:
    """Days on which each subject's profiles begin; an infusion within ``split_dose_days`` of a start is part of it.

    >>> frame = pd.DataFrame({"USUBJID": ["A"] * 3, "DAY": [0.0, 2.0, 60.0]})
    >>> profile_starts(frame, 7.0)
    {'A': [0.0, 60.0]}
    """
    known = infusions[infusions["DAY"].notna()]
    days_of: dict[str, list[float]] = {}
    for subject, day in zip(known["USUBJID"].tolist(), known["DAY"].tolist(), strict=True):
        days_of.setdefault(subject, []).append(day)
    starts: dict[str, list[float]] = {}
    for subject in sorted(days_of):
        mine = starts.setdefault(subject, [])
        for day in sorted(days_of[subject]):
            if not mine or day - mine[-1] > split_dose_days:
                mine.append(day)
    return starts


def without_excluded_subjects(rows: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """The rows with the reason of their subject, where the whole subject is outside the analysis."""
    excluded = subjects[subjects["EXCLRS"].notna()]
    if excluded.empty:
        return rows
    reason = looked_up(rows["USUBJID"], dict(zip(excluded["USUBJID"], excluded["EXCLRS"], strict=True)))
    return rows.assign(ANLRS=rows["ANLRS"].fillna(reason))


def with_places(rows: pd.DataFrame, starts: dict[str, list[float]], time: Time, findings: Findings) -> pd.DataFrame:
    """The rows with ``ATPTREF`` and ``ARRLT``; ``ANLRS`` where the time of a row cannot be used.

    A sample at the very time of a re-infusion still belongs to the profile before it (conventions 3.5, 3.6).
    """
    rows = _without_time(rows, findings)
    infusion = pd.Series(1, index=rows.index)
    start = pd.Series(0.0, index=rows.index)
    for subject, days in starts.items():
        if len(days) > 1:
            mine = rows.index[rows["USUBJID"] == subject]
            # side="left": a sample at the start itself counts to the profile before
            n = np.maximum(np.searchsorted(days, rows.loc[mine, "AFRLT"].fillna(0.0), side="left"), 1)
            infusion.loc[mine] = n
            start.loc[mine] = np.asarray(days)[n - 1]
    rows = rows.assign(ATPTREF=_numbered(infusion), ARRLT=rows["AFRLT"] - start)
    used = rows[rows["ANLRS"].isna()]
    list_unit_doubts(used, time, findings)
    _list_deviations(used, time, findings)
    return rows


def _numbered(infusion: pd.Series[int]) -> pd.Series[str]:
    """The names of these infusions."""
    names = pd.array([f"INFUSION {n}" for n in range(int(infusion.max() if len(infusion) else 0) + 1)], dtype="str")
    return pd.Series(names.take(infusion.to_numpy()), index=infusion.index)


def _without_time(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The rows with those that have no usable time excluded, each under the rule of its time cell."""
    rule = rows["TIMERULE"].fillna("").where(rows["ANLRS"].isna(), "")
    for rule_id in sorted(set(rule.unique()) - {""}):
        these = rule == rule_id
        here = rows[these]
        if rule_id in _LISTED_BEFORE:
            pass
        elif RULES[rule_id].scope == "file":
            examples = ", ".join(f"“{t}”" for t in here["TIME"].drop_duplicates()[:5])
            findings.add_files(rule_id, here, field="TIME", old=examples)
        else:
            findings.add_rows(rule_id, here, field="TIME", old=here["TIME"])
        if rule_id not in _LISTED_ONLY:
            rows = exclude(rows, these, rule_id)
    return rows


def _list_deviations(rows: pd.DataFrame, time: Time, findings: Findings) -> None:
    """List samples on the wrong side of the infusion for their visit, and those outside their visit's window."""
    nominal, actual = rows["NFRLT"], rows["AFRLT"]
    negative = rows[(nominal > 0) & (actual < 0)]
    findings.add_rows("BI-029", negative, field="TIME", old=negative["AFRLT"].round(4), nominal=negative["NFRLT"])
    # a nominal day 0 says nothing of the hour; only a visit before the day of infusion is before it for certain
    late = rows[(nominal < 0) & (actual > 0)]
    findings.add_rows("BI-030", late, field="TIME", old=late["AFRLT"].round(4), nominal=late["NFRLT"])
    window = nominal.map(time.visit_window_days)
    off = rows[((actual - nominal).abs() > window) & ~((nominal > 0) & (actual < 0)) & ~((nominal < 0) & (actual > 0))]
    findings.add_rows(
        "BI-040", off, field="TIME", old=off["AFRLT"].round(2), nominal=off["NFRLT"], allowed=window[off.index]
    )
