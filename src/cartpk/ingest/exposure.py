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
    rows = _with_starts(rows, clock, findings)
    rows = _with_valid_interval(rows, clock, findings)
    rows = rows.assign(_AT=[s.at for s in rows["START"]]).sort_values(["USUBJID", "_AT"], kind="stable")
    first = rows.drop_duplicates("USUBJID").set_index("USUBJID")
    begin = first["START"].to_dict()
    days = [days_between(begin[s], at) for s, at in zip(rows["USUBJID"].tolist(), rows["START"], strict=True)]
    unit = rows["EXDOSU"] if "EXDOSU" in rows else pd.Series("", index=rows.index, dtype="str")
    table = rows[["USUBJID", "DOSE", "SRCFILE", "SRCROW"]].assign(DAY=days, DOSEU=unit)
    zero = begin
    if config.time.origin == "infusion_end":
        unknown = first[_where(first, [end.at is None for end in first["END"]])].reset_index()
        findings.add_rows("CP-015", unknown, field="EXENDTC", new=unknown["EXSTDTC"])
        zero = {s: end if end.at is not None else begin[s] for s, end in first["END"].items()}
    return table, {str(s): stamp for s, stamp in zero.items()}


def _where(rows: pd.DataFrame, true: list[bool]) -> pd.Series[bool]:
    """A mask of these rows; a bare list would name columns where it is empty."""
    return pd.Series(true, index=rows.index, dtype="bool")


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


def _with_starts(rows: pd.DataFrame, clock: Clock, findings: Findings) -> pd.DataFrame:
    """The rows with ``START``; those without a usable date are listed and left out."""
    start = mapped(rows["EXSTDTC"], clock.read)
    dated = _where(rows, [s.at is not None for s in start])
    rule = pd.Series([s.rule for s in start], index=rows.index, dtype="str")
    for rule_id, here in rows[~dated].groupby(rule[~dated], sort=True):
        _list_undated(str(rule_id), here, findings)
    kept = rows.assign(START=pd.Series(start, index=rows.index, dtype="object"))[dated]
    bare = kept[rule[dated] == "BI-032"]
    findings.add_rows("BI-032", bare, field="EXSTDTC", old=bare["EXSTDTC"], new=clock.resolution, what="the infusion")
    clock.list_serials(rows, start, "EXSTDTC", findings)
    return kept


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
    clock.list_serials(rows.assign(EXENDTC=text), end, "EXENDTC", findings)
    length = [days_between(s, e) for s, e in zip(rows["START"], end, strict=True)]
    once = [w in _ONCE for w in mapped(rows["EXDOSFRQ"], key)] if "EXDOSFRQ" in rows else [True] * len(rows)
    bad = rows[_where(rows, [n < 0 or (single and n > 1) for n, single in zip(length, once, strict=True)])]
    findings.add_rows("BI-059", bad, field="EXENDTC", old=bad["EXSTDTC"] + " to " + text[bad.index])
    return rows.assign(END=end).drop(index=bad.index)
