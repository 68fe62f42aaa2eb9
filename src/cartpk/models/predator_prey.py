"""Competition of CAR-T and normal T cells for growth after lymphodepletion, as in the predator-prey model of Kimmel.

CAR-T cells grow while the lymphocytes are few and decline once these have recovered beyond the CAR-T cells' own
capacity. In the source the tumour is killed by the CAR-T cells but does not act on them, so that kinetics say nothing
about it and it is not part of this curve. N and C are written relative to K_N, as logarithms; the shape constant a of
the growth rate is the source's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, IntArray, Profiles
from cartpk.models.base import Derived, KineticModel
from cartpk.models.differential import Differential
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas
from cartpk.terms import LN2

__all__ = ["MODEL"]

SHAPE: Final = 0.423
"""a of Kimmel 2021: how fast the growth rate falls as the lymphocytes recover."""
KIMMEL: Final = (
    "Kimmel 2021, typical value; SD: [choice], wide enough that noise-free profiles give their parameters back"
)
FIRST: Final = "centred on a hundredth of the subject's highest quantified result; weak, a project choice"
C0, KN, N0, RN, KAPPA, RHO_C, B = range(7)
_N = 7


@dataclass(frozen=True)
class Equations:
    """ln(C / K_N) and ln(N / K_N) of B rows with parameters (7, B)."""

    par: FloatArray

    def start(self) -> tuple[FloatArray, FloatArray]:
        """The infused cells and the lymphocytes left by lymphodepletion."""
        width = self.par.shape[1]
        by = np.zeros((2, _N, width))
        by[0, C0], by[0, KN], by[1, N0] = 1.0, -1.0, 1.0
        return np.stack([np.log(self.par[C0] / self.par[KN]), np.log(self.par[N0])]), by

    def take(self, rows: IntArray) -> Equations:
        """The equations of these rows."""
        return Equations(self.par[:, rows])

    def slope(self, day: FloatArray, y: FloatArray) -> FloatArray:
        """Derivatives of the states by time."""
        del day
        return self._slope(y)[0]

    def slopes(self, day: FloatArray, y: FloatArray, by: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the states by time, and of these by the logarithms of the parameters."""
        del day
        slope, (log_full, full, room, rate, added, base) = self._slope(y)
        share = np.exp(y - log_full)
        fuller = share[0] * by[0] + share[1] * by[1]
        bend = 2.0 * SHAPE * self.par[B] * full * full * (full - 1.0) / (base * base) * room
        out = np.empty_like(by)
        np.multiply(bend - rate, fuller, out=out[0])
        np.multiply(-self.par[RN], fuller, out=out[1])
        out[1, RN] += slope[1]
        out[0, KAPPA] += rate
        out[0, RHO_C] += self.par[RHO_C] * room
        out[0, B] += added * room
        return slope, out

    def _slope(self, y: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives by time; ln and value of (N + C) / K_N, room, growth rate of C, its part of lymphopenia, base."""
        log_full = np.logaddexp(y[0], y[1])
        full = np.exp(log_full)
        away = full - 1.0
        away *= away
        base = SHAPE * full * full + away
        added = self.par[B] * away / base
        rate = self.par[RHO_C] + added
        room = np.log(self.par[KAPPA]) - log_full
        out = np.empty_like(y)
        np.multiply(rate, room, out=out[0])
        np.multiply(-self.par[RN], log_full, out=out[1])
        return out, (log_full, full, room, rate, added, base)


CURVE = Differential(bind=lambda theta: Equations(np.ascontiguousarray(theta.T)), scale=KN)


def first_rate(theta: FloatArray) -> FloatArray:
    """Growth rate of the CAR-T cells at time 0, per day; nan where they do not grow."""
    full = theta[..., N0] + theta[..., C0] / theta[..., KN]
    away = full - 1.0
    rate = theta[..., RHO_C] + theta[..., B] * away**2 / (SHAPE * full**2 + away**2)
    rate = rate * np.log(theta[..., KAPPA] / full)
    value: FloatArray = np.where(rate > 0, rate, np.nan)
    return value


def last_rate(theta: FloatArray) -> FloatArray:
    """Rate of decline beside recovered lymphocytes, per day."""
    value: FloatArray = -theta[..., RHO_C] * np.log(theta[..., KAPPA])
    return value


def guess(profiles: Profiles) -> FloatArray:
    """12 starts, (n, 12, 7): three recoveries of the lymphocytes x two growth rates x two heights of the peak.

    N(0) is what lets the lymphocytes reach the CAR-T cells' capacity at the time of the peak (Gompertz growth).
    """
    peak = np.maximum(profiles.peak_day, 2.0)
    grid = [(rn, b, kn) for rn in (0.08, 0.15, 0.3) for b in (0.3, 0.7) for kn in (10.0, 60.0)]
    out = np.empty((profiles.n_profiles, len(grid), _N))
    for s, (rn, b, kn) in enumerate(grid):
        out[:, s, :] = (0.01, kn, 0.01, rn, 0.28, 0.03, b)
        with np.errstate(over="ignore"):  # a peak after years: the clip has the last word
            grown = np.exp(rn * peak)
        out[:, s, N0] = np.exp(np.clip(np.log(0.28) * grown, np.log(2e-4), np.log(0.2)))
    return out


# fmt: off
MODEL = KineticModel(
    name="predator_prey",
    label="CAR-T and normal T cells in competition (differential equations)",
    source="Kimmel GJ, Locke FL, Altrock PM. Proc R Soc B 2021, doi:10.1098/rspb.2021.0229; CAR-T and lymphocytes only",
    equation=(
        "N' = r_N N ln(K_N/(N + C)); C' = r_C C ln(K_C/(N + C)); "
        "r_C = rho_C + b (N + C - K_N)^2 / [a (N + C)^2 + (N + C - K_N)^2]; kappa = K_C/K_N, n0 = N(0)/K_N; "
        f"held: a = {SHAPE:g}"
    ),
    parameters=(
        Parameter("c0", "C0", "Concentration of infused cells at time 0", Unit.CONC, Transform.LOG, 1e-7, 3.0,
                  Prior(0.01, 2.5, FIRST, relative=True)),
        Parameter("kn", "KN", "Capacity of the lymphocytes in units of C", Unit.CONC, Transform.LOG, 0.5, 1e4,
                  Prior(20.0, 2.0, "centred on 20 times the subject's highest quantified result; weak, a project "
                        "choice", relative=True)),
        Parameter("n0", "N0", "Lymphocytes at infusion over capacity", Unit.FRACTION, Transform.LOG, 1e-4, 0.25,
                  Prior(0.012, 2.0, KIMMEL)),
        Parameter("r_n", "RN", "Growth rate of the lymphocytes", Unit.PER_DAY, Transform.LOG, 0.01, 1.0,
                  Prior(0.17, 1.0, KIMMEL)),
        Parameter("kappa", "KAPPA", "Capacity of CAR-T over lymphocytes", Unit.FRACTION, Transform.LOG, 0.02, 0.9,
                  Prior(0.278, 1.0, KIMMEL)),
        Parameter("rho_c", "RHOC", "Growth rate of CAR-T, recovered subject", Unit.PER_DAY, Transform.LOG, 0.0005, 0.5,
                  Prior(0.0251, 1.2, KIMMEL)),
        Parameter("b", "B", "Growth rate of CAR-T added by lymphopenia", Unit.PER_DAY, Transform.LOG, 0.02, 3.0,
                  Prior(0.525, 1.0, KIMMEL)),
    ),
    log_value=CURVE.log_value,
    log_slope=CURVE.log_slope,
    area=CURVE.area,
    roughly=CURVE.roughly(),
    guess=guess,
    derived=(
        Derived("MCMAX", "Model Cmax", Unit.CONC, CURVE.cmax, "highest value of C, numerically"),
        Derived("MTMAX", "Model Tmax", Unit.DAY, CURVE.tmax, "time of the highest value of C, numerically"),
        Derived("DBLTIME", "Doubling Time", Unit.DAY, lambda th: LN2 / first_rate(th),
                "ln 2 / [r_C ln(K_C/(N + C))] at time 0", nan_reason="the cells do not expand"),
        Derived("HLBETA", "Half-Life of Persistence", Unit.DAY, lambda th: LN2 / last_rate(th),
                "ln 2 / [rho_C ln(1/kappa)]: beside recovered lymphocytes", follows=("rho_c",), inverse=True,
                suppress=True),
        *areas(CURVE.area, "integrated with the states"),
    ),
)
# fmt: on
