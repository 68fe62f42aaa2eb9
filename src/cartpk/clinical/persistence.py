"""How long the product was found in blood: time to the first sample without it, or to the last sample with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.clinical.exposures import FIRST_INFUSION
from cartpk.core.survival import kaplan_meier
from cartpk.terms import NcaReason

if TYPE_CHECKING:
    from collections.abc import Collection

    from cartpk.config import TrialConfig
    from cartpk.core.survival import SurvivalCurve
    from cartpk.trial_data import TrialData

__all__ = ["persistence", "persistence_curve", "without_a_time"]


_ENDS: Final = ("TDET", "TDETUL")
"""Last time with the product, first time without."""
_NO_ROW: Final = "no usable sample after the infusion"


def persistence(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject of the PK analysis set: ``TIME`` (days), ``CNSR``, ``LAST`` with, ``REASON`` why no time.

    Primary analyte, first infusion. The event is the first sample without the product (``TDETUL``, the limit is
    ``nca.persistence_limit``); it truly ended after ``LAST`` (``TDET``). Still found at the last sample: censored
    there. Without a time, ``REASON`` is that of its row of parameters. By dose level and subject.
    """
    adsl = data.adsl[data.adsl["EXCLRS"].isna() & data.adsl["PKFL"].eq("Y")]
    adsl = adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    t = data.adpp
    first = t["ATPTREF"].isna() | t["ATPTREF"].eq(FIRST_INFUSION)
    of_ends = t["PARCAT1"].eq("NCA") & t["PARAMCD"].isin(list(_ENDS)) & t["PPCAT"].eq(config.primary_analyte.code)
    own = t[first & of_ends]
    ends = {code: own[own["PARAMCD"].eq(code)].drop_duplicates("USUBJID").set_index("USUBJID") for code in _ENDS}
    last, gone = (adsl["USUBJID"].map(ends[code]["AVAL"]).astype(float) for code in _ENDS)
    why = adsl["USUBJID"].map(ends[_ENDS[0]]["PPREASND"]).astype(object)
    return pd.DataFrame(
        {
            "USUBJID": adsl["USUBJID"],
            "COHORT": adsl["COHORT"],
            "TIME": gone.fillna(last).where(last.notna()),
            "CNSR": np.where(gone.isna(), 1.0, 0.0),
            "LAST": last,
            "REASON": why.where(why.notna(), _NO_ROW).where(last.isna(), None),
        }
    ).reset_index(drop=True)


def without_a_time(rows: pd.DataFrame, limit: str) -> dict[str, int]:
    """Why subjects have no time, as the beginning of a sentence, and how many they are.

    Parameters
    ----------
    rows
        Of :func:`persistence`.
    limit
        What the product was not in them: quantifiable, or detected.
    """
    never = {NcaReason.ALL_BLQ.value: f"Never {limit} after the infusion"}
    counts = rows.loc[rows["TIME"].isna(), "REASON"].value_counts(sort=False)
    return {never.get(str(why), f"{str(why)[:1].upper()}{str(why)[1:]}"): int(n) for why, n in counts.items()}


def persistence_curve(rows: pd.DataFrame, who: Collection[str], level: float = 0.95) -> SurvivalCurve | None:
    """The curve of Kaplan and Meier of these subjects; None where none of them has a time."""
    own = rows[rows["USUBJID"].isin(list(who)) & rows["TIME"].notna()]
    return None if own.empty else kaplan_meier(own["TIME"].to_numpy(), own["CNSR"].eq(0.0).to_numpy(), level)
