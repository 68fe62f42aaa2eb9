"""The registry: a parameter is a function and, beside it, what it is called, measured in and taken from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from cartpk.core.nca.reasons import Outcome

if TYPE_CHECKING:
    from cartpk.core.nca.analysis import Analysis

__all__ = [
    "PARAMETERS",
    "SPONSOR",
    "Group",
    "Parameter",
    "SummaryRule",
    "UnitRule",
    "parameter",
    "unit_of",
]

SPONSOR: Final = "sponsor code"
"""Stands for the CDISC C-code of a parameter that the controlled terminology does not have."""

Compute: TypeAlias = "Callable[[Analysis], Outcome]"


class UnitRule(StrEnum):
    """Unit of a parameter from the unit of the concentration; time is in days."""

    CONC = "conc"
    DAY = "day"
    CONC_DAY = "day*conc"
    CONC_DAY2 = "day^2*conc"
    PER_DAY = "1/day"
    PERCENT = "%"
    ONE = ""
    """A count or a fraction: no unit."""


class SummaryRule(StrEnum):
    """Statistics that suit a parameter."""

    GEOMETRIC = "geometric"
    MEDIAN_RANGE = "median_range"


class Group(StrEnum):
    """Where a parameter belongs."""

    STANDARD = "standard"
    """The bare analysis and the trial."""
    CELL_THERAPY = "cell_therapy"
    """The trial, or on request."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One entry of the registry."""

    code: str
    """PARAMCD."""
    label: str
    """PARAM."""
    cdisc: str
    """C-code of the CDISC controlled terminology, or :data:`SPONSOR`."""
    unit: UnitRule
    summary: SummaryRule
    formula: str
    """How it is computed, in words and symbols."""
    source: str
    """Where the definition comes from; ``[sponsor definition]`` for our own."""
    group: Group
    compute: Compute
    """Values and reason codes from an analysis."""


PARAMETERS: Final[dict[str, Parameter]] = {}
"""PARAMCD -> entry, in the order of the output."""


def parameter(
    code: str,
    label: str,
    cdisc: str,
    unit: UnitRule,
    summary: SummaryRule,
    formula: str,
    source: str,
    group: Group = Group.STANDARD,
) -> Callable[[Compute], Compute]:
    """Decorator that enters a function into :data:`PARAMETERS`.

    Raises
    ------
    ValueError
        If the code is longer than the 8 characters of a CDISC test code, or taken.
    """
    if len(code) > 8 or code in PARAMETERS:
        raise ValueError(f"PARAMCD {code!r} must be new and have at most 8 characters")

    def enter(compute: Compute) -> Compute:
        PARAMETERS[code] = Parameter(code, label, cdisc, unit, summary, formula, source, group, compute)
        return compute

    return enter


def unit_of(rule: UnitRule | str, conc_unit: str) -> str:
    """Unit text of a parameter, e.g. ``day*copies/ug``; ``conc`` in the rule stands for the unit of the profile.

    Examples
    --------
    >>> unit_of(UnitRule.CONC_DAY, "copies/ug"), unit_of(UnitRule.DAY, "copies/ug")
    ('day*copies/ug', 'day')
    """
    return str(rule).replace("conc", conc_unit)
