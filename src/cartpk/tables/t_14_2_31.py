"""Correlation of CD7 on tumour cells with safety and response, where the record or the config asks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cartpk.clinical.caveats import confounding
from cartpk.tables.cells import Noted
from cartpk.tables.correlation_rows import COLUMNS, SPEARMAN, correlation_rows
from cartpk.tables.groups import analysis_set
from cartpk.tables.table import Body, NoTable, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per method, outcome and quantity of CD7."""
    if not config.exposure_response.tumour_cd7:
        return NoTable("Not asked for (exposure_response.tumour_cd7).")
    if not data.clinical.has("tumour_cd7"):
        return NoTable("Needs data: CD7 of tumour cells (data.clinical.tumour_cd7).")
    rows = data.derived["correlations"]
    rows = rows[rows["SET"].eq("CD7")]
    if not (rows["N"] > 0).any():
        return NoTable("No subject has both CD7 of the tumour cells before infusion and an outcome.")
    noted = Noted()
    notes = (
        "CD7: last result up to the infusion. Outcomes of yes and no: 1 and 0. Adverse events: treatment-emergent.",
        SPEARMAN,
        *confounding(config, late=False),
        "Entry to the trial asked for CD7 on the tumour cells: the range is narrowed, and with it any correlation.",
        *noted.footnotes(),
    )
    made = tuple(correlation_rows(rows, {}, noted))
    columns = (replace(COLUMNS[0], label="Method, specimen"), *COLUMNS[1:])
    return Body(columns, made, analysis_set(data, "all").text, notes, "work/correlations.csv")


SPEC: Final = TableSpec(
    "t_14_2_31",
    "14.2-31",
    "CD7 of the tumour cells, safety and response: correlations",
    table,
    (Endpoint.TUMOUR_CD7_CORRELATION,),
)
