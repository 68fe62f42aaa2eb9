"""CAR-NK: first-order loss of the infused cells plus one small expansion with a single decline (ASSUMED)."""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray

__all__ = ["SYMBOLS", "area", "curve"]

SYMBOLS = ("c0", "kd", "r0", "rho", "tm", "alpha")
"""Parameters, in the order of theta."""


def curve(theta: FloatArray, day: FloatArray) -> FloatArray:
    """C(t) = C0 exp(-kd t) + R0 exp(rho min(t, Tm)) exp(-alpha max(t - Tm, 0)), (n, m)."""
    c0, kd, r0, rho, tm, alpha = (theta[..., k, None] for k in range(6))
    expanded = r0 * np.exp(rho * np.minimum(day, tm) - alpha * np.maximum(day - tm, 0.0))
    value: FloatArray = c0 * np.exp(-kd * day) + expanded
    return value


def area(theta: FloatArray, day: float) -> FloatArray:
    """Area under the curve from 0 to day, (n,), closed form."""
    c0, kd, r0, rho, tm, alpha = (theta[..., k] for k in range(6))
    rise = np.expm1(rho * np.minimum(day, tm)) / rho
    fall = -np.exp(rho * tm) * np.expm1(-alpha * np.maximum(day - tm, 0.0)) / alpha
    value: FloatArray = -c0 * np.expm1(-kd * day) / kd + r0 * (rise + fall)
    return value
