"""EX: the infusions of each subject and its time zero."""

from __future__ import annotations

from typing import Final

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.cells import CellReader
from cartpk.ingest.clock import Clock
from cartpk.ingest.delivery import INFUSION
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import key, mapped
from cartpk.ingest.times import Stamp, days_between

__all__ = ["read_infusions"]

_ONCE: Final = frozenset({"", "na", "once", "single", "onetime"})
"""Values of EXDOSFRQ under which a row of EX is one infusion, not a regimen."""


def read_infusions(
    ex: pd.DataFrame, config: TrialConfig, clock: Clock, findings: Findings
) -> tuple[pd.DataFrame, dict[str, Stamp]]:
    """The infusions (columns of ``INFUSION``) and each subject's time zero: start, or end, of its first infusion.

    Rows of EX that are no infusion of the product, have no usable date, dose or interval are listed and left out.
    """
    if ex.empty:
        return pd.DataFrame(columns=list(INFUSION)), {}
    rows = _of_product(ex, config, findings)
    rows = _with_doses(rows, CellReader(config.intake), findings)
    start = pd.Series(mapped(rows["EXSTDTC"], clock.read), index=rows.index, dtype="object")
    rows = rows.assign(START=start)[[s.at is not None for s in start]]
    undated = pd.Series([s.at is None for s in start], index=start.index)
    for rule, here in ex.loc[start.index[undated]].groupby(start[undated].map(lambda s: s.rule), sort=True):
        _list_undated(str(rule), here, findings)
    rows = _with_valid_interval(rows, clock, findings)
    rows = rows.assign(_AT=[s.at for s in rows["START"]]).sort_values(["USUBJID", "_AT"], kind="stable")
    _list_date_only(rows, clock, findings)
    first = rows.drop_duplicates("USUBJID").set_index("USUBJID")
    begin = first["START"].to_dict()
    days = [days_between(begin[s], at) for s, at in zip(rows["USUBJID"], rows["START"], strict=True)]
    unit = rows["EXDOSU"] if "EXDOSU" in rows else pd.Series("", index=rows.index, dtype="str")
    table = rows[["USUBJID", "DOSE", "SRCFILE", "SRCROW"]].assign(DAY=days, DOSEU=unit)
    zero = begin
    if config.time.origin == "infusion_end":
        zero = {str(s): end if end.at is not None else begin[s] for s, end in first["END"].items()}
    return table, {str(s): stamp for s, stamp in zero.items()}


def _of_product(ex: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The rows of EX that are infusions of the product."""
    if "EXTRT" not in ex:
        return ex
    treatment = pd.Series(mapped(ex["EXTRT"], key), index=ex.index, dtype="str")
    product = {key(t) for t in config.data.domains.treatment} if config.data.domains else set()
    if product:
        other = ex[~treatment.isin(product)]
        for name, here in other.groupby("EXTRT", sort=True):
            findings.add_files("CP-034", here, field="EXTRT", old=str(name))
        return ex[treatment.isin(product)]
    per_subject = treatment.groupby(ex["USUBJID"]).nunique()
    if (per_subject > 1).any():
        findings.add("CP-035", field="EXTRT", old=", ".join(sorted(ex["EXTRT"].unique())))
    return ex


def _with_doses(rows: pd.DataFrame, reader: CellReader, findings: Findings) -> pd.DataFrame:
    """The rows with ``DOSE``; rows of a dose of 0 or less are no infusion (BI-058)."""
    text = rows["EXDOSE"] if "EXDOSE" in rows else pd.Series("", index=rows.index, dtype="str")
    dose, rule = reader.numbers(text)
    refused = rows[rule == "CP-010"]
    findings.add_rows("CP-030", refused, field="EXDOSE", old=text[refused.index])
    none = rows[dose <= 0]
    findings.add_rows("BI-058", none, field="EXDOSE", old=text[none.index])
    return rows.assign(DOSE=dose).drop(index=none.index)


def _list_undated(rule: str, rows: pd.DataFrame, findings: Findings) -> None:
    if rule == "CP-011":
        findings.add_rows("CP-036", rows, field="EXSTDTC", old=rows["EXSTDTC"])
    elif rule == "BI-035":
        findings.add_files(rule, rows, field="EXSTDTC", old=str(rows["EXSTDTC"].iloc[0]))
    else:
        findings.add_rows(rule, rows, field="EXSTDTC", old=rows["EXSTDTC"])


def _with_valid_interval(rows: pd.DataFrame, clock: Clock, findings: Findings) -> pd.DataFrame:
    """The rows with ``END``; those that end before they start, or last more than a day, are listed (BI-059)."""
    text = rows["EXENDTC"] if "EXENDTC" in rows else pd.Series("", index=rows.index, dtype="str")
    end = pd.Series(mapped(text, clock.read), index=rows.index, dtype="object")
    length = [days_between(s, e) for s, e in zip(rows["START"], end, strict=True)]
    once = [w in _ONCE for w in mapped(rows["EXDOSFRQ"], key)] if "EXDOSFRQ" in rows else [True] * len(rows)
    wrong = [n < 0 or (single and n > 1) for n, single in zip(length, once, strict=True)]
    bad = rows[wrong]
    findings.add_rows("BI-059", bad, field="EXENDTC", old=bad["EXSTDTC"] + " to " + text[bad.index])
    return rows.assign(END=end).drop(index=bad.index)


def _list_date_only(rows: pd.DataFrame, clock: Clock, findings: Findings) -> None:
    bare = rows[[s.rule == "BI-032" for s in rows["START"]]]
    findings.add_rows("BI-032", bare, field="EXSTDTC", old=bare["EXSTDTC"], new=clock.resolution, what="the infusion")
