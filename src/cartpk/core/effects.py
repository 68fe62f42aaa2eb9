"""Effects on a cell count over time: depletion, recovery, crossover, areas, hysteresis; for one series of samples.

Cells are counted at visits only: what happens between two of them is known to lie in that interval, no better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cartpk.core.nca.areas import area_between, segments
from cartpk.terms import AucMethod

__all__ = ["Occurrence", "auec", "duration", "first_crossover", "first_depletion", "first_recovery", "loop_index"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened between two samples, or had not happened at the last one.

    Attributes
    ----------
    lower, upper
        It happened after ``lower`` and not later than ``upper``, days; censored: after ``lower``, ``upper`` inf.
    at
        Index of the sample at which it was seen first; None where censored.
    """

    lower: float
    upper: float
    at: int | None

    @property
    def censored(self) -> bool:
        """Whether it had not happened at the last sample."""
        return self.at is None

    @property
    def day(self) -> float:
        """Day on which it was seen, or the day of censoring."""
        return self.lower if self.at is None else self.upper


def first_depletion(day: Floats, below: Bools) -> Occurrence:
    """First sample at or below the threshold; days are above 0, ascending, at least one.

    Examples
    --------
    >>> first_depletion(np.array([1.0, 3.0, 7.0]), np.array([False, True, True]))
    Occurrence(lower=1.0, upper=3.0, at=1)
    """
    where = np.flatnonzero(below)
    if not where.size:
        return Occurrence(float(day[-1]), math.inf, None)
    i = int(where[0])
    return Occurrence(float(day[i - 1]) if i else 0.0, float(day[i]), i)


def first_recovery(day: Floats, above: Bools, start: int, confirm: int) -> Occurrence:
    """First of ``confirm`` consecutive samples at or above the threshold, after the sample ``start``.

    A rise that too few samples confirm does not count: it is censored at the last sample before the rise.

    Examples
    --------
    >>> first_recovery(np.array([3.0, 7.0, 28.0, 60.0]), np.array([False, False, True, True]), 0, 2)
    Occurrence(lower=7.0, upper=28.0, at=2)
    """
    for j in range(start + 1, day.size - confirm + 1):
        if above[j : j + confirm].all():
            return Occurrence(float(day[j - 1]), float(day[j]), j)
    low = np.flatnonzero(~above[start:])
    last = start + int(low[-1]) if low.size else start
    return Occurrence(float(day[last]), math.inf, None)


def duration(depleted: Occurrence, recovered: Occurrence) -> tuple[float, float, float]:
    """Days below the threshold: from the first sample below to recovery, its least and its largest possible value.

    Of a censored recovery the first is the time seen below, the largest is inf.

    Examples
    --------
    >>> duration(Occurrence(1.0, 3.0, 1), Occurrence(7.0, 28.0, 2))
    (25.0, 4.0, 27.0)
    """
    value = recovered.day - depleted.upper
    return value, max(0.0, recovered.lower - depleted.upper), recovered.upper - depleted.lower


def first_crossover(day: Floats, negative: Floats, positive: Floats) -> Occurrence | None:
    """First sample after infusion with more CD7- than CD7+ cells; None where it was so before the infusion.

    Parameters
    ----------
    day, negative, positive
        Counts in the same samples, shape (m,), ascending, at least one day above 0; a BLQ is 0.
    """
    crossed = negative > positive
    before = np.flatnonzero(day <= 0)
    if before.size and crossed[before[-1]]:
        return None
    after = day > 0
    return first_depletion(day[after], crossed[after])


def auec(day: Floats, value: Floats, start: float, end: float) -> tuple[float, float]:
    """Area under the effect curve over 0 ... ``end``, and the area between it and ``start`` where it lies below.

    Straight lines join the samples: counts may be 0. The curve begins at ``start`` on day 0; a last sample before
    ``end`` is carried forward to it.

    Parameters
    ----------
    day, value
        Samples after day 0, ascending.
    start
        Value on day 0.
    end
        Day.

    Examples
    --------
    >>> auec(np.array([10.0]), np.array([0.0]), 100.0, 20.0)
    (500.0, 1500.0)
    """
    t, y = np.append(0.0, day), np.append(start, value)
    if t[-1] < end:
        t, y = np.append(t, end), np.append(y, y[-1])
    # where the curve crosses the level of day 0, the part below it gets a corner
    gap = start - y
    cross = np.flatnonzero(gap[:-1] * gap[1:] < 0)
    at = t[cross] + (t[cross + 1] - t[cross]) * gap[cross] / (gap[cross] - gap[cross + 1])
    with_corners = np.insert(t, cross + 1, at), np.maximum(np.insert(gap, cross + 1, 0.0), 0.0)
    return _area(t, y, end), _area(*with_corners, end)


def _area(day: Floats, value: Floats, end: float) -> float:
    seg = segments(np.array([0, day.size], dtype=np.intp), day, value, np.zeros(1), AucMethod.LINEAR)
    return float(area_between(seg, 0.0, np.array([end]))[0])


def loop_index(exposure: Floats, effect: Floats) -> float:
    """Signed area of the closed path (exposure, effect) in the order of time, as a part of its bounding box.

    Above 0: counter-clockwise, the effect lags behind the exposure. Below 0: clockwise. nan: no box.

    Examples
    --------
    >>> loop_index(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    1.0
    """
    box = float(np.ptp(exposure) * np.ptp(effect))
    if not box > 0:
        return math.nan
    x, y = exposure - exposure.mean(), effect - effect.mean()
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2 / box
