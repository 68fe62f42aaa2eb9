"""What the times count: days or hours, and which day the infusion is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cartpk.draft.facts import Facts, kind_of, shown_list
from cartpk.draft.roles import Header, header_of
from cartpk.ingest.nominal import label_day
from cartpk.ingest.text import key, plain

__all__ = ["Clock", "clock_of", "unit_in"]

_HOUR: Final = 24.0
_UNITS: Final = {
    "day": frozenset({"d", "day", "days", "tag", "tage", "studientag", "天", "天数", "日", "研究日"}),
    "hour": frozenset({"h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "小时", "时"}),
}
_OTHER_UNITS: Final = frozenset({"wk", "week", "weeks", "w", "周", "min", "minutes", "分钟", "month", "months", "月"})
_PARTS: Final = re.compile("[a-z]+|[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Clock:
    """The time axis of a table.

    Attributes
    ----------
    unit
        ``day`` or ``hour``; None where nothing says so.
    unit_why
        Where that comes from; where it is None, what the values look like.
    labelled
        Whether times are labels such as D7.
    day_zero
        As in ``time.day_zero``; None where the labels do not say.
    day_zero_why
        Where that comes from.
    strange
        Cells that are neither a number nor a day's label.
    """

    unit: str | None
    unit_why: str
    labelled: bool
    day_zero: str | None
    day_zero_why: str
    strange: tuple[str, ...]


def unit_in(texts: Iterable[str]) -> str | None:
    """The unit of time that one of these words names.

    >>> unit_in(["time", "h"]), unit_in(["采样时间", "小时"]), unit_in(["time"])
    ('hour', 'hour', None)
    """
    for text in texts:
        for unit, words in _UNITS.items():
            if text in words or any(not w.isascii() and len(w) > 1 and w in text for w in words):
                return unit
    return None


def clock_of(column: Facts, frame: pd.DataFrame, visit: str | None, unit: Facts | None) -> Clock:
    """The time axis of this column.

    Parameters
    ----------
    column
        The times.
    frame
        The table.
    visit
        Column of visit labels, which show what the times count; None = there is none.
    unit
        Column of the times' unit; None = there is none.
    """
    labels = column.of_kind("label")
    zero, why_zero = _day_zero(labels)
    strange = tuple(t for t in column.counts if kind_of(t) not in {"number", "label", "missing"})
    found, why = _unit(column, frame, visit, unit)
    return Clock(found, why, bool(labels), zero, why_zero, strange)


def _day_zero(labels: list[str]) -> tuple[str | None, str]:
    zero = [t for t in labels if label_day(t) == 0]
    if zero:
        return "infusion_is_day_0", f"there is a {plain(zero[0])}"
    return None, shown_list(labels)


def _unit(column: Facts, frame: pd.DataFrame, visit: str | None, unit: Facts | None) -> tuple[str | None, str]:
    if unit is not None and len(unit.distinct) == 1:
        said = unit_in(_PARTS.findall(plain(unit.distinct[0]).casefold()))
        if said:
            return said, f"column {unit.name}: {unit.distinct[0]}"
    header = header_of(column.name)
    said = unit_in(_unit_words(header))
    if said:
        return said, f"the column's name: {column.name}"
    if column.share("number") == 0:
        return "day", "labels of days"
    if visit is not None and (shown := _by_labels(frame, column.name, visit)):
        return shown
    numbers = pd.to_numeric(pd.Series([plain(t) for t in column.of_kind("number")]), errors="coerce").dropna()
    span = f"{numbers.min():g} to {numbers.max():g}" if len(numbers) else "no numbers"
    if any(key(w) in _OTHER_UNITS for w in (*header.words, *_PARTS.findall(header.unit.casefold()))):
        return None, f"the values run from {span}; the name {column.name} says neither days nor hours: convert them"
    return None, f"the values run from {span}"


def _unit_words(header: Header) -> list[str]:
    """Words of the unit first: in `Day (h)` the brackets count."""
    return [*_PARTS.findall(header.unit.casefold()), *header.words]


def _by_labels(frame: pd.DataFrame, time: str, visit: str) -> tuple[str, str] | None:
    """The unit in which the times agree with the days of their visits' labels."""
    days = frame[visit].map(label_day).astype("float64")
    times = pd.to_numeric(frame[time].str.replace(",", "."), errors="coerce")
    both = (days > 1) & times.notna()
    if both.sum() < 3:
        return None
    ratio = float(np.median(times[both] / days[both]))
    for unit, expected in (("day", 1.0), ("hour", _HOUR)):
        if 0.7 * expected < ratio < 1.3 * expected:
            label = plain(str(frame[visit][both].iloc[-1]))
            return unit, f"{label} of {visit} is {frame[time][both].iloc[-1]} in {time}"
    return None
