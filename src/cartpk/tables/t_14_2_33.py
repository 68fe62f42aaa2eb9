"""Time lag from the kinetic peak to the nadir of the CD7+ cells, and hysteresis, by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import Noted, counted, number, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, optional, subject_cells
from cartpk.tables.measures import no_measures
from cartpk.tables.printing import days, fixed
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("measure", "Measure", "label"),
    Column("tmax", "Tmax (day)", "number"),
    Column("nadir", "Time to nadir (day)", "number"),
    Column("lag", "Lag (day)", "number"),
    Column("pairs", "Paired samples", "number"),
    Column("loop", "Hysteresis index", "number"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject and CD7+ measure."""
    if not config.pharmacodynamics.measures:
        return NoTable(no_measures())
    every = data.derived["pkpd"]
    if every.empty:
        return NoTable("No subject has both kinetics and a CD7+ count.")
    doses, noted = dose_levels(data), Noted()
    labels = {m.code: f"{m.label}{' (%)' if m.kind == 'percent' else ''}" for m in config.pharmacodynamics.measures}
    rows = []
    for r in in_order(every, data).to_dict("records"):
        lag = noted.cell(r["LAGRS"]) if isinstance(r["LAGRS"], str) else number(r["LAG"], days)
        loop = noted.cell(r["LOOPRS"]) if isinstance(r["LOOPRS"], str) else number(r["LOOP"], lambda v: fixed(v, 2))
        heads = (*subject_cells(r["USUBJID"], doses), words(labels[r["MEASURE"]]))
        times = (optional(r["TMAX"], days), optional(r["TNADIR"], days))
        rows.append(Row((*heads, *times, lag, counted(r["NPAIRS"]), loop)))
    near = config.pharmacodynamics.depletion.pair_days
    notes = (
        "Lag = time to nadir - Tmax: both are days of samples, so it is no finer than the visits.",
        (
            "Hysteresis index: signed area of the path of log10 exposure (across) and log10 reduction from the "
            "last count before infusion (up) in the order of time, closed by a straight line, as a part of its "
            f"bounding box; samples within {near:g} day of each other, BLQ at half of the kinetic LLOQ and at "
            "the LLOQ of the count. Above 0 = counter-clockwise: the effect lags behind the exposure; below 0 = "
            "clockwise."
        ),
        *noted.footnotes(),
    )
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "PD").text, notes, "work/pkpd.csv")


SPEC: Final = TableSpec(
    "t_14_2_33", "14.2-33", "Time lag and hysteresis of CD7+ cells by subject", table, (Endpoint.PK_PD,)
)
