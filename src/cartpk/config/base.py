"""What all sections of a trial's configuration share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Model", "Positive"]

Positive = Annotated[float, Field(gt=0)]
"""A number above 0."""


class Model(BaseModel):
    """Base of all sections: an unknown key is an error, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
