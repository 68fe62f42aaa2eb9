"""The points and the line of lambda_z, for figures and the listing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import ProfileTable, categorical
from cartpk.core.nca.calculation import NcaResult
from cartpk.core.nca.ragged import Bools, Indices

__all__ = ["points_of"]

_NAMES = (("PPCAT", "PCTESTCD"), ("PPSPEC", "PCSPEC"), ("AVALU", "AVALU"), ("ATPTREF", "ATPTREF"))


def points_of(table: ProfileTable, result: NcaResult) -> pd.DataFrame:
    """Quantifiable samples of each profile and which of them are points of its terminal line.

    Returns
    -------
    DataFrame
        One row per profile and quantifiable sample: the keys of the profile, AFRLT and ARRLT (days from the first and
        from the profile's own infusion), AVAL, LZFL (Y = a point of the line), INTERCEPT and SLOPE of
        ln AVAL = INTERCEPT + SLOPE * ARRLT (empty without a line).
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
    return pd.DataFrame(out, copy=False)


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
