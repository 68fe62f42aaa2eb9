"""Penalised fits of the CD7 dynamics to the counts of many subjects, each under its own kinetics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cartpk.core.estimation.individual import Fits, fit_restricted
from cartpk.core.estimation.problem import Problem
from cartpk.core.estimation.profiles import BoolArray, FloatArray, Profiles
from cartpk.core.estimation.uncertainty import covariance
from cartpk.models.cd7_dynamics import EC50, PARAMETERS, R7, RN, CountCurve, Driver, count_parameters
from cartpk.models.parameter import Parameter, Prior, PriorLike

__all__ = ["CountFits", "fit_counts"]

SIGMA_PRIOR: Final = Prior(0.35, 0.4, "assumed spread of a cell count around its curve; a project choice")
SIGMA_BOUNDS: Final = (0.1, 3.0)


@dataclass(frozen=True)
class CountFits:
    """The fits of n subjects.

    Attributes
    ----------
    parameters
        Of the curve, in the order of phi.
    problem, fits
        What was minimised and where it ended: transformed parameters and ln s.
    covariance
        Of both, (n, p + 1, p + 1).
    prior_sd
        SD of each parameter's prior, (p,).
    """

    parameters: tuple[Parameter, ...]
    problem: Problem
    fits: Fits
    covariance: FloatArray
    prior_sd: FloatArray

    @property
    def phi(self) -> FloatArray:
        """Transformed parameters, (n, p)."""
        return self.fits.x[:, :-1]

    @property
    def se(self) -> FloatArray:
        """Posterior SD of the transformed parameters, (n, p); nan on a bound."""
        value: FloatArray = np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2)[:, :-1])
        return value

    @property
    def unlearnt(self) -> FloatArray:
        """Posterior SD over prior SD, (n, p): near 1 where the data say nothing; 1 on a bound or without an error."""
        value: FloatArray = np.where(np.isnan(self.se), 1.0, self.se / self.prior_sd)
        return value

    def band(self, day: FloatArray, *, negative: bool) -> tuple[FloatArray, FloatArray]:
        """Logarithm of the predicted count on day (n, g), and its standard error by the delta method."""
        curve = self.problem.curve
        assert isinstance(curve, CountCurve)  # noqa: S101 - made so below
        drawn = replace(curve, negative=np.full(day.shape, negative))
        _, slope = drawn.log_expansion(self.phi, day)
        known = np.nan_to_num(self.covariance[:, :-1, :-1])
        variance = np.einsum("nmp,npq,nmq->nm", slope, known, slope)
        return drawn.log_curve(self.phi, day), np.sqrt(np.maximum(variance, 0.0))


def fit_counts(
    profiles: Profiles,
    negative: BoolArray,
    driver: Driver,
    depletion: float,
    priors: Mapping[str, PriorLike] | None = None,
) -> CountFits:
    """Penalised censored fits (MAP, M3) of the counts of n subjects.

    Parameters
    ----------
    profiles
        Counts, n rows; days before infusion are negative. Samples of both kinds stand in one row.
    negative
        Which samples are CD7- cells, (n, m); with none at all the CD7+ cells are fitted alone.
    driver
        Predicted CAR kinetics of each row.
    depletion
        Day on which lymphodepletion starts (0 or before).
    priors
        Symbol -> prior in place of the model's own; ``sigma`` is the residual SD; all centres are absolute.

    Raises
    ------
    ValueError
        When a symbol is none of the model's.
    """
    given = dict(priors or {})
    sigma = given.pop("sigma", SIGMA_PRIOR)
    unknown = sorted(set(given) - {p.symbol for p in PARAMETERS})
    if unknown:
        raise ValueError(f"CD7 dynamics have no parameter {', '.join(unknown)}; there are: base7 ... rn, sigma")
    parameters = tuple(
        replace(p, prior=Prior(given[p.symbol].centre, given[p.symbol].sd, given[p.symbol].source))
        if p.symbol in given
        else p
        for p in count_parameters(negatives=bool(negative.any()))
    )
    n, p = profiles.n_profiles, len(parameters)
    peak = driver.log_conc.max(axis=1, keepdims=True)
    by_peak = np.array([par.symbol == "ec50" for par in parameters])
    relative = np.array([par.prior.relative for par in parameters])
    low, high, mean = (
        np.log([[*values, 1.0]] * n)
        for values in zip(*((par.lower, par.upper, par.prior.centre) for par in parameters), strict=True)
    )
    low[:, :-1] += by_peak * peak
    high[:, :-1] += by_peak * peak
    mean[:, :-1] += relative * peak
    low[:, -1], high[:, -1], mean[:, -1] = (*np.log(SIGMA_BOUNDS), np.log(sigma.centre))
    prior_sd = np.array([par.prior.sd for par in parameters])
    problem = Problem(
        curve=CountCurve(driver, negative, depletion),
        profiles=profiles,
        lower=low,
        upper=high,
        prior_mean=mean,
        prior_precision=np.tile(np.array([*prior_sd, sigma.sd]) ** -2.0, (n, 1)),
        spent=np.zeros(n),
    )
    problem, fits = fit_restricted(problem, _starts(problem, p), max_steps=40, rounds=1)
    return CountFits(parameters, problem, fits, covariance(problem, fits.x, fits.at_bound), prior_sd)


def _starts(problem: Problem, p: int) -> FloatArray:
    """Four starts around the priors, (n, 4, p + 1): level of half the killing x regrowth."""
    grid = [(level, growth) for level in (-1.0, 1.0) for growth in (-0.4, 0.4)]
    starts = np.repeat(problem.prior_mean[:, None, :], len(grid), axis=1)
    for k, (level, growth) in enumerate(grid):
        starts[:, k, EC50] += level
        starts[:, k, RN if p > RN else R7] += growth
    return starts
