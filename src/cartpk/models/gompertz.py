"""Gompertz expansion: the growth rate falls exponentially; decline in two exponentials from Tmax.

Written with Cmax, the curve's value at Tmax, and the time of inflection ti = ln(ln(K/R0)) / r in place of capacity K
and initial value R0. There is no one doubling time: the mean one up to Tmax is reported.
"""

from __future__ import annotations

import numpy as np
from scipy.special import exp1

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel, Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas, biexponential, biexponential_area, half_life, switch_after
from cartpk.models.stein import PARAMETERS as STEIN
from cartpk.terms import LN2

__all__ = ["MODEL"]

WEAK = "chosen so that the typical rise is that of Stein 2019; weak, a project choice"
CMAX, TMAX, R, ALPHA, FB, BETA, TI = range(7)
_LOG_HUGE = 690.0
_FAR = 50.0


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    cmax, tmax, r, alpha, fb, beta, ti = (theta[..., k, None] for k in range(7))
    rise = _log_growth(np.minimum(day, tmax), r, ti) - _log_growth(tmax, r, ti)
    fall = biexponential(np.maximum(day - tmax, 0.0), alpha, fb, beta).value
    value: FloatArray = np.log(cmax) + rise + fall
    return value


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (ln cmax, ln tmax, ln r, ln alpha, logit fb, ln beta, ln ti), (…, m, 7)."""
    _, tmax, r, alpha, fb, beta, ti = (theta[..., k, None] for k in range(7))
    rise = day < tmax
    at = np.minimum(day, tmax)
    here, top = _speed(at, r, ti), _speed(tmax, r, ti)
    fall = biexponential(np.maximum(day - tmax, 0.0), alpha, fb, beta)
    out = np.empty((*np.broadcast_shapes(day.shape, tmax.shape), 7))
    out[..., CMAX] = 1.0
    out[..., TMAX] = -tmax * np.where(rise, top, fall.by_day)
    out[..., R] = (at - ti) * here - (tmax - ti) * top
    out[..., ALPHA] = np.where(rise, 0.0, fall.by_alpha)
    out[..., FB] = np.where(rise, 0.0, fall.by_fb)
    out[..., BETA] = np.where(rise, 0.0, fall.by_beta)
    out[..., TI] = -ti * (here - top)
    return out


def _log_growth(t: FloatArray, r: FloatArray, ti: FloatArray) -> FloatArray:
    """Logarithm of the Gompertz curve of height 1."""
    value: FloatArray = -np.exp(-r * (t - ti))
    return value


def _speed(t: FloatArray, r: FloatArray, ti: FloatArray) -> FloatArray:
    """Its derivative by t: the growth rate at t."""
    value: FloatArray = r * np.exp(-r * (t - ti))
    return value


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,): exponential integrals."""
    cmax, tmax, r, alpha, fb, beta, ti = (theta[..., k] for k in range(7))
    end = np.asarray(day, dtype=np.float64)
    top = np.exp(-r * (tmax - ti))
    parts = []
    for at in (np.minimum(end, tmax), np.zeros_like(tmax)):
        u = np.exp(-r * (at - ti))
        parts.append(_scaled_e1(u) * np.exp(top - u))
    rise = (parts[0] - parts[1]) / r
    total: FloatArray = cmax * (rise + biexponential_area(np.maximum(end - tmax, 0.0), alpha, fb, beta))
    return total


def _scaled_e1(x: FloatArray) -> FloatArray:
    """exp(x) E1(x); beyond 50 by its asymptotic series, whose 20 terms leave less than 1e-15."""
    near = np.minimum(x, _FAR)
    far = np.maximum(x, _FAR)
    term, series = 1.0 / far, np.zeros_like(far)
    for k in range(1, 21):
        series = series + term
        term = -term * k / far
    value: FloatArray = np.where(x < _FAR, np.exp(near) * exp1(near), series)
    return value


def guess(profiles: Profiles) -> FloatArray:
    """24 starts, (n, 24, 7): four times of the peak x two fast rates x three times of inflection."""
    peak = profiles.peak_day
    grid = [(dt, alpha, ti) for dt in (-1.0, -0.2, 0.5, 1.5) for alpha in (0.15, 0.4) for ti in (0.2, 0.4, 0.6)]
    out = np.empty((profiles.n_profiles, len(grid), 7))
    for s, (dt, alpha, ti) in enumerate(grid):
        out[:, s, :] = (1.0, 1.0, 0.4, alpha, 0.01, 0.005, 1.0)
        out[:, s, TMAX] = np.maximum(peak + dt, 0.5 * peak)
        out[:, s, TI] = ti * out[:, s, TMAX]
    return out


