"""Statistics of ranks for small samples: Spearman's correlation, Hodges-Lehmann shift, Cliff's delta, each with limits.

References
----------
Bonett DG, Wright TA. Sample size requirements for estimating Pearson, Kendall and Spearman correlations.
Psychometrika 2000;65:23-28 (variance of Fisher's z of a Spearman correlation).
Hodges JL, Lehmann EL. Estimates of location based on rank tests. Ann Math Stat 1963;34:598-611.
Feng D, Cliff N. Monte Carlo evaluation of ordinal d with improved confidence interval. J Mod Appl Stat Methods
2004;3:322-332.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from cartpk.core.differences import order_statistics

__all__ = ["MIN_PAIRS", "Interval", "cliff_delta", "hodges_lehmann", "spearman"]

Floats = NDArray[np.float64]

MIN_PAIRS: Final = 5
"""Fewest pairs for an interval of a correlation: with 4, n - 3 leaves nothing to estimate a spread from."""
EXACT_UP_TO: Final = 400
"""Largest product of the two group sizes for which the exact distribution of the rank sum is counted."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence limits.

    Attributes
    ----------
    value, lower, upper
        nan where not calculable.
    n
        Pairs, or values of both groups together, that count.
    reason
        Why value or limits are not calculable; None = all are.
    """

    value: float
    lower: float
    upper: float
    n: int
    reason: str | None


def _none(n: int, reason: str, value: float = math.nan) -> Interval:
    return Interval(value, math.nan, math.nan, n, reason)


def spearman(x: ArrayLike, y: ArrayLike, level: float = 0.95) -> Interval:
    """Spearman's rank correlation (mid-ranks for ties), limits by Fisher's z with variance (1 + r^2 / 2) / (n - 3).

    Pairs in which either value is nan do not count.

    Examples
    --------
    >>> r = spearman([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5])
    >>> round(r.value, 4), round(r.lower, 3), round(r.upper, 3), r.n
    (0.8286, -0.127, 0.986, 6)
    """
    a, b = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    n = int(a.size)
    if n < 2:
        return _none(n, "fewer than 2 pairs")
    ra, rb = rankdata(a) - (n + 1) / 2, rankdata(b) - (n + 1) / 2
    spread = math.sqrt(float(ra @ ra) * float(rb @ rb))
    if spread == 0:
        return _none(n, "all values of one of the two are equal")
    rho = min(1.0, max(-1.0, float(ra @ rb) / spread))
    if n < MIN_PAIRS:
        return _none(n, f"fewer than {MIN_PAIRS} pairs: no interval", rho)
    if abs(rho) == 1.0:
        return _none(n, "ranks agree wholly: no interval", rho)
    half = float(ndtri(0.5 + level / 2)) * math.sqrt((1 + rho**2 / 2) / (n - 3))
    z = math.atanh(rho)
    return Interval(rho, math.tanh(z - half), math.tanh(z + half), n, None)


def hodges_lehmann(test: ArrayLike, reference: ArrayLike, level: float = 0.95) -> Interval:
    """Median of all differences test - reference, limits by inverting the rank sum test.

    The limits are order statistics of the differences; their level is at least ``level`` by the exact distribution of
    the rank sum for small groups, by its normal approximation for larger ones.
    """
    a, b = _finite(test), _finite(reference)
    n = a.size + b.size
    if not (a.size and b.size):
        return _none(n, "a group has no value")
    pairs = a.size * b.size
    k = _tail_count(a.size, b.size, (1 - level) / 2)
    left, right, *limits = order_statistics(
        a, b, [(pairs + 1) // 2, pairs // 2 + 1, *([k, pairs - k + 1] if k else [])]
    )
    centre = (left + right) / 2
    if not limits:
        return _none(n, "too few values for an interval of this level", centre)
    return Interval(centre, limits[0], limits[1], n, None)


def cliff_delta(test: ArrayLike, reference: ArrayLike, level: float = 0.95) -> Interval:
    """P(test > reference) - P(test < reference) with the asymmetric limits of Feng and Cliff (2004)."""
    a, b = _finite(test), _finite(reference)
    m, k = int(a.size), int(b.size)
    n = m + k
    if not (m and k):
        return _none(n, "a group has no value")
    above, tied = _above(a, b)
    delta = float(above.sum()) / (m * k)
    if min(m, k) < 2:
        return _none(n, "a group has 1 value: no interval", delta)
    if abs(delta) == 1.0:
        return _none(n, "the groups do not overlap: no interval", delta)
    rows, columns = above / k - delta, -_above(b, a)[0] / m - delta
    raw = k**2 * float(rows @ rows) + m**2 * float(columns @ columns)
    # of the signs of all pairs: 1 for each that is not tied
    variance = (raw - (m * k * (1 - delta**2) - tied)) / (m * k * (m - 1) * (k - 1))
    variance = max(variance, (1 - delta**2) / (m * k - 1))
    z = float(ndtri(0.5 + level / 2))
    middle, half = delta - delta**3, z * math.sqrt(variance) * math.sqrt((1 - delta**2) ** 2 + z**2 * variance)
    below = 1 - delta**2 + z**2 * variance
    return Interval(delta, (middle - half) / below, (middle + half) / below, n, None)


def _above(values: Floats, others: Floats) -> tuple[Floats, int]:
    """For each value, how many of the others are below it less how many are above; and the pairs that are tied."""
    ordered = np.sort(others)
    below, up_to = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return (below - (others.size - up_to)).astype(np.float64), int((up_to - below).sum())


def _finite(values: ArrayLike) -> Floats:
    x = np.asarray(values, dtype=np.float64).ravel()
    return x[np.isfinite(x)]


def _tail_count(m: int, n: int, tail: float) -> int:
    """Rank of the lower limit among the m n differences; 0 = there is none of this level."""
    if m * n > EXACT_UP_TO:
        sd = math.sqrt(m * n * (m + n + 1) / 12)
        return max(0, math.floor(m * n / 2 + float(ndtri(tail)) * sd))
    below = np.cumsum(_rank_sum_counts(m, n)) / math.comb(m + n, m)
    # P(U <= k - 1) <= tail: the k-th difference from below is the limit
    return int(np.searchsorted(below, tail * (1 + 1e-12), side="right"))


def _rank_sum_counts(m: int, n: int) -> Floats:
    """Arrangements of two groups by the value of U = 0 ... m n (Mann and Whitney's recursion)."""
    counts = np.zeros(m * n + 1)
    counts[0] = 1.0
    # the generating function prod (1 - q^(n + i)) / (1 - q^i), i = 1 ... m
    for i in range(1, m + 1):
        step = n + i
        if step <= m * n:
            counts[step:] -= counts[:-step].copy()
        for j in range(i, m * n + 1):
            counts[j] += counts[j - i]
    return counts
