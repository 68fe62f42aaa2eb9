"""Fits of several models -> which model suits which profile, and the trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd

from cartpk.core.estimation.choice import weights
from cartpk.fits.intake import KEYS

__all__ = ["CHOICE_COLUMNS", "Rule", "model_choice"]

Rule = Literal["first", "aic", "bicc"]
"""The first model of the config, the lowest AIC, the lowest BICc."""

_SCORES: Final = ("NPROF", "NSAMP", "NPAR", "MINUS2LL", "AIC", "BICC", "DELTA", "WEIGHT", "RANK", "NBEST")
CHOICE_COLUMNS: Final = ("SCOPE", *KEYS, "MODEL", "METHOD", *_SCORES, "CHOSEN")
"""Columns of the result; keys that the fits do not have are empty."""


def model_choice(fits: pd.DataFrame, order: Sequence[str], rule: Rule = "first") -> pd.DataFrame:
    """One row per profile and model, then one per analyte, specimen and model for the trial (``SCOPE``).

    Parameters
    ----------
    fits
        Summaries of the fits of all models to the same profiles (:class:`cartpk.fits.FitTables`), concatenated.
    order
        Models as the config lists them.
    rule
        What decides: ``first`` takes the first of ``order``, the criteria are still there to judge it by.

    Returns
    -------
    pandas.DataFrame
        Criteria; DELTA, WEIGHT and RANK by the rule's criterion (AIC for ``first``); CHOSEN. Rows of the trial add
        up the profiles that every model could be fitted to (NPROF) and count how often each model was best (NBEST).
    """
    read = [*KEYS, "MODEL", "METHOD", "NOBS", "NBLQ", "NPAR", "MINUS2LL", "AIC", "BICC"]
    table = fits.reset_index(drop=True).reindex(columns=read)
    if table.empty:
        return pd.DataFrame(columns=list(CHOICE_COLUMNS))
    table = table.assign(
        SCOPE="profile",
        NPROF=np.where(table["AIC"].notna(), 1, 0),
        NSAMP=table["NOBS"] + table["NBLQ"],
        PLACE=table["MODEL"].map({name: at for at, name in enumerate(order)}),
    )
    profile = _scored(table, list(KEYS), rule)
    asked = table.groupby(list(KEYS), dropna=False)["AIC"].transform(lambda aic: aic.notna().all())
    shared = profile[asked.reindex(profile.index)]
    by = ["PPCAT", "PPSPEC", "MODEL", "METHOD", "PLACE"]
    sums = dict.fromkeys(("NPROF", "NSAMP", "NPAR", "MINUS2LL", "AIC", "BICC"), "sum") | {"NBEST": "sum"}
    trial = shared.assign(NBEST=shared["RANK"].eq(1)).groupby(by, dropna=False, sort=False).agg(sums).reset_index()
    trial = _scored(trial.assign(SCOPE="trial"), ["PPCAT", "PPSPEC"], rule)
    out = pd.concat([part.reindex(columns=list(CHOICE_COLUMNS)) for part in (profile, trial)], ignore_index=True)
    whole = dict.fromkeys(("NPROF", "NSAMP", "NPAR", "RANK", "NBEST"), "Int64")
    return out.astype(whole)


def _scored(table: pd.DataFrame, by: list[str], rule: Rule) -> pd.DataFrame:
    """The rows in the config's order within each group, with difference, weight, rank and choice."""
    out = table.copy()
    out["GROUP"] = out.groupby(by, dropna=False, sort=False).ngroup()
    out = out.sort_values(["GROUP", "PLACE"], kind="stable")
    out["VALUE"] = out["BICC" if rule == "bicc" else "AIC"].astype("float64")
    group = out.groupby("GROUP")["VALUE"]
    out["DELTA"] = out["VALUE"] - group.transform("min")
    out["WEIGHT"] = group.transform(lambda value: weights(value.to_numpy(dtype=np.float64)))
    out["RANK"] = group.rank(method="first").astype("Int64")
    best = out["PLACE"].eq(0) if rule == "first" else out["RANK"].eq(1)
    out["CHOSEN"] = np.where(best.fillna(value=False) & out["VALUE"].notna(), "Y", "N")
    return out
