"""CD7+ cell counts: which are measured, when cells count as depleted and recovered, the model of their dynamics."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from cartpk.config.base import Model, Positive, Prior

__all__ = ["Depletion", "Dynamics", "PdMeasure", "Pharmacodynamics"]


class PdMeasure(Model):
    """One cell count or percentage of the CD7 pharmacodynamics."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$", description="PARAMCD of the measure.")
    label: str = Field(description="Name as printed.")
    match: tuple[str, ...] = Field(
        (), description="Values of the analyte/test column that mean this; empty = code and label."
    )
    kind: Literal["absolute", "percent"] = Field(description="Count per volume or percentage of a parent gate.")
    population: Literal["NORMAL_T", "NORMAL_NK", "B", "LYMPHOCYTES", "BLAST", "CAR_NK", "UNSPECIFIED"] = Field(
        "UNSPECIFIED", description="Which cells; normal CD7+ cells and blasts never merge."
    )
    marker: Literal["CD7+", "CD7-"] | None = Field(None, description="CD7 status of the cells.")
    parent: str | None = Field(None, description="Parent gate of a percentage; without it a percentage is not used.")
    specimen: str = Field("BLOOD", description="CDISC specimen.")
    unit: str | None = Field(None, description="Unit; null = taken from the data.")
    lloq: Positive | None = Field(None, description="Lower limit of quantification, where the data carry none.")
    car_cells: Literal["included", "excluded"] | None = Field(
        None, description="Whether the gate holds the product's own CAR+ cells; null = not stated."
    )


class Depletion(Model):
    """When cells count as depleted, and as recovered."""

    fall_pct: float = Field(
        90.0, gt=0, lt=100, description="[choice] A fall from baseline by at least this % is depletion; so is a BLQ."
    )
    parent_pct: Positive | None = Field(
        1.0, description="[choice] So is a percentage of the parent gate at or below this; null = not used."
    )
    recovery_pct: Positive = Field(
        50.0, description="[choice] Recovery: results of at least this % of baseline, after depletion."
    )
    recovery_at: dict[str, Positive] = Field(
        {}, description="Measure -> value of recovery in its unit (e.g. a lower limit of normal), in place of the %."
    )
    confirm: int = Field(2, ge=1, description="[choice] Consecutive samples that recovery needs.")
    by_days: tuple[Positive, ...] = Field((7.0, 14.0, 28.0), description="[choice] Days by which depletion is counted.")
    auec_days: tuple[Positive, ...] = Field(
        (28.0, 90.0), description="[choice] Ends of the windows of the area under the effect curve, days."
    )
    pair_days: Positive = Field(
        1.0, description="[choice] Kinetic and cell samples this many days apart are one point of the hysteresis loop."
    )


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


class Pharmacodynamics(Model):
    """CD7+ cell counts."""

    measures: tuple[PdMeasure, ...] = Field((), description="The counts and percentages that the data hold.")
    baseline: Literal["before_infusion", "before_lymphodepletion"] | None = Field(
        "before_infusion", description="Which value is the baseline: last before infusion or before lymphodepletion."
    )
    lymphodepletion_start_day: float | None = Field(
        None, le=0, description="Study day on which lymphodepletion starts."
    )
    abs_pct_tolerance_pct: float = Field(
        20.0, gt=0, description="[choice] A count this % off its percentage of the parent gate's count is listed."
    )
    subset_sum_pct: tuple[float, float] = Field(
        (80.0, 110.0), description="[choice] Sum of T, B and NK cells, % of lymphocytes, outside of which it is listed."
    )
    lymphocytes_per_ul: tuple[float, float] = Field(
        (20.0, 1e5), description="[choice] Lymphocytes or leukocytes, cells/uL, outside of which the unit is doubted."
    )
    nadir_until_day: float | None = Field(
        None, gt=0, description="Nadir is searched up to this day; null = all follow-up."
    )
    depletion: Depletion = Field(
        default_factory=Depletion, description="When cells count as depleted, and as recovered."
    )
    dynamics: Dynamics | None = Field(
        None, description="A model of the CD7+ counts, driven by the first model of models.fit; null = none."
    )

    @model_validator(mode="after")
    def _modelled_counts_exist(self) -> Pharmacodynamics:
        counts = [m.code for m in self.measures if m.kind == "absolute" and m.marker == "CD7+"]
        for code in self.dynamics.measures if self.dynamics else ():
            if code not in counts:
                raise ValueError(f"dynamics.measures names {code!r}; CD7+ counts are: {', '.join(counts) or 'none'}")
        return self
