"""Confidence intervals of small samples: exact proportion, geometric mean, ratio of geometric means.

References
----------
Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the binomial.
Biometrika 1934;26:404-413.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

__all__ = ["MIN_GROUP", "GeometricMeanRatio", "clopper_pearson", "geometric_mean_interval", "geometric_mean_ratio"]

Floats = NDArray[np.float64]

MIN_GROUP: Final = 2
"""Fewest values above 0 in each group for an interval of a ratio."""


def clopper_pearson(events: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper exact confidence limits of a proportion (Clopper and Pearson 1934), as fractions.

    Parameters
    ----------
    events, n
        Subjects with the event and subjects looked at; broadcast against each other. n = 0 gives nan limits.
    level
        Two-sided confidence level.

    Raises
    ------
    ValueError
        Counts that are not 0 <= events <= n, or a level outside (0, 1).

    Examples
    --------
    >>> low, high = clopper_pearson(0, 10)
    >>> float(low), round(float(high), 4)
    (0.0, 0.3085)
    """
    _check_level(level)
    x, m = np.broadcast_arrays(np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64))
    if np.any(x < 0) or np.any(x > m) or np.any(x != np.floor(x)) or np.any(m != np.floor(m)):
        raise ValueError(f"clopper_pearson: whole counts with 0 <= events <= n are allowed; found {events!r} of {n!r}")
    tail = (1.0 - level) / 2.0
    # the two limits at the edge are known without the beta distribution, which has no shape 0
    low = betaincinv(np.where(x > 0, x, 1.0), m - x + 1.0, tail)
    high = betaincinv(x + 1.0, np.where(x < m, m - x, 1.0), 1.0 - tail)
    low = np.where(x == 0, 0.0, low)
    high = np.where(x == m, 1.0, high)
    empty = m == 0
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def geometric_mean_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Confidence limits of a geometric mean, by Student's t on the natural logarithm; nan below 2 values above 0.

    Parameters
    ----------
    values
        Those that are nan or not above 0 do not count.
    level
        Two-sided confidence level.

    Examples
    --------
    >>> low, high = geometric_mean_interval([10.0, 20.0, 40.0])
    >>> round(low, 4), round(high, 1)
    (3.5746, 111.9)
    """
    _check_level(level)
    x = _logs(values)
    if x.size < MIN_GROUP:
        return float("nan"), float("nan")
    half = float(stdtrit(x.size - 1, 0.5 + level / 2.0)) * float(x.std(ddof=1)) / float(np.sqrt(x.size))
    with np.errstate(over="ignore"):
        low, high = np.exp([x.mean() - half, x.mean() + half])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class GeometricMeanRatio:
    """Ratio of two geometric means with its confidence limits.

    Attributes
    ----------
    ratio, lower, upper
        Test over reference; nan where not calculable.
    level
        Confidence level.
    df
        Degrees of freedom of t.
    n_test, n_reference
        Values above 0 in each group.
    reason
        Why ratio or limits are not calculable; None = both are.
    """

    ratio: float
    lower: float
    upper: float
    level: float
    df: float
    n_test: int
    n_reference: int
    reason: str | None


def geometric_mean_ratio(
    test: ArrayLike, reference: ArrayLike, level: float = 0.95, variance: Literal["pooled", "welch"] = "pooled"
) -> GeometricMeanRatio:
    """Geometric mean ratio test / reference, limits by Student's t on the natural logarithm.

    Values that are nan or not above 0 do not count; n says how many did.

    Parameters
    ----------
    test, reference
        Values of the two groups, same unit.
    level
        Two-sided confidence level.
    variance
        ``pooled``: one variance, n1 + n2 - 2 df; ``welch``: two variances, Welch-Satterthwaite df.

    Examples
    --------
    >>> r = geometric_mean_ratio([20.0, 40.0, 80.0], [10.0, 20.0, 40.0])
    >>> round(r.ratio, 6), r.df, r.n_test
    (2.0, 4.0, 3)
    """
    _check_level(level)
    if variance not in ("pooled", "welch"):
        raise ValueError(f"geometric_mean_ratio: variance is pooled or welch, not {variance!r}")
    a, b = _logs(test), _logs(reference)
    nan = float("nan")
    if not (a.size and b.size):
        return GeometricMeanRatio(nan, nan, nan, level, nan, a.size, b.size, "a group has no value above 0")
    difference = float(a.mean() - b.mean())
    if min(a.size, b.size) < MIN_GROUP:
        reason = f"a group has fewer than {MIN_GROUP} values above 0: no interval"
        return GeometricMeanRatio(float(np.exp(difference)), nan, nan, level, nan, a.size, b.size, reason)
    va, vb = float(a.var(ddof=1)), float(b.var(ddof=1))
    if variance == "pooled":
        df = float(a.size + b.size - 2)
        error = np.sqrt(((a.size - 1) * va + (b.size - 1) * vb) / df * (1 / a.size + 1 / b.size))
    else:
        pa, pb = va / a.size, vb / b.size
        error = np.sqrt(pa + pb)
        total = pa**2 / (a.size - 1) + pb**2 / (b.size - 1)
        df = float((pa + pb) ** 2 / total) if total > 0 else float(a.size + b.size - 2)
    half = float(stdtrit(df, 0.5 + level / 2.0) * error)
    low, mid, high = np.exp([difference - half, difference, difference + half])
    return GeometricMeanRatio(float(mid), float(low), float(high), level, df, a.size, b.size, None)


def _logs(values: ArrayLike) -> Floats:
    x = np.sort(np.asarray(values, dtype=np.float64).ravel())
    return np.log(x[x > 0])


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"a confidence level lies between 0 and 1; found {level}")
