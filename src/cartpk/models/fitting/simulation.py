"""A fitted population simulated: what to expect of further subjects, with the uncertainty of the estimates."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from cartpk.core.estimation.design import VirtualTrial, expected_information
from cartpk.core.estimation.diagnostics import residuals
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.metropolis import Theta
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray
from cartpk.models.base import KineticModel
from cartpk.models.fitting.population_errors import covariance_of_estimates
from cartpk.models.fitting.random_effects import PopulationCurve

__all__ = ["OUTCOMES", "Estimates", "Outcome", "outcomes", "plan"]

OUTCOMES: Final[tuple[str, ...]] = ("MCMAX", "MTMAX", "MAUC28D", "MAUC90D")
"""Derived quantities of a model that are simulated where it has them."""
_SPREAD_LIMIT = float(np.log(3.0))
"""A drawn SD of a random effect stays within this factor (log) of its estimate: one that is hardly known would make
absurd subjects; [choice]."""
_SUBJECTS = 400
"""Virtual subjects per draw of the population parameters, for the population's median."""
_FURTHER = 100
"""Further subjects per draw, at least."""
_GRID = 240


@dataclass(frozen=True)
class Estimates:
    """Population estimates without their data.

    Attributes
    ----------
    model
        The kinetic model.
    theta
        Estimates; ``shift`` is not used.
    parameter
        Parameter that each effect of a covariate works on, (c,).
    pairs
        Random effects whose correlation was estimated.
    fixed
        SDs that were not, (p,).
    covariance
        Of (mu, effects, ln omega, correlations, ln s), (q, q); nan for what is not known: it is held at its estimate.
    residual
        Distribution of the residual.
    """

    model: KineticModel
    theta: Theta
    parameter: IntArray
    pairs: tuple[tuple[int, int], ...]
    fixed: BoolArray
    covariance: FloatArray
    residual: Residual = Residual.NORMAL

    @property
    def curve(self) -> PopulationCurve:
        """The curve on the scale of the random effects."""
        return PopulationCurve(self.model)

    def at(self, x: FloatArray) -> Theta:
        """The population at these covariates (c,): means moved, no effects left."""
        return _moved(self.theta, self.parameter, x)

    def drawn(self, count: int, x: FloatArray, rng: np.random.Generator) -> Iterator[Theta]:
        """Populations that the estimates' errors leave possible, at covariates x (c,)."""
        theta, p, c = self.theta, self.theta.mu.size, self.theta.effects.size
        rho = np.array([theta.covariance[i, j] / theta.omega[i] / theta.omega[j] for i, j in self.pairs])
        centre = np.concatenate([theta.mu, theta.effects, np.log(theta.omega), np.arctanh(rho), [theta.log_s]])
        slope = np.ones(centre.size)
        slope[2 * p + c : -1] = 1.0 / np.maximum(1.0 - rho**2, 1e-6)
        known = np.flatnonzero(np.isfinite(np.diagonal(self.covariance)))
        covariance = (self.covariance * np.outer(slope, slope))[np.ix_(known, known)]
        spread, axes = np.linalg.eigh(covariance)
        root = axes * np.sqrt(np.maximum(spread, 0.0))
        for _ in range(count):
            v = centre.copy()
            v[known] += root @ rng.standard_normal(known.size)
            log_omega = np.log(theta.omega)
            log_omega = np.clip(v[p + c : 2 * p + c], log_omega - _SPREAD_LIMIT, log_omega + _SPREAD_LIMIT)
            correlation = self._correlation(np.tanh(v[2 * p + c : -1]))
            one = Theta(v[:p], np.exp(log_omega), float(v[-1]), correlation, v[p : p + c])
            yield _moved(one, self.parameter, x)

    def _correlation(self, values: FloatArray) -> FloatArray | None:
        """Nearest usable correlation matrix of drawn correlations."""
        if not self.pairs:
            return None
        matrix = np.eye(self.theta.mu.size)
        for (i, j), value in zip(self.pairs, values, strict=True):
            matrix[i, j] = matrix[j, i] = value
        value, axes = np.linalg.eigh(matrix)
        raised = (axes * np.maximum(value, 1e-4)) @ axes.T
        scale = np.sqrt(np.diagonal(raised))
        out: FloatArray = raised / np.outer(scale, scale)
        return out


