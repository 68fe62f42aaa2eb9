"""Dose escalation, safety and immunogenicity: what the registry records say of them.

The sections are read and printed; their analyses read the same settings.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cartpk.config.base import Model
from cartpk.core.escalation import read_key

__all__ = ["Escalation", "EscalationLevel", "Immunogenicity", "Safety"]


def _readable(rules: dict[str, str | None]) -> dict[str, str | None]:
    for key in rules:
        read_key(key)
    return rules


Rules = Annotated[dict[str, str | None], AfterValidator(_readable)]
"""What the record says after so many DLT subjects."""


class AnalysisSets(Model):
    """Who is in which analysis set, where there is a choice; the safety set holds every infused subject."""

    efficacy: Literal["infused", "evaluable"] = Field(
        "infused",
        description="[choice] Denominator of efficacy: every infused subject (one without an assessment counts as "
        "non-responder), or only those with an assessment after the infusion.",
    )
    dlt_observed_to: Literal["first", "last"] = Field(
        "last",
        description="[choice] A subject without DLT is evaluable once observed to the first or the last day of a "
        "window that has two, e.g. [14, 28].",
    )


class EscalationLevel(Model):
    """One dose level's rule, in the record's words."""

    design: str | None = Field(None, description="Rule of the level, e.g. accelerated_titration, 3+3.")
    window_days: tuple[float, float] | None = Field(None, description="DLT window, days (earliest, latest assessment).")
    rules: Rules = Field(
        {},
        description="DLT subjects/evaluable -> what the record says, in its words; null = not stated. A key is 1/3, "
        "<=1/6, >1 (of any stage) or >1 of 3 added.",
    )


class Escalation(Model):
    """Dose escalation and DLT."""

    design: str | None = Field(None, description="Escalation design.")
    dlt_window_days: float | None = Field(None, gt=0, description="DLT window, days.")
    registry_timeframe: str | None = Field(None, description="Time frame of the DLT endpoint in the record.")
    stagger: str | None = Field(None, description="When the next group may open, in the record's words.")
    rules: Rules = Field(
        {},
        description="DLT subjects/evaluable -> what the record says, in its words; null = not stated. A key is 1/3, "
        "<=1/6, >1 (of any stage) or >1 of 3 added.",
    )
    levels: tuple[EscalationLevel, ...] = Field((), description="Rules per dose level, where they differ.")
    levels_may_be_added: bool | None = Field(None, description="Whether levels may be added.")
    count_unit: str | None = Field(None, description="What is counted, in the record's words and as used.")
    rp2d: str | None = Field(None, description="How the recommended dose is chosen, in the record's words.")

    def window(self, level: float) -> tuple[float, float] | None:
        """First and last day on which DLT of this dose level (1 = lowest) may be assessed; None = not stated."""
        index = int(level) - 1
        if 0 <= index < len(self.levels):
            return self.levels[index].window_days
        days = self.dlt_window_days
        return None if days is None else (days, days)


class Safety(Model):
    """Adverse events."""

    primary: str | None = Field(None, description="Primary safety endpoint in the record's words.")
    grading: str | None = Field(None, description="Grading scale and version.")
    dictionary: str | None = Field(None, description="Adverse event dictionary.")
    timeframe: str | None = Field(None, description="Time frame in the record.")


class Immunogenicity(Model):
    """Anti-drug antibodies."""

    endpoint: str | None = Field(None, description="Endpoint in the record's words.")
    boost_fold: float = Field(
        4.0, gt=1, description="[choice] Rise of the titre over baseline from which an antibody counts as boosted."
    )
    positive: tuple[str, ...] = Field(
        ("POSITIVE", "POS", "+", "REACTIVE", "阳性"), description="Texts that mean: antibodies are there."
    )
    negative: tuple[str, ...] = Field(
        ("NEGATIVE", "NEG", "-", "NOT REACTIVE", "阴性"), description="Texts that mean: no antibodies."
    )
