"""Labels of variables for files with 40 letters of room, and where the values come from.

The meaning of a variable stands once, in the schema of its table; here stand only the short label that a transport
file carries and the origin in the words of Define-XML.
"""

from __future__ import annotations

from typing import Final

__all__ = ["LABELS", "LONG_NAMES", "origin"]

LONG_NAMES: Final = {"POPULATION": "POPULATN"}
"""Names of more than 8 letters -> the name that they have in every exported file."""

LABELS: Final[dict[str, str]] = {
    # who
    "STUDYID": "Study Identifier",
    "DOMAIN": "Domain Abbreviation",
    "USUBJID": "Unique Subject Identifier",
    "COHORT": "Cohort",
    "COHORTN": "Cohort (N)",
    "AGE": "Age",
    "SEX": "Sex",
    "WEIGHT": "Body Weight (kg)",
    # dosing
    "DOSEA": "Actual Treatment Dose",
    "DOSEP": "Planned Treatment Dose",
    "DOSEU": "Treatment Dose Units",
    "TRTSDTM": "Datetime of First Exposure to Treatment",
    "TRTORD": "Order of First Infusions",
    "NINF": "Number of Infusions",
    "REINFDY": "Day of First Re-infusion",
    "EVENTDY": "Day of Event that Cuts the Profile",
    "EVENTTXT": "Event that Cuts the Profile",
    "ENDDY": "Day of Transplant or Death",
    "DLTLEFT": "Days of DLT Window Left at Data Cut",
    "PKFL": "PK Analysis Set Flag",
    "PDFL": "PD Analysis Set Flag",
    "EXCLRS": "Reason Subject Is Outside the Analysis",
    # samples
    "PCTESTCD": "Analyte Short Name",
    "PCTEST": "Analyte",
    "PCSPEC": "Specimen Material Type",
    "PCMETHOD": "Method of Test or Examination",
    "AFRLT": "Act. Rel. Time from First Dose (days)",
    "NFRLT": "Nom. Rel. Time from First Dose (days)",
    "ARRLT": "Act. Rel. Time from Ref. Dose (days)",
    "ATPTREF": "Analysis Timepoint Reference",
    "AVISIT": "Analysis Visit",
    "ADTM": "Analysis Datetime",
    "AVAL": "Analysis Value",
    "AVALC": "Analysis Value (C)",
    "AVALU": "Analysis Value Unit",
    "ALLOQ": "Analysis Lower Limit of Quantitation",
    "BLQFL": "Below Limit of Quantitation Flag",
    "BLQCLASS": "Class of the Assay Result",
    "DTYPE": "Derivation Type",
    "ANLFL": "Used in the Analysis Flag",
    "ANLRS": "Reason Not Used in the Analysis",
    "NCAXFL": "PK NCA Exclusion Flag",
    "SRCFILE": "Source File",
    "SRCROW": "Source Row (Header = Row 1)",
    "SRCSEQ": "Source Sequence Number",
    "SRCDOM": "Source Domain",
    # parameters
    "PARAMCD": "Parameter Code",
    "PARAM": "Parameter",
    "PARCAT1": "Parameter Category 1",
    "PPCAT": "Parameter Category",
    "PPSCAT": "Parameter Subcategory",
    "PPSPEC": "Specimen Material Type",
    "PPANMETH": "Analysis Method",
    "PPSTINT": "Planned Start of Assessment Interval",
    "PPENINT": "Planned End of Assessment Interval",
    "PPREASND": "Reason Parameter Not Calculated",
    "FLAG": "Flags of the Parameter",
    "PCTEXTR": "Area after the Last Sample (%)",
    "AVALSE": "Standard Error of Analysis Value",
    "AVALLO": "Lower 95% Limit of Analysis Value",
    "AVALHI": "Upper 95% Limit of Analysis Value",
    # CD7
    "KIND": "Kind of Measure (absolute or percent)",
    "POPULATN": "Cells Counted",
    "MARKER": "CD7 Status of the Cells",
    "PARENT": "Parent Gate of a Percentage",
    "BASE": "Baseline Value",
    "CHG": "Change from Baseline",
    "PCHG": "Percent Change from Baseline",
    "ABLFL": "Baseline Record Flag",
    # time to event
    "HSCTCNS": "Transplant Censors (Y/N)",
    "AVALM": "Analysis Value (months)",
    "CNSR": "Censor",
    "EVNTDESC": "Event or Censoring Description",
    "STARTDY": "Time to Event Origin Study Day",
    "STARTDSC": "Time to Event Origin Description",
    "ADY": "Analysis Relative Day",
    "REASND": "Reason There Is No Value",
    # response
    "SITE": "Disease Site",
    "EVAL": "Evaluator",
    "RSORRES": "Response as Delivered",
    "RESPFL": "Response Flag",
    "CRFL": "Complete Response Flag",
    "EVALFL": "Assessed Flag",
    "MONTH": "Month of the Time Point",
    "AWTARGET": "Analysis Window Target",
    "AWTDIFF": "Analysis Window Diff from Target",
    "AWLO": "Analysis Window Beginning Timepoint",
    "AWHI": "Analysis Window Ending Timepoint",
    "ANL01FL": "Analysis Flag 01",
    "BORFL": "Counts Towards Best Response Flag",
    "BORRS": "Reason Not Towards Best Response",
    "IMPFL": "Component Improved Flag",
    # safety
    "AETERM": "Reported Term for the Adverse Event",
    "AEDECOD": "Dictionary-Derived Term",
    "AESOC": "Primary System Organ Class",
    "AESI": "Class of Special Interest",
    "ATOXGR": "Analysis Toxicity Grade",
    "AETOXGR": "Toxicity Grade as Delivered",
    "SCALE": "Grading Scale",
    "GRADERS": "Reason There Is No Usable Grade",
    "AESER": "Serious Event",
    "AREL": "Analysis Causality",
    "AEREL": "Causality as Delivered",
    "AESDTH": "Results in Death",
    "AEACN": "Action Taken with Study Treatment",
    "AEOUT": "Outcome of Adverse Event",
    "ASTDTM": "Analysis Start Datetime",
    "AENDTM": "Analysis End Datetime",
    "ASTDY": "Analysis Start Relative Day",
    "AENDY": "Analysis End Relative Day",
    "ADURN": "Analysis Duration (days)",
    "TRTEMFL": "Treatment Emergent Analysis Flag",
    "AEDLT": "Marked as DLT in the Data",
    "DLTFL": "Counts as DLT Flag",
    "DLTRS": "Reason It Does Not Count as DLT",
    # antibodies, therapies
    "RESULT": "Antibody Result",
    "TITRE": "Titre",
    "TITREC": "Sign of the Titre",
    "ADACLASS": "Antibody Class of the Subject",
    "CLASS": "Class of Therapy",
    "CMTRT": "Reported Name of Drug, Med, or Therapy",
    "CMDECOD": "Standardized Medication Name",
    "CMCAT": "Category for Medication",
    "CMINDC": "Indication",
    "CMDOSE": "Dose and Unit as Delivered",
    "POSTFL": "Began on or after the Infusion Flag",
    # SDTM PP and its supplement
    "PPSEQ": "Sequence Number",
    "PPGRPID": "Group ID",
    "PPTESTCD": "Parameter Short Name",
    "PPTEST": "Parameter Name",
    "PPORRES": "Result or Finding in Original Units",
    "PPORRESU": "Original Units",
    "PPSTRESC": "Character Result/Finding in Std Format",
    "PPSTRESN": "Numeric Result/Finding in Standard Units",
    "PPSTRESU": "Standard Units",
    "PPSTAT": "Completion Status",
    "PPRFTDTC": "Date/Time of Reference Point",
    "RDOMAIN": "Related Domain Abbreviation",
    "IDVAR": "Identifying Variable",
    "IDVARVAL": "Identifying Variable Value",
    "QNAM": "Qualifier Variable Name",
    "QLABEL": "Qualifier Variable Label",
    "QVAL": "Data Value",
    "QORIG": "Origin",
    "QEVAL": "Evaluator",
}
"""Name -> label of at most 40 letters: the CDISC one where there is one, else this project's own."""

