"""The likelihood of a population fit on one set of importance draws: maximised, and compared between nested models.

The draws stay, only their weights follow the population parameters, so that the likelihood is a smooth function which
EM maximises without noise of its own. Two nested models maximised on the same draws share their Monte Carlo error: the
difference of their -2 log-likelihoods is far more exact than each of them, and than two runs of SAEM would give it.
The residual SD stays at the fit's estimate.

References
----------
Geyer CJ, Thompson EA. Constrained Monte Carlo maximum likelihood for dependent data. J R Stat Soc B 1992;54:657.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cartpk.core.estimation.covariates import LikelihoodRatio, Regression, likelihood_ratio
from cartpk.core.estimation.evidence import proposed, sample_log_likelihood
from cartpk.core.estimation.likelihood import log_density
from cartpk.core.estimation.metropolis import Theta
from cartpk.core.estimation.moments import Moments, maximised
from cartpk.core.estimation.population import PopulationFit
from cartpk.core.estimation.problem import Curve
from cartpk.core.estimation.profiles import FloatArray, IntArray, Profiles

__all__ = ["SampledLikelihood"]

_ITERATIONS = 400
_CORRELATED = 30
"""Iterations with covariances. What the data determine settles in fewer; along what they do not, the estimates would
drift to a singular Omega that the draws do not cover, and in both of two compared models alike."""
_STILL = 1e-4
"""Rise of the log-likelihood per iteration at which EM stops."""
_VALUES = 40_000
"""Draws of all subjects together."""


@dataclass(frozen=True)
class SampledLikelihood:
    """Importance draws of every subject.

    Attributes
    ----------
    fit
        The population fit that they come from.
    phi
        Draws, (m, n, p).
    log_ratio
        Log-likelihood of the data less log-density of the proposal, (m, n).
    """

    fit: PopulationFit
    phi: FloatArray
    log_ratio: FloatArray

    @classmethod
    def of(cls, curve: Curve, profiles: Profiles, fit: PopulationFit, seed: int) -> SampledLikelihood:
        """Draws around the conditional distributions of a fit; same seed, same draws."""
        rng = np.random.default_rng([seed, 6])
        size = int(np.clip(_VALUES // profiles.n_profiles, 250, 1000))
        phi, log_proposal = proposed(fit, size, rng)
        return cls(fit, phi, sample_log_likelihood(curve, profiles, phi, fit) - log_proposal)

    def log_terms(self, theta: Theta) -> FloatArray:
        """Log of each draw's weight under these population parameters, (m, n)."""
        population = log_density(theta.whitened(self.phi)).sum(axis=2) - theta.log_volume
        value: FloatArray = self.log_ratio + population
        return value

    def maximised(self, regression: Regression) -> Theta:
        """Population parameters that maximise the sampled likelihood (times the fit's prior) with these covariates."""
        n, fit = self.phi.shape[1], self.fit
        start = fit.theta
        kept = np.zeros(regression.n_effects)
        theta = replace(start, effects=kept, shift=regression.shift(kept, start.mu.size))
        if regression.n_effects == start.effects.size:
            theta = start
        squares = np.full(n, float(np.exp(2.0 * start.log_s)))
        before = -np.inf
        for _ in range(_ITERATIONS if fit.free is None else _CORRELATED):
            terms = self.log_terms(theta)
            top = terms.max(axis=0)
            weight = np.exp(terms - top)
            total = weight.sum(axis=0)
            value = float(np.sum(top + np.log(total)))
            if value - before < _STILL and before > -np.inf:
                break
            before = value
            moments = Moments.weighted(self.phi, weight / total, squares, fit.free)
            theta = maximised(moments, theta, regression, fit.prior, float(n), 0.0)
        return theta

    def without(self, columns: IntArray) -> LikelihoodRatio:
        """Likelihood-ratio test of some columns of the fit's regression."""
        full = self.fit.regression or Regression.none(self.phi.shape[1])
        ends = [self._averages(self.maximised(one)) for one in (full.without(columns), full)]
        (less, less_parts), (more, more_parts) = ends
        statistic = 2.0 * float(np.sum(more - less))
        # the two averages share their draws: the error is that of the difference of their relative deviations
        apart = (more_parts - less_parts).var(axis=0) / len(self.phi)
        return likelihood_ratio((statistic, 0.0), (0.0, 2.0 * float(np.sqrt(apart.sum()))), columns.size)

    def _averages(self, theta: Theta) -> tuple[FloatArray, FloatArray]:
        """Log of the mean weight of each subject, (n,), and the weights by that mean, (m, n)."""
        terms = self.log_terms(theta)
        top = terms.max(axis=0)
        weight = np.exp(terms - top)
        mean = weight.mean(axis=0)
        return top + np.log(mean), weight / mean

    def resampled(self, seed: int) -> PopulationFit:
        """The fit, its draws replaced by independent ones of equal weight."""
        _, parts = self._averages(self.fit.theta)
        m, n = parts.shape
        chance = (np.arange(m)[:, None] + np.random.default_rng([seed, 9]).random((1, n))) / m
        cumulative = np.cumsum(parts / parts.sum(axis=0), axis=0)
        row = np.stack([np.searchsorted(cumulative[:, i], chance[:, i]) for i in range(n)], axis=1)
        drawn = self.phi[np.minimum(row, m - 1), np.arange(n)]
        return replace(self.fit, draws=drawn)
