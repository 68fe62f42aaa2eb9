"""Methods of the kinetic models: equations, priors with their sources, and how a fit is judged."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.models import KineticModel, Unit, get_model
from cartpk.report.prose import Grid, Section, number, paragraphs

__all__ = ["kinetic_models"]

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
