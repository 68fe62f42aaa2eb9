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


def regress_tails(offsets: Indices, day: Floats, conc: Floats) -> Lines:
    """Regressions over the last 1, 2, ... rows of each profile; ``conc`` must be above 0."""
    counts = np.diff(offsets)
    order = np.argsort(-counts, kind="stable")
    sizes = counts[order]
    last = offsets[1:][order] - 1
    y_all = np.log(conc)
    k = len(day)
    out = Lines(*(np.full(k, np.nan) for _ in range(6)))
    mt, my, stt, sty, syy = (np.zeros(len(order)) for _ in range(5))
    for n in range(1, int(sizes[0]) + 1 if len(sizes) else 0):
        active = int(np.searchsorted(-sizes, -n, side="right"))
        row = last[:active] - (n - 1)
        t, y = day[row], y_all[row]
        dt, dy = t - mt[:active], y - my[:active]
        mt[:active] += dt / n
        my[:active] += dy / n
        rest_t, rest_y = t - mt[:active], y - my[:active]
        stt[:active] += dt * rest_t
        sty[:active] += dt * rest_y
        syy[:active] += dy * rest_y
        out.n_points[row] = n
        out.mean_day[row] = mt[:active]
        out.mean_ln[row] = my[:active]
        if n > 1:
            a, b, c = stt[:active], sty[:active], syy[:active]
            out.slope[row] = b / a
            r2 = np.minimum(b * b / (a * np.where(c > 0, c, np.nan)), 1.0)
            out.r2[row] = r2
            if n > 2:
                out.r2_adj[row] = 1.0 - (1.0 - r2) * ((n - 1) / (n - 2))
    return out


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
    lines = regress_tails(tails, day[source], conc[source])
    counts = np.diff(tails)
    usable = (lines.n_points >= min_points) & ~np.isnan(lines.r2_adj)
    if chosen is not None:
        usable &= ~np.repeat(fixed, counts) | (lines.n_points == spread(counts.astype(np.float64), tails))
    score = np.where(usable, lines.r2_adj, -np.inf)
    best = max_in(score, tails)
    good = usable & (lines.slope < 0) & (score > spread(best, tails) - adj_r2_factor)
    at = first_in(good, tails)
    few = counts < min_points
    reason = np.zeros(len(counts), dtype=np.int8)
    reason[at < 0] = code_of(NcaReason.NO_DECLINE)
    reason[(at < 0) & np.isinf(best)] = code_of(NcaReason.FLAT)
    reason[few] = code_of(NcaReason.TOO_FEW_POINTS)
    final = np.where(at >= 0, tails[1:] - 1, -1)
    day_c = day[source]
    in_line = np.arange(len(source)) >= np.repeat(np.where(at >= 0, at, len(source)), counts)
    return TerminalPhase(
        lambda_z=-pick(lines.slope, at),
        r2=pick(lines.r2, at),
        r2_adj=pick(lines.r2_adj, at),
        n_points=pick(lines.n_points, at),
        first_day=pick(day_c, at),
        last_day=pick(day_c, final),
        mean_day=pick(lines.mean_day, at),
        mean_ln=pick(lines.mean_ln, at),
        reason=reason,
        first_row=np.where(at >= 0, source[at] if len(source) else -1, -1),
        used=source[in_line],
    )
