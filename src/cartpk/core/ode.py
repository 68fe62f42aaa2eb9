"""Ordinary differential equations of many subjects and starting values at once, with their sensitivities.

One step of the method of Dormand and Prince advances every row of a batch; each row has its own time and step, so that
a row's result does not depend on its company. Steps are powers of the root of two: between two parameter vectors that
are close they are the same, and the sensitivities returned are the exact derivatives of the numbers returned (the
derivative of every stage, not of the equation), which is what a minimiser needs.

A batch is small (tens of rows of a few states): what costs is the number of numpy calls, so that states and
sensitivities stand in one array, are combined by one product per stage, and equations give both slopes in one call.

References
----------
Dormand JR, Prince PJ. A family of embedded Runge-Kutta formulae. J Comput Appl Math 1980;6:19.
Shampine LF. Some practical Runge-Kutta formulas. Math Comput 1986;46:135 (values between the steps).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, Self

import numpy as np

from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray

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
_NOTCH: Final = 2.0**0.5
"""Steps differ by powers of this."""
_MARGIN: Final = 0.7
"""A step is chosen for this part of the tolerance, so that few steps are taken in vain."""
_MOST_NOTCHES: Final = (8.0, 6.0)
"""By which a step shrinks and grows at once."""


class System(Protocol):
    """The equations of B rows with their parameters: y' = f(t, y), s states, p parameters on the fitter's scale."""

    def start(self) -> tuple[FloatArray, FloatArray]:
        """Return the states at day 0, (s, B), and their derivatives by the parameters, (s, p, B)."""
        ...

    def slope(self, day: FloatArray, y: FloatArray) -> FloatArray:
        """Return f, (s, B), at day (B,) and states y (s, B)."""
        ...

    def slopes(self, day: FloatArray, y: FloatArray, by: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return f and its derivatives by the parameters, (s, p, B), where those of the states are ``by``."""
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
    """What is still on its way: where each row stands, and the slope there.

    ``z`` holds the s states and, below them, their derivatives where these are wanted, (z, B); ``stage`` their slopes
    in the seven stages of a step, (7, z, B), of which the first is known when a step begins.
    """

    system: System
    s: int
    place: IntArray
    day: FloatArray
    step: FloatArray
    z: FloatArray
    stage: FloatArray
    asked: FloatArray
    last: FloatArray

    def take(self, rows: IntArray) -> _Rows:
        return _Rows(
            self.system.take(rows),
            self.s,
            self.place[rows],
            self.day[rows],
            self.step[rows],
            np.take(self.z, rows, axis=1),
            np.take(self.stage, rows, axis=2),  # in one piece: a step reshapes it without a copy
            self.asked[rows],
            self.last[rows],
        )

    def slope_into(self, out: FloatArray, day: FloatArray, z: FloatArray) -> None:
        """Write the slopes at these days and states."""
        s, b = self.s, day.size
        if z.shape[0] == s:
            out[:] = self.system.slope(day, z)
        else:
            out[:s], by = self.system.slopes(day, z[:s], z[s:].reshape(s, -1, b))
            out[s:] = by.reshape(-1, b)


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
    s, p = by.shape[:2]
    z = np.concatenate([y, by.reshape(s * p, n)]) if sensitivities else y.copy()
    out = np.repeat(z[:, :, None], m, axis=2)
    rows = _Rows(
        system=system,
        s=s,
        place=np.arange(n),
        day=np.zeros(n),
        step=np.full(n, FIRST_STEP),
        z=z,
        stage=np.empty((7, *z.shape)),
        asked=asked,
        last=asked.max(axis=1, initial=0.0),
    )
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        rows.slope_into(rows.stage[0], rows.day, z)
        for _ in range(MOST_STEPS):
            going = rows.day < rows.last
            left = np.count_nonzero(going)
            if not left:
                break
            if 4 * left <= 3 * going.size:
                rows = rows.take(np.flatnonzero(going))
            _advance(rows, tolerance, out)
    return Solution(out[:s], out[s:].reshape(s, p, n, m) if sensitivities else None)


def _advance(rows: _Rows, tolerance: float, out: FloatArray) -> None:
    """One step of every row: kept where its error allows; the days within it are written to ``out``, (z, B, m)."""
    h, day, stage = rows.step, rows.day, rows.stage
    flat = stage.reshape(7, -1)
    here = rows.z
    for i in range(1, 7):
        here = (STAGES[i, :i] @ flat[:i]).reshape(rows.z.shape)
        here *= h
        here += rows.z
        rows.slope_into(stage[i], day + NODES[i] * h, here)
    apart = (ERROR @ stage[:, : rows.s].reshape(7, -1)).reshape(rows.s, -1)
    error = np.abs(apart * h).max(axis=0) / tolerance
    fits = (error <= 1.0) | (h <= SHORTEST_STEP)
    reached = day + h
    row, column = np.nonzero((rows.asked > day[:, None]) & (rows.asked <= np.where(fits, reached, -1.0)[:, None]))
    if row.size:
        part = (rows.asked[row, column] - day[row]) / h[row]
        weight = (BETWEEN @ (part ** np.arange(1, 5)[:, None])) * h[row]
        out[:, rows.place[row], column] = rows.z[:, row] + np.einsum("kr,kzr->zr", weight, stage[:, :, row])
    lost = fits & ~np.isfinite(here[: rows.s]).all(axis=0)
    rows.day = np.where(lost, np.inf, np.where(fits, reached, day))
    np.copyto(rows.z, here, where=fits)
    np.copyto(stage[0], stage[6], where=fits)
    rows.step = _between(h * _growth(error, fits), SHORTEST_STEP, LONGEST_STEP)


def _growth(error: FloatArray, fits: BoolArray) -> FloatArray:
    """Factor for the next step: the error of one step goes with its fifth power."""
    notches = np.floor(np.log(_MARGIN / error) * (0.2 / np.log(_NOTCH)))
    notches = np.where(np.isnan(notches), -_MOST_NOTCHES[0], notches)
    low, high = np.where(fits, 0.0, -_MOST_NOTCHES[0]), np.where(fits, _MOST_NOTCHES[1], -1.0)
    factor: FloatArray = _NOTCH ** _between(notches, low, high)
    return factor


def _between(value: FloatArray, low: FloatArray | float, high: FloatArray | float) -> FloatArray:
    """The values within limits: numpy.clip without its checks, which cost as much as the slopes of a small system."""
    return np.minimum(np.maximum(value, low), high)
