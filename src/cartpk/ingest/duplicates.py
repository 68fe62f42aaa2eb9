"""Duplicates: identical deliveries counted once, conflicting results brought to one by the config's rule."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from cartpk.ingest.findings import Findings
from cartpk.ingest.reportable import without_superseded
from cartpk.ingest.results import exclude
from cartpk.ingest.text import counted, factored, only
from cartpk.terms import BlqClass

__all__ = ["without_duplicates"]

_TIME: Final = ["USUBJID", "CODE", "PCSPEC", "AFRLT"]
_RESULT: Final = ["AVAL", "BLQFL", "BLQCLASS", "ALLOQ"]


def without_duplicates(
    rows: pd.DataFrame,
    rule: Literal["mean", "first", "last", "final"] | None,
    findings: Findings,
    *,
    marked: bool = False,
) -> pd.DataFrame:
    """The rows with at most one used row per subject, assay, specimen and time, where the rule allows it.

    Identical results count once, before anything else: the first is used (BI-044). Conflicting ones: by ``rule``;
    without one, or where a BLQ stands against a number and ``rule`` is ``mean``, all stay and the profile is not
    calculated (BI-045). Where the data mark the reportable result (``marked``, rule ``final``), the others leave
    first (CP-062); results of which no or several are marked stay (BI-046).
    """
    rows = without_superseded(rows, findings)
    unresolved = "BI-046" if marked or rule == "final" else "BI-045"
    here = rows["ANLRS"].isna()
    if not _repeated(only(rows[_TIME], here)):
        return rows
    used = rows[here]
    again = used.duplicated([*_TIME, *_RESULT])
    rows = _drop_identical(rows, used, again, findings)
    left = used[~again]
    conflicting = left[left.duplicated(_TIME, keep=False)]
    averages: list[pd.DataFrame] = []
    dropped: list[pd.DataFrame] = []
    for _, group in conflicting.groupby(_TIME, sort=False):
        if rule is None or rule == "final" or (rule == "mean" and group["AVAL"].isna().any()):
            others = _lines(group)
            findings.add_rows(unresolved, group, field="VALUE", old=group["AVALC"], day=group["AFRLT"], others=others)
            continue
        kept = _average(group) if rule == "mean" else group.iloc[[0 if rule == "first" else -1]]
        if rule == "mean":
            averages.append(kept)
        dropped.append(_list_resolved(group, kept, rule, findings))
    if dropped:
        gone = rows.index.isin(pd.concat(dropped).index)
        rows = exclude(rows, pd.Series(gone, index=rows.index), "CP-060")
    return pd.concat([rows, *averages], ignore_index=True) if averages else rows


def _repeated(times: pd.DataFrame) -> bool:
    """Whether any subject, assay and specimen has one time twice."""
    profile = np.zeros(len(times), dtype=np.int64)
    for name in _TIME[:-1]:
        codes, distinct = factored(times[name])
        profile = profile * max(len(distinct), 1) + codes
    order = np.lexsort((times[_TIME[-1]], profile))
    of, at = profile[order], times[_TIME[-1]].to_numpy()[order]
    missing = np.isnan(at)
    again = (at[1:] == at[:-1]) | (missing[1:] & missing[:-1])
    return bool((again & (of[1:] == of[:-1])).any())


def _list_resolved(group: pd.DataFrame, kept: pd.DataFrame, rule: str, findings: Findings) -> pd.DataFrame:
    """The rows of the group that are not used any more, each a finding."""
    gone = group if rule == "mean" else group.drop(index=kept.index)
    new = kept["AVAL" if rule == "mean" else "AVALC"].iloc[0]
    findings.add_rows("CP-060", gone, field="VALUE", old=gone["AVALC"], new=new, rule=rule, others=_lines(group))
    return gone


def _drop_identical(rows: pd.DataFrame, used: pd.DataFrame, again: pd.Series[bool], findings: Findings) -> pd.DataFrame:
    """The rows with repeats of an identical result excluded; two files that overlap are listed as such."""
    repeats = used[again]
    if repeats.empty:
        return rows
    columns = [*_TIME, *_RESULT]
    firsts = used[~again][[*columns, "SRCFILE", "SRCROW"]]
    pairs = repeats[columns].merge(firsts, on=columns, how="left").set_index(repeats.index)
    first = pairs["SRCFILE"] + " line " + pairs["SRCROW"].astype("str")
    findings.add_rows("BI-044", repeats, field="VALUE", old=repeats["AVALC"], first=first)
    other_file = repeats["SRCFILE"] != pairs["SRCFILE"]
    for (file, earlier), here in repeats[other_file].groupby([repeats["SRCFILE"], pairs["SRCFILE"]], sort=False):
        findings.add("BI-047", file=str(file), old=str(len(here)), other=str(earlier), count=counted(len(here)))
    return exclude(rows, pd.Series(rows.index.isin(repeats.index), index=rows.index), "BI-044")


def _average(group: pd.DataFrame) -> pd.DataFrame:
    """One row with the mean of the group's results; it says which rows it is made of."""
    group = group.sort_values(["AVAL", "AVALC"], kind="stable")  # not in the order of the file
    row = group.iloc[[0]]
    return row.assign(
        AVAL=group["AVAL"].mean(),
        AVALC=f"mean of {'; '.join(group['AVALC'].fillna(''))} ({_lines(group)})",
        BLQCLASS=BlqClass.ABOVE.value if group["BLQCLASS"].eq(BlqClass.ABOVE.value).any() else row["BLQCLASS"],
        DTYPE="AVERAGE",
    )


def _lines(group: pd.DataFrame) -> str:
    places = zip(group["SRCFILE"], group["SRCROW"], strict=True)
    if len(set(group["SRCFILE"])) == 1:
        return "lines " + ", ".join(f"{line}" for line in group["SRCROW"])
    return ", ".join(f"{file} line {line}" for file, line in places)
