"""ADNCA as padded profiles, with a reason for every profile that cannot be fitted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray, Profiles
from cartpk.terms import BlqClass

__all__ = ["KEYS", "REQUIRED", "FitReason", "Intake", "one_of", "read_profiles"]

Choice = TypeVar("Choice", bound=StrEnum)

REQUIRED: Final = ("USUBJID", "AFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL")
KEYS: Final = {"USUBJID": "USUBJID", "PPCAT": "PCTESTCD", "PPSPEC": "PCSPEC", "ATPTREF": "ATPTREF"}
"""Key of the result -> column of ADNCA; those absent from ADNCA are absent from the result."""
MIN_QUANTIFIABLE: Final = 3
MIN_SAMPLES: Final = 5
_SAME_TIME: Final = 1e-6
"""Times with a quantifiable result, and with any result, that a penalised fit needs; with fewer it would only repeat
its priors. [choice]"""


class FitReason(StrEnum):
    """Why a profile has no fit (``PPREASND``)."""

    NO_DATA = "no post-infusion result"
    ALL_BLQ = "all results are below the limit of quantification"
    TOO_FEW = "too few samples after infusion for a fit"
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

    def take(self, rows: IntArray) -> Intake:
        """Return the profiles with these row numbers."""
        return Intake(
            keys=self.keys.iloc[rows].reset_index(drop=True),
            profiles=self.profiles.take(rows),
            unit=[self.unit[int(row)] for row in rows],
            reason=[self.reason[int(row)] for row in rows],
            n_ignored=self.n_ignored[rows],
            offset=self.offset[rows],
        )


def read_profiles(
    adnca: pd.DataFrame,
    n_parameters: int,
    method: Method,
    *,
    subjects: Iterable[str] = (),
    events: pd.DataFrame | None = None,
) -> Intake:
    """Profiles of an ADNCA table.

    Parameters
    ----------
    adnca, subjects, events
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
    _check(adnca)
    present = {key: column for key, column in KEYS.items() if column in adnca.columns}
    keys = adnca[list(present.values())].set_axis(list(present), axis=1).astype(object)
    code = np.asarray(keys.groupby(list(present), sort=False, dropna=False).ngroup(), dtype=np.intp)
    first = keys.loc[~pd.Series(code, index=keys.index).duplicated()]
    absent = [name for name in dict.fromkeys(map(str, subjects)) if name not in set(first["USUBJID"])]
    first = pd.concat([first, pd.DataFrame({"USUBJID": pd.Series(absent, dtype=object)})], ignore_index=True)
    n = len(first)
    own_clock = {"ATPTREF", "ARRLT"} <= set(adnca.columns)
    day = _numbers(adnca, "AFRLT")
    time, conc, lloq = (_numbers(adnca, name) for name in ("ARRLT" if own_clock else "AFRLT", "AVAL", "ALLOQ"))
    used = _used(adnca) & ~_after_event(adnca["USUBJID"], day, time, events)
    blq = adnca["BLQFL"].eq("Y").to_numpy(dtype=np.bool_)
    profiles = Profiles.from_long(code, np.where(used, time, np.nan), conc, lloq, blq, n_profiles=n)
    unit, mixed = _units(adnca["AVALU"], code, n, used & (time > 0))
    offset = pd.Series(day - time).groupby(code).median().reindex(range(n)).fillna(0.0)
    return Intake(
        keys=first,
        profiles=profiles,
        unit=unit,
        reason=_reasons(
            profiles, mixed, (MIN_QUANTIFIABLE, MIN_SAMPLES) if method is Method.MAP else (n_parameters + 1, 0)
        ),
        n_ignored=np.bincount(code, minlength=n) - profiles.n_observed - profiles.n_blq,
        offset=np.asarray(offset, dtype=np.float64),
    )


def _check(adnca: pd.DataFrame) -> None:
    """Raise a sentence where the table is no ADNCA."""
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


def _after_event(subject: pd.Series, day: FloatArray, time: FloatArray, events: pd.DataFrame | None) -> BoolArray:
    """Rows later than the first event after their profile's own time 0; a sample at the event's time is kept."""
    after = np.zeros(day.size, dtype=np.bool_)
    if events is None:
        return after
    names = subject.astype(str).to_numpy(dtype=object)
    for name, at in zip(events["USUBJID"].astype(str), _numbers(events, "AFRLT"), strict=True):
        # an infusion is no event of its own profile, though its time is known only as a difference
        after |= (names == name) & (at > day - time + _SAME_TIME) & (day > at)
    return after


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
    if "BLQCLASS" in table:  # a result above its upper limit is no number that a curve could pass through
        used &= ~table["BLQCLASS"].eq(BlqClass.ABOVE.value).to_numpy(dtype=np.bool_)
    return used


def _units(column: pd.Series, code: IntArray, n: int, used: BoolArray) -> tuple[list[str], list[str]]:
    """Unit of each profile, and the units named where there are several."""
    named: list[list[str]] = [[] for _ in range(n)]
    pairs = pd.DataFrame({"code": code, "unit": column.fillna("").astype(str).to_numpy()})
    # a profile without a used row still has a unit
    pairs = pairs[used | ~np.isin(code, code[used])].drop_duplicates()
    for row, unit in zip(pairs["code"], pairs["unit"], strict=True):
        named[row].append(unit)
    return [units[0] if units else "" for units in named], [
        ", ".join(units) if len(units) > 1 else "" for units in named
    ]


def _reasons(profiles: Profiles, mixed: Sequence[str], least: tuple[int, int]) -> list[str]:
    """Why each profile is not fitted; ``least`` times with a quantifiable and with any result."""
    out = []
    for i, units in enumerate(mixed):
        times = np.unique(profiles.day[i, profiles.observed[i]]).size
        every = np.unique(profiles.day[i, profiles.observed[i] | profiles.blq[i]]).size
        if units:
            out.append(f"{FitReason.UNITS}: {units}")
        elif not (profiles.n_observed[i] or profiles.n_blq[i]):
            out.append(str(FitReason.NO_DATA))
        elif not profiles.n_observed[i]:
            out.append(str(FitReason.ALL_BLQ))
        elif times < least[0]:
            out.append(f"{FitReason.TOO_FEW}: {times} of the {least[0]} quantifiable times needed")
        elif every < least[1]:
            out.append(f"{FitReason.TOO_FEW}: {every} of the {least[1]} times needed")
        else:
            out.append("")
    return out


def one_of(choices: type[Choice], value: str, name: str) -> Choice:
    """The member of this value.

    Raises
    ------
    ValueError
        Lists the members where there is none of this value.
    """
    members: Sequence[Choice] = list(choices)
    for member in members:
        if member == value:
            return member
    msg = f"{name} {value!r} is not known; allowed: {', '.join(members)}"
    raise ValueError(msg)
