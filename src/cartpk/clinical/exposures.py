"""Exposure of each subject as regressions, contrasts and correlations use it: primary analyte, first infusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.core.nca import interval_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["exposure_labels", "exposures"]

FIRST_INFUSION: Final = "INFUSION 1"


def exposure_labels(config: TrialConfig) -> Mapping[str, str]:
    """Parameter code -> name as printed, in the order of the config."""
    found: dict[str, str] = {}
    for name in config.exposure_response.exposures:
        if name == "AUC":
            found |= {interval_code(0.0, end): f"AUC0-{end:g}d" for end in config.nca.windows.days}
        else:
            found[name] = {"CMAX": "Cmax", "TLST": "Persistence (Tlast)"}[name]
    return found


def exposures(data: TrialData, config: TrialConfig, codes: Mapping[str, str] | None = None) -> pd.DataFrame:
    """One row per subject of the PK analysis set and exposure measure with a value: USUBJID PARAMCD PARAM AVAL AVALU.

    Areas that are extrapolated count, as in the tables of parameters; a subject without a value has no row.
    """
    labels = exposure_labels(config) if codes is None else codes
    adsl, adpp = data.adsl, data.adpp
    inside = adsl.loc[adsl["EXCLRS"].isna() & adsl["PKFL"].eq("Y"), "USUBJID"]
    first = adpp["ATPTREF"].isna() | adpp["ATPTREF"].eq(FIRST_INFUSION)
    mine = adpp["PPCAT"].eq(config.primary_analyte.code) & adpp["PARCAT1"].eq("NCA")
    rows = adpp[first & mine & adpp["PARAMCD"].isin(list(labels)) & adpp["USUBJID"].isin(inside) & adpp["AVAL"].notna()]
    rows = rows.assign(PARAM=rows["PARAMCD"].map(dict(labels)))
    return rows[["USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALU"]].reset_index(drop=True)
