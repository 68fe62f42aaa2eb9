"""The clinical tables: response, safety, antibodies, therapies, events, ACR-CRISS components, tumour CD7, laboratory.

``docs/clinical_tables.md`` says how they are filled. Every ``...DY`` and ``AFRLT`` is in days from the start of the
first infusion (infusion = 0); it is not the CDISC study day, which has no day 0. Whole days where no time of day is
given.
"""

from __future__ import annotations

from typing import Final

from cartpk.schemas.columns import flag, number, text
from cartpk.schemas.conformity import Column, TableSchema
from cartpk.terms import AdaClass, ClinicalEvent, TherapyClass

__all__ = ["ADAE", "ADCD7", "ADCM", "ADCRISS", "ADEVENT", "ADIS", "ADLB", "ADRS", "CLINICAL", "DELIVERED"]

_WHO = {
    "STUDYID": text("Trial.", null=False),
    "USUBJID": text("Subject.", null=False),
    "COHORT": text("Dose level as printed.", null=False),
}
_USE = {
    "ANLFL": flag("Y = used in the analysis."),
    "ANLRS": text("Why not, where ANLFL = N."),
    "SRCFILE": text("File the row came from."),
    "SRCROW": number("Line of that file (header = line 1)."),
    "SRCSEQ": text("Sequence number in the source domain, where it has one."),
}
_POINT = {
    "ADTM": text("Date or date-time, ISO 8601; empty for tidy tables."),
    "AFRLT": number("Time from the start of the first infusion, days."),
    "NFRLT": number("Nominal time of the visit, days; empty where no visit is named."),
    "AVISIT": text("Visit as printed."),
}
_SPAN = {
    "ASTDTM": text("Start, ISO 8601; empty for tidy tables."),
    "AENDTM": text("End, ISO 8601; empty for tidy tables or while it goes on."),
    "ASTDY": number("Day of the start."),
    "AENDY": number("Day of the end; empty = goes on or not known."),
}


def _table(name: str, columns: dict[str, Column]) -> TableSchema:
    return TableSchema({**_WHO, **columns, **_USE}, name=name)


ADRS: Final = _table(
    "adrs",
    {
        "PARAMCD": text("Test code (OVRLRESP ...).", null=False),
        "PARCAT1": text("Response criteria as delivered."),
        "SITE": text("Disease site: a key of efficacy.responders, else as delivered."),
        "EVAL": text("Evaluator."),
        "AVALC": text("Response code; empty = not done or not known."),
        "RSORRES": text("Response as delivered, verbatim."),
        "RESPFL": text("Y = a response that counts at this site, N = any other code; empty = no code."),
        **_POINT,
        "AWTARGET": number("Time point whose window the assessment lies in, days; empty = in none."),
        "AWTDIFF": number("AFRLT - AWTARGET, days."),
        "AWLO": number("First day of that window."),
        "AWHI": number("Last day of that window."),
        "ANL01FL": flag("Y = stands for its time point (one per subject, test, site, evaluator and time point)."),
        "BORFL": flag("Y = counts towards the best response."),
        "BORRS": text("Why not, where a used row has BORFL = N."),
    },
)
"""One row per delivered response assessment (subject, site, evaluator, date), used or not."""

ADAE: Final = _table(
    "adae",
    {
        "AETERM": text("Event as reported."),
        "AEDECOD": text("Preferred term; the reported one where there is none."),
        "AESOC": text("System organ class."),
        "AESI": text("Class of special interest (CRS, ICANS ...); empty = none."),
        "ATOXGR": number("Grade 1 to 5; empty = not given or not usable.", at_least=1),
        "AETOXGR": text("Grade as delivered, verbatim."),
        "SCALE": text("Grading scale; grades of two scales are never compared."),
        "GRADERS": text("Why ATOXGR is empty or the row is not in tables by grade."),
        "AESER": text("Y or N: serious.", values=["Y", "N"]),
        "AREL": text("Y or N: related to the product.", values=["Y", "N"]),
        "AEREL": text("Relationship as delivered, verbatim."),
        "AESDTH": flag("Y = the event was fatal (AESDTH = Y, outcome FATAL or grade 5)."),
        "AEACN": text("Action taken."),
        "AEOUT": text("Outcome."),
        **_SPAN,
        "ADURN": number("Duration, days: AENDY - ASTDY + 1 where both are whole days, else their difference."),
        "TRTEMFL": flag("Y = began on or after the infusion, or on an unknown day."),
        "AEDLT": flag("Y = marked as dose-limiting in the data."),
        "DLTFL": flag("Y = counts as a DLT."),
        "DLTRS": text("Why a marked one does not count, or what is not known of its window."),
    },
)
"""One row per delivered adverse event record, used or not."""

