"""Stein's curve with a lag: the concentration stays at its initial value until the expansion begins."""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel, PopulationScale
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import (
    areas,
    biexponential,
    biexponential_area,
    exponential_area,
    half_life,
    peak_entries,
    persistence,
)
from cartpk.models.stein import FOLDX
from cartpk.models.stein import PARAMETERS as STEIN

__all__ = ["MODEL"]

OGASAWARA = "Ogasawara 2021 typical lag 3.27 d (liso-cel); SD: weak, a project choice"
CMAX, TMAX, RHO, ALPHA, FB, BETA, TLAG = range(7)


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    cmax, tmax, rho, alpha, fb, beta, tlag = (theta[..., k, None] for k in range(7))
    rise = rho * np.minimum(np.maximum(day, tlag) - tmax, 0.0)
    fall = biexponential(np.maximum(day - tmax, 0.0), alpha, fb, beta).value
    value: FloatArray = np.log(cmax) + rise + fall
    return value


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (ln cmax, ln tmax, ln rho, ln alpha, logit fb, ln beta, ln tlag), (…, m, 7)."""
    _, tmax, rho, alpha, fb, beta, tlag = (theta[..., k, None] for k in range(7))
    rise = day < tmax
    fall = biexponential(np.maximum(day - tmax, 0.0), alpha, fb, beta)
    out = np.empty((*np.broadcast_shapes(day.shape, tmax.shape), 7))
    out[..., CMAX] = 1.0
    out[..., TMAX] = -tmax * np.where(rise, rho, fall.by_day)
    out[..., RHO] = np.where(rise, rho * (np.maximum(day, tlag) - tmax), 0.0)
    out[..., ALPHA] = np.where(rise, 0.0, fall.by_alpha)
    out[..., FB] = np.where(rise, 0.0, fall.by_fb)
    out[..., BETA] = np.where(rise, 0.0, fall.by_beta)
    out[..., TLAG] = np.where(day < tlag, rho * tlag, 0.0)
    return out


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,)."""
    cmax, tmax, rho, alpha, fb, beta, tlag = (theta[..., k] for k in range(7))
    end = np.asarray(day, dtype=np.float64)
    flat = np.exp(rho * (tlag - tmax)) * np.minimum(end, tlag)
    top = np.clip(end, tlag, tmax)
    rise = np.exp(rho * (top - tmax)) * exponential_area(rho, top - tlag)
    fall = biexponential_area(np.maximum(end - tmax, 0.0), alpha, fb, beta)
    total: FloatArray = cmax * (flat + rise + fall)
    return total


def guess(profiles: Profiles) -> FloatArray:
    """24 starts, (n, 24, 7): four times of the peak x three lags x two fast rates; the curve bends at lag and peak."""
    peak = profiles.peak_day
    grid = [(dt, lag, alpha) for dt in (-1.0, -0.2, 0.5, 1.5) for lag in (0.1, 0.3, 0.6) for alpha in (0.15, 0.4)]
    out = np.empty((profiles.n_profiles, len(grid), 7))
    for s, (dt, lag, alpha) in enumerate(grid):
        out[:, s, :] = (1.0, 1.0, 0.9, alpha, 0.01, 0.005, 1.0)
        out[:, s, TMAX] = np.maximum(peak + dt, 0.5 * peak)
        out[:, s, TLAG] = lag * out[:, s, TMAX]
    return out


def foldx(theta: FloatArray) -> FloatArray:
    """Cmax over the concentration before the expansion."""
    value: FloatArray = np.exp(theta[..., RHO] * (theta[..., TMAX] - theta[..., TLAG]))
    return value


def to_population(theta: FloatArray) -> FloatArray:
    """Scale of the random effects, (…, 7): foldx, tmax, cmax, alpha, fb, beta, tlag / tmax."""
    cmax, tmax, _, alpha, fb, beta, tlag = (theta[..., k] for k in range(7))
    return np.stack([foldx(theta), tmax, cmax, alpha, fb, beta, tlag / tmax], axis=-1)


def from_population(psi: FloatArray) -> FloatArray:
    """The reverse of :func:`to_population`."""
    fold, tmax, cmax, alpha, fb, beta, part = (psi[..., k] for k in range(7))
    rho = np.log(fold) / (tmax * (1.0 - part))
    return np.stack([cmax, tmax, rho, alpha, fb, beta, part * tmax], axis=-1)


# fmt: off
LAG_PART = Parameter("lagpart", "LAGPART", "Lag as a Fraction of Tmax", Unit.FRACTION, Transform.LOGIT, 1e-3, 0.95,
                     Prior(0.33, 1.0, OGASAWARA))

MODEL = KineticModel(
    name="stein_lag",
    label="Stein with lag (delayed expansion, contraction, persistence)",
    source="Stein AM et al. 2019, doi:10.1002/psp4.12388, with the lag of Ogasawara K et al. 2021 (liso-cel)",
    equation=(
        "C = Cmax exp(rho (Tlag - Tmax)) before Tlag; Cmax exp(rho (t - Tmax)) before Tmax; "
        "Cmax [(1 - FB) exp(-alpha (t - Tmax)) + FB exp(-beta (t - Tmax))] from Tmax on"
    ),
    parameters=(
        *STEIN,
        Parameter("tlag", "TLAG", "Lag before the Expansion", Unit.DAY, Transform.LOG, 0.05, 30.0,
                  Prior(3.27, 0.8, OGASAWARA)),
    ),
    log_value=log_value,
    log_slope=log_slope,
    area=area,
    guess=guess,
    derived=(
        *peak_entries(CMAX, TMAX),
        Derived("TLAG", "Lag before the Expansion", Unit.DAY, lambda th: th[..., TLAG], "Tlag", follows=("tlag",),
                suppress=True),
        Derived("FOLDX", "Fold Expansion", Unit.RATIO, foldx, "exp(rho (Tmax - Tlag)) = Cmax / C(0)"),
        half_life("DBLTIME", "Doubling Time", RHO, "rho"),
        *persistence(ALPHA, FB, BETA, TMAX),
        *areas(area),
    ),
    kink="tmax",
    order=(("beta", "alpha"), ("tlag", "tmax")),
    population=PopulationScale(
        (FOLDX, *(STEIN[k] for k in (TMAX, CMAX, ALPHA, FB, BETA)), LAG_PART), psi=to_population, theta=from_population
    ),
)
# fmt: on
