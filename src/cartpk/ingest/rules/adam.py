"""Rules of analysis data sets (ADNCA, ADPC)."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "CP-081", "ADAM_TIME_UNIT", ERROR, "file", "unit of time of an analysis data set not known",
        "{field} holds “{found}” in {examples}",
        "AFRLT and ARRLT cannot be placed in time without their unit.",
        "Give the unit in {field} (AFRLTU and RRLTU are also looked at): h, hours, d, days or min.",
    ),
    Rule(
        "CP-082", "DERIVED_RECORD", INFO, "row", "record copied for the analysis",
        "the record is derived (DTYPE {old}) and its original is there",
        "The original is used; the copy would count twice.",
        "Nothing to do.",
    ),
    Rule(
        "CP-083", "DERIVED_ALONE", WARNING, "row", "derived record without its original",
        "the record is derived (DTYPE {old}) and no original has its subject, analyte and time",
        "A derived value is no measurement.",
        "Deliver the original record, or clear DTYPE where the value was measured.",
    ),
    Rule(
        "CP-084", "EXCLUDED_BY_ADAM", INFO, "row", "excluded by the analysis data set",
        "the analysis data set excludes the record ({flag}: {old})",
        "NCAXFL, NCAwXRS and ANL01FL are the decisions of those who made it.",
        "Nothing to do; clear the flag where the record is to be used.",
    ),
    Rule(
        "CP-085", "REFERENCE_DOSE", WARNING, "row", "time of a reference dose not the same in all records",
        "by AFRLT and ARRLT the reference dose {old} was given on day {new}, by other records of it earlier",
        "The earliest time is used.",
        "Check AFRLT, ARRLT and ATPTREF.",
    ),
)  # fmt: skip