ADIS: Final = _table(
    "adis",
    {
        "PARAMCD": text("Test code (ADA_BAB, ADA_NAB ...).", null=False),
        "PARAM": text("Test as printed."),
        "PCSPEC": text("Specimen."),
        "AVALC": text("Result as delivered, verbatim."),
        "RESULT": text("POSITIVE or NEGATIVE; empty = no result.", values=["POSITIVE", "NEGATIVE"]),
        "TITRE": number("Titre (1:40 = 40); empty = none given.", at_least=0),
        "TITREC": text("< where TITRE is the limit under which it lies."),
        **_POINT,
        "ABLFL": flag("Y = baseline: last result up to the infusion."),
        "ADACLASS": text("Class of the subject in this test.", values=[str(c) for c in AdaClass]),
    },
)
"""One row per delivered antibody result (subject, test, time), used or not."""

ADCM: Final = _table(
    "adcm",
    {
        "SRCDOM": text("CM or PR.", null=False),
        "CLASS": text("Class of therapy.", null=False, values=[str(c) for c in TherapyClass]),
        "CMTRT": text("Treatment as delivered."),
        "CMDECOD": text("Standardised name."),
        "CMCAT": text("Category as delivered."),
        "CMINDC": text("Indication."),
        "CMDOSE": text("Dose and unit as delivered."),
        **_SPAN,
        "POSTFL": flag("Y = began on or after the infusion."),
    },
)
"""One row per delivered medication or procedure record, used or not."""

ADEVENT: Final = _table(
    "adevent",
    {
        "EVENT": text("What happened.", null=False, values=[str(e) for e in ClinicalEvent]),
        "EVENTTXT": text("The same as delivered."),
        "ADTM": text("Date, ISO 8601; empty for tidy tables."),
        "ADY": number("Day of the event."),
        "SRCDOM": text("DM, DS, AE, CM or PR; DERIVED = latest day of any record.", null=False),
        "FIRSTFL": flag("Y = the one that counts: first death, HSCT, new therapy or withdrawal; last contact."),
    },
)
"""One row per event of a subject and record that says so: death, HSCT, new therapy, withdrawal, last contact."""

_MEASURED = {
    "PARAMCD": text("Code of clinical.criss or clinical.tumour_cd7.", null=False),
    "PARAM": text("Test as printed."),
    "AVAL": number("Value; empty = no result."),
    "AVALC": text("Value as delivered, verbatim."),
    "AVALU": text("Unit as delivered."),
}

ADCRISS: Final = _table(
    "adcriss",
    {**_MEASURED, **_POINT, "ABLFL": flag("Y = baseline: last value up to the infusion.")},
)
"""One row per delivered component of the ACR-CRISS (subject, component, time), used or not."""

ADCD7: Final = _table(
    "adcd7",
    {
        **_MEASURED,
        "PCMETHOD": text("Method, e.g. flow cytometry or immunohistochemistry."),
        "PCSPEC": text("Specimen."),
        **_POINT,
        "ABLFL": flag("Y = baseline: last value up to the infusion, per method and specimen."),
    },
)
"""One row per delivered result of CD7 on tumour cells (subject, quantity, method, specimen, time), used or not."""

ADLB: Final = _table(
    "adlb",
    {
        "PARAMCD": text("Test code as delivered.", null=False),
        "PARAM": text("Test as printed."),
        "PARCAT1": text("Category of tests as delivered."),
        "PCSPEC": text("Specimen."),
        "AVAL": number("Value; empty = no number (see AVALC)."),
        "AVALC": text("Value as delivered, verbatim."),
        "AVALU": text("Unit as delivered."),
        "ANRLO": number("Lower limit of the reference range."),
        "ANRHI": number("Upper limit of the reference range."),
        "ANRIND": text("Place in the reference range.", values=["LOW", "NORMAL", "HIGH", "ABNORMAL"]),
        "ANRINDS": text("Where ANRIND comes from.", values=["DELIVERED", "LIMITS"]),
        "ATOXGR": number("Toxicity grade 0 to 5; empty = not given or not usable.", at_least=0),
        "ATOX": text("What is graded, where one test has two directions."),
        **_POINT,
        "ABLFL": flag("Y = baseline: last usable result up to the infusion, per test and specimen."),
    },
)
"""One row per delivered result of the safety laboratory (subject, test, specimen, time), used or not."""

DELIVERED: Final = TableSchema(
    {
        "TABLE": text("Clinical table.", null=False),
        "DATA": text("Setting of data.clinical that names its files.", null=False),
        "DELIVERED": flag("Y = the trial has such a file, even without a row; N = not delivered."),
        "NFILES": number("Files.", null=False),
        "NROWS": number("Rows that came in.", null=False),
        "NUSED": number("Rows with ANLFL = Y.", null=False),
    },
    unique=("DATA",),
    name="delivered",
)
"""One row per kind of clinical data: whether it was delivered, and how much of it."""

CLINICAL: Final = {s.name: s for s in (ADRS, ADAE, ADIS, ADCM, ADEVENT, ADCRISS, ADCD7, ADLB, DELIVERED)}
"""Every clinical schema by the name of its file."""
