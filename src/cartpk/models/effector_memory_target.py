"""Effector, memory and target cells: infused cells meet the target, expand, contract and persist.

Of the published forms with these pools (Barros 2021, Liu 2022, Hardiansyah 2019, Santurio 2025) Santurio's is the one
fitted to single patients' CAR-T kinetics, and its total has the four phases that such data show; CARTmath starts from
effector cells alone, has no distribution phase, and its published values are those of mice.

Written in the logarithms of the three pools over C0 and of T / A. Kinetics of one subject do not see the target, so
that its start, its growth and its capacity are constants here, relative to A; A itself then plays no part. Recruitment
of memory cells back to effectors (theta in the source) is 0, as in the public fits. The killing rate and B say when the
expansion ends. An empty pool has no logarithm: the effector and memory cells of the first minutes are there at time 0.
These pools begin as a straight line and a square of time: integrated are ln(E / t) and ln(M / t^2), which begin flat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, IntArray, Profiles
from cartpk.models.base import Derived, KineticModel
from cartpk.models.differential import Differential
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas, half_life
from cartpk.terms import LN2

__all__ = ["MODEL"]

TARGET_START: Final = 10.0
"""T(0) / A. [choice] A tenfold excess: recruitment starts at 10/11 of its full rate."""
TARGET_CAPACITY: Final = 100.0
"""K / A. [choice] Room for a tenfold growth of the target without treatment."""
TARGET_GROWTH: Final = 0.03
"""rho, 1/day: near the 0.029 and 0.032 of the public fits of patients P01 and G01."""
HEAD_START: Final = 2.0**-8
"""Recruitment of this time, days (6 minutes), is there at time 0; it raises the rate eta by that part of 1/muI."""
ORDERS: Final = (0.0, 1.0, 2.0)
"""Power of time with which each pool begins."""
PUBLIC: Final = "between the public fits of Santurio 2025's code (25 patients); SD: weak, a project choice"
FIRST: Final = "centred on a tenth of the subject's highest quantified result; weak, a project choice"
C0, ETA, MUI, KAPPA, MUE, EPS, MUP, B, GAMMA = range(9)
_N = 9


ALONE: Final = np.array([MUI, _N + MUE, 2 * _N + MUP])
"""Where the constant derivatives of the slopes by the parameters stand among all of them: minus the loss rates."""
MOVED: Final = np.array([ETA, _N + ETA, 2 * _N + EPS, _N + KAPPA, _N + EPS, 3 * _N + C0, 3 * _N + B, 3 * _N + GAMMA])
"""The same of the others, in the order of :attr:`_Terms.by_parameter`."""
HELD: Final = np.array(ORDERS)[1:, None]


@dataclass(frozen=True)
class _Terms:
    """What slopes and their derivatives are made of at some days and states.

    ``by_parameter`` holds the derivatives of the slopes by the parameters alone, (8, B): minus the recruitment out of
    I, recruitment and settling into E and M (over the pool), expansion, minus the settling out of E, minus and plus the
    slope of the killing by ln E, minus the killing. ``by_target`` those by ln T, (4, B).
    """

    slope: FloatArray
    by_parameter: FloatArray
    by_target: FloatArray


@dataclass(frozen=True)
class Equations:
    """ln of I, E / t and M / t^2, each over C0, and ln(T / A), of B rows with parameters (9, B); t from HEAD_START.

    A step of a small batch costs what its numpy calls cost, whence terms that are computed together.
    """

    par: FloatArray
    rates: FloatArray
    losses: FloatArray
    per_killer: FloatArray

    @classmethod
    def of(cls, theta: FloatArray) -> Equations:
        """Equations of parameters (B, 9)."""
        par = np.ascontiguousarray(theta.T)
        return cls(par, par[[ETA, KAPPA]], par[[MUI, MUE, MUP]], par[C0] / par[B])

    def start(self) -> tuple[FloatArray, FloatArray]:
        """Infused cells, the recruits of the head start, the target at its start."""
        full = TARGET_START / (1.0 + TARGET_START)
        recruits = np.log(self.par[ETA] * full)
        settled = recruits + np.log(0.5 * self.par[EPS] * (1.0 - full))
        zero = np.zeros_like(recruits)
        by = np.zeros((4, _N, zero.size))
        by[1, ETA] = by[2, ETA] = by[2, EPS] = 1.0
        return np.stack([zero, recruits, settled, zero + np.log(TARGET_START)]), by

    def take(self, rows: IntArray) -> Equations:
        """The equations of these rows."""
        return Equations(self.par[:, rows], self.rates[:, rows], self.losses[:, rows], self.per_killer[rows])

    def slope(self, day: FloatArray, y: FloatArray) -> FloatArray:
        """Derivatives of the states by time."""
        return self._terms(day, y).slope

    def slopes(self, day: FloatArray, y: FloatArray, by: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the states by time, and of these by the logarithms of the parameters."""
        terms = self._terms(day, y)
        own = terms.by_parameter
        out = terms.by_target[:, None] * by[3]
        out[1:3] += own[1:3, None] * (by[:2] - by[1:3])
        out[3] += own[5] * by[1]
        flat = out.reshape(4 * _N, -1)
        flat[MOVED] += own
        flat[ALONE] -= self.losses
        return terms.slope, out

    def _terms(self, day: FloatArray, y: FloatArray) -> _Terms:
        time = day + HEAD_START
        per_time = 1.0 / time
        powers = np.empty_like(y)
        np.subtract(y[:2], y[1:3], out=powers[:2])
        powers[2:] = y[1::2]
        np.exp(powers, out=powers)
        target = powers[3]
        empty = 1.0 / (1.0 + target)
        full = target * empty
        own = np.empty((8, target.size))
        np.multiply(self.rates, full, out=own[::3][:2])  # recruitment and expansion
        np.multiply(self.par[EPS], empty, out=own[4])
        np.multiply(own[:5:4], powers[:2] * per_time, out=own[1:3])
        killers = powers[2] * time * self.per_killer
        spared = 1.0 / (1.0 + killers)
        bite = self.par[GAMMA] * killers * spared
        np.multiply(bite, spared, out=own[6])
        np.negative(own[6], out=own[5])
        regrown = target * (TARGET_GROWTH / TARGET_CAPACITY)
        out = np.empty_like(y)
        np.negative(own[0], out=out[0])
        np.subtract(own[1] + own[3], own[4], out=out[1])
        out[2] = own[2]
        out[:3] -= self.losses
        out[1:3] -= HELD * per_time
        np.subtract(TARGET_GROWTH - regrown, bite, out=out[3])
        by_target = np.empty_like(y)
        np.multiply(-own[0], empty, out=by_target[0])
        np.multiply(own[1] + own[3] + self.par[EPS] * full, empty, out=by_target[1])
        np.multiply(-own[2], full, out=by_target[2])
        np.negative(regrown, out=by_target[3])
        np.negative(own[:5:4], out=own[:5:4])
        np.negative(bite, out=own[7])
        return _Terms(out, own, by_target)


