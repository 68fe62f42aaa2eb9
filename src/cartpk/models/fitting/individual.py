"""A kinetic model fitted to many profiles, one subject at a time."""

from __future__ import annotations

from typing import Final

import numpy as np

from cartpk.core.estimation.individual import Method, fit_profiles, fit_restricted
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.problem import Problem
from cartpk.core.estimation.profiles import Profiles
from cartpk.core.estimation.uncertainty import ProfileLimits, covariance, profile_limits, student_quantile
from cartpk.models.base import KineticModel
from cartpk.models.fitting.model_fits import ModelFits
from cartpk.models.parameter import Prior, PriorLike, Unit

__all__ = ["SIGMA_PRIOR", "build_problem", "fit_model"]

SIGMA_PRIOR: Final = Prior(0.5, 0.4, "near the residual SD 0.56 of Stein 2019; SD: a project choice")
"""Prior of ln s, the SD of ln concentration around the curve."""
SIGMA_BOUNDS: Final = (0.02, 5.0)
_SIGMA_START = 0.6


def build_problem(
    model: KineticModel,
    profiles: Profiles,
    method: Method,
    *,
    residual: Residual = Residual.NORMAL,
    sigma_prior: PriorLike = SIGMA_PRIOR,
) -> Problem:
    """Objective of every profile for a model and a method.

    Bounds of concentrations, and their priors where these are relative, are placed at the profile's highest
    quantified result, so that the fit does not depend on the unit of the assay.
    """
    n, p = profiles.n_profiles, len(model.parameters)
    peak = profiles.log_peak[:, None]
    is_conc = np.array([par.unit is Unit.CONC for par in model.parameters])
    relative = np.array([par.prior.relative for par in model.parameters])
    low, high = model.bounds()
    lower, upper = np.empty((n, p + 1)), np.empty((n, p + 1))
    lower[:, :-1], upper[:, :-1] = low + is_conc * peak, high + is_conc * peak
    lower[:, -1], upper[:, -1] = np.log(SIGMA_BOUNDS)
    mean, precision = np.empty((n, p + 1)), np.zeros((n, p + 1))
    mean[:, :-1] = np.array([par.prior_mean for par in model.parameters]) + relative * peak
    mean[:, -1] = np.log(sigma_prior.centre)
    if method is Method.MAP:
        precision[:] = np.array([*(par.prior.sd for par in model.parameters), sigma_prior.sd]) ** -2.0
    return Problem(
        curve=model,
        profiles=profiles.substituted() if method is Method.LS else profiles,
        lower=lower,
        upper=upper,
        prior_mean=mean,
        prior_precision=precision,
        spent=np.zeros(n),
        residual=residual,
        order=tuple((model.index(slow), model.index(fast)) for slow, fast in model.order),
        kink=None if model.kink is None else model.index(model.kink),
    )


def fit_model(
    model: KineticModel,
    profiles: Profiles,
    method: Method = Method.MAP,
    *,
    residual: Residual = Residual.NORMAL,
    sigma_prior: PriorLike = SIGMA_PRIOR,
    polish: bool = True,
    limits: bool = True,
) -> ModelFits:
    """Fits of a model to every profile, one subject at a time in the statistics, all at once in the arithmetic.

    A profile's fit has the same bits whichever other profiles stand beside it; that of a model of differential
    equations is the same but for rounding, as the sums of a step depend on how many rows take it.

    Parameters
    ----------
    model
        With its priors (:meth:`KineticModel.with_priors` replaces some).
    profiles
        n profiles, each with at least one quantified result.
    method, residual, sigma_prior
        What is maximised; distribution of the residual; prior of ln s (MAP only).
    polish
        Whether lmfit runs once from each optimum (and is believed where it finds a lower one).
    limits
        Whether profile-likelihood limits are sought, most of the work of a fit; without them nothing is bounded.
    """
    profiles = profiles.padded()
    problem = build_problem(model, profiles, method, residual=residual, sigma_prior=sigma_prior)
    peak = profiles.log_peak
    phi = model.starts(profiles.scaled(peak))
    is_conc = np.array([par.unit is Unit.CONC for par in model.parameters])
    phi = phi + is_conc * peak[:, None, None]
    starts = np.concatenate([phi, np.full((*phi.shape[:2], 1), np.log(_SIGMA_START))], axis=2)
    if method is Method.ML:
        fits = fit_profiles(problem, starts)
    else:
        problem, fits = fit_restricted(problem, starts)
    if polish:
        from cartpk.core.estimation.polish import polished  # noqa: PLC0415 - lmfit costs 2 s to import

        fits = polished(problem, fits, model.symbols)
    entries = tuple(range(len(model.parameters)))
    none = ProfileLimits(np.full(peak.shape, -np.inf), np.full(peak.shape, np.inf))
    rise = student_quantile(problem, fits.x) ** 2
    found = profile_limits(problem, fits.x, entries, rise) if limits else dict.fromkeys(entries, none)
    by_symbol = {symbol: found[k] for k, symbol in enumerate(model.symbols)}
    return ModelFits(model, method, problem, fits, covariance(problem, fits.x, fits.at_bound), by_symbol)
