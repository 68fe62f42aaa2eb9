"""Concentrations by subject with nominal and actual time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.tables.assays import in_specimen
from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, optional, subject_cells
from cartpk.tables.printing import days, significant_style, unit_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import day_label

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("assay", "Analyte", "group"),
    Column("infusion", "Profile", "group"),
    Column("nominal", "Nominal day", "text"),
    Column("day", "Actual time (day)", "number", unit="day"),
    Column("result", "Result", "number"),
    Column("delivered", "As delivered", "text"),
    Column("unit", "Unit", "text"),
    Column("lloq", "LLOQ", "number"),
    Column("used", "Used", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per delivered kinetic sample."""
    if data.adnca.empty:
        return NoTable("The trial has no kinetic samples.")
    style = significant_style(config.report.significant_digits)
    rows, doses = [], dose_levels(data)
    ordered = in_order(data.adnca, data, "PCTESTCD", "PCSPEC", "ATPTREF", "AFRLT")
    for s in ordered.to_dict("records"):
        cells = (
            *subject_cells(s["USUBJID"], doses),
            words(in_specimen(s["PCTEST"], s["PCSPEC"])),
            words(str(s["ATPTREF"]).capitalize()),
            words(day_label(float(s["NFRLT"])) if pd.notna(s["NFRLT"]) else None),
            optional(s["AFRLT"], days),
            words("BLQ") if s["BLQFL"] == "Y" else optional(s["AVAL"], style),
            words(s["AVALC"]),
            words(unit_text(str(s["AVALU"]))),
            optional(s["ALLOQ"], lambda v: f"{v:,g}"),
            words("yes" if s["ANLFL"] == "Y" and s["NCAXFL"] != "Y" else "no"),
        )
        rows.append(Row(cells, key={"file": str(s["SRCFILE"]), "row": f"{float(s['SRCROW']):.0f}"}))
    notes = (
        "Days from the start of the first infusion. Results have the digits of the summaries.",
        "Not used: reasons in Listing 16.2.5-3.",
    )
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all").text, notes, "adnca.csv")


SPEC: Final = TableSpec("l_16_2_5_2", "16.2.5-2", "Concentrations by subject, nominal and actual time", table)
