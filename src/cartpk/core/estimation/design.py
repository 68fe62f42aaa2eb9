"""What a sampling schedule can tell: expected information of population parameters by Monte Carlo.

Virtual subjects are drawn from the population and sampled by the schedule, results below the limit are censored; the
information of their data is that of Louis' formula (:mod:`cartpk.core.estimation.evidence`), per subject. A virtual
subject's true phi is itself a draw from its conditional distribution, so that the chains start where they should be.
No linearisation is made: with random effects of 50 % and more the first-order one is far off.

References
----------
Riviere M-K, Ueckert S, Mentre F. An MCMC method for the evaluation of the Fisher information matrix for non-linear
mixed effect models. Biostatistics 2016;17:737.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartpk.core.estimation.diagnostics import residuals
from cartpk.core.estimation.evidence import louis_information
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.metropolis import Sampler, Theta
from cartpk.core.estimation.moments import OmegaPrior
from cartpk.core.estimation.population import PopulationFit
from cartpk.core.estimation.problem import Curve
from cartpk.core.estimation.profiles import BoolArray, FloatArray, Profiles
from cartpk.core.estimation.sampled import SampledLikelihood

__all__ = ["VirtualTrial", "expected_information"]

_ADAPT = 40


@dataclass(frozen=True)
class VirtualTrial:
    """Subjects of a known population, sampled at every day of a schedule.

    Attributes
    ----------
    theta
        The population; no covariates.
    phi
        True individual parameters, (n, p).
    profiles
        Their results, censored, (n, m).
    """

    theta: Theta
    phi: FloatArray
    profiles: Profiles

    @classmethod
    def drawn(
        cls, curve: Curve, theta: Theta, day: FloatArray, lloq: float, n: int, seed: int, residual: Residual
    ) -> VirtualTrial:
        """Subjects, n of them, sampled at ``day`` (m,) with one limit ``lloq`` (assay units)."""
        rng = np.random.default_rng([seed, 7])
        phi = theta.drawn(rng.standard_normal((n, theta.mu.size)))
        days = np.broadcast_to(day, (n, day.size)).copy()
        log_y = curve.log_curve(phi, days) + np.exp(theta.log_s) * residuals(rng, days.shape, residual)
        limit = np.full(days.shape, np.log(lloq))
        blq = ~(log_y >= limit)
        seen = np.where(blq, 0.0, log_y)
        return cls(theta, phi, Profiles(days, seen, np.where(blq, limit, 0.0), ~blq, blq, limit))

    def only(self, visits: BoolArray) -> VirtualTrial:
        """The same subjects sampled at some of the days, (m,)."""
        p = self.profiles
        kept = Profiles(p.day, p.log_conc, p.log_lloq, p.observed & visits, p.blq & visits, p.log_limit)
        return VirtualTrial(self.theta, self.phi, kept)


def expected_information(
    curve: Curve,
    trial: VirtualTrial,
    seed: int,
    *,
    fixed: BoolArray | None = None,
    free: BoolArray | None = None,
    residual: Residual = Residual.NORMAL,
    draws: int = 150,
) -> FloatArray:
    """Information of one subject on (mu, ln omega, correlations, ln s), (q, q), averaged over a virtual trial.

    Parameters
    ----------
    curve
        The model.
    trial
        Virtual subjects; a few hundred.
    seed
        Of the chains.
    fixed
        SDs of random effects that will not be estimated, (p,).
    free
        Covariances that will be estimated, (p, p).
    residual
        Distribution of the residual.
    draws
        Draws per virtual subject.
    """
    theta, n, p = trial.theta, len(trial.phi), trial.theta.mu.size
    sampler = Sampler(curve, trial.profiles, trial.phi.copy(), np.random.default_rng([seed, 8]), residual)
    kept = np.empty((draws, n, p))
    for k in range(_ADAPT + draws):
        sampler.adapting = k < _ADAPT
        sampler.sweep(theta)
        if k >= _ADAPT:
            kept[k - _ADAPT] = sampler.phi
    held = np.zeros(p, bool) if fixed is None else fixed
    prior = OmegaPrior(theta.omega, np.where(held, np.inf, 0.0))
    fit = PopulationFit(theta, np.zeros((0, 0)), kept, converged=True, prior=prior, residual=residual, free=free)
    independent = SampledLikelihood.of(curve, trial.profiles, fit, seed).resampled(seed)
    return louis_information(curve, trial.profiles, independent) / n
