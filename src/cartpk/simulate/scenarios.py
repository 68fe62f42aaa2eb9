"""The named peculiarities that a sample trial holds, so that every rule of the analysis meets its case."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["MEANING", "Scenario"]


class Scenario(StrEnum):
    """What is special about a virtual subject."""

    TYPICAL = "TYPICAL"
    NEVER_EXPANDER = "NEVER_EXPANDER"
    LATE_PEAK = "LATE_PEAK"
    EARLY_DROPOUT = "EARLY_DROPOUT"
    DEATH = "DEATH"
    EARLY_HIGH = "EARLY_HIGH"
    MISSED_PEAK = "MISSED_PEAK"
    LATE_VISIT = "LATE_VISIT"
    LOW_DOSE = "LOW_DOSE"


MEANING: Final = MappingProxyType(
    {
        Scenario.TYPICAL: "drawn from the population, nothing special",
        Scenario.NEVER_EXPANDER: "the CAR cells do not expand: CAR-T stay below LLOQ, CAR-NK only decline",
        Scenario.LATE_PEAK: "peak about day 24 (CAR-NK: day 16), far later than the others",
        Scenario.EARLY_DROPOUT: "last visit before day 28",
        Scenario.DEATH: "dies before day 28",
        Scenario.EARLY_HIGH: "first sample after the infusion is far too high, as when drawn through the infusion line",
        Scenario.MISSED_PEAK: "no sample from day 7 to day 14",
        Scenario.LATE_VISIT: "comes 5 days late to the visit of day 28",
        Scenario.LOW_DOSE: "actual dose 38 % below the planned level",
    }
)
"""Scenario -> what it means, for the README beside the data."""
