"""The flow cytometry panels of the sample trials: which cells, in which words, with which limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["CAR_NK_MARROW", "CAR_NK_PANEL", "CAR_T_PANEL", "T_ALL_PANEL", "UNSPLIT_PANEL", "Measure"]


@dataclass(frozen=True)
class Measure:
    """One reported count or percentage.

    Attributes
    ----------
    name
        What a tidy table calls it.
    cells
        The populations that are added up; ``lymphocytes`` is the base.
    kind, unit, lloq
        Count per volume or percentage of lymphocytes, its unit, its lower limit of quantification.
    testcd, test, markers
        What SDTM CP calls it (CPTESTCD, CPTEST, CPSBMRKS).
    """

    name: str
    cells: tuple[str, ...]
    kind: Literal["absolute", "percent"]
    testcd: str = ""
    test: str = ""
    markers: str = ""

    @property
    def unit(self) -> str:
        """cells/uL or %."""
        return "cells/uL" if self.kind == "absolute" else "%"

    @property
    def lloq(self) -> float:
        """1 cell/uL (lymphocytes 10) or 0.1 %."""
        if self.kind == "percent":
            return 0.1
        return 10.0 if self.cells == ("lymphocytes",) else 1.0


def _pair(
    name: str, cells: tuple[str, ...], codes: tuple[str, str] = ("", ""), test: str = "", markers: str = ""
) -> tuple[Measure, Measure]:
    """Count and percentage of lymphocytes of the same cells."""
    return (
        Measure(name, cells, "absolute", codes[0], test, markers),
        Measure(f"{name} of lymphocytes", cells, "percent", codes[1], f"{test}/Lymphocytes", markers),
    )


T_CODES: Final = ("TLYCE", "TLYLY")
NK_CODES: Final = ("NKCE", "NKLY")
B_CODES: Final = ("BLYCE", "BLYCELY")

CD7_T: Final = (
    *_pair("CD7+ T cells", ("t7pos",), T_CODES, "T-Lymphocytes", "CD7+"),
    *_pair("CD7- T cells", ("t7neg",), T_CODES, "T-Lymphocytes", "CD7-"),
)
LYMPHOCYTES: Final = Measure("Lymphocytes", ("lymphocytes",), "absolute", "LYM", "Lymphocytes")

CAR_T_PANEL: Final = (
    *CD7_T,
    *_pair("CD7+ NK cells", ("nk",), NK_CODES, "Natural Killer Cells", "CD7+"),
    *_pair("B cells", ("b",), B_CODES, "B-Lymphocytes"),
    LYMPHOCYTES,
)
"""CD7+ T, CD7- T, CD7+ NK and B cells, counts and percentages, and lymphocytes."""

T_ALL_PANEL: Final = (
    *CD7_T,
    Measure("CD7+ blasts", ("blast",), "absolute", "BLAST", "Blasts", "CD7+"),
    LYMPHOCYTES,
)
"""CD7+ and CD7- T cells, CD7+ blasts (a gate of their own, outside the lymphocytes), lymphocytes."""

UNSPLIT_PANEL: Final = (*_pair("CD7+ cells", ("t7pos", "nk")), LYMPHOCYTES)
"""CD7+ cells of every lineage together, as the record of NCT04480788 words it."""

CAR_NK_PANEL: Final = (
    *_pair("CD7+ T cells", ("t7pos",)),
    Measure("CD7- T cells", ("t7neg",), "absolute"),
    *_pair("B cells", ("b",)),
    *_pair("NK cells CAR-", ("nk",)),
    Measure("NK cells CAR+", ("car_nk",), "absolute"),
    LYMPHOCYTES,
)
"""Lymphocyte subsets with the CAR+ NK cells apart from the host's own."""

CAR_NK_MARROW: Final = (Measure("CD7+ T cells of lymphocytes", ("t7pos",), "percent"),)
"""What is gated in an aspirate: a percentage; a count per volume of marrow would not compare with blood."""
