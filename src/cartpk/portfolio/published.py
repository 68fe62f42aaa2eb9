"""Published values of marketed CAR-T products: a few that were read, each with its source (``published.csv``).

They are drawn where the unit is the panel's, in blood only. Product, disease, population and assay differ: a line says
where a published number lies, and nothing else.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Published", "published"]


@dataclass(frozen=True, slots=True)
class Published:
    """One published value.

    Attributes
    ----------
    product, population, group, n
        Of whom; n as printed.
    quantity
        ``PARAMCD`` that it stands beside.
    statistic, value, spread, unit
        What was printed.
    source
        Where it was read.
    """

    product: str
    population: str
    group: str
    n: str
    quantity: str
    statistic: str
    value: float
    spread: str
    unit: str
    source: str

    @property
    def who(self) -> str:
        """Product, group and statistic in one line."""
        return f"{self.product}, {self.group} (n = {self.n}): {self.statistic}"


@cache
def _all() -> tuple[Published, ...]:
    with (Path(__file__).parent / "published.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(
        Published(**{name.lower(): text for name, text in row.items() if name != "VALUE"}, value=float(row["VALUE"]))
        for row in rows
    )


def published(quantity: str, unit: str, specimen: str) -> tuple[Published, ...]:
    """Values of this parameter in this unit, in blood, from the lowest up; none for another specimen.

    Examples
    --------
    >>> [p.value for p in published("CMAX", "copies/ug", "BLOOD")][:2], published("CMAX", "cells/uL", "BLOOD")
    ([11846.0, 19500.0], ())
    """
    if specimen != "BLOOD":
        return ()
    return tuple(sorted((p for p in _all() if (p.quantity, p.unit) == (quantity, unit)), key=lambda p: p.value))
