"""Depletion, recovery, crossover, both baselines and areas of every subject, with intervals and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import BLANK, number, words
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, subject_cells
from cartpk.tables.measures import measure_label, no_measures
from cartpk.tables.printing import days, significant_style, unit_text
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from cartpk.config import TrialConfig
    from cartpk.tables.printing import Style
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("measure", "Measure", "group"),
    Column("parameter", "Parameter", "label"),
    Column("value", "Value", "number"),
    Column("unit", "Unit", "text"),
    Column("basis", "Rests on", "text"),
    Column("reason", "Why none", "text"),
)
_NOTES: Final = (
    "Day (after; not later than]: the event lies in this interval between two samples. > = not seen up to this day.",
    "Duration [least; largest possible]. ≥ = the nadir is BLQ.",
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject, measure and parameter."""
    measures = {m.code: m for m in config.pharmacodynamics.measures}
    if not measures:
        return NoTable(no_measures())
    every = data.derived["pd_effects"]
    if every.empty:
        return NoTable("No subject has a cell count after infusion.")
    doses, three = dose_levels(data), significant_style(config.report.significant_digits)
    units = every[every["PARAMCD"].eq("PDBASEI")].groupby("PPCAT")["AVALU"].first().dropna()
    names = {code: measure_label(m, str(units.get(code, m.unit or ""))) for code, m in measures.items()}
    rows = [
        Row(
            (
                *subject_cells(r["USUBJID"], doses),
                words(names[r["PPCAT"]]),
                words(r["PARAM"]),
                _value(r, three),
                words(unit_text(r["AVALU"]) if isinstance(r["AVALU"], str) else None),
                words(unit_text(r["CRIT"]) if isinstance(r["CRIT"], str) else None),
                words(r["REASND"]),
            )
        )
        for r in in_order(every, data).to_dict("records")
    ]
    who = f"All subjects that are not excluded: {every['USUBJID'].nunique()} subjects"
    return Body(_COLUMNS, tuple(rows), who, _NOTES, "work/pd_effects.csv")


def _value(row: dict[Hashable, Any], style: Style) -> Cell:
    if isinstance(row["AVALC"], str):
        return words(row["AVALC"])
    if isinstance(row["REASND"], str):
        return BLANK
    return number(float(row["AVAL"]), days if row["AVALU"] == "day" else style)


SPEC: Final = TableSpec(
    "l_16_2_6_1",
    "16.2.6-1",
    "Depletion, recovery and areas of cell counts by subject",
    table,
    (Endpoint.CD7_ABSOLUTE, Endpoint.CD7_PERCENT),
)
