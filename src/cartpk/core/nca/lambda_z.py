"""The terminal slope: least squares of ln C on time over the last points, every window at once.

The windows of a profile are "the last n candidate points", n = ``min_points`` .. all. A walk back from the last point
adds one point per step to all profiles together (Welford's update: no running totals that lose digits).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartpk.core.nca.ragged import Bools, Floats, Indices, first_in, max_in, pick, shrink, spread
from cartpk.core.nca.reasons import Codes, code_of
from cartpk.terms import LN2, NcaReason

__all__ = ["Lines", "TerminalPhase", "regress_tails", "terminal_phase"]


@dataclass(frozen=True, slots=True)
class Lines:
    """For each row: the regression of ln C on day over the rows from here to the end of its profile."""

    n_points: Floats
    """Shape (k,): points of the window."""
    slope: Floats
    """Shape (k,), 1/day; NaN for a window of one point."""
    mean_day: Floats
    """Shape (k,), days."""
    mean_ln: Floats
    """Shape (k,), ln of the concentration."""
    r2: Floats
    """Shape (k,): R squared; NaN where all points are equal."""
    r2_adj: Floats
    """Shape (k,): R squared adjusted for the number of points; NaN below 3 points."""


@dataclass(frozen=True, slots=True)
class TerminalPhase:
    """The terminal phase of each profile; NaN and a reason where there is none. Arrays have shape (m,)."""

    lambda_z: Floats
    """1/day."""
    r2: Floats
    r2_adj: Floats
    n_points: Floats
    first_day: Floats
    """days; first point used."""
    last_day: Floats
    """days; last point used."""
    mean_day: Floats
    """days; the line runs through (``mean_day``, ``mean_ln``)."""
    mean_ln: Floats
    reason: Codes
    first_row: Indices
    """Row of the first point among the rows given to :func:`terminal_phase`; -1: none."""
    used: Indices
    """Rows that are points of a line, of all profiles."""

    @property
    def half_life(self) -> Floats:
        """Ln 2 / lambda_z, days."""
        return LN2 / self.lambda_z

    @property
    def span(self) -> Floats:
        """Time between the first and the last point, in half-lives."""
        return (self.last_day - self.first_day) / self.half_life

    def predicted(self, day: Floats) -> Floats:
        """Concentration of the line at ``day``, shape (m,)."""
        return np.exp(self.mean_ln - self.lambda_z * (day - self.mean_day))


@dataclass(frozen=True, slots=True)
class _Windows:
    """All windows of all profiles, those of one point first, then those of two, ...; arrays have shape (k,).

    Profiles stand by falling number of points, so the windows of ``n`` points are the first so many profiles.
    """

    row: Indices
    """First row of the window."""
    n_points: Floats
    slope: Floats
    mean_day: Floats
    mean_ln: Floats
    r2: Floats
    r2_adj: Floats
    begin: Indices
    """Shape (L + 1,): where the windows of 1, 2, ... points begin."""
    place: Indices
    """Shape (m,): place of each profile among those of one number of points."""

    def by_row(self, values: Floats) -> Floats:
        """The values in the order of the rows."""
        out = np.empty_like(values)
        out[self.row] = values
        return out

    def at(self, n_points: Indices) -> Indices:
        """Window of ``n_points`` points of each profile, shape (m,); -1 where that is 0."""
        return np.where(n_points > 0, self.begin[np.maximum(n_points - 1, 0)] + self.place, -1)


def _windows(offsets: Indices, day: Floats, conc: Floats) -> _Windows:
    """Regressions over all windows; each step adds one point to all profiles that have one."""
    counts = np.diff(offsets)
    order = np.argsort(-counts, kind="stable")
    sizes, last = counts[order], offsets[1:][order] - 1
    longest = int(sizes[0]) if len(sizes) else 0
    active = np.searchsorted(-sizes, -np.arange(1, longest + 1), side="right")
    begin = np.append(0, np.cumsum(active))
    row = np.empty(len(day), dtype=np.intp)
    for n in range(longest):
        np.subtract(last[: active[n]], n, out=row[begin[n] : begin[n + 1]])
    t, y = day[row], np.log(conc)[row]
    mean_t, mean_y, stt, sty, syy = (np.empty(len(day)) for _ in range(5))
    before = slice(0, 0)
    for n in range(1, longest + 1):
        own = slice(int(begin[n - 1]), int(begin[n]))
        size = own.stop - own.start
        m_t, m_y, s_tt, s_ty, s_yy = (
            part[before][:size] if n > 1 else np.zeros(size) for part in (mean_t, mean_y, stt, sty, syy)
        )
        dt, dy = t[own] - m_t, y[own] - m_y
        np.add(m_t, dt / n, out=mean_t[own])
        np.add(m_y, dy / n, out=mean_y[own])
        rest_t, rest_y = t[own] - mean_t[own], y[own] - mean_y[own]
        np.add(s_tt, dt * rest_t, out=stt[own])
        np.add(s_ty, dt * rest_y, out=sty[own])
        np.add(s_yy, dy * rest_y, out=syy[own])
        before = own
    place = np.empty(len(counts), dtype=np.intp)
    place[order] = np.arange(len(counts))
    n_points = np.repeat(np.arange(1.0, longest + 1.0), active)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(n_points > 1, sty / stt, np.nan)
        r2 = np.where(syy > 0, np.minimum(sty * sty / (stt * syy), 1.0), np.nan)
        r2_adj = np.where(n_points > 2, 1.0 - (1.0 - r2) * ((n_points - 1.0) / (n_points - 2.0)), np.nan)
    return _Windows(row, n_points, slope, mean_t, mean_y, r2, r2_adj, begin, place)


def regress_tails(offsets: Indices, day: Floats, conc: Floats) -> Lines:
    """Regressions over the last 1, 2, ... rows of each profile; ``conc`` must be above 0."""
    w = _windows(offsets, day, conc)
    return Lines(*(w.by_row(part) for part in (w.n_points, w.slope, w.mean_day, w.mean_ln, w.r2, w.r2_adj)))


def terminal_phase(
    offsets: Indices,
    day: Floats,
    conc: Floats,
    candidate: Bools,
    *,
    min_points: int = 3,
    adj_r2_factor: float = 1e-4,
    chosen: Bools | None = None,
) -> TerminalPhase:
    """The terminal phase of each profile by the best adjusted R2.

    Of the windows with lambda_z > 0 whose adjusted R2 is above (the best of all windows, rising ones included) -
    ``adj_r2_factor``, the one with the most points is taken.

    Parameters
    ----------
    offsets, day, conc
        The long table; its rows sorted by profile and day.
    candidate
        Shape (k,): rows that may be points (quantifiable, after Tmax).
    min_points
        Fewest points of a window, at least 3.
    adj_r2_factor
        How far below the best adjusted R2 a longer window may lie.
    chosen
        Shape (k,): rows an analyst fixed as points. Where a profile has any, these and no others are its window.

    Raises
    ------
    ValueError
        If ``min_points`` is below 3.
    """
    if min_points < 3:
        raise ValueError(f"min_points is {min_points}, a line with an adjusted R2 needs at least 3")
    fixed = np.zeros(len(offsets) - 1, dtype=np.bool_)
    if chosen is not None:
        fixed = np.diff(shrink(offsets, chosen)) > 0
        candidate = (candidate & ~np.repeat(fixed, np.diff(offsets))) | (chosen & (conc > 0))
    source = np.flatnonzero(candidate)
    tails = shrink(offsets, candidate)
    w = _windows(tails, day[source], conc[source])
    counts = np.diff(tails)
    score = np.where((w.n_points >= min_points) & ~np.isnan(w.r2_adj), w.r2_adj, -np.inf)
    falls = np.where(w.slope < 0, score, -np.inf)
    score, falls = w.by_row(score), w.by_row(falls)
    if chosen is not None:  # the whole window, or none
        part = np.repeat(fixed, counts)
        part[tails[:-1][counts > 0]] = False
        score[part] = falls[part] = -np.inf
    best = max_in(score, tails)
    at = first_in((falls > spread(best, tails) - adj_r2_factor) & (falls > -np.inf), tails)
    line = w.at(np.where(at >= 0, tails[1:] - at, 0))
    few = counts < min_points
    reason = np.zeros(len(counts), dtype=np.int8)
    reason[at < 0] = code_of(NcaReason.NO_DECLINE)
    reason[(at < 0) & np.isinf(best)] = code_of(NcaReason.FLAT)
    reason[few] = code_of(NcaReason.TOO_FEW_POINTS)
    final = np.where(at >= 0, tails[1:] - 1, -1)
    day_c = day[source]
    in_line = np.arange(len(source)) >= np.repeat(np.where(at >= 0, at, len(source)), counts)
    return TerminalPhase(
        lambda_z=-pick(w.slope, line),
        r2=pick(w.r2, line),
        r2_adj=pick(w.r2_adj, line),
        n_points=pick(w.n_points, line),
        first_day=pick(day_c, at),
        last_day=pick(day_c, final),
        mean_day=pick(w.mean_day, line),
        mean_ln=pick(w.mean_ln, line),
        reason=reason,
        first_row=np.where(at >= 0, source[at] if len(source) else -1, -1),
        used=source[in_line],
    )
