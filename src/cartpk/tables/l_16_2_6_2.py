"""Every response assessment as it came in, and whether it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import joined, words
from cartpk.tables.efficacy import site_text
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, optional, subject_cells
from cartpk.tables.printing import event_day
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("day", "Actual day", "number", unit="day"),
    Column("visit", "Visit", "text"),
    Column("site", "Disease site", "text"),
    Column("delivered", "Response as delivered", "text"),
    Column("code", "Response", "text"),
    Column("responder", "Counts as response", "text"),
    Column("point", "Stands for day", "number", unit="day"),
    Column("note", "Not used for", "text"),
    Column("source", "Source", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per delivered assessment, used or not."""
    if not data.clinical.has("responses"):
        return NoTable("Needs data: RS (data.clinical.responses).")
    if data.clinical.adrs.empty:
        return NoTable("The delivered file of responses holds no assessment.")
    doses = dose_levels(data)
    rows = []
    for r in in_order(data.clinical.adrs, data, "AFRLT", "SITE").to_dict("records"):
        cells = (
            *subject_cells(r["USUBJID"], doses),
            optional(r["AFRLT"], event_day),
            words(r["AVISIT"]),
            words(site_text(r["SITE"]) if isinstance(r["SITE"], str) and r["SITE"] else ""),
            words(r["RSORRES"]),
            words(r["AVALC"]),
            words({"Y": "yes", "N": "no"}.get(str(r["RESPFL"]), "")),
            optional(r["AWTARGET"] if r["ANL01FL"] == "Y" else None, event_day),
            words(_note(r)),
            words(f"{r['SRCFILE']}:{r['SRCROW']:.0f}"),
        )
        rows.append(Row(cells))
    notes = (
        "Days from the start of the first infusion. Stands for day: the assessment that answers for the time point.",
        f"Response criteria: {config.efficacy.criteria or 'not stated in the registry record'}.",
    )
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all").text, notes, "work/adrs.csv")


def _note(row: Mapping[Any, Any]) -> str:
    """What the assessment does not count for, and why."""
    if row["ANLFL"] == "N":
        return f"any analysis: {row['ANLRS']}"
    best = f"best response: {row['BORRS']}" if row["BORFL"] == "N" and isinstance(row["BORRS"], str) else ""
    return joined([best])


SPEC: Final = TableSpec(
    "l_16_2_6_2", "16.2.6-2", "Response assessments, by subject", table, (Endpoint.ORR, Endpoint.ORR_BY_SITE)
)
