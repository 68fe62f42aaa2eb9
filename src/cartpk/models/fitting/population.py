"""A kinetic model fitted to a whole trial at once: typical values, their spread, individual estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cartpk.core.estimation.covariates import Regression
from cartpk.core.estimation.diagnostics import simulate_population
from cartpk.core.estimation.evidence import Evidence, importance_minus2ll, louis_information
from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.population import PopulationFit, SaemSettings, fit_population
from cartpk.core.estimation.profiles import BoolArray, FloatArray, Profiles
from cartpk.core.estimation.sampled import SampledLikelihood
from cartpk.models.base import Derived, KineticModel
from cartpk.models.fitting.individual import fit_model
from cartpk.models.fitting.population_errors import covariance_of_estimates
from cartpk.models.fitting.random_effects import PopulationCurve, Spread

__all__ = ["COLLAPSED", "ModelPopulation", "fit_model_population"]

COLLAPSED = 0.05
"""A random effect whose SD is below this (5 % on the log scale) is reported as collapsed."""


@dataclass(frozen=True)
class ModelPopulation:
    """The population fit of one model.

    Attributes
    ----------
    curve
        The model on the scale of its random effects.
    profiles
        What was fitted, one profile per subject.
    fit, evidence
        Estimates; -2 log-likelihood.
    covariance
        Of (mu, effects, ln omega, correlations, ln s), (q, q), from Louis' information; nan for what was fixed or what
        the data do not determine.
    seed
        Of the random numbers.
    """

    curve: PopulationCurve
    profiles: Profiles
    fit: PopulationFit
    evidence: Evidence
    covariance: FloatArray
    seed: int

    @property
    def n_parameters(self) -> int:
        """Estimated numbers: means, effects, SDs and correlations, and s; fixed SDs do not count."""
        theta = self.fit.theta
        more = theta.effects.size + len(self.fit.pairs)
        return 2 * theta.mu.size + 1 + more - int(self.fit.prior.fixed.sum())

    @property
    def aic(self) -> float:
        """-2 log-likelihood + 2 x parameters."""
        return self.evidence.minus2ll + 2.0 * self.n_parameters

    @property
    def bicc(self) -> float:
        """Corrected BIC: ln(subjects) for every mean, effect, SD and correlation, ln(samples) for s.

        References
        ----------
        Delattre M, Lavielle M, Poursat M-A. A note on BIC in mixed-effects models. Electron J Stat 2014;8:456.
        """
        samples = float((self.profiles.n_observed + self.profiles.n_blq).sum())
        random = (self.n_parameters - 1) * np.log(self.profiles.n_profiles)
        return float(self.evidence.minus2ll + random + np.log(samples))

    @property
    def collapsed(self) -> BoolArray:
        """Random effects without spread, (p,)."""
        below: BoolArray = self.fit.theta.omega < COLLAPSED
        return below

    @property
    def degrees_of_freedom(self) -> int:
        """Of the confidence limits: subjects less the coefficients of the parameter that has most, at least 1."""
        regression = self.fit.regression
        most = 0 if regression is None or not regression.n_effects else int(np.bincount(regression.parameter).max())
        return max(self.profiles.n_profiles - 1 - most, 1)

    def individual(self, entry: Derived) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """A quantity of every subject, (n,) each: at the conditional mean, SD and 95 % limits.

        SD and limits are those of draws that also carry what is not known of typical values and spreads.
        """
        value = entry.value(self.curve.theta(self.fit.conditional_mean))
        draws = entry.value(self.curve.theta(self._uncertain))
        low, high = np.quantile(draws, [0.025, 0.975], axis=0)
        return value, draws.std(axis=0), low, high

    @cached_property
    def _uncertain(self) -> FloatArray:
        """Draws of every subject's phi, (draws, n, p)."""
        return self.sampled(self.seed).uncertain(self.covariance, self.degrees_of_freedom, self.seed)

    def sampled(self, seed: int) -> SampledLikelihood:
        """The likelihood on importance draws, for tests of the covariates."""
        return SampledLikelihood.of(self.curve, self.profiles, self.fit, seed)

    def simulate(self, replicates: int, seed: int) -> FloatArray:
        """Values of ln y of virtual trials with the times of this one, (replicates, n, m), uncensored."""
        rng = np.random.default_rng([seed, 2])
        return simulate_population(self.curve, self.profiles, self.fit, replicates, rng)


def fit_model_population(
    model: KineticModel,
    profiles: Profiles,
    settings: SaemSettings,
    *,
    residual: Residual = Residual.NORMAL,
    fixed_omega: Mapping[str, float] | None = None,
    spread: Spread | None = None,
    regression: Regression | None = None,
    start: FloatArray | None = None,
) -> ModelPopulation:
    """Population fit of a model by SAEM, started at the individual MAP fits.

    Parameters
    ----------
    model
        What is fitted; its priors only shape the starting values.
    profiles
        One profile per subject, each with a quantified result.
    settings
        Seed, iterations, chains.
    residual
        Distribution of the residual.
    fixed_omega
        Symbol (of the population scale) -> SD of its random effect that is not estimated; short for ``spread``.
    spread
        Correlations, fixed SDs and priors of the random effects.
    regression
        Covariates of the subjects.
    start
        Where the subjects' phi start, (n, p), instead of the individual fits.

    Notes
    -----
    With at most 12 subjects the SDs that are not fixed have a prior worth 3 subjects with an SD of 0.5, unless
    ``spread`` says otherwise.

    Raises
    ------
    ValueError
        With fewer than 2 subjects, a fixed SD of a parameter that is not there, or too few subjects for the
        covariances.
    """
    curve = PopulationCurve(model)
    asked = spread or Spread(fixed=dict(fixed_omega or {}))
    n = profiles.n_profiles
    prior, free = asked.prior(curve, n), asked.free(curve, n)
    if start is None:
        start = curve.phi(fit_model(model, profiles, Method.MAP, residual=residual, polish=False, limits=False).theta)
    fit = fit_population(
        curve, profiles, start, settings, prior=prior, residual=residual, regression=regression, free=free
    )
    evidence = importance_minus2ll(curve, profiles, fit, seed=settings.seed)
    means = fit.theta.mu.size + fit.theta.effects.size
    fixed = np.concatenate([np.zeros(means, bool), prior.fixed, np.zeros(len(fit.pairs) + 1, bool)])
    # Louis' formula subtracts moments of the draws: with many covariances these must not be chains
    known = fit if free is None else SampledLikelihood.of(curve, profiles, fit, settings.seed).resampled(settings.seed)
    information = louis_information(curve, profiles, known)
    covariance = covariance_of_estimates(information, means, fixed)
    return ModelPopulation(curve, profiles, fit, evidence, covariance, settings.seed)
