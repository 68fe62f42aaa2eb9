"""One profile at a time: penalised (MAP), plain (ML) or least-squares fits, all profiles and starts in one batch."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from cartpk.core.estimation.levenberg import Minimum, minimise
from cartpk.core.estimation.problem import Problem
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray

__all__ = ["Fits", "Method", "effective_parameters", "fit_profiles", "fit_restricted", "restrict"]

_STAGES: Final = ((None, 6), (5, 12), (2, None))
"""How many of the starts take how many steps; None: all starts, as many steps as it takes."""
_ROUGH_STAGES: Final = ((None, 6), (4, 12))
"""The same on a rough curve, where one step costs what a hundred of a closed form do; the best one goes on."""
_MORE_STEPS = 4
"""Of the rough curve once the degrees of freedom spent have been counted a second time: they change little then."""
_TOLERANCE: Final = 1e-9
_ROUGH_TOLERANCE: Final = 1e-4
_INTEGRATED_TOLERANCE: Final = 1e-5
"""Of the objective, relative, at which a row stops: closed forms; a rough curve; the exact curve of a rough one."""
_NEIGHBOURS = 9
"""Samples and gaps between samples tried for the bend."""
_BEND_STEPS: Final = 8
"""Steps that all of them take at most."""
_BEND_TOLERANCE: Final = 1e-4
"""Where they stop before that, and where the search for the bend begins."""
_BENDS = 2
"""How many of them then go on to the end."""
_TIE = 1e-7
"""Objectives closer than this are equal: the earlier start wins, whatever the rounding."""


class Method(StrEnum):
    """What is maximised."""

    MAP = "map"
    """Censored likelihood (M3) with priors: the default."""
    ML = "ml"
    """Censored likelihood (M3) without priors."""
    LS = "ls"
    """Least squares on the log scale; results below the limit are set to LLOQ/2."""


@dataclass(frozen=True)
class Fits:
    """Best minimum of every profile.

    Attributes
    ----------
    x
        Transformed parameters and ln s, (n, q).
    objective
        Value of the objective at x, (n,).
    minus2ll
        -2 log-likelihood of the curve without the priors, at the s that suits it best, (n,): what AIC is made of.
    converged
        Whether the best minimum was reached before the step limit, (n,).
    at_bound
        Entries that lie on a bound, (n, q).
    n_starts
        Starts tried for each profile.
    """

    x: FloatArray
    objective: FloatArray
    minus2ll: FloatArray
    converged: BoolArray
    at_bound: BoolArray
    n_starts: int

    def take(self, rows: IntArray) -> Fits:
        """Return the minima of the profiles with these row numbers."""
        at = (self.x[rows], self.objective[rows], self.minus2ll[rows], self.converged[rows], self.at_bound[rows])
        return Fits(*at, n_starts=self.n_starts)


def fit_profiles(problem: Problem, starts: FloatArray, *, max_steps: int = 200) -> Fits:
    """Best local minimum of every profile over its starts.

    Parameters
    ----------
    problem
        n profiles.
    starts
        Starting values, (n, s, q).
    max_steps
        Step limit of the runs that are kept.

    Notes
    -----
    All starts take a few steps, the best some more, and the best two go on to the end. A curve that has a rough one is
    minimised on that first, and its best minimum once more on the exact one. Where the curve bends at the time of its
    peak, the objective has a minimum of its own in every gap between samples, and sharp ones with the bend exactly on
    a sample, which gradients cannot find: both kinds are tried around the best bend, twice.
    """
    rough = problem.rough()
    if rough is not problem:
        top = _descended(rough, starts, max_steps, _ROUGH_STAGES, _ROUGH_TOLERANCE)
        top = minimise(rough, top.x, max_steps=max_steps, tolerance=_ROUGH_TOLERANCE, wary=True)
        return _finished(problem, _refined(problem, top, max_steps), starts.shape[1])
    if problem.kink is None:
        top = _descended(problem, starts, max_steps, _STAGES, _TOLERANCE)
    else:
        top = _with_best_bend(problem, _descended(problem, starts, max_steps, _STAGES, _BEND_TOLERANCE), problem.kink)
    return _finished(problem, top, starts.shape[1])


def fit_restricted(
    problem: Problem, starts: FloatArray, *, max_steps: int = 200, rounds: int = 3
) -> tuple[Problem, Fits]:
    """The problem and its fits as of :func:`fit_profiles` and then :func:`restrict`; with a rough curve both use it."""
    rough = problem.rough()
    if rough is problem:
        return restrict(problem, fit_profiles(problem, starts, max_steps=max_steps), rounds=rounds)
    top = _descended(rough, starts, max_steps, _ROUGH_STAGES, _ROUGH_TOLERANCE)
    for steps in (max_steps, *[_MORE_STEPS] * (rounds - 1)):
        rough, top = _restricted(rough, top, steps, _ROUGH_TOLERANCE)
    problem = replace(problem, spent=rough.spent)
    return problem, _finished(problem, _refined(problem, top, max_steps), starts.shape[1])


def restrict(problem: Problem, fits: Fits, *, rounds: int = 3) -> tuple[Problem, Fits]:
    """The problem and its fits after s has been given the degrees of freedom that the curves leave.

    The degrees spent are the effective parameters of the fit, at most one less than the quantified samples. They
    change little from round to round. Plain least squares has one curve whatever s is: there s alone is set.
    """
    top = Minimum(fits.x, fits.objective, fits.converged)
    if problem.separable:
        return _rescaled(problem, top, fits.n_starts, rounds)
    for _ in range(rounds):
        problem, top = _restricted(problem, top, 200, _TOLERANCE)
    if problem.kink is not None:
        top = _better_of(top, _with_bend_moved(problem, top, problem.kink))
    return problem, _finished(problem, top, fits.n_starts)


def effective_parameters(problem: Problem, x: FloatArray) -> FloatArray:
    """Parameters of each curve that the data, not the priors, determine: trace of H^-1 (H - prior precision), (n,).

    H is the Gauss-Newton Hessian by the curve's parameters; those on a bound do not count.
    """
    free = ~problem.at_bound(x)[:, :-1]
    hessian = problem.expand(x).hessian[:, :-1, :-1]
    diagonal = np.arange(hessian.shape[1])
    data = hessian.copy()
    data[:, diagonal, diagonal] -= problem.prior_precision[:, :-1]
    pairs = free[:, :, None] & free[:, None, :]
    hessian, data = np.where(pairs, hessian, 0.0), np.where(pairs, data, 0.0)
    hessian[:, diagonal, diagonal] += np.where(free, 1e-9, 1.0)
    count: FloatArray = np.trace(np.linalg.solve(hessian, data), axis1=1, axis2=2)
    return count


def _descended(
    problem: Problem,
    starts: FloatArray,
    max_steps: int,
    stages: tuple[tuple[int | None, int | None], ...],
    tolerance: float,
) -> Minimum:
    """Best minimum over the starts (n, s, q), of which fewer go on from stage to stage."""
    n, s, q = starts.shape
    x, value = starts, np.zeros((n, s))
    for kept, steps in stages:
        best = np.argsort(_rounded(value), axis=1, kind="stable")[:, :kept]
        x = np.take_along_axis(x, best[:, :, None], axis=1)
        s = x.shape[1]
        found = minimise(
            problem.take(np.repeat(np.arange(n), s)),
            x.reshape(n * s, q),
            max_steps=max_steps if steps is None else steps,
            tolerance=tolerance,
            wary=tolerance > _TOLERANCE,
        )
        x, value = found.x.reshape(n, s, q), found.value.reshape(n, s)
    return _best_of(found, n, s)


def _refined(problem: Problem, top: Minimum, max_steps: int) -> Minimum:
    """The minimum of the exact curve next to that of its rough one."""
    return minimise(problem, top.x, max_steps=max_steps, tolerance=_INTEGRATED_TOLERANCE, wary=True)


def _restricted(problem: Problem, top: Minimum, max_steps: int, tolerance: float) -> tuple[Problem, Minimum]:
    """The problem with the degrees of freedom spent at a minimum, and its own minimum."""
    spent = np.minimum(effective_parameters(problem, top.x), np.maximum(problem.profiles.n_observed - 1.0, 0.0))
    problem = replace(problem, spent=spent)
    return problem, minimise(problem, top.x, max_steps=max_steps, tolerance=tolerance, wary=tolerance > _TOLERANCE)


def _rescaled(problem: Problem, top: Minimum, n_starts: int, rounds: int) -> tuple[Problem, Fits]:
    """The problem and its fits with the same curves and, of each, the s that its remaining degrees of freedom give."""
    x, n = top.x.copy(), problem.profiles.n_observed
    for _ in range(rounds):
        spent = np.minimum(effective_parameters(problem, x), np.maximum(n - 1.0, 0.0))
        problem = replace(problem, spent=spent)
        x[:, -1] = problem.best_log_s(x)
    return problem, _finished(problem, Minimum(x, problem.value(x), top.converged), n_starts)


def _finished(problem: Problem, top: Minimum, n_starts: int) -> Fits:
    return Fits(top.x, top.value, problem.minus2ll(top.x), top.converged, problem.at_bound(top.x), n_starts)


def _rounded(value: FloatArray) -> FloatArray:
    """Objectives on a coarse grid, so that ties do not hang on the last bits of a sum."""
    rounded: FloatArray = np.round(np.nan_to_num(value, nan=np.inf, posinf=np.inf) / _TIE) * _TIE
    return rounded


def _best_of(found: Minimum, n: int, s: int) -> Minimum:
    """Best of s runs per profile, run i of profile j in row j * s + i."""
    pick = np.arange(n) * s + np.argmin(_rounded(found.value).reshape(n, s), axis=1)
    return Minimum(found.x[pick], found.value[pick], found.converged[pick])


def _better_of(a: Minimum, b: Minimum) -> Minimum:
    """Row by row the lower of two minima, the first one where they tie."""
    second = b.value < a.value - _TIE
    return Minimum(
        np.where(second[:, None], b.x, a.x),
        np.where(second, b.value, a.value),
        np.where(second, b.converged, a.converged),
    )


def _with_best_bend(problem: Problem, top: Minimum, kink: int) -> Minimum:
    """Best minimum of each row with the bend where it is, or moved; from there, where it moved, once more.

    All go on to the end in one batch: the last steps of a few rows cost as much as those of many.
    """
    n = np.arange(top.value.size)
    tried = _Tries(n, top.x, np.zeros(top.x.shape, dtype=np.bool_), top.value).and_(_bends(problem, n, top.x, kink))
    best = tried.lowest(tried.value)
    again = n[best >= n.size]  # elsewhere a second search would be the first one once more
    tried = tried.and_(_bends(problem.take(again), again, tried.x[best[again]], kink))
    return tried.finished(problem)


def _with_bend_moved(problem: Problem, top: Minimum, kink: int) -> Minimum:
    """Best minimum with the bend held on a sample near it, or started free between two samples near it."""
    return _bends(problem, np.arange(top.value.size), top.x, kink).finished(problem)


@dataclass(frozen=True)
class _Tries:
    """Starts of profiles, in no regular number: whose (k,), from where (k, q), what is held there, what it is worth."""

    of: IntArray
    x: FloatArray
    held: BoolArray
    value: FloatArray

    def and_(self, other: _Tries) -> _Tries:
        """Both, these first."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return _Tries(*(np.concatenate(pair) for pair in pairs))

    def lowest(self, value: FloatArray) -> IntArray:
        """For each profile which of its starts has the lowest value, the first of ties."""
        order = np.lexsort((_rounded(value), self.of))
        _, first = np.unique(self.of[order], return_index=True)
        best: IntArray = order[first]
        return best

    def finished(self, problem: Problem) -> Minimum:
        """The best minimum of each profile."""
        found = minimise(problem.take(self.of), self.x, fixed=self.held, tolerance=_TOLERANCE, wary=True)
        return found.take(self.lowest(found.value))


