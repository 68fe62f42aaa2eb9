"""Re-infusions: the profile before one ends with it, the profile after it begins with the last result before it."""

from __future__ import annotations

from typing import Final

import pandas as pd

from cartpk.adpp.adnca import used_rows

__all__ = ["infusion_starts", "with_baselines"]

_ASSAY: Final = ("USUBJID", "PCTESTCD", "PCSPEC", "AVALU")
"""Columns of one series of samples over all infusions of a subject."""


def infusion_starts(adnca: pd.DataFrame) -> pd.DataFrame:
    """Start of every later infusion that has a sample: ``USUBJID``, ``ATPTREF`` and ``AFRLT``, days from the first.

    Empty for a table that does not tell infusions apart (``ATPTREF``, ``ARRLT``).
    """
    columns = ["USUBJID", "ATPTREF", "AFRLT"]
    if not {"ATPTREF", "ARRLT"} <= set(adnca.columns) or adnca["ATPTREF"].nunique() < 2:
        return pd.DataFrame({name: pd.Series(dtype="float64" if name == "AFRLT" else "str") for name in columns})
    day, own = (pd.to_numeric(adnca[name], errors="coerce") for name in ("AFRLT", "ARRLT"))
    # AFRLT - ARRLT of one infusion differs by roundings from sample to sample
    starts = adnca[["USUBJID", "ATPTREF"]].astype("str").assign(AFRLT=(day - own).round(9))
    later = starts[starts["AFRLT"] > 0].sort_values(columns, kind="stable")
    return later.drop_duplicates(["USUBJID", "ATPTREF"])[columns].reset_index(drop=True)


def with_baselines(adnca: pd.DataFrame, starts: pd.DataFrame) -> pd.DataFrame:
    """The table with, for each profile after a re-infusion, the last used result before it as its baseline.

    That result belongs to the profile before (a sample at the very time of the re-infusion does, too); it is added a
    second time, at its negative (or zero) time from the re-infusion. Added rows stand after all others.

    Parameters
    ----------
    adnca
        The samples.
    starts
        Their later infusions (:func:`infusion_starts`).
    """
    if starts.empty:
        return adnca
    assay = [name for name in _ASSAY if name in adnca]
    rows = adnca[used_rows(adnca)]
    keys = rows[[*assay, "ATPTREF"]].drop_duplicates()
    profiles = keys.merge(starts.rename(columns={"AFRLT": "START"}), on=["USUBJID", "ATPTREF"])
    before = rows.drop(columns=["ATPTREF", "ARRLT"]).merge(profiles, on=assay)
    before["AFRLT"] = pd.to_numeric(before["AFRLT"], errors="coerce")
    before = before[before["AFRLT"] <= before["START"]].sort_values("AFRLT", kind="stable")
    last = before.groupby([*assay, "ATPTREF"], sort=True, dropna=False).tail(1)
    added = last.assign(ARRLT=last["AFRLT"] - last["START"]).drop(columns="START")
    return pd.concat([adnca, added[list(adnca.columns)]], ignore_index=True)
