"""A fitted population kept as data, and what follows from it as tables: expected outcomes, value of a schedule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.metropolis import Theta
from cartpk.fits.covariates import Term
from cartpk.models import get_model
from cartpk.models.fitting.population import ModelPopulation
from cartpk.models.fitting.simulation import Estimates, outcomes, plan
from cartpk.models.parameter import Unit

__all__ = ["PLAN_COLUMNS", "PREDICT_COLUMNS", "FittedPopulation", "fitted_population", "plan_sampling", "predict"]

PREDICT_COLUMNS: Final = (
    "PARAMCD", "PARAM", "BASIS", "AVALU", "N", "MEDIAN", "LOWER", "UPPER", "SUBJLOW", "SUBJHIGH", "TRIALLOW",
    "TRIALHIGH", "OPENPCT",
)  # fmt: skip
PLAN_COLUMNS: Final = ("LEFTOUT", "PARAMETER", "PARAM", "TARGET", "N", "RSE", "FACTOR")
_LABELS: Final = {
    "TBLQ": "Day from Which the Curve Stays below LLOQ", "CMAX": "Highest Sample", "TMAX": "Day of the Highest Sample",
    "TLST": "Day of the Last Quantifiable Sample",
}  # fmt: skip


@dataclass(frozen=True)
class FittedPopulation:
    """Population estimates with what a later command needs of them; :meth:`to_json` and back lose nothing.

    Attributes
    ----------
    estimates
        The numbers.
    terms
        Coefficients of the covariates.
    unit
        Unit of the assay.
    n_subjects
        In the fit.
    """

    estimates: Estimates
    terms: tuple[Term, ...]
    unit: str
    n_subjects: int

    def to_json(self) -> dict[str, Any]:
        """Plain values; an unknown one is null."""
        e = self.estimates
        correlation = None if e.theta.correlation is None else e.theta.correlation.tolist()
        return {
            "model": e.model.name,
            "unit": self.unit,
            "n_subjects": self.n_subjects,
            "symbols": e.curve.symbols,
            "mu": e.theta.mu.tolist(),
            "omega": e.theta.omega.tolist(),
            "omega_fixed": e.fixed.tolist(),
            "correlation": correlation,
            "pairs": [list(pair) for pair in e.pairs],
            "log_s": e.theta.log_s,
            "residual": str(e.residual),
            "effects": e.theta.effects.tolist(),
            "terms": [asdict(term) for term in self.terms],
            "covariance": [[None if math.isnan(v) else v for v in row] for row in e.covariance.tolist()],
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> FittedPopulation:
        """The reverse of :meth:`to_json`.

        Raises
        ------
        ValueError
            When something is missing.
        """
        try:
            model = get_model(given["model"])
            terms = tuple(Term(**term) for term in given["terms"])
            correlation = given["correlation"]
            theta = Theta(
                np.array(given["mu"]), np.array(given["omega"]), float(given["log_s"]),
                None if correlation is None else np.array(correlation), np.array(given["effects"], dtype=np.float64),
            )  # fmt: skip
            covariance = np.array([[np.nan if v is None else v for v in row] for row in given["covariance"]])
            symbols = list(given["symbols"])
            estimates = Estimates(
                model, theta, np.array([symbols.index(t.parameter) for t in terms], dtype=np.intp),
                tuple((int(i), int(j)) for i, j in given["pairs"]), np.array(given["omega_fixed"], dtype=bool),
                covariance, Residual(given["residual"]),
            )  # fmt: skip
            return cls(estimates, terms, str(given["unit"]), int(given["n_subjects"]))
        except (KeyError, TypeError) as error:
            msg = f"this is no fitted population of `cartpk population --fit` or `cartpk models`: {error} is missing"
            raise ValueError(msg) from error

    def covariates(self, given: Mapping[str, object]) -> npt.NDArray[np.float64]:
        """Values of the regression's columns for these covariates; one that is not given is at its centre.

        Raises
        ------
        ValueError
            For a covariate that the fit does not have, a level it has not seen, or a word for a number.
        """
        known = dict.fromkeys(term.column for term in self.terms)
        unknown = [name for name in given if name not in known]
        if unknown:
            msg = f"the fit has no covariate {', '.join(unknown)}; it has: {', '.join(known) or 'none'}"
            raise ValueError(msg)
        self._levels_are_known(given)
        x = np.zeros(len(self.terms))
        for c, term in enumerate(self.terms):
            if term.column in given:
                try:
                    x[c] = term.value(given[term.column])
                except ValueError as error:
                    msg = f"the covariate {term.column} takes a number, found {given[term.column]!r}"
                    raise ValueError(msg) from error
        if not np.isfinite(x).all():
            msg = f"a covariate on the log scale must be above 0, found {dict(given)}"
            raise ValueError(msg)
        return x

    def _levels_are_known(self, given: Mapping[str, object]) -> None:
        for name, value in given.items():
            own = [term for term in self.terms if term.column == name and term.transform == "category"]
            levels = dict.fromkeys([*(t.contrast.split(" / ")[-1] for t in own), *(t.level for t in own)])
            if own and str(value) not in levels:
                msg = f"the covariate {name} has no level {value!r}; it has: {', '.join(levels)}"
                raise ValueError(msg)


def fitted_population(fit: ModelPopulation, terms: Sequence[Term], unit: str) -> FittedPopulation:
    """A population fit without its data."""
    theta, regression = fit.fit.theta, fit.fit.regression
    parameter = np.zeros(0, dtype=np.intp) if regression is None else regression.parameter
    bare = Theta(theta.mu, theta.omega, theta.log_s, theta.correlation, theta.effects)
    estimates = Estimates(
        fit.curve.model, bare, parameter, tuple(fit.fit.pairs), fit.fit.prior.fixed, fit.covariance, fit.fit.residual
    )
    return FittedPopulation(estimates, tuple(terms), unit, fit.profiles.n_profiles)


def predict(
    fitted: FittedPopulation,
    *,
    n: int,
    days: Sequence[float],
    lloq: float,
    seed: int,
    covariates: Mapping[str, object] | None = None,
    draws: int = 200,
    horizon: float = 720.0,
) -> pd.DataFrame:
    """Expected Cmax, Tmax, areas and persistence of n further subjects, with intervals.

    Parameters
    ----------
    fitted
        The population.
    n
        Subjects of the trial to come.
    days
        Its sampling days.
    lloq
        Limit of quantification, assay units.
    seed
        Of the random numbers.
    covariates
        Column -> value; those not named are at the median or the reference.
    draws
        Draws of the population parameters from the errors of the estimates.
    horizon
        Day up to which persistence is followed.

    Returns
    -------
    pandas.DataFrame
        PARAMCD, PARAM, BASIS (``curve``: without error of measurement; ``samples``: of this schedule, with it), AVALU,
        N, MEDIAN with LOWER and UPPER (95 % confidence interval of the population's median), SUBJLOW, SUBJHIGH (95 %
        prediction interval of one subject), TRIALLOW, TRIALHIGH (of the median of n subjects), OPENPCT (subjects
        without a value: still quantifiable at the horizon, or never). An infinite number lies beyond the horizon.

    Raises
    ------
    ValueError
        For a number that cannot be, or a covariate that the fit does not have.
    """
    schedule = _schedule(days, n, lloq)
    if draws < 2 or horizon <= 30:
        msg = f"a prediction needs at least 2 draws and a horizon beyond day 30, found {draws} and {horizon:g}"
        raise ValueError(msg)
    x = fitted.covariates(covariates or {})
    entries = {entry.paramcd: entry for entry in fitted.estimates.model.derived}
    rows = []
    for one in outcomes(fitted.estimates, x, n, schedule, lloq, seed=seed, draws=draws, horizon=horizon):
        entry = entries.get(one.code)
        unit = entry.unit if entry else Unit.CONC if one.code == "CMAX" else Unit.DAY
        rows.append(
            {
                "PARAMCD": one.code, "PARAM": entry.label if entry else _LABELS[one.code], "BASIS": one.basis,
                "AVALU": unit.of(fitted.unit) or None, "N": n, "MEDIAN": one.median, "LOWER": one.lower,
                "UPPER": one.upper, "SUBJLOW": one.subject_low, "SUBJHIGH": one.subject_high,
                "TRIALLOW": one.trial_low, "TRIALHIGH": one.trial_high, "OPENPCT": 100.0 * one.open_share,
            }
        )  # fmt: skip
    return pd.DataFrame.from_records(rows, columns=list(PREDICT_COLUMNS))


def plan_sampling(
    fitted: FittedPopulation,
    *,
    n: int,
    days: Sequence[float],
    lloq: float,
    seed: int,
    covariates: Mapping[str, object] | None = None,
    virtual: int = 200,
) -> pd.DataFrame:
    """Expected relative standard errors of a schedule and of the same schedule without each of its visits.

    Parameters
    ----------
    fitted, n, days, lloq, seed, covariates
        As in :func:`predict`.
    virtual
        Virtual subjects of the Monte Carlo information.

    Returns
    -------
    pandas.DataFrame
        LEFTOUT (day of the visit that is left out; empty = none), PARAMETER, PARAM, TARGET (``typical`` value, ``sd``
        of the random effect, ``residual`` SD), N, RSE (%, nan = not determined), FACTOR (RSE by that of the whole
        schedule: 1 = the visit does not inform this parameter).
    """
    schedule = _schedule(days, n, lloq)
    if virtual < 20:
        msg = f"the expected information needs at least 20 virtual subjects, found {virtual}"
        raise ValueError(msg)
    e = fitted.estimates
    x = fitted.covariates(covariates or {})
    parameters = e.curve.scale.parameters
    value = [float(p.transform.inverse(np.array(m))) for p, m in zip(parameters, e.at(x).mu, strict=True)]
    typical = [100.0 * float(p.transform.slope(np.array(v))) / v for p, v in zip(parameters, value, strict=True)]
    targets = [(p.symbol, p.label, "typical", scale) for p, scale in zip(parameters, typical, strict=True)]
    targets += [(p.symbol, p.label, "sd", 100.0) for p in parameters]
    places = [*range(2 * len(parameters)), -1]
    targets.append(("sigma", "Residual SD", "residual", 100.0))
    rows = []
    whole: list[float] = []
    for left, error in plan(e, x, n, schedule, lloq, seed=seed, virtual=virtual):
        rse = [float(error[at]) * target[3] for at, target in zip(places, targets, strict=True)]
        whole = whole or rse
        for (symbol, label, kind, _), own, base in zip(targets, rse, whole, strict=True):
            row = {"LEFTOUT": left, "PARAMETER": symbol, "PARAM": label, "TARGET": kind, "N": n, "RSE": own}
            rows.append({**row, "FACTOR": own / base if base > 0 else np.nan})
    return pd.DataFrame.from_records(rows, columns=list(PLAN_COLUMNS))


def _schedule(days: Sequence[float], n: int, lloq: float) -> npt.NDArray[np.float64]:
    schedule = np.unique(np.asarray(days, dtype=np.float64))
    schedule = schedule[schedule > 0]
    if schedule.size < 2 or not np.isfinite(schedule).all():
        msg = f"a schedule needs at least 2 sampling days after day 0, found {', '.join(f'{d:g}' for d in schedule)}"
        raise ValueError(msg)
    if n < 1 or not lloq > 0:
        msg = f"subjects must be at least 1 and the LLOQ above 0, found {n} and {lloq:g}"
        raise ValueError(msg)
    return schedule
