"""Areas under straight and exponential segments, exact also where neighbours are nearly equal.

A segment runs from (t1, C1) to (t2, C2). Linear: area dt (C1 + C2) / 2. Logarithmic, with x = ln(C2 / C1):
C(s) = C1 exp(x s), s = (t - t1) / dt; area dt (C2 - C1) / x; first moment t1 * area + dt^2 C1 g(x) with
g(x) = integral of s exp(x s) over 0..1. Near x = 0 the textbook forms cancel; log1p, expm1 and a series do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Final

import numpy as np

from cartpk.core.nca.ragged import Bools, Floats, Indices, count_in, spread, sum_between
from cartpk.terms import AucMethod

__all__ = ["Segments", "area_between", "concentration_at", "log_ratio", "rows_between", "segments"]

_NEAR: Final = 0.5
_SERIES: Final = tuple(1.0 / (factorial(k) * (k + 2)) for k in range(16))


def log_ratio(c1: Floats, c2: Floats) -> Floats:
    """ln(c2 / c1) for positive values, correct to the last bits also where they nearly agree.

    Examples
    --------
    >>> x = log_ratio(np.array([1.0]), np.array([1.0 + 2.0**-50]))
    >>> bool(abs(x[0] * 2.0**50 - 1.0) < 1e-15)
    True
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        ratio = c2 / c1
        out = np.log(ratio)
    near = np.flatnonzero(np.abs(ratio - 1.0) < _NEAR)
    out[near] = np.log1p((c2[near] - c1[near]) / c1[near])
    wild = np.flatnonzero(~np.isfinite(out))
    out[wild] = np.log(c2[wild]) - np.log(c1[wild])
    return out


def _mean_exp(z: Floats) -> Floats:
    """(exp(z) - 1) / z, 1 at z = 0."""
    safe = np.where(z == 0.0, 1.0, z)
    return np.where(z == 0.0, 1.0, np.expm1(safe) / safe)


