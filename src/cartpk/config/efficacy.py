"""Response, time to event, swimmer plot and ACR-CRISS: the record's words, and the rules the analysis uses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from cartpk.config.base import Model, Positive
from cartpk.core.criss import COMPONENTS

__all__ = ["Criss", "Efficacy", "Endpoint", "Survival"]

Endpoint = Literal["OS", "PFS", "DOR"]
"""Time-to-event endpoints."""

_Fraction = Annotated[float, Field(gt=0, le=1)]
_Percent = Annotated[float, Field(gt=50, lt=100)]


class Survival(Model):
    """Censoring and print of OS, PFS and DOR."""

    hsct: Literal["not_censored", "censored"] = Field(
        "not_censored",
        description="[choice] Transplant after the infusion in the main analysis: follow-up goes on, or ends on its "
        "day. The other way is printed as a sensitivity analysis.",
    )
    new_therapy: Literal["censored", "ignored"] = Field(
        "censored",
        description="[choice] New anti-cancer therapy before progression: PFS and DOR end at the last assessment up to "
        "it, or go on. OS always goes on.",
    )
    landmark_months: tuple[Positive, ...] = Field(
        (6, 12, 24), description="[choice] Months at which the proportion without event is printed."
    )
    level_pct: _Percent = Field(95.0, description="Confidence level of response rates and time to event, %.")


class Criss(Model):
    """ACR-CRISS."""

    version: tuple[Literal["acr2016", "revised"], ...] = Field(
        ("acr2016", "revised"), description="[choice] Versions computed where the components are delivered."
    )
    day: Positive = Field(90.0, description="[choice] Day of the assessment.")
    window_days: float = Field(
        14.0, ge=0, description="[choice] Window about that day, days; the closest assessment stands for it."
    )
    without_record: Literal["not_calculable", "no_event"] = Field(
        "not_calculable",
        description="[choice] An organ event of step 1 of which there is no record: the probability is not calculated, "
        "or it is taken that none happened.",
    )
    improved_from: _Fraction = Field(
        0.60, description="[choice] Probability from which a subject counts as improved (acr2016)."
    )
    improvement_pct: dict[Literal["MRSS", "FVCPP", "HAQDI", "PTGA", "PHGA"], Positive] = Field(
        {"MRSS": 20.0, "FVCPP": 20.0, "HAQDI": 20.0, "PTGA": 20.0, "PHGA": 20.0},
        description="[choice] Improvement of each component over baseline, %, from which it counts (revised).",
    )
    improved_components: int = Field(
        3, ge=1, le=5, description="[choice] Components that must be improved, of five (revised)."
    )

    @field_validator("improvement_pct")
    @classmethod
    def _all_five(cls, given: dict[str, float]) -> dict[str, float]:
        missing = [name for name in COMPONENTS if name not in given]
        if missing:
            raise ValueError(f"criss.improvement_pct needs all five components; missing: {', '.join(missing)}")
        return given


class Efficacy(Model):
    """Response and time-to-event endpoints."""

    endpoint: str | None = Field(None, description="Efficacy endpoint in the record's words.")
    orr_months: tuple[int, ...] | None = Field(None, description="Months at which the response rate is an endpoint.")
    orr_window_days: float | None = Field(None, ge=0, description="Window about the response time point, days.")
    criteria: str | None = Field(None, description="Response criteria.")
    responders: dict[str, tuple[str, ...]] | None = Field(None, description="Disease site -> responses that count.")
    site_combination_rule: Literal["all_sites", "any_site"] | None = Field(
        None,
        description="How sites combine to one response: at every site that was assessed after the infusion, or at one "
        "of them at least; null = no composite.",
    )
    evaluator: str | None = Field(
        None,
        description="[choice] Evaluator (RSEVAL) whose assessments count; null = all, of whom there may be only one.",
    )
    time_to_event: dict[Endpoint, Literal["infusion", "first_response"]] | None = Field(
        None, description="Endpoint -> its origin, e.g. OS: infusion; null = no time-to-event endpoint."
    )
    caution: str | None = Field(None, description="What must be said beside the endpoint.")
    criss: Criss | None = Field(None, description="ACR-CRISS; null = not an endpoint of the trial.")
    survival: Survival = Field(default_factory=Survival, description="Censoring and print of OS, PFS and DOR.")