def log_foldx(theta: FloatArray) -> FloatArray:
    """Logarithm of Cmax over the concentration at time 0."""
    _, tmax, r, _, _, _, ti = (theta[..., k] for k in range(7))
    return _log_growth(tmax, r, ti) - _log_growth(np.zeros_like(tmax), r, ti)


def foldx(theta: FloatArray) -> FloatArray:
    """Cmax over the concentration at time 0; nan where it exceeds 1e300."""
    fold = log_foldx(theta)
    value: FloatArray = np.where(fold < _LOG_HUGE, np.exp(np.minimum(fold, _LOG_HUGE)), np.nan)
    return value


def capacity(theta: FloatArray) -> FloatArray:
    """Concentration the expansion tends to; nan where it exceeds 1e300 times Cmax."""
    cmax, tmax, r, _, _, _, ti = (theta[..., k] for k in range(7))
    above = -_log_growth(tmax, r, ti)
    value: FloatArray = np.where(above < _LOG_HUGE, cmax * np.exp(np.minimum(above, _LOG_HUGE)), np.nan)
    return value


# fmt: off
MODEL = KineticModel(
    name="gompertz",
    label="Gompertz rise with decline in two exponentials",
    source="Gompertz growth (Gompertz 1825) with the decline of Stein AM et al. 2019, doi:10.1002/psp4.12388",
    equation=(
        "C = K exp(ln(R0/K) exp(-r t)) before Tmax, ti = ln(ln(K/R0)) / r; "
        "Cmax [(1 - FB) exp(-alpha (t - Tmax)) + FB exp(-beta (t - Tmax))] from Tmax on"
    ),
    parameters=(
        *STEIN[:2],
        Parameter("r", "RGROWTH", "Rate at which growth slows", Unit.PER_DAY, Transform.LOG, 0.02, 1.0,
                  Prior(0.4, 0.6, WEAK)),
        *STEIN[3:],
        Parameter("ti", "TINFL", "Time of Inflection", Unit.DAY, Transform.LOG, 0.5, 12.0,
                  Prior(5.0, 0.6, WEAK)),
    ),
    log_value=log_value,
    log_slope=log_slope,
    area=area,
    guess=guess,
    derived=(
        Derived("MCMAX", "Model Cmax", Unit.CONC, lambda th: th[..., CMAX], "Cmax", follows=("cmax",)),
        Derived("MTMAX", "Model Tmax", Unit.DAY, lambda th: th[..., TMAX], "Tmax", follows=("tmax",)),
        Derived("CAPACITY", "Concentration Expansion Tends to", Unit.CONC, capacity, "K",
                nan_reason="the data show no slowing of the expansion"),
        Derived("FOLDX", "Fold Expansion", Unit.RATIO, foldx, "Cmax / C(0)",
                nan_reason="the rise reaches beyond all numbers"),
        Derived("DBLMEAN", "Mean Doubling Time up to Tmax", Unit.DAY,
                lambda th: LN2 * th[..., TMAX] / log_foldx(th),
                "ln 2 Tmax / ln(Cmax / C(0))"),
        half_life("HLALPHA", "Half-Life of Contraction", ALPHA, "alpha"),
        half_life("HLBETA", "Half-Life of Persistence", BETA, "beta", suppress=True),
        Derived("FB", "Persistent Fraction of Cmax", Unit.FRACTION, lambda th: th[..., FB], "FB", follows=("fb",)),
        Derived("TSWITCH", "Time of Switch to Persistence", Unit.DAY,
                lambda th: th[..., TMAX] + switch_after(th[..., ALPHA], th[..., FB], th[..., BETA]),
                "Tmax + ln((1 - FB) / FB) / (alpha - beta): both exponentials are equal",
                nan_reason="the persistent phase leads from the peak on"),
        *areas(area),
    ),
    kink="tmax",
    order=(("beta", "alpha"),),
)
# fmt: on
