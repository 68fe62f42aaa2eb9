"""Smooth peak: rise and decline joined by a harmonic sum, so that the curve turns over instead of bending.

At Tm the curve is half of Cm: Cmax and Tmax are read off the curve numerically. The area has no closed form and is
integrated by Gauss-Legendre panels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel
from cartpk.models.parameter import Unit
from cartpk.models.parts import areas, biexponential, half_life
from cartpk.models.quadrature import area_around
from cartpk.models.stein import PARAMETERS as STEIN

__all__ = ["MODEL"]

CM, TM, RHO, ALPHA, FB, BETA = range(6)
_REACH = np.concatenate([-(2.0 ** np.arange(12, -3, -0.5)), [0.0], 2.0 ** np.arange(-2, 12.5, 0.5)])
"""Distances from Tm, in widths of the turn, among which the highest point is sought first."""
_HALVINGS = 50


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    cm, tm, rho, alpha, fb, beta = (theta[..., k, None] for k in range(6))
    d = day - tm
    fall = biexponential(d, alpha, fb, beta).value
    value: FloatArray = np.log(cm) - np.logaddexp(-rho * d, -fall)
    return value


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (ln cm, ln tm, ln rho, ln alpha, logit fb, ln beta), (…, m, 6)."""
    _, tm, rho, alpha, fb, beta = (theta[..., k, None] for k in range(6))
    d = day - tm
    fall = biexponential(d, alpha, fb, beta)
    rises = np.exp(-rho * d - np.logaddexp(-rho * d, -fall.value))
    falls = 1.0 - rises
    out = np.empty((*d.shape, 6))
    out[..., CM] = 1.0
    out[..., TM] = -tm * (rises * rho + falls * fall.by_day)
    out[..., RHO] = rises * rho * d
    out[..., ALPHA] = falls * fall.by_alpha
    out[..., FB] = falls * fall.by_fb
    out[..., BETA] = falls * fall.by_beta
    return out


def tmax(theta: FloatArray) -> FloatArray:
    """Time of the highest concentration, days: the best of a coarse grid, then bisection on the slope around it."""
    tm = theta[..., TM]
    grid = np.maximum(tm[..., None] + _width(theta)[..., None] * _REACH, 0.0)
    best = np.argmax(log_value(theta, grid), axis=-1)[..., None]
    low = np.take_along_axis(grid, np.maximum(best - 1, 0), axis=-1)
    high = np.take_along_axis(grid, np.minimum(best + 1, _REACH.size - 1), axis=-1)
    _, _, rho, alpha, fb, beta = (theta[..., k, None] for k in range(6))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        d = middle - tm[..., None]
        fall = biexponential(d, alpha, fb, beta)
        rising = np.log(rho) - rho * d > np.log(-fall.by_day) - fall.value
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    value: FloatArray = low[..., 0]
    return value


def _width(theta: FloatArray) -> FloatArray:
    """A quarter of the time over which rise and decline change places."""
    value: FloatArray = 0.25 / (theta[..., RHO] + theta[..., ALPHA])
    return value


def cmax(theta: FloatArray) -> FloatArray:
    """Highest concentration of the curve."""
    value: FloatArray = np.exp(log_value(theta, tmax(theta)[..., None]))[..., 0]
    return value


def foldx(theta: FloatArray) -> FloatArray:
    """Highest concentration over that at time 0."""
    value: FloatArray = cmax(theta) / np.exp(log_value(theta, np.zeros_like(theta[..., :1])))[..., 0]
    return value


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,), by quadrature."""
    return area_around(lambda t: np.exp(log_value(theta, t)), day, theta[..., TM], _width(theta))


def guess(profiles: Profiles) -> FloatArray:
    """16 starts, (n, 16, 6): four times of the peak x two fast x two slow rates."""
    peak = profiles.peak_day
    grid = [(dt, alpha, beta) for dt in (-2.0, -0.5, 0.5, 1.5) for alpha in (0.15, 0.4) for beta in (0.003, 0.012)]
    out = np.empty((profiles.n_profiles, len(grid), 6))
    for s, (dt, alpha, beta) in enumerate(grid):
        out[:, s, :] = (1.8, 1.0, 0.9, alpha, 0.01, beta)
        out[:, s, TM] = np.maximum(peak + dt, 0.5 * peak)
    return out


# fmt: off
MODEL = KineticModel(
    name="smooth_peak",
    label="Smooth peak (Stein's phases without the bend)",
    source="assumed form of this project with the phases of Stein AM et al. 2019, doi:10.1002/psp4.12388",
    equation=(
        "1/C = 1/[Cm exp(rho (t - Tm))] + 1/[Cm ((1 - FB) exp(-alpha (t - Tm)) + FB exp(-beta (t - Tm)))]"
    ),
    parameters=(
        replace(STEIN[CM], symbol="cm", paramcd="CM", label="Scale of the curve"),
        replace(STEIN[TM], symbol="tm", paramcd="TM", label="Time at which rise and decline meet"),
        *STEIN[2:],
    ),
    log_value=log_value,
    log_slope=log_slope,
    area=area,
    guess=guess,
    derived=(
        Derived("MCMAX", "Model Cmax", Unit.CONC, cmax, "highest value of C, numerically"),
        Derived("MTMAX", "Model Tmax", Unit.DAY, tmax, "time of the highest value of C, numerically"),
        Derived("FOLDX", "Fold Expansion", Unit.RATIO, foldx, "Cmax / C(0)"),
        half_life("DBLTIME", "Doubling Time", RHO, "rho"),
        half_life("HLALPHA", "Half-Life of Contraction", ALPHA, "alpha"),
        half_life("HLBETA", "Half-Life of Persistence", BETA, "beta", suppress=True),
        *areas(area, "Gauss-Legendre quadrature"),
    ),
    order=(("beta", "alpha"),),
)
# fmt: on
