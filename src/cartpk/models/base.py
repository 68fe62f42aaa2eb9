"""What a kinetic model is: a curve, its parameters in the symbols of its paper, and the numbers read off it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.parameter import Parameter, Prior, PriorLike, Transform, Unit, natural, transformed

__all__ = ["SMALL_TRIAL_SD", "CurveFunction", "Derived", "KineticModel", "PopulationScale"]

SMALL_TRIAL_SD = 0.5
"""SD that the prior of a small trial expects of a random effect (50 % on the log scale); [choice]."""


@dataclass(frozen=True)
class Derived:
    """A number read off the fitted curve.

    ``value`` maps theta (n, p), natural scale, to (n,); nan means not calculable for the reason ``nan_reason``.
    ``formula`` says the same in the paper's symbols.
    ``follows`` names the parameters whose identifiability decides this quantity's; it rises with each of them, or falls
    (``inverse``). A quantity that follows one parameter takes that parameter's profile-likelihood limits; with
    ``suppress`` a value that the data do not bound on both sides is reported as a limit ("> 120"), never as a point.
    ``horizon`` is the day up to which the quantity uses the curve.
    """

    paramcd: str
    label: str
    unit: Unit
    value: Callable[[FloatArray], FloatArray]
    formula: str
    follows: tuple[str, ...] = ()
    inverse: bool = False
    suppress: bool = False
    horizon: float | None = None
    nan_reason: str = "not calculable from these parameters"


@dataclass(frozen=True)
class PopulationScale:
    """Parameters whose random effects are independent across subjects, where these are not the fitter's own.

    ``psi`` maps the model's theta (…, p) to them, ``theta`` back; both on the natural scale.
    """

    parameters: tuple[Parameter, ...]
    psi: Callable[[FloatArray], FloatArray]
    theta: Callable[[FloatArray], FloatArray]


class CurveFunction(Protocol):
    """ln C of theta (…, p) at day (…, m)."""

    def __call__(self, theta: FloatArray, day: FloatArray) -> FloatArray:
        """Return ln C, or its derivatives, (…, m) or (…, m, p)."""
        ...


@dataclass(frozen=True)
class KineticModel:
    """A kinetic model: a closed-form curve with its parameters, derivatives, area and starting values.

    Attributes
    ----------
    name, label, source, equation
        Name on the command line; name in a sentence; paper; the curve in text.
    parameters
        In the order of theta's last axis.
    log_value
        ln C, (…, m), for theta (…, p) on the natural scale and day (…, m).
    log_slope
        d ln C / d phi, (…, m, p): derivatives by the *transformed* parameters.
    area
        Area under the curve from 0 to ``day`` (scalar or (n,)), (n,): closed form, else quadrature.
    guess
        Starting values on the natural scale, (n, s, p), from profiles scaled to a highest result of 1.
    derived
        The reported quantities, in report order.
    kink
        Symbol of the time at which the curve bends sharply, or None.
    order
        Pairs of symbols, e.g. (slow rate, fast rate): the first stays below the second.
    population
        Scale of the population model, or None when it is that of the parameters.
    log_both
        ln C and its derivatives by one function, where that is faster than the two; None where it is not.
    roughly
        ln C and its derivatives with larger numerical errors, for the way to a minimum; None for a closed form.
    """

    name: str
    label: str
    source: str
    equation: str
    parameters: tuple[Parameter, ...]
    log_value: CurveFunction
    log_slope: CurveFunction
    area: Callable[[FloatArray, FloatArray | float], FloatArray]
    guess: Callable[[Profiles], FloatArray]
    derived: tuple[Derived, ...]
    kink: str | None = None
    order: tuple[tuple[str, str], ...] = ()
    population: PopulationScale | None = None
    log_both: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]] | None = None
    roughly: tuple[CurveFunction, CurveFunction] | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols of the parameters, in order."""
        return tuple(p.symbol for p in self.parameters)

    def index(self, symbol: str) -> int:
        """Position of a parameter in theta."""
        return self.symbols.index(symbol)

    def theta(self, phi: FloatArray) -> FloatArray:
        """Transformed scale -> natural scale, (…, p)."""
        return natural(self.parameters, phi)

    def phi(self, theta: FloatArray) -> FloatArray:
        """Natural scale -> transformed scale, (…, p)."""
        return transformed(self.parameters, theta)

    def curve(self, theta: FloatArray, day: FloatArray) -> FloatArray:
        """C at day (…, m) for natural-scale parameters theta (…, p), assay units."""
        value: FloatArray = np.exp(self.log_value(theta, day))
        return value

    def log_curve(self, phi: FloatArray, day: FloatArray) -> FloatArray:
        """Logarithm of C at day (…, m) for transformed parameters phi (…, p)."""
        return self.log_value(self.theta(phi), day)

    def log_expansion(self, phi: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Logarithm of C, (…, m), and its derivatives d ln C / d phi, (…, m, p)."""
        theta = self.theta(phi)
        if self.log_both is not None:
            return self.log_both(theta, day)
        slope = self.log_slope(theta, day)  # first: equations integrated for it give the curve as well
        return self.log_value(theta, day), slope

    def rough(self) -> KineticModel:
        """Return the model with its rough curve, or itself."""
        if self.roughly is None:
            return self
        return replace(self, log_value=self.roughly[0], log_slope=self.roughly[1], roughly=None)

    def starts(self, profiles: Profiles) -> FloatArray:
        """Starting values, (n, s, p) on the transformed scale, for profiles scaled to a highest result of 1."""
        return self.phi(self.guess(profiles))

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds on the transformed scale, (p,) each; concentrations relative to the peak."""
        lower = np.array([p.lower for p in self.parameters])
        upper = np.array([p.upper for p in self.parameters])
        return self.phi(lower), self.phi(upper)

    def with_priors(self, priors: Mapping[str, PriorLike]) -> KineticModel:
        """Return the same model with some priors replaced; their centres are absolute, also of concentrations.

        Raises
        ------
        ValueError
            When a symbol is not a parameter of the model, or a fraction's centre is not below 1.
        """
        unknown = sorted(set(priors) - set(self.symbols))
        if unknown:
            msg = f"model {self.name}: no parameter named {', '.join(unknown)}; it has {', '.join(self.symbols)}"
            raise ValueError(msg)
        changed = list(self.parameters)
        for symbol, prior in priors.items():
            k = self.index(symbol)
            if changed[k].transform is Transform.LOGIT and not prior.centre < 1:
                msg = f"model {self.name}: the prior's centre of the fraction {symbol} must be below 1: {prior.centre}"
                raise ValueError(msg)
            changed[k] = replace(changed[k], prior=Prior(prior.centre, prior.sd, prior.source))
        return replace(self, parameters=tuple(changed))
