"""Rules of infusions, doses and cohorts."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "BI-028", "DOSE_BASIS", ERROR, "trial", "doses per kg and total doses",
        "doses are given on two bases: {old}",
        "They cannot be compared.",
        "Give all doses on the basis of dosing.basis.",
        "EXDOSU “cells/kg” for one subject, “cells” for another",
    ),
    Rule(
        "BI-055", "MULTIPLE_INFUSION", WARNING, "subject", "more than one infusion",
        "{old} infusions are on record{what}",
        "Time zero is the first one; infusions within time.split_dose_days count as one dose.",
        "Nothing to do where this is right.",
        "two rows of EX, 15 days apart",
    ),
    Rule(
        "BI-056", "DOSE_DEVIATION", WARNING, "subject", "dose off its planned level",
        "the dose {old} is {deviation} % off the nearest planned level {new}; allowed are {allowed} %",
        "The subject is analysed as treated, in the cohort of that level.",
        "Check the dose.",
        "5e7 cells where the levels are 2.5e7 and 1e8",
    ),
    Rule(
        "BI-057", "NO_WEIGHT", ERROR, "subject", "no body weight",
        "the dose in {old} needs the body weight, which is not given",
        "The dose is not stated; all that does not need it is computed.",
        "Give the weight.",
        "“1e6 cells/kg” without VS",
    ),
    Rule(
        "BI-058", "DOSE_NOT_POSITIVE", ERROR, "row", "dose of 0 or less",
        "the dose is {old}",
        "It is no dose: the row of EX is not used, the dose of a tidy table is not stated.",
        "Correct the dose.",
        "EXDOSE “0”",
    ),
    Rule(
        "BI-059", "INFUSION_INTERVAL", ERROR, "row", "impossible infusion interval",
        "the infusion lasts from {old}",
        "It ends before it starts or lasts more than a day: the row is not used.",
        "Correct the times.",
        "EXENDTC an hour before EXSTDTC",
    ),
    Rule(
        "BI-060", "COHORT_CONFLICT", ERROR, "subject", "cohort in EX other than in DM",
        "the cohort is “{old}” in EX and “{new}” in DM",
        "The subject is excluded: to which dose level it belongs is not known.",
        "Correct the cohort in EX or DM.",
        "COHORT “2” in EX, “1” in DM",
    ),
    Rule(
        "BI-069", "EVENT", INFO, "subject", "event that ends the profile",
        "{old}",
        "Areas that reach beyond it are flagged or not given.",
        "Nothing to do.",
        "DTHDTC “2024-06-01”",
    ),
    Rule(
        "CP-030", "DOSE_UNREADABLE", WARNING, "row", "dose that is not a number",
        "the dose “{old}” is not a number",
        "The dose is not stated.",
        "Correct the dose.",
        "EXDOSE “one bag”",
    ),
    Rule(
        "CP-032", "DOSE_CONVERTED", INFO, "subject", "dose converted by body weight",
        "the dose {old} becomes {new} with the weight {weight:g} kg",
        "dosing.basis declares the basis.",
        "Nothing to do.",
        "“1e6 cells/kg” with a weight of 50 kg, dosing.basis: flat",
    ),
    Rule(
        "CP-033", "NO_DOSE", WARNING, "subject", "no dose",
        "no dose is given, other subjects have one",
        "The subject is in the cohort “{new}”.",
        "Give the dose.",
        "no dose where other subjects have one",
    ),
    Rule(
        "CP-034", "OTHER_TREATMENT", INFO, "row", "treatment that is not the product",
        "{count} of EX: {old}",
        "data.domains.treatment does not name it: they are no infusions of the product.",
        "Nothing to do.",
        "EXTRT “FLUDARABINE”, the product declared",
    ),
    Rule(
        "CP-035", "TREATMENT_UNKNOWN", ERROR, "trial", "several treatments in EX",
        "EX names {old}, some of them for one subject",
        "Which of them is the product is not known; lymphodepletion would move time zero.",
        "Name the product's EXTRT under data.domains.treatment.",
        "EXTRT “FLUDARABINE” beside the product, nothing declared",
    ),
    Rule(
        "CP-036", "INFUSION_UNDATED", ERROR, "row", "infusion without a date",
        "the infusion has no date",
        "The row is not used.",
        "Complete EXSTDTC.",
        "an empty EXSTDTC",
    ),
    Rule(
        "CP-038", "WEIGHT_UNIT", WARNING, "row", "body weight not in kg",
        "the body weight is in {old}",
        "It is not used.",
        "Give the weight in kg.",
        "“110 LB”",
    ),
    Rule(
        "CP-070", "INFUSION_TIME", ERROR, "row", "infusion without a time",
        "the time of the infusion, “{old}”, is not a number",
        "The row is not used.",
        "Give the time from the first infusion.",
        "an infusion at “soon”",
    ),
    Rule(
        "CP-071", "FIRST_INFUSION", ERROR, "subject", "first infusion not at time 0",
        "the subject's first infusion is on day {old}",
        "All times count from the first infusion: the subject is outside the analysis.",
        "Give all times from the first infusion, whose own time is 0.",
        "a first infusion on day 2",
    ),
    Rule(
        "CP-072", "INFUSION_ASSUMED", WARNING, "subject", "no row in the infusion files",
        "no infusion file names the subject",
        "One infusion at time 0 is assumed, with the dose of the tables of results where they have one.",
        "Add the subject's infusions to the file.",
        "a subject whom the infusion file does not name",
    ),
)  # fmt: skip
