"""The points and the line of lambda_z, for figures and the listing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import ProfileTable, categorical
from cartpk.adpp.manual import SIGNATURE, Placed
from cartpk.core.nca.calculation import NcaResult
from cartpk.core.nca.ragged import Bools, Indices

__all__ = ["points_of", "with_samples_left_out"]

_NAMES = (("PPCAT", "PCTESTCD"), ("PPSPEC", "PCSPEC"), ("AVALU", "AVALU"), ("ATPTREF", "ATPTREF"))


def points_of(table: ProfileTable, result: NcaResult, placed: Placed | None = None) -> pd.DataFrame:
    """Quantifiable samples of each profile and which of them are points of its terminal line.

    Parameters
    ----------
    table, result
        The profiles and their parameters.
    placed
        An analyst's decisions on the samples.

    Returns
    -------
    DataFrame
        One row per profile and quantifiable sample: the keys of the profile, AFRLT and ARRLT (days from the first and
        from the profile's own infusion), AVAL, LZFL (Y = a point of the line), INTERCEPT and SLOPE of
        ln AVAL = INTERCEPT + SLOPE * ARRLT (empty without a line), and the analyst's decision on the sample: MANUAL
        (include, exclude; empty = none), WHO, WHEN, WHY.
    """
    p = table.profiles
    used = _marked(p.row, result.line_rows)
    keep = used | (p.conc > 0)
    owner = np.repeat(np.arange(len(p)), np.diff(p.offsets))[keep]
    intercept, slope = result.line
    out: dict[str, object] = {"USUBJID": _texts(table, "USUBJID", owner)}
    out |= {name: _texts(table, key, owner) for name, key in _NAMES if key in table.labels}
    day = p.day[keep]
    # a point that is not quantifiable was put in by a BLQ rule as half its limit
    value = np.where(p.conc > 0, p.conc, p.lloq / 2)[keep]
    out |= {
        "AFRLT": day + table.shift[owner],
        "ARRLT": day,
        "AVAL": value,
        "LZFL": categorical(used[keep].astype(np.int8), ["N", "Y"]),
        "INTERCEPT": intercept[owner],
        "SLOPE": slope[owner],
    }
    out |= _signed(p.row[keep], placed)
    return pd.DataFrame(out, copy=False)


def _signed(row: Indices, placed: Placed | None) -> dict[str, object]:
    """MANUAL, WHO, WHEN and WHY of the rows."""
    if placed is None:
        nobody = np.full(len(row), -1, dtype=np.int8)
        return {name: categorical(nobody, []) for name in SIGNATURE}
    written = placed.written(placed.at(row))
    return {name: written[name] for name in SIGNATURE}


def with_samples_left_out(points: pd.DataFrame, adnca: pd.DataFrame, placed: Placed) -> pd.DataFrame:
    """The points with the samples that an analyst left out (MANUAL exclude_sample; an empty AVAL is a BLQ)."""
    rows = np.flatnonzero(placed.out)
    if not len(rows):
        return points
    own = adnca.iloc[rows].reset_index(drop=True)
    added = {name: own[key].astype("str") for name, key in (("USUBJID", "USUBJID"), *_NAMES) if key in own}
    numbers = {name: own[name].astype("float64") for name in ("AFRLT", "AVAL")}
    numbers["ARRLT"] = own["ARRLT"].astype("float64") if "ARRLT" in own else numbers["AFRLT"]
    left_out = pd.DataFrame({**added, **numbers, "LZFL": "N"})
    left_out = left_out.assign(**placed.written(placed.at(rows)))
    both = pd.concat([points, left_out.astype({"LZFL": "str"})], ignore_index=True)
    keys = [name for name in ("USUBJID", "PPCAT", "PPSPEC", "AVALU", "ATPTREF") if name in both]
    return both.sort_values([*keys, "ARRLT"], kind="stable", ignore_index=True)[list(points.columns)]


def _marked(row: Indices, chosen: Indices) -> Bools:
    """True where ``row`` is one of ``chosen``, shape of ``row``."""
    size = 1 + max(int(row.max(initial=-1)), int(chosen.max(initial=-1)))
    marks = np.zeros(size + 1, dtype=np.bool_)
    marks[chosen] = True
    marks[-1] = False  # row -1: an assumed record
    return marks[row]


def _texts(table: ProfileTable, key: str, owner: Indices) -> pd.Categorical:
    labels = table.labels[key]
    return categorical(labels.codes[owner], labels.categories)
