"""Section ``time`` of the config of SDTM domains: what PCTPTNUM counts, dates, and the infusions' time of day."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from cartpk.draft.facts import date_form, kind_of
from cartpk.draft.page import Page, scalar
from cartpk.ingest.text import key, plain

__all__ = ["time_section"]

_HOURS: Final = re.compile(r"(?P<n>\d+(?:\.\d+)?) ?(?P<unit>h|hr|hour|min|day|d)", re.IGNORECASE)
_ELAPSED: Final = re.compile(r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>[\d.]+)H)?(?:(?P<m>[\d.]+)M)?)?")
_ROUNDED: Final = 0.1
"""Relative difference that rounding may make (5 min are 0.08 h)."""


def time_section(page: Page, frames: dict[str, pd.DataFrame]) -> list[str]:
    """Section time; what is wrong with the dates."""
    pc = frames["pc"]
    page.add("time:")
    unit, why = _timepoint_unit(pc)
    page.add(f"  timepoint_unit: {scalar(unit)}", why)
    if "VISITDY" in pc and (pc["VISITDY"].map(key) == "0").any():
        page.add("  day_zero: infusion_is_day_0", "VISITDY has a day 0")
    _ask_clock(page, frames["ex"], pc, unit)
    page.add("")
    cautions = []
    for domain, column in (("ex", "EXSTDTC"), ("pc", "PCDTC")):
        texts = [t for t in frames[domain].get(column, pd.Series(dtype="str")).unique() if kind_of(t) == "date"]
        form = date_form(texts) if texts else ""
        if form and "ISO" not in form:
            cautions.append(f"{column}: dates are {form}; cartpk reads year-month-day (2024-05-03T09:30).")
    return cautions


def _ask_clock(page: Page, ex: pd.DataFrame, pc: pd.DataFrame, unit: str | None) -> None:
    """Ask for the infusions' time of day where samples have one and infusions do not."""
    dates = [t for t in ex["EXSTDTC"].unique() if kind_of(t) == "date"]
    stamps = pc["PCDTC"].where(pc["PCDTC"].map(kind_of) == "date", "")
    timed = stamps.str.contains("T", regex=False)
    same_day = pd.DataFrame({"S": pc["USUBJID"], "T": pc["PCTESTCD"], "D": stamps.str[:10]})[timed].duplicated()
    if not dates or any("T" in d for d in dates) or not same_day.any():
        return
    hint = ""
    if unit is not None and "PCTPTNUM" in pc:
        offset = pd.to_numeric(pc["PCTPTNUM"], errors="coerce") * (60.0 if unit == "hour" else 1440.0)
        start = pd.to_datetime(stamps.where(timed), errors="coerce") - pd.to_timedelta(offset.round(), unit="min")
        clocks = start.dropna().dt.strftime("%H:%M").value_counts()
        if len(clocks):
            hint = f" By their planned times most samples count from {clocks.index[0]}."
    page.ask(
        "time.date_only_clock",
        f"the infusions have a date and no time of day ({dates[0]}), the samples have one. At which time of day were "
        f"they given? With null, times count in whole days and samples of one day cannot be told apart.{hint} E.g. "
        'date_only_clock: "10:00"',
        "  date_only_clock: null",
        needed=False,
    )


def _timepoint_unit(pc: pd.DataFrame) -> tuple[str | None, str]:
    """The unit of PCTPTNUM, where the text beside it says so."""
    if "PCTPTNUM" not in pc:
        return None, "there is no PCTPTNUM"
    number = pd.to_numeric(pc["PCTPTNUM"], errors="coerce")
    for column, read in (("PCELTM", _elapsed), ("PCTPT", _spoken)):
        if column not in pc:
            continue
        hours = pc[column].map(read).astype("float64")
        both = (number > 0) & (hours > 0)
        for unit, size in (("hour", 1.0), ("day", 24.0)):
            fits = (number[both] * size - hours[both]).abs() <= _ROUNDED * hours[both]
            if both.any() and fits.all():
                first = pc[both].iloc[0]
                return unit, f"PCTPTNUM is {first['PCTPTNUM']} where {column} is {first[column]}"
    return None, "what PCTPTNUM counts is not stated: it is not read"


def _elapsed(text: str) -> float:
    match = _ELAPSED.fullmatch(plain(text))
    if not match or not any(match.groups()):
        return float("nan")
    return 24.0 * float(match["d"] or 0) + float(match["h"] or 0) + float(match["m"] or 0) / 60.0


def _spoken(text: str) -> float:
    match = _HOURS.search(plain(text))
    # an interval (0-6 h) is no time
    if not match or re.search(r"\d ?- ?\d", plain(text)):
        return float("nan")
    size = {"m": 1 / 60, "d": 24.0, "h": 1.0}[match["unit"][0].lower()]
    return float(match["n"]) * size
