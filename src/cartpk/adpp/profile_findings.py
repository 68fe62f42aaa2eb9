"""Findings on the shape of profiles, from the flags and reasons that the analysis has given them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.adpp.adnca import ProfileTable
from cartpk.adpp.profile_rules import PROFILE_RULES
from cartpk.core.nca.calculation import TrialResult
from cartpk.core.nca.flags import Flag
from cartpk.core.nca.ragged import Bools, Floats, count_in, last_in, max_in, pick, spread
from cartpk.core.nca.windows import FLAGS
from cartpk.terms import AucFlag

__all__ = ["profile_findings"]

Details: TypeAlias = dict[str, NDArray[Any]]
"""Words or numbers of every profile, shape (m,)."""

_PARTIAL = (AucFlag.EXTRAPOLATED, AucFlag.NC_INCOMPLETE)


def profile_findings(table: ProfileTable, result: TrialResult, owners: pd.DataFrame) -> pd.DataFrame:
    """One row per profile and rule of :data:`~cartpk.adpp.profile_rules.PROFILE_RULES` that it meets.

    Parameters
    ----------
    table, result
        The profiles and their analysis.
    owners
        ``USUBJID`` and ``PROFILE`` (how a message calls it) of every profile.

    Returns
    -------
    DataFrame
        RULE, SEVERITY, SCOPE, USUBJID, PROFILE, FIELD, OLD, NEW, MESSAGE, SUGGESTION.
    """
    seen = _seen(table, result)
    bits = result.parameters.flags["CMAX"]
    tmax, cmax = result.parameters.value["TMAX"], result.parameters.value["CMAX"]
    p = table.profiles
    found = count_in(seen & (p.conc > 0), p.offsets)
    total = count_in(seen, p.offsets)
    parts = [
        _rows(owners, "BI-061", (total > 0) & (found == 0), {"old": total}),
        _rows(owners, "BI-062", _has(bits, Flag.SPARSE), {"old": found}),
        _partial(owners, table, result, seen),
        _early(owners, table, result, seen),
        _rows(owners, "BI-065", _has(bits, Flag.TMAX_AT_LAST), {"old": tmax}),
        _tied(owners, table, seen, cmax),
        _rows(owners, "BI-067", _has(bits, Flag.PEAK_NOT_SAMPLED), {}),
    ]
    return pd.concat(parts, ignore_index=True)


def _seen(table: ProfileTable, result: TrialResult) -> Bools:
    """Rows after the infusion up to the event that cuts the profile."""
    p = table.profiles
    until = spread(np.where(np.isnan(result.event_day), np.inf, result.event_day), p.offsets)
    seen: Bools = (p.day > 0) & (p.day <= until)
    return seen


def _has(bits: NDArray[np.int32], flag: Flag) -> Bools:
    return np.asarray((bits & np.int32(flag.value)) != 0)


def _partial(owners: pd.DataFrame, table: ProfileTable, result: TrialResult, seen: Bools) -> pd.DataFrame:
    """Profiles whose last result is quantifiable and before the end of a window (BI-063)."""
    p = table.profiles
    last = last_in(seen, p.offsets)
    day, quantifiable = pick(p.day, last), pick(p.conc, last) > 0
    codes = [FLAGS.index(flag) for flag in _PARTIAL]
    words = np.full(len(p), "", dtype=object)
    for end, area in result.windows.items():
        here = np.isin(area.flag, codes) & quantifiable & (day < end)
        words[here] += np.where(words[here] == "", "", ", ") + f"AUC0-{end:g}d"
    return _rows(owners, "BI-063", words != "", {"old": day, "windows": words})


def _early(owners: pd.DataFrame, table: ProfileTable, result: TrialResult, seen: Bools) -> pd.DataFrame:
    """Profiles that peak in a sample at the infusion, with the highest later result beside it (BI-064)."""
    p, parameters = table.profiles, result.parameters
    tmax, cmax = parameters.value["TMAX"], parameters.value["CMAX"]
    later = seen & (p.conc > 0) & (p.day > spread(tmax, p.offsets))
    height = max_in(np.where(later, p.conc, -np.inf), p.offsets)
    at = last_in(later & (p.conc == spread(height, p.offsets)), p.offsets)
    without = np.full(len(p), "no later result can be quantified", dtype=object)
    early = _has(parameters.flags["CMAX"], Flag.EARLY_TMAX)
    for i in np.flatnonzero(early & (at >= 0)).tolist():
        without[i] = f"without it {_number(height[i])} on day {_number(p.day[at[i]])}"
    return _rows(owners, "BI-064", early, {"old": cmax, "day": tmax, "without": without})


def _tied(owners: pd.DataFrame, table: ProfileTable, seen: Bools, cmax: Floats) -> pd.DataFrame:
    """Profiles with several results of the highest value (BI-066)."""
    p = table.profiles
    number = count_in(seen & (p.conc > 0) & (p.conc == spread(cmax, p.offsets)), p.offsets)
    return _rows(owners, "BI-066", number > 1, {"old": cmax, "number": number})


def _rows(owners: pd.DataFrame, identifier: str, where: Bools, details: Details) -> pd.DataFrame:
    """The findings of one rule; ``details`` has the words of every profile."""
    rule = PROFILE_RULES[identifier]
    rows = owners[where].reset_index(drop=True)
    words = {name: _written(column[where]) for name, column in details.items()}
    sentences = [rule.found.format_map({k: v[i] for k, v in words.items()}) for i in range(len(rows))]
    message = [f"{text[:1].upper()}{text[1:]}. {rule.why}" for text in sentences]
    return rows.assign(
        RULE=rule.id,
        SEVERITY=rule.severity.value,
        SCOPE=rule.scope,
        FIELD="AVAL",
        OLD=words.get("old", ""),
        NEW="",
        MESSAGE=message,
        SUGGESTION=rule.mend,
    )


def _written(values: NDArray[Any]) -> list[str]:
    """Words as they are, numbers with at most four significant digits."""
    return [value if isinstance(value, str) else _number(value) for value in values.tolist()]


def _number(value: float) -> str:
    return f"{float(f'{value:.4g}'):.12g}"
