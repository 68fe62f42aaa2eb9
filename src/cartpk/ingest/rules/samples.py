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
        "the row of day 7 twice",
    ),
    Rule(
        "BI-045", "DUPLICATE_CONFLICT", ERROR, "profile", "different results at one time",
        "{old} is one of several results of day {day:g} ({others})",
        "Which one is reportable is not known: areas of this profile are not calculated.",
        "Keep the reportable result, or set intake.duplicates.",
        "“20400” and “20500” on day 7",
    ),
    Rule(
        "BI-046", "NO_REPORTABLE_RESULT", ERROR, "profile", "several results, none or several marked as reportable",
        "{old} is one of several results of day {day:g} ({others}), and not exactly one of them is marked",
        "Which one is reportable is not known: areas of this profile are not calculated.",
        "Mark the reportable result in the column data.columns.reportable.",
        "“20400” and a re-analysis “20500” on one day, the column FINAL empty in both rows",
    ),
    Rule(
        "BI-047", "FILE_OVERLAP", WARNING, "file", "file that repeats another",
        "{count} with results that stand already in {other}",
        "They are used once.",
        "Deliver either cumulative or incremental files.",
        "cumulative.csv with all rows of data.csv",
    ),
    Rule(
        "BI-068", "BASELINE_POSITIVE", WARNING, "row", "quantifiable before the infusion",
        "the result {old} of day {day:g} is quantifiable before the infusion",
        "It is shown and not subtracted.",
        "Check for contamination, an earlier product or a mixed-up sample.",
        "“75” on day -1, LLOQ 50",
    ),
    Rule(
        "BI-070", "NO_BASE", ERROR, "column", "count without a volume, percentage without its parent gate",
        "{assay} {found}",
        "Nobody could say of what it is a count or a share: the measure is not used, everything else is.",
        "Give the parent: (of what 100 % is) or the unit of the measure in the config.",
        "a measure of kind: percent without parent:; a count in “%”",
    ),
    Rule(
        "BI-071", "ABS_PCT_MISMATCH", WARNING, "row", "count that is not its percentage of the parent",
        "{old} is not {percent:g} % of {parent:g} ({product:.4g}); allowed are {allowed:g} %",
        "The count is kept as it is reported.",
        "Check count, percentage and the count of the parent gate.",
        "“845” CD7+ T cells/uL, “20 %” of “1600” lymphocytes/uL",
    ),
    Rule(
        "BI-072", "SUBSET_SUM", WARNING, "row", "subsets that do not add up to the lymphocytes",
        "T, B and NK cells of day {day:g} add up to {old} % of the lymphocytes",
        "The values are kept.",
        "Check the gates: a subset is missing or counted twice.",
        "“70 %” T cells, “30 %” B cells, “25 %” NK cells in one sample",
    ),
    Rule(
        "BI-073", "NO_BASELINE", WARNING, "subject", "no baseline of a count",
        "{field}: {old}",
        "A change in % cannot be given; absolute values are.",
        "Check whether the baseline sample is missing.",
        "no count up to the infusion",
    ),
    Rule(
        "BI-074", "BASELINE_UNDECLARED", ERROR, "trial", "two baselines, none of them declared",
        "{assay} was measured before and after the start of lymphodepletion (day {old}) in {examples}",
        "A change from the one baseline is not a change from the other.",
        "Set pharmacodynamics.baseline: before_infusion or before_lymphodepletion.",
        "counts on day -7 and day -1, lymphodepletion from day -5, no pharmacodynamics.baseline",
    ),
    Rule(
        "BI-075", "CAR_IN_GATE", WARNING, "column", "gate that holds the product's own cells",
        "the gate of {assay} holds CAR+ cells ({old})",
        "Host cells and infused cells cannot be told apart in it: a rise may be the product's.",
        "Deliver the count of CAR-negative cells, where there is one.",
        "a measure with car_cells: included",
    ),
    Rule(
        "BI-077", "UNIT_SUSPECT", WARNING, "column", "counts in another unit than it says",
        "counts of {assay} from {low:g} to {high:g} {unit}, in {examples}",
        "Lymphocytes and leukocytes lie between {floor:g} and {ceiling:g} cells/uL; nothing was changed.",
        "Check the unit: 4.5 10^9/L are 4500 cells/uL.",
        "“4.5”, “3.9”, “4.1” as leukocytes in cells/uL",
    ),
    Rule(
        "CP-020", "TEST_NOT_DECLARED", INFO, "column", "test that the config does not declare",
        "“{test}”{specimen} belongs to no analyte and no measure of the config{near}: {examples}",
        "These rows are not read.",
        "Name the test under match: of an analyte or measure if it is needed.",
        "“IL-6” as a test",
    ),
    Rule(
        "CP-021", "ASSAY_ABSENT", WARNING, "column", "declared assay without a row",
        "no row belongs to {assay} in {specimen}; delivered tests: {old}",
        "Its results stay empty.",
        "Correct match: or specimen: of {assay}, or remove it.",
        "a measure of the config without a row",
    ),
    Rule(
        "CP-022", "NO_KINETICS", ERROR, "trial", "no kinetic result at all",
        "no row belongs to any analyte of the config; delivered tests: {old}",
        "There is nothing to analyse.",
        "Write the name that the data use under match: of the analyte.",
        "a file without the analyte",
    ),
    Rule(
        "CP-023", "ASSAY_AMBIGUOUS", ERROR, "trial", "test that fits several assays",
        "“{old}” fits {assays}: {examples}",
        "They cannot be told apart by specimen or unit.",
        "Give the assays different match:, specimen: or unit:.",
        "two analytes with the same match:",
    ),
    Rule(
        "CP-024", "SPECIMEN_SPELLING", INFO, "column", "specimen in another spelling",
        "the specimen “{old}” is read as {new} in {count}",
        "It is another spelling of the CDISC name.",
        "Nothing to do.",
        "“外周血” for BLOOD",
    ),
    Rule(
        "CP-060", "DUPLICATE_RESOLVED", WARNING, "row", "different results at one time, resolved",
        "{old} is one of several results of one time ({others})",
        "intake.duplicates: {rule} gives {new}.",
        "Keep only the reportable result.",
        "“20400” and “20500” with intake.duplicates: mean",
    ),
    Rule(
        "CP-062", "NOT_REPORTABLE", INFO, "row", "not the reportable result",
        "the result {old} is not the reportable one ({mark})",
        "The result that is marked as reportable is used.",
        "Nothing to do.",
        "“20400” beside the re-analysis “20500” that is marked Y",
    ),
    Rule(
        "CP-061", "DECLARED_EXCLUSION", INFO, "row", "declared not to be a measurement",
        "the row is excluded by the config: {reason}",
        "data.exclude declares it ({field}: {old}).",
        "Nothing to do.",
        "a row that data.exclude names",
    ),
)  # fmt: skip
