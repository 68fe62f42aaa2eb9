"""The tables that ``cartpk clinical`` derives from the typed tables: one schema per table, with the meaning of columns.

Days count from the start of the first infusion (infusion = 0), as in :mod:`cartpk.clinical_schemas`.
"""

from __future__ import annotations

from typing import Final

from cartpk.conformity import TableSchema
from cartpk.effect_schemas import EFFECTS
from cartpk.schemas import _flag, _number, _text
from cartpk.terms import SubjectSet

__all__ = ["ADCRISSR", "ADDLT", "ADLBSHIFT", "ADRESP", "ADSET", "ADTTE", "DERIVED"]

_WHO = {
    "STUDYID": _text("Trial.", null=False),
    "USUBJID": _text("Subject.", null=False),
    "COHORT": _text("Dose level as printed.", null=False),
}

ADTTE: Final = TableSchema(
    {
        **_WHO,
        "PARAMCD": _text("Endpoint: OS, PFS or DOR.", null=False, values=["OS", "PFS", "DOR"]),
        "HSCTCNS": _flag("Y = a transplant censors; N = it does not."),
        "AVAL": _number("Time from the origin to event or censoring, days; empty = see REASND."),
        "AVALM": _number("The same in months of 30.4375 days."),
        "CNSR": _number("0 = event, 1 = censored."),
        "EVNTDESC": _text("What ended the time: the event, or why it is censored."),
        "STARTDY": _number("Day of the origin."),
        "STARTDSC": _text("What the origin is."),
        "ADY": _number("Day of the event or of the censoring."),
        "REASND": _text("Why there is no time."),
        "SRCDOM": _text("Domain of the record that ended the time."),
        "SRCFILE": _text("Its file."),
        "SRCROW": _number("Its line (header = line 1)."),
    },
    unique=("USUBJID", "PARAMCD", "HSCTCNS"),
    name="adtte",
)
"""One row per infused subject, time-to-event endpoint and handling of transplants; a reason where there is no time."""

ADCRISSR: Final = TableSchema(
    {
        **_WHO,
        "PARAMCD": _text("Component (MRSS ...), STEP1, ACR2016 or REVISED.", null=False),
        "BASE": _number("Baseline of the component."),
        "AVAL": _number("Component at the assessment; probability (ACR2016); components improved (REVISED)."),
        "CHG": _number("AVAL - BASE."),
        "PCHG": _number("100 x CHG / BASE."),
        "ADY": _number("Day of the assessment."),
        "IMPFL": _text("Y = improved; STEP1: Y = an organ event happened.", values=["Y", "N"]),
        "AVALC": _text("STEP1: the organ events."),
        "REASND": _text("Why there is no value."),
    },
    unique=("USUBJID", "PARAMCD"),
    name="adcrissr",
)
"""One row per infused subject and component, and one for step 1 and each version of the ACR-CRISS."""

ADSET: Final = TableSchema(
    {
        **_WHO,
        "COHORTN": _number("Order of the dose levels, 1 = lowest.", null=False),
        "SET": _text("Analysis set.", null=False, values=[str(s) for s in SubjectSet]),
        "SETFL": _flag("Y = the subject is in it."),
        "REASON": _text("Why not, where SETFL = N."),
    },
    unique=("USUBJID", "SET"),
    name="adset",
)
"""One row per subject that came in and analysis set."""

ADDLT: Final = TableSchema(
    {
        **_WHO,
        "COHORTN": _number("Order of the dose levels, 1 = lowest.", null=False),
        "WINFIRST": _number("First day on which DLT may be assessed; empty = not stated in the registry record."),
        "WINLAST": _number("Last day of the DLT window; empty = not stated in the registry record."),
        "NDLT": _number("DLT events that count; a subject with any is one DLT subject.", null=False, at_least=0),
        "DLTTERM": _text("Their terms, grades and days."),
        "LASTDY": _number("Last day on which the subject is known of."),
        "DAYSLEFT": _number("Days of the window left, of a subject in it.", at_least=0),
        "LEFTSRC": _text("What these count from: the data cut, or the subject's last record."),
        "STATUS": _text("DLT, observed, in the window ...", null=False),
        "REASON": _text("Why the subject is not evaluable; empty = is."),
    },
    unique=("USUBJID",),
    name="addlt",
)
"""One row per subject that came in: where it stands in the assessment of DLT."""

ADRESP: Final = TableSchema(
    {
        **_WHO,
        "PARAMCD": _text("RESPONSE = at a time point, BEST = best response.", null=False, values=["RESPONSE", "BEST"]),
        "MONTH": _number("Month of the time point; empty for the best response."),
        "AWTARGET": _number("Its day."),
        "SITE": _text("Disease site; COMPOSITE = all sites by the declared rule; empty = the data name none."),
        "AVALC": _text("Response code; empty = see REASND, or a composite."),
        "RESPFL": _flag("Y = response; N also where there is no assessment."),
        "CRFL": _flag("Y = complete response."),
        "EVALFL": _flag("Y = assessed."),
        "ADY": _number("Day of the assessment."),
        "REASND": _text("Why there is no assessment."),
        "SRCFILE": _text("File of the assessment."),
        "SRCROW": _number("Its line (header = line 1)."),
    },
    name="adresp",
)
"""One row per infused subject, disease site and time point, and one for the best response."""

ADLBSHIFT: Final = TableSchema(
    {
        **_WHO,
        "PARAMCD": _text("Test code.", null=False),
        "PARAM": _text("Test as printed.", null=False),
        "PCSPEC": _text("Specimen."),
        "ATOX": _text("What is graded, where one test has two directions."),
        "SHIFT": _text("GRADE = toxicity grades, RANGE = places in the reference range.", values=["GRADE", "RANGE"]),
        "BASEC": _text("Before the infusion; empty = no result."),
        "BASEDY": _number("Day of that result."),
        "WORSTC": _text("Worst after the infusion (RANGE: LOW AND HIGH = both); empty = no result."),
        "WORSTDY": _number("First day of the worst result."),
        "NAFTER": _number("Results after the infusion that count.", null=False, at_least=0),
    },
    unique=("USUBJID", "PARAMCD", "PCSPEC", "ATOX", "SHIFT"),
    name="adlbshift",
)
"""One row per infused subject, laboratory test and kind of shift that the trial has."""

DERIVED: Final = {str(s.name): s for s in (ADTTE, ADRESP, ADCRISSR, ADSET, ADLBSHIFT, ADDLT, *EFFECTS)}
"""Every schema by the name of its file ``work/<name>.csv``."""
