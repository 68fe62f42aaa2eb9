"""The fits of one model to many profiles: estimates, limits, quantities and bands, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cartpk.core.estimation.choice import aic, bic
from cartpk.core.estimation.individual import Fits, Method
from cartpk.core.estimation.problem import Problem
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray
from cartpk.core.estimation.uncertainty import ProfileLimits, Verdict, student_quantile
from cartpk.models.base import Derived, KineticModel
from cartpk.models.parameter import Transform, Unit

__all__ = ["ModelFits", "Quantity"]

_NO_SLOPE = 1e-6
"""A quantity that changes by less than this part per unit of a transformed parameter does not depend on it."""


@dataclass(frozen=True)
class Quantity:
    """A derived quantity of every profile, natural scale.

    Attributes
    ----------
    entry
        What it is.
    value, se
        Value and standard error (delta method), (n,); nan where there is none.
    lower, upper
        95 % limits, (n,); nan where the data give none.
    verdicts
        Which limits the data give, or None for a quantity that follows no parameter in particular.
    at_bound
        Whether a parameter that it is computed from ended on a bound, (n,).
    """

    entry: Derived
    value: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    verdicts: list[Verdict] | None
    at_bound: BoolArray


@dataclass(frozen=True)
class ModelFits:
    """The fits of one model to n profiles.

    Attributes
    ----------
    model, method
        What was fitted and how.
    problem
        What was minimised.
    fits
        Where it ended.
    covariance
        Of the transformed parameters and ln s, (n, q, q); nan where an entry is on a bound or nothing is known.
    limits
        Symbol -> 95 % profile-likelihood limits of the parameter on its transformed scale.
    """

    model: KineticModel
    method: Method
    problem: Problem
    fits: Fits
    covariance: FloatArray
    limits: Mapping[str, ProfileLimits]

    def take(self, rows: IntArray) -> ModelFits:
        """Return the fits of the profiles with these row numbers."""
        limits = {symbol: ProfileLimits(found.lower[rows], found.upper[rows]) for symbol, found in self.limits.items()}
        return replace(
            self,
            problem=self.problem.take(rows),
            fits=self.fits.take(rows),
            covariance=self.covariance[rows],
            limits=limits,
        )

    @property
    def phi(self) -> FloatArray:
        """Transformed parameters, (n, p)."""
        return self.fits.x[:, :-1]

    @property
    def theta(self) -> FloatArray:
        """Natural-scale parameters, (n, p), assay units."""
        return self.model.theta(self.phi)

    @property
    def sigma(self) -> FloatArray:
        """Residual SD of ln concentration, (n,); for MAP and LS on the degrees of freedom that the curve leaves."""
        value: FloatArray = np.exp(self.fits.x[:, -1])
        return value

    @cached_property
    def quantile(self) -> FloatArray:
        """Standard errors to either side of a 95 % interval, (n,): Student's t for the residual SD of each profile."""
        return student_quantile(self.problem, self.fits.x)

    @property
    def aic(self) -> FloatArray:
        """-2 log-likelihood of the curve + 2 (p + 1), (n,); the curve is the penalised one when the method is MAP."""
        return aic(self.fits.minus2ll, self.n_parameters)

    @property
    def bicc(self) -> FloatArray:
        """-2 log-likelihood of the curve + ln(samples) (p + 1), (n,): BICc of a subject on its own."""
        samples = self.problem.profiles.n_observed + self.problem.profiles.n_blq
        return bic(self.fits.minus2ll, self.n_parameters, samples.astype(np.float64))

    @property
    def n_parameters(self) -> int:
        """Parameters of the curve, and s."""
        return int(self.fits.x.shape[1])

    def quantities(self) -> list[Quantity]:
        """Return the model's derived quantities with standard errors and 95 % limits.

        A quantity that follows one parameter has that parameter's profile-likelihood limits, widened to the value
        where a prior moved it outside. All others have limits of the delta method, symmetric on the log scale.
        """
        return [self._quantity(entry) for entry in self.model.derived]

    def band(self, day: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Predicted concentration at day (n, g) and its approximate 95 % confidence band.

        The variance of ln C is the sum of squared secants over one standard deviation to either side along the
        covariance's principal axes: the delta method, but without a jump where the curve bends.
        """
        f = self.model.log_curve(self.phi, day)
        known = self._known_covariance()[:, :-1, :-1]
        lost: BoolArray = np.asarray(np.isnan(known).any(axis=(1, 2)))
        spread, axes = np.linalg.eigh(np.where(lost[:, None, None], 0.0, known))
        axes = axes * np.sqrt(np.maximum(spread, 0.0))[:, None, :]
        variance = np.zeros_like(f)
        for k in range(axes.shape[2]):
            up, down = (self.model.log_curve(self.phi + sign * axes[:, :, k], day) for sign in (1.0, -1.0))
            variance += (0.5 * (up - down)) ** 2
        half = self.quantile[:, None] * np.sqrt(np.where(lost[:, None], np.nan, variance))
        with np.errstate(over="ignore"):
            return np.exp(f), np.exp(f - half), np.exp(f + half)

    def _known_covariance(self) -> FloatArray:
        """Covariance with entries held on a bound counted as known (0)."""
        held = self.fits.at_bound
        pairs = held[:, :, None] | held[:, None, :]
        known: FloatArray = np.where(pairs, 0.0, self.covariance)
        return known

    def _quantity(self, entry: Derived) -> Quantity:
        transform = Transform.LOGIT if entry.unit is Unit.FRACTION else Transform.LOG
        value = entry.value(self.theta)
        step = 1e-5
        slope = np.empty_like(self.phi)
        with np.errstate(invalid="ignore", divide="ignore"):
            middle = transform.forward(value)
            for k in range(self.phi.shape[1]):
                shift = np.zeros(self.phi.shape[1])
                shift[k] = step
                up, down = (entry.value(self.model.theta(self.phi + s * shift)) for s in (1.0, -1.0))
                slope[:, k] = (transform.forward(up) - transform.forward(down)) / (2.0 * step)
            spread = np.sqrt(_quadratic(slope[:, None, :], self._known_covariance()[:, :-1, :-1])[:, 0])
            spread = np.where(spread > 0, spread, np.nan)  # a quantity held by a bound has no standard error
            half = self.quantile * spread
            low, high = (transform.inverse(middle + end) for end in (-half, half))
        if len(entry.follows) == 1:
            low, high = self._profile_limits(entry, value)
        se = transform.slope(value) * spread
        touched = np.any(self.fits.at_bound[:, :-1] & ~(np.abs(slope) < _NO_SLOPE), axis=1)
        return Quantity(entry, value, se, low, high, self._verdicts(entry), touched)

    def _profile_limits(self, entry: Derived, value: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The quantity at the limits of the one parameter it follows; nan where there is none."""
        symbol = entry.follows[0]
        k = self.model.index(symbol)
        ends = []
        for at in (self.limits[symbol].lower, self.limits[symbol].upper):
            known = np.isfinite(at)
            phi = self.phi.copy()
            phi[known, k] = at[known]
            ends.append(np.where(known, entry.value(self.model.theta(phi)), np.nan))
        low, high = ends[::-1] if entry.inverse else ends
        return np.minimum(low, value), np.maximum(high, value)

    def _verdicts(self, entry: Derived) -> list[Verdict] | None:
        """Which limits the data give: those that all followed parameters have."""
        if not entry.follows:
            return None
        lower = np.maximum.reduce([-self.limits[symbol].lower for symbol in entry.follows])
        upper = np.maximum.reduce([self.limits[symbol].upper for symbol in entry.follows])
        both = ProfileLimits(-upper, lower) if entry.inverse else ProfileLimits(-lower, upper)
        return both.verdicts()


def _quadratic(slope: FloatArray, covariance: FloatArray) -> FloatArray:
    """Variance slope' covariance slope for slope (n, m, p) and covariance (n, p, p), (n, m)."""
    variance: FloatArray = np.einsum("nmp,npq,nmq->nm", slope, covariance, slope)
    return np.maximum(variance, 0.0)
