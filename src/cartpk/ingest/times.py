"""Times: numbers of a time column, ISO 8601 stamps, days between them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cartpk.ingest.text import plain

__all__ = ["Stamp", "days_between", "read_stamp"]

_SECONDS_PER_DAY: Final = 86400.0
_YEARS: Final = (1950, 2200)
"""Years outside of which a date is a mistake or a code for "missing" (BI-039)."""

_STAMP: Final = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<clock>\d{2}:\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_PARTIAL: Final = re.compile(
    r"\d{4}(?:-(?:\d{2}|UN|UK))?(?:-(?:UN|UK|-)?)?|\d{4}-\d{2}-(?:UN|UK)|UN-.*|UK-.*", re.IGNORECASE
)
_SLASHED: Final = re.compile(r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?: .*)?")
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")
_DATE_THEN_REST: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ].+")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date-time cell.

    Attributes
    ----------
    at
        The instant, UTC where the cell names a zone, else as on the wall; None where the cell gives none.
    clock
        Whether it holds a time of day.
    aware
        Whether it names a time zone.
    rule
        Rule that refuses it or that it is to be listed under; empty otherwise.
    """

    at: datetime | None = None
    clock: bool = False
    aware: bool = False
    rule: str = ""


def read_stamp(text: str) -> Stamp:
    """An ISO 8601 cell; any other form is refused with the rule that says why, never guessed.

    >>> read_stamp("2024-05-03T09:30").at
    datetime.datetime(2024, 5, 3, 9, 30)
    >>> read_stamp("03/04/2024").rule
    'BI-035'
    """
    shown = plain(text)
    if not shown or shown.upper() in {"NA", "."}:
        return Stamp(rule="CP-011")
    match = _STAMP.fullmatch(shown)
    if match is None:
        return Stamp(rule=_refusal(shown))
    clock = match["clock"]
    midnight = clock == "24:00" and match["second"] in (None, "00")
    time = "00:00" if midnight else clock or "00:00"
    zone = (match["zone"] or "").replace("Z", "+00:00")
    try:
        at = datetime.fromisoformat(f"{match['date']}T{time}:{match['second'] or '00'}{zone}")
    except ValueError:
        return Stamp(rule="BI-038")
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        return Stamp(rule="BI-039")
    if zone:
        at = at.astimezone(UTC).replace(tzinfo=None)
    return Stamp(at + timedelta(days=midnight), clock is not None, bool(zone), "CP-012" if midnight else "")


def _refusal(shown: str) -> str:
    """The rule for a cell that is no ISO 8601 stamp."""
    if _PARTIAL.fullmatch(shown):
        return "BI-033"
    if _SLASHED.fullmatch(shown):
        return "BI-035"
    if _SERIAL.fullmatch(shown):
        return "BI-034"
    return "BI-038" if _DATE_THEN_REST.fullmatch(shown) else "BI-036"


def days_between(zero: Stamp, at: Stamp) -> float:
    """Days from ``zero`` to ``at``; whole days where one of them has no time of day; NaN where one is unknown.

    >>> days_between(read_stamp("2024-05-03T12:00"), read_stamp("2024-05-04"))
    1.0
    """
    if zero.at is None or at.at is None:
        return math.nan
    if zero.clock and at.clock:
        return (at.at - zero.at).total_seconds() / _SECONDS_PER_DAY
    return float((at.at.date() - zero.at.date()).days)