def _moved(theta: Theta, parameter: IntArray, x: FloatArray) -> Theta:
    mu = theta.mu.copy()
    np.add.at(mu, parameter, theta.effects * x)
    return Theta(mu, theta.omega, theta.log_s, theta.correlation)


@dataclass(frozen=True)
class Outcome:
    """A simulated quantity.

    Attributes
    ----------
    code
        PARAMCD of the model's quantity; TBLQ (day from which the curve stays below the limit); of the samples of the
        schedule CMAX, TMAX and TLST (day of the last quantifiable one).
    basis
        ``curve`` or ``samples`` (schedule, residual error and limit included).
    median, lower, upper
        Median of the population and its 95 % confidence interval (error of the estimates).
    subject_low, subject_high
        95 % prediction interval of one further subject.
    trial_low, trial_high
        95 % prediction interval of the median of a trial of n subjects.
    open_share
        Part of the subjects without a value: still above the limit at the end (TBLQ), never above it (others).
    """

    code: str
    basis: str
    median: float
    lower: float
    upper: float
    subject_low: float
    subject_high: float
    trial_low: float
    trial_high: float
    open_share: float


def outcomes(
    estimates: Estimates,
    x: FloatArray,
    n: int,
    day: FloatArray,
    lloq: float,
    *,
    seed: int,
    draws: int = 200,
    horizon: float = 720.0,
) -> list[Outcome]:
    """What to expect of n further subjects.

    Parameters
    ----------
    estimates
        The fitted population.
    x
        Covariates on the regression's scale, (c,).
    n
        Subjects of the trial to come.
    day
        Its sampling days, (m,), above 0.
    lloq
        Limit of quantification, assay units.
    seed
        Of the random numbers.
    draws
        Draws of the population parameters.
    horizon
        Day up to which persistence is followed.
    """
    rng = np.random.default_rng([seed, 5])
    p = estimates.theta.mu.size
    # the population's median: the same subjects, in mirrored pairs, under every draw, so that only the draws differ
    half = np.random.default_rng([seed, 10]).standard_normal((_SUBJECTS // 2, p))
    mirrored = np.concatenate([half, -half])
    fixed: dict[tuple[str, str], list[FloatArray]] = {}
    further: dict[tuple[str, str], list[FloatArray]] = {}
    for theta in estimates.drawn(draws, x, rng):
        again = np.random.default_rng([seed, 11])
        new = theta.drawn(rng.standard_normal((max(n, _FURTHER), p)))
        for found, phi, noise in ((fixed, theta.drawn(mirrored), again), (further, new, rng)):
            for name, value in _values(estimates, theta, phi, day, lloq, horizon, noise).items():
                found.setdefault(name, []).append(value)
    return [_outcome(name, np.stack(values), np.stack(further[name]), n) for name, values in fixed.items()]


def _values(
    estimates: Estimates,
    theta: Theta,
    phi: FloatArray,
    day: FloatArray,
    lloq: float,
    horizon: float,
    rng: np.random.Generator,
) -> dict[tuple[str, str], FloatArray]:
    """Every quantity of these subjects, (n,); inf = beyond the horizon, nan = there is none."""
    curve, natural = estimates.curve, estimates.curve.theta(phi)
    entries = {entry.paramcd: entry for entry in estimates.model.derived}
    out: dict[tuple[str, str], FloatArray]
    with np.errstate(all="ignore"):
        out = {(code, "curve"): entries[code].value(natural) for code in OUTCOMES if code in entries}
        out["TBLQ", "curve"] = _last_above(curve, phi, np.log(lloq), horizon)
        days = np.broadcast_to(day, (len(phi), day.size)).copy()
        log_y = curve.log_curve(phi, days) + np.exp(theta.log_s) * residuals(rng, days.shape, estimates.residual)
    seen = log_y >= np.log(lloq)
    any_seen = seen.any(axis=1)
    held = np.where(seen, log_y, -np.inf)
    out["CMAX", "samples"] = np.where(any_seen, np.exp(held.max(axis=1)), np.nan)
    out["TMAX", "samples"] = np.where(any_seen, day[held.argmax(axis=1)], np.nan)
    out["TLST", "samples"] = np.where(any_seen, np.where(seen, days, 0.0).max(axis=1), np.nan)
    return out


def _last_above(curve: PopulationCurve, phi: FloatArray, limit: float, horizon: float) -> FloatArray:
    """Day from which each curve stays below the limit, (n,): 0 = it always is, inf = not before the horizon."""
    grid = np.concatenate([[0.01], np.linspace(0.25, 30.0, _GRID // 2), np.geomspace(30.5, horizon, _GRID // 2)])
    value = curve.log_curve(phi, np.broadcast_to(grid, (len(phi), grid.size)))
    above = value >= limit
    last = grid.size - 1 - np.argmax(above[:, ::-1], axis=1)
    row, after = np.arange(len(phi)), np.minimum(last + 1, grid.size - 1)
    here, there = value[row, last], value[row, after]
    part = np.where(here > there, (here - limit) / np.where(here > there, here - there, 1.0), 0.0)
    day = grid[last] + part * (grid[after] - grid[last])
    found: FloatArray = np.where(above.any(axis=1), np.where(last == grid.size - 1, np.inf, day), 0.0)
    return found


def _outcome(name: tuple[str, str], fixed: FloatArray, further: FloatArray, n: int) -> Outcome:
    """Summary of the values (draws, subjects) of the population and of further subjects."""
    medians, trials = _quantile(fixed, 0.5, axis=1), _quantile(further[:, :n], 0.5, axis=1)
    pooled = further.ravel()
    (low, high), (one_low, one_high), (trial_low, trial_high) = (
        (float(_quantile(part, 0.025)), float(_quantile(part, 0.975))) for part in (medians, pooled, trials)
    )
    missing = float(np.mean(~np.isfinite(pooled)))
    return Outcome(*name, float(_quantile(medians, 0.5)), low, high, one_low, one_high, trial_low, trial_high, missing)


def _quantile(values: FloatArray, level: float, axis: int | None = None) -> FloatArray:
    """Quantile over the values that are there, without interpolation between a number and infinity."""
    if np.isnan(values).all():
        return np.full(() if axis is None else np.delete(values.shape, axis), np.nan)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)  # of one draw of several: its median is nan
        found = np.nanquantile(values, level, axis=axis, method="inverted_cdf")
    return np.asarray(found, dtype=np.float64)


def plan(
    estimates: Estimates,
    x: FloatArray,
    n: int,
    day: FloatArray,
    lloq: float,
    *,
    seed: int,
    virtual: int = 200,
    leave_out: bool = True,
) -> list[tuple[float | None, FloatArray]]:
    """Expected standard errors of (mu, ln omega, correlations, ln s) for n subjects, one vector per design.

    The first design is the whole schedule (None), each of the others lacks the visit of the day named. Entries that a
    design does not determine are nan. Every subject attends every visit on its nominal day.
    """
    theta = estimates.at(x)
    curve, p = estimates.curve, theta.mu.size
    trial = VirtualTrial.drawn(curve, theta, day, lloq, virtual, seed, estimates.residual)
    free = None
    if estimates.pairs:
        free = np.zeros((p, p), bool)
        for i, j in estimates.pairs:
            free[i, j] = free[j, i] = True
    held = np.concatenate([np.zeros(p, bool), estimates.fixed, np.zeros(len(estimates.pairs) + 1, bool)])
    designs: list[float | None] = [None, *(map(float, day) if leave_out else ())]
    out = []
    for left in designs:
        some = trial if left is None else trial.only(day != left)
        information = expected_information(
            curve, some, seed, fixed=estimates.fixed, free=free, residual=estimates.residual
        )
        covariance = covariance_of_estimates(n * information, p, held)
        out.append((left, np.sqrt(np.diagonal(covariance))))
    return out
