"""Stein 2019: exponential expansion to a peak, then contraction and persistence in two exponentials."""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel, PopulationScale
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas, half_life, peak_entries, persistence

__all__ = ["MODEL"]

STEIN = "Stein 2019 typical value, rounded; SD: weak, a project choice"
PEAK = "centred on the subject's highest quantified result; weak, a project choice"
CMAX, TMAX, RHO, ALPHA, FB, BETA = range(6)
_EXP_MAX = 700.0


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    return _parts(theta, day)[0]


def log_expansion(theta: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logarithm of C(t), (…, m), and its derivatives as of :func:`log_slope`."""
    value, before, after, both = _parts(theta, day)
    _, tmax, rho, alpha, fb, beta = (theta[..., k, None] for k in range(6))
    rise = before < 0
    slow = fb / both
    fall = slow * (alpha - beta) - alpha
    out = np.empty((*value.shape, 6))
    out[..., CMAX] = 1.0
    out[..., TMAX] = tmax * -np.where(rise, rho, fall)
    out[..., RHO] = rho * before
    out[..., FB] = np.where(rise, 0.0, slow - fb)
    lost = slow * after
    out[..., ALPHA] = alpha * (lost - after)
    out[..., BETA] = -beta * lost
    return value, out


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (ln cmax, ln tmax, ln rho, ln alpha, logit fb, ln beta), (…, m, 6)."""
    return log_expansion(theta, day)[1]


def _parts(theta: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Logarithm of C, time to the peak (<= 0) and from it (>= 0), sum of the phases (slow: fb), all (…, m)."""
    cmax, tmax, rho, alpha, fb, beta = (theta[..., k, None] for k in range(6))
    d = day - tmax
    before, after = np.minimum(d, 0.0), np.maximum(d, 0.0)
    # the slow phase taken out of the logarithm: no underflow late, and 0 at the peak, so that rise and fall just add
    both = fb + (1.0 - fb) * np.exp(np.minimum((beta - alpha) * after, _EXP_MAX))
    value: FloatArray = np.log(cmax) + rho * before - beta * after + np.log(both)
    return value, before, after, both


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,)."""
    cmax, tmax, rho, alpha, fb, beta = (theta[..., k] for k in range(6))
    end = np.asarray(day, dtype=np.float64)
    rise = np.exp(rho * (np.minimum(end, tmax) - tmax)) * -np.expm1(-rho * np.minimum(end, tmax)) / rho
    after = np.maximum(end - tmax, 0.0)
    fall = -(1.0 - fb) * np.expm1(-alpha * after) / alpha - fb * np.expm1(-beta * after) / beta
    total: FloatArray = cmax * (rise + fall)
    return total


def guess(profiles: Profiles) -> FloatArray:
    """8 starts, (n, 8, 6): two times of the peak (others are tried later) x two fast x two slow rates."""
    peak = profiles.peak_day
    grid = [(dt, alpha, beta) for dt in (-0.6, 0.8) for alpha in (0.15, 0.4) for beta in (0.003, 0.012)]
    out = np.empty((profiles.n_profiles, len(grid), 6))
    for s, (dt, alpha, beta) in enumerate(grid):
        out[:, s, :] = (1.0, 1.0, 0.8, alpha, 0.01, beta)
        out[:, s, TMAX] = np.maximum(peak + dt, 0.5 * peak)
    return out


def to_population(theta: FloatArray) -> FloatArray:
    """Parameters of Stein's population model, (…, 6): foldx, tmax, cmax, alpha, fb, beta."""
    cmax, tmax, rho, alpha, fb, beta = (theta[..., k] for k in range(6))
    return np.stack([np.exp(rho * tmax), tmax, cmax, alpha, fb, beta], axis=-1)


def from_population(psi: FloatArray) -> FloatArray:
    """The reverse of :func:`to_population`."""
    foldx, tmax, cmax, alpha, fb, beta = (psi[..., k] for k in range(6))
    return np.stack([cmax, tmax, np.log(foldx) / tmax, alpha, fb, beta], axis=-1)


# fmt: off
PARAMETERS = (
    Parameter("cmax", "MCMAX", "Model Cmax", Unit.CONC, Transform.LOG, 0.01, 1000.0,
              Prior(1.0, 2.5, PEAK, relative=True)),
    Parameter("tmax", "MTMAX", "Model Tmax", Unit.DAY, Transform.LOG, 0.5, 60.0, Prior(10.0, 0.6, STEIN)),
    Parameter("rho", "RHO", "Expansion rate", Unit.PER_DAY, Transform.LOG, 0.05, 6.0,
              Prior(0.9, 0.6, STEIN)),
    Parameter("alpha", "ALPHA", "Contraction rate", Unit.PER_DAY, Transform.LOG, 0.02, 3.0,
              Prior(0.16, 0.8, STEIN)),
    Parameter("fb", "FB", "Persistent Fraction of Cmax", Unit.FRACTION, Transform.LOGIT, 1e-4, 0.88,
              Prior(0.008, 1.5, STEIN)),
    Parameter("beta", "BETA", "Persistence rate", Unit.PER_DAY, Transform.LOG, 2e-4, 0.05,
              Prior(0.0032, 0.8, STEIN)),
)
FOLDX = Parameter("foldx", "FOLDX", "Fold Expansion", Unit.RATIO, Transform.LOG, 1.1, 1e30,
                  Prior(3900.0, 2.5, STEIN))

MODEL = KineticModel(
    name="stein",
    label="Stein 2019 (expansion, contraction, persistence)",
    source="Stein AM et al. CPT Pharmacometrics Syst Pharmacol 2019, doi:10.1002/psp4.12388",
    equation=(
        "C = Cmax exp(rho (t - Tmax)) before Tmax; "
        "Cmax [(1 - FB) exp(-alpha (t - Tmax)) + FB exp(-beta (t - Tmax))] from Tmax on"
    ),
    parameters=PARAMETERS,
    log_value=log_value,
    log_slope=log_slope,
    log_both=log_expansion,
    area=area,
    guess=guess,
    derived=(
        *peak_entries(CMAX, TMAX),
        Derived("FOLDX", "Fold Expansion", Unit.RATIO, lambda th: np.exp(th[..., RHO] * th[..., TMAX]),
                "exp(rho Tmax) = Cmax / C(0)", follows=("rho", "tmax")),
        half_life("DBLTIME", "Doubling Time", RHO, "rho"),
        *persistence(ALPHA, FB, BETA, TMAX),
        *areas(area),
    ),
    kink="tmax",
    order=(("beta", "alpha"),),
    population=PopulationScale(
        (FOLDX, *(PARAMETERS[k] for k in (TMAX, CMAX, ALPHA, FB, BETA))), psi=to_population, theta=from_population
    ),
)
# fmt: on
