"""The tables that ``cartpk clinical`` derives from the typed tables: one schema per table, with the meaning of columns.

Days count from the start of the first infusion (infusion = 0), as in :mod:`cartpk.clinical_schemas`.
"""

from __future__ import annotations

from typing import Final

import pandera.pandas as pa

from cartpk.schemas import _flag, _number, _text

__all__ = ["ADTTE", "DERIVED"]

_WHO = {
    "STUDYID": _text("Trial.", null=False),
    "USUBJID": _text("Subject.", null=False),
    "COHORT": _text("Dose level as printed.", null=False),
}

ADTTE: Final = pa.DataFrameSchema(
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
    strict=True,
    unique=["USUBJID", "PARAMCD", "HSCTCNS"],
    name="adtte",
)
"""One row per infused subject, time-to-event endpoint and handling of transplants; a reason where there is no time."""

DERIVED: Final = {str(s.name): s for s in (ADTTE,)}
"""Every schema by the name of its file ``work/<name>.csv``."""
