"""The clinical tables of a trial as one value: what the intake makes and what an analysis reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClinicalData"]


@dataclass(frozen=True, eq=False)
class ClinicalData:
    """The clinical tables, each as :mod:`cartpk.schemas.clinical` has it.

    An empty table may mean that nothing was observed or that nothing was delivered: ask :meth:`has`.
    """

    adrs: pd.DataFrame
    adae: pd.DataFrame
    adis: pd.DataFrame
    adcm: pd.DataFrame
    adevent: pd.DataFrame
    adcriss: pd.DataFrame
    adcd7: pd.DataFrame
    adlb: pd.DataFrame
    delivered: pd.DataFrame

    def tables(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Name and table of each."""
        for field in fields(self):
            yield field.name, getattr(self, field.name)

    def has(self, data: str) -> bool:
        """Whether the trial delivered these data (``responses``, ``adverse_events`` ...), even without a row."""
        mine = self.delivered[self.delivered["DATA"] == data]
        return bool((mine["DELIVERED"] == "Y").any())
