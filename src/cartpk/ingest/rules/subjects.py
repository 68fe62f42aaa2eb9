"""Rules of subjects: identifiers, domains that do not agree, rows that name nobody."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "BI-048", "ID_NORMALISED", WARNING, "subject", "identifier written with other spaces or dashes",
        "the identifier “{old}” is read as “{new}” in {count}",
        "Invisible or outer characters would make two subjects of one.",
        "Correct the identifier at its source.",
        "“S–01 ” for “S-01”",
    ),
    Rule(
        "BI-049", "ID_AS_NUMBER", ERROR, "trial", "identifiers that are one number",
        "the identifiers {old} are one number written in several ways",
        (
            "Leading zeros or digits were probably lost on the way through a spreadsheet; which subject is meant "
            "is not known."
        ),
        "Export the identifiers as text.",
        "“007” and “7”",
    ),
    Rule(
        "BI-050", "ORPHAN_SUBJECT", ERROR, "subject", "subject not in DM",
        "the subject has records but none in DM",
        "It is excluded: who it is and whether it belongs to the trial is not known.",
        "Add the subject to DM or correct its identifier.",
        "samples of S-02, no S-02 in DM",
    ),
    Rule(
        "BI-051", "NO_PK_SAMPLES", WARNING, "subject", "subject without a usable kinetic sample",
        "{old}",
        "The subject is listed and is not in the kinetic analysis.",
        "Check whether samples are missing from the transfer.",
        "a subject with cell counts only",
    ),
    Rule(
        "BI-052", "ID_CASE", ERROR, "trial", "identifiers that differ by case only",
        "the identifiers {old} differ by upper and lower case only",
        "They may be one subject or two: they are never merged.",
        "Correct the identifiers at their source.",
        "“s-01” and “S-01”",
    ),
    Rule(
        "BI-053", "TWO_STUDIES", ERROR, "trial", "two trials in one delivery",
        "STUDYID names {old}",
        "One run is one trial.",
        "Split the files by trial.",
        "STUDYID “T1” and “T2”",
    ),
    Rule(
        "BI-054", "POSSIBLE_IDENTIFIER", WARNING, "subject", "identifier that may name a person",
        "the identifier {old} looks like {what}",
        "Tables, figures and report are not written with it.",
        "Use pseudonyms in the data; where it is one, say so: data.pseudonymised: true.",
        "an identifier of 18 digits",
    ),
    Rule(
        "BI-084", "DATE_ORDER", ERROR, "subject", "event before the infusion",
        "{old} lies before the infusion",
        "One of the two dates is wrong: the subject is excluded.",
        "Correct the dates.",
        "a death before the infusion",
    ),
    Rule(
        "BI-091", "NON_DATA_ROW", ERROR, "row", "row that names no subject",
        "the subject column holds “{old}”, which names no subject",
        "Totals and footnotes are no data: the row is not used.",
        "Remove the row, or give it its subject.",
        "“Mean” as a subject",
    ),
    Rule(
        "CP-031", "SUBJECT_CONFLICT", WARNING, "subject", "subject with two values of one fact",
        "{field} is {old} here and {new} before",
        "A fact of the subject cannot change from row to row: the first one is used.",
        "Correct the column.",
        "two doses of one subject in two rows",
    ),
    Rule(
        "CP-037", "NOT_INFUSED", INFO, "subject", "subject without infusion and sample",
        "there is neither an infusion nor a sample",
        "The subject is listed and is not in the analysis.",
        "Nothing to do for a subject that was not treated.",
        "a subject of DM only",
    ),
    Rule(
        "CP-039", "FACT_UNREADABLE", WARNING, "subject", "fact of a subject that cannot be read",
        "{field} “{old}” cannot be read",
        "It is left out.",
        "Correct the column.",
        "DTHDTC “2024-06”",
    ),
)  # fmt: skip
