"""Descriptive statistics of groups: counts, arithmetic, geometric and order statistics, with reasons where none exists.

One call summarises every group of a long table; the values of a group are sorted first, so that the order of rows and
the other groups change nothing, to the last bit.

References
----------
Kirkwood TBL. Geometric means and measures of dispersion. Biometrics 1979;35:908-909 (geometric CV).
Hyndman RJ, Fan Y. Sample quantiles in statistical packages. Am Stat 1996;50:361-365 (quartiles).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["QUARTILE_METHODS", "STATISTICS", "QuartileMethod", "Summary", "SummaryReason", "summarise"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

QuartileMethod = Literal["type7", "type2"]
QUARTILE_METHODS: Final[dict[str, str]] = {
    "type7": "linear interpolation between order statistics (Hyndman and Fan type 7; the default of R and NumPy)",
    "type2": "inverse of the distribution function, averaged at steps (Hyndman and Fan type 2; SAS PCTLDEF=5)",
}
"""Quartile methods and how they are described in a footnote."""


class SummaryReason(StrEnum):
    """Why a statistic of a group has no value."""

    NO_VALUE = "no value"
    ONE_VALUE = "1 value: no spread"
    NOT_POSITIVE = "mean is not above 0"
    NO_POSITIVE = "no value above 0"
    ONE_POSITIVE = "1 value above 0: no spread"
    SPREAD = "the spread is too large for a number"


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Statistics of ``k`` groups; every attribute is an array of shape (k,), nan = not calculable.

    Attributes
    ----------
    n, n_positive
        Number of values; of values above 0 (the n of the geometric statistics).
    mean, sd, cv_pct
        Arithmetic mean, sample SD (n - 1), 100 SD / mean.
    geo_mean, geo_cv_pct
        exp(mean of ln) and 100 sqrt(exp(s_ln^2) - 1) of the values above 0 (Kirkwood 1979).
    minimum, q1, median, q3, maximum
        Order statistics of all values.
    """

    n: Ints
    n_positive: Ints
    mean: Floats
    sd: Floats
    cv_pct: Floats
    geo_mean: Floats
    geo_cv_pct: Floats
    minimum: Floats
    q1: Floats
    median: Floats
    q3: Floats
    maximum: Floats

    def reason(self, statistic: str, group: int = 0) -> SummaryReason | None:
        """Why this statistic of this group is not calculable; None where it has a value.

        Examples
        --------
        >>> print(summarise([5.0]).reason("sd"))
        1 value: no spread
        """
        if statistic not in STATISTICS:
            raise ValueError(f"statistic {statistic!r} is unknown; known are {', '.join(STATISTICS)}")
        if statistic in ("n", "n_positive") or np.isfinite(getattr(self, statistic)[group]):
            return None
        if self.n[group] == 0:
            return SummaryReason.NO_VALUE
        if statistic in ("geo_mean", "geo_cv_pct"):
            few = {0: SummaryReason.NO_POSITIVE, 1: SummaryReason.ONE_POSITIVE}
            return few.get(int(self.n_positive[group]), SummaryReason.SPREAD)
        return SummaryReason.ONE_VALUE if self.n[group] == 1 else SummaryReason.NOT_POSITIVE


STATISTICS: Final = tuple(field.name for field in fields(Summary))
"""Names of all statistics."""


def summarise(
    values: ArrayLike, groups: ArrayLike | None = None, n_groups: int | None = None, quartiles: QuartileMethod = "type7"
) -> Summary:
    """Statistics of every group.

    Parameters
    ----------
    values
        Shape (m,); nan = no value, does not count.
    groups
        Shape (m,): group of each value, 0 .. n_groups - 1; None = all are group 0.
    n_groups
        Number of groups; None = the largest group + 1. A group without values has n = 0.
    quartiles
        One of :data:`QUARTILE_METHODS`.

    Raises
    ------
    ValueError
        Shapes differ, a value is infinite, a group is outside its range or the quartile method is unknown.

    Examples
    --------
    >>> s = summarise([1.0, 10.0, 100.0, 7.0], groups=[0, 0, 0, 1])
    >>> s.n.tolist(), s.geo_mean.round(6).tolist()
    ([3, 1], [10.0, 7.0])
    """
    x, g, k = _sorted_groups(values, groups, n_groups)
    n = np.bincount(g, minlength=k)
    mean, sd = _mean_sd(x, g, n)
    positive = x > 0
    n_positive = np.bincount(g[positive], minlength=k)
    scale, ln = _logs(x[positive], g[positive], k)
    mean_ln, sd_ln = _mean_sd(ln, g[positive], n_positive)
    start = np.cumsum(n) - n
    q = {p: _quantile(x, start, n, p, quartiles) for p in (0.0, 0.25, 0.5, 0.75, 1.0)}
    return Summary(
        n=n,
        n_positive=n_positive,
        mean=mean,
        sd=sd,
        cv_pct=100.0 * sd / np.where(mean > 0, mean, np.nan),
        geo_mean=scale * np.exp(mean_ln),
        geo_cv_pct=_geometric_cv(sd_ln),
        minimum=q[0.0],
        q1=q[0.25],
        median=q[0.5],
        q3=q[0.75],
        maximum=q[1.0],
    )


