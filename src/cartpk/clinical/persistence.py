"""How long the product was found in blood: time to the first sample without it, or to the last sample with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cartpk.clinical.exposures import FIRST_INFUSION
from cartpk.core.survival import kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Collection

    from cartpk.config import TrialConfig
    from cartpk.core.survival import SurvivalCurve
    from cartpk.trial_data import TrialData

__all__ = ["persistence", "persistence_curve"]


def persistence(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject of the PK analysis set: ``TIME`` (days), ``CNSR``, ``LAST`` with, ``REASON`` why no time.

    Primary analyte, first infusion. The event is the first sample without the product (``TDETUL``, the limit is
    ``nca.persistence_limit``); it truly ended after ``LAST`` (``TDET``). Still found at the last sample: censored
    there. A subject in whom the product was never found has no time. By dose level and subject.
    """
    adsl = data.adsl[data.adsl["EXCLRS"].isna() & data.adsl["PKFL"].eq("Y")]
    adsl = adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    t = data.adpp
    first = t["ATPTREF"].isna() | t["ATPTREF"].eq(FIRST_INFUSION)
    own = t[first & t["PARCAT1"].eq("NCA") & t["PPCAT"].eq(config.primary_analyte.code)]
    values = {
        code: own[own["PARAMCD"].eq(code)].drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"]
        for code in ("TDET", "TDETUL")
    }
    last = adsl["USUBJID"].map(values["TDET"]).astype(float)
    gone = adsl["USUBJID"].map(values["TDETUL"]).astype(float)
    return pd.DataFrame(
        {
            "USUBJID": adsl["USUBJID"],
            "COHORT": adsl["COHORT"],
            "TIME": gone.fillna(last).where(last.notna()),
            "CNSR": np.where(gone.isna(), 1.0, 0.0),
            "LAST": last,
            "REASON": last.isna().map({True: "never found after the infusion", False: None}),
        }
    ).reset_index(drop=True)


def persistence_curve(rows: pd.DataFrame, who: Collection[str], level: float = 0.95) -> SurvivalCurve | None:
    """The curve of Kaplan and Meier of these subjects; None where none of them has a time."""
    own = rows[rows["USUBJID"].isin(list(who)) & rows["TIME"].notna()]
    return None if own.empty else kaplan_meier(own["TIME"].to_numpy(), own["CNSR"].eq(0.0).to_numpy(), level)
