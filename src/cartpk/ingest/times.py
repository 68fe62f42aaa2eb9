"""Times: date-time cells in ISO 8601 and in the forms that a trial declares, days between them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cartpk.config.data import Time
from cartpk.config.date_formats import date_pattern, iso_date
from cartpk.ingest.text import plain

__all__ = ["DateReader", "Stamp", "Stamps", "days_between", "read_stamp"]

_SECONDS_PER_DAY: Final = 86400.0
_YEARS: Final = (1950, 2200)
"""Years outside of which a date is a mistake or a code for "missing" (BI-039)."""
_SERIAL_YEARS: Final = (1990, 2100)
"""Years that a serial number can mean; others are some other number."""
_EPOCHS: Final = {1900: datetime(1899, 12, 30), 1904: datetime(1904, 1, 1)}  # noqa: DTZ001 - the wall clock of a sheet
"""Day 0 of a spreadsheet's calendar; that of 1900 holds a day that never was, so it starts one day early."""

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
_CLOCK: Final = re.compile(r"[T ]? ?(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)(?P<zone>Z|[+-]\d{2}:?\d{2})?")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date-time cell.

    Attributes
    ----------
    at
        The instant: UTC where the cell names a zone or the site's is declared, else as on the wall; None where the
        cell gives none.
    clock
        Whether it holds a time of day.
    zone
        Time zone as the cell names it; empty where it names none.
    rule
        Rule that refuses it or that it is to be listed under; empty otherwise.
    day
        Calendar day at the site, or as written where the site's zone is not declared.
    serial
        Whether the cell is the serial number of a spreadsheet.
    """

    at: datetime | None = None
    clock: bool = False
    zone: str = ""
    rule: str = ""
    day: date | None = None
    serial: bool = False


class DateReader:
    """Reads date-time cells in ISO 8601 and in the forms that the trial declares; no other form is guessed.

    Parameters
    ----------
    time
        Section ``time`` of the config: ``date_formats``, ``excel_serial``, ``site_timezone``.

    Examples
    --------
    >>> read = DateReader(Time(date_formats=("D/M/YYYY", "YYYY年M月D日"), excel_serial=1900))
    >>> read("3/4/2024").day, read("2024年5月3日 9:30").at
    (datetime.date(2024, 4, 3), datetime.datetime(2024, 5, 3, 9, 30))
    >>> read("45415.5").at
    datetime.datetime(2024, 5, 3, 12, 0)
    """

    def __init__(self, time: Time) -> None:
        self._patterns = [date_pattern(form) for form in time.date_formats]
        self._epoch = _EPOCHS[time.excel_serial] if time.excel_serial else None
        self._site = ZoneInfo(time.site_timezone) if time.site_timezone else None

    def __call__(self, text: str) -> Stamp:
        """The cell as a stamp, or the rule that refuses it."""
        shown = plain(text)
        if not shown or shown.upper() in {"NA", "."}:
            return Stamp(rule="CP-011")
        match = _STAMP.fullmatch(shown)
        if match is not None:
            return self._stamp(match)
        forms = self._declared(shown)
        if forms:
            return self._one_of(forms)
        if self._epoch is not None and _SERIAL.fullmatch(shown):
            return self._serial(float(shown), self._epoch)
        return Stamp(rule=_refusal(shown))

    def instant(self, wall: datetime) -> datetime:
        """The instant of this time on the site's clock: UTC where its zone is declared."""
        return wall if self._site is None else _utc(wall.replace(tzinfo=self._site))

    def _stamp(self, match: re.Match[str]) -> Stamp:
        clock, second = match["clock"], match["second"] or "00"
        midnight = clock == "24:00" and second == "00"
        zone = match["zone"] or ""
        try:
            wall = datetime.fromisoformat(f"{match['date']}T{'00:00' if midnight else clock or '00:00'}:{second}")
            written = wall + timedelta(days=midnight)
            aware = datetime.fromisoformat(written.isoformat() + zone.replace("Z", "+00:00"))
        except (ValueError, OverflowError):
            return Stamp(rule="BI-038")
        if not _YEARS[0] <= wall.year <= _YEARS[1]:
            return Stamp(rule="BI-039")
        at = _utc(aware) if zone else self.instant(written)
        local = aware.astimezone(self._site) if zone and self._site else written
        return Stamp(at, clock is not None, zone, "CP-012" if midnight else "", local.date())

    def _declared(self, shown: str) -> list[str]:
        """The cell as ISO 8601 by each declared form that fits it."""
        out = []
        for pattern in self._patterns:
            match = pattern.match(shown)
            rest = _CLOCK.fullmatch(shown[match.end() :]) if match and match.end() < len(shown) else None
            if match is None or (rest is None and match.end() < len(shown)):
                continue
            hour = (
                f"T{rest['clock'].zfill(8 if rest['clock'].count(':') > 1 else 5)}{rest['zone'] or ''}" if rest else ""
            )
            out.append(iso_date(match) + hour)
        return list(dict.fromkeys(out))

    def _one_of(self, forms: list[str]) -> Stamp:
        """The one date that exists among these readings."""
        matches = [_STAMP.fullmatch(form) for form in forms]
        stamps = [self._stamp(match) for match in matches if match is not None]
        valid = [stamp for stamp in stamps if stamp.at is not None]
        if len(valid) > 1:
            return Stamp(rule="BI-035")
        return valid[0] if valid else stamps[0]

    def _serial(self, number: float, epoch: datetime) -> Stamp:
        seconds = round((number - math.floor(number)) * _SECONDS_PER_DAY)
        wall = epoch + timedelta(days=math.floor(number), seconds=seconds)
        if not _SERIAL_YEARS[0] <= wall.year <= _SERIAL_YEARS[1]:
            return Stamp(rule="BI-039")
        return Stamp(self.instant(wall), number != math.floor(number), day=wall.date(), serial=True)


