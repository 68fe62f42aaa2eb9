"""CD7 cell counts and percentages by visit, with change from baseline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from cartpk.pharmacodynamics import BASELINE_RULES, PdReason
from cartpk.tables.cells import BLANK, counted, several, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.measures import measure_label, measure_notes, no_measures
from cartpk.tables.printing import Style, percent, significant_style
from cartpk.tables.statistics import Statistics
from cartpk.tables.table import DOSE, Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import Visits, at_visits, by_visit_note, up_to_event
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("measure", "Measure", "group"),
    DOSE,
    Column("visit", "Nominal day", "label"),
    Column("n", "n", "number"),
    Column("n_blq", "n BLQ", "number"),
    Column("mean", "Mean (SD)", "number", parts=("Mean", "SD")),
    Column("median", "Median (Q1; Q3)", "number", parts=("Median", "Q1", "Q3")),
    Column("range", "Min; max", "number", parts=("Minimum", "Maximum")),
    Column("n_change", "n with change", "number"),
    Column(
        "change",
        "Change, median (Q1; Q3)",
        "number",
        parts=("Change, median", "Change, Q1", "Change, Q3"),
    ),
    Column(
        "percent_change",
        "Change in %, median (Q1; Q3)",
        "number",
        parts=("Change in %, median", "Change in %, Q1", "Change in %, Q3"),
    ),
)
_CHANGES: Final = (
    "Changes are of samples after it; a BLQ counts 0 in a change; no change in % from a baseline of 0 or BLQ."
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per measure, dose level and nominal day."""
    measures = config.pharmacodynamics.measures
    if not measures:
        return NoTable(no_measures())
    who, placed = analysis_set(data, "PD"), []
    rows: list[Row] = []
    for measure in measures:
        own = data.pd_change[data.pd_change["PARAMCD"].eq(measure.code) & data.pd_change["ANLFL"].eq("Y")]
        for _, part in own.groupby("AVALU", sort=True):
            at = at_visits(up_to_event(part[part["USUBJID"].isin(who.subjects)], data), config)
            placed.append(at)
            rows += _rows(at.visits(who.groups), part, measure, config)
    if not rows:
        return NoTable("No usable cell count names a nominal day: a summary by visit cannot be formed.")
    settings = config.report.summaries
    notes = (
        *measure_notes(config),
        f"{BASELINE_RULES[config.pharmacodynamics.baseline].capitalize()}. {_CHANGES}",
        "Samples up to re-infusion, HSCT or death.",
        *by_visit_note(placed, settings, geometric=False),
    )
    return Body(_COLUMNS, tuple(rows), who.text, notes, "work/pd_change.csv")


def _rows(found: Visits, part: pd.DataFrame, measure: PdMeasure, config: TrialConfig) -> Iterator[Row]:
    settings = config.report.summaries
    style = percent if measure.kind == "percent" else significant_style(config.report.significant_digits)
    label = words(measure_label(measure, str(part["AVALU"].iloc[0])))
    plain, change, relative = found.results(settings), found.of("CHG", settings), found.of("PCHG", settings)
    shown, n_blq = found.means_shown(settings), found.n_blq
    later = np.zeros(len(found.visits), dtype=bool)
    later[found.index[found.rows["CHGREASN"].ne(str(PdReason.NOT_AFTER)).to_numpy()]] = True
    for i, visit in enumerate(found.visits):
        mean = [plain.value(name, i) if shown[i] else np.nan for name in ("mean", "sd")]
        cells = (
            label,
            words(visit.group.label),
            words(visit.label),
            counted(plain.summary.n[i]),
            counted(n_blq[i]),
            several("{} ({})", mean, [style] * 2),
            _quartiles(plain, i, style),
            several("{}; {}", [plain.value("minimum", i), plain.value("maximum", i)], [style] * 2),
            # at and before the baseline there is nothing to change from: blank, not NC
            counted(change.summary.n[i]) if later[i] else BLANK,
            _quartiles(change, i, style) if later[i] else BLANK,
            _quartiles(relative, i, percent) if later[i] else BLANK,
        )
        yield Row(cells, key={"measure": measure.code, "dose": visit.group.label, "day": f"{visit.day:g}"})


def _quartiles(of: Statistics, at: int, style: Style) -> Cell:
    return several("{} ({}; {})", [of.value(name, at) for name in ("median", "q1", "q3")], [style] * 3)


SPEC: Final = TableSpec(
    "t_14_2_10",
    "14.2-10",
    "Cell counts and percentages by nominal day, with change from baseline",
    table,
    (Endpoint.CD7_ABSOLUTE, Endpoint.CD7_PERCENT, Endpoint.LYMPHOCYTE_SUBSETS),
)
