"""What a parameter of a model is: its symbol, unit, bounds and prior, and the scale on which it is estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from cartpk.core.estimation.profiles import FloatArray

__all__ = ["Parameter", "Prior", "PriorLike", "Transform", "Unit", "natural", "transformed"]


class Unit(StrEnum):
    """How the unit of a quantity follows from the unit of the assay."""

    CONC = "conc"
    DAY = "day"
    PER_DAY = "1/day"
    AUC = "day*conc"
    RATIO = "ratio"
    FRACTION = "fraction"

    def of(self, assay: str) -> str:
        """Return the unit for an assay's unit; empty for numbers without one.

        Examples
        --------
        >>> Unit.AUC.of("copies/ug")
        'day*copies/ug'
        """
        named = {Unit.CONC: assay, Unit.AUC: f"day*{assay}", Unit.RATIO: "", Unit.FRACTION: ""}
        return named.get(self, self.value)


class Transform(StrEnum):
    """Scale on which a parameter is estimated and its interval is symmetric."""

    LOG = "log"
    LOGIT = "logit"

    def forward(self, value: FloatArray) -> FloatArray:
        """Natural scale -> transformed scale."""
        logged: FloatArray = np.log(value)
        return logged if self is Transform.LOG else logged - np.log1p(-value)

    def inverse(self, phi: FloatArray) -> FloatArray:
        """Transformed scale -> natural scale."""
        with np.errstate(over="ignore"):
            value: FloatArray = np.exp(phi) if self is Transform.LOG else 1.0 / (1.0 + np.exp(-phi))
        return value

    def slope(self, value: FloatArray) -> FloatArray:
        """Derivative d value / d phi at a natural-scale value."""
        return value if self is Transform.LOG else value * (1.0 - value)


class PriorLike(Protocol):
    """A normal prior on the transformed scale: typical value on the natural scale, SD, source."""

    @property
    def centre(self) -> float:
        """Typical value, natural scale."""
        ...

    @property
    def sd(self) -> float:
        """SD on the log or logit scale."""
        ...

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        ...


@dataclass(frozen=True)
class Prior:
    """Normal prior on the transformed (log or logit) scale.

    Attributes
    ----------
    centre
        Typical value on the natural scale; for a concentration with ``relative`` a multiple of the subject's highest
        quantified result, so that no assay's unit is assumed.
    sd
        On the transformed scale.
    source
        Where the numbers come from.
    """

    centre: float
    sd: float
    source: str
    relative: bool = False

    def __post_init__(self) -> None:
        if not (self.sd > 0 and self.centre > 0):
            msg = f"a prior needs a positive centre and SD, found centre {self.centre}, SD {self.sd}"
            raise ValueError(msg)


@dataclass(frozen=True)
class Parameter:
    """One parameter in the paper's symbol.

    ``lower`` and ``upper`` are on the natural scale; those of a concentration are multiples of the subject's highest
    quantified result (a bound in assay units would assume an assay).
    """

    symbol: str
    paramcd: str
    label: str
    unit: Unit
    transform: Transform
    lower: float
    upper: float
    prior: Prior

    @property
    def prior_mean(self) -> float:
        """Mean of the prior on the transformed scale."""
        return float(self.transform.forward(np.array([self.prior.centre]))[0])


def natural(parameters: Sequence[Parameter], phi: FloatArray) -> FloatArray:
    """Transformed scale -> natural scale of parameter vectors (…, p)."""
    fractions = [k for k, p in enumerate(parameters) if p.transform is Transform.LOGIT]
    with np.errstate(over="ignore"):
        value: FloatArray = np.exp(phi)
        for k in fractions:
            value[..., k] = 1.0 / (1.0 + np.exp(-phi[..., k]))
    return value


def transformed(parameters: Sequence[Parameter], theta: FloatArray) -> FloatArray:
    """Natural scale -> transformed scale of parameter vectors (…, p)."""
    out: FloatArray = np.log(theta)
    logit = np.array([p.transform is Transform.LOGIT for p in parameters])
    out[..., logit] -= np.log1p(-theta[..., logit])
    return out
