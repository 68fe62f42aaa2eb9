"""Codes of the CDISC terminology that the exports use, and what is declared as an extension of it.

Only what was verified in the CDISC Controlled Terminology of 2025-03-25 carries a C-code. Everything else is an
extension of the sponsor: the code lists for parameters and units (C85839, C85494) are extensible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cartpk.adpp.derived import DERIVED
from cartpk.core.nca import PARAMETERS
from cartpk.core.nca.parameters import SPONSOR

__all__ = [
    "EXTENSION",
    "METHODS",
    "SPECIMENS",
    "UNITS",
    "Submitted",
    "code_of",
    "submitted_parameter",
    "submitted_unit",
]

EXTENSION: Final = "sponsor extension"
"""Stands for the C-code of a term that the terminology does not have."""

UNITS: Final = {
    "%": "C25613", "/day": "C25473", "day": "C25301", "copies/mL": "C100900", "copies/ug": "C126079",
    "copies/uL": "C116237", "DNA copies/ug": "C170632",
}  # fmt: skip
"""Submission values of the code list PKUNIT (C85494) in use -> C-code."""

SPECIMENS: Final = {
    "BLOOD": "C12434", "BONE MARROW": "C12431", "BONE MARROW, LIQUID": "C133261", "BONE MARROW, CORE": "C159488",
    "BONE MARROW MONONUCLEAR CELL": "C156591", "CEREBROSPINAL FLUID": "C12692",
    "PERIPHERAL BLOOD MONONUCLEAR CELL": "C12954", "SERUM": "C13325",
}  # fmt: skip
"""Submission values of the code list SPECTYPE (C78734) in use -> C-code."""

METHODS: Final = {
    "LIN-LOG TRAPEZOIDAL METHOD": "C172579", "LINEAR TRAPEZOIDAL METHOD": "C172580",
    "LINEAR UP LOG DOWN METHOD": "C172581", "LINEAR TRAPEZOIDAL - LOG INTERPOLATION METHOD": "C172582",
}  # fmt: skip
"""Submission values of the code list PKANMET (C172330) -> C-code."""

_WINDOWS: Final = (
    (re.compile(r"AUC\d[\dP]*_[\dP]+D"), "AUCINT", "AUC from T1 to T2", "C85566"),
    (re.compile(r"AUCD[\dP]+D"), "AUCINTD", "AUC from T1 to T2 Norm by Dose", "C92313"),
    (re.compile(r"AUCDW[\dP]+D"), "AUCINTDW", "AUCINT Norm by Dose/WT", "C174348"),
)
"""Areas over a window: their code says the window, CDISC says it in PPSTINT and PPENINT."""

_SHORT: Final = {
    "TDETUL": "First Sample without Detection, Time",
    "BMBLNP": "Marrow to Blood Ratio, Number of Pairs",
    "TMAXCUL": "Time of Max CAR+ Cells per Volume (deriv)",
}
"""Labels of more than 40 letters -> PPTEST."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A parameter as SDTM PP names it.

    Attributes
    ----------
    code, label
        PPTESTCD and PPTEST.
    cdisc
        C-code of the code list PKPARMCD (C85839), or :data:`EXTENSION`.
    derivation
        How it is computed, in words and symbols.
    """

    code: str
    label: str
    cdisc: str
    derivation: str


def submitted_parameter(paramcd: str, param: str) -> Submitted:
    """PPTESTCD and PPTEST of a non-compartmental parameter of ADPP.

    Parameters
    ----------
    paramcd, param
        As ADPP has them.

    Examples
    --------
    >>> submitted_parameter("AUC0_28D", "AUC from T1 to T2, day 0 to 28").code, submitted_parameter("TDETUL", "").label
    ('AUCINT', 'First Sample without Detection, Time')
    """
    for pattern, code, label, cdisc in _WINDOWS:
        if pattern.fullmatch(paramcd):
            window = "the area by the decision table of the trial's windows; the window in PPSTINT and PPENINT"
            return Submitted(code, label, cdisc, window)
    entry = PARAMETERS.get(paramcd) or DERIVED.get(paramcd)
    if entry is None:
        return Submitted(paramcd, _SHORT.get(paramcd, param), EXTENSION, "")
    cdisc = EXTENSION if entry.cdisc == SPONSOR else entry.cdisc
    return Submitted(paramcd, _SHORT.get(paramcd, entry.label), cdisc, entry.formula)


def submitted_unit(unit: str) -> str:
    """The unit as it is submitted: the CDISC value where there is one for it, else as it is.

    Examples
    --------
    >>> submitted_unit("1/day"), submitted_unit("day*copies/ug")
    ('/day', 'day*copies/ug')
    """
    return "/day" if unit == "1/day" else unit


def code_of(value: str, terms: dict[str, str]) -> str:
    """C-code of a submission value, or :data:`EXTENSION`."""
    return terms.get(value, EXTENSION)