def _sorted_groups(values: ArrayLike, groups: ArrayLike | None, n_groups: int | None) -> tuple[Floats, Ints, int]:
    """Values without nan, sorted by group and size; their groups; the number of groups."""
    x = np.atleast_1d(np.asarray(values, dtype=np.float64))
    g = np.zeros(x.shape, dtype=np.intp) if groups is None else np.atleast_1d(np.asarray(groups, dtype=np.intp))
    if x.ndim != 1 or x.shape != g.shape:
        raise ValueError(f"summarise: values have shape {x.shape}, groups {g.shape}; both must be (m,)")
    if np.isinf(x).any():
        raise ValueError("summarise: values must be finite or nan (= no value); an infinite one was found")
    highest = int(g.max(initial=-1)) + 1
    k = max(highest, 1 if groups is None else 0) if n_groups is None else n_groups
    if g.min(initial=0) < 0 or highest > k:
        raise ValueError(f"summarise: groups must lie in 0..{k - 1}; found {g.min()}..{g.max()}")
    keep = ~np.isnan(x)
    x, g = x[keep], g[keep]
    order = np.lexsort((x, g))
    return x[order], g[order], k


def _mean_sd(x: Floats, g: Ints, n: Ints) -> tuple[Floats, Floats]:
    """Mean and sample SD per group: two passes, so that a large mean does not swallow a small spread."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(g, weights=x, minlength=n.size) / n
        square = np.bincount(g, weights=(x - mean[g]) ** 2, minlength=n.size)
        sd = np.sqrt(square / np.where(n > 1, n - 1, np.nan))
    return mean, sd


def _logs(x: Floats, g: Ints, k: int) -> tuple[Floats, Floats]:
    """Smallest value of each group, (k,), and ln(value / it), (m,): one value, or equal ones, come back exactly."""
    scale = np.full(k, np.nan)
    scale[g[::-1]] = x[::-1]  # sorted: the first of each group is written last
    return scale, np.log(x) - np.log(scale[g])


def _geometric_cv(sd_ln: Floats) -> Floats:
    """100 sqrt(exp(s^2) - 1); nan where that is beyond the largest number (s above 26)."""
    with np.errstate(over="ignore"):
        cv = 100.0 * np.sqrt(np.expm1(sd_ln**2))
    return np.where(np.isfinite(cv), cv, np.nan)


def _quantile(x: Floats, start: Ints, n: Ints, p: float, method: QuartileMethod) -> Floats:
    """Quantile p of each group of sorted values."""
    out = np.full(n.size, np.nan)
    has = n > 0
    first, size = start[has], n[has]
    if method == "type7":
        h = (size - 1) * p
        low = np.floor(h).astype(np.intp)
        high = np.minimum(low + 1, size - 1)
        weight = h - low
    elif method == "type2":
        h = size * p
        step = np.floor(h) == h
        low = np.clip(np.ceil(h).astype(np.intp) - 1, 0, size - 1)
        high = np.where(step, np.minimum(low + 1, size - 1), low)
        high = np.where(h == 0, low, high)
        weight = np.full(size.size, 0.5)
    else:
        raise ValueError(f"quartile method {method!r} is unknown; known are {', '.join(QUARTILE_METHODS)}")
    # (1 - w) a + w b keeps a where both are equal; a + w (b - a) would too but may pass b by one rounding
    below, above = x[first + low], x[first + high]
    out[has] = np.where(weight == 0, below, np.minimum(below + weight * (above - below), above))
    return out
