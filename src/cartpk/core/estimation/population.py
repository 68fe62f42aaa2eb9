r"""Population estimates of a kinetic model by SAEM, with results below the limit as censored (M3).

The model: transformed individual parameters phi_i ~ N(mu + covariates, Omega), ln y_ij = f(phi_i, t_ij) + s e_ij with
standard normal e_ij. Simulation draws phi_i by Metropolis-Hastings from the censored likelihood and the censored
ln y_ij from their truncated normal; stochastic approximation averages the sufficient statistics; maximisation of mu,
the covariates' effects, Omega and s is then in closed form (given Omega the first two are a regression). Omega is
diagonal, or has the covariances that the caller names. Student-t residuals are normal ones of random precision, whose
expectation given the residual weights its square.

In a trial of few subjects the maximum-likelihood SD of a random effect often collapses to 0 although the effect is
there. :class:`OmegaPrior` adds a scaled inverse chi-squared prior on the variances, with covariances an inverse
Wishart one centred on independence: estimates are then those of maximum a posteriori, and a prior of infinite weight
fixes an SD.

References
----------
Kuhn E, Lavielle M. Maximum likelihood estimation in nonlinear mixed effects models. Comput Stat Data Anal 2005;49:1020.
Samson A, Lavielle M, Mentre F. Extension of the SAEM algorithm to left-censored data in nonlinear mixed-effects model.
Comput Stat Data Anal 2006;51:1562.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartpk.core.estimation.covariates import Regression
from cartpk.core.estimation.likelihood import Residual, drawn_below, expected_weight
from cartpk.core.estimation.metropolis import Sampler, Theta
from cartpk.core.estimation.moments import Moments, OmegaPrior, maximised
from cartpk.core.estimation.problem import Curve
from cartpk.core.estimation.profiles import BoolArray, FloatArray, Profiles

__all__ = ["OmegaPrior", "PopulationFit", "SaemSettings", "fit_population"]


@dataclass(frozen=True)
class SaemSettings:
    """How long and how wide the algorithm runs.

    Attributes
    ----------
    seed
        Of the random numbers: the same seed gives the same result.
    exploring, smoothing
        Iterations without and with decreasing step size.
    rows
        Chains are added until subjects x chains reach this many.
    annealing
        Least factor by which a variance may fall per iteration during the first half of the exploration.
    draws
        Draws per chain from the conditional distributions at the final estimates.
    """

    seed: int
    exploring: int = 300
    smoothing: int = 200
    rows: int = 400
    annealing: float = 0.97
    draws: int = 60


@dataclass(frozen=True)
class PopulationFit:
    """Population estimates.

    Attributes
    ----------
    theta
        Means, SDs of the random effects, ln s.
    trace
        Estimates after each iteration, (iterations, 2 p + 1 + c + k): mu, omega, s, the c effects of covariates, the
        k correlations (:attr:`pairs`).
    draws
        From the conditional distribution of each subject's phi at ``theta``, (draws, n, p).
    converged
        Whether mu moved by less than a tenth of omega, and ln s by less than 0.02, over the second half of smoothing.
    prior
        Of the SDs of the random effects.
    residual
        Distribution of the residual.
    regression
        Covariates of the subjects; None = there are none.
    free
        Which covariances of the random effects are estimated, (p, p); None = none of them.
    """

    theta: Theta
    trace: FloatArray
    draws: FloatArray
    converged: bool
    prior: OmegaPrior
    residual: Residual = Residual.NORMAL
    regression: Regression | None = None
    free: BoolArray | None = None

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Parameters whose correlation is estimated, the first below the second."""
        return _pairs(self.free)

    @property
    def conditional_mean(self) -> FloatArray:
        """Mean of each subject's conditional distribution, (n, p)."""
        mean: FloatArray = self.draws.mean(axis=0)
        return mean

    @property
    def shrinkage(self) -> FloatArray:
        """1 - SD of the conditional means of the random effects / omega, (p,)."""
        value: FloatArray = 1.0 - self.theta.away(self.conditional_mean).std(axis=0) / self.theta.omega
        return value


