"""Methods of the kinetic models: equations, priors with their sources, and how a fit is judged."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.fits.cd7 import REPORTED
from cartpk.models import KineticModel, Unit, get_model
from cartpk.models.cd7_dynamics import EQUATION, INFLUX, PARAMETERS
from cartpk.report.prose import Grid, Section, number, paragraphs

__all__ = ["all_subjects", "counts_model", "kinetic_models"]

_METHODS: Final = {
    "map": "maximum a posteriori estimation (MAP) with the weak priors listed below",
    "ml": "maximum likelihood, without priors",
    "ls": "least squares",
}
_CENSORING: Final = {
    "map": "A BLQ result enters the likelihood as a censored observation at its own LLOQ (method M3, Beal 2001).",
    "ml": "A BLQ result enters the likelihood as a censored observation at its own LLOQ (method M3, Beal 2001).",
    "ls": "A BLQ result is set to half of its LLOQ.",
}
_CHOICES: Final = {
    "first": "The first model of the config",
    "aic": "The model of the lowest Akaike information criterion (AIC)",
    "bicc": "The model of the lowest corrected Bayesian information criterion (BICc)",
}
_RESIDUALS: Final = {
    "normal": "normal residuals",
    "student": "residuals of Student's t distribution with 4 degrees of freedom",
}


def kinetic_models(config: TrialConfig) -> Section:
    """The models fitted, one subject at a time."""
    chosen = config.models
    models = [get_model(name) for name in chosen.fit]
    shown = (
        f"""{len(models)} models were fitted. {_CHOICES[chosen.choice]} is chosen, for each profile and for the trial;
        the figures show the curve of the model chosen for the profile."""
        if len(models) > 1
        else ""
    )
    curves = "\n\n".join(f"{model.label}: {model.equation}. Source: {model.source}." for model in models)
    text = f"""
    Each profile was fitted on its own by {_METHODS[chosen.method]}, on the logarithm of the result, with
    {_RESIDUALS[chosen.residual]}. {_CENSORING[chosen.method]} The optimum is sought from several starting values and
    the best one is kept. {shown}

    {curves}

    Limits (95 %) of a parameter are those of the profile likelihood: everything else is fitted again with the parameter
    held, and the limit lies where −2 log-likelihood has risen by the square of Student's t, with the degrees of freedom
    of the residual SD (half of the information on its logarithm). Priors play no part in them, and the residual SD is
    held. Limits of areas and bands of curves are those of the delta method with the same quantile.

    A parameter is marked where the fit did not converge, where it lies on a bound, or where the data do not bound it
    on both sides. A half-life of persistence that the data do not bound on both sides is printed as a limit,
    never as a point. A model parameter is an estimate; it does not replace the observed Cmax, Tmax or area.
    """
    grids = tuple(_priors(config, model) for model in models) if chosen.method == "map" else ()
    return Section("models", "Kinetic models", paragraphs(text), grids=grids)


def _priors(config: TrialConfig, model: KineticModel) -> Grid:
    """Every prior that was used: the model's own, or the config's in its place."""
    replaced = config.models.priors.get(model.name, {})
    rows = []
    for parameter in model.parameters:
        prior = replaced.get(parameter.symbol, parameter.prior)
        unit = "" if parameter.unit in {Unit.CONC, Unit.FRACTION, Unit.RATIO} else f" {parameter.unit.value}"
        relative = " × highest result" if getattr(prior, "relative", False) else unit
        rows.append(
            (
                f"{parameter.symbol}: {parameter.label}",
                f"{number(prior.centre)}{relative}",
                f"{number(prior.sd)} ({parameter.transform.value})",
                prior.source,
            )
        )
    return Grid(f"Priors: {model.label}", ("Parameter", "Centre", "SD (scale)", "Source"), tuple(rows))


def all_subjects(config: TrialConfig) -> tuple[Section, ...]:
    """The population model, its covariates and the value of the schedule, where the config asks for them."""
    asked = config.models.population
    if asked is None:
        return ()
    model = get_model(asked.model)
    effects = {"diagonal": "independent", "full": "all correlated"}.get(str(asked.omega), "correlated within groups")
    covariates = ", ".join(f"{one.column} on {one.parameter}" for one in asked.covariates)
    named = (
        f"""Covariates in the model: {covariates}. An effect is printed as the ratio of the typical value at its
        contrast to that at the base, with a 95 % confidence interval (Louis' information, t quantile), and tested by
        the likelihood ratio of the models with and without it on the same importance draws (Geyer and Thompson
        1992)."""
        if covariates
        else "No covariate is in the model."
    )
    screened = (
        f"""Screening (exploratory): the individual random effects were regressed on {", ".join(asked.screen)}, and the
        p values corrected for the number of regressions (Holm 1979)."""
        if asked.screen
        else ""
    )
    plan = (
        """Value of the schedule: the relative standard errors (%) of the typical values and of the spreads that the
        nominal days let expect at the estimates, for the same number of subjects, by Louis' information of simulated
        subjects with results below the LLOQ censored; and the factor by which they grow without each day."""
        if asked.plan
        else ""
    )
    text = f"""
    All subjects together ({model.label}; primary analyte, first infusion): stochastic approximation EM (SAEM; Kuhn and
    Lavielle 2005) with {_RESIDUALS[asked.residual]} on the logarithm of the result; a BLQ result is censored at its own
    LLOQ. Random effects on the logarithm or logit of the parameters are {effects}. The likelihood is that of importance
    sampling, its random numbers those of seed {asked.seed}.

    {named} {screened}

    {plan}

    Intervals of one subject are those of its conditional distribution, averaged over the uncertainty of typical values
    and spreads (normal around the estimates, Student's t with subjects less 1 degrees of freedom; s and correlations
    as estimated; an SD that the data do not determine is taken as known but for a factor of e; Kass and Steffey 1989).
    """
    return (Section("population-model", "Kinetic model of all subjects", paragraphs(text)),)


def counts_model(config: TrialConfig) -> tuple[Section, ...]:
    """The model of the CD7+ counts, where the config asks for it."""
    asked = config.pharmacodynamics.dynamics
    if asked is None:
        return ()
    text = f"""
    Each subject's CD7+ counts were fitted under its own predicted kinetics C ({get_model(config.models.fit[0]).label}):
    {EQUATION}. P are CD7+ and N CD7- cells of the same population. Held: s7 = {number(INFLUX[0])} and
    sN = {number(INFLUX[1])} cells/µL/day (assumed). Form and priors are assumptions of this project, as no published
    model was found: the results are exploratory. Fits are penalised by the priors (MAP), counts below
    the LLOQ are censored (M3), and percentages are derived from the predicted counts.

    A parameter whose posterior SD exceeds {number(asked.unlearnt_above)} of its prior SD is not reported, because its
    value would be the prior's; nor is the regrowth of CD7+ cells without a count of at least
    {number(100 * asked.recovery_fraction)} % of the baseline after the nadir.
    """
    rows = []
    for parameter in PARAMETERS:
        prior = asked.priors.get(parameter.symbol, parameter.prior)
        relative = " × highest predicted level" if getattr(prior, "relative", False) else ""
        unit = {Unit.CONC: " cells/µL", Unit.PER_DAY: " 1/day"}.get(parameter.unit, "")
        reported = "" if parameter.symbol in REPORTED else " (not reported)"
        rows.append(
            (
                f"{parameter.symbol}: {parameter.label}{reported}",
                f"{number(prior.centre)}{relative or ('' if parameter.symbol == 'ec50' else unit)}",
                f"{number(prior.sd)} ({parameter.transform.value})",
                prior.source,
            )
        )
    grid = Grid("Priors: model of the CD7+ counts", ("Parameter", "Centre", "SD (scale)", "Source"), tuple(rows))
    return (Section("pd-model", "Model of the CD7+ counts", paragraphs(text), grids=(grid,)),)
