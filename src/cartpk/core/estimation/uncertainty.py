r"""How well the data determine a fit: covariance, and limits from the profile of the likelihood.

The residual SD of one profile is estimated from few samples. Limits that took it as known (a rise of 3.84) would be too
narrow; as in regression the normal quantile is replaced by that of Student's t, so that -2 log-likelihood rises by
:math:`t_{0.975,\nu}^2` at a limit (for a line that is the classical interval; Bates DM, Watts DG. Nonlinear regression
analysis and its applications. Wiley 1988, ch. 6). The degrees of freedom :math:`\nu` are those of a variance estimate
whose logarithm has the information I found on ln s: :math:`\nu = I / 2` (Satterthwaite FE. Biometrics Bull 1946;2:110).
Samples less parameters spent, censored results and the prior of s all enter through I.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from cartpk.core import special
from cartpk.core.estimation.levenberg import Minimum, minimise
from cartpk.core.estimation.problem import Problem
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray

__all__ = [
    "CHI2_95",
    "ProfileCurve",
    "ProfileLimits",
    "Verdict",
    "covariance",
    "degrees_of_freedom",
    "profile_curves",
    "profile_limits",
    "student_quantile",
]

CHI2_95 = 3.841458820694124
"""95 % quantile of chi-squared with 1 degree of freedom: the rise of -2 log-likelihood at a limit, s known."""
_ROOT_STEPS = 12
_ROOT_TOLERANCE = 0.02
"""A limit is found when the root of the rise is this close to that wanted."""
_LEAST_DF = 1.0
_REFITTED = 1e-6
"""Relative change of the objective at which a refit with one entry held is at its minimum."""


class Verdict(StrEnum):
    """Which 95 % profile-likelihood limits of a parameter lie inside its bounds."""

    BOUNDED = "bounded"
    LOWER_ONLY = "lower-only"
    UPPER_ONLY = "upper-only"
    NONE = "none"


@dataclass(frozen=True)
class ProfileLimits:
    """95 % profile-likelihood limits of one entry of x, (n,) each; -inf / +inf where the data give none."""

    lower: FloatArray
    upper: FloatArray

    def verdicts(self) -> list[Verdict]:
        """Return which limits exist, per profile."""
        table = {
            (True, True): Verdict.BOUNDED,
            (True, False): Verdict.LOWER_ONLY,
            (False, True): Verdict.UPPER_ONLY,
            (False, False): Verdict.NONE,
        }
        pairs = zip(np.isfinite(self.lower), np.isfinite(self.upper), strict=True)
        return [table[bool(low), bool(high)] for low, high in pairs]


def covariance(problem: Problem, x: FloatArray, at_bound: BoolArray) -> FloatArray:
    """Covariance of x from the Gauss-Newton information at the minimum, priors included, (n, q, q).

    Entries on a bound are held: their rows and columns are nan. So is everything of a profile whose information is
    singular (no prior and too few samples). Where the curve bends exactly on a sample the information is the mean of
    both sides.
    """
    information = problem.expand(x).hessian
    if problem.kink is not None:
        shift = np.zeros_like(x)
        shift[:, problem.kink] = 1e-7
        information = 0.5 * (problem.expand(x - shift).hessian + problem.expand(x + shift).hessian)
    q = x.shape[1]
    free = ~at_bound
    pairs = free[:, :, None] & free[:, None, :]
    diagonal = np.arange(q)
    information = np.where(pairs, information, 0.0)
    scale = np.sqrt(np.where(free, information[:, diagonal, diagonal], 1.0))
    dead = ~(scale > 1e-8) & free
    scale = np.where(dead, 1.0, scale)
    unit = information / (scale[:, :, None] * scale[:, None, :])
    unit[:, diagonal, diagonal] = np.where(free & ~dead, unit[:, diagonal, diagonal], 1.0)
    singular = (np.linalg.eigvalsh(unit)[:, 0] < 1e-9) | dead.any(axis=1)
    unit[singular] = np.eye(q)
    out: FloatArray = np.linalg.inv(unit) / (scale[:, :, None] * scale[:, None, :])
    out[~pairs | singular[:, None, None]] = np.nan
    return out


def degrees_of_freedom(problem: Problem, x: FloatArray) -> FloatArray:
    """Degrees of freedom of each profile's residual variance, (n,), at least 1: half the information on ln s."""
    information = problem.expand(x).hessian[:, -1, -1]
    value: FloatArray = np.maximum(0.5 * information, _LEAST_DF)
    return value


