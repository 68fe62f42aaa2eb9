"""Derived tables of effect: CD7+ cells, tumour CD7, groups of subjects, exposure against effect, response and safety.

Days count from the start of the first infusion (infusion = 0). A value that is not there has its reason in the row.
"""

from __future__ import annotations

from typing import Final

from cartpk.schemas.columns import flag, number, text
from cartpk.schemas.conformity import Column, TableSchema

__all__ = ["CD7_CLASS", "CORRELATIONS", "EFFECTS", "ER_CONTRAST", "ER_MODEL", "PD_EFFECTS", "PKPD", "SUBJECT_GROUPS"]

_WHO = {"USUBJID": text("Subject.", null=False), "COHORT": text("Dose level as printed.", null=False)}
_REASON = {"REASND": text("Why there is no value.")}


def _table(name: str, columns: dict[str, Column], unique: list[str]) -> TableSchema:
    return TableSchema(columns, unique=tuple(unique), name=name)


PD_EFFECTS: Final = _table(
    "pd_effects",
    {
        **_WHO,
        "PPCAT": text("Measure code.", null=False),
        "PPSPEC": text("Specimen.", null=False),
        "PARAMCD": text("Parameter code.", null=False),
        "PARAM": text("Parameter.", null=False),
        "AVAL": number("Value; of an event the day on which it was seen, or of censoring."),
        "AVALU": text("Unit; empty = none."),
        "LOWER": number("Events: it happened after this day; durations: least possible value."),
        "UPPER": number("Events: and not later than this one; durations: largest possible value; empty = censored."),
        "CNSR": number("Events and durations: 1 = had not happened at the last sample; else 0."),
        "AVALC": text("As printed, where it is not the number alone."),
        "CRIT": text("Baseline, threshold or window that it rests on."),
        **_REASON,
    },
    ["USUBJID", "PPCAT", "PPSPEC", "PARAMCD"],
)
"""One row per subject, measure and parameter of depletion, recovery, crossover or area; a value or a reason."""

CD7_CLASS: Final = _table(
    "cd7_class",
    {
        **_WHO,
        "PCMETHOD": text("Method."),
        "PCSPEC": text("Specimen."),
        "AFRLT": number("Day of the sample."),
        "CD7PCT": number("CD7+ tumour cells, %."),
        "CD7MFI": number("MFI of CD7 on tumour cells."),
        "CD7MFIN": number("MFI of CD7 on normal T cells."),
        "DELTA": number("log10(CD7MFIN / CD7MFI)."),
        "CLASS": text("full, dim, partial or indeterminate; empty = the config declares no classes."),
        "CLASSRS": text("Why indeterminate, or why there is no class."),
        "BASEFL": flag("Y = last sample up to the infusion, of this method and specimen."),
    },
    ["USUBJID", "PCMETHOD", "PCSPEC", "AFRLT"],
)
"""One row per subject, method, specimen and day with a result of CD7 on tumour cells."""

SUBJECT_GROUPS: Final = _table(
    "subject_groups",
    {
        **_WHO,
        "GROUPCD": text("Grouping.", null=False),
        "GROUP": text("Grouping as printed.", null=False),
        "VALUE": text("Group of the subject."),
        "VALUEN": number("Its place in the order of printing."),
        "REFFL": flag("Y = the group that the others are set against."),
        **_REASON,
    },
    ["USUBJID", "GROUPCD"],
)
"""One row per subject and grouping: best response, grade of CRS and ICANS, therapy, columns of the data, dose."""

PKPD: Final = _table(
    "pkpd",
    {
        **_WHO,
        "PPCAT": text("Analyte code.", null=False),
        "MEASURE": text("Measure code.", null=False),
        "TMAX": number("Time of the kinetic peak, days."),
        "TNADIR": number("Time of the nadir of the cells, days."),
        "LAG": number("TNADIR - TMAX, days."),
        "LAGRS": text("Why there is no lag."),
        "NPAIRS": number("Kinetic samples with a cell sample near them."),
        "LOOP": number("Signed area of the loop of log10 exposure and log10 reduction, part of its box (-1 to 1)."),
        "LOOPRS": text("Why there is no loop."),
    },
    ["USUBJID", "PPCAT", "MEASURE"],
)
"""One row per subject and CD7+ measure: time lag and hysteresis."""

CORRELATIONS: Final = _table(
    "correlations",
    {
        "SET": text("PKPD: exposure and effect; CD7: CD7 of tumour cells and outcome.", null=False),
        "XCODE": text("First quantity.", null=False),
        "X": text("The same as printed.", null=False),
        "YCODE": text("Second quantity.", null=False),
        "Y": text("The same as printed.", null=False),
        "OF": text("Measure, or method and specimen.", null=False),
        "N": number("Subjects with both."),
        "NCNSR": number("Of these, second values that are censored or bounds: they count as they stand."),
        "RHO": number("Spearman's correlation."),
        "LOWER": number("Lower 95 % limit."),
        "UPPER": number("Upper 95 % limit."),
        **_REASON,
    },
    ["SET", "XCODE", "YCODE", "OF"],
)
"""One row per pair of quantities."""

_EXPOSURE = {
    "PARAMCD": text("Exposure measure.", null=False),
    "PARAM": text("The same as printed.", null=False),
    "AVALU": text("Its unit."),
}

ER_CONTRAST: Final = _table(
    "er_contrast",
    {
        "GROUPCD": text("Grouping.", null=False),
        "GROUP": text("Grouping as printed.", null=False),
        "VALUE": text("Group.", null=False),
        "REFERENCE": text("Group it is set against.", null=False),
        **_EXPOSURE,
        "N": number("Subjects of the group with a value."),
        "NREF": number("Of the reference."),
        "GMEAN": number("Geometric mean of the values above 0."),
        "GMEANREF": number("Of the reference."),
        "GMR": number("Ratio of geometric means."),
        "GMRLO": number("Lower limit."),
        "GMRHI": number("Upper limit."),
        "HL": number("Hodges-Lehmann difference."),
        "HLLO": number("Lower limit."),
        "HLHI": number("Upper limit."),
        "DELTA": number("Cliff's delta."),
        "DELTALO": number("Lower limit."),
        "DELTAHI": number("Upper limit."),
        **_REASON,
    },
    ["GROUPCD", "VALUE", "PARAMCD"],
)
"""One row per grouping, group other than the reference, and exposure measure."""

ER_MODEL: Final = _table(
    "er_model",
    {
        "MODEL": text("LOGISTIC (Firth) or COX.", null=False),
        "OUTCOMECD": text("Outcome.", null=False),
        "OUTCOME": text("The same as printed.", null=False),
        **_EXPOSURE,
        "LANDMARK": number("Cox: day from which times count."),
        "N": number("Subjects in the model."),
        "NEVENT": number("Of whom with the event."),
        "NOUT": number("Subjects left out: exposure 0 or none, outcome unknown, or event or end before the landmark."),
        "RATIO": number("Odds ratio or hazard ratio per doubling of exposure."),
        "LOWER": number("Lower 95 % limit."),
        "UPPER": number("Upper 95 % limit."),
        **_REASON,
    },
    ["MODEL", "OUTCOMECD", "PARAMCD"],
)
"""One row per regression."""

EFFECTS: Final = (PD_EFFECTS, CD7_CLASS, SUBJECT_GROUPS, PKPD, CORRELATIONS, ER_CONTRAST, ER_MODEL)
"""Every schema of this module."""
