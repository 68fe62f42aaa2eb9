"""How the CD7 measures are named in tables, and what must be said of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from cartpk.tables.printing import unit_text

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure

__all__ = ["measure_label", "measure_notes", "no_measures"]

_POPULATIONS: Final = {
    "NORMAL_T": "normal T cells",
    "NORMAL_NK": "normal NK cells",
    "B": "B cells",
    "LYMPHOCYTES": "lymphocytes",
    "BLAST": "blasts",
    "CAR_NK": "infused CAR-NK cells",
    "UNSPECIFIED": "population not named in the data",
}


def measure_label(measure: PdMeasure, unit: str) -> str:
    """Name, specimen where it is not blood, unit with the parent gate of a percentage."""
    place = "" if measure.specimen == "BLOOD" else f", {measure.specimen.split(',', maxsplit=1)[0].lower()}"
    shown = f"% of {measure.parent}" if measure.kind == "percent" else unit_text(unit)
    return f"{measure.label}{place} ({shown})"


def measure_notes(config: TrialConfig) -> Iterator[str]:
    """What is counted; normal CD7+ cells and blasts stand apart."""
    measures = config.pharmacodynamics.measures
    by_cells = {
        p: [m.label for m in measures if m.population == p] for p in dict.fromkeys(m.population for m in measures)
    }
    named = "; ".join(f"{_POPULATIONS[p]}: {', '.join(labels)}" for p, labels in by_cells.items())
    yield f"Cells counted - {named}. No two measures are added or averaged."
    if any(m.population == "UNSPECIFIED" for m in measures):
        yield "Where the population is not named, a count may hold normal cells, malignant cells or CAR cells."
    if config.product.cell == "NK" and not any(m.population == "CAR_NK" for m in measures):
        yield "NK counts may hold infused CAR-NK cells: the data do not tell them apart from host NK cells."


def no_measures() -> str:
    """Why there is no table of CD7 counts."""
    return "The trial's data hold no cell counts (none is named in the configuration)."
