"""The registry of parameters that need more than one profile: doses, body weight, another specimen, declared facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartpk.core.nca.parameters import SPONSOR, SummaryRule

__all__ = ["DERIVED", "Derived"]


@dataclass(frozen=True, slots=True)
class Derived:
    """One entry of the registry."""

    code: str
    """PARAMCD; ``<T>`` stands for the end of a window, days."""
    label: str
    """PARAM."""
    cdisc: str
    """C-code of the CDISC controlled terminology, or :data:`~cartpk.core.nca.parameters.SPONSOR`."""
    unit: str
    """Unit; ``conc`` stands for the unit of the assay, ``dose`` for 10^6 cells (or the dose unit as it is)."""
    summary: SummaryRule
    formula: str
    """How it is computed, in words and symbols."""
    source: str
    """Where the definition comes from."""
    needs: str
    """What it needs beside the profile; without it there is no value, or (settings) no row."""


_CT: Final = "CDISC SDTM Controlled Terminology 2025-03-25"
_OWN: Final = "[sponsor definition]"
_GEO, _MED = SummaryRule.GEOMETRIC, SummaryRule.MEDIAN_RANGE
_DOSE: Final = "dose of the profile's own infusion, split doses added"
_KG: Final = "dose and body weight"

_ALL: Final = (
    Derived("CMAXD", "Max Conc Norm by Dose", "C85698", "(conc)/(dose)", _GEO, "CMAX / dose", _CT, _DOSE),
    Derived(
        "CMAXDW", "Max Conc Norm by Dose/WT", SPONSOR, "(conc)/(dose/kg)", _GEO, "CMAX / (dose / weight)", _OWN, _KG
    ),
    Derived(
        "AUCLSTD", "AUC to Last Nonzero Conc Norm by Dose", "C92310", "(day*conc)/(dose)", _GEO,
        "AUCLST / dose", _CT, _DOSE,
    ),
    Derived(
        "AUCLSTDW", "AUCLST Norm by Dose/WT", SPONSOR, "(day*conc)/(dose/kg)", _GEO,
        "AUCLST / (dose / weight)", _OWN, _KG,
    ),
    Derived(
        "AUCD<T>D", "AUC from T1 to T2 Norm by Dose", "C92313", "(day*conc)/(dose)", _GEO,
        "AUC0_<T>D / dose, with its flag (CDISC AUCINTD)", _CT, _DOSE,
    ),
    Derived(
        "AUCDW<T>D", "AUCINT Norm by Dose/WT", "C174348", "(day*conc)/(dose/kg)", _GEO,
        "AUC0_<T>D / (dose / weight), with its flag (CDISC AUCINTDW)", _CT, _KG,
    ),
    Derived(
        "BMBLRAT", "Bone Marrow to Blood Ratio", SPONSOR, "", _GEO,
        "geometric mean, over the matched samples that are both quantifiable, of marrow / blood; a pair with a BLQ "
        "is a limit in work/marrow_ratio.csv and not in the mean", _OWN,
        "a blood sample within marrow.window_days of the marrow sample",
    ),
    Derived(
        "BMBLNP", "Bone Marrow to Blood Ratio, Number of Pairs", SPONSOR, "", _MED,
        "matched samples that are both quantifiable", _OWN,
        "a blood sample within marrow.window_days of the marrow sample",
    ),
    Derived(
        "CMAXCELL", "Max Copies per Cell (derived)", SPONSOR, "copies/cell", _GEO,
        "CMAX (copies/ug) x genome_pg x 10^-6", _OWN, "nca.genome_pg declared",
    ),
    Derived(
        "CMAXCUL", "Max CAR+ Cells per Volume (derived)", SPONSOR, "cells/uL", _GEO,
        "max over samples of copies/ug x genome_pg x 10^-6 x nucleated cells per uL / VCN; 0 when all are BLQ", _OWN,
        "nca.genome_pg, nca.nucleated_cells and product.vcn_copies_per_cell declared",
    ),
    Derived(
        "TMAXCUL", "Time of Max CAR+ Cells per Volume (derived)", SPONSOR, "day", _MED,
        "first time of CMAXCUL", _OWN,
        "nca.genome_pg, nca.nucleated_cells and product.vcn_copies_per_cell declared",
    ),
)  # fmt: skip

DERIVED: Final[dict[str, Derived]] = {entry.code: entry for entry in _ALL}
"""PARAMCD -> entry, in the order of the output."""
