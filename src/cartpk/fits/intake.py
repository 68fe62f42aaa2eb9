"""ADNCA as padded profiles, with a reason for every profile that cannot be fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray, Profiles

__all__ = ["KEYS", "REQUIRED", "FitReason", "Intake", "read_profiles"]

REQUIRED: Final = ("USUBJID", "AFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL")
KEYS: Final = {"USUBJID": "USUBJID", "PPCAT": "PCTESTCD", "PPSPEC": "PCSPEC", "ATPTREF": "ATPTREF"}
"""Key of the result -> column of ADNCA; those absent from ADNCA are absent from the result."""
MIN_QUANTIFIABLE: Final = 3
"""Quantifiable samples at different times that a penalised fit needs; [choice]."""


class FitReason(StrEnum):
    """Why a profile has no fit (``PPREASND``)."""

    NO_DATA = "no post-infusion result"
    ALL_BLQ = "all results are below the limit of quantification"
    TOO_FEW = "too few quantifiable samples after infusion for a fit"
    UNITS = "results in more than one unit"


@dataclass(frozen=True)
class Intake:
    """Profiles in the order of their first row.

    Attributes
    ----------
    keys
        One row of key columns per profile.
    profiles
        The samples, n profiles.
    unit
        Unit of each profile.
    reason
        Why it is not fitted; empty = it is.
    n_ignored
        Rows of each profile that play no part: not after the infusion, no result, excluded, not usable on a log scale.
    offset
        Day of the profile's own infusion since the first infusion, (n,).
    """

    keys: pd.DataFrame
    profiles: Profiles
    unit: list[str]
    reason: list[str]
    n_ignored: IntArray
    offset: FloatArray

    @property
    def fitted(self) -> IntArray:
        """Row numbers of the profiles that can be fitted."""
        return np.flatnonzero([not reason for reason in self.reason])


def read_profiles(adnca: pd.DataFrame, n_parameters: int, method: Method) -> Intake:
    """Profiles of an ADNCA table.

    Parameters
    ----------
    adnca
        See :func:`cartpk.fits.derive_params_model`.
    n_parameters
        Of the model: a fit without priors needs one quantifiable sample more than parameters.
    method
        How the model will be fitted.

    Raises
    ------
    ValueError
        When a required column is missing, a subject is not named, a flag is neither Y nor N.
    """
    missing = [name for name in REQUIRED if name not in adnca.columns]
    if missing:
        msg = f"the table of profiles has no column {', '.join(missing)}; needed: {', '.join(REQUIRED)}"
        raise ValueError(msg)
    flags = sorted(set(adnca["BLQFL"].dropna().astype(str)) - {"Y", "N"})
    if flags or adnca["BLQFL"].isna().any():
        msg = f"BLQFL must be Y or N in every row, found {', '.join(flags) or 'an empty cell'}"
        raise ValueError(msg)
    if adnca["USUBJID"].isna().any():
        msg = "USUBJID is empty in at least one row of the table of profiles"
        raise ValueError(msg)
    present = {key: column for key, column in KEYS.items() if column in adnca.columns}
    keys = adnca[list(present.values())].set_axis(list(present), axis=1).astype(object)
    code = np.asarray(keys.groupby(list(present), sort=False, dropna=False).ngroup(), dtype=np.intp)
    n = int(code.max(initial=-1)) + 1
    first = keys.loc[~pd.Series(code, index=keys.index).duplicated()].reset_index(drop=True)
    time, conc, lloq = (_numbers(adnca, name) for name in ("ARRLT" if "ARRLT" in adnca else "AFRLT", "AVAL", "ALLOQ"))
    blq = adnca["BLQFL"].eq("Y").to_numpy(dtype=np.bool_)
    used = _used(adnca)
    conc = np.where(used, conc, np.nan)
    profiles = Profiles.from_long(code, np.where(used, time, np.nan), conc, lloq, blq, n_profiles=n)
    unit, mixed = _units(adnca["AVALU"], code, n, used & (time > 0))
    reasons = _reasons(profiles, mixed, MIN_QUANTIFIABLE if method is Method.MAP else n_parameters + 1)
    ignored = np.bincount(code, minlength=n) - profiles.n_observed - profiles.n_blq
    shift = _numbers(adnca, "AFRLT") - time
    offset = pd.Series(shift).groupby(code).median().reindex(range(n)).fillna(0.0)
    return Intake(first, profiles, unit, reasons, ignored, np.asarray(offset, dtype=np.float64))


def _numbers(table: pd.DataFrame, name: str) -> FloatArray:
    try:
        return pd.to_numeric(table[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError) as error:
        msg = f"column {name} of the table of profiles must be numeric: {error}"
        raise ValueError(msg) from error


def _used(table: pd.DataFrame) -> BoolArray:
    """Rows that the analysis flags let through."""
    used = np.ones(len(table), dtype=np.bool_)
    if "ANLFL" in table:
        used &= table["ANLFL"].eq("Y").to_numpy(dtype=np.bool_)
    if "NCAXFL" in table:
        used &= ~table["NCAXFL"].eq("Y").to_numpy(dtype=np.bool_)
    return used


def _units(column: pd.Series, code: IntArray, n: int, used: BoolArray) -> tuple[list[str], list[str]]:
    """Unit of each profile, and the units named where there are several."""
    named: list[list[str]] = [[] for _ in range(n)]
    pairs = pd.DataFrame({"code": code, "unit": column.fillna("").astype(str).to_numpy()})
    # a profile without a used row still has a unit
    pairs = pairs[used | ~np.isin(code, code[used])].drop_duplicates()
    for row, unit in zip(pairs["code"], pairs["unit"], strict=True):
        named[row].append(unit)
    return [units[0] for units in named], [", ".join(units) if len(units) > 1 else "" for units in named]


def _reasons(profiles: Profiles, mixed: Sequence[str], least: int) -> list[str]:
    """Why each profile is not fitted."""
    out = []
    for i, units in enumerate(mixed):
        times = np.unique(profiles.day[i, profiles.observed[i]]).size
        if units:
            out.append(f"{FitReason.UNITS}: {units}")
        elif not (profiles.n_observed[i] or profiles.n_blq[i]):
            out.append(str(FitReason.NO_DATA))
        elif not profiles.n_observed[i]:
            out.append(str(FitReason.ALL_BLQ))
        elif times < least:
            out.append(f"{FitReason.TOO_FEW}: {times} of the {least} times needed")
        else:
            out.append("")
    return out
