"""The maximisation of SAEM: sufficient statistics, priors of Omega, and the population parameters they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartpk.core.estimation.covariates import Regression
from cartpk.core.estimation.metropolis import Theta
from cartpk.core.estimation.profiles import BoolArray, FloatArray

__all__ = ["Moments", "OmegaPrior", "maximised"]

_NEARLY_ONE = 1.0 - 1e-6
"""Factor on correlations that keeps Omega invertible."""


@dataclass(frozen=True)
class OmegaPrior:
    """Prior of the SDs of the random effects, one entry per parameter.

    Attributes
    ----------
    sd
        Expected SD, (p,).
    weight
        Subjects that the prior is worth, (p,); 0 = none, inf = the SD is fixed at ``sd``.
    """

    sd: FloatArray
    weight: FloatArray

    @classmethod
    def none(cls, p: int) -> OmegaPrior:
        """No prior on any of p SDs."""
        return cls(np.ones(p), np.zeros(p))

    @property
    def fixed(self) -> BoolArray:
        """Which SDs are not estimated, (p,)."""
        known: BoolArray = np.isinf(self.weight)
        return known

    def variance(self, sample: FloatArray, n: int) -> FloatArray:
        """Variance that is most probable for n subjects whose own one is ``sample``, (p,)."""
        weight = np.where(self.fixed, 1.0, self.weight)
        mixed: FloatArray = np.where(self.fixed, self.sd**2, (n * sample + weight * self.sd**2) / (n + weight))
        return mixed

    def covariance(self, sample: FloatArray, n: int, free: BoolArray) -> FloatArray:
        """Omega that is most probable for n subjects whose own second moments are ``sample``, (p, p).

        ``free`` marks the covariances that are estimated, (p, p), blocks of parameters that are all correlated; a
        parameter whose SD is fixed is in none. Variances as in :meth:`variance`; a covariance is pulled to 0 as if
        ``weight`` more subjects had shown none.
        """
        weight = np.where(self.fixed, 0.0, self.weight)
        pulled = n / (n + np.sqrt(np.outer(weight, weight)))
        out: FloatArray = np.where(free, sample * pulled, 0.0)
        out[np.diag_indices_from(out)] = self.variance(np.maximum(np.diagonal(sample), 1e-8), n)
        return out

    def information(self, omega: FloatArray) -> FloatArray:
        """Minus the second derivative of the log-prior by ln omega, (p,); 0 where the SD is fixed."""
        weight = np.where(self.fixed, 0.0, self.weight)
        value: FloatArray = 2.0 * weight * self.sd**2 / omega**2
        return value


@dataclass(frozen=True)
class Moments:
    """Sufficient statistics: phi of each subject (n, p), its squares (n, p), mean products (p, p), residuals (n,)."""

    first: FloatArray
    second: FloatArray
    products: FloatArray | None
    squares: FloatArray
    free: BoolArray | None

    @classmethod
    def of(cls, start: FloatArray, free: BoolArray | None) -> Moments:
        """Before the first iteration."""
        products = None if free is None else start.T @ start / len(start)
        return cls(start.copy(), start**2, products, np.ones(len(start)), free)

    @classmethod
    def weighted(cls, phi: FloatArray, weight: FloatArray, squares: FloatArray, free: BoolArray | None) -> Moments:
        """Of draws phi (m, n, p) whose weights (m, n) add up to 1 for every subject."""
        first, second = (np.einsum("mn,mnp->np", weight, part) for part in (phi, phi**2))
        products = None
        if free is not None:
            scaled = phi * np.sqrt(weight)[..., None]
            flat = scaled.reshape(-1, phi.shape[2])
            products = flat.T @ flat / phi.shape[1]
        return cls(first, second, products, squares, free)

    def towards(self, phi: FloatArray, squares: FloatArray, gain: float) -> Moments:
        """Moved by a gain towards those of new draws phi (chains, n, p)."""
        first = self.first + gain * (phi.mean(axis=0) - self.first)
        second = self.second + gain * ((phi**2).mean(axis=0) - self.second)
        products = self.products
        if products is not None:
            flat = phi.reshape(-1, phi.shape[2])
            products = products + gain * (flat.T @ flat / len(flat) - products)
        return Moments(first, second, products, self.squares + gain * (squares - self.squares), self.free)

    def variance(self, mean: FloatArray) -> FloatArray:
        """Mean squares of phi about the subjects' means (p,) or (n, p), (p,)."""
        if mean.ndim == 1:
            plain: FloatArray = self.second.mean(axis=0) - mean**2
            return plain
        about: FloatArray = (self.second - 2.0 * mean * self.first + mean**2).mean(axis=0)
        return about

    def covariance(self, mean: FloatArray) -> FloatArray:
        """Mean products of phi about the subjects' means, (p, p)."""
        if self.products is None:
            msg = "products are kept for a covariance only"
            raise ValueError(msg)
        every = np.broadcast_to(mean, self.first.shape)
        cross = self.first.T @ every / len(every)
        out: FloatArray = self.products - cross - cross.T + every.T @ every / len(every)
        return out


def maximised(
    moments: Moments, theta: Theta, regression: Regression, prior: OmegaPrior, size: float, floor: float
) -> Theta:
    """Population parameters that maximise the complete-data likelihood of these moments, times the prior.

    A variance does not fall below ``floor`` times the one before (annealing); covariances stay as they are, so that
    correlations are small while the variances are held up.
    """
    n = len(moments.first)
    mu, effects = regression.coefficients(moments.first, theta.precision)
    shift = regression.shift(effects, mu.size)
    mean = mu if shift is None else mu + shift
    noise = max(float(moments.squares.sum()) / size, 1e-8, floor * float(np.exp(2.0 * theta.log_s)))
    variance = prior.variance(np.maximum(moments.variance(mean), 1e-8), n)
    held = variance if not floor else np.where(prior.fixed, variance, np.maximum(variance, floor * theta.omega**2))
    omega = np.sqrt(held)
    correlation = None
    if moments.free is not None:
        covariance = prior.covariance(moments.covariance(mean), n, moments.free)
        correlation = covariance / np.outer(omega, omega) * _NEARLY_ONE
        correlation[np.diag_indices_from(correlation)] = 1.0
    return Theta(mu, omega, 0.5 * float(np.log(noise)), correlation, effects, shift)
