"""Doubts: readable results that are probably not what they say. Nothing is changed here."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from cartpk.ingest.assays import Assay
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import only, same

__all__ = ["list_doubts"]

_ENOUGH: Final = 5
"""Results from which a whole column can be doubted."""
_LOOKED_AT: Final = ["USUBJID", "CODE", "AFRLT", "AVAL", "AVALC", "AVALU", "SRCFILE", "SRCROW"]
_LOG10_BELOW: Final = 10.0
"""Copies per ug that are all below this look like logarithms (BI-020)."""
_ROUNDED: Final = re.compile(r"\s*\d\.\d{1,2}[Ee]\+\d\d\s*")


def list_doubts(rows: pd.DataFrame, assays: tuple[Assay, ...], findings: Findings) -> None:
    """List columns that look like logarithms or fractions, rounded exports, baselines that are not as expected."""
    used = only(rows[_LOOKED_AT], rows["ANLRS"].isna())
    for assay in assays:
        mine = only(used, same(used["CODE"], assay.code))
        numbers = only(mine, mine["AVAL"].notna())
        for _, here in numbers.groupby("SRCFILE", sort=False):
            _doubt_scale(here, assay, findings)
        if assay.kinetic:
            early = numbers[(numbers["AFRLT"] <= 0) & (numbers["AVAL"] > 0)]
            findings.add_rows("BI-068", early, field="VALUE", old=early["AVALC"], day=early["AFRLT"])
        elif assay.baseline:
            _list_no_baseline(mine, assay, findings)


def _doubt_scale(here: pd.DataFrame, assay: Assay, findings: Findings) -> None:
    unit, largest = here["AVALU"].iloc[0], here["AVAL"].max()
    if len(here) < _ENOUGH:
        return
    details = {"assay": assay.code, "old": f"largest value {largest:g}"}
    if unit.startswith("copies/") and 1 < largest < _LOG10_BELOW:
        findings.add_files("BI-020", here, field="VALUE", unit=unit, **details)
    if unit == "%" and 0 < largest <= 1:
        findings.add_files("BI-026", here, field="VALUE", **details)
    cells = here["AVALC"].to_numpy(dtype=object, na_value="").tolist()
    if "+" not in "".join(cells):
        return
    rounded = pd.Series(["+" in c and _ROUNDED.fullmatch(c) is not None for c in cells], index=here.index, dtype="bool")
    if rounded.any() and not rounded.all():
        findings.add_files("BI-019", here[rounded], field="VALUE", old=str(here["AVALC"][rounded].iloc[0]))


def _list_no_baseline(mine: pd.DataFrame, assay: Assay, findings: Findings) -> None:
    """List subjects whose count has no value up to the infusion: no change from baseline can be given."""
    before = mine[mine["AFRLT"] <= 0]
    values = before["AVAL"].fillna(0.0).groupby(before["USUBJID"]).max()
    for subject in mine["USUBJID"].unique():
        if subject not in values.index:
            findings.add("BI-073", subject=str(subject), field=assay.code, old="no sample up to the infusion")
        elif values[subject] <= 0:
            findings.add("BI-073", subject=str(subject), field=assay.code, old="baseline of 0 or BLQ")
