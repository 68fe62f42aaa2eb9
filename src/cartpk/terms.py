"""The vocabulary, once: flags, units, categories and reasons that several rooms use.

Column names are CDISC variable names and are written as plain strings in the schemas
(:mod:`cartpk.schemas`); what stands here are the *values* that travel between rooms.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

__all__ = [
    "ALL_SUBJECTS",
    "DAYS_PER_HOUR",
    "LN2",
    "NOT_STATED",
    "NO_USABLE_SAMPLE",
    "AdaClass",
    "AucFlag",
    "AucMethod",
    "BlqClass",
    "ClinicalEvent",
    "Endpoint",
    "NcaReason",
    "Severity",
    "SubjectSet",
    "TherapyClass",
    "class_text",
]

ALL_SUBJECTS: Final = "All subjects"
"""``COHORT`` of every subject where the data carry no dose."""

NOT_STATED: Final = "not stated in the registry record"
"""Printed wherever a trial's config holds ``null``."""

NO_USABLE_SAMPLE: Final = "no usable sample on record (BI-051)"
"""Why a subject without a kinetic sample or cell count is outside their analysis; it may be in the other sets."""

LN2: Final = 0.6931471805599453
DAYS_PER_HOUR: Final = 1.0 / 24.0


class Severity(StrEnum):
    """How a finding of the input checks acts on the run."""

    ERROR = "error"
    """The named unit (subject, profile, row ...) is excluded and listed; at trial level the run stops."""
    WARNING = "warning"
    """Kept as it is and listed."""
    INFO = "info"
    """A conversion or reading that an auditor may want to see."""


class BlqClass(StrEnum):
    """The classes of an assay result (conventions 3.3; BI-010)."""

    QUANTIFIABLE = "QUANTIFIABLE"
    NOT_QUANTIFIABLE = "NOT QUANTIFIABLE"
    NOT_DETECTED = "NOT DETECTED"
    ABOVE = "ABOVE QUANTIFICATION"
    """Above the upper limit: the result is a lower bound of the truth."""


class AucMethod(StrEnum):
    """Trapezoidal rules of ``cartpk nca --auc-method``."""

    LINEAR = "linear"
    LIN_UP_LOG_DOWN = "lin up/log down"
    LIN_LOG = "lin-log"


class AucFlag(StrEnum):
    """How the area over a window 0..T was obtained (decision table, conventions 3.5)."""

    COMPLETE = "COMPLETE"
    COMPLETE_BLQ = "COMPLETE_BLQ"
    WINDOW = "WINDOW"
    EXTRAPOLATED = "EXTRAPOLATED"
    ALL_BLQ = "ALL_BLQ"
    NC_INCOMPLETE = "NC_INCOMPLETE"
    NC_SPARSE = "NC_SPARSE"
    NC_EVENT = "NC_EVENT"
    NC_DUPLICATE = "NC_DUPLICATE"


class SubjectSet(StrEnum):
    """Analysis sets; :mod:`cartpk.clinical.analysis_sets` says who is in them."""

    SAFETY = "SAF"
    PK = "PK"
    PD = "PD"
    EFFICACY = "EFF"
    EFFICACY_EVALUABLE = "EFFEVAL"
    DLT = "DLTEVAL"
    ADA = "ADA"


Need = Literal["models", "population", "covariates", "plan", "dynamics", "doses", "derived_units"]
"""What the config must ask for, else a trial has no such exhibit: kinetic models, one of all subjects together, its
covariates, its value of the schedule, the dynamics of CD7+ cells, doses (planned, or a column or domain that holds
them), or the DNA content of a genome (copies per cell)."""


class Endpoint(StrEnum):
    """What a registry record may ask for; tables and figures name those that they answer."""

    CMAX_TMAX = "cmax_tmax"
    AUC = "auc"
    PERSISTENCE = "persistence"
    CD7_ABSOLUTE = "cd7_absolute"
    CD7_PERCENT = "cd7_percent"
    LYMPHOCYTE_SUBSETS = "lymphocyte_subsets"
    BONE_MARROW = "bone_marrow"
    TUMOUR_DISTRIBUTION = "tumour_distribution"
    TUMOUR_CD7 = "tumour_cd7"
    TUMOUR_CD7_CORRELATION = "tumour_cd7_correlation"
    PK_PD = "pk_pd"
    EXPOSURE_RESPONSE = "exposure_response"
    ORR = "orr"
    ORR_BY_SITE = "orr_by_site"
    OS = "os"
    PFS = "pfs"
    DOR = "dor"
    CRISS = "criss"
    DLT = "dlt"
    ESCALATION = "escalation"
    ADVERSE_EVENTS = "adverse_events"
    RELATED_EVENTS = "related_events"
    SPECIAL_INTEREST = "special_interest"
    LABORATORY = "laboratory"
    IMMUNOGENICITY = "immunogenicity"

    @property
    def label(self) -> str:
        """The endpoint as printed."""
        return _ENDPOINT_LABELS[self]


