"""Noise-free kinetics of virtual subjects: curves, areas and peaks from drawn parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cartpk.core.estimation.profiles import FloatArray
from cartpk.models import get_model

__all__ = ["Kinetics", "car_nk_kinetics", "kinetics", "stein_kinetics"]


@dataclass(frozen=True)
class Kinetics:
    """True kinetics of n subjects.

    Attributes
    ----------
    model
        Name of the kinetic model.
    theta
        Its parameters, (n, p), natural scale.
    """

    model: str
    theta: FloatArray

    def curve(self, day: FloatArray) -> FloatArray:
        """True value at day (n, m), unit of the assay; 0 at and before the infusion (day <= 0)."""
        value: FloatArray = np.where(day > 0, get_model(self.model).curve(self.theta, np.maximum(day, 0.0)), 0.0)
        return value

    def area(self, day: float) -> FloatArray:
        """True area under the curve from 0 to day, (n,)."""
        return get_model(self.model).area(self.theta, day)

    def parameters(self) -> dict[str, FloatArray]:
        """Symbol -> (n,) values."""
        return {symbol: self.theta[:, k] for k, symbol in enumerate(get_model(self.model).symbols)}

    def peak(self) -> tuple[FloatArray, FloatArray]:
        """True Cmax and Tmax (days), (n,) each.

        Both models are convex up to one bend and fall after it: the largest value is that at the bend or, for a
        CAR-NK whose infused cells outnumber their offspring, the limit for day -> 0.
        """
        model = get_model(self.model)
        bend = self.theta[:, model.index("tmax" if self.model == "stein" else "tm")]
        value = model.curve(self.theta, np.stack([np.zeros_like(bend), bend], axis=1))
        late = value[:, 1] >= value[:, 0]
        return np.where(late, value[:, 1], value[:, 0]), np.where(late, bend, 0.0)


def stein_kinetics(drawn: Mapping[str, FloatArray]) -> Kinetics:
    """Stein kinetics from fold expansion, Tmax, Cmax, alpha, fb and beta; beta is kept below alpha."""
    rho = np.log(np.maximum(drawn["foldx"], 1.5)) / drawn["tmax"]
    beta = np.minimum(drawn["beta"], 0.5 * drawn["alpha"])
    values = {**drawn, "rho": rho, "beta": beta}
    return Kinetics("stein", np.stack([values[s] for s in get_model("stein").symbols], axis=-1))


def car_nk_kinetics(drawn: Mapping[str, FloatArray], dose: FloatArray) -> Kinetics:
    """CAR-NK kinetics; the infused cells' concentration is proportional to the dose (cells/kg)."""
    c0 = drawn["c0_per_1e7"] * dose / 1e7
    cexp = drawn["r0_fraction"] * c0 * np.exp(drawn["rho"] * drawn["tm"])
    values = {**drawn, "c0": c0, "cexp": cexp}
    return Kinetics("car_nk", np.stack([values[s] for s in get_model("car_nk").symbols], axis=-1))


def kinetics(model: str, drawn: Mapping[str, FloatArray], dose: FloatArray | None = None) -> Kinetics:
    """Kinetics of this model from drawn parameters.

    Raises
    ------
    ValueError
        When the model cannot be simulated or a CAR-NK has no dose.
    """
    if model == "stein":
        return stein_kinetics(drawn)
    if model == "car_nk":
        if dose is None:
            raise ValueError("car_nk is simulated from a dose in cells/kg; none was given")
        return car_nk_kinetics(drawn, dose)
    raise ValueError(f"no virtual trials from model {model!r}; allowed: stein, car_nk")
