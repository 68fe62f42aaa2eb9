"""Kaplan-Meier curve with limits, quantiles, landmark proportions and numbers at risk.

The product-limit estimate and its limits are SciPy's (:func:`scipy.stats.ecdf`); what a report prints of them is made
here.

References
----------
Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc 1958;53:457-481.
Greenwood M. The natural duration of cancer. Reports on Public Health and Medical Subjects 1926;33.
Brookmeyer R, Crowley J. A confidence interval for the median survival time. Biometrics 1982;38:29-41.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Estimate", "SurvivalCurve", "kaplan_meier"]

Floats = NDArray[np.float64]

_TOLERANCE: Final = 1e-9
"""Proportions nearer than this are equal."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its confidence limits; nan = not reached or not calculable.

    Attributes
    ----------
    value, lower, upper
        Estimate and limits.
    """

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """Proportion without event over time, a step function that starts at 1.

    Attributes
    ----------
    time
        Distinct observed times, ascending, (k,).
    at_risk, events, censored
        Subjects whose time is at least this one; events and censorings on it, (k,).
    survival, lower, upper
        Proportion without event from this time on, and its limits (log-log); limits are nan where the proportion is 0
        or 1, (k,).
    level
        Two-sided confidence level.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    level: float

    @property
    def n(self) -> int:
        """Subjects."""
        return int(self.events.sum() + self.censored.sum())

    @property
    def n_events(self) -> int:
        """Subjects with the event."""
        return int(self.events.sum())

    def at(self, day: float) -> Estimate:
        """Proportion without event at this time; nan beyond the last observation, where nothing is known.

        Where the last observation is an event of all who were left, the proportion is 0 from there on.
        """
        if not self.time.size or (day > self.time[-1] and self.survival[-1] > 0):
            return Estimate(np.nan, np.nan, np.nan)
        i = int(np.searchsorted(self.time, day, side="right")) - 1
        if i < 0:
            return Estimate(1.0, np.nan, np.nan)
        return Estimate(float(self.survival[i]), float(self.lower[i]), float(self.upper[i]))

    def risk(self, day: float) -> int:
        """Subjects still under observation just before this time."""
        i = int(np.searchsorted(self.time, day, side="left"))
        return int(self.at_risk[i]) if i < self.time.size else 0

    def quantile(self, p: float = 0.5) -> Estimate:
        """Time by which a part p of the subjects has had the event, limits by inverting the limits of the curve.

        Where the curve is flat at 1 - p the time is the middle of the flat part. nan = not reached.
        """
        rest = 1.0 - p
        return Estimate(*(self._first(curve, rest) for curve in (self.survival, self.lower, self.upper)))

    def _first(self, curve: Floats, rest: float) -> float:
        """Time at which this curve is first at or below ``rest``."""
        # limits do not exist where the curve is 1 (all are above) or 0 (nobody is left)
        known = np.where(np.isnan(curve), np.where(self.survival >= 1.0, 1.0, np.inf), curve)
        low = np.flatnonzero(known <= rest + _TOLERANCE)
        if not low.size:
            return float("nan")
        first = int(low[0])
        after = np.flatnonzero(known < rest - _TOLERANCE)
        if known[first] >= rest - _TOLERANCE and after.size:
            return float((self.time[first] + self.time[after[0]]) / 2.0)
        return float(self.time[first])


def kaplan_meier(time: ArrayLike, event: ArrayLike, level: float = 0.95) -> SurvivalCurve:
    """Kaplan-Meier curve of right-censored times, log-log limits with Greenwood's variance.

    Parameters
    ----------
    time
        Time to event or censoring, one per subject, not negative.
    event
        Whether it ended with the event. A censoring on the day of an event counts as later than it.
    level
        Two-sided confidence level.

    Raises
    ------
    ValueError
        No subject, a time that is negative or not finite, or arrays of different length.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 3, 4], [True, True, False, True])
    >>> [round(float(s), 4) for s in curve.survival]
    [0.75, 0.5, 0.5, 0.0]
    """
    from scipy.stats import CensoredData, ecdf  # noqa: PLC0415 - takes half a second to load

    t = np.asarray(time, dtype=np.float64)
    d = np.asarray(event, dtype=bool)
    if t.ndim != 1 or t.shape != d.shape or not t.size:
        raise ValueError(f"kaplan_meier: one time and one event per subject; found {t.shape} and {d.shape}")
    if not np.all(np.isfinite(t)) or np.any(t < 0):
        raise ValueError("kaplan_meier: a time is negative or not a number")
    if not 0.0 < level < 1.0:
        raise ValueError(f"a confidence level lies between 0 and 1; found {level}")
    found = ecdf(CensoredData(uncensored=t[d], right=t[~d]))
    survival = np.asarray(found.sf.probabilities, dtype=np.float64)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # no limits where nothing or everything has happened
        limits: Any = found.sf.confidence_interval(confidence_level=level, method="log-log")
    inside = (survival > 0) & (survival < 1)
    times = np.asarray(found.sf.quantiles, dtype=np.float64)
    ends, of = np.unique(t, return_inverse=True)  # the same times, ascending
    place = np.searchsorted(ends, times)
    events = np.bincount(of, weights=d, minlength=ends.size)[place].astype(np.float64)
    censored = np.bincount(of, weights=~d, minlength=ends.size)[place].astype(np.float64)
    return SurvivalCurve(
        time=times,
        at_risk=t.size - np.searchsorted(np.sort(t), times).astype(np.float64),
        events=events,
        censored=censored,
        survival=survival,
        lower=np.where(inside, limits.low.probabilities, np.nan),
        upper=np.where(inside, limits.high.probabilities, np.nan),
        level=level,
    )