_ENDPOINT_LABELS: Final = {
    Endpoint.CMAX_TMAX: "Cmax, Tmax",
    Endpoint.AUC: "AUC over a window (AUC0-28d, AUC0-90d)",
    Endpoint.PERSISTENCE: "Persistence of the product",
    Endpoint.CD7_ABSOLUTE: "CD7+ cells in blood, absolute",
    Endpoint.CD7_PERCENT: "CD7+ cells in blood, proportion",
    Endpoint.LYMPHOCYTE_SUBSETS: "Lymphocyte subsets (B, T, NK)",
    Endpoint.BONE_MARROW: "Product in bone marrow",
    Endpoint.TUMOUR_DISTRIBUTION: "Product in tumour tissue",
    Endpoint.TUMOUR_CD7: "CD7 expression of the tumour",
    Endpoint.TUMOUR_CD7_CORRELATION: "CD7 expression against safety and efficacy",
    Endpoint.PK_PD: "Exposure against CD7+ cells",
    Endpoint.EXPOSURE_RESPONSE: "Exposure against response and safety",
    Endpoint.ORR: "Response rate",
    Endpoint.ORR_BY_SITE: "Response by disease site",
    Endpoint.OS: "Overall survival (OS)",
    Endpoint.PFS: "Progression-free survival (PFS)",
    Endpoint.DOR: "Duration of response (DOR)",
    Endpoint.CRISS: "ACR-CRISS",
    Endpoint.DLT: "Dose-limiting toxicity (DLT)",
    Endpoint.ESCALATION: "State of the dose escalation rule",
    Endpoint.ADVERSE_EVENTS: "Adverse events",
    Endpoint.RELATED_EVENTS: "Treatment-related adverse events",
    Endpoint.SPECIAL_INTEREST: "CRS, ICANS and other events of special interest",
    Endpoint.LABORATORY: "Safety laboratory",
    Endpoint.IMMUNOGENICITY: "Antibodies against the product",
}


class ClinicalEvent(StrEnum):
    """Events of a subject that time-to-event analyses read."""

    DEATH = "DEATH"
    HSCT = "HSCT"
    NEW_THERAPY = "NEW_THERAPY"
    WITHDRAWAL = "WITHDRAWAL"
    COMPLETED = "COMPLETED"
    LAST_CONTACT = "LAST_CONTACT"


class TherapyClass(StrEnum):
    """Classes of concomitant and subsequent therapy that comparisons use."""

    TOCILIZUMAB = "TOCILIZUMAB"
    STEROID = "STEROID"
    NEW_THERAPY = "NEW_THERAPY"
    HSCT = "HSCT"
    OTHER = "OTHER"


class AdaClass(StrEnum):
    """A subject's antibodies before and after the infusion."""

    NEGATIVE = "NEGATIVE"
    PRE_EXISTING = "PRE-EXISTING"
    """Positive before the infusion, not boosted after it."""
    INDUCED = "TREATMENT-INDUCED"
    """Negative before the infusion, positive after it."""
    BOOSTED = "TREATMENT-BOOSTED"
    """Positive before the infusion, the titre rose by the configured factor."""
    UNKNOWN = "NOT DETERMINED"
    """No sample before or none after the infusion."""


class NcaReason(StrEnum):
    """Why a non-compartmental parameter has no value (goes to ``PPREASND``)."""

    NO_DATA = "no post-infusion result"
    ALL_BLQ = "all results are below the limit of quantification"
    NO_TIME_ZERO = "no record at time 0 (start of the interval)"
    TOO_FEW_SAMPLES = "fewer than 2 samples"
    TOO_FEW_POINTS = "fewer than 3 quantifiable samples after Tmax"
    NO_DECLINE = "no window of terminal points with a positive lambda_z is best by adjusted R2"
    NO_LAMBDA_Z = "lambda_z is not calculable"
    FLAT = "terminal points are equal: no decline"
    NOT_POSITIVE = "the area is not positive"
    DUPLICATE_TIMES = "conflicting results at one time and no rule configured"


_INITIALS: Final = 5


def class_text(kind: str) -> str:
    """A class of adverse events as printed: initials stay in capitals.

    Examples
    --------
    >>> class_text("CRS"), class_text("CYTOPENIA")
    ('CRS', 'Cytopenia')
    """
    return kind if len(kind) <= _INITIALS else kind.capitalize()
