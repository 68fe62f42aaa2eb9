"""What a population fit is worth: its likelihood by importance sampling, its information by Louis' formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cartpk.core import special
from cartpk.core.estimation.covariates import Regression
from cartpk.core.estimation.likelihood import log_density, sample_nll, scale_terms
from cartpk.core.estimation.metropolis import Theta
from cartpk.core.estimation.population import PopulationFit
from cartpk.core.estimation.problem import Curve
from cartpk.core.estimation.profiles import FloatArray, Profiles

__all__ = ["Evidence", "complete_data", "importance_minus2ll", "louis_information", "proposed", "sample_log_likelihood"]

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
    log_weights = []
    for start in range(0, draws, _CHUNK):
        phi, log_proposal = proposed(fit, min(_CHUNK, draws - start), rng)
        log_weights.append(_log_joint(curve, profiles, phi, fit) - log_proposal)
    weights = np.concatenate(log_weights)
    top = weights.max(axis=0)
    scaled = np.exp(weights - top)
    average = scaled.mean(axis=0)
    variance = scaled.var(axis=0) / (len(weights) * average**2)
    return Evidence(float(-2.0 * np.sum(top + np.log(average))), float(2.0 * np.sqrt(variance.sum())))


def proposed(fit: PopulationFit, size: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draws of every subject from its proposal, (size, n, p), and their log-densities, (size, n)."""
    mean = fit.conditional_mean
    n, p = mean.shape
    away = fit.draws - mean
    cov = np.einsum("mnp,mnq->npq", away, away) / max(len(away) - 1, 1)
    cov[:, np.arange(p), np.arange(p)] += 1e-6 * fit.theta.omega**2 + 1e-12
    root = np.linalg.cholesky(cov)
    log_root = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    z = rng.standard_normal((size, n, p))
    tail = rng.chisquare(_DF, (size, n)) / _DF
    step = z / np.sqrt(tail)[..., None]
    phi = mean + np.einsum("npq,mnq->mnp", root, step)
    return phi, _log_t(np.sum(step**2, axis=2), p) - log_root


def _log_t(squared: FloatArray, p: int) -> FloatArray:
    """Log-density of the standard p-variate t at a squared radius."""
    constant = special.gammaln((_DF + p) / 2) - special.gammaln(_DF / 2) - 0.5 * p * np.log(_DF * np.pi)
    value: FloatArray = constant - 0.5 * (_DF + p) * np.log1p(squared / _DF)
    return value


def _log_joint(curve: Curve, profiles: Profiles, phi: FloatArray, fit: PopulationFit) -> FloatArray:
    """Log of population density times likelihood at phi (m, n, p), (m, n)."""
    theta = fit.theta
    population = log_density(theta.whitened(phi)).sum(axis=2) - theta.log_volume
    total: FloatArray = sample_log_likelihood(curve, profiles, phi, fit) + population
    return total


def sample_log_likelihood(curve: Curve, profiles: Profiles, phi: FloatArray, fit: PopulationFit) -> FloatArray:
    """Log-likelihood of every subject's data at phi (m, n, p), (m, n); -inf where the curve does not exist."""
    m, n, p = phi.shape
    out = np.empty((m, n))
    for start in range(0, m, _CHUNK):
        some = phi[start : start + _CHUNK]
        rows = profiles.take(np.tile(np.arange(n), len(some)))
        f = curve.log_curve(some.reshape(-1, p), rows.day)
        with np.errstate(invalid="ignore"):
            nll = sample_nll(rows, f, np.full(len(rows.day), fit.theta.log_s), fit.residual).sum(axis=1)
        out[start : start + _CHUNK] = -nll.reshape(len(some), n)
    return np.where(np.isfinite(out), out, -np.inf)


def louis_information(curve: Curve, profiles: Profiles, fit: PopulationFit) -> FloatArray:
    """Observed information on (mu, effects, ln omega, correlations, ln s), (q, q), by Louis' formula.

    Sum over subjects of the conditional mean of the complete-data information less the conditional covariance of the
    complete-data score, both from the fit's conditional draws; the prior of Omega is part of it. Rows of a fixed omega
    are those of a parameter that was not estimated. Correlations in the order of ``fit.pairs``.

    References
    ----------
    Louis TA. Finding the observed information matrix when using the EM algorithm. J R Stat Soc B 1982;44:226.
    """
    score, information = complete_data(curve, profiles, fit)
    centred = score - score.mean(axis=0)
    m = len(score)
    flat = centred.reshape(-1, centred.shape[2])
    observed: FloatArray = information - flat.T @ flat / max(m - 1, 1)
    return observed


