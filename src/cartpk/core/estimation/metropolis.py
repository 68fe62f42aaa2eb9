"""Metropolis-Hastings for the individual parameters of a population model, all subjects and chains in one array."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cartpk.core.estimation.likelihood import Residual, sample_nll
from cartpk.core.estimation.problem import Curve
from cartpk.core.estimation.profiles import FloatArray, Profiles

__all__ = ["Sampler", "Theta"]

_TARGET = 0.4
"""Acceptance rate at which the random walks settle."""
_SCALE_RANGE = (0.02, 4.0)


@dataclass(frozen=True)
class Theta:
    """Population parameters.

    Attributes
    ----------
    mu
        Means of the transformed individual parameters, at covariates of 0, (p,).
    omega
        SDs of the random effects, (p,).
    log_s
        ln s.
    correlation
        Of the random effects, (p, p); None = they are independent.
    effects
        Coefficients of the covariates, (c,).
    shift
        What the covariates add to mu in each subject, (n, p); None = nothing.
    """

    mu: FloatArray
    omega: FloatArray
    log_s: float
    correlation: FloatArray | None = None
    effects: FloatArray = field(default_factory=lambda: np.zeros(0))
    shift: FloatArray | None = None

    @cached_property
    def covariance(self) -> FloatArray:
        """Omega, (p, p)."""
        unit = np.eye(self.omega.size) if self.correlation is None else self.correlation
        value: FloatArray = unit * np.outer(self.omega, self.omega)
        return value

    @cached_property
    def precision(self) -> FloatArray:
        """Inverse of Omega, (p, p)."""
        inverse: FloatArray = self._unroot.T @ self._unroot
        return inverse

    @property
    def log_volume(self) -> float:
        """Half the logarithm of the determinant of Omega."""
        return float(np.log(self.omega).sum() + np.log(np.diagonal(self._root)).sum())

    def away(self, phi: FloatArray) -> FloatArray:
        """Random effects of phi (rows, p) or (m, n, p): phi less its subject's mean; rows repeat the subjects."""
        if self.shift is None:
            return phi - self.mu
        n, p = self.shift.shape
        return (phi.reshape(-1, n, p) - (self.mu + self.shift)).reshape(phi.shape)

    def whitened(self, phi: FloatArray) -> FloatArray:
        """Random effects of phi as independent standard normal ones, same shape."""
        scaled: FloatArray = self.away(phi) / self.omega
        return scaled if self.correlation is None else scaled @ self._unit_unroot.T

    def drawn(self, normal: FloatArray) -> FloatArray:
        """Individual parameters of standard normal numbers, same shape: the reverse of :meth:`whitened`."""
        effect = self.spread(normal)
        if self.shift is None:
            return self.mu + effect
        n, p = self.shift.shape
        return (effect.reshape(-1, n, p) + (self.mu + self.shift)).reshape(normal.shape)

    def spread(self, normal: FloatArray) -> FloatArray:
        """Random effects of standard normal numbers, same shape."""
        correlated = normal if self.correlation is None else normal @ self._root.T
        value: FloatArray = self.omega * correlated
        return value

    @cached_property
    def _root(self) -> FloatArray:
        """Cholesky root of the correlation."""
        if self.correlation is None:
            return np.eye(self.omega.size)
        return np.asarray(np.linalg.cholesky(self.correlation), dtype=np.float64)

    @cached_property
    def _unit_unroot(self) -> FloatArray:
        return np.asarray(np.linalg.inv(self._root), dtype=np.float64)

    @cached_property
    def _unroot(self) -> FloatArray:
        """Matrix that whitens random effects."""
        return self._unit_unroot / self.omega


class Sampler:
    """Chains of transformed individual parameters, phi (rows, p), whose rows are profiles repeated per chain.

    One sweep is an independent proposal from the population, a walk of each parameter on its own and a walk of all
    together; the widths of the walks adapt to an acceptance rate of 0.4 until :attr:`adapting` is switched off.

    Parameters
    ----------
    curve
        The kinetic model.
    profiles
        One row per subject and chain.
    phi
        Where the chains start, (rows, p).
    rng
        Source of randomness: the same generator state gives the same chains.
    residual
        Distribution of the residual.
    """

    def __init__(
        self,
        curve: Curve,
        profiles: Profiles,
        phi: FloatArray,
        rng: np.random.Generator,
        residual: Residual = Residual.NORMAL,
    ) -> None:
        self.curve, self.profiles, self.rng, self.residual = curve, profiles, rng, residual
        self.phi = phi
        self.adapting = True
        self._walk = np.full(phi.shape[1] + 1, 0.4)
        self.predicted = curve.log_curve(phi, profiles.day)
        self.log_lik = np.full(phi.shape[0], -np.inf)

    def log_likelihood(self, predicted: FloatArray, log_s: float) -> FloatArray:
        """Log-likelihood of each row's data, (rows,), under predictions of ln C, (rows, m)."""
        with np.errstate(invalid="ignore"):
            nll = sample_nll(self.profiles, predicted, np.full(len(predicted), log_s), self.residual)
            total: FloatArray = -nll.sum(axis=1)
        total[~np.isfinite(total)] = -np.inf
        return total

    def sweep(self, theta: Theta) -> None:
        """Move every chain once through all kernels under these population parameters."""
        rows, p = self.phi.shape
        self.log_lik = self.log_likelihood(self.predicted, theta.log_s)
        fresh = theta.drawn(self.rng.standard_normal((rows, p)))
        self._accept(fresh, np.zeros(rows), theta)  # the population cancels against its own proposal
        for k in range(p):
            step = np.zeros((rows, p))
            step[:, k] = theta.omega[k] * self._walk[k] * self.rng.standard_normal(rows)
            self._adapt(k, self._walked(step, theta))
        step = theta.spread(self.rng.standard_normal((rows, p))) * self._walk[p] / np.sqrt(p)
        self._adapt(p, self._walked(step, theta))

    def _walked(self, step: FloatArray, theta: Theta) -> float:
        candidate = self.phi + step
        here, there = (np.sum(theta.whitened(phi) ** 2, axis=1) for phi in (self.phi, candidate))
        return self._accept(candidate, 0.5 * (here - there), theta)

    def _accept(self, candidate: FloatArray, log_prior_ratio: FloatArray, theta: Theta) -> float:
        """Metropolis step of every row; returns the acceptance rate."""
        predicted = self.curve.log_curve(candidate, self.profiles.day)
        log_lik = self.log_likelihood(predicted, theta.log_s)
        taken = np.log(self.rng.random(candidate.shape[0])) < log_lik - self.log_lik + log_prior_ratio
        self.phi = np.where(taken[:, None], candidate, self.phi)
        self.predicted = np.where(taken[:, None], predicted, self.predicted)
        self.log_lik = np.where(taken, log_lik, self.log_lik)
        return float(taken.mean())

    def _adapt(self, kernel: int, rate: float) -> None:
        if self.adapting:
            self._walk[kernel] = np.clip(self._walk[kernel] * (1.0 + 0.4 * (rate - _TARGET)), *_SCALE_RANGE)
