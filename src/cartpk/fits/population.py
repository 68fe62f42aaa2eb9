"""ADNCA -> population estimates of a kinetic model, and every subject's individual estimate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.population import SaemSettings
from cartpk.fits.covariate_tables import covariate_rows, screen_rows
from cartpk.fits.covariates import CovariateLike, Prepared, prepare
from cartpk.fits.diagnostics import diagnostic_tables
from cartpk.fits.intake import Intake, one_of, read_profiles
from cartpk.fits.rows import COLUMNS, head_of_row
from cartpk.fits.simulation import FittedPopulation, fitted_population
from cartpk.models import KineticModel, get_model
from cartpk.models.fitting.population import ModelPopulation, fit_model_population
from cartpk.models.fitting.random_effects import SMALL_TRIAL, PopulationCurve, Spread
from cartpk.models.fitting.typical import correlations, typical_rows

__all__ = ["PopulationTables", "derive_params_population"]

_CORRELATION = {
    "first": "PARAMETER1", "second": "PARAMETER2", "value": "CORR", "se": "SE", "lower": "LOWER", "upper": "UPPER",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class PopulationTables:
    """What a population fit gives.

    Attributes
    ----------
    parameters
        One row per population parameter and per quantity of the typical subject: PARAMCD, ESTIMATE (natural scale),
        RSE (%), OMEGA (SD of the random effect, transformed scale), SHRINKAGE (%), 95 % limits, OMEGARSE (%).
    adpp
        One row per subject and quantity (``PARCAT1`` MODEL): value at the conditional mean.
    summary
        minus2ll, minus2ll_se, aic, bicc, sigma, counts, convergence, seed, message.
    trace
        Estimates after each iteration.
    samples, vpc
        Diagnostics (:func:`cartpk.fits.diagnostics.diagnostic_tables`); empty unless asked for.
    covariates, screening
        Effects of covariates with their tests; screening of further columns
        (:func:`cartpk.fits.covariate_tables.covariate_rows`, :func:`cartpk.fits.covariate_tables.screen_rows`).
    correlations
        PARAMETER1, PARAMETER2, CORR, SE, LOWER, UPPER of the random effects.
    estimates
        The fit as :mod:`cartpk.fits.simulation` continues it.
    """

    parameters: pd.DataFrame
    adpp: pd.DataFrame
    summary: dict[str, Any]
    trace: pd.DataFrame
    samples: pd.DataFrame
    vpc: pd.DataFrame
    covariates: pd.DataFrame
    screening: pd.DataFrame
    correlations: pd.DataFrame
    estimates: FittedPopulation


def derive_params_population(
    adnca: pd.DataFrame,
    model: str | KineticModel = "stein",
    *,
    seed: int,
    settings: SaemSettings | None = None,
    residual: str | Residual = Residual.NORMAL,
    fixed_omega: Mapping[str, float] | None = None,
    spread: Spread | None = None,
    covariates: Sequence[CovariateLike] = (),
    screened: Sequence[str] = (),
    covariate_table: pd.DataFrame | None = None,
    replicates: int = 0,
    subjects: Iterable[str] = (),
    events: pd.DataFrame | None = None,
) -> PopulationTables:
    """Population estimates of one model for a trial, by SAEM with results below the limit as censored (M3).

    Parameters
    ----------
    adnca
        As in :func:`cartpk.fits.derive_params_model`, one profile per subject and one unit.
    model
        Name in :data:`cartpk.models.MODELS`, or a model.
    seed
        Of the random numbers.
    settings
        Length of the run; its seed is replaced by ``seed``.
    residual
        ``normal`` or ``student`` (t with 4 degrees of freedom), on the log scale.
    fixed_omega
        Symbol -> SD of its random effect that is not estimated, e.g. ``{"beta": 0.5}`` where the follow-up is short.
    spread
        Correlations, fixed SDs and priors of the random effects, in place of ``fixed_omega``.
    covariates
        Covariates of parameters (:class:`cartpk.fits.covariates.Covariate`); each is tested by a fit without it.
    screened
        Columns whose relation to every parameter's random effects is screened.
    covariate_table
        One row per subject with the covariates' columns; None = the columns of ``adnca``.
    replicates
        Simulated trials for the diagnostics; 0 = no diagnostics.
    subjects, events
        As in :func:`cartpk.fits.derive_params_model`.

    Notes
    -----
    Subjects without a single quantified result are left out of the fit and come out with that reason: a log-normal
    peak cannot describe cells that were never seen. So are subjects without a value of a covariate.

    Raises
    ------
    ValueError
        When a subject has several profiles, the trial several units, fewer than 2 subjects have a result, or too few
        for what is asked.
    """
    chosen = get_model(model) if isinstance(model, str) else model
    intake = read_profiles(adnca, len(chosen.parameters), Method.MAP, subjects=subjects, events=events)
    used = np.flatnonzero(intake.profiles.n_observed > 0)
    _check_one_profile_each(intake, used)
    run = SaemSettings(**{**(vars(settings) if settings else {}), "seed": seed})
    shape = one_of(Residual, residual, "residual")
    asked = spread or Spread(fixed=dict(fixed_omega or {}))
    subjects_of = adnca if covariate_table is None else covariate_table
    names = intake.keys["USUBJID"].iloc[used].tolist()
    prepared = prepare(covariates, PopulationCurve(chosen).symbols, subjects_of, names)
    for row, reason in zip(used, prepared.missing, strict=True):
        intake.reason[int(row)] = reason or intake.reason[int(row)]
    used = used[prepared.has_all]
    _enough(used)
    fit = fit_model_population(
        chosen, intake.profiles.take(used), run, residual=shape, spread=asked, regression=prepared.regression
    )
    unit = intake.unit[int(used[0])]
    samples, vpc = pd.DataFrame(), pd.DataFrame()
    if replicates:
        samples, vpc = diagnostic_tables(fit, intake.keys["USUBJID"].iloc[used], replicates, seed)
    return PopulationTables(
        parameters=_parameters(fit, unit),
        adpp=_individuals(intake, fit, {int(row): at for at, row in enumerate(used)}),
        summary=_summary(fit, chosen, seed, asked, prepared, list(screened)),
        trace=_trace(fit, prepared),
        samples=samples,
        vpc=vpc,
        covariates=covariate_rows(fit, prepared, seed),
        screening=screen_rows(
            fit, screened, subjects_of, [n for n, has in zip(names, prepared.has_all, strict=True) if has]
        ),
        correlations=pd.DataFrame.from_records([vars(c) for c in correlations(fit)], columns=list(_CORRELATION)).rename(
            columns=_CORRELATION
        ),
        estimates=fitted_population(fit, prepared.terms, unit),
    )


def _trace(fit: ModelPopulation, prepared: Prepared) -> pd.DataFrame:
    names = fit.curve.symbols
    effects = [f"{t.parameter}~{t.column}{f'={t.level}' if t.level else ''}" for t in prepared.terms]
    pairs = [f"corr_{names[i]}_{names[j]}" for i, j in fit.fit.pairs]
    columns = [*names, *(f"omega_{name}" for name in names), "sigma", *effects, *pairs]
    return pd.DataFrame(fit.fit.trace, columns=columns).rename_axis("ITERATION").reset_index()


def _check_one_profile_each(intake: Intake, used: np.ndarray[Any, np.dtype[np.intp]]) -> None:
    subjects = intake.keys["USUBJID"].iloc[used]
    several = sorted(set(subjects[subjects.duplicated()]))
    if several:
        msg = (
            f"a population fit takes one profile per subject; subject {several[0]} has several: filter the table first"
        )
        raise ValueError(msg)
    units = sorted({intake.unit[int(row)] for row in used})
    if len(units) > 1:
        msg = f"a population fit takes one unit, found {', '.join(units)}"
        raise ValueError(msg)
    mixed = [reason for reason in intake.reason if reason.startswith("results in more than one unit")]
    if mixed:
        msg = f"a population fit takes one unit; one subject has {mixed[0]}"
        raise ValueError(msg)
    _enough(used)


def _enough(used: np.ndarray[Any, np.dtype[np.intp]]) -> None:
    if used.size < 2:
        msg = f"a population fit needs at least 2 subjects with a quantified result, found {used.size}"
        raise ValueError(msg)


def _parameters(fit: ModelPopulation, unit: str) -> pd.DataFrame:
    flags = {
        parameter.paramcd: "OMEGA_FIXED" if fixed else "OMEGA_COLLAPSED" if gone else None
        for parameter, fixed, gone in zip(fit.curve.scale.parameters, fit.fit.prior.fixed, fit.collapsed, strict=True)
    }
    rows = [
        {
            "PARAMCD": row.paramcd,
            "ESTIMATE": row.estimate,
            "RSE": row.rse,
            "OMEGA": row.omega,
            "SHRINKAGE": row.shrinkage,
            "PARAM": row.label,
            "AVALU": row.unit.of(unit) or None,
            "LOWER": row.lower,
            "UPPER": row.upper,
            "FLAG": flags.get(row.paramcd),
            "OMEGARSE": row.omega_rse,
        }
        for row in typical_rows(fit)
    ]
    return pd.DataFrame.from_records(rows)


def _individuals(intake: Intake, fit: ModelPopulation, place: dict[int, int]) -> pd.DataFrame:
    model = fit.curve.model
    method = f"{model.name.upper()} SAEM M3"
    found = [fit.individual(entry) for entry in model.derived]
    records = []
    for i, key in enumerate(intake.keys.to_dict("records")):
        for entry, (value, sd, low, high) in zip(model.derived, found, strict=True):
            row = head_of_row(key, entry, intake.unit[i], method)
            at = place.get(i)
            if at is None:
                row["PPREASND"] = intake.reason[i]
            elif not np.isfinite(value[at]):
                row["PPREASND"] = entry.nan_reason
            else:
                row |= {"AVAL": value[at], "AVALSE": sd[at], "AVALLO": low[at], "AVALHI": high[at]}
            records.append(row)
    return pd.DataFrame.from_records(records, columns=[*intake.keys.columns, *COLUMNS])


def _summary(
    fit: ModelPopulation, model: KineticModel, seed: int, spread: Spread, prepared: Prepared, screened: list[str]
) -> dict[str, Any]:
    n = fit.profiles.n_profiles
    said = []
    if weight := spread.weight(n):
        known = "is poorly known and leans" if n <= SMALL_TRIAL else "leans"
        said.append(
            f"{n} subjects: the spread of the random effects {known} on a prior (SD {spread.prior_sd:g}, worth "
            f"{weight:g} subjects){', read the individual fits beside' if n <= SMALL_TRIAL else ''}"
        )
    elif n <= SMALL_TRIAL:
        said.append(f"{n} subjects: the spread of the random effects is poorly known, read the individual fits beside")
    if gone := sum(not has for has in prepared.has_all):
        said.append(f"{gone} subjects without a value of a covariate are not in the fit")
    said += [f"covariate {one.column} of {one.parameter} is not in the fit: {why}" for one, why in prepared.left_out]
    if screened:
        said.append(
            f"screening of {', '.join(screened)} is exploratory: shrunken individual estimates, probabilities "
            "corrected for the number of tests (Holm); it finds candidates and decides nothing"
        )
    held = [p.symbol for p, fixed in zip(fit.curve.scale.parameters, fit.fit.prior.fixed, strict=True) if fixed]
    if held:
        said.append(f"SDs of random effects fixed, not estimated: {', '.join(held)}")
    names = [p.paramcd for p, gone in zip(fit.curve.scale.parameters, fit.collapsed, strict=True) if gone]
    if names:
        said.append(f"random effects without spread: {', '.join(names)}")
    lost = np.isnan(np.diagonal(fit.covariance))[: fit.fit.theta.mu.size]
    flat = [p.paramcd for p, unknown in zip(fit.curve.scale.parameters, lost, strict=True) if unknown]
    if flat:
        said.append(f"not determined by the data, no standard error: {', '.join(flat)}; the others are given these")
    return {
        "model": model.name,
        "minus2ll": fit.evidence.minus2ll,
        "minus2ll_se": fit.evidence.se,
        "aic": fit.aic,
        "bicc": fit.bicc,
        "residual": str(fit.fit.residual),
        "sigma": math.exp(fit.fit.theta.log_s),
        "omega": "diagonal" if fit.fit.free is None else "correlated",
        "n_subjects": n,
        "n_observations": int((fit.profiles.n_observed + fit.profiles.n_blq).sum()),
        "n_blq": int(fit.profiles.n_blq.sum()),
        "n_parameters": fit.n_parameters,
        "converged": fit.fit.converged,
        "seed": seed,
        "message": "; ".join(said),
    }