def _bends(problem: Problem, of: IntArray, top: FloatArray, kink: int) -> _Tries:
    """The best places of the bend near that of ``top`` (n, q), after a few steps; ``of``: whose profiles those are."""
    n, q = top.shape
    data = problem.profiles
    seen = data.observed | data.blq
    log_day = np.log(data.day)
    at = np.concatenate([log_day, 0.5 * (log_day[:, :-1] + log_day[:, 1:])], axis=1)
    usable = np.concatenate([seen, seen[:, :-1] & seen[:, 1:]], axis=1)
    far = np.where(usable, np.abs(at - top[:, [kink]]), np.inf)
    k = min(_NEIGHBOURS, far.shape[1])
    near = np.argsort(far, axis=1, kind="stable")[:, :k]
    bend = np.where(np.take_along_axis(usable, near, axis=1), np.take_along_axis(at, near, axis=1), top[:, [kink]])
    spread = problem.take(np.repeat(np.arange(n), k))
    start = np.repeat(top, k, axis=0)
    start[:, kink] = np.clip(bend.ravel(), spread.lower[:, kink], spread.upper[:, kink])
    held = np.zeros((n * k, q), dtype=np.bool_)
    held[:, kink] = (near < log_day.shape[1]).ravel()
    first = minimise(spread, start, fixed=held, max_steps=_BEND_STEPS, tolerance=_BEND_TOLERANCE)
    best = np.argsort(_rounded(first.value.reshape(n, k)), axis=1, kind="stable")[:, :_BENDS]
    row = (np.arange(n)[:, None] * k + best).ravel()
    return _Tries(np.repeat(of, best.shape[1]), first.x[row], held[row], first.value[row])
