"""Nominal days of SDTM visits, from the planned study day, the time point or the visit's label."""

from __future__ import annotations

import math
import re
from typing import Final

import pandas as pd

from cartpk.config.data import Time
from cartpk.ingest.text import mapped, plain
from cartpk.terms import DAYS_PER_HOUR

__all__ = ["nominal_days"]

_LABEL: Final = re.compile(r"(?:STUDY )?(?:DAY|D) ?(?P<day>[+-]? ?\d+(?:\.\d+)?)", re.IGNORECASE)


def nominal_days(frame: pd.DataFrame, prefix: str, time: Time) -> pd.Series[float]:
    """Planned time of each row's visit, days from the infusion; NaN where nothing says so.

    ``VISITDY`` counts as CDISC has it (day 1 is the day of the infusion, there is no day 0) unless ``time.day_zero``
    says otherwise; a label such as ``DAY 14`` is read only where ``time.day_zero`` is set. ``PCTPTNUM`` is added in
    the unit ``time.timepoint_unit``, and is left aside where that is null.
    """
    nothing = pd.Series(math.nan, index=frame.index)
    day = nothing
    if "VISITDY" in frame:
        shift = 0.0 if time.day_zero == "infusion_is_day_0" else 1.0
        day = _numbers(frame["VISITDY"]).map(lambda d: d - shift if d > 0 else d)
    if time.day_zero is not None and "VISIT" in frame:
        shift = 1.0 if time.day_zero == "infusion_is_day_1" else 0.0
        label = pd.Series(mapped(frame["VISIT"], _label_day), index=frame.index, dtype="float64")
        day = day.fillna(label.map(lambda d: d - shift if d > 0 else d))
    point = f"{prefix}TPTNUM"
    if time.timepoint_unit is not None and point in frame:
        per_day = DAYS_PER_HOUR if time.timepoint_unit == "hour" else 1.0
        offset = _numbers(frame[point]) * per_day
        day = day.fillna(0.0).where(offset.notna() | day.notna()) + offset.fillna(0.0)
    return day


def _numbers(column: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(column.where(column != ""), errors="coerce").astype("float64")


def _label_day(text: str) -> float:
    match = _LABEL.fullmatch(plain(text))
    return float(match["day"].replace(" ", "")) if match else math.nan
