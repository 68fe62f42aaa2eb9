"""What all sections of a trial's configuration share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Model", "Positive", "Prior"]

Positive = Annotated[float, Field(gt=0)]
"""A number above 0."""


class Model(BaseModel):
    """Base of all sections: an unknown key is an error, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Prior(Model):
    """A normal prior on the transformed (log or logit) scale."""

    centre: float = Field(description="Typical value on the natural scale.")
    sd: Positive = Field(description="SD on the log (or logit) scale.")
    source: str = Field(description="Where it comes from: printed in the methods.")
