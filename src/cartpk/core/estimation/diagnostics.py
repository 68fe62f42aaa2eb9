"""Simulation-based judgement of a population fit: NPDE and visual predictive check, results below the limit included.

References
----------
Brendel K, Comets E, Laffont C, Laveille C, Mentre F. Metrics for external model evaluation. Pharm Res 2006;23:2036.
Nguyen THT, Comets E, Mentre F. Extension of NPDE for evaluation of nonlinear mixed effect models in presence of data
below the quantification limit. J Pharmacokinet Pharmacodyn 2012;39:499.
Bergstrand M, Karlsson MO. Handling data below the limit of quantification. AAPS J 2009;11:371.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartpk.core import special
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.population import PopulationFit
from cartpk.core.estimation.problem import Curve
from cartpk.core.estimation.profiles import FloatArray, IntArray, Profiles

__all__ = ["Vpc", "npde", "residuals", "simulate_population", "visual_predictive_check"]

_DF = 4.0


def simulate_population(
    curve: Curve, profiles: Profiles, fit: PopulationFit, replicates: int, rng: np.random.Generator
) -> FloatArray:
    """Values of ln y that the fitted population gives at the times of the data, (replicates, n, m), uncensored."""
    n, m = profiles.day.shape
    theta = fit.theta
    out = np.empty((replicates, n, m))
    for k in range(replicates):
        phi = theta.drawn(rng.standard_normal((n, theta.mu.size)))
        noise = residuals(rng, (n, m), fit.residual)
        out[k] = curve.log_curve(phi, profiles.day) + np.exp(theta.log_s) * noise
    return out


def residuals(rng: np.random.Generator, shape: tuple[int, ...], residual: Residual) -> FloatArray:
    """Standard residuals of this distribution and shape."""
    return rng.standard_normal(shape) if residual is Residual.NORMAL else rng.standard_t(_DF, shape)


def npde(profiles: Profiles, simulated: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Normalised prediction distribution errors, (n, m); nan in the padding. Standard normal under the right model.

    Every value below its sample's limit, of the data and of the simulations alike, is replaced by a random one of the
    simulated values below that limit; the results of a subject are then decorrelated by the covariance of its
    simulations, treated in the same way.

    Parameters
    ----------
    profiles
        The data, with the limit of every sample (``log_limit``).
    simulated
        From :func:`simulate_population`, (replicates, n, m); at least ten times as many as samples of a subject.
    rng
        Source of the random replacements.

    Raises
    ------
    ValueError
        When the profiles do not carry the limits of their quantified samples.
    """
    limits = _limits(profiles)
    out = np.full(profiles.day.shape, np.nan)
    for i in range(profiles.n_profiles):
        seen = np.flatnonzero(profiles.observed[i] | profiles.blq[i])
        if seen.size:
            y, trials = profiles.log_conc[i, seen], simulated[:, i, seen].copy()
            for k, j in enumerate(seen):
                below = trials[:, k] < limits[i, j]
                pool = trials[below, k] if below.any() else trials[[trials[:, k].argmin()], k]
                if profiles.blq[i, j]:
                    y[k] = rng.choice(pool)
                trials[below, k] = rng.choice(pool, int(below.sum()))
            out[i, seen] = _decorrelated(y, trials)
    return out


def _limits(profiles: Profiles) -> FloatArray:
    if profiles.log_limit is None:
        msg = "a predictive check needs the limit of every sample; these profiles carry those of BLQ samples only"
        raise ValueError(msg)
    return profiles.log_limit


def _decorrelated(y: FloatArray, simulated: FloatArray) -> FloatArray:
    """Normal scores of y (m,) among the simulations (replicates, m), both made independent over samples."""
    mean = simulated.mean(axis=0)
    covariance = np.atleast_2d(np.cov(simulated, rowvar=False))
    covariance[np.diag_indices_from(covariance)] *= 1.0 + 1e-9
    root = np.linalg.cholesky(covariance)
    ours = np.linalg.solve(root, y - mean)
    theirs = np.linalg.solve(root, (simulated - mean).T).T
    rank = (np.sum(theirs < ours, axis=0) + 0.5) / (len(simulated) + 1.0)
    score: FloatArray = special.ndtri(rank)
    return score


