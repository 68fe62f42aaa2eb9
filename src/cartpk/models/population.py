"""A kinetic model fitted to a whole trial at once: typical values, their spread, individual estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cartpk.core.estimation.covariates import Regression
from cartpk.core.estimation.diagnostics import simulate_population
from cartpk.core.estimation.evidence import Evidence, importance_minus2ll, louis_information
from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.population import OmegaPrior, PopulationFit, SaemSettings, fit_population
from cartpk.core.estimation.profiles import BoolArray, FloatArray, Profiles
from cartpk.core.estimation.sampled import SampledLikelihood
from cartpk.models.base import Derived, KineticModel, PopulationScale, natural, transformed
from cartpk.models.fitting import fit_model
from cartpk.models.population_errors import covariance_of_estimates
from cartpk.models.typical import Correlation, Effect, Typical, correlations, effects, typical_rows

__all__ = [
    "COLLAPSED",
    "SMALL_TRIAL",
    "ModelPopulation",
    "PopulationCurve",
    "Spread",
    "Typical",
    "fit_model_population",
]

COLLAPSED = 0.05
"""A random effect whose SD is below this (5 % on the log scale) is reported as collapsed."""
SMALL_TRIAL = 12
"""Subjects up to which the SDs of the random effects get a prior: without one they collapse; [choice]."""
SMALL_TRIAL_SD, SMALL_TRIAL_WEIGHT = 0.5, 3.0
"""That prior: as if 3 more subjects had shown an SD of 0.5 (50 % on the log scale); [choice]."""
COVARIANCE_SUBJECTS = 4
"""Subjects that each covariance of the random effects needs, without a prior; [choice]."""


@dataclass(frozen=True)
class PopulationCurve:
    """The model's curve on the scale of its random effects; what SAEM moves."""

    model: KineticModel

    @property
    def scale(self) -> PopulationScale:
        """Parameters of the random effects and their way to and from theta."""
        return self.model.population or PopulationScale(self.model.parameters, _same, _same)

    def theta(self, phi: FloatArray) -> FloatArray:
        """Population scale, transformed -> the model's theta, natural scale, (…, p)."""
        return self.scale.theta(natural(self.scale.parameters, phi))

    @property
    def symbols(self) -> list[str]:
        """Symbols of the random effects' parameters."""
        return [parameter.symbol for parameter in self.scale.parameters]

    def phi(self, theta: FloatArray) -> FloatArray:
        """The reverse of :meth:`theta`."""
        return transformed(self.scale.parameters, self.scale.psi(theta))

    def log_curve(self, phi: FloatArray, day: FloatArray) -> FloatArray:
        """Logarithm of C at day (…, m) for phi (…, p)."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # absurd proposals are rejected later
            return self.model.log_value(self.theta(phi), day)

    def log_gradient(self, phi: FloatArray, day: FloatArray) -> FloatArray:
        """Derivatives by phi, (…, m, p), by central differences; SAEM does not need them."""
        step = 1e-6
        parts = []
        for k in range(phi.shape[-1]):
            shift = np.zeros(phi.shape[-1])
            shift[k] = step
            parts.append((self.log_curve(phi + shift, day) - self.log_curve(phi - shift, day)) / (2.0 * step))
        return np.stack(parts, axis=-1)


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
    """

    curve: PopulationCurve
    profiles: Profiles
    fit: PopulationFit
    evidence: Evidence
    covariance: FloatArray

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

    def typical(self) -> list[Typical]:
        """Return the population parameters, then the quantities of the typical subject."""
        return typical_rows(self)

    def effects(self) -> list[Effect]:
        """Return the coefficients of the covariates."""
        return effects(self)

    def correlations(self) -> list[Correlation]:
        """Return the estimated correlations of the random effects."""
        return correlations(self)

    def individual(self, entry: Derived) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """A quantity of every subject, (n,) each: at the conditional mean, SD and 95 % limits over the draws."""
        value = entry.value(self.curve.theta(self.fit.conditional_mean))
        draws = entry.value(self.curve.theta(self.fit.draws))
        low, high = np.quantile(draws, [0.025, 0.975], axis=0)
        return value, draws.std(axis=0), low, high

    def sampled(self, seed: int) -> SampledLikelihood:
        """The likelihood on importance draws, for tests of the covariates."""
        return SampledLikelihood.of(self.curve, self.profiles, self.fit, seed)

    def simulate(self, replicates: int, seed: int) -> FloatArray:
        """Values of ln y of virtual trials with the times of this one, (replicates, n, m), uncensored."""
        rng = np.random.default_rng([seed, 2])
        return simulate_population(self.curve, self.profiles, self.fit, replicates, rng)


