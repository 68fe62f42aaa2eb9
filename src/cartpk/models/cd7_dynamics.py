"""CD7+ and CD7- cells under the CAR: fall after lymphodepletion, killing by the CAR-T cells, regrowth.

No published model of CD7+ cells under a CD7 CAR was found; form and typical values are assumptions of this project.
The subject's own predicted kinetics C(t) drive the killing. With CD7- cells of the same population both grow towards
the capacity that they share; without them the CD7+ cells grow towards their own baseline. NK cells are fitted apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray
from cartpk.core.ode import integrate
from cartpk.models.parameter import Parameter, Prior, Transform, Unit

__all__ = ["BASE7", "BASEN", "EC50", "EQUATION", "PARAMETERS", "R7", "RN", "CountCurve", "Driver", "count_parameters"]

EQUATION: Final = (
    "P' = s7 + r7 P (1 - (P + N)/K) - kmax C/(EC50 + C) P; N' = sN + rN N (1 - (P + N)/K); P(0) = LD base7, "
    "N(0) = LD baseN, K = base7 + baseN; without CD7- cells N = 0 and K = base7"
)
INFLUX: Final = (0.5, 0.1)
"""s7 and sN: cells/uL and day that come from elsewhere (ASSUMED); a single subject's counts do not tell them."""
ASSUMED: Final = "assumed typical value of this project; SD: weak, a project choice"
BASE7, LD, R7, KMAX, EC50, BASEN, RN = range(7)
TOLERANCE: Final = 1e-6
ROUGH_TOLERANCE: Final = 1e-4
"""Of the integrations of ln counts: of what is reported, and on a fit's way to it."""

# fmt: off
PARAMETERS: Final = (
    Parameter("base7", "BASE7", "CD7+ Cells Before Lymphodepletion", Unit.CONC, Transform.LOG, 1.0, 1e5,
              Prior(800.0, 1.0, ASSUMED)),
    Parameter("ld", "LDFRAC", "Fraction Left by Lymphodepletion", Unit.FRACTION, Transform.LOG, 1e-3, 1.5,
              Prior(0.04, 1.0, ASSUMED)),
    Parameter("r7", "R7", "Regrowth Rate of CD7+ Cells", Unit.PER_DAY, Transform.LOG, 0.005, 2.0,
              Prior(0.15, 0.4, ASSUMED)),
    Parameter("kmax", "KMAX", "Maximal Killing Rate of CD7+ Cells", Unit.PER_DAY, Transform.LOG, 0.02, 6.0,
              Prior(1.5, 0.5, ASSUMED)),
    Parameter("ec50", "EC50", "CAR Level of Half-Maximal Killing", Unit.CONC, Transform.LOG, 1e-4, 1e1,
              Prior(0.075, 1.2, "centred on 0.075 of the subject's highest predicted CAR level; a project choice",
                    relative=True)),
    Parameter("basen", "BASEN", "CD7- Cells Before Lymphodepletion", Unit.CONC, Transform.LOG, 1.0, 1e5,
              Prior(80.0, 1.0, ASSUMED)),
    Parameter("rn", "RN", "Regrowth Rate of CD7- Cells", Unit.PER_DAY, Transform.LOG, 0.005, 2.0,
              Prior(0.13, 0.5, ASSUMED)),
)
# fmt: on


def count_parameters(*, negatives: bool) -> tuple[Parameter, ...]:
    """Parameters of the fit, in order: the last two belong to the CD7- cells."""
    return PARAMETERS if negatives else PARAMETERS[:BASEN]


@dataclass(frozen=True)
class Driver:
    """CAR kinetics of each row, straight lines between the logarithms on common days.

    Attributes
    ----------
    day
        Ascending, from 0, (g,).
    log_conc
        Logarithm of the predicted level, assay units, (n, g).
    """

    day: FloatArray
    log_conc: FloatArray

    def take(self, rows: IntArray | BoolArray) -> Driver:
        """The kinetics of these rows."""
        return Driver(self.day, self.log_conc[rows])

    def at(self, day: FloatArray) -> FloatArray:
        """Level on day (n,), one day per row; the last one holds on."""
        k = np.clip(np.searchsorted(self.day, day, side="right") - 1, 0, self.day.size - 2)
        part = np.clip((day - self.day[k]) / (self.day[k + 1] - self.day[k]), 0.0, 1.0)
        row = np.arange(day.size)
        level: FloatArray = np.exp((1.0 - part) * self.log_conc[row, k] + part * self.log_conc[row, k + 1])
        return level


