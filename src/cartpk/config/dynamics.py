"""The model of the CD7+ cells under the CAR."""

from __future__ import annotations

from pydantic import Field, field_validator

from cartpk.config.base import Model, Prior

__all__ = ["Dynamics"]


class Dynamics(Model):
    """CD7+ counts driven by each subject's predicted kinetics: killing with a maximum, regrowth."""

    measures: tuple[str, ...] = Field(
        (),
        description="CD7+ counts that are modelled, each apart; empty = every one in cells/uL that is not of blasts. "
        "CD7- counts of the same population and specimen are fitted with them.",
    )
    priors: dict[str, Prior] = Field(
        {},
        description="Parameter (base7, ld, r7, kmax, ec50, basen, rn; sigma = residual SD) -> prior, replacing the "
        "model's own; centres in cells/uL, per day and the unit of the primary analyte.",
    )
    unlearnt_above: float = Field(
        0.7,
        gt=0,
        le=1,
        description="[choice] A parameter whose posterior SD is more than this part of its prior SD is not reported: "
        "its value would be the prior's.",
    )
    recovery_fraction: float = Field(
        0.5,
        gt=0,
        le=1,
        description="[choice] The regrowth rate of CD7+ cells is reported only where a count after the nadir reaches "
        "this part of the baseline.",
    )
    min_counts: int = Field(
        4, ge=2, description="[choice] Quantified CD7+ counts that a fit needs, at least one after infusion."
    )

    @field_validator("priors")
    @classmethod
    def _parameters_exist(cls, priors: dict[str, Prior]) -> dict[str, Prior]:
        if not priors:
            return priors
        from cartpk.models.cd7_dynamics import PARAMETERS  # noqa: PLC0415 - only where a prior is named

        known = [*(p.symbol for p in PARAMETERS), "sigma"]
        for symbol in priors:
            if symbol not in known:
                raise ValueError(f"CD7 dynamics have no parameter {symbol!r}; there are: {', '.join(known)}")
        return priors
