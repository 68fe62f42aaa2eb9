"""Levenberg-Marquardt for thousands of small problems at once: every step is one stacked linear solve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartpk.core.estimation.problem import Expansion, Problem
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray

__all__ = ["Minimum", "minimise"]

_LAMBDA_MAX = 1e10
_LEAST = 1e-9
"""Damping."""
_LONGEST_STEP = 2.0
"""In one entry: a factor of 7 on the log scale."""
_GRADIENT_TOLERANCE = 1e-12
"""Stop when no single entry promises a decrease of the objective beyond this."""
_CROWDED = 0.85
"""Rows that have stopped are left out once fewer than this part go on: to leave out a few costs more than to step."""
_WARY, _FORGETS = 3.0, 0.8
"""After a rejected step the damping stays above this many times its, a multiple that each good step lowers."""


@dataclass(frozen=True)
class Minimum:
    """Where each row ended: x (n, q), objective (n,), whether it stopped for a reason other than the step limit."""

    x: FloatArray
    value: FloatArray
    converged: BoolArray

    def take(self, rows: IntArray) -> Minimum:
        """Return these rows."""
        return Minimum(self.x[rows], self.value[rows], self.converged[rows])

    def put(self, rows: IntArray, other: Minimum) -> Minimum:
        """Return all rows, these ones as in ``other``."""
        out = Minimum(self.x.copy(), self.value.copy(), self.converged.copy())
        out.x[rows], out.value[rows], out.converged[rows] = other.x, other.value, other.converged
        return out


def minimise(
    problem: Problem,
    start: FloatArray,
    *,
    fixed: BoolArray | None = None,
    max_steps: int = 100,
    tolerance: float = 1e-9,
    wary: bool = False,
) -> Minimum:
    """Local minima from one start per row, within bounds.

    Parameters
    ----------
    problem
        n rows.
    start
        Starting values, (n, q); moved inside the bounds first.
    fixed
        Entries that keep their starting value, (n, q).
    max_steps
        Step limit; rows that reach it are not converged.
    tolerance
        A row stops when a step lowers its objective, or was expected to lower it, by less than this times
        (1 + |objective|).
    wary
        Whether a rejected step is remembered, so that the damping does not fall back at once to where it failed: along
        a bent valley that saves every second evaluation, which of integrated curves are dear.

    Notes
    -----
    Steps are projected on the bounds; an entry on a bound whose gradient points outwards stays there (active set).
    The curve of a model with a sharp peak is not smooth in the time of the peak: there the damping grows until no
    step lowers the objective, which also ends a row.
    """
    held = np.zeros(start.shape, dtype=np.bool_) if fixed is None else fixed
    x_out = np.where(held, start, problem.project(start))
    here = problem.expand(x_out)
    x, value_out = x_out.copy(), here.value.copy()
    done = np.zeros(start.shape[0], dtype=np.bool_)
    rows, live = np.arange(start.shape[0]), np.ones(start.shape[0], dtype=np.bool_)
    damping = np.full(start.shape[0], 1e-2)
    least = np.full(start.shape[0], _LEAST)
    for _ in range(max_steps):
        step, promised, expected = _step(problem, x, here, damping, held)
        candidate = np.where(held, x, problem.project(x + step))
        there = problem.expand(candidate)
        better = live & (there.value < here.value)
        drop = here.value - there.value
        gain = np.where(better, drop, expected)
        stop = (gain < tolerance * (1.0 + np.abs(here.value))) | (promised < _GRADIENT_TOLERANCE)
        stop |= ~better & (damping > _LAMBDA_MAX)
        x = np.where(better[:, None], candidate, x)
        here = here.where(better, there)
        if wary:
            least = np.maximum(np.where(better, _FORGETS * least, _WARY * damping), _LEAST)
        relieved = np.maximum(damping * _relief(drop, expected), np.minimum(least, damping))
        damping = np.where(better, relieved, np.where(live, damping * 5.0, damping))
        x_out[rows], value_out[rows] = x, here.value
        live &= ~stop
        left = np.count_nonzero(live)
        if left == 0:
            done[rows] = True
            break
        if left < _CROWDED * rows.size:
            done[rows[~live]] = True
            rows, problem, held = rows[live], problem.take(live), held[live]
            x, here, damping, least = x[live], here.take(live), damping[live], least[live]
            live = live[live]
    done[rows[~live]] = True
    return Minimum(x_out, value_out, done)


def _relief(drop: FloatArray, expected: FloatArray) -> FloatArray:
    """Factor for the damping after a step that lowered the objective by ``drop``.

    A step that did as expected was too short; one that did half of it had the right length: less damping would only
    have the next one rejected, along a bent valley every second one.
    """
    ratio = drop / np.maximum(expected, 1e-300)
    factor: FloatArray = np.clip(1.0 - (2.0 * np.clip(ratio, 0.0, 2.0) - 1.0) ** 3, 0.2, 2.0)
    return factor


def _step(
    problem: Problem, x: FloatArray, here: Expansion, damping: FloatArray, held: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The damped step of each row, the largest decrease a single entry promises, and that expected of the step."""
    outwards = ((x <= problem.lower) & (here.gradient > 0)) | ((x >= problem.upper) & (here.gradient < 0))
    free = ~(held | outwards)
    g = np.where(free, here.gradient, 0.0)
    h = here.hessian * (free[:, :, None] & free[:, None, :])
    diagonal = np.arange(x.shape[1])
    scale = h[:, diagonal, diagonal]
    h[:, diagonal, diagonal] = np.where(free, (scale + 1e-9) * (1.0 + damping[:, None]), 1.0)
    step = np.clip(np.linalg.solve(h, -g[..., None])[..., 0], -_LONGEST_STEP, _LONGEST_STEP)
    bent = np.matmul(here.hessian, step[..., None])[..., 0]
    expected = np.abs(np.sum(step * (g + 0.5 * bent), axis=1))
    return step, np.max(g * g / (scale + 1e-9), axis=1), expected
