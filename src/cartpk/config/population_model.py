"""The kinetic model of all subjects together: random effects, covariates, value of the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from cartpk.config.base import Model, Positive
from cartpk.models import MODELS
from cartpk.models.base import SMALL_TRIAL_SD

if TYPE_CHECKING:
    from cartpk.models.fitting.random_effects import Spread

__all__ = ["CovariateModel", "PopulationModel"]


class CovariateModel(Model):
    """A covariate on one parameter of the population model."""

    parameter: str = Field(description="Symbol of the population parameter, e.g. cmax.")
    column: str = Field(
        description="Column of ADSL (DOSEA, DOSEP, WEIGHT, AGE, SEX, COHORT) or a grouping column of the data "
        "(response, cell source, product ...)."
    )
    transform: Literal["linear", "log", "category"] | None = Field(
        None,
        description="[choice] linear or log, both less the median, or category; null = linear for numbers, else "
        "category.",
    )
    reference: str | None = Field(
        None, description="[choice] Level that the others are compared with; null = the first one in sorted order."
    )


class PopulationModel(Model):
    """A kinetic model of all subjects together: primary analyte, its specimen, first infusion."""

    model: str = Field("stein", description="Name of the kinetic model.")
    seed: int = Field(ge=0, description="Of the random numbers: the same seed gives the same result.")
    residual: Literal["normal", "student"] = Field(
        "normal", description="Residuals on the log scale; student = t with 4 df."
    )
    omega: Literal["diagonal", "full"] | tuple[tuple[str, ...], ...] = Field(
        "diagonal",
        description="Random effects: independent, all correlated (full), or correlated within groups of symbols, e.g. "
        "[[cmax, tmax]]. Each covariance needs 4 subjects; fewer are refused.",
    )
    fixed_omega: dict[str, Positive] = Field(
        {}, description="Parameter symbol -> SD of its random effect that is not estimated, e.g. {beta: 0.5}."
    )
    omega_prior_sd: Positive = Field(
        SMALL_TRIAL_SD,
        description="[choice] SD of the random effects that their prior expects, log or logit scale.",
    )
    omega_prior_subjects: float | None = Field(
        None,
        ge=0,
        description="[choice] Subjects that this prior is worth (inverse Wishart, centred on independence); null = 3 "
        "in a trial of at most 12 subjects, else none.",
    )
    covariates: tuple[CovariateModel, ...] = Field(
        (), description="Covariates in the model; each is tested by the likelihood ratio."
    )
    screen: tuple[str, ...] = Field(
        (),
        description="Columns, as those of covariates, whose relation to every random effect is screened: exploratory, "
        "corrected for the number of tests; empty = no screening.",
    )
    plan: bool = Field(
        default=False,
        description="true = expected standard errors of the trial's nominal schedule, and without each of its visits "
        "(work/population_plan.csv; a minute).",
    )
    sample: int = Field(
        1000,
        ge=20,
        description="[choice] In a trial of more subjects, the fit is of a random sample of this many (drawn by seed); "
        "the report says so.",
    )
    replicates: int = Field(1000, ge=200, description="[choice] Simulated trials behind NPDE and predictive check.")

    @model_validator(mode="after")
    def _model_exists(self) -> PopulationModel:
        if self.model not in MODELS:
            raise ValueError(f"there is no kinetic model {self.model!r}; there are: {', '.join(MODELS)}")
        scale = MODELS[self.model].population
        symbols = [p.symbol for p in (scale.parameters if scale else MODELS[self.model].parameters)]
        groups = () if isinstance(self.omega, str) else self.omega
        named = [*self.fixed_omega, *(symbol for group in groups for symbol in group)]
        for symbol in named:
            if symbol not in symbols:
                raise ValueError(f"{self.model} has no random effect {symbol!r}; it has: {', '.join(symbols)}")
        for one in self.covariates:
            if one.parameter not in symbols:
                raise ValueError(f"{self.model} has no parameter {one.parameter!r}; it has: {', '.join(symbols)}")
        return self

    def spread(self) -> Spread:
        """How the random effects are modelled, as :mod:`cartpk.models.fitting.population` takes it."""
        from cartpk.models.fitting.random_effects import Spread  # noqa: PLC0415 - loads the estimation

        groups: Literal["full"] | tuple[tuple[str, ...], ...]
        groups = () if self.omega == "diagonal" else self.omega
        return Spread(groups, dict(self.fixed_omega), self.omega_prior_sd, self.omega_prior_subjects)
