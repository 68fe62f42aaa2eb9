"""Growth and decay: one exponential up to a peak, one down from it; the Stein 2019 curve without persistence."""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas, half_life, peak_entries

__all__ = ["MODEL"]

STEIN = "Stein 2019 typical value, rounded; SD: weak, a project choice"
PEAK = "centred on the subject's highest quantified result; weak, a project choice"
CMAX, TMAX, RHO, ALPHA = range(4)


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    cmax, tmax, rho, alpha = (theta[..., k, None] for k in range(4))
    d = day - tmax
    value: FloatArray = np.log(cmax) + np.where(d < 0, rho * d, -alpha * d)
    return value


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (ln cmax, ln tmax, ln rho, ln alpha), (…, m, 4)."""
    _, tmax, rho, alpha = (theta[..., k, None] for k in range(4))
    d = day - tmax
    rise = d < 0
    out = np.empty((*d.shape, 4))
    out[..., CMAX] = 1.0
    out[..., TMAX] = tmax * np.where(rise, -rho, alpha)
    out[..., RHO] = np.where(rise, rho * d, 0.0)
    out[..., ALPHA] = np.where(rise, 0.0, -alpha * d)
    return out


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,)."""
    cmax, tmax, rho, alpha = (theta[..., k] for k in range(4))
    end = np.asarray(day, dtype=np.float64)
    up = np.minimum(end, tmax)
    rise = np.exp(rho * (up - tmax)) * -np.expm1(-rho * up) / rho
    fall = -np.expm1(-alpha * np.maximum(end - tmax, 0.0)) / alpha
    total: FloatArray = cmax * (rise + fall)
    return total


def guess(profiles: Profiles) -> FloatArray:
    """8 starts, (n, 8, 4): four times of the peak (the curve bends there) x two rates of decline."""
    peak = profiles.peak_day
    grid = [(dt, alpha) for dt in (-1.0, -0.2, 0.5, 1.5) for alpha in (0.1, 0.4)]
    out = np.empty((profiles.n_profiles, len(grid), 4))
    for s, (dt, alpha) in enumerate(grid):
        out[:, s, :] = (1.0, 1.0, 0.8, alpha)
        out[:, s, TMAX] = np.maximum(peak + dt, 0.5 * peak)
    return out


# fmt: off
MODEL = KineticModel(
    name="growth_decay",
    label="Growth and decay (one exponential up, one down)",
    source="special case FB = 0 of Stein AM et al. 2019, doi:10.1002/psp4.12388",
    equation="C = Cmax exp(rho (t - Tmax)) before Tmax; Cmax exp(-alpha (t - Tmax)) from Tmax on",
    parameters=(
        Parameter("cmax", "MCMAX", "Model Cmax", Unit.CONC, Transform.LOG, 0.01, 1000.0,
                  Prior(1.0, 2.5, PEAK, relative=True)),
        Parameter("tmax", "MTMAX", "Model Tmax", Unit.DAY, Transform.LOG, 0.5, 60.0, Prior(10.0, 0.6, STEIN)),
        Parameter("rho", "RHO", "Expansion rate", Unit.PER_DAY, Transform.LOG, 0.05, 6.0,
                  Prior(0.9, 0.6, STEIN)),
        Parameter("alpha", "ALPHA", "Contraction rate", Unit.PER_DAY, Transform.LOG, 0.002, 3.0,
                  Prior(0.16, 0.8, STEIN)),
    ),
    log_value=log_value,
    log_slope=log_slope,
    area=area,
    guess=guess,
    derived=(
        *peak_entries(CMAX, TMAX),
        Derived("FOLDX", "Fold Expansion", Unit.RATIO, lambda th: np.exp(th[..., RHO] * th[..., TMAX]),
                "exp(rho Tmax) = Cmax / C(0)", follows=("rho", "tmax")),
        half_life("DBLTIME", "Doubling Time", RHO, "rho"),
        half_life("HLALPHA", "Half-Life of Contraction", ALPHA, "alpha"),
        *areas(area),
    ),
    kink="tmax",
)
# fmt: on