def _same(values: FloatArray) -> FloatArray:
    return values


@dataclass(frozen=True)
class Spread:
    """How the random effects are modelled.

    Attributes
    ----------
    correlated
        Groups of symbols whose random effects are correlated; ``full`` = all that are not fixed; () = none.
    fixed
        Symbol (of the population scale) -> SD of its random effect that is not estimated.
    prior_sd, prior_subjects
        Prior of the other SDs: as if so many more subjects had shown this SD, and no correlation. None = 3 subjects
        with at most 12 in the trial, else none.
    """

    correlated: tuple[tuple[str, ...], ...] | Literal["full"] = ()
    fixed: Mapping[str, float] = field(default_factory=dict)
    prior_sd: float = SMALL_TRIAL_SD
    prior_subjects: float | None = None

    def prior(self, curve: PopulationCurve, n: int) -> OmegaPrior:
        """Prior of the SDs for n subjects.

        Raises
        ------
        ValueError
            For a symbol that is not there, or an SD that is not positive.
        """
        symbols = curve.symbols
        self._known(curve, self.fixed)
        if any(not sd > 0 for sd in self.fixed.values()):
            msg = f"a fixed SD of a random effect must be above 0, found {dict(self.fixed)}"
            raise ValueError(msg)
        sd = np.array([self.fixed.get(symbol, self.prior_sd) for symbol in symbols])
        weight = self.weight(n)
        return OmegaPrior(sd, np.array([np.inf if symbol in self.fixed else weight for symbol in symbols]))

    def weight(self, n: int) -> float:
        """Subjects that the prior is worth in a trial of n."""
        if self.prior_subjects is not None:
            return self.prior_subjects
        return SMALL_TRIAL_WEIGHT if n <= SMALL_TRIAL else 0.0

    def free(self, curve: PopulationCurve, n: int) -> BoolArray | None:
        """Covariances that are estimated, (p, p); None = none.

        Raises
        ------
        ValueError
            For a symbol that is not there, fixed or named twice; where the subjects are too few.
        """
        symbols = curve.symbols
        every = tuple(symbol for symbol in symbols if symbol not in self.fixed)
        groups = (every,) if self.correlated == "full" else self.correlated
        out = np.zeros((len(symbols), len(symbols)), dtype=bool)
        used: list[str] = []
        for group in groups:
            self._known(curve, group)
            for symbol in group:
                if symbol in used or symbol in self.fixed:
                    why = "in two groups" if symbol in used else "fixed"
                    msg = f"the random effect of {symbol} cannot be correlated: it is {why}"
                    raise ValueError(msg)
                used.append(symbol)
            at = [symbols.index(symbol) for symbol in group]
            out[np.ix_(at, at)] = True
        np.fill_diagonal(out, val=False)
        if not out.any():
            return None
        self._enough(int(out.sum()) // 2, max(len(group) for group in groups), n)
        return out

    def _enough(self, covariances: int, largest: int, n: int) -> None:
        """Refuse covariances that so few subjects cannot tell."""
        by_prior = self.prior_subjects is not None and self.prior_subjects > 0
        needed = largest + 1 if by_prior else max(COVARIANCE_SUBJECTS * covariances, SMALL_TRIAL + 1)
        if n < needed:
            help_ = "correlate fewer of them" if by_prior else "correlate fewer of them or give them a prior"
            msg = (
                f"{covariances} covariances of random effects need at least {needed} subjects, found {n}: {help_} "
                "(models.population.omega, omega_prior_subjects)"
            )
            raise ValueError(msg)

    @staticmethod
    def _known(curve: PopulationCurve, given: Iterable[str]) -> None:
        unknown = sorted(set(given) - set(curve.symbols))
        if unknown:
            there = ", ".join(curve.symbols)
            msg = f"model {curve.model.name}: no random effect named {', '.join(unknown)}; it has {there}"
            raise ValueError(msg)


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
    return ModelPopulation(curve, profiles, fit, evidence, covariance_of_estimates(information, means, fixed))
