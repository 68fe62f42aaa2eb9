"""CD7+ and CD7- cells under a CD7 CAR: an assumed set of equations, solved for all subjects at once.

No published kinetic model of CD7+ cells under a CD7 CAR was available. The form is that of homeostatic regrowth to a
shared capacity with a saturable kill of the CD7+ cells (**ASSUMED**)::

    kill = kmax C / (EC50 + C)                       C = the subject's own CAR kinetics
    P'  = s7 + r7 P (1 - (P + N) / K) - kill P       CD7+ T cells
    N'  = sn + rn N (1 - (P + N) / K)                CD7- T cells;  K = base7 + basen
    NK' = sk + rk NK (1 - NK / basek) - kill NK      CD7+ NK cells
    B'  = sb + rb B (1 - B / baseb)                  B cells: the CAR does not touch them
    L'  = rbl L (1 - L / 50,000) - kill L            CD7+ blasts, where the disease has them

Lymphodepletion multiplies the T and B cells by ``ld`` and the NK cells by ``ldk`` before day 0; blasts keep 30 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from cartpk.core.estimation.profiles import FloatArray
from cartpk.simulate.kinetics import Kinetics

__all__ = ["STATES", "CellCurves", "solve"]

STATES: Final = ("t7pos", "t7neg", "nk", "b", "blast")
"""CD7+ T, CD7- T, NK, B cells and CD7+ blasts, cells/uL."""

SOURCES: Final = (0.5, 0.1, 0.5, 0.2)
"""Daily influx of CD7+ T, CD7- T, NK and B cells, cells/uL/day (ASSUMED)."""

BLASTS_LEFT: Final = 0.3
BLAST_CAPACITY: Final = 50_000.0
STEP: Final = 0.1
"""Step of the classical Runge-Kutta method, days: the fastest rate is about 3/day."""


@dataclass(frozen=True)
class CellCurves:
    """True cell counts of n subjects on a grid of days from 0 on, and before lymphodepletion."""

    grid: FloatArray
    counts: FloatArray
    """(g, n, 5), cells/uL, in the order of :data:`STATES`."""
    before: FloatArray
    """(n, 5), cells/uL, before lymphodepletion."""

    def at(self, day: FloatArray, lymphodepletion: float) -> FloatArray:
        """True counts at day (n, m), (n, m, 5); before lymphodepletion (a day < 0) the baseline, then its rest."""
        day = np.asarray(day, dtype=np.float64)
        position = np.clip(day, 0.0, self.grid[-1]) / STEP
        low = np.minimum(position.astype(np.int64), self.grid.size - 2)
        rest = (position - low)[..., None]
        subject = np.arange(day.shape[0])[:, None]
        # counts run over orders of magnitude: straight lines are drawn between logarithms
        ends = np.log(np.maximum([self.counts[low, subject], self.counts[low + 1, subject]], 1e-12))
        value: FloatArray = np.exp((1.0 - rest) * ends[0] + rest * ends[1])
        return np.where((day < lymphodepletion)[..., None], self.before[:, None, :], value)


def solve(drawn: Mapping[str, FloatArray], kinetics: Kinetics, until: float, *, blasts: bool) -> CellCurves:
    """Cell counts of all subjects from day 0 to ``until``, by the classical fourth-order Runge-Kutta method."""
    before = np.stack([drawn[s] for s in ("base7", "basen", "basek", "baseb", "basebl")], axis=-1)
    if not blasts:
        before[:, 4] = 0.0
    left = np.stack(
        [drawn["ld"], drawn["ld"], drawn["ldk"], drawn["ld"], np.full_like(drawn["ld"], BLASTS_LEFT)], axis=-1
    )
    steps = int(np.ceil(until / STEP)) + 1
    half_days = 0.5 * STEP * np.arange(2 * steps + 1)
    car = kinetics.curve(np.broadcast_to(half_days, (before.shape[0], half_days.size)))
    kill = drawn["kmax"][:, None] * car / (drawn["ec50"][:, None] + car)
    counts = np.empty((steps + 1, *before.shape))
    counts[0] = before * left
    for k in range(steps):
        counts[k + 1] = _step(drawn, counts[k], kill[:, 2 * k], kill[:, 2 * k + 1], kill[:, 2 * k + 2])
    grid: FloatArray = STEP * np.arange(steps + 1, dtype=np.float64)
    return CellCurves(grid, counts, before)


def _step(
    drawn: Mapping[str, FloatArray], y: FloatArray, start: FloatArray, middle: FloatArray, end: FloatArray
) -> FloatArray:
    k1 = _slope(drawn, y, start)
    k2 = _slope(drawn, y + 0.5 * STEP * k1, middle)
    k3 = _slope(drawn, y + 0.5 * STEP * k2, middle)
    k4 = _slope(drawn, y + STEP * k3, end)
    value: FloatArray = y + STEP / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return value


def _slope(drawn: Mapping[str, FloatArray], y: FloatArray, kill: FloatArray) -> FloatArray:
    p, n, nk, b, blast = y.T
    room = 1.0 - (p + n) / (drawn["base7"] + drawn["basen"])
    slope: FloatArray = np.stack(
        [
            SOURCES[0] + drawn["r7"] * p * room - kill * p,
            SOURCES[1] + drawn["rn"] * n * room,
            SOURCES[2] + drawn["rk"] * nk * (1.0 - nk / drawn["basek"]) - kill * nk,
            SOURCES[3] + drawn["rb"] * b * (1.0 - b / drawn["baseb"]),
            drawn["rbl"] * blast * (1.0 - blast / BLAST_CAPACITY) - kill * blast,
        ],
        axis=-1,
    )
    return slope
