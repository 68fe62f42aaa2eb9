"""Ordinary differential equations of many subjects and starting values at once, with their sensitivities.

One step of the method of Dormand and Prince advances every row of a batch; each row has its own time and step, so that
a row's result does not depend on its company. Steps are powers of two: between two parameter vectors that are close
they are the same, and the sensitivities returned are the exact derivatives of the numbers returned (the derivative of
every stage, not of the equation), which is what a minimiser needs.

References
----------
Dormand JR, Prince PJ. A family of embedded Runge-Kutta formulae. J Comput Appl Math 1980;6:19.
Shampine LF. Some practical Runge-Kutta formulas. Math Comput 1986;46:135 (values between the steps).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, Self

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, IntArray

__all__ = ["Solution", "System", "integrate"]

NODES: Final = np.array([0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0])
STAGES: Final = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1 / 5, 0.0, 0.0, 0.0, 0.0, 0.0],
        [3 / 40, 9 / 40, 0.0, 0.0, 0.0, 0.0],
        [44 / 45, -56 / 15, 32 / 9, 0.0, 0.0, 0.0],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0.0, 0.0],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0.0],
        [35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ]
)
ERROR: Final = np.array([-71 / 57600, 0.0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40])
BETWEEN: Final = np.array(
    [
        [1.0, -8048581381 / 2820520608, 8663915743 / 2820520608, -12715105075 / 11282082432],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 131558114200 / 32700410799, -68118460800 / 10900136933, 87487479700 / 32700410799],
        [0.0, -1754552775 / 470086768, 14199869525 / 1410260304, -10690763975 / 1880347072],
        [0.0, 127303824393 / 49829197408, -318862633887 / 49829197408, 701980252875 / 199316789632],
        [0.0, -282668133 / 205662961, 2019193451 / 616988883, -1453857185 / 822651844],
        [0.0, 40617522 / 29380423, -110615467 / 29380423, 69997945 / 29380423],
    ]
)
"""Weights of the stages within a step: row = stage, column k = factor of (part of the step)^(k + 1)."""

FIRST_STEP: Final = 2.0**-5
SHORTEST_STEP: Final = 2.0**-12
LONGEST_STEP: Final = 32.0
"""Days."""
MOST_STEPS: Final = 10_000
_MARGIN: Final = 1.0 / 64.0
"""A step is doubled where the error is this part of the tolerance: the doubled one then has at most the tolerance."""


class System(Protocol):
    """The equations of B rows with their parameters: y' = f(t, y), s states, p parameters on the fitter's scale."""

    def start(self) -> tuple[FloatArray, FloatArray]:
        """Return the states at day 0, (s, B), and their derivatives by the parameters, (s, p, B)."""
        ...

    def slope(self, day: FloatArray, y: FloatArray) -> FloatArray:
        """Return f, (s, B), at day (B,) and states y (s, B)."""
        ...

    def tangent(self, day: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the derivatives of f by the states, (s, s, B), and by the parameters, (s, p, B)."""
        ...

    def take(self, rows: IntArray) -> Self:
        """Return the equations of these rows."""
        ...


@dataclass(frozen=True)
class Solution:
    """States on the days asked for, (s, B, m), and their derivatives by the parameters, (s, p, B, m), or None."""

    states: FloatArray
    slopes: FloatArray | None


@dataclass
class _Rows:
    """What is still on its way: where each row stands, and the derivatives there."""

    system: System
    place: IntArray
    day: FloatArray
    step: FloatArray
    y: FloatArray
    first: FloatArray
    tangent: FloatArray | None
    asked: FloatArray
    last: FloatArray

    def take(self, rows: IntArray) -> _Rows:
        return _Rows(
            self.system.take(rows),
            self.place[rows],
            self.day[rows],
            self.step[rows],
            self.y[:, rows],
            self.first[:, rows],
            None if self.tangent is None else self.tangent[..., rows],
            self.asked[rows],
            self.last[rows],
        )