def student_quantile(problem: Problem, x: FloatArray) -> FloatArray:
    """Quantile of Student's t that bounds a 95 % interval of each profile, (n,).

    Examples
    --------
    >>> special.stdtrit(np.array([8.0, 1e9]), 0.975).round(3)
    array([2.306, 1.96 ])
    """
    value: FloatArray = np.asarray(special.stdtrit(degrees_of_freedom(problem, x), 0.975), dtype=np.float64)
    return value


def profile_limits(
    problem: Problem, x: FloatArray, indices: tuple[int, ...], rise: FloatArray | float = CHI2_95
) -> dict[int, ProfileLimits]:
    """95 % profile-likelihood limits of the given entries of x.

    Parameters
    ----------
    problem
        n profiles. Its priors are left out, so that a limit is the data's; its bounds hold.
    x
        The fit, (n, q). ln s stays at the fitted value: with it free a single profile of few samples is unbounded.
    indices
        Entries to profile.
    rise
        Rise of -2 log-likelihood at a limit, (n,) or one for all; that of s not known exactly is
        ``student_quantile(problem, x) ** 2``.

    Notes
    -----
    The entry is first moved to each of its bounds and everything else is fitted again. Where -2 log-likelihood rises
    by less than ``rise`` even there, the data give no limit on that side; elsewhere the limit is found by the Illinois
    variant of regula falsi on the square root of the rise, warm-started.
    """
    n = x.shape[0]
    plain, base = _without_priors(problem, x)
    sides = [(k, side) for k in indices for side in (-1, 1)]
    rows = np.tile(np.arange(n), len(sides))
    entry = np.repeat([k for k, _ in sides], n)
    upward = np.repeat([side > 0 for _, side in sides], n)
    wanted = np.sqrt(np.broadcast_to(np.asarray(rise, dtype=np.float64), (n,)))[rows]
    start = Minimum(base.x[rows], base.value[rows], base.converged[rows])
    limit = _limits(plain.take(rows), start, entry, upward, wanted)
    found = {side: limit[i * n : (i + 1) * n] for i, side in enumerate(sides)}
    return {k: ProfileLimits(found[k, -1], found[k, 1]) for k in indices}


def _without_priors(problem: Problem, x: FloatArray) -> tuple[Problem, Minimum]:
    """The problem without its priors, and its minimum with s held; ``spent`` plays no part then.

    A rough curve takes the exact one's place: a rise of the likelihood is a difference of two values of the same curve.
    """
    rough = problem.rough()
    plain = replace(rough, prior_precision=np.zeros_like(problem.prior_precision))
    held = np.zeros(x.shape, dtype=bool)
    held[:, -1] = True
    return plain, minimise(plain, x, fixed=held, max_steps=60, tolerance=1e-9 if rough is problem else _REFITTED)


def _limits(problem: Problem, base: Minimum, entry: IntArray, upward: BoolArray, wanted: FloatArray) -> FloatArray:
    """Limit of one entry of each row in one direction; +-inf where there is none."""
    row = np.arange(entry.size)
    wall = np.where(upward, problem.upper[row, entry], problem.lower[row, entry])
    out = np.where(upward, np.inf, -np.inf)
    far = _refit(problem, base.x, entry, wall)
    rise_far = _root_rise(far.value, base.value) - wanted
    rows = np.flatnonzero(rise_far > 0)
    near_x, far_x = base.x[rows], far.x[rows]
    near_at, far_at = near_x[np.arange(rows.size), entry[rows]], wall[rows]
    near_rise, far_rise, side = -wanted[rows], rise_far[rows], np.zeros(rows.size)
    for _ in range(_ROOT_STEPS):
        if not rows.size:
            break
        at = near_at + (far_at - near_at) * near_rise / (near_rise - far_rise)
        closer = np.abs(near_rise) < np.abs(far_rise)
        tried = _refit(problem.take(rows), np.where(closer[:, None], near_x, far_x), entry[rows], at)
        rise = _root_rise(tried.value, base.value[rows]) - wanted[rows]
        out[rows] = at
        inside = rise <= 0
        again = np.where(inside, side < 0, side > 0)  # the same end moved twice: the other one's weight is halved
        near_rise = np.where(inside, rise, np.where(again, near_rise * 0.5, near_rise))
        far_rise = np.where(inside, np.where(again, far_rise * 0.5, far_rise), rise)
        near_x, far_x = np.where(inside[:, None], tried.x, near_x), np.where(inside[:, None], far_x, tried.x)
        near_at, far_at = np.where(inside, at, near_at), np.where(inside, far_at, at)
        side = np.where(inside, -1.0, 1.0)
        # each row ends on its own: who else is in the trial changes nobody's limit
        go = ~(np.abs(rise) < _ROOT_TOLERANCE)
        rows, near_x, far_x, near_at, far_at = rows[go], near_x[go], far_x[go], near_at[go], far_at[go]
        near_rise, far_rise, side = near_rise[go], far_rise[go], side[go]
    return out


