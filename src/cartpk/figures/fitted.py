"""What the figures of kinetic models share: the chosen model of each profile, its rows, its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.models import get_model

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = [
    "BLQ_LIMIT",
    "chosen",
    "in_bins",
    "is_shown",
    "model_names",
    "no_models",
    "no_population",
    "of_chosen",
    "population_name",
    "with_dose",
]

BLQ_LIMIT: Final = "BLQ (at its LLOQ; residual drawn below it)"
_KEYS: Final = ["USUBJID", "ATPTREF", "MODEL"]
_RULES: Final = {"first": "first of the config", "aic": "lowest AIC", "bicc": "lowest BICc"}


def chosen(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """``USUBJID``, ``ATPTREF``, ``MODEL``: the chosen model of each profile of the primary analyte."""
    table = data.model_choice
    if "CHOSEN" not in table:
        return pd.DataFrame({key: pd.Series(dtype="str") for key in _KEYS})
    own = table["SCOPE"].eq("profile") & table["CHOSEN"].eq("Y") & table["PPCAT"].eq(config.primary_analyte.code)
    return table.loc[own, _KEYS].drop_duplicates(_KEYS[:2]).reset_index(drop=True)


def of_chosen(rows: pd.DataFrame, data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """Those of the rows (a table of fits) that belong to the chosen model of a profile of the primary analyte."""
    if "MODEL" not in rows or rows.empty:
        return rows.reindex(columns=[*dict.fromkeys([*rows.columns, *_KEYS])]).iloc[:0]
    own = rows[rows["PPCAT"].eq(config.primary_analyte.code)]
    return own.merge(chosen(data, config), on=_KEYS, how="inner")


def model_names(models: Sequence[str], config: TrialConfig) -> str:
    """The models of these profiles as a sentence, with how they were chosen where there were several to choose from.

    Examples
    --------
    >>> from types import SimpleNamespace as S
    >>> model_names(["stein"], S(models=S(fit=("stein",), choice="first")))
    'Model: Stein 2019 (expansion, contraction, persistence).'
    """
    counts = pd.Series(list(models)).value_counts(sort=False)
    labels = {name: get_model(name).label for name in config.models.fit if name in counts.index}
    if len(config.models.fit) == 1:
        return f"Model: {'; '.join(labels.values())}."
    words = "; ".join(f"{label}, n = {counts[name]}" for name, label in labels.items())
    return f"Model chosen for each profile ({_RULES[config.models.choice]}): {words}."


def population_name(config: TrialConfig) -> str:
    """The population model as a sentence."""
    asked = config.models.population
    return "" if asked is None else f"Model: {get_model(asked.model).label}, all subjects together."


def with_dose(rows: pd.DataFrame, data: TrialData) -> pd.DataFrame:
    """The rows with their subject's dose level, ordered, by dose level and subject."""
    dose = data.adsl.drop_duplicates("USUBJID").set_index("USUBJID")["COHORT"]
    made = rows.assign(COHORT=pd.Categorical(rows["USUBJID"].map(dose), categories=list(data.cohorts), ordered=True))
    return made.sort_values(["COHORT", "USUBJID"], kind="stable").reset_index(drop=True)


def is_shown(data: TrialData, config: TrialConfig) -> set[str]:
    """Subjects with a usable result of the primary analyte: fits of a subject since excluded are not drawn."""
    rows = data.adnca
    own = rows["PCTESTCD"].eq(config.primary_analyte.code) & rows["ANLFL"].eq("Y")
    return set(rows.loc[own, "USUBJID"])


def in_bins(x: pd.Series[float], y: pd.Series[float], bins: int = 8) -> pd.DataFrame:
    """Mean of y (``Y``) at the median of x (``X``) in bins of about equal numbers; one where there are few."""
    count = max(1, min(bins, len(x) // 5))
    at = pd.Series(np.floor(x.rank(method="first").sub(1) * count / max(len(x), 1)).astype(int), index=x.index)
    grouped = pd.DataFrame({"X": x, "Y": y, "BIN": at}).groupby("BIN")
    return grouped.agg(X=("X", "median"), Y=("Y", "mean")).reset_index(drop=True)


def no_models(data: TrialData) -> str:
    """Why there is no figure of the individual fits."""
    said = data.fits["MESSAGE"].dropna() if "MESSAGE" in data.fits else pd.Series(dtype=str)
    return "No kinetic model could be fitted to a profile." if len(said) else "No kinetic model was fitted."


def no_population() -> str:
    """Why there is no figure of a population fit."""
    return "There is no fit of all subjects together; population.json says why."
