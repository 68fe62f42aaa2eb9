"""The safety set: every infused subject, with the reason of those outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartpk.terms import NO_USABLE_SAMPLE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["outside_analysis", "outside_safety"]


def outside_analysis(adsl: pd.DataFrame) -> pd.Series[str]:
    """Why a subject is outside every analysis, by USUBJID; missing = it is not.

    A subject without a usable sample (BI-051) is outside the analysis of samples only.
    """
    reason = adsl.set_index("USUBJID")["EXCLRS"].astype("str")
    return reason.mask(reason.eq(NO_USABLE_SAMPLE))


def outside_safety(adsl: pd.DataFrame) -> pd.Series[str]:
    """Why a subject is outside the safety set, by USUBJID; missing = it is in: infused and not excluded."""
    reason = outside_analysis(adsl)
    infused = adsl.set_index("USUBJID")["NINF"].gt(0)
    return reason.mask(reason.isna() & ~infused, "not infused")
