"""Findings of the input checks: every exclusion, imputation, conversion and doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import words
from cartpk.tables.listing import optional
from cartpk.tables.printing import line
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("severity", "Severity", "group"),
    Column("rule", "Rule", "group"),
    Column("subject", "Subject", "text"),
    Column("file", "File", "text"),
    Column("row", "Line", "number"),
    Column("field", "Field", "text"),
    Column("old", "Found", "text"),
    Column("new", "Became", "text"),
    Column("message", "What it is", "text"),
    Column("suggestion", "What to do", "text"),
)
_MEANING: Final = (
    "error: the named row, profile, subject or file is not used. warning: used, and to be looked at. info: converted "
    "or read in the way shown."
)
_ORDER: Final = {"error": 0, "warning": 1, "info": 2}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:  # noqa: ARG001
    """One row per finding, errors first."""
    findings = data.findings
    if findings.empty:
        return NoTable("The input checks found nothing.")
    ordered = findings.assign(_AT=findings["SEVERITY"].map(_ORDER)).sort_values(
        ["_AT", "RULE", "USUBJID", "FILE"], kind="stable"
    )
    rows = [
        Row(
            (
                words(f["SEVERITY"]),
                words(f["RULE"]),
                words(f["USUBJID"]),
                words(f["FILE"]),
                optional(f["ROW"], line),
                words(f["FIELD"]),
                words(f["OLD"]),
                words(f["NEW"]),
                words(f["MESSAGE"]),
                words(f["SUGGESTION"]),
            )
        )
        for f in ordered.to_dict("records")
    ]
    counts = findings["SEVERITY"].value_counts()
    listed = ", ".join(f"{name} {counts[name]}" for name in _ORDER if name in counts)
    return Body(_COLUMNS, tuple(rows), f"All findings: {listed}", (_MEANING,), "findings.csv")


SPEC: Final = TableSpec("l_16_2_9", "16.2.9", "Data findings log", table)
