"""Typical values and spreads from which virtual subjects are drawn, each with its source.

A spread here is always a **standard deviation** on the transformed (log or logit) scale. The six "random effects" of
Stein 2019 circulate as 2.4, 0.38, 0.65, 0.91, 0.80 and 0.86; whether these are variances or standard deviations could
not be settled without the paper's table. Both readings that make sense are offered: ``wide`` takes them for variances
(SD = square root), ``moderate`` is a narrower set of this project's choice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from cartpk.core.estimation.profiles import FloatArray
from cartpk.models.parameter import Transform
from cartpk.simulate.streams import Streams

__all__ = [
    "CAR_NK",
    "CD7",
    "CD7_CAR_NK",
    "MARROW",
    "POPULATIONS",
    "STEIN_MODERATE",
    "STEIN_WIDE",
    "Effect",
    "Population",
]

LOG, LOGIT = Transform.LOG, Transform.LOGIT


@dataclass(frozen=True)
class Effect:
    """One parameter's distribution: typical value (natural scale) and SD on the transformed scale."""

    symbol: str
    typical: float
    sd: float
    transform: Transform = LOG


@dataclass(frozen=True)
class Population:
    """A population of virtual subjects.

    Attributes
    ----------
    name, source
        Name; where the numbers come from, with the word ASSUMED where no publication stands behind them.
    effects
        The parameters, independent of each other.
    residual_sd
        SD of the measurement error on the natural-log scale.
    """

    name: str
    source: str
    effects: tuple[Effect, ...]
    residual_sd: float = 0.0

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols of the parameters, in order."""
        return tuple(e.symbol for e in self.effects)

    def draw(self, streams: Streams, subjects: int) -> dict[str, FloatArray]:
        """Symbol -> (n,) individual values on the natural scale."""
        z = streams.normal(f"population {self.name}", subjects, len(self.effects))
        drawn: dict[str, FloatArray] = {}
        for k, effect in enumerate(self.effects):
            centre = effect.transform.forward(np.array(effect.typical))
            drawn[effect.symbol] = effect.transform.inverse(centre + effect.sd * z[:, k])
        return drawn


STEIN_TYPICAL: Final = {
    "foldx": (3900.0, LOG),
    "tmax": (9.3, LOG),
    "cmax": (24000.0, LOG),
    "alpha": (0.16, LOG),
    "fb": (0.0079, LOGIT),
    "beta": (0.0032, LOG),
}
"""Stein 2019 (doi:10.1002/psp4.12388), tisagenlecleucel in B-ALL: fold expansion, Tmax (days), Cmax (copies/ug gDNA),
alpha and beta (1/day), persistent fraction."""

_PUBLISHED_SPREAD: Final = (2.4, 0.38, 0.65, 0.91, 0.80, 0.86)


def _stein(name: str, spread: tuple[float, ...], reading: str) -> Population:
    effects = tuple(
        Effect(symbol, typical, sd, transform)
        for (symbol, (typical, transform)), sd in zip(STEIN_TYPICAL.items(), spread, strict=True)
    )
    source = f"Stein 2019 (doi:10.1002/psp4.12388), typical values and residual SD 0.56 of ln; spread: {reading}"
    return Population(name, source, effects, residual_sd=0.56)


STEIN_MODERATE: Final = _stein("stein moderate", (1.0, 0.30, 0.80, 0.45, 0.90, 0.50), "SD, a project choice (ASSUMED)")
"""Stein 2019 with a moderate spread."""

STEIN_WIDE: Final = _stein(
    "stein wide",
    tuple(math.sqrt(v) for v in _PUBLISHED_SPREAD),
    "SD = square root of 2.4, 0.38, 0.65, 0.91, 0.80, 0.86, read as variances (unverified)",
)
"""Stein 2019 with the published spread read as variances."""

CAR_NK: Final = Population(
    "car_nk",
    "ASSUMED: no clinical CAR-NK kinetics were available; first-order loss of infused cells and one small expansion",
    (
        Effect("c0_per_1e7", 4000.0, 0.40),
        Effect("kd", 1.4, 0.30),
        Effect("r0_fraction", 0.01, 0.80),
        Effect("rho", 0.55, 0.20),
        Effect("tm", 7.0, 0.20),
        Effect("alpha", math.log(2.0) / 4.0, 0.40),
    ),
    residual_sd=0.45,
)
"""CAR-NK: concentration just after the infusion of 1e7 cells/kg (copies/ug), loss (1/day), expanding fraction,
expansion rate (1/day), end of expansion (days), decline (1/day)."""

MARROW: Final = Population(
    "bone marrow",
    "ASSUMED: marrow follows blood with a constant ratio and delay",
    (Effect("bm_ratio", 0.5, 0.50), Effect("bm_lag", 1.0, 0.30)),
)
"""Bone marrow to blood: ratio and delay (days)."""

TISSUE: Final = Population(
    "tumour tissue",
    "ASSUMED: tumour tissue follows blood with a constant ratio and delay",
    (Effect("ti_ratio", 0.25, 0.80), Effect("ti_lag", 2.0, 0.30)),
)
"""Tumour tissue to blood: ratio and delay (days)."""

_CD7_EFFECTS: Final = {
    "base7": (1100.0, 0.35),
    "basen": (90.0, 0.40),
    "basek": (180.0, 0.40),
    "baseb": (200.0, 0.40),
    "basebl": (400.0, 1.20),
    "ld": (0.04, 0.30),
    "ldk": (0.10, 0.30),
    "r7": (0.15, 0.20),
    "rn": (0.13, 0.25),
    "rk": (0.20, 0.25),
    "rb": (0.05, 0.30),
    "rbl": (0.08, 0.30),
    "kmax": (1.5, 0.25),
    "ec50": (600.0, 0.70),
}


def _cd7(name: str, kmax: float) -> Population:
    effects = tuple(Effect(s, kmax if s == "kmax" else v, sd) for s, (v, sd) in _CD7_EFFECTS.items())
    return Population(name, "ASSUMED: no published kinetic model of CD7+ cells under a CD7 CAR was available", effects)


CD7: Final = _cd7("cd7", 1.5)
"""CD7+ and CD7- cells under a CD7 CAR-T: baselines (cells/uL) of CD7+ T, CD7- T, NK, B and blasts, the part that
lymphodepletion leaves (T and B; NK), growth rates (1/day), largest kill rate (1/day), its EC50 (copies/ug)."""

CD7_CAR_NK: Final = _cd7("cd7 under car_nk", 0.8)
"""The same under a CD7 CAR-NK, whose cells are assumed to kill more slowly."""

POPULATIONS: Final[Mapping[str, Mapping[str, Population]]] = MappingProxyType(
    {
        "stein": MappingProxyType({"moderate": STEIN_MODERATE, "wide": STEIN_WIDE}),
        "car_nk": MappingProxyType({"moderate": CAR_NK}),
    }
)
"""Kinetic model -> spread -> population."""
