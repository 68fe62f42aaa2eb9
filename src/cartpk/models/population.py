"""A kinetic model fitted to a whole trial at once: typical values, their spread, individual estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cartpk.core.estimation.diagnostics import simulate_population
from cartpk.core.estimation.evidence import Evidence, importance_minus2ll, louis_information
from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.population import OmegaPrior, PopulationFit, SaemSettings, fit_population
from cartpk.core.estimation.profiles import BoolArray, FloatArray, Profiles
from cartpk.models.base import Derived, KineticModel, Parameter, PopulationScale, Transform, Unit, natural, transformed
from cartpk.models.fitting import fit_model

__all__ = ["COLLAPSED", "SMALL_TRIAL", "ModelPopulation", "PopulationCurve", "Typical", "fit_model_population"]

COLLAPSED = 0.05
"""A random effect whose SD is below this (5 % on the log scale) is reported as collapsed."""
SMALL_TRIAL = 12
"""Subjects up to which the SDs of the random effects get a prior: without one they collapse; [choice]."""
SMALL_TRIAL_SD, SMALL_TRIAL_WEIGHT = 0.5, 3.0
"""That prior: as if 3 more subjects had shown an SD of 0.5 (50 % on the log scale); [choice]."""
_FLAT = 1e-8
"""Least eigenvalue of the information, scaled to a diagonal of 1, of estimates that the data determine."""
_NO_SLOPE = 1e-6
_Z95 = 1.959963984540054


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
class Typical:
    """A population parameter or a quantity of the typical subject.

    Attributes
    ----------
    paramcd, label, unit
        What it is.
    estimate, lower, upper
        Typical value and its 95 % confidence limits, natural scale.
    rse
        Relative standard error, %; nan where the information is singular.
    omega
        SD of the random effect on the transformed scale; nan for a quantity that has none of its own.
    shrinkage
        1 - SD of the individual estimates / omega, %.
    """

    paramcd: str
    label: str
    unit: Unit
    estimate: float
    lower: float
    upper: float
    rse: float
    omega: float
    shrinkage: float


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
        Of mu, (p, p), from Louis' information; nan for a mean that the data do not determine.
    """

    curve: PopulationCurve
    profiles: Profiles
    fit: PopulationFit
    evidence: Evidence
    covariance: FloatArray

    @property
    def n_parameters(self) -> int:
        """Estimated numbers: means and SDs of the random effects, and s; fixed SDs do not count."""
        return 2 * self.fit.theta.mu.size + 1 - int(self.fit.prior.fixed.sum())

    @property
    def aic(self) -> float:
        """-2 log-likelihood + 2 x parameters."""
        return self.evidence.minus2ll + 2.0 * self.n_parameters

    @property
    def bicc(self) -> float:
        """Corrected BIC: ln(subjects) for every mean and SD of a random effect, ln(samples) for s.

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

    def typical(self) -> list[Typical]:
        """Return the population parameters, then the quantities of the typical subject."""
        parameters = self.curve.scale.parameters
        rows = [self._parameter(k, parameter) for k, parameter in enumerate(parameters)]
        own = {parameter.paramcd for parameter in parameters}
        return rows + [self._derived(entry) for entry in self.curve.model.derived if entry.paramcd not in own]

    def individual(self, entry: Derived) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """A quantity of every subject, (n,) each: at the conditional mean, SD and 95 % limits over the draws."""
        value = entry.value(self.curve.theta(self.fit.conditional_mean))
        draws = entry.value(self.curve.theta(self.fit.draws))
        low, high = np.quantile(draws, [0.025, 0.975], axis=0)
        return value, draws.std(axis=0), low, high

    def simulate(self, replicates: int, seed: int) -> FloatArray:
        """Values of ln y of virtual trials with the times of this one, (replicates, n, m), uncensored."""
        rng = np.random.default_rng([seed, 2])
        return simulate_population(self.curve, self.profiles, self.fit, replicates, rng)

    def _parameter(self, k: int, parameter: Parameter) -> Typical:
        theta = self.fit.theta
        unit_vector = np.zeros(theta.mu.size)
        unit_vector[k] = 1.0
        said = (float(theta.omega[k]), 100.0 * float(self.fit.shrinkage[k]))
        at = float(theta.mu[k])
        return self._row(parameter.paramcd, parameter.label, parameter.unit, parameter.transform, at, unit_vector, said)

    def _derived(self, entry: Derived) -> Typical:
        transform = Transform.LOGIT if entry.unit is Unit.FRACTION else Transform.LOG
        mu, step = self.fit.theta.mu, 1e-5
        slope = np.empty(mu.size)
        with np.errstate(invalid="ignore", divide="ignore"):
            for k in range(mu.size):
                shift = np.zeros(mu.size)
                shift[k] = step
                up, down = (self._at(entry, transform, mu + sign * shift) for sign in (1.0, -1.0))
                slope[k] = (up - down) / (2.0 * step)
            at = self._at(entry, transform, mu)
        # a quantity that follows one parameter has that parameter's random effect
        symbols = [parameter.symbol for parameter in self.curve.scale.parameters]
        said = (np.nan, np.nan)
        if len(entry.follows) == 1 and entry.follows[0] in symbols:
            k = symbols.index(entry.follows[0])
            said = (float(self.fit.theta.omega[k]), 100.0 * float(self.fit.shrinkage[k]))
        return self._row(entry.paramcd, entry.label, entry.unit, transform, at, slope, said)

    def _at(self, entry: Derived, transform: Transform, phi: FloatArray) -> float:
        return float(transform.forward(entry.value(self.curve.theta(phi[None])))[0])

    def _row(
        self,
        paramcd: str,
        label: str,
        unit: Unit,
        transform: Transform,
        at: float,
        slope: FloatArray,
        said: tuple[float, float],
    ) -> Typical:
        known = np.isfinite(np.diagonal(self.covariance))
        part = slope[known]
        se = float(np.sqrt(part @ self.covariance[np.ix_(known, known)] @ part))
        if np.any(np.abs(slope[~known]) > _NO_SLOPE) or not known.any():
            se = np.nan  # it depends on a mean that the data do not determine
        low, value, high = (float(transform.inverse(np.array(at + z * se))) for z in (-_Z95, 0.0, _Z95))
        rse = 100.0 * se * float(transform.slope(np.array(value))) / value
        estimate = float(transform.inverse(np.array(at)))
        return Typical(paramcd, label, unit, estimate, low, high, rse, *said)


def _same(values: FloatArray) -> FloatArray:
    return values


def fit_model_population(
    model: KineticModel,
    profiles: Profiles,
    settings: SaemSettings,
    *,
    residual: Residual = Residual.NORMAL,
    fixed_omega: Mapping[str, float] | None = None,
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
        Symbol (of the population scale) -> SD of its random effect that is not estimated.

    Notes
    -----
    With at most 12 subjects the other SDs have a prior worth 3 subjects with an SD of 0.5.

    Raises
    ------
    ValueError
        With fewer than 2 subjects, or a fixed SD of a parameter that is not there.
    """
    curve = PopulationCurve(model)
    prior = _omega_prior(curve, profiles.n_profiles, dict(fixed_omega or {}))
    single = fit_model(model, profiles, Method.MAP, residual=residual, polish=False)
    fit = fit_population(curve, profiles, curve.phi(single.theta), settings, prior=prior, residual=residual)
    evidence = importance_minus2ll(curve, profiles, fit, seed=settings.seed)
    covariance = _covariance_of_mu(louis_information(curve, profiles, fit), prior.fixed)
    return ModelPopulation(curve, profiles, fit, evidence, covariance)


