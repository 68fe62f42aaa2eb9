"""Concentrations by visit and dose level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from cartpk.tables.assays import Assay, assays, gdna_note
from cartpk.tables.cells import counted, number, several, words
from cartpk.tables.groups import FIRST_INFUSION, AnalysisSet, analysis_set
from cartpk.tables.printing import percent, significant_style, unit_text
from cartpk.tables.statistics import Statistics
from cartpk.tables.table import DOSE, Body, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import KINETIC, ByVisit, at_visits, by_visit_note, up_to_event

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("assay", "Analyte", "group"),
    DOSE,
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
    who, placed = analysis_set(data, "PK"), []
    rows: list[Row] = []
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
    t = data.adnca
    own = t["PCTESTCD"].eq(assay.code) & t["PCSPEC"].eq(assay.specimen) & t["AVALU"].eq(unit) & t["ANLFL"].eq("Y")
    return up_to_event(t.loc[own & t["ATPTREF"].eq(FIRST_INFUSION) & t["USUBJID"].isin(who.subjects), KINETIC], data)


def _rows(at: ByVisit, assay: Assay, unit: str, who: AnalysisSet, config: TrialConfig) -> Iterator[Row]:
    settings, style = config.report.summaries, significant_style(config.report.significant_digits)
    label = words(f"{assay.label} ({unit_text(unit)})")
    found = at.visits(who.groups)
    plain, geometric = found.results(settings), found.geometric(settings)
    shown, n_blq = found.means_shown(settings), found.n_blq
    for i, visit in enumerate(found.visits):

        def means(*names: str, of: Statistics, at: int = i) -> list[float | str]:
            return [of.value(name, at) if shown[at] else np.nan for name in names]

        cells = (
            label,
            words(visit.group.label),
            words(visit.label),
            counted(plain.summary.n[i]),
            counted(n_blq[i]),
            several("{} ({})", means("mean", "sd", of=plain), [style, style]),
            number(means("cv_pct", of=plain)[0], percent),
            several("{} ({})", means("geo_mean", "geo_cv_pct", of=geometric), [style, percent]),
            number(plain.value("median", i), style),
            several("{}; {}", [plain.value("minimum", i), plain.value("maximum", i)], [style, style]),
        )
        key = {"assay": assay.code, "specimen": assay.specimen, "dose": visit.group.label, "day": f"{visit.day:g}"}
        yield Row(cells, key=key)


SPEC: Final = TableSpec("t_14_2_1", "14.2-1", "Concentrations by nominal day and dose level", table)
