"""Peak and areas of the primary analyte by subject, and how a figure draws each value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["BOUND", "EXTRAPOLATED", "PRIMARY", "ZERO", "parameters"]

PRIMARY: Final = "in the box"
EXTRAPOLATED: Final = "extrapolated, not in the box"
BOUND: Final = "lower bound (≥), in the box"
ZERO: Final = "0 (all BLQ), in the box, drawn at the edge"
_COLUMNS: Final = ["USUBJID", "COHORT", "PARAMCD", "LABEL", "AVAL", "AVALU", "FLAG", "PCTEXTR", "PPREASND", "KIND"]


def parameters(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject and parameter, with ``COHORT``, ``LABEL`` and ``KIND`` (how it is drawn)."""
    import numpy as np  # noqa: PLC0415 - listing the figures imports this module
    import pandas as pd  # noqa: PLC0415

    from cartpk.figures import samples as s  # noqa: PLC0415

    names = {"CMAX": "Cmax", **{f"AUC0_{day:g}D": f"AUC0-{day:g}d" for day in config.nca.windows.days}}
    adpp = data.adpp
    wanted = (
        (adpp["PARCAT1"] == "NCA") & (adpp["PPCAT"] == config.primary_analyte.code) & adpp["PARAMCD"].isin(list(names))
    )
    first = adpp["ATPTREF"].isna() | (adpp["ATPTREF"] == s.FIRST_INFUSION)
    rows = adpp[wanted & first].merge(data.adsl[["USUBJID", "COHORT"]], on="USUBJID", how="inner")
    extrapolated = rows["FLAG"].fillna("").str.split(";").map(lambda flags: "EXTRAPOLATED" in flags).astype(bool)
    bound = rows["FLAG"].fillna("").str.split(";").map(lambda flags: "ABOVE_ULOQ" in flags).astype(bool)
    kind = pd.Series(
        np.select([extrapolated, rows["AVAL"] == 0, bound], [EXTRAPOLATED, ZERO, BOUND], PRIMARY), index=rows.index
    )
    rows = rows.assign(
        COHORT=pd.Categorical(rows["COHORT"], categories=list(data.cohorts), ordered=True),
        LABEL=pd.Categorical(rows["PARAMCD"].map(names), categories=list(names.values()), ordered=True),
        KIND=kind.where(rows["AVAL"].notna()),
    )
    return rows.sort_values(["LABEL", "COHORT", "USUBJID"], kind="stable")[_COLUMNS].reset_index(drop=True)
