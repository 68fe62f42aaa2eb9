"""Concentrations by visit and dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cartpk.tables.assays import Assay, assays, gdna_note
from cartpk.tables.cells import counted, number, several, words
from cartpk.tables.groups import FIRST_INFUSION, AnalysisSet, analysis_set
from cartpk.tables.printing import Style, percent, significant_style, unit_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import ByVisit, Visit, at_visits, by_visit_note, visit_cells

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.config.summaries import Summaries
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("assay", "Analyte", "group"),
    Column("dose", "Dose", "group"),
    Column("visit", "Nominal day", "label"),
    Column("n", "n", "number"),
    Column("n_blq", "n BLQ", "number"),
    Column("mean", "Mean (SD)", "number", parts=("Mean", "SD")),
    Column("cv", "CV, %", "number"),
    Column("geo_mean", "Geometric mean (CV %)", "number", parts=("Geometric mean", "Geometric CV, %")),
    Column("median", "Median", "number"),
    Column("range", "Min; max", "number", parts=("Minimum", "Maximum")),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per analyte, dose level and nominal day."""
    who, rows, placed = analysis_set(data, "PK"), [], []
    measured = assays(data, config)
    for assay in measured:
        for unit in assay.units:
            at = at_visits(_samples(data, assay, unit, who), config)
            placed.append(at)
            rows += _rows(at, assay, unit, who, config)
    if not rows:
        return NoTable("No usable sample names a nominal day: a summary by visit cannot be formed.")
    notes = (
        *(assay.sentence for assay in measured),
        "Samples of the first infusion, up to re-infusion, HSCT or death.",
        *by_visit_note(placed, config.report.summaries, geometric=True),
        *gdna_note(tuple(unit for assay in measured for unit in assay.units)),
    )
    return Body(_COLUMNS, tuple(rows), who.text, notes, "adnca.csv")


def _samples(data: TrialData, assay: Assay, unit: str, who: AnalysisSet) -> pd.DataFrame:
    """Usable samples of the first infusion in this unit, none after the event that cuts the profile."""
    own = assay.rows(data.adnca)
    first = own[own["ATPTREF"].eq(FIRST_INFUSION) & own["ANLFL"].eq("Y") & own["AVALU"].eq(unit)]
    event = first["USUBJID"].map(data.adsl.set_index("USUBJID")["EVENTDY"]).fillna(np.inf)
    return first[first["USUBJID"].isin(who.subjects) & first["AFRLT"].le(event)]


def _rows(at: ByVisit, assay: Assay, unit: str, who: AnalysisSet, config: TrialConfig) -> list[Row]:
    style = significant_style(config.report.significant_digits)
    label = words(f"{assay.label} ({unit_text(unit)})")
    return [_row(visit, label.text, assay, style, config.report.summaries) for visit in at.visits(who.groups)]


def _row(visit: Visit, label: str, assay: Assay, style: Style, settings: Summaries) -> Row:
    plain, geometric = visit_cells(visit, settings)
    shown = visit.means_shown(settings)

    def means(*names: str, of: str = "plain") -> list[float | str]:
        source = plain if of == "plain" else geometric
        return [source.value(name, 0) if shown else np.nan for name in names]

    cells = (
        words(label),
        words(visit.group.label),
        words(visit.label),
        counted(visit.n),
        counted(visit.n_blq),
        several("{} ({})", means("mean", "sd"), [style, style]),
        number(means("cv_pct")[0], percent),
        several("{} ({})", means("geo_mean", "geo_cv_pct", of="geometric"), [style, percent]),
        number(plain.value("median", 0), style),
        several("{}; {}", [plain.value("minimum", 0), plain.value("maximum", 0)], [style, style]),
    )
    key = {"assay": assay.code, "specimen": assay.specimen, "dose": visit.group.label, "day": f"{visit.day:g}"}
    return Row(cells, key=key)


SPEC: Final = TableSpec("t_14_2_1", "14.2-1", "Concentrations by nominal day and dose level", table)
