"""CD7 cell counts and percentages by visit, with change from baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.pharmacodynamics import BASELINE_RULES, PdReason
from cartpk.tables.cells import BLANK, counted, several, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.measures import measure_label, measure_notes, no_measures
from cartpk.tables.printing import Style, percent, significant_style
from cartpk.tables.statistics import summed
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import Visit, at_visits, by_visit_note, visit_cells

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.config.summaries import Summaries
    from cartpk.config.trial import PdMeasure
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("measure", "Measure", "group"),
    Column("dose", "Dose", "group"),
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
_QUARTILES: Final = ("median", "q1", "q3")
_CHANGES: Final = (
    "Changes are of samples after it; a BLQ counts 0 in a change; no change in % from a baseline of 0 or BLQ."
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per measure, dose level and nominal day."""
    measures = config.pharmacodynamics.measures
    if not measures:
        return NoTable(no_measures())
    who, rows, placed = analysis_set(data, "PD"), [], []
    for measure in measures:
        own = data.pd_change[data.pd_change["PARAMCD"].eq(measure.code) & data.pd_change["ANLFL"].eq("Y")]
        for _, part in own.groupby("AVALU", sort=True):
            at = at_visits(part[part["USUBJID"].isin(who.subjects)], config)
            placed.append(at)
            rows += _rows(list(at.visits(who.groups)), part, measure, config)
    if not rows:
        return NoTable("No usable CD7 measurement names a nominal day: a summary by visit cannot be formed.")
    settings = config.report.summaries
    notes = (
        *measure_notes(config),
        f"{BASELINE_RULES[config.pharmacodynamics.baseline].capitalize()}. {_CHANGES}",
        *by_visit_note(placed, settings, geometric=False),
    )
    return Body(_COLUMNS, tuple(rows), who.text, notes, "work/pd_change.csv")


def _rows(visits: list[Visit], part: pd.DataFrame, measure: PdMeasure, config: TrialConfig) -> list[Row]:
    style = percent if measure.kind == "percent" else significant_style(config.report.significant_digits)
    label = words(measure_label(measure, str(part["AVALU"].iloc[0])))
    return [_row(visit, label, measure, style, config.report.summaries) for visit in visits]


def _row(visit: Visit, label: Cell, measure: PdMeasure, style: Style, settings: Summaries) -> Row:
    plain, _ = visit_cells(visit, settings)
    shown = visit.means_shown(settings)
    mean = [plain.value(name, 0) if shown else float("nan") for name in ("mean", "sd")]
    cells = (
        label,
        words(visit.group.label),
        words(visit.label),
        counted(visit.n),
        counted(visit.n_blq),
        several("{} ({})", mean, [style] * 2),
        several("{} ({}; {})", [plain.value(name, 0) for name in _QUARTILES], [style] * 3),
        several("{}; {}", [plain.value("minimum", 0), plain.value("maximum", 0)], [style] * 2),
        *_changes(visit, settings, style),
    )
    key = {"measure": measure.code, "dose": visit.group.label, "day": f"{visit.day:g}"}
    return Row(cells, key=key)


def _changes(visit: Visit, settings: Summaries, style: Style) -> tuple[Cell, Cell, Cell]:
    """Number with a change, change, change in %; blank at and before the baseline."""
    if visit.rows["CHGREASN"].eq(str(PdReason.NOT_AFTER)).all():
        return BLANK, BLANK, BLANK
    change = summed([visit.rows["CHG"], visit.rows["PCHG"]], settings)
    return (
        counted(change.summary.n[0]),
        several("{} ({}; {})", [change.value(name, 0) for name in _QUARTILES], [style] * 3),
        several("{} ({}; {})", [change.value(name, 1) for name in _QUARTILES], [percent] * 3),
    )


SPEC: Final = TableSpec("t_14_2_10", "14.2-10", "CD7 cell counts and percentages by nominal day, with change", table)
