"""Rules of samples: tests, duplicates, baselines."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "BI-044", "DUPLICATE_IDENTICAL", WARNING, "row", "repeat of an identical result",
        "the result {old} stands already in {first}",
        "It is used once.",
        "Remove the repeat.",
    ),
    Rule(
        "BI-045", "DUPLICATE_CONFLICT", ERROR, "profile", "different results at one time",
        "{old} is one of several results of day {day:g} ({others})",
        "Which one is reportable is not known: areas of this profile are not calculated.",
        "Keep the reportable result, or set intake.duplicates.",
    ),
    Rule(
        "BI-047", "FILE_OVERLAP", WARNING, "file", "file that repeats another",
        "{count} with results that stand already in {other}",
        "They are used once.",
        "Deliver either cumulative or incremental files.",
    ),
    Rule(
        "BI-068", "BASELINE_POSITIVE", WARNING, "row", "quantifiable before the infusion",
        "the result {old} of day {day:g} is quantifiable before the infusion",
        "It is shown and not subtracted.",
        "Check for contamination, an earlier product or a mixed-up sample.",
    ),
    Rule(
        "BI-073", "NO_BASELINE", WARNING, "subject", "no baseline of a count",
        "{field}: {old}",
        "A change in % cannot be given; absolute values are.",
        "Check whether the baseline sample is missing.",
    ),
    Rule(
        "CP-020", "TEST_NOT_DECLARED", INFO, "column", "test that the config does not declare",
        "“{test}”{specimen} belongs to no analyte and no measure of the config{near}: {examples}",
        "These rows are not read.",
        "Name the test under match: of an analyte or measure if it is needed.",
    ),
    Rule(
        "CP-021", "ASSAY_ABSENT", WARNING, "column", "declared assay without a row",
        "no row belongs to {assay} in {specimen}; delivered tests: {old}",
        "Its results stay empty.",
        "Correct match: or specimen: of {assay}, or remove it.",
    ),
    Rule(
        "CP-022", "NO_KINETICS", ERROR, "trial", "no kinetic result at all",
        "no row belongs to any analyte of the config; delivered tests: {old}",
        "There is nothing to analyse.",
        "Write the name that the data use under match: of the analyte.",
    ),
    Rule(
        "CP-023", "ASSAY_AMBIGUOUS", ERROR, "trial", "test that fits several assays",
        "“{old}” fits {assays}: {examples}",
        "They cannot be told apart by specimen or unit.",
        "Give the assays different match:, specimen: or unit:.",
    ),
    Rule(
        "CP-024", "SPECIMEN_SPELLING", INFO, "column", "specimen in another spelling",
        "the specimen “{old}” is read as {new} in {count}",
        "It is another spelling of the CDISC name.",
        "Nothing to do.",
    ),
    Rule(
        "CP-060", "DUPLICATE_RESOLVED", WARNING, "row", "different results at one time, resolved",
        "{old} is one of several results of one time ({others})",
        "intake.duplicates: {rule} gives {new}.",
        "Keep only the reportable result.",
    ),
    Rule(
        "CP-061", "DECLARED_EXCLUSION", INFO, "row", "declared not to be a measurement",
        "the row is excluded by the config: {reason}",
        "data.exclude declares it ({field}: {old}).",
        "Nothing to do.",
    ),
)  # fmt: skip
