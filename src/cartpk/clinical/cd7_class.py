"""CD7 on tumour cells by sample, and its class by the record's definition; what the definition leaves open stays so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.schemas.effects import CD7_CLASS

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.effects import Cd7Classes
    from cartpk.trial_data import TrialData

__all__ = ["classify", "derive"]

_CODES: Final = ("CD7PCT", "CD7MFI", "CD7MFIN")
_KEYS: Final = ["USUBJID", "COHORT", "PCMETHOD", "PCSPEC", "AFRLT"]


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject, method, specimen and day with at least one result."""
    t = data.clinical.adcd7
    rows = t[t["ANLFL"].eq("Y") & t["AVAL"].notna() & t["PARAMCD"].isin(_CODES)]
    if rows.empty:
        return pd.DataFrame(columns=list(CD7_CLASS.columns))
    rows = rows.sort_values(["USUBJID", "AFRLT"], kind="stable")
    first = rows.drop_duplicates([*_KEYS, "PARAMCD"])
    wide = first[_KEYS].drop_duplicates().reset_index(drop=True)
    for code in _CODES:
        own = first[first["PARAMCD"].eq(code)]
        wide = wide.merge(own[[*_KEYS, "AVAL"]].rename(columns={"AVAL": code}), on=_KEYS, how="left")
    both = (wide["CD7MFI"] > 0) & (wide["CD7MFIN"] > 0)
    wide["DELTA"] = np.log10((wide["CD7MFIN"] / wide["CD7MFI"]).where(both))
    rules = config.population.cd7_classes
    judged = [classify(p, d, rules) for p, d in zip(wide["CD7PCT"], wide["DELTA"], strict=True)]
    wide["CLASS"], wide["CLASSRS"] = [name for name, _ in judged], [why for _, why in judged]
    last = wide[wide["AFRLT"] <= 0].groupby(["USUBJID", "PCMETHOD", "PCSPEC"], dropna=False)["AFRLT"].idxmax()
    wide["BASEFL"] = np.where(wide.index.isin(last), "Y", "N")
    return wide[list(CD7_CLASS.columns)].reset_index(drop=True)


def classify(percent: float, delta: float, rules: Cd7Classes | None) -> tuple[str | None, str | None]:
    """Class of CD7+ tumour cells in % and log10 fold of MFI below normal T cells; why, where it stays open.

    Examples
    --------
    >>> from cartpk.config.effects import Cd7Classes
    >>> classify(90.0, 1.2, Cd7Classes())[0], classify(80.0, 0.0, Cd7Classes())[0]
    ('dim', 'partial')
    >>> classify(90.0, 0.3, Cd7Classes())
    ('indeterminate', 'MFI lower by less than 1 log10; the record does not say what similar to normal T cells means')
    """
    if rules is None:
        return None, "the config declares no classes (population.cd7_classes)"
    if math.isnan(percent):
        return "indeterminate", "no percentage of CD7+ tumour cells"
    low, high = rules.partial_pct
    if percent > rules.full_above_pct:
        return _bright(delta, rules)
    if low <= percent <= high:
        return "partial", None
    return "indeterminate", f"{percent:g} % is in none of the record's classes"


def _bright(delta: float, rules: Cd7Classes) -> tuple[str, str | None]:
    """Full or dim by the MFI."""
    if math.isnan(delta):
        return "indeterminate", "no MFI of tumour cells and normal T cells"
    if delta >= rules.dim_log10:
        return "dim", None
    if rules.similar_log10 is None:
        gap = "the record does not say what similar to normal T cells means"
        return "indeterminate", f"MFI lower by less than {rules.dim_log10:g} log10; {gap}"
    if abs(delta) <= rules.similar_log10:
        return "full", None
    return "indeterminate", f"MFI neither within {rules.similar_log10:g} log10 of normal T cells nor dim"
