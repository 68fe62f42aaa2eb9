"""The kinetic models that are fitted, and how."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from cartpk.config.base import Model, Prior
from cartpk.config.population_model import PopulationModel
from cartpk.models import MODELS

__all__ = ["Models"]


class Models(Model):
    """Kinetic models, one subject at a time."""

    fit: tuple[str, ...] = Field(("stein",), description="Names of the models fitted.")
    method: Literal["map", "ml", "ls"] = Field(
        "map", description="MAP with weak priors, maximum likelihood or least squares."
    )
    residual: Literal["normal", "student"] = Field(
        "normal", description="Residuals on the log scale; student = t with 4 df."
    )
    polish: bool = Field(
        default=True,
        description="[choice] lmfit runs once from each optimum and is believed where it finds a better one; false "
        "saves a third of the time of a fit, for very many subjects.",
    )
    choice: Literal["first", "aic", "bicc"] = Field(
        "first",
        description="[choice] Which model is marked as chosen, per profile and for the trial: the first of fit, or the "
        "one of lowest AIC or BICc. Needs more than one model in fit to matter; figures show the chosen one.",
    )
    priors: dict[str, dict[str, Prior]] = Field(
        {}, description="Model -> parameter symbol -> prior, replacing the model's own."
    )
    population: PopulationModel | None = Field(
        None, description="A fit of all subjects together (SAEM), work/population*; null = none."
    )

    @model_validator(mode="after")
    def _models_exist(self) -> Models:
        for name in (*self.fit, *self.priors):
            if name not in MODELS:
                raise ValueError(f"there is no kinetic model {name!r}; there are: {', '.join(MODELS)}")
        return self
