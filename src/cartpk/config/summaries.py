"""How groups are summarised in tables and figures."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field, model_validator

from cartpk.config.base import Model, Positive

__all__ = ["OUTCOMES", "Subgroup", "Summaries"]

OUTCOMES: Final = MappingProxyType(
    {
        "response": "RESP",
        "crs_grade": "CRS",
        "icans_grade": "ICANS",
        "tocilizumab": "TOCI",
        "steroids": "STEROID",
        "tocilizumab_or_steroids": "TOCIST",
    }
)
"""Groups that the analysis makes -> their code in the table of groups; RESP stands for each disease site."""


class Subgroup(Model):
    """Subjects grouped by a column of the data, or by what the analysis found."""

    column: str = Field(
        description="tidy: a column of every table, sdtm: a column of DM; one value per subject. Or a group that the "
        "analysis makes: " + ", ".join(OUTCOMES) + "."
    )
    of_data: bool = Field(
        False, description="true = a column of the data, although the analysis makes a group of the same name."
    )
    label: str | None = Field(None, description="What it is, as printed; null = the column's name.")
    levels: tuple[str, ...] = Field((), description="Its values in the order of printing; others follow, sorted.")
    reference: str | None = Field(
        None, description="[choice] Value that the others are compared with; null = the first one with a subject."
    )

    @model_validator(mode="before")
    @classmethod
    def _of_a_name(cls, given: object) -> object:
        """A bare name is a column."""
        return {"column": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _reference_is_a_level(self) -> Subgroup:
        if self.reference is not None and self.levels and self.reference not in self.levels:
            raise ValueError(f"reference {self.reference!r} is none of the levels: {', '.join(self.levels)}")
        return self

    @property
    def outcome(self) -> str | None:
        """Code of the group that the analysis makes; None = it is a column of the data."""
        return None if self.of_data else OUTCOMES.get(self.column)

    @property
    def name(self) -> str:
        """As printed."""
        return self.label or self.column

    def ordered(self, found: Iterable[str]) -> tuple[str, ...]:
        """These values in the order of printing."""
        there = set(found)
        first = tuple(level for level in self.levels if level in there)
        return (*first, *sorted(there - set(first)))


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
    min_group: int = Field(
        3,
        ge=2,
        description="[choice] A group of fewer subjects (in ratios: of fewer values) is listed, not summarised and not "
        "compared. Dose levels are summarised whatever their size, but not compared.",
    )
    reference_dose: Positive | None = Field(
        None,
        description="[choice] The one of dosing.levels that the others are compared with; null = the lowest that has "
        "min_group subjects, or else the lowest.",
    )
    ratio_level_pct: float = Field(95.0, gt=50, lt=100, description="Confidence level of ratios of geometric means, %.")
    ratio_variance: Literal["welch", "pooled"] = Field(
        "welch",
        description="[choice] Variance in that interval: one of each group, with Welch-Satterthwaite degrees of "
        "freedom, or one common to both.",
    )
