"""Nominal days of SDTM visits, from the planned study day, the time point or the visit's label."""

from __future__ import annotations

import math
import re
from typing import Final

import pandas as pd

from cartpk.config.data import Time
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import key, numbers, plain, texts, truths
from cartpk.terms import DAYS_PER_HOUR

__all__ = ["label_day", "label_days", "list_undeclared", "list_unmapped", "nominal_days", "timed_by_label"]

_LABEL: Final = re.compile(
    r"(?:(?:STUDY )?(?:DAY|D) ?(?P<day>[+-]? ?\d+(?:\.\d+)?)|(?:第 ?|D ?)?(?P<han>[+-]? ?\d+) ?[天日])", re.IGNORECASE
)


def nominal_days(frame: pd.DataFrame, prefix: str, time: Time, findings: Findings) -> pd.Series[float]:
    """Planned time of each row's visit, days from the infusion; NaN where nothing says so.

    A label such as ``DAY 14`` is read where ``time.day_zero`` says which day the infusion is, any label that
    ``time.visits`` names; else ``VISITDY``, which CDISC counts from day 1 without a day 0. ``--TPTNUM`` is added in
    the unit ``time.timepoint_unit`` and left aside where that is null. A label without a day is listed (BI-042).
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
    if "VISIT" in frame:
        silent = day.isna() if "VISITDY" not in frame else day.isna() & _numbers(frame["VISITDY"]).isna()
        list_unmapped(frame[silent], "VISIT", findings)
    return day


def list_unmapped(rows: pd.DataFrame, column: str, findings: Findings) -> None:
    """List visit labels that say no planned day, one finding per file and label (BI-042)."""
    labels = texts(rows[column], str.strip)
    named = truths(labels, bool)
    for (_, label), here in rows.loc[named, ["SRCFILE", "SRCROW"]].groupby(["SRCFILE", labels[named]], sort=False):
        findings.add_files("BI-042", here, field=column, old=str(label))


def label_days(column: pd.Series[str], time: Time) -> pd.Series[float]:
    """Days from the infusion of labels that ``time.visits`` names, and of ``DAY 14``, ``D+7``, ``第7天``; else NaN.

    Labels that count days are NaN where ``time.day_zero`` does not say which day the infusion is.
    """
    visits = {key(label): day for label, day in time.visits.items()}
    shift = 1.0 if time.day_zero == "infusion_is_day_1" else 0.0

    def days(text: str) -> float:
        mapped_day = visits.get(key(text)) if visits else None
        if mapped_day is not None:
            return mapped_day
        label = math.nan if time.day_zero is None else label_day(text)
        return label - shift * (label > 0)

    return numbers(column, days)


def list_undeclared(rows: pd.DataFrame, column: str, time: Time, findings: Findings) -> pd.Series[bool]:
    """Rows whose time is a label that counts days from an infusion day that nobody declares: the trial stops (BI-041).

    ``rows`` has ``SRCFILE``, ``SRCROW`` and the column.
    """
    if time.day_zero is not None or rows.empty:
        return pd.Series(False, index=rows.index)
    these = numbers(rows[column], label_day).notna() & label_days(rows[column], time).isna()
    for _, here in rows[these].groupby("SRCFILE", sort=False):
        findings.add_files("BI-041", here, field=column, old=str(here[column].iloc[0]))
    return these


def timed_by_label(samples: pd.DataFrame, time: Time, findings: Findings) -> pd.DataFrame:
    """The samples with the planned day as their time where a file gives no date at all (CP-019).

    Where the labels count days from an undeclared infusion day, the trial stops (BI-041).
    """
    empty = samples["TIMERULE"] == "CP-011"
    if not empty.any():
        return samples
    undated = empty.groupby(samples["SRCFILE"]).transform("all")
    list_undeclared(samples[undated & samples["NFRLT"].isna()], "AVISIT", time, findings)
    these = undated & samples["NFRLT"].notna()
    for _, here in samples[these].groupby("SRCFILE", sort=False):
        findings.add_files("CP-019", here, field="TIME")
    return samples.assign(
        AFRLT=samples["AFRLT"].mask(these, samples["NFRLT"]), TIMERULE=samples["TIMERULE"].mask(these, "")
    )


def _visit_days(frame: pd.DataFrame, time: Time, findings: Findings) -> pd.Series[float]:
    """``VISITDY`` as days from the infusion; a day 0 contradicts CDISC and must be declared (CP-018)."""
    planned = _numbers(frame["VISITDY"])
    if not (planned == 0).any():
        return planned - (planned > 0)
    if time.day_zero == "infusion_is_day_0":
        return planned
    findings.add_files("CP-018", frame[planned == 0], field="VISITDY", old="0")
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