@dataclass(frozen=True)
class Equations:
    """ln P, and ln N where there are CD7- cells, of B rows with parameters (p, B)."""

    par: FloatArray
    driver: Driver

    @property
    def negatives(self) -> bool:
        """Whether the CD7- cells are part of it."""
        return len(self.par) > BASEN

    def start(self) -> tuple[FloatArray, FloatArray]:
        """What lymphodepletion left."""
        bases = [BASE7, BASEN] if self.negatives else [BASE7]
        by = np.zeros((len(bases), len(self.par), self.par.shape[1]))
        for state, base in enumerate(bases):
            by[state, base] = by[state, LD] = 1.0
        return np.log(self.par[LD] * self.par[bases]), by

    def take(self, rows: IntArray) -> Equations:
        """The equations of these rows."""
        return Equations(self.par[:, rows], self.driver.take(rows))

    def slope(self, day: FloatArray, y: FloatArray) -> FloatArray:
        """Derivatives of the states by time."""
        return self._slope(day, y)[0]

    def slopes(self, day: FloatArray, y: FloatArray, by: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the states by time, and of these by the logarithms of the parameters."""
        slope, (cells, room, capacity, kill, spared) = self._slope(day, y)
        part = cells / capacity
        crowding = part[0] * by[0] if len(y) == 1 else part[0] * by[0] + part[1] * by[1]
        out = np.empty_like(by)
        for state, rate in enumerate((R7, RN)[: len(y)]):
            grown = self.par[rate]
            out[state] = -grown * crowding - INFLUX[state] / cells[state] * by[state]
            out[state, rate] += grown * room
            for k in (BASE7, BASEN)[: len(y)]:
                out[state, k] += grown * (1.0 - room) * self.par[k] / capacity
        out[0, KMAX] -= kill
        out[0, EC50] += kill * spared
        return slope, out

    def _slope(self, day: FloatArray, y: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives by time; cells, room for growth, capacity, rate of killing, 1 - its part of the maximum."""
        cells = np.exp(y)
        capacity = self.par[BASE7] + (self.par[BASEN] if self.negatives else 0.0)
        room = 1.0 - cells.sum(axis=0) / capacity
        spared = self.par[EC50] / (self.par[EC50] + self.driver.at(day))
        kill = self.par[KMAX] * (1.0 - spared)
        out = np.empty_like(y)
        out[0] = INFLUX[0] / cells[0] + self.par[R7] * room - kill
        if self.negatives:
            out[1] = INFLUX[1] / cells[1] + self.par[RN] * room
        return out, (cells, room, capacity, kill, spared)


@dataclass(frozen=True)
class CountCurve:
    """Predicted ln counts of samples of two kinds in one row: what the estimators minimise.

    Attributes
    ----------
    driver
        CAR kinetics, n rows.
    negative
        Which samples are CD7- cells, (n, m).
    depletion
        Day on which lymphodepletion starts; earlier samples are baselines, later ones up to day 0 what it left.
    tolerance
        Of the integration.
    """

    driver: Driver
    negative: BoolArray
    depletion: float
    tolerance: float = TOLERANCE

    def rough(self) -> CountCurve:
        """The curve with larger numerical errors."""
        return self if self.tolerance == ROUGH_TOLERANCE else replace(self, tolerance=ROUGH_TOLERANCE)

    def take(self, rows: IntArray | BoolArray) -> Self:
        """The curve of these rows."""
        return replace(self, driver=self.driver.take(rows), negative=self.negative[rows])

    def log_curve(self, phi: FloatArray, day: FloatArray) -> FloatArray:
        """Logarithm of the counts, (n, m)."""
        return self._observed(phi, day, sensitivities=False)[0]

    def log_expansion(self, phi: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Logarithm of the counts, (n, m), and their derivatives d ln count / d phi, (n, m, p)."""
        return self._observed(phi, day, sensitivities=True)

    def _observed(self, phi: FloatArray, day: FloatArray, *, sensitivities: bool) -> tuple[FloatArray, FloatArray]:
        par = np.ascontiguousarray(np.exp(phi).T)
        found = integrate(
            Equations(par, self.driver), np.maximum(day, 0.0), sensitivities=sensitivities, tolerance=self.tolerance
        )
        pick = self.negative if len(par) > BASEN else np.zeros_like(self.negative)
        value = np.where(pick, found.states[-1], found.states[0])
        base = np.where(pick, phi[:, [BASEN if len(par) > BASEN else BASE7]], phi[:, [BASE7]])
        before = day < self.depletion
        value = np.where(before, base, value)
        slope = np.zeros((*day.shape, phi.shape[1]))
        if found.slopes is not None:
            slope = np.moveaxis(np.where(pick, found.slopes[-1], found.slopes[0]), 0, -1)
            unit = np.zeros_like(slope)
            unit[..., BASE7] = ~pick
            if len(par) > BASEN:
                unit[..., BASEN] = pick
            slope = np.where(before[..., None], unit, slope)
        return value, slope
