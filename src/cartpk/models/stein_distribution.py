"""Stein's curve and the infused cells: these distribute out of the blood while the expansion begins.

Needed where cells are seen at hours to day 3 and fall before they expand. The reported Cmax and Tmax are those of the
expansion: the curve at time 0 is an extrapolation, and as high as the distribution rate is fast.
"""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models import stein
from cartpk.models.base import Derived, KineticModel, PopulationScale
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas, exponential_area, half_life, persistence

__all__ = ["MODEL"]

ASSUMED = "half-lives of 0.3 to 3 d assumed; SD: weak, a project choice"
TENTH = "centred on a tenth of the subject's highest quantified result; weak, a project choice"
CMAX, TMAX, RHO, ALPHA, FB, BETA, CD, KD = range(8)


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    value: FloatArray = np.logaddexp(stein.log_value(theta[..., :6], day), _infused(theta, day))
    return value


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (Stein's six, ln cd, ln kd), (…, m, 8)."""
    first, expanded = _infused(theta, day), stein.log_value(theta[..., :6], day)
    share = np.exp(expanded - np.logaddexp(first, expanded))
    out = np.empty((*share.shape, 8))
    out[..., :6] = share[..., None] * stein.log_slope(theta[..., :6], day)
    out[..., CD] = 1.0 - share
    out[..., KD] = -(1.0 - share) * theta[..., KD, None] * day
    return out


def _infused(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of the infused cells that are still in the blood."""
    value: FloatArray = np.log(theta[..., CD, None]) - theta[..., KD, None] * day
    return value


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,)."""
    end = np.asarray(day, dtype=np.float64)
    total: FloatArray = stein.area(theta[..., :6], day) + theta[..., CD] * exponential_area(theta[..., KD], end)
    return total


def guess(profiles: Profiles) -> FloatArray:
    """16 starts, (n, 16, 8): four times of the peak x two fast rates x two distribution rates."""
    peak = profiles.peak_day
    column = np.argmax(profiles.observed, axis=1)
    row = np.arange(profiles.n_profiles)
    log_first, at = profiles.log_conc[row, column], profiles.day[row, column]
    grid = [(dt, alpha, kd) for dt in (-1.0, -0.2, 0.5, 1.5) for alpha in (0.15, 0.4) for kd in (0.4, 1.5)]
    out = np.empty((profiles.n_profiles, len(grid), 8))
    for s, (dt, alpha, kd) in enumerate(grid):
        out[:, s, :] = (1.0, 1.0, 0.8, alpha, 0.01, 0.005, 1.0, kd)
        out[:, s, TMAX] = np.maximum(peak + dt, 0.5 * peak)
        out[:, s, CD] = np.exp(np.clip(log_first + kd * np.minimum(at, 3.0), np.log(1e-4), np.log(100.0)))
    return out


def cmax(theta: FloatArray) -> FloatArray:
    """C at the peak of the expansion."""
    value: FloatArray = np.exp(log_value(theta, theta[..., TMAX, None]))[..., 0]
    return value


def to_population(theta: FloatArray) -> FloatArray:
    """Scale of the random effects, (…, 8): Stein's (foldx, tmax, cmax, alpha, fb, beta), cd, kd."""
    return np.concatenate([stein.to_population(theta[..., :6]), theta[..., 6:]], axis=-1)


def from_population(psi: FloatArray) -> FloatArray:
    """The reverse of :func:`to_population`."""
    return np.concatenate([stein.from_population(psi[..., :6]), psi[..., 6:]], axis=-1)


# fmt: off
INFUSED = (
    Parameter("cd", "CD", "Concentration of infused cells at time 0", Unit.CONC, Transform.LOG, 1e-5, 100.0,
              Prior(0.1, 2.5, TENTH, relative=True)),
    Parameter("kd", "KD", "Distribution rate", Unit.PER_DAY, Transform.LOG, 0.15, 20.0,
              Prior(0.7, 0.7, ASSUMED)),
)

MODEL = KineticModel(
    name="stein_distribution",
    label="Stein with distribution (infused cells, expansion, contraction, persistence)",
    source="Stein AM et al. 2019, doi:10.1002/psp4.12388; the distribution of the infused cells is an assumed form",
    equation=(
        "C = Cd exp(-kd t) + E; E = Cmax exp(rho (t - Tmax)) before Tmax; "
        "Cmax [(1 - FB) exp(-alpha (t - Tmax)) + FB exp(-beta (t - Tmax))] from Tmax on"
    ),
    parameters=(*stein.PARAMETERS, *INFUSED),
    log_value=log_value,
    log_slope=log_slope,
    area=area,
    guess=guess,
    derived=(
        Derived("MCMAX", "Model Cmax", Unit.CONC, cmax, "C(Tmax)"),
        Derived("MTMAX", "Model Tmax", Unit.DAY, lambda th: th[..., TMAX], "Tmax", follows=("tmax",)),
        Derived("FOLDX", "Fold Expansion", Unit.RATIO, lambda th: np.exp(th[..., RHO] * th[..., TMAX]),
                "exp(rho Tmax) = Cmax / E(0)", follows=("rho", "tmax")),
        half_life("DBLTIME", "Doubling Time", RHO, "rho"),
        half_life("HLDIST", "Half-Life of Distribution", KD, "kd"),
        *persistence(ALPHA, FB, BETA, TMAX),
        *areas(area),
    ),
    kink="tmax",
    order=(("beta", "alpha"),),
    population=PopulationScale(
        (stein.FOLDX, *(stein.PARAMETERS[k] for k in (TMAX, CMAX, ALPHA, FB, BETA)), *INFUSED),
        psi=to_population, theta=from_population,
    ),
)
# fmt: on