def _utc(aware: datetime) -> datetime:
    return aware.astimezone(UTC).replace(tzinfo=None)


_ISO_ONLY: Final = DateReader(Time())


def read_stamp(text: str) -> Stamp:
    """An ISO 8601 cell; any other form is refused with the rule that says why, never guessed.

    >>> read_stamp("2024-05-03T09:30").at
    datetime.datetime(2024, 5, 3, 9, 30)
    >>> read_stamp("03/04/2024").rule
    'BI-035'
    """
    return _ISO_ONLY(text)


def _refusal(shown: str) -> str:
    """The rule for a cell in no form that is known."""
    if _PARTIAL.fullmatch(shown):
        return "BI-033"
    if _SLASHED.fullmatch(shown):
        return "BI-035"
    if _SERIAL.fullmatch(shown):
        return "CP-017"
    return "BI-038" if _DATE_THEN_REST.fullmatch(shown) else "CP-016"


def days_between(zero: Stamp, at: Stamp) -> float:
    """Days from ``zero`` to ``at``; whole days where one of them has no time of day; NaN where one is unknown.

    >>> days_between(read_stamp("2024-05-03T12:00"), read_stamp("2024-05-04"))
    1.0
    """
    if zero.at is None or at.at is None or zero.day is None or at.day is None:
        return math.nan
    if zero.clock and at.clock:
        return (at.at - zero.at).total_seconds() / _SECONDS_PER_DAY
    return float((at.day - zero.day).days)


@dataclass(frozen=True, slots=True, eq=False)
class Stamps:
    """A column of stamps as arrays, shape (n,): seconds and days since 1970-01-01, of no meaning where not ``known``.

    Examples
    --------
    >>> zero, at = (Stamps.of([read_stamp(text)]) for text in ("2024-05-03T12:00", "2024-05-04T18:00"))
    >>> at.days_from(zero).tolist()
    [1.25]
    """

    second: NDArray[np.int64]
    day: NDArray[np.int64]
    clock: NDArray[np.bool_]
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, stamps: Sequence[Stamp]) -> Stamps:
        """These stamps."""
        known = [stamp.at is not None and stamp.day is not None for stamp in stamps]
        return cls(
            np.array([stamp.at for stamp in stamps], dtype="datetime64[s]").astype(np.int64),
            np.array([stamp.day for stamp in stamps], dtype="datetime64[D]").astype(np.int64),
            np.array([stamp.clock for stamp in stamps], dtype=np.bool_),
            np.array(known, dtype=np.bool_),
        )

    def __getitem__(self, places: NDArray[np.intp]) -> Stamps:
        """The stamps at these places."""
        return Stamps(self.second[places], self.day[places], self.clock[places], self.known[places])

    def days_from(self, zero: Stamps) -> NDArray[np.float64]:
        """Days from each zero to each stamp, as :func:`days_between` has them."""
        days = np.where(
            self.clock & zero.clock, (self.second - zero.second) / _SECONDS_PER_DAY, (self.day - zero.day).astype(float)
        )
        return np.where(self.known & zero.known, days, np.nan)
