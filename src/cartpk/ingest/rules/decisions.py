"""Rules of people's decisions on records: corrections and exclusions (``data.corrections``)."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

_NOT_HALF: Final = "A list of decisions is applied whole or not at all: nothing is computed."

RULES: Final = (
    Rule(
        "CP-200", "DECISIONS_UNREADABLE", ERROR, "file", "file of corrections that cannot be used",
        "{found}",
        "What it decides is not known.",
        "Save it as a CSV with the columns ACTION, WHO, WHEN, WHY and those that name the record.",
    ),
    Rule(
        "CP-201", "DECISION_UNSIGNED", ERROR, "trial", "decision without who, when and why",
        "{field} is missing or not a date",
        "A decision that nobody signs is not applied.",
        "Fill in WHO, WHEN (YYYY-MM-DD) and WHY.",
    ),
    Rule(
        "CP-202", "DECISION_INCOMPLETE", ERROR, "trial", "decision that does not say what to do",
        "{found}",
        _NOT_HALF,
        (
            "Write ACTION correct with FIELD, OLD and NEW; exclude with the record; or exclude_subject with "
            "USUBJID alone."
        ),
    ),
    Rule(
        "CP-203", "DECISION_NO_RECORD", ERROR, "trial", "decision on a record that is not there",
        "no record fits {found}",
        _NOT_HALF,
        (
            "Correct FILE and ROW (the line; header = line 1), or USUBJID, TIME and ANALYTE, as the file writes them. "
            "A record of a clinical file (responses, adverse events ...) is found only where FILE names the file."
        ),
    ),
    Rule(
        "CP-204", "DECISION_SEVERAL", ERROR, "trial", "decision that fits several records",
        "{found}",
        "Which of them is meant is not known.",
        "Name the record by FILE and ROW.",
    ),
    Rule(
        "CP-205", "DECISION_COLUMN", ERROR, "trial", "decision on a column that is not there",
        "{found}",
        _NOT_HALF,
        "Correct FIELD: the column as the file calls it.",
    ),
    Rule(
        "CP-206", "DECISION_OLD", ERROR, "trial", "decision on another content than the cell's",
        "OLD is “{old}”, but {where} holds “{holds}” in {field}",
        "Either the data have changed since the decision, or it names another record.",
        "Look at the record again; correct OLD or the record that the row names.",
    ),
    Rule(
        "CP-207", "DECISION_CONFLICT", ERROR, "trial", "two decisions on one record",
        "line {old} decides on the same {what}",
        "Only one of them can hold.",
        "Keep one of the rows.",
    ),
    Rule(
        "CP-208", "CELL_CORRECTED", INFO, "row", "cell corrected by a signed decision",
        "{field} “{old}” is corrected to “{new}”{signed}",
        "The file is untouched; {decided} decides it.",
        "Nothing to do.",
    ),
    Rule(
        "CP-209", "RECORD_EXCLUDED", INFO, "row", "excluded by a signed decision",
        "the record is excluded{signed}",
        "The file is untouched; {decided} decides it. Whatever is computed is computed without it.",
        "Nothing to do.",
    ),
    Rule(
        "CP-210", "SUBJECT_EXCLUDED", INFO, "subject", "subject excluded by a signed decision",
        "the subject is excluded{signed}",
        "{decided} decides it. The subject is listed, in no analysis set and in no summary.",
        "Nothing to do.",
    ),
    Rule(
        "CP-211", "DECISION_NO_SAMPLE", ERROR, "trial", "exclusion of a record that is no sample",
        "{where} is no sample: {found}",
        "Only samples and clinical records are excluded one by one: nobody would miss a subject that is gone.",
        "Correct the cell, or exclude the subject (exclude_subject).",
    ),
    Rule(
        "CP-212", "DECISION_NOT_READ", WARNING, "row", "correction of a cell that is not read",
        "{field} “{old}” is corrected to “{new}”{signed}; {read} stands beside it and is what is read",
        "The correction changes nothing that is computed.",
        "Correct {read} as well.",
    ),
)  # fmt: skip