def _omega_prior(curve: PopulationCurve, n: int, fixed: dict[str, float]) -> OmegaPrior:
    """Priors of the SDs: of a small trial, and of those that are fixed."""
    symbols = [parameter.symbol for parameter in curve.scale.parameters]
    unknown = sorted(set(fixed) - set(symbols))
    if unknown:
        msg = f"model {curve.model.name}: no random effect named {', '.join(unknown)}; it has {', '.join(symbols)}"
        raise ValueError(msg)
    if any(not sd > 0 for sd in fixed.values()):
        msg = f"a fixed SD of a random effect must be above 0, found {fixed}"
        raise ValueError(msg)
    weight = SMALL_TRIAL_WEIGHT if n <= SMALL_TRIAL else 0.0
    sd = np.array([fixed.get(symbol, SMALL_TRIAL_SD) for symbol in symbols])
    return OmegaPrior(sd, np.array([np.inf if symbol in fixed else weight for symbol in symbols]))


def _covariance_of_mu(information: FloatArray, fixed: BoolArray) -> FloatArray:
    """Covariance of mu, (p, p), nan for a mean that the data do not determine.

    Where the whole information is not positive definite the SDs of the random effects count as known; where that does
    not help, the mean that leads the flattest direction does as well, one after the other.
    """
    p = fixed.size
    out = np.full((p, p), np.nan)
    whole = np.concatenate([np.ones(p, bool), ~fixed, [True]])
    kept = np.flatnonzero(whole)
    while kept.size:
        block = information[np.ix_(kept, kept)]
        scale = np.sqrt(np.maximum(np.diagonal(block), 0.0))
        dead = scale <= 0
        unit = block / np.where(dead, 1.0, scale) / np.where(dead, 1.0, scale)[:, None]
        value, direction = np.linalg.eigh(unit)
        if not dead.any() and value[0] > _FLAT:
            means = kept[kept < p]
            inverse = np.linalg.inv(block)[: means.size, : means.size]
            out[np.ix_(means, means)] = inverse
            return out
        if kept.size > p or kept[-1] >= p:
            kept = np.arange(p)
        else:
            worst = np.argmax(dead) if dead.any() else np.argmax(np.abs(direction[:, 0]))
            kept = np.delete(kept, worst)
    return out
