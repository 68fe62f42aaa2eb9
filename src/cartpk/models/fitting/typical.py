"""What a population fit says of the typical subject, of the covariates' effects and of the correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartpk.core import special
from cartpk.core.estimation.profiles import FloatArray
from cartpk.models.base import Derived
from cartpk.models.fitting.population import ModelPopulation
from cartpk.models.parameter import Parameter, Transform, Unit

__all__ = ["Correlation", "Effect", "Typical", "correlations", "effects", "typical_rows"]

_NO_SLOPE = 1e-6


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
    omega_rse
        Relative standard error of omega, %; nan where it was fixed or is not determined.
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
    omega_rse: float
    shrinkage: float


@dataclass(frozen=True)
class Effect:
    """Coefficient of a covariate on the transformed scale, with its 95 % confidence limits.

    ``df`` are the degrees of freedom of the limits' t quantile.
    """

    coefficient: float
    se: float
    lower: float
    upper: float
    df: int


@dataclass(frozen=True)
class Correlation:
    """Correlation of two random effects; its 95 % limits are symmetric on Fisher's z scale."""

    first: str
    second: str
    value: float
    se: float
    lower: float
    upper: float


def quantile(df: int) -> float:
    """97.5 % quantile of Student's t: standard errors come from as many subjects as there are.

    Examples
    --------
    >>> round(quantile(39), 4)
    2.0227
    """
    return float(special.stdtrit(max(df, 1), 0.975))


def typical_rows(fit: ModelPopulation) -> list[Typical]:
    """The population parameters, then the quantities of the typical subject."""
    parameters = fit.curve.scale.parameters
    rows = [_parameter(fit, k, parameter) for k, parameter in enumerate(parameters)]
    own = {parameter.paramcd for parameter in parameters}
    return rows + [_derived(fit, entry) for entry in fit.curve.model.derived if entry.paramcd not in own]


def effects(fit: ModelPopulation) -> list[Effect]:
    """Coefficients of the covariates in the order of the regression."""
    theta = fit.fit.theta
    p = theta.mu.size
    df = fit.degrees_of_freedom
    out = []
    for c, value in enumerate(theta.effects):
        se = float(np.sqrt(fit.covariance[p + c, p + c]))
        half = quantile(df) * se
        out.append(Effect(float(value), se, float(value - half), float(value + half), df))
    return out


def correlations(fit: ModelPopulation) -> list[Correlation]:
    """Estimated correlations of the random effects."""
    theta, names = fit.fit.theta, fit.curve.symbols
    start = 2 * theta.mu.size + theta.effects.size
    out = []
    for k, (i, j) in enumerate(fit.fit.pairs):
        value = float(theta.covariance[i, j] / theta.omega[i] / theta.omega[j])
        se = float(np.sqrt(fit.covariance[start + k, start + k]))
        middle, half = np.arctanh(value), quantile(fit.degrees_of_freedom) * se / max(1.0 - value**2, 1e-12)
        low, high = (float(np.tanh(middle + side * half)) for side in (-1.0, 1.0))
        out.append(Correlation(names[i], names[j], value, se, low, high))
    return out


def _parameter(fit: ModelPopulation, k: int, parameter: Parameter) -> Typical:
    unit_vector = np.zeros(fit.fit.theta.mu.size)
    unit_vector[k] = 1.0
    at = float(fit.fit.theta.mu[k])
    return _row(fit, (parameter.paramcd, parameter.label, parameter.unit), parameter.transform, at, unit_vector, k)


def _derived(fit: ModelPopulation, entry: Derived) -> Typical:
    transform = Transform.LOGIT if entry.unit is Unit.FRACTION else Transform.LOG
    mu, step = fit.fit.theta.mu, 1e-5
    slope = np.empty(mu.size)
    with np.errstate(invalid="ignore", divide="ignore"):
        for k in range(mu.size):
            shift = np.zeros(mu.size)
            shift[k] = step
            up, down = (_at(fit, entry, transform, mu + sign * shift) for sign in (1.0, -1.0))
            slope[k] = (up - down) / (2.0 * step)
        at = _at(fit, entry, transform, mu)
    # a quantity that follows one parameter has that parameter's random effect
    symbols = fit.curve.symbols
    own = entry.follows[0] if len(entry.follows) == 1 else None
    named = (entry.paramcd, entry.label, entry.unit)
    return _row(fit, named, transform, at, slope, symbols.index(own) if own in symbols else None)


def _at(fit: ModelPopulation, entry: Derived, transform: Transform, phi: FloatArray) -> float:
    return float(transform.forward(entry.value(fit.curve.theta(phi[None])))[0])


def _row(
    fit: ModelPopulation,
    named: tuple[str, str, Unit],
    transform: Transform,
    at: float,
    slope: FloatArray,
    effect: int | None,
) -> Typical:
    covariance = fit.covariance[: slope.size, : slope.size]
    known = np.isfinite(np.diagonal(covariance))
    part = slope[known]
    se = float(np.sqrt(part @ covariance[np.ix_(known, known)] @ part))
    if np.any(np.abs(slope[~known]) > _NO_SLOPE) or not known.any():
        se = np.nan  # it depends on a mean that the data do not determine
    t = quantile(fit.degrees_of_freedom)
    low, value, high = (float(transform.inverse(np.array(at + z * se))) for z in (-t, 0.0, t))
    rse = 100.0 * se * float(transform.slope(np.array(value))) / value
    estimate = float(transform.inverse(np.array(at)))
    said = (np.nan, np.nan, np.nan)
    if effect is not None:
        place = slope.size + fit.fit.theta.effects.size + effect
        spread = 100.0 * float(np.sqrt(fit.covariance[place, place]))
        said = (float(fit.fit.theta.omega[effect]), spread, 100.0 * float(fit.fit.shrinkage[effect]))
    return Typical(*named, estimate, low, high, rse, *said)
