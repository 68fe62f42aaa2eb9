"""Nominal days of SDTM visits, from the planned study day, the time point or the visit's label."""

from __future__ import annotations

import math
import re
from typing import Final

import pandas as pd

from cartpk.config.data import Time
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import mapped, plain
from cartpk.terms import DAYS_PER_HOUR

__all__ = ["label_day", "label_days", "nominal_days"]

_LABEL: Final = re.compile(
    r"(?:(?:STUDY )?(?:DAY|D) ?(?P<day>[+-]? ?\d+(?:\.\d+)?)|(?:第 ?|D ?)?(?P<han>[+-]? ?\d+) ?[天日])", re.IGNORECASE
)


def nominal_days(frame: pd.DataFrame, prefix: str, time: Time, findings: Findings) -> pd.Series[float]:
    """Planned time of each row's visit, days from the infusion; NaN where nothing says so.

    A label such as ``DAY 14`` is read where ``time.day_zero`` says which day the infusion is, else ``VISITDY``, which
    CDISC counts from day 1 without a day 0. ``--TPTNUM`` is added in the unit ``time.timepoint_unit`` and left aside
    where that is null.
    """
    day = pd.Series(math.nan, index=frame.index)
    if "VISIT" in frame:
        day = label_days(frame["VISIT"], time)
    if "VISITDY" in frame:
        day = day.fillna(_visit_days(frame, time, findings))
    point = f"{prefix}TPTNUM"
    if time.timepoint_unit is not None and point in frame:
        offset = _numbers(frame[point]) * (DAYS_PER_HOUR if time.timepoint_unit == "hour" else 1.0)
        day = (day.fillna(0.0) + offset).fillna(day)
    return day


def label_days(column: pd.Series[str], time: Time) -> pd.Series[float]:
    """Days from the infusion of labels such as ``DAY 14``, ``D+7``, ``第7天``; NaN for any other text.

    All are NaN where ``time.day_zero`` does not say which day the infusion is.
    """
    if time.day_zero is None:
        return pd.Series(math.nan, index=column.index)
    shift = 1.0 if time.day_zero == "infusion_is_day_1" else 0.0
    label = pd.Series(mapped(column, label_day), index=column.index, dtype="float64")
    return label - shift * (label > 0)


def _visit_days(frame: pd.DataFrame, time: Time, findings: Findings) -> pd.Series[float]:
    """``VISITDY`` as days from the infusion; a day 0 contradicts CDISC and must be declared (BI-041)."""
    planned = _numbers(frame["VISITDY"])
    if not (planned == 0).any():
        return planned - (planned > 0)
    if time.day_zero == "infusion_is_day_0":
        return planned
    findings.add_files("BI-041", frame[planned == 0], field="VISITDY", old="0")
    return planned.where(planned < 0)


def _numbers(column: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(column.where(column != ""), errors="coerce").astype("float64")


def label_day(text: str) -> float:
    """The number of a day's label as it stands there, NaN for any other text.

    >>> label_day("Day 14"), label_day("D+7"), label_day("第28天")
    (14.0, 7.0, 28.0)
    """
    match = _LABEL.fullmatch(plain(text))
    return float((match["day"] or match["han"]).replace(" ", "")) if match else math.nan
