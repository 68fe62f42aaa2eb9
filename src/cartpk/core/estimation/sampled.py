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
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray, Profiles

__all__ = ["SampledLikelihood"]

_ITERATIONS = 400
_CORRELATED = 30
"""Iterations with covariances. What the data determine settles in fewer; along what they do not, the estimates would
drift to a singular Omega that the draws do not cover, and in both of two compared models alike."""
_STILL = 1e-4
"""Rise of the log-likelihood per iteration at which EM stops."""
_VALUES = 40_000
"""Draws of all subjects together."""
_ESTIMATES, _EACH = 200, 5
"""Population parameters drawn from the distribution of their estimates, and a subject's draws under each of these."""
_UNKNOWN = 1.0
"""Standard error of ln omega where the data do not determine omega: it is known but for a factor of e; [choice]."""
_FARTHEST = 2.0
"""Largest change of ln omega, which keeps the normal tail of a large standard error from absurd SDs; [choice]."""


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

    def uncertain(self, covariance: FloatArray, degrees_of_freedom: int, seed: int) -> FloatArray:
        """Draws of every subject's phi that also carry what is not known of the population, (draws, n, p).

        Conditional draws at the estimates alone take typical values and spreads as known, so that limits made of them
        are too short where a subject's own data say little (Kass and Steffey 1989). Here population parameters are
        drawn around their estimates (Student's t) and the importance draws are weighted anew under each of them.

        Parameters
        ----------
        covariance
            Of the estimates, (q, q), in the order of :func:`cartpk.core.estimation.evidence.louis_information`; nan
            for what was fixed, which stays, or what the data do not determine. s and correlations stay as estimated.
        degrees_of_freedom
            Of Student's t.
        seed
            The same seed gives the same draws.

        References
        ----------
        Kass RE, Steffey D. Approximate Bayesian inference in conditionally independent hierarchical models (parametric
        empirical Bayes models). J Am Stat Assoc 1989;84:717.
        """
        rng = np.random.default_rng([seed, 11])
        root = _root(covariance, self._undetermined(covariance))
        regression = self.fit.regression or Regression.none(self.phi.shape[1])
        kept = []
        for _ in range(_ESTIMATES):
            tail = np.sqrt(rng.chisquare(degrees_of_freedom) / degrees_of_freedom)
            theta = _moved(self.fit.theta, root @ rng.standard_normal(len(root)) / tail, regression)
            kept.append(_picked(self.phi, self._averages(theta)[1], _EACH, rng))
        return np.concatenate(kept)

    def _undetermined(self, covariance: FloatArray) -> BoolArray:
        """Which estimates are SDs that were looked for and not found, (q,)."""
        theta = self.fit.theta
        first = theta.mu.size + theta.effects.size
        out = np.zeros(len(covariance), dtype=bool)
        out[first : first + theta.omega.size] = ~self.fit.prior.fixed
        lost: BoolArray = out & np.isnan(np.diagonal(covariance))
        return lost

    def resampled(self, seed: int) -> PopulationFit:
        """The fit, its draws replaced by independent ones of equal weight."""
        _, parts = self._averages(self.fit.theta)
        return replace(self.fit, draws=_picked(self.phi, parts, len(self.phi), np.random.default_rng([seed, 9])))


def _picked(phi: FloatArray, weight: FloatArray, size: int, rng: np.random.Generator) -> FloatArray:
    """Draws of equal weight, (size, n, p), from draws phi (m, n, p) of these weights (m, n): systematic resampling."""
    m, n = weight.shape
    chance = (np.arange(size)[:, None] + rng.random((1, n))) / size
    cumulative = np.cumsum(weight / weight.sum(axis=0), axis=0)
    row = np.stack([np.searchsorted(cumulative[:, i], chance[:, i]) for i in range(n)], axis=1)
    drawn: FloatArray = phi[np.minimum(row, m - 1), np.arange(n)]
    return drawn


def _root(covariance: FloatArray, undetermined: BoolArray) -> FloatArray:
    """Cholesky root of the covariance of the estimates, (q, q): 0 for what is fixed."""
    out = np.diag(np.where(undetermined, _UNKNOWN, 0.0))
    at = np.flatnonzero(np.isfinite(np.diagonal(covariance)))
    out[np.ix_(at, at)] = np.linalg.cholesky(covariance[np.ix_(at, at)])
    return out


def _moved(theta: Theta, step: FloatArray, regression: Regression) -> Theta:
    """Population parameters away from their estimates by (mu, effects, ln omega, ...)."""
    p, c = theta.mu.size, theta.effects.size
    effects = theta.effects + step[p : p + c]
    omega = theta.omega * np.exp(np.clip(step[p + c : p + c + p], -_FARTHEST, _FARTHEST))
    return Theta(theta.mu + step[:p], omega, theta.log_s, theta.correlation, effects, regression.shift(effects, p))
