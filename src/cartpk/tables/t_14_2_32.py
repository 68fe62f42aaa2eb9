"""Correlation of CAR exposure with depth and duration of the fall of CD7+ cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.caveats import confounding, shared_denominator
from cartpk.tables.cells import Noted
from cartpk.tables.correlation_rows import COLUMNS, SPEARMAN, correlation_rows
from cartpk.tables.groups import analysis_set
from cartpk.tables.measures import no_measures
from cartpk.tables.table import Body, NoTable, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_ROWS: Final = (
    "Durations of depletion that had not ended, and log10 reductions with a BLQ nadir, count as they stand: the "
    "correlation with longer follow-up or lower limits may be another one."
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per CD7+ measure, effect and exposure."""
    if not config.pharmacodynamics.measures:
        return NoTable(no_measures())
    rows = data.derived["correlations"]
    rows = rows[rows["SET"].eq("PKPD")]
    if not (rows["N"] > 0).any():
        return NoTable("No subject has both an exposure and an effect on CD7+ cells.")
    noted = Noted()
    names = {m.code: f"{m.label}{' (%)' if m.kind == 'percent' else ''}" for m in config.pharmacodynamics.measures}
    made = tuple(correlation_rows(rows, names, noted))
    notes = (SPEARMAN, _ROWS, *shared_denominator(data, config), *confounding(config), *noted.footnotes())
    return Body(COLUMNS, made, analysis_set(data, "PK").text, notes, "work/correlations.csv")


SPEC: Final = TableSpec(
    "t_14_2_32", "14.2-32", "Exposure and effect on CD7+ cells: correlations", table, (Endpoint.PK_PD,)
)
