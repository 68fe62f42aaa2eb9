"""CAR-NK: the infused cells distribute while a small part expands to a second peak and declines in one phase.

No published kinetic model of CAR-NK cells was found: the form and the typical values are assumptions of this project.
The peak is often the first sample, so the highest concentration and that of the expansion are separate quantities.
Without expansion (cexp at its lower bound) the curve is a plain exponential decline.
"""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas, half_life

__all__ = ["MODEL"]

ASSUMED = "assumed typical value of this project; SD: weak, a project choice"
FIRST = "centred on the subject's highest quantified result; weak, a project choice"
HALF = "centred on half the subject's highest quantified result; weak, a project choice"
C0, KD, CEXP, TM, RHO, ALPHA = range(6)


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    first, second = _parts(theta, day)
    value: FloatArray = np.logaddexp(first, second)
    return value


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (ln c0, ln kd, ln cexp, ln tm, ln rho, ln alpha), (…, m, 6)."""
    _, kd, _, tm, rho, alpha = (theta[..., k, None] for k in range(6))
    first, second = _parts(theta, day)
    expanded = np.exp(second - np.logaddexp(first, second))
    d = day - tm
    rise = d < 0
    out = np.empty((*d.shape, 6))
    out[..., C0] = 1.0 - expanded
    out[..., KD] = -(1.0 - expanded) * kd * day
    out[..., CEXP] = expanded
    out[..., TM] = expanded * tm * np.where(rise, -rho, alpha)
    out[..., RHO] = expanded * np.where(rise, rho * d, 0.0)
    out[..., ALPHA] = expanded * np.where(rise, 0.0, -alpha * d)
    return out


def _parts(theta: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logarithms of the infused and of the expanding cells."""
    c0, kd, cexp, tm, rho, alpha = (theta[..., k, None] for k in range(6))
    d = day - tm
    return np.log(c0) - kd * day, np.log(cexp) + np.where(d < 0, rho * d, -alpha * d)


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,)."""
    c0, kd, cexp, tm, rho, alpha = (theta[..., k] for k in range(6))
    end = np.asarray(day, dtype=np.float64)
    up = np.minimum(end, tm)
    rise = np.exp(rho * (up - tm)) * -np.expm1(-rho * up) / rho
    fall = -np.expm1(-alpha * np.maximum(end - tm, 0.0)) / alpha
    total: FloatArray = c0 * -np.expm1(-kd * end) / kd + cexp * (rise + fall)
    return total


def guess(profiles: Profiles) -> FloatArray:
    """16 starts, (n, 16, 6): four times of the second peak x two distribution rates x two sizes of the expansion."""
    column = np.argmax(profiles.observed, axis=1)
    first = np.exp(profiles.log_conc[np.arange(profiles.n_profiles), column])
    grid = [(tm, kd, cexp) for tm in (3.0, 6.0, 9.0, 13.0) for kd in (0.6, 2.0) for cexp in (0.1, 1.0)]
    out = np.empty((profiles.n_profiles, len(grid), 6))
    for s, (tm, kd, cexp) in enumerate(grid):
        out[:, s, :] = (1.0, kd, cexp, tm, 0.5, 0.2)
        out[:, s, C0] = first
    return out


def peaks(theta: FloatArray) -> FloatArray:
    """C at the infusion and at the second peak, (n, 2); the curve is convex between them, so one is the highest."""
    tm = theta[..., TM, None]
    value: FloatArray = np.exp(log_value(theta, np.concatenate([np.zeros_like(tm), tm], axis=-1)))
    return value


def tmax(theta: FloatArray) -> FloatArray:
    """Time of the highest concentration, days: 0 or tm."""
    at = peaks(theta)
    value: FloatArray = np.where(at[..., 1] > at[..., 0], theta[..., TM], 0.0)
    return value


# fmt: off
MODEL = KineticModel(
    name="car_nk",
    label="CAR-NK (distribution, small expansion, single decline)",
    source="assumed form: no published CAR-NK kinetic model was found",
    equation="C = C0 exp(-kd t) + E; E = Cexp exp(rho (t - Tm)) before Tm, Cexp exp(-alpha (t - Tm)) from Tm on",
    parameters=(
        Parameter("c0", "C0", "Concentration of infused cells at time 0", Unit.CONC, Transform.LOG, 1e-3, 1000.0,
                  Prior(1.0, 1.5, FIRST, relative=True)),
        Parameter("kd", "KD", "Distribution rate", Unit.PER_DAY, Transform.LOG, 0.1, 20.0,
                  Prior(1.4, 0.6, ASSUMED)),
        Parameter("cexp", "CEXP", "Expanded cells at their peak", Unit.CONC, Transform.LOG, 1e-5, 1000.0,
                  Prior(0.5, 2.0, HALF, relative=True)),
        Parameter("tm", "TMAXEXP", "Time of the Expansion's Peak", Unit.DAY, Transform.LOG, 0.5, 45.0,
                  Prior(7.0, 0.4, ASSUMED)),
        Parameter("rho", "RHO", "Expansion rate", Unit.PER_DAY, Transform.LOG, 0.02, 6.0,
                  Prior(0.55, 0.6, ASSUMED)),
        Parameter("alpha", "ALPHA", "Contraction rate", Unit.PER_DAY, Transform.LOG, 0.01, 3.0,
                  Prior(0.17, 0.6, ASSUMED)),
    ),
    log_value=log_value,
    log_slope=log_slope,
    area=area,
    guess=guess,
    derived=(
        Derived("MCMAX", "Model Cmax", Unit.CONC, lambda th: peaks(th).max(axis=-1),
                "the higher of the two peaks: C(0), or C(Tm)"),
        Derived("MTMAX", "Model Tmax", Unit.DAY, tmax, "time of the higher peak: 0, or Tm"),
        Derived("CMAXEXP", "Model Cmax of the Expansion", Unit.CONC, lambda th: peaks(th)[..., 1],
                "C(Tm)", follows=("cexp",)),
        Derived("TMAXEXP", "Time of the Expansion's Peak", Unit.DAY, lambda th: th[..., TM], "Tm", follows=("tm",)),
        Derived("FOLDX", "Fold Expansion", Unit.RATIO, lambda th: np.exp(th[..., RHO] * th[..., TM]),
                "exp(rho Tm) = Cexp / E(0)", follows=("rho", "tm")),
        half_life("DBLTIME", "Doubling Time", RHO, "rho"),
        half_life("HLDIST", "Half-Life of Distribution", KD, "kd"),
        half_life("HLALPHA", "Half-Life of Contraction", ALPHA, "alpha"),
        *areas(area),
    ),
    kink="tm",
)
# fmt: on
