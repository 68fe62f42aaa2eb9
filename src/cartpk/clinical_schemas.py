"""The clinical tables: response, safety, antibodies, therapies, events, ACR-CRISS components, tumour CD7, laboratory.

``docs/clinical_tables.md`` says how they are filled. Every ``...DY`` and ``AFRLT`` is in days from the start of the
first infusion (infusion = 0); it is not the CDISC study day, which has no day 0. Whole days where no time of day is
given.
"""

from __future__ import annotations

from typing import Final

from cartpk.conformity import Column, TableSchema
from cartpk.schemas import _flag, _number, _text
from cartpk.terms import AdaClass, ClinicalEvent, TherapyClass

__all__ = ["ADAE", "ADCD7", "ADCM", "ADCRISS", "ADEVENT", "ADIS", "ADLB", "ADRS", "CLINICAL", "DELIVERED"]

_WHO = {
    "STUDYID": _text("Trial.", null=False),
    "USUBJID": _text("Subject.", null=False),
    "COHORT": _text("Dose level as printed.", null=False),
}
_USE = {
    "ANLFL": _flag("Y = used in the analysis."),
    "ANLRS": _text("Why not, where ANLFL = N."),
    "SRCFILE": _text("File the row came from."),
    "SRCROW": _number("Line of that file (header = line 1)."),
    "SRCSEQ": _text("Sequence number in the source domain, where it has one."),
}
_POINT = {
    "ADTM": _text("Date or date-time, ISO 8601; empty for tidy tables."),
    "AFRLT": _number("Time from the start of the first infusion, days."),
    "NFRLT": _number("Nominal time of the visit, days; empty where no visit is named."),
    "AVISIT": _text("Visit as printed."),
}
_SPAN = {
    "ASTDTM": _text("Start, ISO 8601; empty for tidy tables."),
    "AENDTM": _text("End, ISO 8601; empty for tidy tables or while it goes on."),
    "ASTDY": _number("Day of the start."),
    "AENDY": _number("Day of the end; empty = goes on or not known."),
}


def _table(name: str, columns: dict[str, Column]) -> TableSchema:
    return TableSchema({**_WHO, **columns, **_USE}, name=name)


ADRS: Final = _table(
    "adrs",
    {
        "PARAMCD": _text("Test code (OVRLRESP ...).", null=False),
        "PARCAT1": _text("Response criteria as delivered."),
        "SITE": _text("Disease site: a key of efficacy.responders, else as delivered."),
        "EVAL": _text("Evaluator."),
        "AVALC": _text("Response code; empty = not done or not known."),
        "RSORRES": _text("Response as delivered, verbatim."),
        "RESPFL": _text("Y = a response that counts at this site, N = any other code; empty = no code."),
        **_POINT,
        "AWTARGET": _number("Time point whose window the assessment lies in, days; empty = in none."),
        "AWTDIFF": _number("AFRLT - AWTARGET, days."),
        "AWLO": _number("First day of that window."),
        "AWHI": _number("Last day of that window."),
        "ANL01FL": _flag("Y = stands for its time point (one per subject, test, site, evaluator and time point)."),
        "BORFL": _flag("Y = counts towards the best response."),
        "BORRS": _text("Why not, where a used row has BORFL = N."),
    },
)
"""One row per delivered response assessment (subject, site, evaluator, date), used or not."""

ADAE: Final = _table(
    "adae",
    {
        "AETERM": _text("Event as reported."),
        "AEDECOD": _text("Preferred term; the reported one where there is none."),
        "AESOC": _text("System organ class."),
        "AESI": _text("Class of special interest (CRS, ICANS ...); empty = none."),
        "ATOXGR": _number("Grade 1 to 5; empty = not given or not usable.", at_least=1),
        "AETOXGR": _text("Grade as delivered, verbatim."),
        "SCALE": _text("Grading scale; grades of two scales are never compared."),
        "GRADERS": _text("Why ATOXGR is empty or the row is not in tables by grade."),
        "AESER": _text("Y or N: serious.", values=["Y", "N"]),
        "AREL": _text("Y or N: related to the product.", values=["Y", "N"]),
        "AEREL": _text("Relationship as delivered, verbatim."),
        "AESDTH": _flag("Y = the event was fatal (AESDTH = Y, outcome FATAL or grade 5)."),
        "AEACN": _text("Action taken."),
        "AEOUT": _text("Outcome."),
        **_SPAN,
        "ADURN": _number("Duration, days: AENDY - ASTDY + 1 where both are whole days, else their difference."),
        "TRTEMFL": _flag("Y = began on or after the infusion, or on an unknown day."),
        "AEDLT": _flag("Y = marked as dose-limiting in the data."),
        "DLTFL": _flag("Y = counts as a DLT."),
        "DLTRS": _text("Why a marked one does not count, or what is not known of its window."),
    },
)
"""One row per delivered adverse event record, used or not."""