CURVE = Differential(
    bind=Equations.of,
    scale=C0,
    expanded=1,
    orders=ORDERS,
    head_start=HEAD_START,
)


def expansion_rate(theta: FloatArray) -> FloatArray:
    """Growth rate of the effector cells while the target is at its start, per day; nan where they do not grow."""
    full = TARGET_START / (1.0 + TARGET_START)
    rate = theta[..., KAPPA] * full - theta[..., MUE] - theta[..., EPS] * (1.0 - full)
    value: FloatArray = np.where(rate > 0, rate, np.nan)
    return value


def guess(profiles: Profiles) -> FloatArray:
    """12 starts, (n, 12, 9): three expansion rates x two contraction rates x two distribution rates.

    The recruited share is what brings the expansion from the infused cells to the peak at the time it was seen.
    """
    peak = np.maximum(profiles.peak_day, 2.0)
    column = np.argmax(profiles.observed, axis=1)
    row = np.arange(profiles.n_profiles)
    log_first, at = profiles.log_conc[row, column], profiles.day[row, column]
    grid = [(kappa, mue, mui) for kappa in (0.7, 1.3, 2.2) for mue in (0.1, 0.3) for mui in (0.5, 2.0)]
    full = TARGET_START / (1.0 + TARGET_START)
    out = np.empty((profiles.n_profiles, len(grid), _N))
    for s, (kappa, mue, mui) in enumerate(grid):
        out[:, s, :] = (0.1, 0.005, mui, kappa, mue, 0.005, 0.005, 0.3, 1.0)
        log_c0 = np.clip(log_first + mui * np.minimum(at, 2.0), np.log(1e-4), np.log(50.0))
        rate = kappa * full - mue
        log_share = -log_c0 - rate * np.maximum(peak - 1.0, 1.0) + np.log(mui + rate)
        out[:, s, C0] = np.exp(log_c0)
        out[:, s, ETA] = np.exp(np.clip(log_share, np.log(2e-6), np.log(2.0)))
    return out


