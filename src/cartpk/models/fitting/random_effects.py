"""How a kinetic model becomes one of a population: its curve on the scale of the random effects, and their spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cartpk.core.estimation.population import OmegaPrior
from cartpk.core.estimation.profiles import BoolArray, FloatArray
from cartpk.models.base import SMALL_TRIAL_SD, KineticModel, PopulationScale
from cartpk.models.parameter import natural, transformed

__all__ = ["COVARIANCE_SUBJECTS", "SMALL_TRIAL", "SMALL_TRIAL_SD", "SMALL_TRIAL_WEIGHT", "PopulationCurve", "Spread"]

SMALL_TRIAL = 12
"""Subjects up to which the SDs of the random effects get a prior: without one they collapse; [choice]."""
SMALL_TRIAL_WEIGHT = 3.0
"""That prior: as if 3 more subjects had shown an SD of ``SMALL_TRIAL_SD``; [choice]."""
COVARIANCE_SUBJECTS = 4
"""Subjects that each covariance of the random effects needs, without a prior; [choice]."""


def _same(values: FloatArray) -> FloatArray:
    return values


@dataclass(frozen=True)
class PopulationCurve:
    """The model's curve on the scale of its random effects; what SAEM moves."""

    model: KineticModel

    @property
    def scale(self) -> PopulationScale:
        """Parameters of the random effects and their way to and from theta."""
        return self.model.population or PopulationScale(self.model.parameters, _same, _same)

    def theta(self, phi: FloatArray) -> FloatArray:
        """Population scale, transformed -> the model's theta, natural scale, (…, p)."""
        return self.scale.theta(natural(self.scale.parameters, phi))

    @property
    def symbols(self) -> list[str]:
        """Symbols of the random effects' parameters."""
        return [parameter.symbol for parameter in self.scale.parameters]

    def phi(self, theta: FloatArray) -> FloatArray:
        """The reverse of :meth:`theta`."""
        return transformed(self.scale.parameters, self.scale.psi(theta))

    def log_curve(self, phi: FloatArray, day: FloatArray) -> FloatArray:
        """Logarithm of C at day (…, m) for phi (…, p)."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # absurd proposals are rejected later
            return self.model.log_value(self.theta(phi), day)

    def log_expansion(self, phi: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Logarithm of C, (…, m), and its derivatives by phi, (…, m, p): central differences; SAEM needs none."""
        step = 1e-6
        parts = []
        for k in range(phi.shape[-1]):
            shift = np.zeros(phi.shape[-1])
            shift[k] = step
            parts.append((self.log_curve(phi + shift, day) - self.log_curve(phi - shift, day)) / (2.0 * step))
        return self.log_curve(phi, day), np.stack(parts, axis=-1)


@dataclass(frozen=True)
class Spread:
    """How the random effects are modelled.

    Attributes
    ----------
    correlated
        Groups of symbols whose random effects are correlated; ``full`` = all that are not fixed; () = none.
    fixed
        Symbol (of the population scale) -> SD of its random effect that is not estimated.
    prior_sd, prior_subjects
        Prior of the other SDs: as if so many more subjects had shown this SD, and no correlation. None = 3 subjects
        with at most 12 in the trial, else none.
    """

    correlated: tuple[tuple[str, ...], ...] | Literal["full"] = ()
    fixed: Mapping[str, float] = field(default_factory=dict)
    prior_sd: float = SMALL_TRIAL_SD
    prior_subjects: float | None = None

    def prior(self, curve: PopulationCurve, n: int) -> OmegaPrior:
        """Prior of the SDs for n subjects.

        Raises
        ------
        ValueError
            For a symbol that is not there, or an SD that is not positive.
        """
        symbols = curve.symbols
        self._known(curve, self.fixed)
        if any(not sd > 0 for sd in self.fixed.values()):
            msg = f"a fixed SD of a random effect must be above 0, found {dict(self.fixed)}"
            raise ValueError(msg)
        sd = np.array([self.fixed.get(symbol, self.prior_sd) for symbol in symbols])
        weight = self.weight(n)
        return OmegaPrior(sd, np.array([np.inf if symbol in self.fixed else weight for symbol in symbols]))

    def weight(self, n: int) -> float:
        """Subjects that the prior is worth in a trial of n."""
        if self.prior_subjects is not None:
            return self.prior_subjects
        return SMALL_TRIAL_WEIGHT if n <= SMALL_TRIAL else 0.0

    def free(self, curve: PopulationCurve, n: int) -> BoolArray | None:
        """Covariances that are estimated, (p, p); None = none.

        Raises
        ------
        ValueError
            For a symbol that is not there, fixed or named twice; where the subjects are too few.
        """
        symbols = curve.symbols
        every = tuple(symbol for symbol in symbols if symbol not in self.fixed)
        groups = (every,) if self.correlated == "full" else self.correlated
        out = np.zeros((len(symbols), len(symbols)), dtype=bool)
        used: list[str] = []
        for group in groups:
            self._known(curve, group)
            for symbol in group:
                if symbol in used or symbol in self.fixed:
                    why = "in two groups" if symbol in used else "fixed"
                    msg = f"the random effect of {symbol} cannot be correlated: it is {why}"
                    raise ValueError(msg)
                used.append(symbol)
            at = [symbols.index(symbol) for symbol in group]
            out[np.ix_(at, at)] = True
        np.fill_diagonal(out, val=False)
        if not out.any():
            return None
        self._enough(int(out.sum()) // 2, max(len(group) for group in groups), n)
        return out

    def _enough(self, covariances: int, largest: int, n: int) -> None:
        """Refuse covariances that so few subjects cannot tell."""
        by_prior = self.prior_subjects is not None and self.prior_subjects > 0
        needed = largest + 1 if by_prior else max(COVARIANCE_SUBJECTS * covariances, SMALL_TRIAL + 1)
        if n < needed:
            help_ = "correlate fewer of them" if by_prior else "correlate fewer of them or give them a prior"
            msg = (
                f"{covariances} covariances of random effects need at least {needed} subjects, found {n}: {help_} "
                "(models.population.omega, omega_prior_subjects)"
            )
            raise ValueError(msg)

    @staticmethod
    def _known(curve: PopulationCurve, given: Iterable[str]) -> None:
        unknown = sorted(set(given) - set(curve.symbols))
        if unknown:
            there = ", ".join(curve.symbols)
            msg = f"model {curve.model.name}: no random effect named {', '.join(unknown)}; it has {there}"
            raise ValueError(msg)
