"""Gamma curve: three parameters, one hump; rise and fall share one shape."""

from __future__ import annotations

import numpy as np

from cartpk.core import special
from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas, peak_entries
from cartpk.models.stein import PARAMETERS as STEIN
from cartpk.terms import LN2

__all__ = ["MODEL"]

WEAK = "width of a third to a half of Tmax assumed; weak, a project choice"
CMAX, TMAX, SHAPE = range(3)
_EARLIEST = 1e-9
"""Day that stands for time 0, where the curve is 0 and has no logarithm."""


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    cmax, tmax, shape = (theta[..., k, None] for k in range(3))
    x = np.maximum(day, _EARLIEST) / tmax
    value: FloatArray = np.log(cmax) + shape * (np.log(x) + 1.0 - x)
    return value


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (ln cmax, ln tmax, ln shape), (…, m, 3)."""
    _, tmax, shape = (theta[..., k, None] for k in range(3))
    x = np.maximum(day, _EARLIEST) / tmax
    return np.stack([np.ones_like(x), shape * (x - 1.0), shape * (np.log(x) + 1.0 - x)], axis=-1)


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,): an incomplete gamma function."""
    cmax, tmax, shape = (theta[..., k] for k in range(3))
    end = np.asarray(day, dtype=np.float64)
    whole = np.exp(shape - (shape + 1.0) * np.log(shape) + special.gammaln(shape + 1.0))
    total: FloatArray = cmax * tmax * whole * special.gammainc(shape + 1.0, shape * end / tmax)
    return total


def guess(profiles: Profiles) -> FloatArray:
    """9 starts, (n, 9, 3): three times of the peak x three shapes."""
    grid = [(at, shape) for at in (0.7, 1.0, 1.3) for shape in (1.0, 4.0, 12.0)]
    out = np.ones((profiles.n_profiles, len(grid), 3))
    for s, (at, shape) in enumerate(grid):
        out[:, s, TMAX] = at * profiles.peak_day
        out[:, s, SHAPE] = shape
    return out


# fmt: off
MODEL = KineticModel(
    name="gamma",
    label="Gamma (one hump of three parameters)",
    source="gamma-variate function, textbook form scaled to its peak",
    equation="C = Cmax (t / Tmax)^k exp(k (1 - t / Tmax))",
    parameters=(
        *STEIN[:2],
        Parameter("k", "SHAPE", "Shape of the gamma curve", Unit.RATIO, Transform.LOG, 0.05, 60.0,
                  Prior(4.0, 1.0, WEAK)),
    ),
    log_value=log_value,
    log_slope=log_slope,
    area=area,
    guess=guess,
    derived=(
        *peak_entries(CMAX, TMAX),
        Derived("HLTERM", "Half-Life the Curve Tends to", Unit.DAY,
                lambda th: LN2 * th[..., TMAX] / th[..., SHAPE], "ln 2 Tmax / k"),
        *areas(area),
    ),
)
# fmt: on