_AS_DELIVERED: Final = frozenset({
    "USUBJID", "AGE", "SEX", "WEIGHT", "PCSPEC", "PCMETHOD", "AVISIT", "ADTM", "AVALC", "SRCSEQ", "EVAL", "RSORRES",
    "AETERM", "AEDECOD", "AESOC", "AETOXGR", "AEREL", "AESER", "AEACN", "AEOUT", "CMTRT", "CMDECOD", "CMCAT", "CMINDC",
    "CMDOSE", "DOSEA", "DOSEU",
})  # fmt: skip
_OF_THE_CONFIG: Final = frozenset({
    "STUDYID", "DOMAIN", "RDOMAIN", "PCTESTCD", "PCTEST", "PPCAT", "PPSPEC", "PARCAT1", "PPSCAT", "KIND", "POPULATN",
    "MARKER", "PARENT", "SITE", "CLASS", "IDVAR", "QNAM", "QLABEL", "QORIG", "PPTESTCD", "PPTEST", "DOSEP",
})  # fmt: skip


def origin(name: str) -> str:
    """Origin of a variable in the words of Define-XML 2.1: Predecessor, Assigned or Derived.

    Examples
    --------
    >>> origin("AETERM"), origin("PPCAT"), origin("AVAL")
    ('Predecessor', 'Assigned', 'Derived')
    """
    if name in _AS_DELIVERED:
        return "Predecessor"
    return "Assigned" if name in _OF_THE_CONFIG else "Derived"