def integrate(system: System, days: FloatArray, *, sensitivities: bool = False, tolerance: float = 1e-8) -> Solution:
    """States of every row on its days.

    Parameters
    ----------
    system
        B rows.
    days
        Days asked for, (B, m), in any order; a day of 0 or before is the start.
    sensitivities
        Whether the derivatives by the parameters are wanted too.
    tolerance
        Largest error of a state in one step. States are meant to be logarithms, so it is absolute.

    Notes
    -----
    A step that is already the shortest is taken whatever its error; a row that needs more than MOST_STEPS steps, or
    leaves the floating-point numbers, has its start on the days it did not reach. Nothing is raised: a minimiser meets
    such corners of its bounds and leaves them.
    """
    y, by = system.start()
    asked = np.asarray(days, dtype=np.float64)
    n, m = asked.shape
    states = np.repeat(y[:, :, None], m, axis=2)
    slopes = np.repeat(by[..., None], m, axis=3) if sensitivities else None
    begin = np.zeros(n)
    rows = _Rows(
        system=system,
        place=np.arange(n),
        day=begin,
        step=np.full(n, FIRST_STEP),
        y=y,
        first=system.slope(begin, y),
        tangent=by if sensitivities else None,
        asked=asked,
        last=asked.max(axis=1, initial=0.0),
    )
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        for _ in range(MOST_STEPS):
            going = rows.day < rows.last
            if not going.any():
                break
            if 4 * np.count_nonzero(going) <= 3 * going.size:
                rows = rows.take(np.flatnonzero(going))
            _advance(rows, tolerance, states, slopes)
    return Solution(states, slopes)


def _advance(rows: _Rows, tolerance: float, states: FloatArray, slopes: FloatArray | None) -> None:
    """One step of every row: kept where its error allows; days within it are written to ``states``, ``slopes``."""
    h, (s, b) = rows.step, rows.y.shape
    stage = np.empty((7, s, b))
    at = np.empty((6, s, b))
    stage[0], at[0] = rows.first, rows.y
    for i in range(1, 7):
        here = rows.y + h * (STAGES[i, :i] @ stage[:i].reshape(i, -1)).reshape(s, b)
        if i < 6:
            at[i] = here
        stage[i] = rows.system.slope(rows.day + NODES[i] * h, here)
    error = np.max(np.abs(h * (ERROR @ stage.reshape(7, -1)).reshape(s, b)), axis=0) / tolerance
    fits = (error <= 1.0) | (h <= SHORTEST_STEP)
    tangents = _tangents(rows, at, here) if rows.tangent is not None else None
    row, column = np.nonzero((rows.asked > rows.day[:, None]) & (rows.asked <= (rows.day + h)[:, None]) & fits[:, None])
    if row.size:
        part = (rows.asked[row, column] - rows.day[row]) / h[row]
        weight = BETWEEN @ (part ** np.arange(1, 5)[:, None]) * h[row]
        states[:, rows.place[row], column] = rows.y[:, row] + np.einsum("kr,ksr->sr", weight, stage[:, :, row])
        if slopes is not None and rows.tangent is not None and tangents is not None:
            inside = np.einsum("kr,kspr->spr", weight, tangents[0][..., row])
            slopes[:, :, rows.place[row], column] = rows.tangent[..., row] + inside
    lost = fits & ~np.isfinite(here).all(axis=0)
    rows.day = np.where(lost, np.inf, np.where(fits, rows.day + h, rows.day))
    rows.y = np.where(fits, here, rows.y)
    rows.first = np.where(fits, stage[6], rows.first)
    if tangents is not None and rows.tangent is not None:
        rows.tangent = np.where(fits, tangents[1], rows.tangent)
    rows.step = np.where(fits, np.where(error < _MARGIN, np.minimum(2.0 * h, LONGEST_STEP), h), 0.5 * h)


def _tangents(rows: _Rows, at: FloatArray, end: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Derivatives of the seven stages, (7, s, p, B), and of the states at the end of the step, (s, p, B)."""
    begin = rows.tangent
    assert begin is not None  # noqa: S101 - asked for
    s, p, b = begin.shape
    made = np.empty((7, s, p, b))
    here = begin
    for i in range(7):
        if i:
            here = begin + rows.step * (STAGES[i, :i] @ made[:i].reshape(i, -1)).reshape(s, p, b)
        by_y, by_p = rows.system.tangent(rows.day + NODES[i] * rows.step, at[i] if i < 6 else end)
        made[i] = np.einsum("ijb,jpb->ipb", by_y, here) + by_p
    return made, here
