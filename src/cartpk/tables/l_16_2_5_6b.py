"""The product in tumour tissue by subject, beside the blood of the same days."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.clinical.tissue import tissue_analytes, tissue_samples
from cartpk.tables.cells import BLANK, BLQ, number, words
from cartpk.tables.groups import analysis_set, plural
from cartpk.tables.listing import SUBJECT, dose_levels, optional, subject_cells
from cartpk.tables.printing import Style, days, significant_style, unit_text
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import day_label
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("nominal", "Nominal day", "text"),
    Column("day", "Biopsy (day)", "number", unit="day"),
    Column("result", "Tissue result", "number"),
    Column("lloq", "LLOQ", "number"),
    Column("blood_day", "Blood (day)", "number", unit="day"),
    Column("blood", "Blood result", "number"),
    Column("ratio", "Tissue / blood", "number"),
    Column("unit", "Unit", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per used biopsy after the infusion."""
    if not tissue_analytes(config):
        return NoTable("Needs data: PC (specimen TISSUE). The trial's data hold no samples of tumour tissue.")
    rows = tissue_samples(data, config)
    if rows.empty:
        return NoTable("No usable sample of tumour tissue was taken after the infusion.")
    doses, style = dose_levels(data), significant_style(config.report.significant_digits)
    made = []
    for row in rows.to_dict("records"):
        key = {"usubjid": str(row["USUBJID"]), "pptestcd": str(row["PCTESTCD"]), "afrlt": str(row["AFRLT"])}
        made.append(Row((*subject_cells(row["USUBJID"], doses), *_cells(row, style)), key=key))
    subjects = rows["USUBJID"].nunique()
    positive = rows.loc[rows["BLQFL"].ne("Y"), "USUBJID"].nunique()
    notes = (
        (
            f"Blood: the sample of {config.primary_analyte.label} nearest to the biopsy, at most "
            f"{config.nca.marrow.window_days:g} days away. Ratio where both are quantified. "
            "Days from the start of the first infusion."
        ),
        f"With a quantified result in tissue: {positive} of {subjects} biopsied {plural(subjects, 'subject')}.",
        (
            "Biopsies are too few for a profile: no area and no half-life is derived. Which lesion was biopsied is not "
            "in the data. Copies per µg of DNA relate to all nucleated cells of a specimen, which differ between "
            "tissue and blood: the ratio is no ratio of cell numbers."
        ),
    )
    return Body(_COLUMNS, tuple(made), analysis_set(data, "all").text, notes, "adnca.csv")


def _cells(row: Mapping[Hashable, Any], style: Style) -> tuple[Cell, ...]:
    return (
        words(day_label(float(row["NFRLT"])) if pd.notna(row["NFRLT"]) else None),
        number(float(row["AFRLT"]), days),
        _result(row["AVAL"], row["BLQFL"], style),
        optional(row["ALLOQ"], lambda v: f"{v:,g}"),
        optional(row["BDAY"], days),
        _result(row["BAVAL"], row["BBLQFL"], style),
        optional(row["RATIO"], style),
        words(unit_text(str(row["AVALU"]))),
    )


def _result(value: float, blq: object, style: Style) -> Cell:
    """A result, BLQ, or a blank where there is no sample."""
    return words(BLQ) if blq == "Y" else BLANK if pd.isna(value) else number(float(value), style)


SPEC: Final = TableSpec(
    "l_16_2_5_6b", "16.2.5-6b", "Product in tumour tissue, by subject", table, (Endpoint.TUMOUR_DISTRIBUTION,)
)