# fmt: off
MODEL = KineticModel(
    name="effector_memory_target",
    label="Effector, memory and target cells (differential equations)",
    source="Santurio DS et al. 2025, form and values read in the public code hamedmeshkin/CART_QSP_Model",
    equation=(
        "C = I + E + M; F = T/(A + T); I' = -(eta F + muI) I; E' = eta F I + (kappa F - eps (1 - F) - muE) E; "
        "M' = eps (1 - F) E - muP M; T' = rho T (1 - T/K) - gamma T E/(B + E); I(0) = C0, E(0) = M(0) = 0; "
        f"held: T(0)/A = {TARGET_START:g}, K/A = {TARGET_CAPACITY:g}, rho = {TARGET_GROWTH:g}/day"
    ),
    parameters=(
        Parameter("c0", "C0", "Concentration of infused cells at time 0", Unit.CONC, Transform.LOG, 1e-5, 100.0,
                  Prior(0.1, 2.5, FIRST, relative=True)),
        Parameter("eta", "ETA", "Recruitment rate of infused cells", Unit.PER_DAY, Transform.LOG, 1e-6, 3.0,
                  Prior(0.005, 1.5, PUBLIC)),
        Parameter("mui", "MUI", "Loss rate of infused cells", Unit.PER_DAY, Transform.LOG, 0.05, 12.0,
                  Prior(1.0, 0.8, PUBLIC)),
        Parameter("kappa", "KAPPA", "Expansion rate on target", Unit.PER_DAY, Transform.LOG, 0.1, 8.0,
                  Prior(1.5, 0.6, PUBLIC)),
        Parameter("mue", "MUE", "Loss rate of effector cells", Unit.PER_DAY, Transform.LOG, 0.02, 3.0,
                  Prior(0.2, 0.8, PUBLIC)),
        Parameter("eps", "EPS", "Rate of turning into memory cells", Unit.PER_DAY, Transform.LOG, 1e-5, 0.5,
                  Prior(0.004, 1.5, PUBLIC)),
        Parameter("mup", "MUP", "Loss rate of memory cells", Unit.PER_DAY, Transform.LOG, 1e-4, 0.12,
                  Prior(0.004, 1.0, PUBLIC)),
        Parameter("b", "B", "Effector cells of half-maximal killing", Unit.CONC, Transform.LOG, 1e-4, 100.0,
                  Prior(0.3, 2.0, "centred on 0.3 of the subject's highest quantified result; weak, a project choice",
                        relative=True)),
        Parameter("gamma", "GAMMA", "Maximal rate of killing of the target", Unit.PER_DAY, Transform.LOG, 0.1, 20.0,
                  Prior(1.5, 0.8, PUBLIC)),
    ),
    log_value=CURVE.log_value,
    log_slope=CURVE.log_slope,
    area=CURVE.area,
    roughly=CURVE.roughly(),
    guess=guess,
    derived=(
        Derived("MCMAX", "Model Cmax", Unit.CONC, CURVE.cmax, "C at the highest E + M, numerically"),
        Derived("MTMAX", "Model Tmax", Unit.DAY, CURVE.tmax, "time of the highest E + M, numerically"),
        Derived("DBLTIME", "Doubling Time", Unit.DAY, lambda th: LN2 / expansion_rate(th),
                "ln 2 / (kappa F - muE - eps (1 - F)) at T(0)", nan_reason="the effector cells do not expand"),
        half_life("HLDIST", "Half-Life of Distribution", MUI, "mui"),
        half_life("HLALPHA", "Half-Life of Contraction", MUE, "mue"),
        half_life("HLBETA", "Half-Life of Persistence", MUP, "mup", suppress=True),
        *areas(CURVE.area, "integrated with the states"),
    ),
    order=(("mup", "mue"),),
)
# fmt: on