def _refit(problem: Problem, x: FloatArray, entry: IntArray, at: FloatArray) -> Minimum:
    """Minimum over everything but one entry of each row, which is set to ``at``, and ln s."""
    row = np.arange(entry.size)
    start = x.copy()
    start[row, entry] = at
    held = np.zeros(x.shape, dtype=bool)
    held[row, entry] = True
    held[:, -1] = True
    return minimise(problem, start, fixed=held, max_steps=40, tolerance=_REFITTED)


def _root_rise(value: FloatArray, base: FloatArray) -> FloatArray:
    """Root of the rise of -2 log-likelihood above the minimum."""
    rise: FloatArray = np.sqrt(np.maximum(2.0 * (value - base), 0.0))
    return rise


@dataclass(frozen=True)
class ProfileCurve:
    """The profile of the likelihood of one entry of x.

    Attributes
    ----------
    at
        Values of the entry, ascending, (n, g).
    rise
        Rise of -2 log-likelihood above its minimum there, everything else fitted again but s, (n, g).
    """

    at: FloatArray
    rise: FloatArray


def profile_curves(
    problem: Problem, x: FloatArray, limits: dict[int, ProfileLimits], steps: int = 8
) -> dict[int, ProfileCurve]:
    """The profiles whose limits are known, drawn a little beyond these, to the bound where there is none.

    Parameters
    ----------
    problem, x
        As in :func:`profile_limits`.
    limits
        Entry -> its limits.
    steps
        Points on either side of the minimum; each is started at the one before it, outward and inward.
    """
    n = x.shape[0]
    plain, base = _without_priors(problem, x)
    sides = [(k, side) for k in limits for side in (-1, 1)]
    rows = np.tile(np.arange(n), len(sides))
    entry = np.repeat([k for k, _ in sides], n)
    end = np.concatenate([_end(problem, base.x, limits[k], k, upward=side > 0) for k, side in sides])
    spread, value = plain.take(rows), base.value[rows]
    start = base.x[rows, entry]
    places = [start + (end - start) * step / steps for step in range(1, steps + 1)]
    outward = _swept(spread, base.x[rows], entry, places)
    # a second time from the far end, reached at a walk or at one leap as the limits are: where the curve bends, one way
    # alone may stay in a side valley
    leap = _refit(spread, base.x[rows], entry, places[-1])
    far = np.where((leap.value < outward[-1].value)[:, None], leap.x, outward[-1].x)
    inward = _swept(spread, far, entry, places[::-1])[::-1]
    least = [np.minimum(there.value, back.value) for there, back in zip(outward, inward, strict=True)]
    rises = [np.maximum(2.0 * (found - value), 0.0) for found in least]
    place, rise = (np.stack(part, axis=1).reshape(len(limits), 2, n, steps) for part in (places, rises))
    out = {}
    for i, k in enumerate(limits):
        middle = base.x[:, [k]]
        at = np.concatenate([place[i, 0, :, ::-1], middle, place[i, 1]], axis=1)
        up = np.concatenate([rise[i, 0, :, ::-1], np.zeros((n, 1)), rise[i, 1]], axis=1)
        out[k] = ProfileCurve(at, up)
    return out


def _swept(problem: Problem, x: FloatArray, entry: IntArray, places: list[FloatArray]) -> list[Minimum]:
    """Minimum at each place of the entry, started at the one before."""
    found: list[Minimum] = []
    for place in places:
        found.append(_refit(problem, found[-1].x if found else x, entry, place))
    return found


def _end(problem: Problem, x: FloatArray, limits: ProfileLimits, k: int, *, upward: bool) -> FloatArray:
    """Where the curve of entry k ends: 30 % beyond its limit, or at the bound."""
    wall = problem.upper[:, k] if upward else problem.lower[:, k]
    limit = limits.upper if upward else limits.lower
    beyond = x[:, k] + 1.3 * (np.where(np.isfinite(limit), limit, wall) - x[:, k])
    return np.clip(np.where(np.isfinite(limit), beyond, wall), problem.lower[:, k], problem.upper[:, k])
