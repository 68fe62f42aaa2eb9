"""Numbers of SAS as text: dates, times and special missing values by their format, all others exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from cartpk.ingest.grids import number_text

__all__ = ["writer"]

_EPOCH: Final = datetime(1960, 1, 1)  # noqa: DTZ001 (SAS knows no zones)
_SECONDS_PER_DAY: Final = 86400.0
_DATETIMES: Final = (
    "DATETIME",
    "DATEAMPM",
    "DT",
    "E8601DT",
    "E8601DN",
    "E8601DZ",
    "E8601DX",
    "B8601DT",
    "B8601DN",
    "IS8601DT",
    "MDYAMPM",
    "NLDATM",
)
_DATES: Final = (
    "DATE",
    "DAY",
    "DDMMYY",
    "MMDDYY",
    "YYMMDD",
    "E8601DA",
    "B8601DA",
    "IS8601DA",
    "JULIAN",
    "MONYY",
    "YYMON",
    "WEEKDAT",
    "WORDDAT",
    "NLDATE",
)
_TIMES: Final = ("TIME", "TOD", "HHMM", "MMSS", "E8601TM", "B8601TM", "IS8601TM", "NLTIM")


def writer(sas_format: str | None, decimal: str) -> Callable[[float], str]:
    """How numbers of a column with this format are written: dates and times ISO 8601, others as they are.

    >>> writer("E8601DT", ".")(2030347800.0), writer("DATE", ".")(23499.0), writer("BEST", ".")(0.1)
    ('2024-05-03T09:30:00', '2024-05-03', '0.1')
    """
    name = (sas_format or "").upper()
    for kinds, write in ((_DATETIMES, _datetime), (_DATES, _date), (_TIMES, _time)):
        if name.startswith(kinds):
            return write
    return partial(number_text, decimal=decimal)


def _datetime(seconds: float) -> str:
    """Seconds from the start of 1960; what the calendar does not hold stays a number."""
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat()
    except (OverflowError, ValueError):
        return number_text(seconds)


def _date(days: float) -> str:
    """Days from the start of 1960; a part of a day, or what the calendar does not hold, stays a number."""
    try:
        return (_EPOCH + timedelta(days=days)).date().isoformat() if days == int(days) else number_text(days)
    except (OverflowError, ValueError):
        return number_text(days)


def _time(seconds: float) -> str:
    """Seconds of a day as a time; more than a day, or less than none, as a duration."""
    if math.isnan(seconds) or not 0 <= seconds < _SECONDS_PER_DAY:
        return "" if math.isnan(seconds) else f"PT{number_text(seconds)}S"
    return (_EPOCH + timedelta(seconds=seconds)).time().isoformat()
