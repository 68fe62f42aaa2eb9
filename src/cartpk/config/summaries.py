"""How groups are summarised in tables and figures."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cartpk.config.base import Model

__all__ = ["Summaries"]


class Summaries(Model):
    """Group statistics."""

    style: Literal["geometric", "arithmetic", "full"] = Field(
        "geometric",
        description="Statistics of Cmax, AUC and half-life: geometric mean and CV with median and range; mean and SD "
        "with median and range; or all of them with quartiles. Times always have median and range.",
    )
    quartiles: Literal["type7", "type2"] = Field(
        "type7", description="[choice] Quartiles: Hyndman-Fan type 7 (R, NumPy) or type 2 (SAS PCTLDEF=5)."
    )
    max_blq_pct: float = Field(
        50.0, ge=0, le=100, description="[choice] A visit with more than this % of results BLQ has no means."
    )
    geometric_blq: Literal["half_lloq", "quantifiable_only"] = Field(
        "half_lloq", description="[choice] A BLQ in a visit's geometric mean: LLOQ/2, or left out."
    )
