"""Samples in derived units: copies per cell and CAR+ cells per volume, with every number they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.assays import assays
from cartpk.tables.cells import BLQ, number, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, optional, subject_cells
from cartpk.tables.printing import days, fixed, significant_style, unit_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("assay", "Analyte", "text"),
    Column("infusion", "Profile", "text"),
    Column("day", "Actual time (day)", "number", unit="day"),
    Column("result", "Result (copies/µg)", "number", unit="copies/ug"),
    Column("per_cell", "Copies/cell, derived", "number", unit="copies/cell"),
    Column("count", "Nucleated cells/µL", "number", unit="cells/uL"),
    Column("apart", "Count, days from sample", "number", unit="day"),
    Column("cells", "CAR+ cells/µL, derived", "number", unit="cells/uL"),
    Column("reason", "Why no cells/µL", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per used sample in copies/ug."""
    if data.derived_units.empty:
        return NoTable(
            "Copies per µg are not converted: the configuration declares no DNA content of a genome (nca.genome_pg)."
            if config.nca.genome_pg is None
            else "No usable sample is in copies per µg of DNA: there is nothing to convert."
        )
    doses, style = dose_levels(data), significant_style(config.report.significant_digits)
    labels = {(a.code, a.specimen): a.label for a in assays(data, config)}
    rows = []
    for s in in_order(data.derived_units, data, "PPCAT", "PPSPEC", "ATPTREF", "AFRLT").to_dict("records"):
        cells = (
            *subject_cells(s["USUBJID"], doses),
            words(labels.get((s["PPCAT"], s["PPSPEC"]), s["PPCAT"])),
            words(str(s["ATPTREF"]).capitalize()),
            number(s["AFRLT"], days),
            words(BLQ) if s["BLQFL"] == "Y" else number(s["AVAL"], style),
            optional(s["COPCELL"], style),
            optional(s["COUNT"], style),
            optional(s["COUNTDIF"], lambda v: fixed(v, 2)),
            optional(s["CELLSUL"], style),
            words(s["REASND"]),
        )
        rows.append(Row(cells))
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all").text, _notes(data, config), "work/derived_units.csv")


def _notes(data: TrialData, config: TrialConfig) -> tuple[str, ...]:
    nca, vcn = config.nca, config.product.vcn_copies_per_cell
    notes = [
        "Derived, not measured. Days from the start of the first infusion.",
        f"Copies/cell = copies/µg x {nca.genome_pg:g} pg of DNA per genome (declared) x 10⁻⁶.",
    ]
    used = sorted(set(data.derived_units["COUNTOF"].dropna()))
    if used and vcn is not None:
        notes.append(
            f"CAR+ cells/µL = copies/cell x nucleated cells/µL / {vcn:g} vector copies per CAR+ cell (declared). "
            f"Nucleated cells: {'; '.join(used)} ({unit_text('cells/uL')}), the count nearest to the sample within "
            f"{nca.count_window_days:g} days."
        )
    return tuple(notes)


SPEC: Final = TableSpec("l_16_2_5_7", "16.2.5-7", "Samples in derived units, by subject", table, needs="derived_units")