def _moment_exp(x: Floats) -> Floats:
    """Integral of s exp(x s) over s = 0..1: (exp(x) (x - 1) + 1) / x^2, by its series near 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out = (np.exp(x) * (x - 1.0) + 1.0) / (x * x)
    near = np.flatnonzero(np.abs(x) < _NEAR)
    small, series = x[near], np.zeros(len(near))
    for coefficient in reversed(_SERIES):
        series = series * small + coefficient
    out[near] = series
    return out


@dataclass(frozen=True, slots=True)
class Segments:
    """Segment ``i`` joins the rows ``i`` and ``i + 1``; the last row of a profile starts a segment of length 0."""

    offsets: Indices
    """Shape (m + 1,)."""
    t1: Floats
    """Shape (k,): start, days."""
    t2: Floats
    """Shape (k,): end, days (equal to ``t1`` for the last row)."""
    c1: Floats
    """Shape (k,): concentration at the start."""
    c2: Floats
    """Shape (k,): concentration at the end."""
    log_rows: Indices
    """Rows whose segment is logarithmic."""
    x: Floats
    """ln(C2 / C1) of the rows ``log_rows``."""
    area: Floats
    """Shape (k,): area, conc * day."""

    def moment(self) -> Floats:
        """First moment of each segment about time 0, shape (k,), conc * day^2."""
        dt = self.t2 - self.t1
        out = 0.5 * dt * (self.t1 * self.c1 + self.t2 * self.c2)
        i, x = self.log_rows, self.x
        lean = dt[i] * dt[i] * np.maximum(self.c1[i], self.c2[i]) * _moment_exp(-np.abs(x))  # about the higher end
        out[i] = np.where(x > 0, self.t2[i] * self.area[i] - lean, self.t1[i] * self.area[i] + lean)
        return out

    def exponent(self, rows: Indices) -> Floats:
        """ln(C2 / C1) of any ``rows``; NaN where the segment is straight."""
        out = np.full(len(self.t1), np.nan)
        out[self.log_rows] = self.x
        return out[rows]


def segments(offsets: Indices, day: Floats, conc: Floats, tmax: Floats, method: AucMethod) -> Segments:
    """Segments between neighbouring rows under a trapezoidal rule.

    Parameters
    ----------
    offsets, day, conc
        The long table, rows sorted by profile and day.
    tmax
        Shape (m,), days: the lin-log rule is logarithmic from here on.
    method
        linear; lin up/log down: logarithmic where C falls and stays above 0; lin-log: logarithmic from Tmax on where
        both ends are above 0 and differ.
    """
    t2, c2 = np.empty_like(day), np.empty_like(conc)
    t2[:-1], c2[:-1] = day[1:], conc[1:]
    ends = offsets[1:][offsets[1:] > offsets[:-1]] - 1
    t2[ends], c2[ends] = day[ends], conc[ends]
    area = (t2 - day) * (0.5 * (conc + c2))
    if method is AucMethod.LINEAR:
        log_rows = np.empty(0, dtype=np.intp)
    elif method is AucMethod.LIN_UP_LOG_DOWN:
        log_rows = np.flatnonzero((c2 < conc) & (c2 > 0))
    else:
        log_rows = np.flatnonzero((conc > 0) & (c2 > 0) & (conc != c2) & (day >= spread(tmax, offsets)))
    x = log_ratio(conc[log_rows], c2[log_rows])
    area[log_rows] = (t2[log_rows] - day[log_rows]) * ((c2[log_rows] - conc[log_rows]) / x)
    return Segments(offsets, day, t2, conc, c2, log_rows, x, area)


def _partial(seg: Segments, rows: Indices, a: Floats, b: Floats) -> Floats:
    """Area of the segments ``rows`` between the days ``a`` and ``b`` inside them."""
    dt = seg.t2[rows] - seg.t1[rows]
    c1, c2 = seg.c1[rows], seg.c2[rows]
    fa, fb = (a - seg.t1[rows]) / dt, (b - seg.t1[rows]) / dt
    straight = 0.5 * (b - a) * (2.0 * c1 + (fa + fb) * (c2 - c1))
    x = seg.exponent(rows)
    # from the higher end downwards: no exponent above 0, and no digits lost where the lower end is next to nothing
    top = np.where(x > 0, c2 * np.exp(-np.abs(x) * (1.0 - fb)), c1 * np.exp(-np.abs(x) * fa))
    curved = (b - a) * top * _mean_exp(-np.abs(x) * (fb - fa))
    return np.where(np.isnan(x), straight, curved)


def rows_between(seg: Segments, start: float, end: Floats) -> tuple[Indices, Indices]:
    """First row and row after the last one of the segments that lie wholly between two days, shape (m,) each.

    Parameters
    ----------
    seg
        The segments.
    start
        Day.
    end
        Shape (m,), days; NaN: no row.
    """
    early = seg.t1 < start
    first = seg.offsets[:-1] + count_in(early, seg.offsets) if early.any() else seg.offsets[:-1]
    return first, seg.offsets[:-1] + count_in(seg.t2 <= spread(end, seg.offsets), seg.offsets)


def area_between(seg: Segments, start: float, end: Floats) -> Floats:
    """Area of each profile between the day ``start`` and the days ``end``, shape (m,), conc * day.

    Only what lies between the first and the last row of a profile counts. A segment that the limits cut is
    interpolated by its own rule: straight or exponential.
    """
    first, cut = rows_between(seg, start, end)
    area = sum_between(seg.area, first, cut)
    at = np.flatnonzero((first > seg.offsets[:-1]) & (end > start))
    if len(at):  # the segment that begins before ``start``
        rows = first[at] - 1
        area[at] += _partial(seg, rows, np.full(len(at), start), np.minimum(np.maximum(seg.t2[rows], start), end[at]))
    at = np.flatnonzero((first <= cut) & (cut < seg.offsets[1:]))
    at = at[seg.t1[cut[at]] < end[at]]
    if len(at):  # the segment that ends after ``end``
        area[at] += _partial(seg, cut[at], seg.t1[cut[at]], end[at])
    return area


def concentration_at(seg: Segments, day: float) -> Floats:
    """Concentration of each profile at one day by the rule of the segment, shape (m,); NaN outside the samples."""
    out = np.full(len(seg.offsets) - 1, np.nan)
    if not len(seg.t1):
        return out
    at: Bools = (seg.t1 <= day) & ((day < seg.t2) | (seg.t1 == day))
    rows = np.flatnonzero(at)
    owner = np.searchsorted(seg.offsets, rows, side="right") - 1
    dt = seg.t2[rows] - seg.t1[rows]
    s = np.where(dt > 0, (day - seg.t1[rows]) / np.where(dt > 0, dt, 1.0), 0.0)
    x = seg.exponent(rows)
    straight = seg.c1[rows] + s * (seg.c2[rows] - seg.c1[rows])
    curved = np.where(x > 0, seg.c2[rows] * np.exp(-np.abs(x) * (1.0 - s)), seg.c1[rows] * np.exp(-np.abs(x) * s))
    out[owner] = np.where(np.isnan(x), straight, curved)
    return out
