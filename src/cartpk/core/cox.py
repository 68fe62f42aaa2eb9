"""Cox regression of one covariate, ties after Efron.

References
----------
Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34:187-220.
Efron B. The efficiency of Cox's likelihood function for censored data. J Am Stat Assoc 1977;72:557-565.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

__all__ = ["CoxFit", "cox_regression"]

Floats = NDArray[np.float64]

MOST_STEPS: Final = 50
FAR: Final = 15.0
"""A coefficient per SD beyond this means that the likelihood has no maximum (events in the order of the covariate)."""


@dataclass(frozen=True, slots=True)
class CoxFit:
    """Log hazard ratio per unit of the covariate with Wald's limits.

    Attributes
    ----------
    coefficient, error, lower, upper
        nan where there is no fit.
    n, events
        Subjects; of whom with the event.
    reason
        Why there is no fit; None = there is one.
    """

    coefficient: float
    error: float
    lower: float
    upper: float
    n: int
    events: int
    reason: str | None


def cox_regression(covariate: ArrayLike, time: ArrayLike, event: ArrayLike, level: float = 0.95) -> CoxFit:
    """Cox regression on one covariate.

    Parameters
    ----------
    covariate, time, event
        Shape (n,): finite; days above 0; whether the time ended with the event.
    level
        Level of the limits.

    Examples
    --------
    >>> fit = cox_regression([0, 1, 0, 1], [4.0, 1.0, 3.0, 2.0], [True, True, False, True])
    >>> fit.reason
    'the events come in the order of the covariate: no finite estimate'
    """
    x, t = np.asarray(covariate, dtype=np.float64).ravel(), np.asarray(time, dtype=np.float64).ravel()
    d = np.asarray(event, dtype=bool).ravel()
    if not x.size == t.size == d.size or not (np.isfinite(x).all() and np.isfinite(t).all()):
        raise ValueError("cox_regression: one finite covariate, one finite time and one event per subject are allowed")
    n, events = int(x.size), int(d.sum())
    scale = float(x.std()) if n else 0.0
    if not events or scale == 0:
        why = "no event" if not events else "the covariate does not vary"
        return CoxFit(math.nan, math.nan, math.nan, math.nan, n, events, why)
    z = (x - x.mean()) / scale
    beta, value, score, information = 0.0, *_efron(z, t, d, 0.0)
    for _ in range(MOST_STEPS):
        if information <= 0 or abs(beta) > FAR:
            why = "the events come in the order of the covariate: no finite estimate"
            return CoxFit(math.nan, math.nan, math.nan, math.nan, n, events, why)
        step = max(-2.0, min(2.0, score / information))
        if abs(step) < 1e-10:
            break
        trial = _efron(z, t, d, beta + step)
        while trial[0] < value - 1e-12 and abs(step) > 1e-12:
            step /= 2
            trial = _efron(z, t, d, beta + step)
        beta, (value, score, information) = beta + step, trial
    error = 1 / math.sqrt(information) / scale
    half = float(ndtri(0.5 + level / 2)) * error
    beta /= scale
    return CoxFit(beta, error, beta - half, beta + half, n, events, None)


def _efron(z: Floats, t: Floats, d: NDArray[np.bool_], beta: float) -> tuple[float, float, float]:
    """Log partial likelihood, its slope and its curvature (information)."""
    weight = np.exp(np.clip(beta * z, -500, 500))
    value = score = information = 0.0
    for day in np.unique(t[d]):
        risk, tied = t >= day, d & (t == day)
        sums = [float((weight[risk] * z[risk] ** k).sum()) for k in range(3)]
        own = [float((weight[tied] * z[tied] ** k).sum()) for k in range(3)]
        m = int(tied.sum())
        value += beta * float(z[tied].sum())
        score += float(z[tied].sum())
        for r in range(m):
            s0, s1, s2 = (a - r / m * b for a, b in zip(sums, own, strict=True))
            value -= math.log(s0)
            score -= s1 / s0
            information += s2 / s0 - (s1 / s0) ** 2
    return value, score, information