@dataclass(frozen=True)
class Vpc:
    """A visual predictive check over b bins of time.

    Attributes
    ----------
    day
        Median time of each bin's samples, (b,).
    n
        Samples in each bin, (b,).
    levels
        Percentiles as fractions, (q,).
    observed
        Percentiles of ln y, (b, q); -inf where the percentile is below the limit.
    low, middle, high
        2.5 %, 50 % and 97.5 % of the same percentile over the simulated trials, (b, q).
    blq
        Part of results below the limit, (b,).
    blq_low, blq_middle, blq_high
        The same over the simulated trials, (b,).
    """

    day: FloatArray
    n: IntArray
    levels: FloatArray
    observed: FloatArray
    low: FloatArray
    middle: FloatArray
    high: FloatArray
    blq: FloatArray
    blq_low: FloatArray
    blq_middle: FloatArray
    blq_high: FloatArray


def visual_predictive_check(
    profiles: Profiles, simulated: FloatArray, bins: int = 10, levels: tuple[float, ...] = (0.1, 0.5, 0.9)
) -> Vpc:
    """Percentiles of the data and of simulated trials, binned by time, with a part of their own for BLQ results.

    Parameters
    ----------
    profiles
        The data, with the limit of every sample (``log_limit``).
    simulated
        From :func:`simulate_population`; each value is censored at its sample's limit.
    bins
        Bins of about equal numbers of samples; samples of the same time stay together.
    levels
        Percentiles as fractions.

    Raises
    ------
    ValueError
        When the profiles do not carry the limits of their quantified samples.
    """
    limits = _limits(profiles)
    seen = profiles.observed | profiles.blq
    day, limit = profiles.day[seen], limits[seen]
    data = np.where(profiles.blq, -np.inf, profiles.log_conc)[seen]
    trials = np.where(simulated[:, seen] < limit, -np.inf, simulated[:, seen])
    at = _bins(day, bins)
    count = int(at.max(initial=-1)) + 1
    quantiles = np.asarray(levels)
    observed = np.stack([_percentiles(data[at == b], quantiles) for b in range(count)])
    parts = np.stack([_percentiles(trials[:, at == b], quantiles) for b in range(count)])
    low, middle, high = (_percentiles(np.moveaxis(parts, 1, -1), np.array([p]))[..., 0] for p in (0.025, 0.5, 0.975))
    below = np.stack([np.isneginf(trials[:, at == b]).mean(axis=1) for b in range(count)])
    return Vpc(
        day=np.array([float(np.median(day[at == b])) for b in range(count)]),
        n=np.bincount(at, minlength=count),
        levels=quantiles,
        observed=observed,
        low=low,
        middle=middle,
        high=high,
        blq=np.array([float(np.isneginf(data[at == b]).mean()) for b in range(count)]),
        blq_low=np.quantile(below, 0.025, axis=1),
        blq_middle=np.quantile(below, 0.5, axis=1),
        blq_high=np.quantile(below, 0.975, axis=1),
    )


def _bins(day: FloatArray, bins: int) -> IntArray:
    """Number of each sample's bin, 0 ...; edges between distinct times."""
    edges = np.unique(np.quantile(day, np.arange(1, bins) / bins, method="inverted_cdf"))
    found = np.searchsorted(edges, day, side="left")
    numbered: IntArray = np.unique(found, return_inverse=True)[1].astype(np.intp)
    return numbered


def _percentiles(values: FloatArray, levels: FloatArray) -> FloatArray:
    """Percentiles over the last axis, (…, q), without interpolation: half of a censored value is no value."""
    found: FloatArray = np.moveaxis(np.quantile(values, levels, axis=-1, method="inverted_cdf"), 0, -1)
    return found