def complete_data(curve: Curve, profiles: Profiles, fit: PopulationFit) -> tuple[FloatArray, FloatArray]:
    """Complete-data score at every draw, (m, n, q), and the conditional mean of the information, (q, q).

    Order as in :func:`louis_information`. With P the inverse of Omega, r the random effects and Omega_a, Omega_ab its
    derivatives, the score is tr(P Omega_a (P r r' - 1)) / 2 and the information tr(P Omega_a P Omega_b P r r')
    - tr(P Omega_a P Omega_b) / 2 + tr(P Omega_ab (1 - P r r')) / 2; a prior of Omega counts as subjects.
    """
    theta, draws = fit.theta, fit.draws
    m, n, p = draws.shape
    regression = fit.regression or Regression.none(n)
    design, precision = regression.design(p), theta.precision
    away = theta.away(draws)
    pulled = away @ precision
    noise_score, noise_information = _noise(curve, profiles, fit)
    first, second = _omega_derivatives(theta, fit.pairs)
    means = np.einsum("mnp,npa->mna", pulled, design)
    turned = precision @ first @ precision
    trace = np.einsum("apq,pq->a", first, precision)
    spreads = 0.5 * (np.einsum("mnp,apq,mnq->mna", away, turned, away, optimize=True) - trace)
    score = np.concatenate([means, spreads, noise_score[..., None]], axis=2)
    b, k = design.shape[2], len(first)
    out = np.zeros((b + k + 1, b + k + 1))
    out[:b, :b] = np.einsum("npa,pq,nqb->ab", design, precision, design)
    mean_away = away.mean(axis=0)
    out[:b, b:-1] = np.einsum("npb,apq,nq->ba", design, turned, mean_away, optimize=True)
    out[b:-1, :b] = out[:b, b:-1].T
    flat = away.reshape(-1, p)
    weight = np.where(fit.prior.fixed, 0.0, fit.prior.weight)
    total = flat.T @ flat / m + np.diag(weight * fit.prior.sd**2)
    out[b:-1, b:-1] = _omega_information(precision, first, second, total, n + float(weight.max(initial=0.0)))
    out[-1, -1] = noise_information
    return score, out


def _omega_derivatives(theta: Theta, pairs: Sequence[tuple[int, int]]) -> tuple[FloatArray, FloatArray]:
    """Derivatives of Omega by (ln omega, correlations), (k, p, p), and second ones, (k, k, p, p)."""
    covariance, p = theta.covariance, theta.omega.size
    at = np.eye(p)
    units = [np.outer(row, row) for row in at]
    first = [g @ covariance + covariance @ g for g in units]
    for i, j in pairs:
        one = np.outer(at[i], at[j]) * theta.omega[i] * theta.omega[j]
        first.append(one + one.T)
    k = len(first)
    second = np.zeros((k, k, p, p))
    for a in range(p):
        for b in range(k):
            second[a, b] = units[a] @ first[b] + first[b] @ units[a]
            second[b, a] = second[a, b]
    return np.stack(first), second


def _omega_information(
    precision: FloatArray, first: FloatArray, second: FloatArray, total: FloatArray, n: float
) -> FloatArray:
    """Information of Omega's parameters, (k, k), of n subjects whose random effects' products add up to ``total``."""
    turned = precision @ first @ precision
    crossed = np.einsum("apq,bqr,rs->abps", turned, first, precision, optimize=True)
    of_data = np.einsum("abpq,pq->ab", crossed, total)
    of_data = 0.5 * (of_data + of_data.T)
    flat = -0.5 * n * np.einsum("apq,bpq->ab", turned, first)
    bent = 0.5 * np.einsum("abpq,pq->ab", second, n * precision - precision @ total @ precision)
    value: FloatArray = of_data + flat + bent
    return value


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
