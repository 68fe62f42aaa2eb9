"""The bare analysis of a table of profiles (``cartpk nca``): no trial, no windows, every parameter as it is defined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from cartpk.adpp.adnca import profile_table
from cartpk.adpp.rows import Column, adpp_rows, interval_label, registered
from cartpk.core.nca import NcaSettings, UnitRule, calculate, interval_code

__all__ = ["BARE", "derive_params_nca"]

BARE: Final = (
    "CMAX", "TMAX", "TLST", "CLST", "TFST", "AUCLST", "AUCALL", "AUCIFO", "AUCIFP", "AUCPEO", "AUMCLST", "AUMCIFO",
    "MRTLST", "MRTIFO", "LAMZ", "LAMZHL", "LAMZNPT", "LAMZLL", "LAMZUL", "R2", "R2ADJ",
)  # fmt: skip
"""Parameters of ``cartpk nca``, beside the interval areas."""


def derive_params_nca(
    adnca: pd.DataFrame,
    settings: NcaSettings | None = None,
    intervals: Sequence[tuple[float, float]] = ((0.0, 28.0), (0.0, 90.0)),
    *,
    codes: Sequence[str] = BARE,
) -> pd.DataFrame:
    """Parameter rows of a bare table of profiles (``cartpk nca``).

    Parameters
    ----------
    adnca
        USUBJID, AFRLT (days), AVAL, AVALU, ALLOQ, BLQFL; rows in any order.
    settings
        Choices of the analysis.
    intervals
        (0, end) in days, one area each under ``settings.after_last``.
    codes
        Parameters wanted.

    Returns
    -------
    DataFrame
        ADPP rows, one per profile and parameter; every subject of the table is there.

    Raises
    ------
    ValueError
        Lists every problem of the table; or an interval or code is not known.
    """
    choices = settings or NcaSettings()
    table = profile_table(adnca)
    result = calculate(table.profiles, choices, intervals, codes=codes)
    columns = [registered(code, result) for code in codes]
    columns += [
        Column(
            name,
            interval_label(start, end),
            UnitRule.CONC_DAY,
            result.value[name],
            result.reasons[name],
            extrapolated_pct=result.extrapolated_pct[name],
            interval=(start, end),
        )
        for name, (start, end) in {interval_code(*interval): interval for interval in intervals}.items()
    ]
    return adpp_rows(table, columns, choices)