ADIS: Final = _table(
    "adis",
    {
        "PARAMCD": _text("Test code (ADA_BAB, ADA_NAB ...).", null=False),
        "PARAM": _text("Test as printed."),
        "PCSPEC": _text("Specimen."),
        "AVALC": _text("Result as delivered, verbatim."),
        "RESULT": _text("POSITIVE or NEGATIVE; empty = no result.", values=["POSITIVE", "NEGATIVE"]),
        "TITRE": _number("Titre (1:40 = 40); empty = none given.", at_least=0),
        "TITREC": _text("< where TITRE is the limit under which it lies."),
        **_POINT,
        "ABLFL": _flag("Y = baseline: last result up to the infusion."),
        "ADACLASS": _text("Class of the subject in this test.", values=[str(c) for c in AdaClass]),
    },
)
"""One row per delivered antibody result (subject, test, time), used or not."""

ADCM: Final = _table(
    "adcm",
    {
        "SRCDOM": _text("CM or PR.", null=False),
        "CLASS": _text("Class of therapy.", null=False, values=[str(c) for c in TherapyClass]),
        "CMTRT": _text("Treatment as delivered."),
        "CMDECOD": _text("Standardised name."),
        "CMCAT": _text("Category as delivered."),
        "CMINDC": _text("Indication."),
        "CMDOSE": _text("Dose and unit as delivered."),
        **_SPAN,
        "POSTFL": _flag("Y = began on or after the infusion."),
    },
)
"""One row per delivered medication or procedure record, used or not."""

ADEVENT: Final = _table(
    "adevent",
    {
        "EVENT": _text("What happened.", null=False, values=[str(e) for e in ClinicalEvent]),
        "EVENTTXT": _text("The same as delivered."),
        "ADTM": _text("Date, ISO 8601; empty for tidy tables."),
        "ADY": _number("Day of the event."),
        "SRCDOM": _text("DM, DS, AE, CM or PR; DERIVED = latest day of any record.", null=False),
        "FIRSTFL": _flag("Y = the one that counts: first death, HSCT, new therapy or withdrawal; last contact."),
    },
)
"""One row per event of a subject and record that says so: death, HSCT, new therapy, withdrawal, last contact."""

_MEASURED = {
    "PARAMCD": _text("Code of clinical.criss or clinical.tumour_cd7.", null=False),
    "PARAM": _text("Test as printed."),
    "AVAL": _number("Value; empty = no result."),
    "AVALC": _text("Value as delivered, verbatim."),
    "AVALU": _text("Unit as delivered."),
}

ADCRISS: Final = _table(
    "adcriss",
    {**_MEASURED, **_POINT, "ABLFL": _flag("Y = baseline: last value up to the infusion.")},
)
"""One row per delivered component of the ACR-CRISS (subject, component, time), used or not."""

ADCD7: Final = _table(
    "adcd7",
    {
        **_MEASURED,
        "PCMETHOD": _text("Method, e.g. flow cytometry or immunohistochemistry."),
        "PCSPEC": _text("Specimen."),
        **_POINT,
        "ABLFL": _flag("Y = baseline: last value up to the infusion, per method and specimen."),
    },
)
"""One row per delivered result of CD7 on tumour cells (subject, quantity, method, specimen, time), used or not."""

ADLB: Final = _table(
    "adlb",
    {
        "PARAMCD": _text("Test code as delivered.", null=False),
        "PARAM": _text("Test as printed."),
        "PARCAT1": _text("Category of tests as delivered."),
        "PCSPEC": _text("Specimen."),
        "AVAL": _number("Value; empty = no number (see AVALC)."),
        "AVALC": _text("Value as delivered, verbatim."),
        "AVALU": _text("Unit as delivered."),
        "ANRLO": _number("Lower limit of the reference range."),
        "ANRHI": _number("Upper limit of the reference range."),
        "ANRIND": _text("Place in the reference range.", values=["LOW", "NORMAL", "HIGH", "ABNORMAL"]),
        "ANRINDS": _text("Where ANRIND comes from.", values=["DELIVERED", "LIMITS"]),
        "ATOXGR": _number("Toxicity grade 0 to 5; empty = not given or not usable.", at_least=0),
        "ATOX": _text("What is graded, where one test has two directions."),
        **_POINT,
        "ABLFL": _flag("Y = baseline: last usable result up to the infusion, per test and specimen."),
    },
)
"""One row per delivered result of the safety laboratory (subject, test, specimen, time), used or not."""

DELIVERED: Final = TableSchema(
    {
        "TABLE": _text("Clinical table.", null=False),
        "DATA": _text("Setting of data.clinical that names its files.", null=False),
        "DELIVERED": _flag("Y = the trial has such a file, even without a row; N = not delivered."),
        "NFILES": _number("Files.", null=False),
        "NROWS": _number("Rows that came in.", null=False),
        "NUSED": _number("Rows with ANLFL = Y.", null=False),
    },
    unique=("DATA",),
    name="delivered",
)
"""One row per kind of clinical data: whether it was delivered, and how much of it."""

CLINICAL: Final = {s.name: s for s in (ADRS, ADAE, ADIS, ADCM, ADEVENT, ADCRISS, ADCD7, ADLB, DELIVERED)}
"""Every clinical schema by the name of its file."""
