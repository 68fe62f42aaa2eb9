"""The tables that ``cartpk clinical`` derives from the typed tables: one schema per table, with the meaning of columns.

Days count from the start of the first infusion (infusion = 0), as in :mod:`cartpk.schemas.clinical`.
"""

from __future__ import annotations

from typing import Final

from cartpk.schemas.columns import flag, number, text
from cartpk.schemas.conformity import TableSchema
from cartpk.schemas.effects import EFFECTS
from cartpk.terms import SubjectSet

__all__ = ["ADCRISSR", "ADDLT", "ADLBSHIFT", "ADRESP", "ADSET", "ADTTE", "DERIVED"]

_WHO = {
    "STUDYID": text("Trial.", null=False),
    "USUBJID": text("Subject.", null=False),
    "COHORT": text("Dose level as printed.", null=False),
}

ADTTE: Final = TableSchema(
    {
        **_WHO,
        "PARAMCD": text("Endpoint: OS, PFS or DOR.", null=False, values=["OS", "PFS", "DOR"]),
        "HSCTCNS": flag("Y = a transplant censors; N = it does not."),
        "AVAL": number("Time from the origin to event or censoring, days; empty = see REASND."),
        "AVALM": number("The same in months of 30.4375 days."),
        "CNSR": number("0 = event, 1 = censored."),
        "EVNTDESC": text("What ended the time: the event, or why it is censored."),
        "STARTDY": number("Day of the origin."),
        "STARTDSC": text("What the origin is."),
        "ADY": number("Day of the event or of the censoring."),
        "REASND": text("Why there is no time."),
        "SRCDOM": text("Domain of the record that ended the time."),
        "SRCFILE": text("Its file."),
        "SRCROW": number("Its line (header = line 1)."),
    },
    unique=("USUBJID", "PARAMCD", "HSCTCNS"),
    name="adtte",
)
"""One row per infused subject, time-to-event endpoint and handling of transplants; a reason where there is no time."""

ADCRISSR: Final = TableSchema(
    {
        **_WHO,
        "PARAMCD": text("Component (MRSS ...), STEP1, ACR2016 or REVISED.", null=False),
        "BASE": number("Baseline of the component."),
        "AVAL": number("Component at the assessment; probability (ACR2016); components improved (REVISED)."),
        "CHG": number("AVAL - BASE."),
        "PCHG": number("100 x CHG / BASE."),
        "ADY": number("Day of the assessment."),
        "IMPFL": text("Y = improved; STEP1: Y = an organ event happened.", values=["Y", "N"]),
        "AVALC": text("STEP1: the organ events."),
        "REASND": text("Why there is no value."),
    },
    unique=("USUBJID", "PARAMCD"),
    name="adcrissr",
)
"""One row per infused subject and component, and one for step 1 and each version of the ACR-CRISS."""

ADSET: Final = TableSchema(
    {
        **_WHO,
        "COHORTN": number("Order of the dose levels, 1 = lowest.", null=False),
        "SET": text("Analysis set.", null=False, values=[str(s) for s in SubjectSet]),
        "SETFL": flag("Y = the subject is in it."),
        "REASON": text("Why not, where SETFL = N."),
    },
    unique=("USUBJID", "SET"),
    name="adset",
)
"""One row per subject that came in and analysis set."""

ADDLT: Final = TableSchema(
    {
        **_WHO,
        "COHORTN": number("Order of the dose levels, 1 = lowest.", null=False),
        "WINFIRST": number("First day on which DLT may be assessed; empty = not stated in the registry record."),
        "WINLAST": number("Last day of the DLT window; empty = not stated in the registry record."),
        "NDLT": number("DLT events that count; a subject with any is one DLT subject.", null=False, at_least=0),
        "DLTTERM": text("Their terms, grades and days."),
        "LASTDY": number("Last day on which the subject is known of."),
        "DAYSLEFT": number("Days of the window left, of a subject in it.", at_least=0),
        "LEFTSRC": text("What these count from: the data cut, or the subject's last record."),
        "STATUS": text("DLT, observed, in the window ...", null=False),
        "REASON": text("Why the subject is not evaluable; empty = is."),
    },
    unique=("USUBJID",),
    name="addlt",
)
"""One row per subject that came in: where it stands in the assessment of DLT."""

ADRESP: Final = TableSchema(
    {
        **_WHO,
        "PARAMCD": text("RESPONSE = at a time point, BEST = best response.", null=False, values=["RESPONSE", "BEST"]),
        "MONTH": number("Month of the time point; empty for the best response."),
        "AWTARGET": number("Its day."),
        "SITE": text("Disease site; COMPOSITE = all sites by the declared rule; empty = the data name none."),
        "AVALC": text("Response code; empty = see REASND, or a composite."),
        "RESPFL": flag("Y = response; N also where there is no assessment."),
        "CRFL": flag("Y = complete response."),
        "EVALFL": flag("Y = assessed."),
        "ADY": number("Day of the assessment."),
        "REASND": text("Why there is no assessment."),
        "SRCFILE": text("File of the assessment."),
        "SRCROW": number("Its line (header = line 1)."),
    },
    name="adresp",
)
"""One row per infused subject, disease site and time point, and one for the best response."""

ADLBSHIFT: Final = TableSchema(
    {
        **_WHO,
        "PARAMCD": text("Test code.", null=False),
        "PARAM": text("Test as printed.", null=False),
        "PCSPEC": text("Specimen."),
        "ATOX": text("What is graded, where one test has two directions."),
        "SHIFT": text("GRADE = toxicity grades, RANGE = places in the reference range.", values=["GRADE", "RANGE"]),
        "BASEC": text("Before the infusion; empty = no result."),
        "BASEDY": number("Day of that result."),
        "WORSTC": text("Worst after the infusion (RANGE: LOW AND HIGH = both); empty = no result."),
        "WORSTDY": number("First day of the worst result."),
        "NAFTER": number("Results after the infusion that count.", null=False, at_least=0),
    },
    unique=("USUBJID", "PARAMCD", "PCSPEC", "ATOX", "SHIFT"),
    name="adlbshift",
)
"""One row per infused subject, laboratory test and kind of shift that the trial has."""

DERIVED: Final = {str(s.name): s for s in (ADTTE, ADRESP, ADCRISSR, ADSET, ADLBSHIFT, ADDLT, *EFFECTS)}
"""Every schema by the name of its file ``work/<name>.csv``."""
