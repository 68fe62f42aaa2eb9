"""What a population fit is worth: its likelihood by importance sampling, its information by Louis' formula."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from cartpk.core.estimation.likelihood import log_density, sample_nll, scale_terms
from cartpk.core.estimation.population import PopulationFit
from cartpk.core.estimation.problem import Curve
from cartpk.core.estimation.profiles import FloatArray, Profiles

__all__ = ["Evidence", "importance_minus2ll", "louis_information"]

_DF = 5.0
"""Degrees of freedom of the t proposal: tails heavier than those of any conditional distribution here."""
_CHUNK = 250


class Evidence(NamedTuple):
    """-2 log-likelihood and the standard error that the Monte Carlo integration gives it."""

    minus2ll: float
    se: float


def importance_minus2ll(
    curve: Curve, profiles: Profiles, fit: PopulationFit, *, seed: int, draws: int = 2000
) -> Evidence:
    """-2 log-likelihood of the population model, the random effects integrated out by importance sampling.

    The proposal of each subject is a t distribution with 5 degrees of freedom around the mean, with the covariance,
    of its conditional draws. Constants are included; the data are ln y.
    """
    rng = np.random.default_rng([seed, 1])
    mean = fit.conditional_mean
    n, p = mean.shape
    away = fit.draws - mean
    cov = np.einsum("mnp,mnq->npq", away, away) / max(len(away) - 1, 1)
    cov[:, np.arange(p), np.arange(p)] += 1e-6 * fit.theta.omega**2 + 1e-12
    root = np.linalg.cholesky(cov)
    log_root = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    log_weights = []
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        z = rng.standard_normal((size, n, p))
        tail = rng.chisquare(_DF, (size, n)) / _DF
        step = z / np.sqrt(tail)[..., None]
        phi = mean + np.einsum("npq,mnq->mnp", root, step)
        log_proposal = _log_t(np.sum(step**2, axis=2), p) - log_root
        log_weights.append(_log_joint(curve, profiles, phi, fit) - log_proposal)
    weights = np.concatenate(log_weights)
    top = weights.max(axis=0)
    scaled = np.exp(weights - top)
    average = scaled.mean(axis=0)
    variance = scaled.var(axis=0) / (len(weights) * average**2)
    return Evidence(float(-2.0 * np.sum(top + np.log(average))), float(2.0 * np.sqrt(variance.sum())))


def _log_t(squared: FloatArray, p: int) -> FloatArray:
    """Log-density of the standard p-variate t at a squared radius."""
    constant = gammaln((_DF + p) / 2) - gammaln(_DF / 2) - 0.5 * p * np.log(_DF * np.pi)
    value: FloatArray = constant - 0.5 * (_DF + p) * np.log1p(squared / _DF)
    return value


def _log_joint(curve: Curve, profiles: Profiles, phi: FloatArray, fit: PopulationFit) -> FloatArray:
    """Log of population density times likelihood at phi (m, n, p), (m, n)."""
    m, n, p = phi.shape
    theta = fit.theta
    rows = profiles.take(np.tile(np.arange(n), m))
    f = curve.log_curve(phi.reshape(m * n, p), rows.day)
    with np.errstate(invalid="ignore"):
        data = -sample_nll(rows, f, np.full(m * n, theta.log_s), fit.residual).sum(axis=1).reshape(m, n)
    population = log_density((phi - theta.mu) / theta.omega) - np.log(theta.omega)
    total: FloatArray = np.where(np.isfinite(data), data, -np.inf) + population.sum(axis=2)
    return total


def louis_information(curve: Curve, profiles: Profiles, fit: PopulationFit) -> FloatArray:
    """Observed information on (mu, ln omega, ln s), (2 p + 1, 2 p + 1), by Louis' formula.

    Sum over subjects of the conditional mean of the complete-data information less the conditional covariance of the
    complete-data score, both from the fit's conditional draws; the prior of omega is part of it. Rows of a fixed omega
    are those of a parameter that was not estimated.

    References
    ----------
    Louis TA. Finding the observed information matrix when using the EM algorithm. J R Stat Soc B 1982;44:226.
    """
    theta, draws = fit.theta, fit.draws
    m, n, p = draws.shape
    out = np.zeros((2 * p + 1, 2 * p + 1))
    z = (draws - theta.mu) / theta.omega
    noise_score, noise_information = _noise(curve, profiles, fit)
    score = np.concatenate([z / theta.omega, z**2 - 1.0, noise_score[..., None]], axis=2)
    centred = score - score.mean(axis=0)
    out -= np.einsum("mnj,mnk->jk", centred, centred) / max(m - 1, 1)
    at = np.arange(p)
    out[at, at] += n / theta.omega**2
    cross = 2.0 * z.mean(axis=0).sum(axis=0) / theta.omega
    out[at, p + at] += cross
    out[p + at, at] += cross
    out[p + at, p + at] += 2.0 * (z**2).mean(axis=0).sum(axis=0) + fit.prior.information(theta.omega)
    out[-1, -1] += noise_information
    return out


def _noise(curve: Curve, profiles: Profiles, fit: PopulationFit) -> tuple[FloatArray, float]:
    """Score of ln s at every draw, (m, n), and the conditional mean of its information summed over subjects."""
    m, n, p = fit.draws.shape
    score, information = np.empty((m, n)), 0.0
    for start in range(0, m, _CHUNK):
        some = fit.draws[start : start + _CHUNK]
        rows = profiles.take(np.tile(np.arange(n), len(some)))
        f = curve.log_curve(some.reshape(-1, p), rows.day)
        first, second = scale_terms(rows, f, fit.theta.log_s, fit.residual)
        score[start : start + _CHUNK] = first.reshape(len(some), n)
        information += float(np.sum(second)) / m
    return score, information
