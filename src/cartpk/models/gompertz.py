"""Gompertz expansion: the growth rate falls exponentially; decline in two exponentials from Tmax.

Written with Cmax, the curve's value at Tmax, and the time of inflection ti = ln(ln(K/R0)) / r in place of capacity K
and initial value R0. There is no one doubling time: the mean one up to Tmax is reported.
"""

from __future__ import annotations

import numpy as np

from cartpk.core import special
from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import KineticModel
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import SlowingRise, biexponential_area
from cartpk.models.stein import PARAMETERS as STEIN

__all__ = ["MODEL"]

WEAK = "chosen so that the typical rise is that of Stein 2019; weak, a project choice"
_FAR = 50.0


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
    value: FloatArray = np.where(x < _FAR, np.exp(near) * special.exp1(near), series)
    return value


RISE = SlowingRise(_log_growth, _speed)


def guess(profiles: Profiles) -> FloatArray:
    """24 starts, (n, 24, 7): four times of the peak x two fast rates x three times of inflection."""
    return RISE.guess(profiles, 0.4, (0.2, 0.4, 0.6))


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
    log_value=RISE.log_value,
    log_slope=RISE.log_slope,
    area=area,
    guess=guess,
    derived=RISE.quantities(area),
    kink="tmax",
    order=(("beta", "alpha"),),
)
# fmt: on
