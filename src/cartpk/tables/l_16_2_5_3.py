"""Records that are not used in the analysis, with the reason and their place in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.tables.assays import in_specimen
from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, optional, subject_cells
from cartpk.tables.printing import days, line
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import day_label

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("test", "Measured", "text"),
    Column("nominal", "Nominal day", "text"),
    Column("day", "Actual time (day)", "number", unit="day"),
    Column("delivered", "As delivered", "text"),
    Column("reason", "Reason", "text"),
    Column("file", "File", "text"),
    Column("row", "Line", "number"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:  # noqa: ARG001
    """One row per delivered record that no analysis uses."""
    samples = _with_decisions(data)
    kinetic = samples[samples["ANLFL"].ne("Y") | samples["NCAXFL"].eq("Y")].rename(columns={"PCTEST": "TEST"})
    counts = data.adpd[data.adpd["ANLFL"].ne("Y")].rename(columns={"PARAM": "TEST"})
    shared = ["USUBJID", "TEST", "PCSPEC", "NFRLT", "AFRLT", "AVALC", "ANLRS", "SRCFILE", "SRCROW"]
    both = pd.concat([kinetic[shared], counts[shared]], ignore_index=True)
    if both.empty:
        return NoTable("Every delivered record is used.")
    doses = dose_levels(data)
    rows = [
        Row(
            (
                *subject_cells(s["USUBJID"], doses),
                words(in_specimen(s["TEST"], s["PCSPEC"])),
                words(day_label(float(s["NFRLT"])) if pd.notna(s["NFRLT"]) else None),
                optional(s["AFRLT"], days),
                words(s["AVALC"]),
                words(s["ANLRS"]),
                words(s["SRCFILE"]),
                optional(s["SRCROW"], line),
            )
        )
        for s in in_order(both, data, "AFRLT").to_dict("records")
    ]
    reasons = both["ANLRS"].fillna("reason not given").value_counts()
    notes = tuple(f"{reason}: {n}." for reason, n in sorted(reasons.items(), key=lambda item: str(item[0])))
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all").text, notes, "adnca.csv, adpd.csv, work/lambda_z.csv")


def _with_decisions(data: TrialData) -> pd.DataFrame:
    """The kinetic samples with ``NCAXFL`` Y and the reason where an analyst left one out of the analysis."""
    points = data.lambda_z
    if "MANUAL" not in points or not points["MANUAL"].eq("exclude_sample").any():
        return data.adnca
    own = points[points["MANUAL"].eq("exclude_sample")]
    reason = "left out by " + own["WHO"].astype(str) + " (" + own["WHEN"].astype(str) + "): " + own["WHY"].astype(str)
    keys = {"USUBJID": "USUBJID", "PPCAT": "PCTESTCD", "PPSPEC": "PCSPEC", "AFRLT": "AFRLT"}
    decided = own[list(keys)].rename(columns=keys).assign(DECISION=reason).drop_duplicates(list(keys.values()))
    both = data.adnca.merge(decided, on=list(keys.values()), how="left")
    out = both["DECISION"].notna() & both["ANLFL"].eq("Y")
    return both.assign(NCAXFL=both["NCAXFL"].mask(out, "Y"), ANLRS=both["ANLRS"].mask(out, both["DECISION"]))


SPEC: Final = TableSpec("l_16_2_5_3", "16.2.5-3", "Records not used in the analysis", table)
