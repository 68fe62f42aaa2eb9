"""Metropolis-Hastings for the individual parameters of a population model, all subjects and chains in one array."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Population parameters: means and SDs of the transformed individual parameters (p,), and ln s."""

    mu: FloatArray
    omega: FloatArray
    log_s: float


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
        fresh = theta.mu + theta.omega * self.rng.standard_normal((rows, p))
        self._accept(fresh, np.zeros(rows), theta)  # the population cancels against its own proposal
        for k in range(p):
            step = np.zeros((rows, p))
            step[:, k] = theta.omega[k] * self._walk[k] * self.rng.standard_normal(rows)
            self._adapt(k, self._walked(step, theta))
        step = theta.omega * self._walk[p] * self.rng.standard_normal((rows, p)) / np.sqrt(p)
        self._adapt(p, self._walked(step, theta))

    def _walked(self, step: FloatArray, theta: Theta) -> float:
        candidate = self.phi + step
        here, there = (np.sum(((phi - theta.mu) / theta.omega) ** 2, axis=1) for phi in (self.phi, candidate))
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
