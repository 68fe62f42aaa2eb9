"""Exponential decline: one rate from the infusion on, for cells that do not expand and as the model to beat."""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel
from cartpk.models.parameter import Parameter, Prior, Transform, Unit
from cartpk.models.parts import areas, exponential_area, half_life

__all__ = ["MODEL"]

WEAK = "half-life of a few days assumed; weak, a project choice"
PEAK = "centred on the subject's highest quantified result; weak, a project choice"
C0, ALPHA = range(2)


def log_value(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Logarithm of C(t), (…, m)."""
    value: FloatArray = np.log(theta[..., C0, None]) - theta[..., ALPHA, None] * day
    return value


def log_slope(theta: FloatArray, day: FloatArray) -> FloatArray:
    """Derivatives d ln C / d (ln c0, ln alpha), (…, m, 2)."""
    by_alpha = -theta[..., ALPHA, None] * day
    return np.stack([np.ones_like(by_alpha), by_alpha], axis=-1)


def area(theta: FloatArray, day: FloatArray | float) -> FloatArray:
    """AUC from 0 to day, (n,)."""
    return theta[..., C0] * exponential_area(theta[..., ALPHA], np.asarray(day, dtype=np.float64))


def guess(profiles: Profiles) -> FloatArray:
    """3 starts, (n, 3, 2): three rates."""
    out = np.ones((profiles.n_profiles, 3, 2))
    out[:, :, ALPHA] = (0.03, 0.15, 0.6)
    return out


# fmt: off
MODEL = KineticModel(
    name="exponential_decline",
    label="Exponential decline (one rate from the infusion on)",
    source="textbook one-compartment elimination after an intravenous bolus",
    equation="C = C0 exp(-alpha t)",
    parameters=(
        Parameter("c0", "C0", "Concentration of infused cells at time 0", Unit.CONC, Transform.LOG, 0.01, 1000.0,
                  Prior(1.0, 2.5, PEAK, relative=True)),
        Parameter("alpha", "ALPHA", "Contraction rate", Unit.PER_DAY, Transform.LOG, 2e-4, 20.0,
                  Prior(0.15, 1.5, WEAK)),
    ),
    log_value=log_value,
    log_slope=log_slope,
    area=area,
    guess=guess,
    derived=(
        Derived("MCMAX", "Model Cmax", Unit.CONC, lambda th: th[..., C0], "C0: the curve at time 0", follows=("c0",)),
        Derived("MTMAX", "Model Tmax", Unit.DAY, lambda th: np.zeros(th.shape[:-1]),
                "0: the curve falls from the infusion on"),
        half_life("HLALPHA", "Half-Life of Contraction", ALPHA, "alpha"),
        *areas(area),
    ),
)
# fmt: on
