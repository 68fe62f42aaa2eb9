"""Derived tables of effect: CD7+ cells, tumour CD7, groups of subjects, exposure against effect, response and safety.

Days count from the start of the first infusion (infusion = 0). A value that is not there has its reason in the row.
"""

from __future__ import annotations

from typing import Final

from cartpk.conformity import Column, TableSchema
from cartpk.schemas import _flag, _number, _text

__all__ = ["CD7_CLASS", "CORRELATIONS", "EFFECTS", "ER_CONTRAST", "ER_MODEL", "PD_EFFECTS", "PKPD", "SUBJECT_GROUPS"]

_WHO = {"USUBJID": _text("Subject.", null=False), "COHORT": _text("Dose level as printed.", null=False)}
_REASON = {"REASND": _text("Why there is no value.")}


def _table(name: str, columns: dict[str, Column], unique: list[str]) -> TableSchema:
    return TableSchema(columns, unique=tuple(unique), name=name)


PD_EFFECTS: Final = _table(
    "pd_effects",
    {
        **_WHO,
        "PPCAT": _text("Measure code.", null=False),
        "PPSPEC": _text("Specimen.", null=False),
        "PARAMCD": _text("Parameter code.", null=False),
        "PARAM": _text("Parameter.", null=False),
        "AVAL": _number("Value; of an event the day on which it was seen, or of censoring."),
        "AVALU": _text("Unit; empty = none."),
        "LOWER": _number("Events: it happened after this day; durations: least possible value."),
        "UPPER": _number("Events: and not later than this one; durations: largest possible value; empty = censored."),
        "CNSR": _number("Events and durations: 1 = had not happened at the last sample; else 0."),
        "AVALC": _text("As printed, where it is not the number alone."),
        "CRIT": _text("Baseline, threshold or window that it rests on."),
        **_REASON,
    },
    ["USUBJID", "PPCAT", "PPSPEC", "PARAMCD"],
)
"""One row per subject, measure and parameter of depletion, recovery, crossover or area; a value or a reason."""

CD7_CLASS: Final = _table(
    "cd7_class",
    {
        **_WHO,
        "PCMETHOD": _text("Method."),
        "PCSPEC": _text("Specimen."),
        "AFRLT": _number("Day of the sample."),
        "CD7PCT": _number("CD7+ tumour cells, %."),
        "CD7MFI": _number("MFI of CD7 on tumour cells."),
        "CD7MFIN": _number("MFI of CD7 on normal T cells."),
        "DELTA": _number("log10(CD7MFIN / CD7MFI)."),
        "CLASS": _text("full, dim, partial or indeterminate; empty = the config declares no classes."),
        "CLASSRS": _text("Why indeterminate, or why there is no class."),
        "BASEFL": _flag("Y = last sample up to the infusion, of this method and specimen."),
    },
    ["USUBJID", "PCMETHOD", "PCSPEC", "AFRLT"],
)
"""One row per subject, method, specimen and day with a result of CD7 on tumour cells."""

SUBJECT_GROUPS: Final = _table(
    "subject_groups",
    {
        **_WHO,
        "GROUPCD": _text("Grouping.", null=False),
        "GROUP": _text("Grouping as printed.", null=False),
        "VALUE": _text("Group of the subject."),
        "VALUEN": _number("Its place in the order of printing."),
        "REFFL": _flag("Y = the group that the others are set against."),
        **_REASON,
    },
    ["USUBJID", "GROUPCD"],
)
"""One row per subject and grouping: best response, grade of CRS and ICANS, therapy, columns of the data, dose."""

PKPD: Final = _table(
    "pkpd",
    {
        **_WHO,
        "PPCAT": _text("Analyte code.", null=False),
        "MEASURE": _text("Measure code.", null=False),
        "TMAX": _number("Time of the kinetic peak, days."),
        "TNADIR": _number("Time of the nadir of the cells, days."),
        "LAG": _number("TNADIR - TMAX, days."),
        "LAGRS": _text("Why there is no lag."),
        "NPAIRS": _number("Kinetic samples with a cell sample near them."),
        "LOOP": _number("Signed area of the loop of log10 exposure and log10 reduction, part of its box (-1 to 1)."),
        "LOOPRS": _text("Why there is no loop."),
    },
    ["USUBJID", "PPCAT", "MEASURE"],
)
"""One row per subject and CD7+ measure: time lag and hysteresis."""

CORRELATIONS: Final = _table(
    "correlations",
    {
        "SET": _text("PKPD: exposure and effect; CD7: CD7 of tumour cells and outcome.", null=False),
        "XCODE": _text("First quantity.", null=False),
        "X": _text("The same as printed.", null=False),
        "YCODE": _text("Second quantity.", null=False),
        "Y": _text("The same as printed.", null=False),
        "OF": _text("Measure, or method and specimen.", null=False),
        "N": _number("Subjects with both."),
        "NCNSR": _number("Of these, second values that are censored or bounds: they count as they stand."),
        "RHO": _number("Spearman's correlation."),
        "LOWER": _number("Lower 95 % limit."),
        "UPPER": _number("Upper 95 % limit."),
        **_REASON,
    },
    ["SET", "XCODE", "YCODE", "OF"],
)
"""One row per pair of quantities."""

_EXPOSURE = {
    "PARAMCD": _text("Exposure measure.", null=False),
    "PARAM": _text("The same as printed.", null=False),
    "AVALU": _text("Its unit."),
}

ER_CONTRAST: Final = _table(
    "er_contrast",
    {
        "GROUPCD": _text("Grouping.", null=False),
        "GROUP": _text("Grouping as printed.", null=False),
        "VALUE": _text("Group.", null=False),
        "REFERENCE": _text("Group it is set against.", null=False),
        **_EXPOSURE,
        "N": _number("Subjects of the group with a value."),
        "NREF": _number("Of the reference."),
        "GMEAN": _number("Geometric mean of the values above 0."),
        "GMEANREF": _number("Of the reference."),
        "GMR": _number("Ratio of geometric means."),
        "GMRLO": _number("Lower limit."),
        "GMRHI": _number("Upper limit."),
        "HL": _number("Hodges-Lehmann difference."),
        "HLLO": _number("Lower limit."),
        "HLHI": _number("Upper limit."),
        "DELTA": _number("Cliff's delta."),
        "DELTALO": _number("Lower limit."),
        "DELTAHI": _number("Upper limit."),
        **_REASON,
    },
    ["GROUPCD", "VALUE", "PARAMCD"],
)
"""One row per grouping, group other than the reference, and exposure measure."""

ER_MODEL: Final = _table(
    "er_model",
    {
        "MODEL": _text("LOGISTIC (Firth) or COX.", null=False),
        "OUTCOMECD": _text("Outcome.", null=False),
        "OUTCOME": _text("The same as printed.", null=False),
        **_EXPOSURE,
        "LANDMARK": _number("Cox: day from which times count."),
        "N": _number("Subjects in the model."),
        "NEVENT": _number("Of whom with the event."),
        "NOUT": _number("Subjects left out: exposure 0 or none, outcome unknown, or event or end before the landmark."),
        "RATIO": _number("Odds ratio or hazard ratio per doubling of exposure."),
        "LOWER": _number("Lower 95 % limit."),
        "UPPER": _number("Upper 95 % limit."),
        **_REASON,
    },
    ["MODEL", "OUTCOMECD", "PARAMCD"],
)
"""One row per regression."""

EFFECTS: Final = (PD_EFFECTS, CD7_CLASS, SUBJECT_GROUPS, PKPD, CORRELATIONS, ER_CONTRAST, ER_MODEL)
"""Every schema of this module."""
