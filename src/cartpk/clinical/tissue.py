"""The product in tumour tissue beside the blood of the same days: samples only, too few for a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["TISSUE", "in_tissue", "tissue_analytes", "tissue_samples"]

TISSUE: Final = "TISSUE"
"""CDISC specimen of a solid tissue."""
_COLUMNS: Final = [
    "USUBJID", "COHORT", "PCTESTCD", "PCTEST", "PCSPEC", "AFRLT", "NFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL", "BDAY",
    "BAVAL", "BBLQFL", "RATIO", "SRCFILE", "SRCROW",
]  # fmt: skip


def in_tissue(specimen: str) -> bool:
    """Whether this specimen is a tissue, which is biopsied too seldom for a profile.

    Examples
    --------
    >>> in_tissue("TISSUE"), in_tissue("BLOOD")
    (True, False)
    """
    return TISSUE in specimen.upper()


def tissue_analytes(config: TrialConfig) -> tuple[str, ...]:
    """Codes of the analytes that are measured in tissue."""
    return tuple(a.code for a in config.analytes if in_tissue(a.specimen))


def tissue_samples(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per used tissue sample after the infusion, with the nearest blood sample of the same unit.

    Returns
    -------
    DataFrame
        Columns of ADNCA; ``BDAY``, ``BAVAL``, ``BBLQFL`` of the sample of the primary analyte within
        ``nca.marrow.window_days`` (of two equally near the earlier one), and ``RATIO`` tissue over blood where both
        are quantified. By dose level, subject and day.
    """
    t = data.adnca
    used = t[t["ANLFL"].eq("Y") & t["AFRLT"].notna()]
    rows = used[used["PCTESTCD"].isin(tissue_analytes(config)) & (used["AFRLT"] > 0)]
    blood = used[used["PCTESTCD"].eq(config.primary_analyte.code) & (used["AFRLT"] > 0)]
    order = {cohort: i for i, cohort in enumerate(data.cohorts)}
    rows = rows.assign(_C=rows["COHORT"].map(order)).sort_values(["_C", "USUBJID", "PCTESTCD", "AFRLT"], kind="stable")
    samples = zip(rows["USUBJID"], rows["AVALU"], rows["AFRLT"], strict=True)
    near = [_nearest(*s, blood, config.nca.marrow.window_days) for s in samples]
    found = pd.DataFrame(near, columns=["BDAY", "BAVAL", "BBLQFL"], index=rows.index)
    made = rows.join(found)
    quantified = made["BLQFL"].ne("Y") & made["BBLQFL"].eq("N") & (made["BAVAL"] > 0)
    made["RATIO"] = (made["AVAL"] / made["BAVAL"]).where(quantified)
    return made[_COLUMNS].reset_index(drop=True)


def _nearest(
    subject: str, unit: str, day: float, blood: pd.DataFrame, window: float
) -> tuple[float, float, str | None]:
    """Day, result and BLQ flag of the blood sample nearest to this one; empty where none is near."""
    own = blood[blood["USUBJID"].eq(subject) & blood["AVALU"].eq(unit)]
    own = own.sort_values("AFRLT", kind="stable")
    away = (own["AFRLT"] - day).abs().to_numpy()
    if not away.size or away.min() > window:
        return float("nan"), float("nan"), None
    at = own.iloc[int(np.argmin(away))]
    return float(at["AFRLT"]), float(at["AVAL"]), str(at["BLQFL"])