def fit_population(
    curve: Curve,
    profiles: Profiles,
    start: FloatArray,
    settings: SaemSettings,
    *,
    prior: OmegaPrior | None = None,
    residual: Residual = Residual.NORMAL,
    regression: Regression | None = None,
    free: BoolArray | None = None,
) -> PopulationFit:
    """Maximum-likelihood estimates of the population parameters by SAEM.

    Parameters
    ----------
    curve
        The model; only ``log_curve`` is used.
    profiles
        One profile per subject, each with an informative sample.
    start
        Starting phi of every subject, (n, p), e.g. individual fits: mu and omega start from their mean and SD.
    settings
        Seed, iterations, chains.
    prior
        Of the SDs of the random effects; None = plain maximum likelihood.
    residual
        Distribution of the residual.
    regression
        Covariates of the subjects.
    free
        Covariances to estimate, (p, p), symmetric; None = the random effects are independent.

    Raises
    ------
    ValueError
        With fewer than 2 subjects.
    """
    n, p = start.shape
    if n < 2:
        msg = f"a population needs at least 2 subjects, found {n}"
        raise ValueError(msg)
    rng = np.random.default_rng(settings.seed)
    prior = OmegaPrior.none(p) if prior is None else prior
    regression = Regression.none(n) if regression is None else regression
    chains = max(1, -(-settings.rows // n))
    rows = profiles.take(np.tile(np.arange(n), chains))
    sampler = Sampler(curve, rows, np.tile(start, (chains, 1)), rng, residual)
    spread = np.maximum(start.std(axis=0), 0.3) * 1.5
    theta = Theta(start.mean(axis=0), spread, float(np.log(0.8)), effects=np.zeros(regression.n_effects))
    moments = Moments.of(start, free)
    size = float((profiles.n_observed + profiles.n_blq).sum())
    trace = np.empty((settings.exploring + settings.smoothing, _state(theta, free).size))
    for k in range(len(trace)):
        sampler.adapting = k < settings.exploring
        sampler.sweep(theta)
        gain = 1.0 if k < settings.exploring else 1.0 / (k - settings.exploring + 1)
        squares = _residual_squares(sampler, theta).reshape(chains, n).mean(axis=0)
        moments = moments.towards(sampler.phi.reshape(chains, n, p), squares, gain)
        floor = settings.annealing if k < settings.exploring // 2 else 0.0
        theta = maximised(moments, theta, regression, prior, size, floor)
        trace[k] = _state(theta, free)
    draws = _conditional(sampler, theta, chains, settings)
    return PopulationFit(theta, trace, draws, _settled(trace, settings, p), prior, residual, regression, free)


def _pairs(free: BoolArray | None) -> list[tuple[int, int]]:
    if free is None:
        return []
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(free, 1)), strict=True)]


def _state(theta: Theta, free: BoolArray | None) -> FloatArray:
    """The line of the trace: mu, omega, s, effects, correlations."""
    unit = np.eye(theta.mu.size) if theta.correlation is None else theta.correlation
    correlations = [unit[i, j] for i, j in _pairs(free)]
    return np.concatenate([theta.mu, theta.omega, [np.exp(theta.log_s)], theta.effects, correlations])


def _residual_squares(sampler: Sampler, theta: Theta) -> FloatArray:
    """Weighted squared residuals of each row, censored results drawn from their truncated distribution, (rows,)."""
    data = sampler.profiles
    s = np.exp(theta.log_s)
    f = sampler.predicted
    seen = np.where(data.observed, data.log_conc - f, 0.0)
    limit = np.where(data.blq, (data.log_lloq - f) / s, 0.0)
    drawn = np.where(data.blq, s * drawn_below(limit, sampler.rng.random(f.shape), sampler.residual), 0.0)
    both = seen + drawn
    total: FloatArray = np.sum(expected_weight(both / s, sampler.residual) * both**2, axis=1)
    return total


def _conditional(sampler: Sampler, theta: Theta, chains: int, settings: SaemSettings) -> FloatArray:
    """Draws of every subject's phi at the final estimates, (chains x draws, n, p)."""
    sampler.adapting = False
    kept = []
    for _ in range(settings.draws):
        sampler.sweep(theta)
        kept.append(sampler.phi.reshape(chains, -1, sampler.phi.shape[1]))
    return np.concatenate(kept)


def _settled(trace: FloatArray, settings: SaemSettings, p: int) -> bool:
    """Whether the estimates stood still over the second half of smoothing."""
    tail = trace[-max(settings.smoothing // 2, 1) :]
    moved = np.abs(tail[-1] - tail[0])
    mu_still = np.all(moved[:p] < 0.1 * np.maximum(tail[-1, p : 2 * p], 0.05))
    return bool(mu_still and abs(np.log(tail[-1, 2 * p] / tail[0, 2 * p])) < 0.02)
