"""Logistic expansion: exponential at first, slowing towards a capacity; decline in two exponentials from Tmax.

Written with Cmax, the curve's value at Tmax, and the time of inflection ti in place of capacity K and initial value R0:
K = Cmax (1 + exp(-r (Tmax - ti))), R0 = K / (1 + exp(r ti)).
"""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import KineticModel
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import SlowingRise, biexponential_area, half_life
from cartpk.models.stein import PARAMETERS as STEIN

__all__ = ["MODEL"]

WEAK = "near the rate and the peak of Stein 2019; weak, a project choice"
R = 2


def _log_growth(t: FloatArray, r: FloatArray, ti: FloatArray) -> FloatArray:
    """Logarithm of the logistic curve of height 1."""
    value: FloatArray = -np.logaddexp(0.0, -r * (t - ti))
    return value


def _speed(t: FloatArray, r: FloatArray, ti: FloatArray) -> FloatArray:
    """Its derivative by t: the growth rate at t."""
    value: FloatArray = r * np.exp(-np.logaddexp(0.0, r * (t - ti)))
    return value


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,)."""
    cmax, tmax, r, alpha, fb, beta, ti = (theta[..., k] for k in range(7))
    end = np.asarray(day, dtype=np.float64)
    up = np.minimum(end, tmax)
    # logarithm of (1 + exp(r (up - ti))) / (1 + exp(-r ti)), without cancellation where both are near 1
    grown = np.log1p(np.expm1(r * up) * np.exp(-np.logaddexp(0.0, r * ti)))
    rise = grown / r * np.exp(-_log_growth(tmax, r, ti))
    total: FloatArray = cmax * (rise + biexponential_area(np.maximum(end - tmax, 0.0), alpha, fb, beta))
    return total


RISE = SlowingRise(_log_growth, _speed)


def guess(profiles: Profiles) -> FloatArray:
    """24 starts, (n, 24, 7): four times of the peak x two fast rates x three times of inflection."""
    return RISE.guess(profiles, 1.0, (0.5, 0.8, 1.1))


# fmt: off
MODEL = KineticModel(
    name="logistic",
    label="Logistic rise with decline in two exponentials",
    source="logistic growth (Verhulst 1838) with the decline of Stein AM et al. 2019, doi:10.1002/psp4.12388",
    equation=(
        "C = K / (1 + (K/R0 - 1) exp(-r t)) before Tmax, ti = ln(K/R0 - 1) / r; "
        "Cmax [(1 - FB) exp(-alpha (t - Tmax)) + FB exp(-beta (t - Tmax))] from Tmax on"
    ),
    parameters=(
        *STEIN[:2],
        Parameter("r", "RGROWTH", "Initial expansion rate", Unit.PER_DAY, Transform.LOG, 0.05, 6.0,
                  Prior(1.0, 0.6, WEAK)),
        *STEIN[3:],
        Parameter("ti", "TINFL", "Time of Inflection", Unit.DAY, Transform.LOG, 0.5, 60.0,
                  Prior(7.0, 0.6, WEAK)),
    ),
    log_value=RISE.log_value,
    log_slope=RISE.log_slope,
    area=area,
    guess=guess,
    derived=RISE.quantities(area, half_life("DBLTIME", "Doubling Time", R, "r")),
    kink="tmax",
    order=(("beta", "alpha"),),
)
# fmt: on
