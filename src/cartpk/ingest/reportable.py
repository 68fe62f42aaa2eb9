"""The reportable one of several results of one time, where the data mark it."""

from __future__ import annotations

import math
from typing import Final

import pandas as pd

from cartpk.ingest.findings import Findings
from cartpk.ingest.results import exclude
from cartpk.ingest.text import key, mapped

__all__ = ["without_superseded"]

_YES: Final = frozenset({"y", "yes", "1", "true", "final", "reportable", "reported", "是"})
_NO: Final = frozenset({"n", "no", "0", "false", "repeat", "notreportable", "superseded", "否"})
_TIME: Final = ["USUBJID", "CODE", "PCSPEC", "AFRLT"]


def without_superseded(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The rows with those excluded that are marked as not reportable, or stand beside the one that is (CP-062).

    A mark that is neither yes nor no counts as none; where no or several results of one time are marked, all stay.
    """
    if not rows["REPORTABLE"].to_numpy(dtype=object, na_value="").any():
        return rows
    mark = pd.Series(mapped(rows["REPORTABLE"], _mark), index=rows.index, dtype="float64")
    used = rows["ANLRS"].isna()
    final = (mark == 1) & used
    count = final.groupby([rows[name] for name in _TIME], dropna=False).transform("sum")
    these = used & ((mark == 0) | ((count == 1) & ~final))
    gone = rows[these]
    findings.add_rows(
        "CP-062",
        gone,
        field="VALUE",
        old=gone["AVALC"],
        mark=gone["REPORTABLE"].fillna("").where(gone["REPORTABLE"].fillna("") != "", "no mark"),
    )
    return exclude(rows, these, "CP-062")


def _mark(text: str) -> float:
    word = key(text)
    return 1.0 if word in _YES else 0.0 if word in _NO else math.nan
