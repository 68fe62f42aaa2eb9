"""ADCM: medications and procedures with the class of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.clinical.spans import with_span_times
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import key, mapped_together, plain
from cartpk.terms import TherapyClass

__all__ = ["therapies"]


def therapies(frame: pd.DataFrame, domain: str, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The therapies of this domain with the columns of ``ADCM``; names of no class are listed and are OTHER (CP-123).

    A class is found by category, standardised name or name as delivered, in this order.

    Parameters
    ----------
    frame
        Table ``medications`` or ``procedures`` as :func:`read_clinical_table` gives it.
    domain
        CM or PR.
    """
    known = {key(text): str(name) for name, texts in config.clinical.therapies.items() for text in (name, *texts)}

    def of(*cells: str) -> str:
        return next((known[k] for k in map(key, cells) if k in known), "")

    cells = [frame[c] for c in ("category", "decoded", "treatment")]
    found = pd.Series(mapped_together(cells, of), index=frame.index, dtype="str")
    for name, here in frame[found == ""].groupby("treatment", sort=True):
        findings.add_files("CP-123", here, field="treatment", old=plain(str(name)))
    dose = frame.get("dose", pd.Series("", index=frame.index, dtype="str"))
    unit = frame.get("dose_unit", pd.Series("", index=frame.index, dtype="str"))
    rows = frame.assign(
        SRCDOM=domain,
        CLASS=found.where(found != "", str(TherapyClass.OTHER)),
        CMTRT=frame["treatment"],
        CMDECOD=frame["decoded"],
        CMCAT=frame["category"],
        CMINDC=frame["indication"],
        CMDOSE=(dose + " " + unit).str.strip(),
    )
    rows = with_span_times(rows, "the start of " + domain, findings)
    return rows.assign(POSTFL=np.where(rows["ASTDY"] >= 0, "Y", "N"))
