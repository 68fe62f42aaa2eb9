"""Adverse events as the tables count them: which rows, who had which at worst, when it began and how long it lasted.

Grades of two scales are never compared: the worst grade is found within a scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cartpk.clinical.safety_set import outside_safety

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["before_infusion", "emergent", "onset_and_duration", "therapy_users", "worst"]

NO_SCALE = "scale not given"


def emergent(data: TrialData) -> pd.DataFrame:
    """Treatment-emergent events of the safety set; one whose day is not known counts as such (``TRTEMFL``)."""
    rows = _used(data)
    return rows[rows["TRTEMFL"].eq("Y")].reset_index(drop=True)


def before_infusion(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """Events of the safety set that began before the infusion, with ``PHASE``: lymphodepletion or earlier.

    ``PHASE`` is empty where ``pharmacodynamics.lymphodepletion_start_day`` is not declared.
    """
    rows = _used(data)
    early = rows[rows["TRTEMFL"].ne("Y")].reset_index(drop=True)
    start = config.pharmacodynamics.lymphodepletion_start_day
    if start is None:
        return early.assign(PHASE="")
    return early.assign(PHASE=early["ASTDY"].ge(start).map({True: "lymphodepletion", False: "earlier"}))


def _used(data: TrialData) -> pd.DataFrame:
    rows, outside = data.clinical.adae, outside_safety(data.adsl)
    return rows[rows["ANLFL"].eq("Y") & rows["USUBJID"].isin(outside.index[outside.isna()])]


def worst(rows: pd.DataFrame) -> pd.DataFrame:
    """Worst grade of each subject and scale: ``USUBJID``, ``SCALE``, ``ATOXGR``; an event without grade has no part."""
    graded = rows[rows["ATOXGR"].notna()].assign(SCALE=rows["SCALE"].fillna(NO_SCALE))
    return graded.groupby(["SCALE", "USUBJID"], sort=True)["ATOXGR"].max().reset_index()


def onset_and_duration(rows: pd.DataFrame) -> pd.DataFrame:
    """First onset and duration of each subject's events of one kind.

    Returns
    -------
    DataFrame
        ``USUBJID``; ``ONSET`` day of the first; ``DURATION`` days from it to the end of the last one (both days
        count); missing while one goes on or a day is not known; ``ENDED`` whether all have ended.
    """
    found = rows.groupby("USUBJID", as_index=False, sort=True).agg(
        ONSET=("ASTDY", "min"), LAST=("AENDY", "max"), OPEN=("AENDY", lambda days: bool(days.isna().any()))
    )
    duration = (found["LAST"] - found["ONSET"] + 1.0).mask(found["OPEN"].astype(bool))
    return found.assign(DURATION=duration, ENDED=~found["OPEN"].astype(bool)).drop(columns=["LAST", "OPEN"])


def therapy_users(data: TrialData, kind: str) -> set[str]:
    """Subjects with this class of therapy (``TOCILIZUMAB``, ``STEROID``) on or after the infusion."""
    rows = data.clinical.adcm
    return {
        str(s) for s in rows.loc[rows["ANLFL"].eq("Y") & rows["POSTFL"].eq("Y") & rows["CLASS"].eq(kind), "USUBJID"]
    }
